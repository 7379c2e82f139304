"""Whether a contract is the right one: a meter's hours, and what they cost under each contract.

It asks the recorder for the hourly statistics of a meter's indexes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Final, NamedTuple

from homeassistant.components.recorder import DOMAIN as RECORDER, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import UnitOfEnergy
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from ..exceptions import refused
from ..season.statistics import async_past_days
from ..tic import COLOURS, LABELS
from .contracts import PricedContract, Sum, cost_under
from .hours import HOUR, Hours, hours_of
from .indexes import COSTED, tariff_of
from .ledger import standing_charge
from .prices import EXPORT

_ONE_DAY: Final = timedelta(days=1)
_ALMOST_A_DAY: Final = _ONE_DAY - timedelta(seconds=1)
_LONGEST: Final = timedelta(days=366)
_BEFORE: Final = timedelta(days=35)
"""For where the sums stood: a gap at the beginning may be long."""


class Comparison(NamedTuple):
    """What was compared: whole days, both ends included, and the sums."""

    first: date
    last: date
    hours: Hours
    in_force: Sum
    others: Sequence[tuple[PricedContract, Sum]]


async def async_compare(
    coordinator: LinkyCoordinator,
    contracts: Sequence[PricedContract],
    first: date | None = None,
    last: date | None = None,
) -> Comparison:
    """Compare contracts over some days, by default all that are known of the last year.

    Raises `ServiceValidationError` where there is no recorder, or no hour is known.
    """
    if RECORDER not in coordinator.hass.config.components:
        raise refused("compare_no_recorder")
    latest = min(last or date.max, dt_util.now().date() - _ONE_DAY)
    begin = max(first or date.min, latest - _LONGEST)
    sums = await _async_sums(coordinator, begin, latest)
    heard = [hour for _, rows in sums for hour in rows]
    if first is None and heard:  # its first hour tells where the sums stood, not what was used
        begin = max(begin, dt_util.as_local(min(heard) + HOUR + _ALMOST_A_DAY).date())
    if last is None and heard:
        latest = min(latest, dt_util.as_local(max(heard) + HOUR).date() - _ONE_DAY)
    if not heard or begin > latest:
        raise refused("compare_no_hours", title=coordinator.entry.title)
    hours = hours_of(sums, _midnight(begin), _midnight(latest + _ONE_DAY))
    colours = await _async_colours(coordinator, begin - _ONE_DAY)
    prices = coordinator.costs.prices
    standing = standing_charge(lambda _: prices.standing_charge or 0.0, begin, latest)
    return Comparison(
        begin,
        latest,
        hours,
        Sum(hours.by_tariff, prices.by_tariff, standing),
        [(one, cost_under(one, hours, colours, begin, latest)) for one in contracts],
    )


async def _async_sums(
    coordinator: LinkyCoordinator, first: date, last: date
) -> list[tuple[str, Mapping[datetime, float]]]:
    """Give the sums of each index that counts what is drawn, with its tariff."""
    hass, tariffs = coordinator.hass, _tariffs(coordinator)
    start, end = _midnight(first) - _BEFORE, _midnight(last + _ONE_DAY)
    units = {"energy": UnitOfEnergy.KILO_WATT_HOUR.value}
    found = await get_instance(hass).async_add_executor_job(
        statistics_during_period, hass, start, end, set(tariffs), "hour", units, {"sum"}
    )
    sums = {
        one: [(datetime.fromtimestamp(row["start"], UTC), row["sum"]) for row in rows]
        for one, rows in found.items()
    }
    return [
        (tariffs[one], {hour: total for hour, total in rows if total is not None})
        for one, rows in sums.items()
    ]


async def _async_colours(coordinator: LinkyCoordinator, first: date) -> dict[date, str]:
    """Give the colours of Tempo days that were heard, or that statistics prove."""
    past = await async_past_days(coordinator.hass, coordinator.address, "blue", first, None)
    days = past | coordinator.season.by_day
    return {day: colour for day, colour in days.items() if colour in COLOURS}


def _tariffs(coordinator: LinkyCoordinator) -> dict[str, str]:
    """Give the statistic of each index that this meter has or had, and the tariff it counts."""
    entity_id = partial(er.async_get(coordinator.hass).async_get_entity_id, SENSOR, DOMAIN)
    found = {name: entity_id(f"{coordinator.address}_{name}") for name in COSTED}
    names = coordinator.costs.names
    tariffs = {
        statistic: tariff_of(LABELS[name], names) for name, statistic in found.items() if statistic
    }
    return {statistic: one for statistic, one in tariffs.items() if one and one != EXPORT}


def _midnight(day: date) -> datetime:
    return dt_util.as_utc(datetime.combine(day, time(), dt_util.get_default_time_zone()))
