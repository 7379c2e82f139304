"""A second opinion on which groups of a stream are good, from the specification's tables alone.

Shares no code with the decoder: own checksum, own sizes and characters, own cutting.
"""

import csv
from functools import cache
from pathlib import Path
import re
from typing import NamedTuple

DATA = Path(__file__).parent.parent / "data"
STREAMS = sorted((DATA / "captures").glob("*.bin")) + sorted((DATA / "frames").glob("*.bin"))

PROFILE = r"([0-9A-F]{8}|NONUTILE)( ([0-9A-F]{8}|NONUTILE)){10}"
CHARACTERS = {
    "text (hex digits)": r"[0-9A-F]*",
    "text (digits)": r"[0-9]*",
    "empty data": r"",
    "text": r"[ -~]*",
    "uint decimal": r"[0-9]*",
    "uint DECIMAL bit mask 000-255": r"[0-9]*",
    "hex, 32 bits, MSB first": r"[0-9A-F]*",
    "profile (11 blocks of 8)": PROFILE,
}
HEXADECIMAL = {"ADCO", "MOTDETAT", "PPOT"}  # of the labels without a unit
HORODATE = r"[ HEhe][0-9]{12}"


class Heard(NamedTuple):
    """One group, as text."""

    label: str
    horodate: str | None
    data: str


class Shape(NamedTuple):
    """What the tables say of a label."""

    size: int
    characters: str
    dated: bool


@cache
def rows(mode: str) -> list[dict[str, str]]:
    """The lines of a table of the specification; the last historic one is no label."""
    with (DATA / "spec" / f"labels_{mode}.csv").open(encoding="utf-8", newline="") as table:
        return [row for row in csv.DictReader(table) if row["size_chars"] != "-"]


def _standard() -> dict[str, Shape]:
    shapes = {
        row["label"]: Shape(
            int(row["size_chars"]), CHARACTERS[row["data_type"]], row["has_horodate"] == "yes"
        )
        for row in rows("standard")
    }
    return shapes | {  # pilot meters
        "SINST1": shapes["SINSTS"],
        "SMAXN": shapes["SMAXSN"],
        "SMAXN-1": shapes["SMAXSN-1"],
    }


def _historic_characters(row: dict[str, str]) -> str:
    if row["unit"] != "-":
        return r"[0-9]*"
    return r"[0-9A-F]*" if row["label"] in HEXADECIMAL else r"[!-~]*"


def _historic() -> dict[str, Shape]:
    return {
        row["label"]: Shape(int(row["size_chars"]), _historic_characters(row), dated=False)
        for row in rows("historic")
    }


STANDARD, HISTORIC = _standard(), _historic()


def characters(stream: bytes) -> bytes:
    """Seven bits each; where some byte has its bit 7 set, an odd number of ones is a NUL."""
    if max(stream, default=0) < 128:
        return stream
    return bytes(0 if code.bit_count() % 2 else code % 128 for code in stream)


def good_groups(stream: bytes) -> list[Heard]:
    """Every group of a stream that verifies and is as its label must be."""
    text = characters(stream).decode("ascii")
    found = []
    for match in re.finditer(r"[\t -~]+", text):
        whole = text[match.start() - 1 : match.start()] in {"\n", "\r", "\x02"}
        whole = whole and text[match.end() : match.end() + 1] in {"\n", "\r", "\x03"}
        heard = _read(match[0], whole=whole)
        if heard is not None:
            found.append(heard)
    return found


def _read(piece: str, *, whole: bool) -> Heard | None:
    if "\t" in piece:
        covered, fields, shapes = piece[:-1], piece[:-1].split("\t")[:-1], STANDARD
        shaped = piece[-2:-1] == "\t" and len(fields) in {2, 3}
    else:
        covered, shapes = piece[:-2], HISTORIC
        fields = covered.split(" ", 1)
        shaped = piece[-2:-1] == " " and len(fields) == 2
    if not shaped or sum(map(ord, covered)) % 64 + 32 != ord(piece[-1]):
        return None
    heard = Heard(fields[0], fields[1] if len(fields) == 3 else None, fields[-1])
    shape = shapes.get(heard.label)
    if shape is None:
        return heard if whole and re.fullmatch(r"[!-~]{1,16}", heard.label) else None
    return heard if _fits(heard, shape) else None


def _fits(heard: Heard, shape: Shape) -> bool:
    if shape.dated is not (heard.horodate is not None):
        return False
    if heard.horodate is not None and not re.fullmatch(HORODATE, heard.horodate):
        return False
    return len(heard.data) == shape.size and bool(re.fullmatch(shape.characters, heard.data))
