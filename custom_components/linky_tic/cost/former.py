"""Reads the costs that were stored before there was a ledger.

For each index that was: its value, when it was received, and for the day and the month each the
start, the Wh since prices last changed, and the amount for the Wh before.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from homeassistant.util.json import JsonObjectType

from ..tariff.in_force import index_slug, numbered_name
from ..tic import LABELS, Label, Quantity
from .ledger import Ledger, LedgerRow, Rows
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT, Prices
from .registers import CostRegister, register_number

FORMER: Final = "costs"
"""The key under which an entry stored it."""


def read_former(kept: Mapping[str, Any], names: Mapping[int, str]) -> JsonObjectType:
    """Return it in the format of `Account.written`; `names` are the tariffs of registers.

    The Wh behind an amount are not known: they are taken from the price of that time.
    """
    prices = Prices.chosen(kept["prices"]).named(names)
    heard, month, days, spent = kept["standing"]
    ledger = Ledger()
    registers: list[CostRegister] = []
    for name, account in sorted(kept["accounts"].items(), key=lambda one: one[1][1]):
        if name in LABELS:
            tariff = _tariff(LABELS[name], names)
            value, at, *periods = account[:8]
            _add_periods(ledger.rows, tariff, prices.of(tariff), periods)
            if not any(account[8:]):  # else another meter counts, or it was no longer sent
                # `heard` is the last whole frame; the stop may have cut one short after it
                registers.append(CostRegister(name, value, min(at, heard), tariff))
    # What was counted before the day tells that the meter was there at its midnight.
    is_whole = any(used and row.day < day_of(heard) for row, used in ledger.rows.items())
    ledger.now, ledger.whole_since = heard, midnight(day_of(heard)) if is_whole else heard
    ledger.charges = _charges(day_of(month), days, spent, prices.standing_charge)
    return {**ledger.written, "indexes": {one.label: one.written for one in registers}}


def _tariff(label: Label, names: Mapping[int, str]) -> str:
    if label.quantity is Quantity.EXPORTED_ENERGY:
        return EXPORT
    register = register_number(label)
    return index_slug(label) or names.get(register) or numbered_name(register)


def _add_periods(rows: Rows, tariff: str, price: float | None, periods: list[float]) -> None:
    """Add what was counted in the day, and in the month before it."""
    day, day_used, day_spent, month, month_used, month_spent = periods
    if day >= month:  # of which the day is a part
        month_used, month_spent = month_used - day_used, month_spent - day_spent
    for at, used, spent in ((day, day_used, day_spent), (month, month_used, month_spent)):
        rows[LedgerRow(day_of(at), tariff, price)] += used
        if spent:
            rows[LedgerRow(day_of(at), tariff, price or 1.0)] += 1000 * spent / (price or 1.0)


def _charges(month: date, days: int, paid: float, charge: float | None) -> dict[date, float]:
    """Return the standing charge that came to `paid` for the first days, and the present one."""
    if not days:
        return {} if charge is None else {date.min: charge}
    then = month + timedelta(days)
    before = paid / CostPeriod(month, then - timedelta(1)).months
    return {date.min: before, then: charge or 0.0}
