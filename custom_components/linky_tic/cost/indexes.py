"""Where the registers of one meter stood when they were last heard, hence what each has gained.

A register counts on whatever it is called: HCHC, BBRHCJB and EASF01 are one (54E 6.1). It knows
labels, Wh and instants (seconds since 1970), nothing of prices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.util.json import JsonObjectType

from ..history.counting import Counting
from ..tic import LABELS, Frame, Label, Quantity, Readings

COSTED: Final = frozenset(
    name
    for name, label in LABELS.items()
    if label.quantity in {Quantity.SUPPLIER_ENERGY, Quantity.EXPORTED_ENERGY}
)
"""The labels whose indexes are priced; the total and the grid operator's count the same again."""
TOTAL: Final = "BASE"
"""In Historique the register 1 of a BASE contract, or the sum of all (`history/registers.py`)."""
EXPORT_REGISTER: Final = 0
"""EAIT, which has no number: no other index counts what is exported."""
_METER: Final = ""
"""Of one meter alone is counted here; of the next one in its place, anew."""
_LATE: Final = 60.0
"""Seconds by which a reading that the gate has held may be late."""
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

    @property
    def register(self) -> int:
        return register_of(LABELS[self.label])


class Indexes:
    """The registers that count what is drawn, and the one of what is exported."""

    def __init__(self) -> None:
        self.by_register: dict[int, Index] = {}
        self.counting = Counting()
        self._at = self._before = 0.0
        """When the last values were taken, and those before: a new register may count on."""
        self._total_tariff = ""
        """Under which BASE has counted what another label shows now."""
        self._held = 0
        """Frames in a row that say of an index what is not believed yet, such as after a gap."""

    @classmethod
    def read(cls, kept: Mapping[str, Any], counting: Mapping[str, Any] | None = None) -> Self:
        """Read what `written` gave, and what was counted; a later release may know other labels.

        Before 1.0, what is counted was not stored: registers stand where they were heard.
        """
        indexes = cls()
        indexes.counting = Counting.read(counting or {})
        for name, (value, at, tariff) in kept.items():
            if name in LABELS:
                index = Index(name, int(value), float(at), str(tariff))
                indexes.by_register[index.register] = index
                indexes._at = max(indexes._at, index.at)
                if counting is None:
                    indexes.counting.recorded(name, _METER, LABELS[name], index.value, index.at)
        return indexes

    @property
    def written(self) -> JsonObjectType:
        return {one.label: [one.value, one.at, one.tariff] for one in self.by_register.values()}

    def go_back(self, kept: Mapping[str, Any], counting: Mapping[str, Any] | None = None) -> None:
        """Stand where `written` once said: what came since is counted anew."""
        heard, before = self.by_register, self.read(kept, counting)
        self.by_register, self.counting = before.by_register, before.counting
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
        if at != self._at:
            self._before, self._at, self._total_tariff = self._at or at, at, ""
        index = self.by_register.get(register)
        if index and (index.label, index.value) == (name, value):
            gain = 0
        else:
            self.counting.shown(name, _METER, label, value, at)
            gain = self.counting.compiled(name, value)
        if index and index.label == TOTAL != name:
            self._total_tariff = index.tariff
        index = index or Index(name, value, self._before)
        if gain:
            index.tariff = index.tariff or self._total_tariff
        self.by_register[register], since = index, index.at
        index.label, index.value, index.at, index.misses = name, value, at, 0
        return index, gain, since

    def lose(self) -> None:
        """Wait for all that were heard with the last one, however long ago."""
        last = max((one.at for one in self.by_register.values()), default=0.0)
        for one in self.by_register.values():
            one.misses = 1 if last - one.at < _LATE else _PATIENCE


def register_of(label: Label) -> int:
    """Give the number of the register that a label shows."""
    return label.register or EXPORT_REGISTER
