"""What a meter has counted, day by day: the energy under each tariff at each price, and charges.

It is a sheet of rows that anybody could keep by hand. It knows energy in Wh, prices, local days and
instants (seconds since 1970); no labels, no readings and no clock of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Self

from homeassistant.util.json import JsonObjectType, JsonValueType

from .periods import CostPeriod, day_of, midnight, standing_charge
from .prices import EXPORT

KEPT: Final = timedelta(days=70)
"""What is older than this is of no month that is still shown."""
_MOVED: Final = 60.0
"""Seconds between two instants after which the machine slept, was off, or its clock was set."""
AN_HOUR: Final = 3600.0
"""Seconds up to which a clock that goes back is taken as it is: no day is lost by it."""
_A_DAY: Final = 86400.0
"""Seconds for which a clock that has moved may still be put right."""
_BRIEF: Final = 20.0
"""Seconds for which a leap of days over which nothing was used is not believed."""


class LedgerRow(NamedTuple):
    """Energy that is paid alike: of a day, under a tariff, at a price by kWh if that is known."""

    day: date
    tariff: str
    price: float | None


type Rows = defaultdict[LedgerRow, float]
"""Wh by row."""


def _no_rows() -> Rows:
    """Give an empty sheet."""
    return defaultdict(float)


@dataclass(slots=True)
class ClockDoubt:
    """What was counted since the time made a leap, which a leap back may prove to be false.

    A machine that was off for a night and one whose clock has been set look alike at first.
    """

    since: float
    """The last instant before it."""
    until: float
    """When the new time is believed."""
    leap: float
    """Seconds by which the time went on, or back."""
    whole_since: float
    """What `Ledger.whole_since` was before."""
    rows: Rows = field(default_factory=_no_rows)

    @property
    def written(self) -> JsonObjectType:
        """What is stored."""
        return {
            "times": [self.since, self.until, self.whole_since],
            "leap": self.leap,
            "rows": _written_rows(self.rows),
        }

    def is_undone_by(self, leap: float, now: float) -> bool:
        """Whether the time is back where it may have come by itself, so was false in between."""
        is_back = self.leap * leap < 0 and abs(leap) > abs(self.leap) / 2
        return is_back and now >= self.since

    def is_false(self, now: float, meter_time: float | None) -> bool:
        """Whether the time was set ahead, as far as can be told, and has not passed.

        The meter's own time, where it is told, has not leapt; else hardly anything was used.
        """
        if meter_time is not None and self.leap > 2 * AN_HOUR:
            return abs(now - self.leap - meter_time) < AN_HOUR
        is_new = self.leap > _A_DAY and now - self.leap - self.since < _BRIEF
        return is_new and sum(self.rows.values()) < self.leap / AN_HOUR  # below 1 W


class Ledger:
    """The rows of some weeks, and the standing charges with the day from which each is paid."""

    def __init__(self) -> None:
        self.rows = _no_rows()
        self.charges: list[tuple[date, float]] = []
        self.whole_since = 0.0
        """Since when nothing is missing: of days before, a part was counted at most."""
        self.now = self.began = 0.0
        self.doubt: ClockDoubt | None = None
        self.today = date.min

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; another shape raises an error of any type."""
        ledger = cls()
        ledger.now, ledger.whole_since = map(float, kept["times"])
        ledger.began = float(kept.get("began", 0.0))
        ledger.rows = _read_rows(kept["rows"])
        ledger.charges = [(date.fromisoformat(day), float(one)) for day, one in kept["charges"]]
        if doubt := kept["doubt"]:
            since, until, whole_since = map(float, doubt["times"])
            rows = _read_rows(doubt["rows"])
            ledger.doubt = ClockDoubt(since, until, float(doubt["leap"]), whole_since, rows)
        return ledger

    @property
    def written(self) -> JsonObjectType:
        """What is stored."""
        return {
            "times": [self.now, self.whole_since],
            "began": self.began,
            "charges": [[day.isoformat(), amount] for day, amount in self.charges],
            "rows": _written_rows(self.rows),
            "doubt": self.doubt.written if self.doubt else None,
        }

    # Time

    def turn(self, now: float) -> None:
        """Go on to an instant."""
        leap, before = now - self.now, self.today
        self.today = day_of(now)
        if self.now == 0:
            self.whole_since = self.began = now
        elif abs(leap) > _MOVED:
            self._leap(leap, now)
        elif self.doubt and now > self.doubt.until:
            self._take_as_dated()
            self.whole_since = min(self.whole_since, now)
            before = date.min
        self.now = now
        if self.today != before and not self.doubt:
            self._keep_days()

    def _leap(self, leap: float, now: float) -> None:
        doubt = self.doubt
        if doubt and doubt.is_undone_by(leap, now):
            self.doubt, self.whole_since = None, doubt.whole_since
            for row, energy in doubt.rows.items():
                self.add(energy, row.tariff, row.price, doubt.since, now)
        elif doubt and doubt.leap < 0 and now < doubt.since:
            doubt.until = now + _A_DAY  # still behind
        elif leap < -AN_HOUR or leap > (AN_HOUR if doubt else 0):
            self._take_as_dated()
            self.doubt = ClockDoubt(self.now, now + _A_DAY, leap, self.whole_since)
            if leap > _A_DAY:
                self.whole_since = now

    def _take_as_dated(self) -> None:
        for row, energy in self.doubt.rows.items() if self.doubt else ():
            self.rows[row] += energy
        self.doubt = None

    def _keep_days(self) -> None:
        """Keep what may still be shown; what is dated in days to come is of today."""
        recent = {row: wh for row, wh in self.rows.items() if row.day > self.today - KEPT}
        self.rows = _changed(recent, lambda row: row._replace(day=min(row.day, self.today)))
        self.charges = [(min(day, self.today), charge) for day, charge in self.charges]

    # What is entered

    def add(
        self, energy: float, tariff: str, price: float | None, since: float, until: float
    ) -> None:
        """Enter Wh that were counted between two instants: evenly, where midnights lie between."""
        rows = self.doubt.rows if self.doubt else self.rows
        for day, share in _shares(since, until):
            rows[LedgerRow(day, tariff, price)] += energy * share

    def charge(self, amount: float | None) -> None:
        """Take a month's charge from today on; a first one has been paid all the time."""
        if self.charges:
            if (amount or 0.0) != self.charges[-1][1]:
                self._charge_since(self.today, amount or 0.0)
        elif amount is not None:
            self.charges = [(date.min, amount)]

    def _charge_since(self, day: date, amount: float) -> None:
        self.charges = [one for one in self.charges if one[0] < day] + [(day, amount)]

    def complete(self, names: dict[str, str], price_of: Callable[[str], float | None]) -> None:
        """Give what had no name, or no price, when it was entered those that are now told."""

        def known(row: LedgerRow) -> LedgerRow:
            tariff = names.get(row.tariff, row.tariff)
            return LedgerRow(row.day, tariff, price_of(tariff) if row.price is None else row.price)

        self._change(known)

    def reprice(
        self, since: date, price_of: Callable[[str], float | None], charge: float | None
    ) -> None:
        """Make prices, and a charge, hold from a day on as if they had always done so."""
        self._change(
            lambda row: row if row.day < since else row._replace(price=price_of(row.tariff))
        )
        if charge is not None or self.charges:
            self._charge_since(since, charge or 0.0)

    def _change(self, change: Callable[[LedgerRow], LedgerRow]) -> None:
        self.rows = _changed(self.rows, change)
        if self.doubt:
            self.doubt.rows = _changed(self.doubt.rows, change)

    # What comes out

    def drawn(self, period: CostPeriod) -> Rows:
        """Give what was drawn in a period."""
        return self._of(period, lambda row: row.tariff != EXPORT)

    def exported(self, period: CostPeriod) -> Rows:
        """Give what was exported in a period."""
        return self._of(period, lambda row: row.tariff == EXPORT)

    def standing(self, period: CostPeriod) -> float:
        """Give the share of the standing charges for a period."""
        return standing_charge(self._charge_on, period)

    def _charge_on(self, day: date) -> float:
        known = [amount for since, amount in self.charges if since <= day]
        return known[-1] if known else self.charges[0][1] if self.charges else 0.0

    def _of(self, period: CostPeriod, is_asked: Callable[[LedgerRow], bool]) -> Rows:
        found = _no_rows()
        for rows in (self.rows, self.doubt.rows if self.doubt else {}):
            for row, energy in rows.items():
                if period.first <= row.day <= period.last and is_asked(row):
                    found[row] += energy
        return found


