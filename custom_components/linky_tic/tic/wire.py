"""Bytes of an 8N1 port as the 7-bit characters of the TIC, parity judged in software.

It knows nothing of groups. 7E1 and 8N1 are the same ten bits on the wire, and 8N1 hands over the
parity bit: a line with it is told from one that a bridge stripped, or whose bit 7 is stuck, by the
bytes themselves. Source: 54E 5.3.5 (character), errors.md of the specification notes, row 6.
"""

from enum import Enum
from typing import Final

DAMAGED: Final = 0x80
"""Stands for a byte that is not a character; no valid group may contain it."""

_WINDOW: Final = 64
"""Bytes from which the nature of bit 7 is decided: at least ten odd characters in any TIC text."""
_PROOF: Final = 128
"""Bytes after a decision before it is relied on: no group that they end began before it."""
_WATCH: Final = 256
"""Bytes after which the decision is looked at again."""
_TOO_MANY: Final = 1 / 5
"""Damaged bytes among all that put a decision in doubt; at a bit error rate of 1e-2, 1 in 13."""
_CLEAR: Final = 1 / 8
"""Bytes among all that may contradict another decision for it to be taken; in noise half do."""


def _coded(table: bytes) -> bytes:
    """The bytes by character; what is no character has none, and is left as it is."""
    return bytes(
        code if table[code & 0x7F] == code & 0x7F or code & 0x80 else code | 0x80
        for code in range(0x100)
    )


class Bit7(Enum):
    """What bit 7 carries.

    `table` translates bytes into characters, `code` characters back into the bytes that the line
    has for them.
    """

    UNDECIDED = bytes(code & 0x7F for code in range(0x100))
    PARITY = bytes(DAMAGED if code.bit_count() % 2 else code & 0x7F for code in range(0x100))
    STRIPPED = bytes(range(0x80)) + bytes([DAMAGED]) * 0x80
    STUCK = bytes([DAMAGED]) * 0x80 + bytes(range(0x80))

    def __init__(self, table: bytes) -> None:
        self.table, self.code = table, _coded(table)


_KINDS: Final = bytes((code & 0x7F).bit_count() % 2 * 2 + (code >> 7) for code in range(0x100))
"""Byte -> two for a character with an odd number of ones, and one where bit 7 is set."""


def _judge(window: bytes | bytearray) -> Bit7:
    """Tell what bit 7 carries, by majority, so that a damaged byte does not decide."""
    kinds = window.translate(_KINDS)
    even_clear, even_set, odd_clear, odd_set = map(kinds.count, range(4))
    if even_set > even_clear:
        return Bit7.STUCK
    return Bit7.PARITY if odd_set >= odd_clear else Bit7.STRIPPED


class Wire:
    """One line's bytes.

    Decisions fall at fixed places of the stream, `left` bytes ahead: how it is cut into chunks
    changes nothing.
    """

    def __init__(self) -> None:
        self.bit7 = Bit7.UNDECIDED
        self.parity_errors = 0
        self.damaged = 0
        self._table = Bit7.UNDECIDED.table
        self._window = bytearray()
        self._is_judging = True
        self._stretch = self.left = _WINDOW
        self._bad = 0
        self.is_calm = False
        """Whether nothing has been damaged since the last decision, and none is in doubt."""
        self.carries_parity = False
        """Whether every character of a group that ends now came with a parity bit, checked."""

    def learn(self, sample: bytes) -> None:
        """Decide from a sample of what comes, before the first byte of it is taken."""
        self._window += sample
        self._decide()

    def skip(self, count: int) -> None:
        """Let so many bytes go by that are all good: while it is calm, they decide nothing."""
        self.left = (self.left - count) % _WATCH or _WATCH

    def characters(self, piece: bytes) -> bytes:
        """Turn at most `left` bytes into as many characters, `DAMAGED` in the place of bad ones."""
        characters = piece.translate(self._table)
        if self._is_judging:
            self._window += piece
        if DAMAGED in characters:
            self._count(characters.count(DAMAGED))
        self.left -= len(piece)
        if not self.left:
            self._decide()
        return characters

    def _count(self, damaged: int) -> None:
        self._bad += damaged
        self.is_calm = False
        self.damaged += damaged
        if self.bit7 is Bit7.PARITY:
            self.parity_errors += damaged

    def _decide(self) -> None:
        """Close a stretch of the stream: choose a table, or look closer at what it damaged."""
        if self._window:
            judged = _judge(self._window)
            if self.bit7 is Bit7.UNDECIDED or (
                judged is not self.bit7
                and _contradictions(self._window, judged) <= _CLEAR * _WINDOW
            ):
                self._settle(judged)
            else:  # noise tells nothing: what was true before it is kept
                self._stretch = _WATCH
            self._window.clear()
        elif self._bad > _TOO_MANY * self._stretch:
            self._stretch = _WINDOW
        else:
            self._stretch = _WATCH
        self.left = self._stretch
        self._is_judging = self._stretch == _WINDOW
        self.is_calm = self._stretch == _WATCH
        self.carries_parity = self.bit7 is Bit7.PARITY and self.is_calm
        self._bad = 0

    def _settle(self, bit7: Bit7) -> None:
        self.bit7 = bit7
        self._table = bit7.table
        self._stretch = _PROOF


def _contradictions(window: bytes | bytearray, bit7: Bit7) -> int:
    """Count the bytes that would be damaged if bit 7 carried this."""
    return window.translate(bit7.table).count(DAMAGED)
