"""What the long-term statistics of indexes tell of past days: the register that moved is the kind.

It knows hours in which indexes have grown. An hour after a gap tells of all that the gap hid, and
the hours around the change of day may tell of both days: these are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, Final, NamedTuple

from homeassistant.components.recorder import DOMAIN as RECORDER, get_instance
from homeassistant.components.recorder.statistics import StatisticsRow, statistics_during_period
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..tariff.in_force import TEMPO_NAMES
from ..tariff.words import KNOWN_TARIFFS
from .tally import DAY_KINDS

_HOUR: Final = 3600.0
_YEAR: Final = timedelta(days=365)


class _Contract(NamedTuple):
    """The kind that each index tells of, when a day begins, and in which of its hours one moves."""

    kinds: Mapping[str, str]
    begins: timedelta
    hours: range


_TARIFF_OF_INDEX: Final = {label: slug for _, slug, _, label in KNOWN_TARIFFS} | {
    f"EASF{register:02}": slug for register, slug in TEMPO_NAMES.items()
}
"""What each index counts; in Standard under Tempo, as no index there tells of the days of EJP."""


def _kinds(contract: str) -> dict[str, str]:
    """Give the kind of the days in which each index of a contract moves."""
    return {
        label: slug.split("_")[1]
        for label, slug in _TARIFF_OF_INDEX.items()
        if slug.startswith(f"{contract}_")
    }


_CONTRACTS: Final[Mapping[str, _Contract]] = {
    "tempo": _Contract(_kinds("tempo"), DAY_KINDS["red"].begins, range(1, 23)),
    "ejp": _Contract(_kinds("ejp"), DAY_KINDS["peak"].begins, range(1, 17)),
}
_SHARED_INDEXES: Final = frozenset({"EASF01", "EASF02"})
"""Under other contracts they count other hours."""


async def async_past_days(
    hass: HomeAssistant, address: str, contract: str, first: date, since: date | None
) -> dict[date, str]:
    """Give the kind of each day of Tempo or EJP from `first` on, as far as statistics tell it.

    What EASF01 and EASF02 have counted is Tempo's from the first day on that any other register
    of Tempo has moved, or `since` the meter was heard to have the contract.
    """
    if RECORDER not in hass.config.components:
        return {}
    start = dt_util.start_of_local_day(first) - _YEAR
    rows = await async_hourly_rows(hass, address, _CONTRACTS[contract].kinds, start)
    return kinds_of_days(contract, rows, first, since)


async def async_hourly_rows(
    hass: HomeAssistant,
    address: str,
    labels: Iterable[str],
    start: datetime,
    end: datetime | None = None,
) -> dict[str, list[StatisticsRow]]:
    """Ask the recorder for the hours (kWh) of the labels of a meter that it has statistics of."""
    entity_id = partial(er.async_get(hass).async_get_entity_id, SENSOR, DOMAIN)
    found = {entity_id(f"{address}_{label}"): label for label in labels}
    ids = {one for one in found if one}
    units = {"energy": UnitOfEnergy.KILO_WATT_HOUR.value}
    rows = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, end, ids, "hour", units, {"change", "sum"}
    )
    return {found[statistic]: hours for statistic, hours in rows.items()}


def kinds_of_days(
    contract: str, rows: Mapping[str, Iterable[Any]], first: date, since: date | None
) -> dict[date, str]:
    """Reckon the kind of each day from the rows of its indexes.

    Until the last day that cannot be of the kind that moved, other contracts have counted in them.
    """
    moved: defaultdict[date, set[str]] = defaultdict(set)
    for label, found in rows.items():
        for day in _days_with_growth(found, contract):
            moved[day].add(label)
    impossible = (day for day, labels in moved.items() if not _may_be(contract, day, labels))
    other_contracts_until = max(impossible, default=date.min)
    own = {day: labels for day, labels in moved.items() if day > other_contracts_until}
    days_not_shared = (day for day, labels in own.items() if labels - _SHARED_INDEXES)
    own_from = min([*days_not_shared, since or date.max])
    days = {}
    for day, labels in own.items():
        kinds = {_CONTRACTS[contract].kinds[label] for label in labels}
        if len(kinds) == 1 and day >= max(first, own_from):
            days[day] = kinds.pop()
    return days


def _may_be(contract: str, day: date, labels: Iterable[str]) -> bool:
    kinds = {_CONTRACTS[contract].kinds[label] for label in labels} & DAY_KINDS.keys()
    return all(DAY_KINDS[one].may_be(day) for one in kinds)


def _days_with_growth(rows: Iterable[Any], contract: str) -> Iterator[date]:
    """Give the days in whose hours an index has grown, those next to a gap left out."""
    _, begins, hours = _CONTRACTS[contract]
    for before, row in pairwise(rows):
        start = row["start"]
        local = dt_util.as_local(datetime.fromtimestamp(start, dt_util.UTC)) - begins
        if start - before["start"] == _HOUR and (row["change"] or 0) > 0 and local.hour in hours:
            yield local.date()
