"""Makes received bytes anonymous for a bug report, each byte in its place.

A line that does not verify may contain an address, a metering point or a message: it keeps its
separators and its label, nothing else. Which of its characters were damaged is hidden too.
"""

from collections.abc import Mapping
import re
from typing import Final

from .catalogue import LABELS, Mode, Quantity
from .groups import SEPARATORS, Group, checksum, verify
from .wire import DAMAGED, Bit7

HIDDEN: Final = ord("#")
"""Stands for a character that is not shown; its parity is that of the line."""

_ANONYMOUS: Final[Mapping[Quantity, bytes]] = {
    Quantity.ADDRESS: b"0",
    Quantity.METERING_POINT: b"0",
    Quantity.MESSAGE: bytes([HIDDEN]),
    Quantity.SHORT_MESSAGE: bytes([HIDDEN]),
}
"""Quantity that identifies a household -> the character that replaces its data."""

IDENTITIES: Final = frozenset(_ANONYMOUS)
"""Quantities that identify a household, or may."""

_PIECE: Final = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]+")
_HEAD: Final = re.compile(rb"([!-~]+)[\t ]")
_NAMES: Final = frozenset(name.encode() for name in LABELS)
_SEPARATORS: Final = frozenset(b"\x02\x03\x04\n\r")
_HT: Final = ord("\t")


def anonymise(recording: bytes, bit7: Bit7) -> bytes:
    """Replace all that may identify a household in received bytes.

    Valid groups of other labels stay as they are. Those that identify somebody keep their shape,
    with other data, a matching checksum and parity bits as `bit7` has them: the original checksum,
    or parity bits, would reveal the data.
    """
    characters = recording.translate(Bit7.UNDECIDED.table)
    shown = bytearray([_SOUND[bit7]]) * len(recording)
    for at, one in enumerate(characters):
        if one in _SEPARATORS:
            shown[at] = recording[at]
    for piece in _PIECE.finditer(characters):
        start, end = piece.span()
        shown[start:end] = _shown(recording[start:end], piece[0], bit7)
        if start and chr(shown[start] & 0x7F).isalpha():  # a label is shown
            shown[start - 1] = recording[start - 1]  # LF, or what it was read as
    return bytes(shown)


def _shown(octets: bytes, characters: bytes, bit7: Bit7) -> bytes:
    group = verify(b"\n" + characters)
    if not isinstance(group, Group) or group.label is None:
        return _hide(octets, characters, bit7)
    filling = _ANONYMOUS.get(group.label.quantity)
    return octets if filling is None else _encode(_refill(group, filling), bit7)


def _refill(group: Group, filling: bytes) -> bytes:
    """Write a group anew with other data; no label of an identity has a horodate."""
    separator = SEPARATORS[group.mode]
    line = group.name.encode() + separator + filling * len(group.data) + separator
    covered = line if group.mode is Mode.STANDARD else line[:-1]
    return line + bytes([checksum(covered)])


def _hide(octets: bytes, characters: bytes, bit7: Bit7) -> bytes:
    """Hide what did not verify, but for a known label at its head, and HT."""
    head = _HEAD.match(characters)
    label = head.end(1) if head and head[1] in _NAMES else 0
    sound, table = _SOUND[bit7], bit7.table
    hidden = bytes(octet if table[octet] == _HT else sound for octet in octets[label:])
    return octets[:label] + hidden


def _encode(characters: bytes, bit7: Bit7) -> bytes:
    """Put characters on the line again, bit 7 as this line has it."""
    table = bit7.table
    return bytes(one if table[one] == one else one | DAMAGED for one in characters)


_SOUND: Final = {bit7: _encode(bytes([HIDDEN]), bit7)[0] for bit7 in Bit7}
