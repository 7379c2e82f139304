"""How a ledger is kept: JSON, and what earlier releases have kept in its place."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from math import copysign
from typing import Any, NamedTuple

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..meter.known_labels import LABELS
from ..tic import unnamed
from .indexes import EXPORTED, TOTAL, Index, register_of, tariff_of
from .ledger import Doubt, Ledger, Row, Rows, day_of, no_rows
from .prices import Prices


class Kept(NamedTuple):
    """A ledger, and where the registers of the meter with this address stood."""

    address: str
    ledger: Ledger
    indexes: dict[int, Index]


def written(kept: Kept) -> JsonObjectType:
    """Write a ledger down."""
    ledger, doubt = kept.ledger, kept.ledger.doubt
    return {
        "address": kept.address,
        "indexes": {one.label: [one.value, one.at, one.tariff] for one in kept.indexes.values()},
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
    """Read what `written` gave; another shape raises `KeyError`, `TypeError` or `ValueError`."""
    ledger = Ledger()
    ledger.now, ledger.whole_since = map(float, fact["times"])
    ledger.rows = _read_rows(fact["rows"])
    ledger.charges = [(date.fromisoformat(day), float(amount)) for day, amount in fact["charges"]]
    if doubt := fact["doubt"]:
        since, until, whole_since = map(float, doubt["times"])
        leap = float(doubt["leap"]) if "leap" in doubt else copysign(1, doubt["is_forward"] - 0.5)
        ledger.doubt = Doubt(since, until, leap, whole_since, _read_rows(doubt["rows"]))
    return Kept(str(fact["address"]), ledger, _read_indexes(fact["indexes"]))


def _read_indexes(rows: Mapping[str, Any]) -> dict[int, Index]:
    """Read values and instants by label; a later release, since gone back from, may know more.

    A register was heard under its last label last.
    """
    known = [Index(label, int(row[0]), *row[1:3]) for label, row in rows.items() if label in LABELS]
    known.sort(key=lambda one: one.at)
    return {register_of(LABELS[one.label]): one for one in known}


def _written_rows(rows: Mapping[Row, float]) -> list[JsonValueType]:
    return [[row.day.isoformat(), row.tariff, row.price, energy] for row, energy in rows.items()]


def _read_rows(rows: list[Any]) -> Rows:
    read_rows = no_rows()
    for day, tariff, price, energy in rows:
        read_rows[Row(date.fromisoformat(day), str(tariff), price)] += float(energy)
    return read_rows


def read_former(fact: Mapping[str, Any], names: Mapping[int, str]) -> Kept:
    """Read the accounts that were kept before there was a ledger; `names` are those of registers.

    Those held, for each index, the Wh of a day and of a month since prices had last changed, and
    what had been spent by then. How much was used for that is not known: as much as the price of
    now makes of it.
    """
    prices = Prices.chosen(fact["prices"]).named(names)
    ledger = Ledger()
    heard, month, days, spent = fact["standing"]
    ledger.now = ledger.whole_since = heard
    if (charge := prices.standing_charge) is not None:
        ledger.charges = [(date.min, charge)]
        if days:
            first = day_of(month)
            before = spent / days * monthrange(first.year, first.month)[1]
            ledger.charges = [(date.min, before), (first + timedelta(days), charge)]
    accounts = {name: row for name, row in fact["accounts"].items() if name in LABELS}
    for name, row in accounts.items():
        label = LABELS[name]
        tariff = tariff_of(label, names) or unnamed(register_of(label))
        price = prices.of(tariff)
        _, _, day, day_used, day_spent, month, month_used, month_spent = row[:8]
        if day >= month:  # of which the day is a part
            month_used, month_spent = month_used - day_used, month_spent - day_spent
        for at, used, amount in ((day, day_used, day_spent), (month, month_used, month_spent)):
            ledger.rows[Row(day_of(at), tariff, price)] += used
            if amount:
                ledger.rows[Row(day_of(at), tariff, price or 1.0)] += 1000 * amount / (price or 1.0)
    return Kept(str(fact["address"]), ledger, _read_indexes(_going_on(accounts)))


def _going_on(accounts: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Give the value and instant of each index that was still sent."""
    rows = {name: row[:2] for name, row in accounts.items() if not any(row[8:])}
    newest = max(rows, key=lambda name: rows[name][1], default=None)
    if newest != TOTAL:
        return rows
    kept = {TOTAL, *(name for name in rows if register_of(LABELS[name]) == EXPORTED)}
    return {name: row for name, row in rows.items() if name in kept}  # the total has the others'
