"""The energy of a meter hour by hour, as the recorder's statistics have it, by tariff.

It knows rows of sums, nothing of meters or of money. An hour is known when its sums and those of
the hour before are there: what the first hour after a gap has gained is of some hour in the gap.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HOUR: Final = timedelta(hours=1)
_NOTHING: Final = 0.0005
"""kWh, half a Wh: rows are rounded."""


@dataclass(frozen=True, slots=True)
class Hours:
    """kWh by tariff of each known hour (its aware beginning), and what is not known."""

    known: Mapping[datetime, Mapping[str, float]]
    missing: tuple[datetime, ...] = ()
    energy_missing: float = 0.0
    """kWh that were counted in missing hours."""

    @property
    def energy(self) -> float:
        """The kWh of all known hours."""
        return sum(sum(by_tariff.values()) for by_tariff in self.known.values())


@dataclass(slots=True)
class _Sums:
    """One statistic that is gone through by the hour."""

    tariff: str
    rows: Mapping[datetime, float]
    last: float | None = None
    is_gap: bool = True


def hours_of(
    statistics: Iterable[tuple[str, Mapping[datetime, float]]], start: datetime, end: datetime
) -> Hours:
    """Take the sums (kWh) by beginning of the hour of each index, with the tariff that it counts.

    Rows before `start` are looked at too, for where the sums stood.
    """
    all_sums = [_Sums(tariff, rows) for tariff, rows in statistics]
    for one in all_sums:
        before = [hour for hour in one.rows if hour < start]
        if before:
            one.last, one.is_gap = one.rows[max(before)], max(before) != start - HOUR
    known: dict[datetime, dict[str, float]] = {}
    missing: list[datetime] = []
    lost = 0.0
    for hour in _each_hour(start, end):
        by_tariff, unplaced = _one_hour(all_sums, hour)
        if by_tariff is None or unplaced:
            missing.append(hour)
            lost += unplaced + sum((by_tariff or {}).values())
        else:
            known[hour] = by_tariff
    return Hours(known, tuple(missing), lost)


def _one_hour(all_sums: Iterable[_Sums], hour: datetime) -> tuple[dict[str, float] | None, float]:
    """Give the kWh by tariff of an hour, None without any row, and those of a gap that ends."""
    by_tariff: dict[str, float] | None = None
    unplaced = 0.0
    for one in all_sums:
        total, last, is_gap = one.rows.get(hour), one.last, one.is_gap
        one.is_gap = total is None
        if total is None:
            continue
        one.last = total
        gain = 0.0 if last is None else total - last
        if abs(gain) > _NOTHING and (is_gap or gain < 0):
            unplaced += max(0.0, gain)
        elif last is not None and not is_gap:
            by_tariff = by_tariff or {}
            by_tariff[one.tariff] = by_tariff.get(one.tariff, 0.0) + gain
    return by_tariff, unplaced


def _each_hour(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += HOUR
