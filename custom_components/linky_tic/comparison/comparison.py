"""Compares contracts: computes what the energy of each hour would have cost under each of them.

The energy comes from the hourly statistics of the meter's indexes. An hour is known if there are
sums for it and for the hour before: energy counted in a gap could be of any hour in the gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from homeassistant.components.recorder import DOMAIN as RECORDER
from homeassistant.util import dt as dt_util

from ..coordinator import LinkyCoordinator
from ..cost.periods import CostPeriod
from ..exceptions import refused
from ..season.statistics import async_hourly_rows, async_past_days
from ..tariff.tempo import COLOURS
from ..tic import LABELS, Label, Quantity
from .contracts import ContractCost, PricedContract, cost_of

_INDEXES: Final = [name for name, one in LABELS.items() if one.quantity is Quantity.SUPPLIER_ENERGY]
_HOUR: Final = timedelta(hours=1)
_ONE_DAY: Final = timedelta(days=1)
_MAX_PERIOD: Final = timedelta(days=366)
_LOOK_BACK: Final = timedelta(days=35)
"""How far before the first day to look for the sum that precedes that of its first hour."""
_ROUNDING: Final = 0.0005
"""kWh (half a Wh): smaller differences of sums are rounding errors."""


class Comparison(NamedTuple):
    """The result of a comparison; it covers whole days, `first` and `last` included."""

    first: date
    last: date
    hours: Mapping[datetime, float]
    """Start of each known hour -> kWh."""
    hours_missing: int
    energy_missing: float
    """kWh that are not in `hours`, since it is not known in which hour they were used."""
    in_force: ContractCost
    others: Sequence[tuple[PricedContract, ContractCost]]


async def async_compare(
    coordinator: LinkyCoordinator,
    contracts: Sequence[PricedContract],
    first: date | None = None,
    last: date | None = None,
) -> Comparison:
    """Compare contracts over the days from `first` to `last`, by default over the last year.

    The contract in force is computed with the tariff of each hour, at the current prices.
    Raises `ServiceValidationError` if there is no recorder, or there are no statistics.
    """
    if RECORDER not in coordinator.hass.config.components:
        raise refused("compare_no_recorder")
    latest = min(last or date.max, dt_util.now().date() - _ONE_DAY)
    begin = max(first or date.min, latest - _MAX_PERIOD)
    sums = await _async_sums(coordinator, begin, latest)
    hours = [hour for rows in sums.values() for hour in rows]
    if first is None and hours:  # the first hour has no sum before it, so its day is not whole
        begin = max(begin, dt_util.as_local(min(hours)).date() + _ONE_DAY)
    if last is None and hours:
        latest = min(latest, dt_util.as_local(max(hours) + _HOUR).date() - _ONE_DAY)
    if not hours or begin > latest:
        raise refused("compare_no_hours", title=coordinator.entry.title)
    return await _async_compute(coordinator, contracts, sums, begin, latest)


async def _async_sums(
    coordinator: LinkyCoordinator, first: date, last: date
) -> dict[Label, Mapping[datetime, float]]:
    """Return, for each index of the supplier, start of the hour -> sum in kWh."""
    start, end = _midnight(first) - _LOOK_BACK, _midnight(last + _ONE_DAY)
    found = await async_hourly_rows(coordinator.hass, coordinator.address, _INDEXES, start, end)
    return {
        LABELS[name]: {
            datetime.fromtimestamp(row["start"], UTC): total
            for row in rows
            if (total := row["sum"]) is not None
        }
        for name, rows in found.items()
    }


async def _async_compute(
    coordinator: LinkyCoordinator,
    contracts: Iterable[PricedContract],
    sums: Mapping[Label, Mapping[datetime, float]],
    first: date,
    last: date,
) -> Comparison:
    costs = coordinator.costs
    known_gains, unknown_gains = _gains(sums)
    known: dict[datetime, float] = {}
    by_tariff = defaultdict[str, float](float)
    hours_missing, energy_missing = 0, 0.0
    hour, end = _midnight(first), _midnight(last + _ONE_DAY)
    while hour < end:
        gains = known_gains.get(hour, {})
        if gains and hour not in unknown_gains:
            known[hour] = sum(gains.values())
            for label, gain in gains.items():
                by_tariff[costs.tariff_at(label, hour.timestamp())] += gain
        else:
            hours_missing += 1
            energy_missing += unknown_gains.get(hour, 0.0) + sum(gains.values())
        hour += _HOUR
    months = CostPeriod(first, last).months
    standing = (costs.prices.standing_charge or 0.0) * months
    in_force = ContractCost(dict(by_tariff), costs.prices.by_tariff, standing)
    colours = await _async_colours(coordinator, first - _ONE_DAY)
    others = [(one, cost_of(one, known, colours, months)) for one in contracts]
    return Comparison(first, last, known, hours_missing, energy_missing, in_force, others)


def _gains(
    sums: Mapping[Label, Mapping[datetime, float]],
) -> tuple[Mapping[datetime, Mapping[Label, float]], Mapping[datetime, float]]:
    """Return the kWh of each hour by index, and those of gaps by the hour in which they appear."""
    known_gains = defaultdict[datetime, dict[Label, float]](dict)
    unknown_gains = defaultdict[datetime, float](float)
    for label, by_hour in sums.items():
        for before, hour in pairwise(sorted(by_hour)):
            gain, is_next = by_hour[hour] - by_hour[before], hour - before == _HOUR
            if gain < -_ROUNDING or (gain > _ROUNDING and not is_next):
                unknown_gains[hour] += max(0.0, gain)
            elif is_next:
                known_gains[hour][label] = gain
    return known_gains, unknown_gains


async def _async_colours(coordinator: LinkyCoordinator, first: date) -> dict[date, str]:
    past = await async_past_days(coordinator.hass, coordinator.address, "tempo", first, None)
    days = past | coordinator.season.by_day
    return {day: colour for day, colour in days.items() if colour in COLOURS}


def _midnight(day: date) -> datetime:
    return dt_util.as_utc(dt_util.start_of_local_day(day))
