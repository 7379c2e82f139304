"""The account of one meter: its ledger, its registers, and the day shown as today. All is stored.

Energy of a gap is shared over its days by time. If the clock was wrong for a while, what was
counted meanwhile is taken back and counted again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from homeassistant.util.json import JsonObjectType

from ..tariff.in_force import numbered_name
from .clock import A_DAY, AN_HOUR, Leap
from .ledger import KEPT, LONGEST, Ledger
from .periods import day_of, midnight
from .registers import CostRegister, CostRegisters

LEDGER: Final = "ledger"
"""The key under which an entry stores its account."""
_ONE_DAY: Final = timedelta(days=1)
_MONTH: Final = timedelta(days=31)
"""The longest: the ledger must still have the whole month of the day that is paid."""


class FormerTariff(NamedTuple):
    """The tariff that a register counted until an instant, under a former contract."""

    until: float
    register: int
    tariff: str


class Account:
    """The ledger of one meter, its registers, and the day that its sensors show as today."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.registers = CostRegisters()
        self.day = date.min
        """The day shown as today: behind the ledger's until the days before have been shown."""
        self.paid = date.min
        """The day whose cost is shown as today's: behind `day` while its prices are awaited.

        `date.min` before the first price.
        """
        self.added_again = date.min
        """The day on which an entry that had prices was added again."""
        self._meter_ahead: float | None = None
        self._booted: float | None = None
        """The time at which the monotonic clock was 0, such as the start of the machine."""
        self._former: list[FormerTariff] = []
        self._leap: Leap | None = None

    def read(self, kept: Mapping[str, Any], *, is_own: bool) -> None:
        """Read what `written` gave; another shape raises an error of any type.

        `is_own`: it is of this meter, and not of one that it has replaced, whose registers differ.
        """
        ledger, told = Ledger.read(kept), kept.get("told")
        registers = CostRegisters.read(kept)
        self.day = date.fromisoformat(told) if told else day_of(ledger.now)
        self.ledger, self._booted = ledger, kept.get("booted")
        self.paid = date.fromisoformat(kept.get("paid", date.min.isoformat()))
        self.added_again = date.fromisoformat(kept.get("added_again", date.min.isoformat()))
        if is_own:
            self.registers = registers
            self._former = [FormerTariff(*one) for one in kept.get("former_tariffs", ())]
            self._meter_ahead = kept.get("meter_ahead")
            self._leap = Leap(**kept["leap"]) if kept.get("leap") else None

    @property
    def written(self) -> JsonObjectType:
        """What is stored."""
        return {**self._written, "leap": asdict(self._leap) if self._leap else None}

    @property
    def _written(self) -> JsonObjectType:
        return {
            "former_tariffs": [list(one) for one in self._former],
            "told": self.day.isoformat(),
            "paid": self.paid.isoformat(),
            "added_again": self.added_again.isoformat(),
            "meter_ahead": self._meter_ahead,
            "booted": self._booted,
            **self.registers.written,
            **self.ledger.written,
        }

    # Time

    def advance_to(self, now: float, monotonic: float) -> bool:
        """Go on to the time `now`; whether the clock was wrong before and the account went back.

        If the wall clock leaps and the monotonic clock does not, the clock was set, or the machine
        was off: the account before the leap is kept, and restored if the clock leaps back.
        """
        seconds = now - (self.ledger.now or now)
        is_undone = self._follow_clock(now, seconds, monotonic)
        if seconds > A_DAY and not is_undone:
            self.ledger.whole_since = now
        self.ledger.advance_to(now)
        if not self._leap and self.day >= self.ledger.today:
            self.ledger.tidy()
        return is_undone

    def _follow_clock(self, now: float, seconds: float, monotonic: float) -> bool:
        """Note a leap of the wall clock by `seconds`; whether it undoes the one before."""
        leap, booted, self._booted = self._leap, self._booted, now - monotonic
        was_set = booted is None or abs(self._booted - booted) > AN_HOUR
        if leap and was_set and leap.is_undone_by(seconds, now):
            self._go_back(leap.before)
            return True
        if was_set and abs(seconds) > AN_HOUR:
            if leap and max(now, leap.since + leap.seconds) < leap.since:
                leap.seconds = now - leap.since  # still behind
            else:
                self._leap = Leap(self.ledger.now, seconds, self._written, self._meter_ahead)
        elif leap and leap.is_over(now):
            self._leap = None
        return False

    def _go_back(self, kept: Mapping[str, Any]) -> None:
        self._leap = None
        self.ledger = Ledger.read(kept)
        self.registers.go_back(kept)

    def trust_clock(self) -> None:
        """Take the time as right, since a person has just changed prices by it."""
        self._leap = None

    def end_days(
        self, meter_time: float | None, is_awaited: Callable[[date], bool]
    ) -> Iterator[date]:
        """Go on to today; yield each day that is over, while `day` or `paid` is still that day.

        No day ends while an index is awaited, nor by a clock that is probably ahead. `meter_time`
        is the time of the meter's own clock, None if it sends none. `is_awaited`: whether the
        prices of a day may still be given; until then it is not paid.
        """
        now, today = self.ledger.now, self.ledger.today
        self._meter_ahead = None if meter_time is None else meter_time - now
        registers = self.registers
        if not registers.by_number or registers.is_waiting or registers.is_held:
            return
        if self._leap and self._leap.is_false(now, self._meter_ahead):
            return
        is_behind = self.paid < self.day
        if not self._leap and now < midnight(self.day) - AN_HOUR:
            self.day = today  # the clock was ahead
        self.day = max(self.day, today - LONGEST)
        if not is_behind:
            self.paid = self.day
        elif self.paid > date.min:
            self.paid = min(self.day, max(self.paid, today - KEPT + _MONTH))
        while date.min < self.paid < self.day and not is_awaited(self.paid):
            yield self.paid
            self.paid += _ONE_DAY
        while self.day < today:
            yield self.day
            if self.paid == self.day and not is_awaited(self.day):
                self.paid += _ONE_DAY
            self.day += _ONE_DAY

    # Energy and tariffs

    def add_gain(self, register: CostRegister, wh: int, price: float | None, since: float) -> None:
        """Add what a register has gained until now; not to days that were shown already."""
        until = self.ledger.now
        self.ledger.add(wh, register.tariff, price, max(since, midnight(self.day)), until)
        if self._leap and since <= self._leap.since:
            self._leap.used += wh

    def rename(self, register: CostRegister, name: str | None, since: float) -> None:
        """Set the tariff of a register; None: keep the one that it had, else `index_<n>`."""
        before, number = register.tariff, numbered_name(register.number)
        register.tariff = name or before or number
        if before not in {"", number, register.tariff}:
            self._former.append(FormerTariff(since, register.number, before))

    def tariff_at(self, register: int, at: float) -> str | None:
        """Return the tariff of a register at an instant, even under a former contract."""
        known = [one.tariff for one in self._former if one.register == register and at < one.until]
        if one := self.registers.by_number.get(register):
            known.append(one.tariff)
        return next(filter(None, known), None)
