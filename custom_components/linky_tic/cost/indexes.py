"""Where the registers of one meter stood when they were last heard, hence what each has gained.

A register counts on whatever it is called: HCHC, BBRHCJB and EASF01 are one (54E 6.1). It knows
labels, Wh and instants (seconds since 1970), nothing of tariffs or prices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..tic import Frame, Label, Quantity, Reading

_ROLL_OVER: Final = 10**9
"""Wh: an index has nine digits (54E 6.2.3)."""
_MOST: Final = 54_000
"""W that no Linky lets through for long: 36 kVA and half as much again."""
_LATE: Final = 60.0
"""Seconds by which a reading that the gate has held may be late."""
_SWITCHED: Final = 600.0
"""Seconds within which BASE and another index may be seen to go on from one another."""
_PATIENCE: Final = 10
"""Frames in which every index that is sent has been heard again."""
TOTAL: Final = "BASE"
"""In Historique the register 1 of a BASE contract, and the sum of all under any contract that the
mode has no name for: what others have counted is in it."""


@dataclass(slots=True)
class Index:
    """One register: its value, until when it was heard to stand there, frames without it since."""

    label: str
    value: int
    at: float
    misses: int = 1


class Indexes:
    """The registers that count what is drawn, and the one of what is exported."""

    def __init__(self) -> None:
        self.by_register: dict[int, Index] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether one has not been heard again: it may be of another day, or no longer sent."""
        return any(0 < one.misses <= _PATIENCE for one in self.by_register.values())

    def knows(self, quantity: Quantity) -> bool:
        """Whether what is drawn, or what is exported, has been heard."""
        is_export = quantity is Quantity.EXPORTED_ENERGY
        return any((register == _EXPORTED) is is_export for register in self.by_register)

    def take(self, label: Label, value: int, at: float) -> tuple[int, float]:
        """Take a value; give the Wh that it has gained, and since when."""
        register = register_of(label)
        before = self.by_register.get(register)
        if label.name == TOTAL and (before is None or before.label != TOTAL):
            self._leave_imported()
        self.by_register[register] = Index(label.name, value, at, misses=0)
        return (_gain(before, label.name, value, at), before.at) if before else (0, at)

    def hold(self, frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        """Note at the end of a frame which indexes it has said again, and which are not known."""
        said = {group.name: group.data for group in frame.groups}
        for one in self.by_register.values():
            reading = readings.get(one.label)
            one.misses = 0 if reading else one.misses + 1
            if reading and said.get(one.label) == reading.raw:
                one.at = now

    def lose(self, now: float) -> None:
        """Wait for all that were heard until `now`, when the line was lost."""
        for one in self.by_register.values():
            one.misses = 1 if now - one.at < _LATE else _PATIENCE + 1

    def _leave_imported(self) -> None:
        kept = {_EXPORTED, 1}
        self.by_register = {n: one for n, one in self.by_register.items() if n in kept}


_EXPORTED: Final = 0
"""EAIT, which has no number: no other index counts what is exported."""


def register_of(label: Label) -> int:
    """Give the number of the register that a label shows."""
    return label.register or _EXPORTED


def _gain(before: Index, name: str, value: int, at: float) -> int:
    """Wh since the value before, over a roll-over too; 0 for what no supply can have given."""
    gain, elapsed = (value - before.value) % _ROLL_OVER, at - before.at
    if name != before.label and TOTAL in {name, before.label} and elapsed > _SWITCHED:
        return 0
    if elapsed < 0:  # the clock was put back: the time is not known, but that it was no lifetime
        return gain if gain < _ROLL_OVER // 2 else 0
    return gain if gain <= _MOST * (elapsed + _LATE) / 3600 else 0
