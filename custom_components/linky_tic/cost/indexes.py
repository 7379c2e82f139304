"""Where the registers of one meter stood when they were last heard, hence what each has gained.

A register counts on whatever it is called: HCHC, BBRHCJB and EASF01 are one (54E 6.1). It knows
labels, Wh and instants (seconds since 1970), nothing of prices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.util.json import JsonObjectType

from ..tic import LABELS, Frame, Label, Quantity, Readings, can_gain

COSTED: Final = frozenset(
    name
    for name, label in LABELS.items()
    if label.quantity in {Quantity.SUPPLIER_ENERGY, Quantity.EXPORTED_ENERGY}
)
"""The labels whose indexes are priced; the total and the grid operator's count the same again."""
TOTAL: Final = "BASE"
"""In Historique the register 1 of a BASE contract, and the sum of all under any contract that the
mode has no name for: what others have counted is in it."""
EXPORT_REGISTER: Final = 0
"""EAIT, which has no number: no other index counts what is exported."""
_ROLL_OVER: Final = 10**9
"""Wh: an index has nine digits (54E 6.2.3)."""
_LATE: Final = 60.0
"""Seconds by which a reading that the gate has held may be late."""
_SWITCHED: Final = 600.0
"""Seconds within which BASE may be seen to go on from another index."""
_REGISTERS: Final = 10
"""The supplier's, which Standard shows whatever the contract is."""
_PATIENCE: Final = 11
"""Frames without it after which an index is not waited for: in ten each that is sent is heard."""


@dataclass(slots=True)
class Index:
    """One register: its value, until when it was heard to stand there, frames without it since."""

    label: str
    value: int
    at: float
    tariff: str = ""
    """The one under which it gained last."""
    misses: int = 1
    highest: int = 0
    """What a register that has fallen had counted: a bridge may repeat bytes of minutes ago."""

    @property
    def register(self) -> int:
        return register_of(LABELS[self.label])


class Indexes:
    """The registers that count what is drawn, and the one of what is exported."""

    def __init__(self) -> None:
        self.by_register: dict[int, Index] = {}
        self._held = 0
        """Frames in a row that say of an index what is not believed yet, such as after a gap."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; a later release may have known other labels."""
        indexes = cls()
        for name, (value, at, tariff) in kept.items():
            if name in LABELS:
                index = Index(name, int(value), float(at), str(tariff))
                indexes.by_register[index.register] = index
        return indexes

    @property
    def written(self) -> JsonObjectType:
        return {one.label: [one.value, one.at, one.tariff] for one in self.by_register.values()}

    def go_back(self, kept: Mapping[str, Any]) -> None:
        """Stand where `written` once said: what has been counted since is counted anew."""
        heard, self.by_register = self.by_register, self.read(kept).by_register
        for register, one in self.by_register.items():
            one.misses = heard[register].misses if register in heard else _PATIENCE

    @property
    def is_waiting(self) -> bool:
        """Whether one has not been heard again: it may be of another day, or no longer sent."""
        return any(0 < one.misses < _PATIENCE for one in self.by_register.values())

    @property
    def is_held(self) -> bool:
        """Whether an index is about to be believed: what it has gained is of some day before."""
        return 0 < self._held < _PATIENCE

    def end_frame(
        self, frame: Frame, readings: Readings, now: float
    ) -> Iterator[tuple[Index, int, float]]:
        """Take what a frame has said and is believed; give the Wh gained, and since when."""
        for one in self.by_register.values():
            one.misses = 0 if one.label in readings else one.misses + 1
        said = [(group, readings.get(group.name)) for group in frame.groups if group.name in COSTED]
        is_held = any(reading and reading.raw != group.data for group, reading in said)
        self._held = self._held + 1 if is_held else 0
        for group, reading in said:
            if reading and reading.raw == group.data and isinstance(reading.value, int):
                yield self.take(reading.label, reading.value, now)

    def take(self, label: Label, value: int, at: float) -> tuple[Index, int, float]:
        """Take a value; give the Wh that its register has gained, and since when."""
        register, name = register_of(label), label.name
        index = self.by_register.get(register) or Index(name, value, at)
        if name == TOTAL and (index.label != TOTAL or register not in self.by_register):
            self._begin_total(index, value, at)
        self.by_register[register] = index
        if index.value < index.highest <= value:
            index.value = index.highest
        index.highest = max(index.highest, value)
        gain, since = _gain(index, value, at), index.at
        index.label, index.value, index.at, index.misses = name, value, at, 0
        return index, gain, since

    def _begin_total(self, index: Index, value: int, at: float) -> None:
        """Go on from what BASE shows: all registers if it can be, or else the first.

        After a while it is not known, unless each was: one that was not may be in it.
        """
        drawn = {n: one.value for n, one in self.by_register.items() if n != EXPORT_REGISTER}
        total = sum(drawn.values())
        if len(drawn) < _REGISTERS and at - index.at > _SWITCHED:
            index.value = value
        elif drawn and total <= value:
            index.value = total
        for register in drawn:
            del self.by_register[register]

    def lose(self) -> None:
        """Wait for all that were heard with the last one, however long ago."""
        last = max((one.at for one in self.by_register.values()), default=0.0)
        for one in self.by_register.values():
            one.misses = 1 if last - one.at < _LATE else _PATIENCE


def register_of(label: Label) -> int:
    """Give the number of the register that a label shows."""
    return label.register or EXPORT_REGISTER


def _gain(before: Index, value: int, at: float) -> int:
    """Wh since the value before, over a roll-over too; 0 for what no supply can have given."""
    gain, elapsed = (value - before.value) % _ROLL_OVER, at - before.at
    if elapsed < 0:  # the clock was put back: the time is not known, but that it was no lifetime
        return gain if gain < _ROLL_OVER // 2 else 0
    return gain if can_gain(gain, elapsed + _LATE) else 0
