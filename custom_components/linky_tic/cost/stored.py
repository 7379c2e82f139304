"""How a ledger is kept: JSON, and what an earlier release has kept in its place."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from homeassistant.util.json import JsonObjectType, JsonValueType

from ..meter.known_labels import LABELS
from .indexes import Index, register_of
from .ledger import Doubt, Ledger, Row, Rows, no_rows


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
        "indexes": {one.label: [one.value, one.at] for one in kept.indexes.values()},
        "times": [ledger.now, ledger.whole_since],
        "charges": [[day.isoformat(), amount] for day, amount in ledger.charges],
        "rows": _written_rows(ledger.rows),
        "doubt": {
            "times": [doubt.since, doubt.until, doubt.whole_since],
            "is_forward": doubt.is_forward,
            "rows": _written_rows(doubt.rows),
        }
        if doubt
        else None,
    }


def read(fact: JsonValueType) -> Kept | None:
    """Read what `written` gave."""
    if not isinstance(fact, dict):
        return None
    ledger = Ledger()
    ledger.now, ledger.whole_since = numbers(fact["times"])
    ledger.rows = _read_rows(fact["rows"])
    ledger.charges = [*_charges(fact["charges"])]
    if doubt := as_object(fact["doubt"]):
        since, until, whole_since = numbers(doubt["times"])
        rows = _read_rows(doubt["rows"])
        ledger.doubt = Doubt(since, until, bool(doubt["is_forward"]), whole_since, rows)
    return Kept(str(fact["address"]), ledger, read_indexes(as_object(fact["indexes"])))


def read_indexes(rows: Mapping[str, JsonValueType]) -> dict[int, Index]:
    """Read values and instants by label; a later release, since gone back from, may know more."""
    known = {label: numbers(row) for label, row in rows.items() if label in LABELS}
    by_age = sorted(known.items(), key=lambda one: one[1][1])
    return {
        register_of(LABELS[label]): Index(label, int(value), at)
        for label, (value, at) in by_age  # the register was heard under its last label last
    }


def as_object(fact: JsonValueType) -> JsonObjectType:
    """Give a JSON object, an empty one in the place of anything else."""
    return fact if isinstance(fact, dict) else {}


def as_list(fact: JsonValueType) -> list[JsonValueType]:
    """Give a JSON array likewise."""
    return fact if isinstance(fact, list) else []


def numbers(fact: JsonValueType) -> list[float]:
    """Give the numbers of a JSON array."""
    return [one for one in as_list(fact) if isinstance(one, int | float)]


def _written_rows(rows: Mapping[Row, float]) -> list[JsonValueType]:
    return [[row.day.isoformat(), row.tariff, row.price, energy] for row, energy in rows.items()]


def _read_rows(fact: JsonValueType) -> Rows:
    rows = no_rows()
    for one in as_list(fact):
        match one:
            case [
                str(day),
                str(tariff),
                int() | float() | None as price,
                int() | float() as wh,
            ]:
                rows[Row(date.fromisoformat(day), tariff, price)] += wh
    return rows


def _charges(fact: JsonValueType) -> Iterator[tuple[date, float]]:
    for one in as_list(fact):
        match one:
            case [str(day), int() | float() as amount]:
                yield date.fromisoformat(day), amount
