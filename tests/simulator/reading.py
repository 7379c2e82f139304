"""Reads frames and label tables on its own, to judge the simulator by the documents alone."""

from collections.abc import Iterator
import csv
from pathlib import Path
from typing import NamedTuple

SPEC = Path(__file__).parents[1] / "data" / "spec"


class Read(NamedTuple):
    """A group whose checksum holds."""

    label: str
    horodate: str
    data: str


def read(frame: bytes) -> list[Read]:
    """Every group of a whole frame; anything out of its place fails."""
    assert frame[0] == 0x02
    assert frame[-1] == 0x03
    return list(read_groups(frame[1:-1]))


def read_groups(groups: bytes) -> Iterator[Read]:
    assert groups.count(b"\n") == groups.count(b"\r")
    for group in groups.split(b"\r")[:-1]:
        assert group[0] == 0x0A
        body, check = group[1:-1], group[-1]
        standard = b"\t" in body
        covered = body if standard else body[:-1]
        assert (sum(covered) & 0x3F) + 0x20 == check
        fields = body[:-1].decode("ascii").split("\t" if standard else " ")
        label, *middle, data = fields
        assert len(middle) <= 1
        yield Read(label, middle[0] if middle else "", data)


def as_dict(frame: bytes) -> dict[str, str]:
    return {group.label: group.data for group in read(frame)}


class Label(NamedTuple):
    """A row of the tables of the documents."""

    order: int
    size: int
    has_horodate: bool


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (SPEC / name).open(encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table)


def standard_labels() -> dict[str, Label]:
    return {
        row["label"]: Label(int(row["order"]), int(row["size_chars"]), row["has_horodate"] == "yes")
        for row in _rows("labels_standard.csv")
    }


def historic_labels(meter: str, frame: str) -> dict[str, Label]:
    """Of "mono" or "three" meters, in frames of a kind: "only", "long" or "short"."""
    return {
        row["label"]: Label(int(row["order"]), int(row["size_chars"]), has_horodate=False)
        for row in _rows("labels_historic.csv")
        if row["meter"] == meter and frame in row["frame"]
    }
