"""All that is stored of what a meter's energy costs: the ledger, and where its registers stand.

A gap is shared out by time. Where the clock was set, what was counted in the false time is taken
back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from homeassistant.util.json import JsonObjectType

from ..tariff.in_force import numbered_name
from .clock import A_DAY, AN_HOUR, Leap
from .indexes import Index, Indexes
from .ledger import LONGEST, Ledger
from .periods import day_of, midnight

LEDGER: Final = "ledger"
"""The key under which an entry stores its account."""
_ONE_DAY: Final = timedelta(days=1)


class FormerTariff(NamedTuple):
    """What a register counted until an instant, under another contract than after it."""

    until: float
    register: int
    tariff: str


class Account:
    """The ledger of one meter, its registers, and the day that is told as today."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.indexes = Indexes()
        self.day = date.min
        """Behind the ledger's until all days before have been told."""
        self.added_again = date.min
        """When the entry was, after it had been deleted with prices."""
        self._meter_ahead: float | None = None
        self._booted: float | None = None
        """When the time of a clock that nobody sets began: a machine counts from its start."""
        self._former: list[FormerTariff] = []
        self._leap: Leap | None = None

    def read(self, kept: Mapping[str, Any], *, is_own: bool) -> None:
        """Take up what `written` gave; raises an error of any type where it has another shape.

        Of a meter that has been replaced by this one, the registers are others.
        """
        ledger, told = Ledger.read(kept), kept.get("told")
        indexes = Indexes.read(kept["indexes"], kept.get("counting"))
        self.day = date.fromisoformat(told) if told else day_of(ledger.now)
        self.ledger, self._booted = ledger, kept.get("booted")
        self.added_again = date.fromisoformat(kept.get("added_again", date.min.isoformat()))
        if is_own:
            self.indexes = indexes
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
            "indexes": self.indexes.written,
            "counting": self.indexes.counting.written,
            "former_tariffs": [list(one) for one in self._former],
            "told": self.day.isoformat(),
            "added_again": self.added_again.isoformat(),
            "meter_ahead": self._meter_ahead,
            "booted": self._booted,
            **self.ledger.written,
        }

    # Time

    def turn(self, now: float, monotonic: float) -> bool:
        """Go on to an instant; whether what was counted in a false time was taken back."""
        before, leap = self.ledger.now or now, self._leap
        seconds = now - before
        booted, self._booted = self._booted, now - monotonic
        was_set = booted is None or abs(self._booted - booted) > AN_HOUR
        is_undone = leap is not None and was_set and leap.is_undone_by(seconds, now)
        if leap and is_undone:
            self._go_back(leap.before)
        elif was_set and abs(seconds) > AN_HOUR:
            if leap and max(now, leap.since + leap.seconds) < leap.since:
                leap.seconds = now - leap.since  # still behind
            else:
                self._leap = Leap(before, seconds, self._written, self._meter_ahead)
        elif leap and leap.is_over(now):
            self._leap = None
        if seconds > A_DAY and not is_undone:
            self.ledger.whole_since = now
        self.ledger.turn(now)
        if not self._leap and self.day >= self.ledger.today:
            self.ledger.tidy()
        return is_undone

    def _go_back(self, kept: Mapping[str, Any]) -> None:
        self._leap = None
        self.ledger = Ledger.read(kept)
        self.indexes.go_back(kept["indexes"], kept.get("counting"))

    def trust_clock(self) -> None:
        """Take the time as it is, since somebody has looked at what it tells."""
        self._leap = None

    def end_days(self, meter_time: float | None) -> Iterator[date]:
        """Go on to today; give each day that is over before the next one begins.

        None ends while an index is awaited, or by a clock that is likely ahead: `meter_time` is
        what the meter's own clock tells.
        """
        now, today = self.ledger.now, self.ledger.today
        self._meter_ahead = None if meter_time is None else meter_time - now
        indexes = self.indexes
        if not indexes.by_register or indexes.is_waiting or indexes.is_held:
            return
        if self._leap and self._leap.is_false(now, self._meter_ahead):
            return
        if not self._leap and now < midnight(self.day) - AN_HOUR:
            self.day = today  # the clock was ahead; one that is behind ends no day twice
        self.day = max(self.day, today - LONGEST)
        while self.day < today:
            yield self.day
            self.day += _ONE_DAY

    # What is entered

    def enter(self, index: Index, gain: int, price: float | None, since: float) -> None:
        """Enter Wh that an index has gained until now, under its tariff: not into a day told."""
        until = self.ledger.now
        self.ledger.add(gain, index.tariff, price, max(since, midnight(self.day)), until)
        if self._leap and since <= self._leap.since:
            self._leap.used += gain

    def rename(self, index: Index, name: str | None, since: float) -> None:
        """Name what an index counts; the name that it had, or `index_<n>`, while none is known."""
        before, number = index.tariff, numbered_name(index.register)
        index.tariff = name or before or number
        if before not in {"", number, index.tariff}:
            self._former.append(FormerTariff(since, index.register, before))

    def tariff_at(self, register: int, at: float) -> str | None:
        """Give what a register has counted at an instant, maybe long past."""
        known = [one.tariff for one in self._former if one.register == register and at < one.until]
        if index := self.indexes.by_register.get(register):
            known.append(index.tariff)
        return next(filter(None, known), None)
