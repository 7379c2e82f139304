"""What indexes have counted since midnight and since the first of the month: one account each.

It knows numbers and instants (seconds since 1970), no readings, no clock and no currency.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Final, Self

DAY: Final = "day"
MONTH: Final = "month"

_ROLL_OVER: Final = 10**9
"""Wh: an index has nine digits (54E 6.2.3)."""
_MOST: Final = 54_000
"""W that no Linky lets through for long: 36 kVA and half as much again."""
_SLACK: Final = 60.0
"""Seconds by which a reading that the gate has held may be late."""


@dataclass(slots=True)
class Count:
    """Wh used in a period that began at `start` (seconds since 1970) and are still to be priced.

    `spent` is the price of what was used before at prices that have changed since.
    """

    start: float
    used: float = 0.0
    spent: float = 0.0

    def settle(self, price: float) -> None:
        """Price what was used until now."""
        self.spent += self.used / 1000 * price
        self.used = 0.0


@dataclass(slots=True)
class Account:
    """What one index has counted: its value, since when (seconds), and the two periods."""

    value: int
    at: float
    day: Count
    month: Count
    lost: float | None = None
    """When it was last heard, if it has not moved since the line was lost."""
    is_new: bool = False
    """Whether where it goes on tells nothing: another meter counts, or it was no longer sent."""

    def move(self, value: int, at: float, since: float, day: float, month: float) -> None:
        """Take a new value; `since` is when the old one held still, the rest when periods began."""
        gain = 0 if self.is_new else self._gain(value, at)
        since = since if self.lost is None else self.lost
        self.value, self.at, self.lost, self.is_new = value, at, None, False
        self.day = _counted(self.day, day, gain, since, at)
        self.month = _counted(self.month, month, gain, since, at)

    def _gain(self, value: int, at: float) -> int:
        """Wh since the value before, over a roll-over too; 0 for what no supply can have given."""
        gain = (value - self.value) % _ROLL_OVER
        return gain if gain <= _MOST * (at - self.at + _SLACK) / 3600 else 0

    @classmethod
    def recalled(cls, numbers: Sequence[float]) -> Self:
        """Read what `stored` gave."""
        value, at, *counts = numbers
        is_new = any(counts[6:])  # rows that were stored before this was end without it
        return cls(int(value), at, Count(*counts[:3]), Count(*counts[3:6]), is_new=is_new)

    def counts(self) -> Mapping[str, Count]:
        """Give the periods by name."""
        return {DAY: self.day, MONTH: self.month}

    def stored(self) -> list[float]:
        """Give it as a row of numbers."""
        return [self.value, self.at, *astuple(self.day), *astuple(self.month), self.is_new]


def _counted(count: Count, start: float, gain: float, since: float, at: float) -> Count:
    """Add to a period, or begin the next one with its share of what was used over its start."""
    if count.start >= start:
        count.used += gain
        return count
    share = (at - start) / (at - since) if since < start < at else 1.0
    return Count(start, gain * share)


@dataclass(slots=True)
class Standing:
    """What is paid by the month whatever is used; None until somebody has told.

    `month` is when it began; its first `days` have been charged `spent`, by charges that were.
    """

    month: float = 0.0
    days: int = 0
    spent: float = 0.0
    charge: float | None = None

    def stored(self) -> list[float]:
        """Give it as a row of numbers; the charge is among the prices."""
        return [self.month, self.days, self.spent]

    def settle(self, charge: float | None, month: float, today: date) -> None:
        """Take another charge, from today on; a first one is for the whole month."""
        if self.month < month:
            self.month, self.days, self.spent = month, 0, 0.0
        elif self.charge is not None and charge != self.charge:
            self.spent = self.until(today, month) - self.of(today)
            self.days = today.day - 1
        self.charge = charge

    def until(self, today: date, month: float) -> float:
        """Give the month's share of the whole days that have begun."""
        if self.month < month:
            return today.day * self.of(today)
        return self.spent + (today.day - self.days) * self.of(today)

    def of(self, today: date) -> float:
        """Give the share of one day."""
        return (self.charge or 0.0) / _days(today)


def _days(today: date) -> int:
    return monthrange(today.year, today.month)[1]
