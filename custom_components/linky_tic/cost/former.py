"""The accounts that were kept before there was a ledger, read into one.

Those held, for each index, the Wh of a day and of a month since prices had last changed, and what
had been spent by then.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from homeassistant.util.json import JsonValueType

from ..meter.known_labels import LABELS
from ..tic import Label, Quantity
from .indexes import TOTAL
from .ledger import Ledger, Row, day_of
from .prices import Prices
from .stored import Kept, as_object, numbers, read_indexes

_RETURNED: Final = 8
"""The place in a row of whether its index was no longer sent, if it has one."""


def read_former(
    fact: JsonValueType, tariff_of: Callable[[Label], str], prices: Prices
) -> Kept | None:
    """Read the accounts; `prices` are those that were stored with them, by tariff."""
    if not isinstance(fact, dict):
        return None
    kept = as_object(fact["accounts"])
    accounts = {name: numbers(row) for name, row in kept.items() if name in LABELS}
    ledger = Ledger()
    heard, month, days, spent = numbers(fact["standing"])
    ledger.now = ledger.whole_since = heard
    ledger.charges = _charges(day_of(month), int(days), spent, prices.standing_charge)
    for name, account in accounts.items():
        tariff = tariff_of(LABELS[name])
        _enter(ledger, account, tariff, prices.of(tariff))
    return Kept(str(fact["address"]), ledger, read_indexes(_standing_where(accounts)))


def _enter(ledger: Ledger, account: list[float], tariff: str, price: float | None) -> None:
    """Enter the day, and the rest of the month on its first day.

    How much was used for what was spent is not known: as much as the price of now makes of it.
    """
    _, _, day, day_used, day_spent, month, month_used, month_spent = account[:_RETURNED]
    if day >= month:
        month_used, month_spent = month_used - day_used, month_spent - day_spent
    for at, used, spent in ((day, day_used, day_spent), (month, month_used, month_spent)):
        if used:
            ledger.rows[Row(day_of(at), tariff, price)] += used
        if spent:
            ledger.rows[Row(day_of(at), tariff, price or 1.0)] += 1000 * spent / (price or 1.0)


def _charges(
    month: date, days: int, spent: float, charge: float | None
) -> list[tuple[date, float]]:
    """Give the charges: the first days of a month may have been paid by another."""
    if charge is None:
        return []
    if not days:
        return [(date.min, charge)]
    before = spent / days * monthrange(month.year, month.month)[1]
    return [(date.min, before), (month + timedelta(days), charge)]


def _standing_where(accounts: dict[str, list[float]]) -> dict[str, JsonValueType]:
    """Give the values of the indexes that go on from where they stood, and since when."""
    going_on = {name: row for name, row in accounts.items() if not any(row[_RETURNED:])}
    newest = max(going_on, key=lambda name: going_on[name][1], default=None)
    if newest == TOTAL:  # the others have counted in it
        going_on = {
            name: row
            for name, row in going_on.items()
            if name == TOTAL or LABELS[name].quantity is Quantity.EXPORTED_ENERGY
        }
    return {name: [*row[:2]] for name, row in going_on.items()}
