"""Translates the bytes of an 8N1 port into the 7-bit characters of the TIC, and checks parity.

7E1 and 8N1 are the same ten bits on the wire, and at 8N1 bit 7 of a byte is the parity bit. Whether
a line carries it, or a bridge has stripped it, or bit 7 is always 1, is found from the bytes.
Source: 54E 5.3.5 (character).
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final

DAMAGED: Final = 0x80
"""Stands for a byte that is no valid character; no valid group contains it."""

_TOO_MANY: Final = 1 / 5
"""Share of damaged bytes that puts a decision in doubt; at a bit error rate of 1e-2 it is 1/13."""
_CLEAR: Final = 1 / 8
"""Share of damaged bytes up to which another decision is taken; in noise it is a half."""


class Bit7(Enum):
    """What bit 7 carries; `table` translates bytes into characters."""

    UNDECIDED = bytes(code & 0x7F for code in range(0x100))
    PARITY = bytes(DAMAGED if code.bit_count() % 2 else code & 0x7F for code in range(0x100))
    STRIPPED = bytes(range(0x80)) + bytes([DAMAGED]) * 0x80
    STUCK = bytes([DAMAGED]) * 0x80 + bytes(range(0x80))

    def __init__(self, table: bytes) -> None:
        self.table = table


_DECIDED: Final = (Bit7.PARITY, Bit7.STRIPPED, Bit7.STUCK)


class Stage(Enum):
    """What is known of bit 7; the value is the number of bytes that the stage lasts."""

    JUDGING = 64  # unknown, or in doubt: these bytes decide; ten at least are odd in any TIC text
    PROVING = 128  # decided just now: groups that end meanwhile may have begun before
    CALM = 0  # relied on, nothing is damaged
    WATCHING = 256  # relied on; too many damaged bytes put it in doubt


class Wire:
    """The bytes of one line.

    A stage ends after a number of bytes: how they are cut into chunks makes no difference.
    """

    def __init__(self) -> None:
        self.bit7 = Bit7.UNDECIDED
        self.parity_errors = 0
        self.damaged = 0
        self._window = bytearray()
        self._begin(Stage.JUDGING)

    def characters(self, chunk: bytes) -> Iterable[bytes]:
        """Translate a chunk, `DAMAGED` in the place of bad bytes; in pieces where a stage ends.

        `carries_parity` applies to the groups that end in the piece given last.
        """
        if self._is_calm:
            characters = chunk.translate(self.bit7.table)
            if DAMAGED not in characters:
                return (characters,)
        return self._pieces(chunk)

    def _pieces(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._is_calm:
                characters = chunk.translate(self.bit7.table)
                if DAMAGED not in characters:
                    yield characters
                    return
                self._begin(Stage.WATCHING)
                self._left += characters.index(DAMAGED)
            piece, chunk = chunk[: self._left], chunk[self._left :]
            yield self._count(piece)
            if not self._left:
                self._end_stage()

    def _count(self, piece: bytes) -> bytes:
        characters = piece.translate(self.bit7.table)
        damaged = characters.count(DAMAGED)
        self._bad += damaged
        self.damaged += damaged
        if self.bit7 is Bit7.PARITY:
            self.parity_errors += damaged
        if self._stage is Stage.JUDGING:
            self._window += piece
        self._left -= len(piece)
        return characters

    def _end_stage(self) -> None:
        if self._stage is Stage.JUDGING:
            self._judge()
        elif self._bad > _TOO_MANY * self._stage.value:
            self._begin(Stage.JUDGING)
        else:
            self._begin(Stage.CALM)

    def _judge(self) -> None:
        """Choose what damages fewest bytes; in noise keep what was chosen before."""
        damaged = {bit7: self._window.translate(bit7.table).count(DAMAGED) for bit7 in _DECIDED}
        judged = min(damaged, key=damaged.__getitem__)
        is_clear = damaged[judged] <= _CLEAR * len(self._window)
        if self.bit7 is Bit7.UNDECIDED or (judged is not self.bit7 and is_clear):
            self.bit7 = judged
            self._begin(Stage.PROVING)
        else:
            self._begin(Stage.CALM)
        self._window.clear()

    def _begin(self, stage: Stage) -> None:
        self._stage, self._left, self._bad = stage, stage.value, 0
        self._is_calm = stage is Stage.CALM
        is_relied_on = self._is_calm or stage is Stage.WATCHING
        self.carries_parity = is_relied_on and self.bit7 is Bit7.PARITY
        """Whether every character of a group that ends now had a parity bit that was checked."""
