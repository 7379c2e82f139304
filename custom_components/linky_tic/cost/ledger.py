"""What a meter has counted, day by day: the energy under each tariff at each price, and charges.

It is a sheet of rows that anybody could keep by hand. It knows energy in Wh, prices, local days and
instants (seconds since 1970); no labels, no readings and no clock of its own.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util

from .prices import EXPORT

_KEPT: Final = timedelta(days=70)
"""What is older than this is of no month that is still shown."""
_MOVED: Final = 60.0
"""Seconds between two instants after which the machine slept, was off, or its clock was set."""
_DOUBTED: Final = 86400.0
"""Seconds for which a clock that has moved may still be put right."""


class Row(NamedTuple):
    """Energy that is paid alike: of a day, under a tariff, at a price by kWh if that is known."""

    day: date
    tariff: str
    price: float | None


type Rows = defaultdict[Row, float]
"""Wh by row."""


def no_rows() -> Rows:
    """Give an empty sheet."""
    return defaultdict(float)


@dataclass(slots=True)
class Doubt:
    """What was counted since the time went on by a leap, which a leap back may prove to be false.

    A machine that was off for a night and one whose clock has been set look alike at first.
    """

    since: float
    """The last instant before it."""
    until: float
    """When the new time is believed."""
    is_forward: bool
    whole_since: float
    """What `Ledger.whole_since` was before."""
    rows: Rows = field(default_factory=no_rows)


class Ledger:
    """The rows of some weeks, and the standing charges with the day from which each is paid."""

    def __init__(self) -> None:
        self.rows = no_rows()
        self.charges: list[tuple[date, float]] = []
        self.whole_since = 0.0
        """Since when nothing is missing: of days before, a part was counted at most."""
        self.now = 0.0
        self.doubt: Doubt | None = None
        self.today = date.min
        self._begins = self._ends = 0.0

    # Time

    def turn(self, now: float) -> None:
        """Go on to an instant."""
        if abs(now - self.now) > _MOVED:
            self._leap(now)
        elif self.doubt and now > self.doubt.until:
            self._believe(now)
        self.now = now
        if self._begins <= now < self._ends:
            return
        self.today = day_of(now)
        self._begins, self._ends = midnight(self.today), midnight(self.today + _ONE_DAY)
        if not self.doubt:
            self._keep_days()

    def _leap(self, now: float) -> None:
        """Doubt a time that leaps.

        Where it leaps back to where it may have come by itself, it was false in between: what was
        counted meanwhile is shared out as if nobody had looked at the clock.
        """
        doubt, is_forward = self.doubt, now > self.now
        if self.now == 0:
            self.whole_since = now
        elif doubt and not doubt.is_forward and now < doubt.since:
            doubt.until = now + _DOUBTED  # still behind
        elif doubt and doubt.is_forward is not is_forward and now >= doubt.since:
            self.doubt, self.whole_since = None, doubt.whole_since
            for row, energy in doubt.rows.items():
                self.add(energy, row.tariff, row.price, doubt.since, now)
        else:
            self._take_as_dated()
            self.doubt = Doubt(self.now, now + _DOUBTED, is_forward, self.whole_since)
            if now - self.now > _DOUBTED:
                self.whole_since = now

    def _take_as_dated(self) -> None:
        for row, energy in self.doubt.rows.items() if self.doubt else ():
            self.rows[row] += energy
        self.doubt = None

    def _believe(self, now: float) -> None:
        """Take the days as they were dated; those that have not come yet were counted today."""
        self._take_as_dated()
        self.today = today = day_of(now)
        self._keep_days()
        self.charges = [(min(day, today), charge) for day, charge in self.charges]
        self.whole_since = min(self.whole_since, now)

    def _keep_days(self) -> None:
        """Keep what may still be shown, and nothing under a day to come."""
        dated, self.rows = self.rows, no_rows()
        for row, energy in dated.items():
            if row.day > self.today - _KEPT:
                self.rows[row._replace(day=min(row.day, self.today))] += energy

    # What is entered

    def add(
        self, energy: float, tariff: str, price: float | None, since: float, until: float
    ) -> None:
        """Enter Wh that were counted between two instants: evenly, where midnights lie between."""
        rows = self.doubt.rows if self.doubt else self.rows
        for day, share in _shares(since, until):
            rows[Row(day, tariff, price)] += energy * share

    def charge(self, amount: float | None) -> None:
        """Take a month's charge from today on; a first one has been paid all the time."""
        if amount is None and not self.charges:
            return
        amount = amount or 0.0
        if not self.charges:
            self.charges = [(date.min, amount)]
        elif amount != self.charges[-1][1]:
            self._charge_since(self.today, amount)

    def _charge_since(self, day: date, amount: float) -> None:
        self.charges = [one for one in self.charges if one[0] < day] + [(day, amount)]

    def rename(self, names: dict[str, str]) -> None:
        """Put what was counted under one name under another."""
        self._change(lambda row: row._replace(tariff=names.get(row.tariff, row.tariff)))

    def complete(self, price_of: Callable[[str], float | None]) -> None:
        """Give what has no price yet the one that is now told."""
        self._change(
            lambda row: row if row.price is not None else row._replace(price=price_of(row.tariff))
        )

    def reprice(
        self, since: date, price_of: Callable[[str], float | None], charge: float | None
    ) -> None:
        """Make prices, and a charge, hold from a day on as if they had always done so."""
        self._change(
            lambda row: row if row.day < since else row._replace(price=price_of(row.tariff))
        )
        if charge is not None or self.charges:
            self._charge_since(since, charge or 0.0)

    def _change(self, change: Callable[[Row], Row]) -> None:
        self.rows = _changed(self.rows, change)
        if self.doubt:
            self.doubt.rows = _changed(self.doubt.rows, change)

    # What comes out

    def energy(self, first: date, last: date) -> float:
        """Give the Wh that were drawn from one day to another, both included."""
        return sum(energy for _, energy in self._between(first, last, is_export=False))

    def amount(self, first: date, last: date, *, is_export: bool) -> float | None:
        """Give the price of what was drawn, or exported; None where a part of it has no price."""
        amount = 0.0
        for row, energy in self._between(first, last, is_export=is_export):
            if row.price is not None:
                amount += energy / 1000 * row.price
            elif energy:
                return None
        return amount

    def standing(self, first: date, last: date) -> float:
        """Give the share of the standing charges for some days, each in the part of its month."""
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        return sum(self._charge_on(day) / monthrange(day.year, day.month)[1] for day in days)

    def _charge_on(self, day: date) -> float:
        known = [amount for since, amount in self.charges if since <= day]
        first = self.charges[0][1] if self.charges else 0.0
        return known[-1] if known else first

    def _between(self, first: date, last: date, *, is_export: bool) -> Iterator[tuple[Row, float]]:
        for rows in (self.rows, self.doubt.rows if self.doubt else no_rows()):
            for row, energy in rows.items():
                if first <= row.day <= last and (row.tariff == EXPORT) is is_export:
                    yield row, energy


_ONE_DAY: Final = timedelta(days=1)


def _changed(rows: Rows, change: Callable[[Row], Row]) -> Rows:
    changed = no_rows()
    for row, energy in rows.items():
        changed[change(row)] += energy
    return changed


def _shares(since: float, until: float) -> list[tuple[date, float]]:
    """Give the share of each day in the time between two instants; all is of the last, if none."""
    last = day_of(until)
    first = min(last, day_of(since))
    if first == last:
        return [(last, 1.0)]
    first = max(first, last - _KEPT)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    edges = [*(max(since, midnight(day)) for day in days), until]
    whole = until - since
    return [(day, (edges[n + 1] - edges[n]) / whole) for n, day in enumerate(days)]


def day_of(at: float) -> date:
    """Give the local day of an instant."""
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).date()


def midnight(day: date) -> float:
    """Give the instant at which a local day begins."""
    return dt_util.start_of_local_day(day).timestamp()
