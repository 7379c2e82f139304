"""Find the kind of past days in the long-term statistics: by the register whose index increased.

The hour after a gap also has the energy of the gap, and the hours around the change of day may have
that of both days: these are not used.
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
    """Index label -> kind of day, when a day begins, and its hours in which an increase counts."""

    kinds: Mapping[str, str]
    begins: timedelta
    hours: range


_TARIFF_OF_INDEX: Final = {label: slug for _, slug, _, label in KNOWN_TARIFFS} | {
    f"EASF{register:02}": slug for register, slug in TEMPO_NAMES.items()
}
"""Index label -> tariff; in Standard only for Tempo, as the registers of EJP are unknown there."""


def _kinds(contract: str) -> dict[str, str]:
    """Return, for each index of a contract, the kind of the days in which it increases."""
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
"""These indexes also count under other contracts."""


async def async_past_days(
    hass: HomeAssistant, address: str, contract: str, first: date, since: date | None
) -> dict[date, str]:
    """Return the kind of the days of Tempo or EJP from `first` on that statistics have.

    EASF01 and EASF02 are used from the first day on which another register of Tempo increased, or
    from `since`, the first day on which the meter showed the contract.
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
    """Return, by label, the hourly statistics (kWh) that the recorder has of a meter's indexes."""
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
    """Compute the kind of each day from the hourly rows of its indexes.

    A day that cannot be of its kind (red on a Sunday) was under another contract, as were all
    days before it: they are left out.
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
    """Yield the day of each hour in which an index increased, without hours after a gap."""
    _, begins, hours = _CONTRACTS[contract]
    for before, row in pairwise(rows):
        start = row["start"]
        local = dt_util.as_local(datetime.fromtimestamp(start, dt_util.UTC)) - begins
        if start - before["start"] == _HOUR and (row["change"] or 0) > 0 and local.hour in hours:
            yield local.date()
