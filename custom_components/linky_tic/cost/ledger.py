"""The energy of each day under each tariff and price, and the standing charges.

Energy is in Wh, instants are seconds since 1970, days are local.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Self

from homeassistant.util.json import JsonObjectType

from .clock import AN_HOUR
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT

LONGEST: Final = timedelta(days=366)
"""The energy of a longer gap is shared over so many days only."""
KEPT: Final = timedelta(days=100)
"""For how long rows are kept: the month of a day that waits for its prices is still whole."""


class LedgerRow(NamedTuple):
    """The energy of one day under one tariff, and its price (by kWh); None: not known."""

    day: date
    tariff: str
    price: float | None


type Rows = defaultdict[LedgerRow, float]
"""Wh by row."""


class Ledger:
    """The rows of some weeks, and the standing charges, each with its first day."""

    def __init__(self) -> None:
        self.rows: Rows = defaultdict(float)
        self.charges: dict[date, float] = {}
        self.whole_since = 0.0
        """Since when all energy was counted; of the time before, some may be missing."""
        self.now = self.began = 0.0
        self.today = self._tidied = date.min

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; another shape raises an error of any type."""
        ledger = cls()
        ledger.now, ledger.whole_since = map(float, kept["times"])
        ledger.today = ledger._tidied = day_of(ledger.now)
        ledger.began = float(kept.get("began", ledger.whole_since))
        for day, tariff, price, energy in kept["rows"]:
            ledger.rows[LedgerRow(date.fromisoformat(day), str(tariff), price)] += float(energy)
        ledger.charges = {date.fromisoformat(day): float(one) for day, one in kept["charges"]}
        return ledger

    @property
    def written(self) -> JsonObjectType:
        return {
            "times": [self.now, self.whole_since],
            "began": self.began,
            "charges": [[day.isoformat(), amount] for day, amount in self.charges.items()],
            "rows": [
                [one.day.isoformat(), one.tariff, one.price, self.rows[one]] for one in self.rows
            ],
        }

    def advance_to(self, now: float) -> None:
        if self.now == 0:
            self.whole_since = self.began = now
        self.now, self.today = now, day_of(now)

    def tidy(self) -> None:
        """Delete old rows, once a day, and date rows of the future as of today.

        Not after a clock was set back over midnight by less than an hour: tomorrow's rows stay.
        """
        if self._tidied == self.today or self._tidied == day_of(self.now + AN_HOUR):
            return
        self._tidied = self.today
        self.whole_since = min(self.whole_since, self.now)
        recent = {row: wh for row, wh in self.rows.items() if row.day > self.today - KEPT}
        self.rows = _changed(recent, lambda row: row._replace(day=min(row.day, self.today)))
        self.charges = {min(day, self.today): charge for day, charge in self.charges.items()}

    # Energy and charges are added

    def add(
        self, energy: float, tariff: str, price: float | None, since: float, until: float
    ) -> None:
        """Add Wh counted between two instants, shared evenly over the days between them."""
        for day, share in _shares(since, until):
            self.rows[LedgerRow(day, tariff, price)] += energy * share

    def charge(self, amount: float | None) -> None:
        """Set the standing charge (by month) from today on; a first one for all days before."""
        if not self.charges and amount is not None:
            self.charges = {date.min: amount}
        elif self.charges and (amount or 0.0) != self._charge_on(date.max):
            self._charge_since(self.today, amount or 0.0)

    def _charge_since(self, day: date, amount: float) -> None:
        self.charges = {one: was for one, was in self.charges.items() if one < day} | {day: amount}

    def complete(self, names: dict[str, str], price_of: Callable[[str], float | None]) -> None:
        """Fill in tariffs and prices that were not known when energy was added."""

        def known(row: LedgerRow) -> LedgerRow:
            tariff = names.get(row.tariff, row.tariff)
            return LedgerRow(row.day, tariff, price_of(tariff) if row.price is None else row.price)

        self.rows = _changed(self.rows, known)

    def reprice(
        self, since: date, price_of: Callable[[str], float | None], charge: float | None
    ) -> None:
        """Apply prices, and a standing charge, to all energy from a day on.

        A tariff without a new price, such as one of a former contract, keeps its old one.
        """

        def repriced(row: LedgerRow) -> LedgerRow:
            price = price_of(row.tariff)
            return row if row.day < since or price is None else row._replace(price=price)

        self.rows = _changed(self.rows, repriced)
        if charge is not None or self.charges:
            self._charge_since(since, charge or 0.0)

    # Sums

    def drawn(self, period: CostPeriod) -> dict[LedgerRow, float]:
        return self._of(period, is_export=False)

    def exported(self, period: CostPeriod) -> dict[LedgerRow, float]:
        return self._of(period, is_export=True)

    def standing(self, period: CostPeriod) -> float:
        """Return the part of the standing charges that falls on a period."""
        return sum(self._charge_on(day) * CostPeriod(day, day).months for day in period.days)

    def _charge_on(self, day: date) -> float:
        known = [amount for since, amount in self.charges.items() if since <= day]
        return known[-1] if known else next(iter(self.charges.values()), 0.0)

    def _of(self, period: CostPeriod, *, is_export: bool) -> dict[LedgerRow, float]:
        return {
            row: energy
            for row, energy in self.rows.items()
            if period.first <= row.day <= period.last and (row.tariff == EXPORT) is is_export
        }


def amount(rows: Mapping[LedgerRow, float]) -> float | None:
    """Return the cost of rows; None if one of them has no price."""
    total = 0.0
    for row, energy in rows.items():
        if row.price is not None:
            total += energy / 1000 * row.price
        elif energy:
            return None
    return total


def _changed(rows: dict[LedgerRow, float], change: Callable[[LedgerRow], LedgerRow]) -> Rows:
    changed: Rows = defaultdict(float)
    for row, energy in rows.items():
        changed[change(row)] += energy
    return changed


def _shares(since: float, until: float) -> list[tuple[date, float]]:
    """Return the share of each day in the time between two instants: all if it is one day."""
    last = day_of(until)
    first = min(last, day_of(since))
    if first == last:
        return [(last, 1.0)]
    between = CostPeriod(max(first, last - LONGEST), last).days
    edges = [since, *(midnight(day) for day in between[1:]), until]
    whole = until - since
    return [(day, (edges[n + 1] - edges[n]) / whole) for n, day in enumerate(between)]
