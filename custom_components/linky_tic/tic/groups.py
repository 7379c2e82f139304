"""One group: its shape, its checksum, and whether it is as its label must be.

It knows a line of characters at a time, never what stands around it nor what a value may be.
Source: 54E 5.3.6 and 6.2.2 (groups, checksum).
"""

from collections.abc import Mapping
from enum import StrEnum
import re
from types import MappingProxyType
from typing import Final, NamedTuple

from .catalogue import CATALOGUE, Kind, Label, Mode

STRAY: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]+")
"""Characters that no group may contain, HT and LF aside."""
_HORODATE: Final = re.compile(rb"[ HEhe][0-9]{12}")
_NAME: Final = re.compile(rb"[!-~]{1,16}")


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


def checksum(covered: bytes) -> int:
    """Code of the checksum character over the covered characters (54E 6.2.2)."""
    return (sum(covered) & 0x3F) + 0x20


def verify(body: bytes) -> Group | Reason:
    """Check one group, LF and CR left out, byte by byte against its checksum and its label."""
    return _verify_standard(body) if b"\t" in body else _verify_historic(body)


def _verify_standard(body: bytes) -> Group | Reason:
    name, *stamp, data, mark = body.split(b"\t") if body.count(b"\t") > 1 else (b"",) * 3
    if len(mark) != 1 or len(stamp) > 1:
        return Reason.FORMAT
    if checksum(body[:-1]) != body[-1]:
        return Reason.CHECKSUM
    return _identify(Mode.STANDARD, name, data, stamp[0] if stamp else None, body)


def _verify_historic(body: bytes) -> Group | Reason:
    name, _, data = body[:-2].partition(b" ")
    if body[-2:-1] != b" " or not data:
        return Reason.FORMAT
    if checksum(body[:-2]) != body[-1]:
        return Reason.CHECKSUM
    return _identify(Mode.HISTORIC, name, data, None, body)


def _identify(
    mode: Mode, name: bytes, data: bytes, horodate: bytes | None, body: bytes
) -> Group | Reason:
    """Hold a group whose checksum is right against the size and characters of its label."""
    label = (_STANDARD if mode is Mode.STANDARD else _HISTORIC).get(name)
    if label is None:
        if not _NAME.fullmatch(name) or STRAY.search(body):
            return Reason.FORMAT
    elif (
        len(data) != label.size
        or not (data.isdigit() if label.kind is Kind.NUMBER else label.kind.value.fullmatch(data))
        or label.horodate is not (horodate is not None)
        or (horodate is not None and not _HORODATE.fullmatch(horodate))
    ):
        return Reason.FORMAT
    stamp = None if horodate is None else horodate.decode()
    return Group(
        label.name if label else name.decode(), data.decode(), stamp, mode, label, b"\n" + body
    )


def _by_name(mode: Mode) -> Mapping[bytes, Label]:
    return MappingProxyType({name.encode(): label for name, label in CATALOGUE[mode].items()})


_STANDARD: Final = _by_name(Mode.STANDARD)
_HISTORIC: Final = _by_name(Mode.HISTORIC)


def name_of(line: bytes) -> str | None:
    """The label of a group that did not verify, when it is one of the catalogue's."""
    name = re.split(rb"[\t ]", line, maxsplit=1)[0].decode("ascii", "replace")
    return name if any(name in labels for labels in CATALOGUE.values()) else None
