"""What a meter has counted, day by day: the energy under each tariff at each price, and charges.

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
"""Of a longer gap, the first day has what was used before, too."""
_KEPT: Final = timedelta(days=70)
"""What is older than this is of no month that is still shown."""


class LedgerRow(NamedTuple):
    """Energy that is paid alike: of a day, under a tariff, at a price by kWh if that is known."""

    day: date
    tariff: str
    price: float | None


type Rows = defaultdict[LedgerRow, float]
"""Wh by row."""


class Ledger:
    """The rows of some weeks, and the standing charges with the day from which each is paid."""

    def __init__(self) -> None:
        self.rows: Rows = defaultdict(float)
        self.charges: list[tuple[date, float]] = []
        self.whole_since = 0.0
        """Since when nothing is missing: of days before, a part was counted at most."""
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
        ledger.charges = [(date.fromisoformat(day), float(one)) for day, one in kept["charges"]]
        return ledger

    @property
    def written(self) -> JsonObjectType:
        return {
            "times": [self.now, self.whole_since],
            "began": self.began,
            "charges": [[day.isoformat(), amount] for day, amount in self.charges],
            "rows": [
                [one.day.isoformat(), one.tariff, one.price, self.rows[one]] for one in self.rows
            ],
        }

    def turn(self, now: float) -> None:
        if self.now == 0:
            self.whole_since = self.began = now
        self.now, self.today = now, day_of(now)

    def tidy(self) -> None:
        """Keep what may still be shown, once a day; what is dated in days to come is of today.

        A clock that is set back by less than an hour makes no day one that is to come.
        """
        if self._tidied == self.today or self._tidied == day_of(self.now + AN_HOUR):
            return
        self._tidied = self.today
        self.whole_since = min(self.whole_since, self.now)
        recent = {row: wh for row, wh in self.rows.items() if row.day > self.today - _KEPT}
        self.rows = _changed(recent, lambda row: row._replace(day=min(row.day, self.today)))
        self.charges = [(min(day, self.today), charge) for day, charge in self.charges]

    # What is entered

    def add(
        self, energy: float, tariff: str, price: float | None, since: float, until: float
    ) -> None:
        """Enter Wh that were counted between two instants: evenly, where midnights lie between."""
        for day, share in _shares(since, until):
            self.rows[LedgerRow(day, tariff, price)] += energy * share

    def charge(self, amount: float | None) -> None:
        """Take a month's charge from today on; a first one has been paid all the time."""
        if not self.charges and amount is not None:
            self.charges = [(date.min, amount)]
        elif self.charges and (amount or 0.0) != self.charges[-1][1]:
            self._charge_since(self.today, amount or 0.0)

    def _charge_since(self, day: date, amount: float) -> None:
        self.charges = [one for one in self.charges if one[0] < day] + [(day, amount)]

    def complete(self, names: dict[str, str], price_of: Callable[[str], float | None]) -> None:
        """Give what had no name, or no price, when it was entered those that are now told."""

        def known(row: LedgerRow) -> LedgerRow:
            tariff = names.get(row.tariff, row.tariff)
            return LedgerRow(row.day, tariff, price_of(tariff) if row.price is None else row.price)

        self.rows = _changed(self.rows, known)

    def reprice(
        self, since: date, price_of: Callable[[str], float | None], charge: float | None
    ) -> None:
        """Make prices, and a charge, hold from a day on as if they had always done so.

        A tariff that has none among them, such as a former contract's, keeps what it was paid.
        """

        def repriced(row: LedgerRow) -> LedgerRow:
            price = price_of(row.tariff)
            return row if row.day < since or price is None else row._replace(price=price)

        self.rows = _changed(self.rows, repriced)
        if charge is not None or self.charges:
            self._charge_since(since, charge or 0.0)

    # What comes out

    def drawn(self, period: CostPeriod) -> dict[LedgerRow, float]:
        return self._of(period, is_export=False)

    def exported(self, period: CostPeriod) -> dict[LedgerRow, float]:
        return self._of(period, is_export=True)

    def standing(self, period: CostPeriod) -> float:
        """Give the share of the standing charges for a period."""
        return sum(self._charge_on(day) * CostPeriod(day, day).months for day in period.days)

    def _charge_on(self, day: date) -> float:
        known = [amount for since, amount in self.charges if since <= day]
        return known[-1] if known else self.charges[0][1] if self.charges else 0.0

    def _of(self, period: CostPeriod, *, is_export: bool) -> dict[LedgerRow, float]:
        return {
            row: energy
            for row, energy in self.rows.items()
            if period.first <= row.day <= period.last and (row.tariff == EXPORT) is is_export
        }


def amount(rows: Mapping[LedgerRow, float]) -> float | None:
    """Add up what rows cost; None where one has no price."""
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
    """Give the share of each day in the time between two instants; all is of the last, if none."""
    last = day_of(until)
    first = min(last, day_of(since))
    if first == last:
        return [(last, 1.0)]
    between = CostPeriod(max(first, last - LONGEST), last).days
    edges = [since, *(midnight(day) for day in between[1:]), until]
    whole = until - since
    return [(day, (edges[n + 1] - edges[n]) / whole) for n, day in enumerate(between)]
