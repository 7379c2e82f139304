"""One group: its shape, its checksum, and whether it is as its label must be.

It knows a line of characters at a time, never what stands around it nor what a value may be.
Source: 54E 5.3.6 and 6.2.2 (groups, checksum).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final, NamedTuple

from .catalogue import CATALOGUE, Kind, Label, Mode

STRAY: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]+")
"""Characters that no group may contain, HT and LF aside."""
_is_horodate: Final = re.compile(rb"[ HEhe][0-9]{12}").fullmatch
_NAME: Final = re.compile(rb"\n[!-~]{1,16}")
_LF: Final = ord("\n")
PLAIN: Final = 3
"""Fields of a group: label, data, checksum."""
DATED: Final = 4
"""Fields with a horodate among them."""
_SPACE: Final = ord(" ")
_new: Final = tuple.__new__
"""Makes a NamedTuple without a call of Python's own: most of what is made, is made by it."""


class Reason(StrEnum):
    """Why what came is not, or not yet, a reading."""

    DAMAGED = "damaged"  # a byte of the group failed its parity, or is no character
    CHECKSUM = "checksum"
    FORMAT = "format"  # not fields, or not the size and characters of its label
    HELD = "held"  # cannot be true, or not before other frames say the same
    OTHER_METER = "other_meter"  # while another meter's address is heard, or none yet
    OTHER_MODE = "other_mode"


class Group(NamedTuple):
    """A group that verified; `label` is None when the catalogue does not know its name."""

    name: str
    data: str
    horodate: str | None
    mode: Mode
    label: Label | None
    key: bytes


class _Shape(NamedTuple):
    """What the group of a label must be like; `fits` judges the characters of its data."""

    label: Label
    name: str
    size: int
    fits: Callable[[bytes], object]
    is_dated: bool


def checksum(covered: bytes) -> int:
    """Code of the checksum character over the covered characters (54E 6.2.2)."""
    return (sum(covered) & 0x3F) + 0x20


def verify(body: bytes) -> Group | Reason:
    """Check one group, LF and CR left out, byte by byte against its checksum and its label."""
    return verify_line(b"\n" + body)


def verify_line(line: bytes) -> Group | Reason:
    """Check the group that follows an LF, which is the first character of the line."""
    fields = line.split(b"\t")
    if len(fields) == 1:
        return _verify_historic(line)
    if not PLAIN <= len(fields) <= DATED or len(fields[-1]) != 1:
        return Reason.FORMAT
    code = line[-1]
    if (sum(line) - _LF - code) & 0x3F != code - 0x20:
        return Reason.CHECKSUM
    head, data = fields[0], fields[-2]
    stamp = fields[1] if len(fields) == DATED else None
    shape = _STANDARD.get(head)
    if shape is None:
        return _unknown(Mode.STANDARD, head, data, stamp, line)
    label, name, size, fits, is_dated = shape
    is_fit = len(data) == size and fits(data) and is_dated is not (stamp is None)
    if not is_fit or (stamp is not None and not _is_horodate(stamp)):
        return Reason.FORMAT
    horodate = None if stamp is None else stamp.decode()
    return _new(Group, (name, data.decode(), horodate, Mode.STANDARD, label, line))


def _verify_historic(line: bytes) -> Group | Reason:
    """Check a group whose separator is a space, which its data and its checksum may be too."""
    head, _, data = line[:-2].partition(b" ")
    if line[-2:-1] != b" " or not data:
        return Reason.FORMAT
    code = line[-1]
    if (sum(line) - _LF - _SPACE - code) & 0x3F != code - 0x20:
        return Reason.CHECKSUM
    shape = _HISTORIC.get(head)
    if shape is None:
        return _unknown(Mode.HISTORIC, head, data, None, line)
    if len(data) != shape.size or not shape.fits(data):
        return Reason.FORMAT
    return _new(Group, (shape.name, data.decode(), None, Mode.HISTORIC, shape.label, line))


def _unknown(
    mode: Mode, head: bytes, data: bytes, stamp: bytes | None, line: bytes
) -> Group | Reason:
    """Take a label that no catalogue knows, if it is printed characters alone."""
    if not _NAME.fullmatch(head) or STRAY.search(line):
        return Reason.FORMAT
    horodate = None if stamp is None else stamp.decode()
    return Group(head[1:].decode(), data.decode(), horodate, mode, None, line)


def _shapes(mode: Mode) -> Mapping[bytes, _Shape]:
    """LF and label -> the shape of its group."""
    return MappingProxyType(
        {
            b"\n" + name.encode(): _Shape(row, name, row.size, _judge_of(row), row.horodate)
            for name, row in CATALOGUE[mode].items()
        }
    )


def _judge_of(label: Label) -> Callable[[bytes], object]:
    if label.size == 0:
        return lambda _empty: True
    is_digits = label.kind in {Kind.NUMBER, Kind.DIGITS}
    return bytes.isdigit if is_digits else label.kind.value.fullmatch


_STANDARD: Final = _shapes(Mode.STANDARD)
_HISTORIC: Final = _shapes(Mode.HISTORIC)


def name_of(line: bytes) -> str | None:
    """The label of a group that did not verify, when it is one of the catalogue's."""
    name = re.split(rb"[\t ]", line, maxsplit=1)[0].decode("ascii", "replace")
    return name if any(name in labels for labels in CATALOGUE.values()) else None
