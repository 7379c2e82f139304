"""Reads the costs that were stored before there was a ledger.

For each index that was: its value, when it was received, and for the day and the month each the
start, the Wh since prices last changed, and the amount for the Wh before.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..tariff.in_force import index_slug, numbered_name
from ..tic import LABELS, Label, Quantity
from .indexes import register_number
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT, Prices

FORMER: Final = "costs"
"""The key under which an entry stored it."""


def read_former(kept: Mapping[str, Any], names: Mapping[int, str]) -> JsonObjectType:
    """Return it in the format of `Account.written`; `names` are the tariffs of registers.

    The Wh behind an amount are not known: they are taken from the price of that time.
    """
    prices = Prices.chosen(kept["prices"]).named(names)
    heard, month, days, spent = kept["standing"]
    rows: list[Any] = []
    indexes: dict[str, JsonValueType] = {}
    for name, account in sorted(kept["accounts"].items(), key=lambda one: one[1][1]):
        if name in LABELS:
            tariff = _tariff(LABELS[name], names)
            rows += _rows(tariff, prices.of(tariff), account[2:8])
            if not any(account[8:]):  # else another meter counts, or it was no longer sent
                # `heard` is the last whole frame; the stop may have cut one short after it
                indexes[name] = [account[0], min(account[1], heard), tariff]
    # What was counted before the day tells that the meter was there at its midnight.
    is_whole = any(row[0] < day_of(heard).isoformat() and row[3] for row in rows)
    return {
        "times": [heard, midnight(day_of(heard)) if is_whole else heard],
        "began": 0.0,
        "rows": rows,
        "charges": _charges(day_of(month), days, spent, prices.standing_charge),
        "indexes": indexes,
    }


def _tariff(label: Label, names: Mapping[int, str]) -> str:
    if label.quantity is Quantity.EXPORTED_ENERGY:
        return EXPORT
    register = register_number(label)
    return index_slug(label) or names.get(register) or numbered_name(register)


def _rows(tariff: str, price: float | None, periods: list[float]) -> list[JsonValueType]:
    """Return the rows of the day, and of the month before it."""
    day, day_used, day_spent, month, month_used, month_spent = periods
    if day >= month:  # of which the day is a part
        month_used, month_spent = month_used - day_used, month_spent - day_spent
    rows: list[Any] = []
    for at, used, spent in ((day, day_used, day_spent), (month, month_used, month_spent)):
        rows.append([day_of(at).isoformat(), tariff, price, used])
        if spent:
            rows.append(
                [day_of(at).isoformat(), tariff, price or 1.0, 1000 * spent / (price or 1.0)]
            )
    return rows


def _charges(month: date, days: int, spent: float, charge: float | None) -> list[JsonValueType]:
    """Return the standing charge by which the first `days` cost `spent`, and the present one."""
    if not days:
        return [] if charge is None else [[date.min.isoformat(), charge]]
    then = month + timedelta(days)
    before = spent / CostPeriod(month, then - timedelta(1)).months
    return [[date.min.isoformat(), before], [then.isoformat(), charge or 0.0]]