def amount(rows: Rows) -> float | None:
    """Add up what rows cost; None where one has no price."""
    total = 0.0
    for row, energy in rows.items():
        if row.price is not None:
            total += energy / 1000 * row.price
        elif energy:
            return None
    return total


def _written_rows(rows: Rows) -> list[JsonValueType]:
    return [[row.day.isoformat(), row.tariff, row.price, energy] for row, energy in rows.items()]


def _read_rows(kept: list[Any]) -> Rows:
    rows = _no_rows()
    for day, tariff, price, energy in kept:
        rows[LedgerRow(date.fromisoformat(day), str(tariff), price)] += float(energy)
    return rows


def _changed(rows: dict[LedgerRow, float], change: Callable[[LedgerRow], LedgerRow]) -> Rows:
    changed = _no_rows()
    for row, energy in rows.items():
        changed[change(row)] += energy
    return changed


def _shares(since: float, until: float) -> list[tuple[date, float]]:
    """Give the share of each day in the time between two instants; all is of the last, if none."""
    last = day_of(until)
    first = min(last, day_of(since))
    if first == last:
        return [(last, 1.0)]
    between = CostPeriod(max(first, last - KEPT), last).days
    edges = [*(max(since, midnight(day)) for day in between), until]
    whole = until - since
    return [(day, (edges[n + 1] - edges[n]) / whole) for n, day in enumerate(between)]
