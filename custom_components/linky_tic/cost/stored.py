"""How a ledger is kept: JSON, and what earlier releases have kept in its place."""

from collections.abc import Mapping
from datetime import date
from math import copysign
from typing import Any, NamedTuple

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..tic import LABELS, unnamed
from .indexes import Indexes, register_of, tariff_of
from .ledger import ClockDoubt, Ledger, LedgerRow, Rows, day_of, no_rows
from .prices import Prices


class Kept(NamedTuple):
    """A ledger, and where the registers of the meter with this address stood."""

    address: str
    ledger: Ledger
    indexes: Indexes


def written(kept: Kept) -> JsonObjectType:
    """Write a ledger down."""
    ledger, doubt, indexes = kept.ledger, kept.ledger.doubt, kept.indexes.by_register.values()
    return {
        "address": kept.address,
        "indexes": {one.label: [one.value, one.at, one.tariff] for one in indexes},
        "times": [ledger.now, ledger.whole_since],
        "charges": [[day.isoformat(), amount] for day, amount in ledger.charges],
        "rows": _written_rows(ledger.rows),
        "doubt": {
            "times": [doubt.since, doubt.until, doubt.whole_since],
            "leap": doubt.leap,
            "rows": _written_rows(doubt.rows),
        }
        if doubt
        else None,
    }


def read(fact: Mapping[str, Any]) -> Kept:
    """Read what `written` gave; another shape raises an error of any type."""
    ledger = Ledger()
    ledger.now, ledger.whole_since = map(float, fact["times"])
    ledger.rows = _read_rows(fact["rows"])
    ledger.charges = [(date.fromisoformat(day), float(amount)) for day, amount in fact["charges"]]
    if doubt := fact["doubt"]:
        since, until, whole_since = map(float, doubt["times"])
        leap = float(doubt["leap"]) if "leap" in doubt else copysign(1, doubt["is_forward"] - 0.5)
        ledger.doubt = ClockDoubt(since, until, leap, whole_since, _read_rows(doubt["rows"]))
    return Kept(str(fact["address"]), ledger, _read_indexes(fact["indexes"]))


def _read_indexes(rows: Mapping[str, Any]) -> Indexes:
    """Take values and instants by label again, in their order; a later release may know more."""
    indexes = Indexes()
    for label, (value, at, *tariff) in sorted(rows.items(), key=lambda one: float(one[1][1])):
        if label in LABELS:
            index, _, _ = indexes.take(LABELS[label], int(value), at)
            index.tariff = tariff[0] if tariff else ""
    return indexes


def _written_rows(rows: Mapping[LedgerRow, float]) -> list[JsonValueType]:
    return [[row.day.isoformat(), row.tariff, row.price, energy] for row, energy in rows.items()]


def _read_rows(rows: list[Any]) -> Rows:
    read_rows = no_rows()
    for day, tariff, price, energy in rows:
        read_rows[LedgerRow(date.fromisoformat(day), str(tariff), price)] += float(energy)
    return read_rows


def read_former(fact: Mapping[str, Any], names: Mapping[int, str]) -> Kept:
    """Read the accounts that were kept before there was a ledger; `names` are those of registers.

    Those held, for each index, the Wh of a day and of a month since prices had last changed, and
    what had been spent by then. How much was used for that is not known: as much as the price of
    now makes of it.
    """
    prices = Prices.chosen(fact["prices"]).named(names)
    ledger = Ledger()
    ledger.now = ledger.whole_since = fact["standing"][0]
    ledger.charge(prices.standing_charge)
    accounts = {name: row for name, row in fact["accounts"].items() if name in LABELS}
    for name, row in accounts.items():
        label = LABELS[name]
        tariff = tariff_of(label, names) or unnamed(register_of(label))
        price = prices.of(tariff)
        _, _, day, day_used, day_spent, month, month_used, month_spent = row[:8]
        if day >= month:  # of which the day is a part
            month_used, month_spent = month_used - day_used, month_spent - day_spent
        for at, used, amount in ((day, day_used, day_spent), (month, month_used, month_spent)):
            ledger.rows[LedgerRow(day_of(at), tariff, price)] += used
            if amount:
                ledger.rows[LedgerRow(day_of(at), tariff, price or 1.0)] += (
                    1000 * amount / (price or 1.0)
                )
    going_on = {name: row[:2] for name, row in accounts.items() if not any(row[8:])}
    return Kept(str(fact["address"]), ledger, _read_indexes(going_on))
