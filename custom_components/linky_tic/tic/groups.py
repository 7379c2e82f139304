"""Verifies one group: its checksum, and the size and characters that its label must have.

Source: 54E 5.3.6 and 6.2.2 (groups, checksum).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
import re
from typing import Final, final

from .catalogue import CATALOGUE, LABELS, Kind, Label, Mode

STRAY: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]+")
"""Characters that no group may contain, HT and LF aside."""
_SEASONS: Final = b" HEhe"
_NAME: Final = re.compile(rb"\n[!-~]{1,16}")
HORODATE_SIZE: Final = 13


class Reason(StrEnum):
    """Why a group is not, or not yet, a reading."""

    DAMAGED = "damaged"  # a byte of the group failed its parity, or is no character
    CHECKSUM = "checksum"
    FORMAT = "format"  # not fields, or not the size and characters of its label
    HELD = "held"  # cannot be true, or not before other frames say the same
    OTHER_METER = "other_meter"  # while another meter's address is heard, or none yet
    OTHER_MODE = "other_mode"


@final
@dataclass(slots=True)  # not frozen: one is made in a third of the time
class Group:
    """A verified group; `label` is None when its name is not in the catalogue.

    `key` are all its characters, from LF to the checksum.
    """

    name: str
    data: str
    horodate: str | None
    mode: Mode
    label: Label | None
    key: bytes


_Shape = tuple[Label, str, int, int, int, Callable[[bytes], object], bool]
"""What the group of a label must be like: label, name, length, begin, end, fits, is_dated.

It has `length` characters, LF and checksum included, its data from `begin` on, and what its
checksum covers before `end`; `fits` judges its data. A bare tuple is taken apart in half the time
of a named one.
"""


def checksum(covered: bytes) -> int:
    """Code of the checksum character over the covered characters (54E 6.2.2)."""
    return (sum(covered) & 0x3F) + 0x20


def verify(line: bytes) -> Group | Reason:
    """Check one group, from its LF to before its CR: checksum, and shape of its label (54E 6.2.2).

    The separator is HT in Standard, where the checksum covers the last one too, else a space.
    """
    at = line.find(b"\t")
    if at == -1:
        at = line.find(b" ")
    shape = _shape_of(line[: at + 1])
    if shape is None:
        return _verify_other(line)
    label, name, length, begin, end, fits, is_dated = shape
    data, horodate = line[begin:-2], None
    if len(line) != length or line[-2] != line[at] or not fits(data):
        return _verify_other(line)
    if checksum(line[1:end]) != line[-1]:
        return _verify_other(line)
    if is_dated:
        stamp = line[begin - HORODATE_SIZE - 1 : begin - 1]
        if stamp[0] not in _SEASONS or not stamp[1:].isdigit() or line[begin - 1] != line[at]:
            return _verify_other(line)
        horodate = stamp.decode()
    return Group(name, data.decode(), horodate, label.mode, label, line)


def _verify_other(line: bytes) -> Group | Reason:
    """Return the reason why a group is invalid, or the group if only its label is unknown."""
    mode, covered = Mode.STANDARD, line[1:-1]
    stamp: list[bytes] = []
    match line.split(b"\t"):
        case [_]:
            mode, covered = Mode.HISTORIC, line[1:-2]
            head, _, data = line[:-2].partition(b" ")
            is_group = line[-2:-1] == b" " and data != b""
        case [head, *stamp, data, last]:
            is_group = len(stamp) <= 1 and len(last) == 1
        case _:
            return Reason.FORMAT
    if not is_group:
        return Reason.FORMAT
    if checksum(covered) != line[-1]:
        return Reason.CHECKSUM
    name = head[1:].decode("ascii", "replace")
    if name in CATALOGUE[mode] or not _NAME.fullmatch(head) or STRAY.search(line):
        return Reason.FORMAT
    return Group(name, data.decode(), stamp[0].decode() if stamp else None, mode, None, line)


SEPARATORS: Final = {Mode.STANDARD: b"\t", Mode.HISTORIC: b" "}


def _shape(row: Label) -> _Shape:
    begin = len(row.name) + 2 + row.horodate * (HORODATE_SIZE + 1)
    end = -1 if row.mode is Mode.STANDARD else -2
    fits = bytes.isdigit if row.kind is Kind.NUMBER else row.kind.value.fullmatch
    return row, row.name, begin + row.size + 2, begin, end, fits, row.horodate


_SHAPES: Final = {
    b"\n" + row.name.encode() + SEPARATORS[row.mode]: _shape(row) for row in LABELS.values()
}
_shape_of: Final = _SHAPES.get


_LENGTHS: Final = {name: length for _, name, length, *_ in _SHAPES.values()}


def label_of(line: bytes) -> tuple[str | None, bool]:
    """Return the label of an invalid line, and whether characters of it are wrong.

    They are if it is as long as a group of its label, or has a character that no group may contain.
    """
    name = re.split(rb"[\t ]", line)[0].decode("ascii", "replace")
    is_altered = _LENGTHS.get(name) == len(line) + 1 or STRAY.search(line) is not None
    return name if name in _LENGTHS else None, is_altered
