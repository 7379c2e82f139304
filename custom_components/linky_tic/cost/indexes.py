"""The registers of one meter whose energy has a price, and what each gains from frame to frame.

A register goes on under any label: HCHC, BBRHCJB and EASF01 are one (54E 6.1). Values are in Wh,
instants in seconds since 1970.
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
"""Labels of the indexes that have a price; EAST and EASD count the same energy again."""
TOTAL: Final = "BASE"
"""In Historique, register 1 of a BASE contract or the sum of all (see `history/registers.py`)."""
EXPORT_REGISTER: Final = 0
"""The number given to EAIT, the only index of exported energy."""
_METER: Final = ""
"""The meter, for `Counting`: the account is of one meter alone."""
_LATE: Final = 60.0
"""Seconds by which a reading may be late because the gate held it."""
_PATIENCE: Final = 11
"""Frames after which an index is not awaited any more: the meter does not send it."""


@dataclass(slots=True)
class Index:
    """The index of a register: the label that shows it, its value, when it was last received.

    `misses` are the frames since then; 1 after a loss: it is awaited.
    """

    label: str
    value: int
    at: float
    tariff: str = ""
    """The tariff under which it gained last."""
    misses: int = 1

    @property
    def register(self) -> int:
        return register_number(LABELS[self.label])


class Indexes:
    """The registers that count what is drawn, and the one of what is exported."""

    def __init__(self) -> None:
        self.by_register: dict[int, Index] = {}
        self.counting = Counting()
        self._at = self._before = 0.0
        """When the last values were taken, and those before them."""
        self._total_tariff = ""
        """The tariff of BASE, for a register that another label shows from this frame on."""
        self._held = 0
        """Frames in a row in which an index is held by the gate, such as after a gap."""

    @classmethod
    def read(cls, kept: Mapping[str, Any], counting: Mapping[str, Any] | None = None) -> Self:
        """Read what `written` gave, and the stored `counting`; unknown labels are ignored.

        Earlier versions did not store the counting: it begins at the values of the registers.
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
        """Return to an earlier state: what was gained since then is counted again."""
        heard, before = self.by_register, self.read(kept, counting)
        self.by_register, self.counting = before.by_register, before.counting
        for register, one in self.by_register.items():
            one.misses = heard[register].misses if register in heard else _PATIENCE

    @property
    def is_waiting(self) -> bool:
        """Whether a register has not been received again since the last loss."""
        return any(0 < one.misses < _PATIENCE for one in self.by_register.values())

    @property
    def is_held(self) -> bool:
        """Whether the gate holds an index: its gain may belong to a day before."""
        return 0 < self._held < _PATIENCE

    def end_frame(
        self, frame: Frame, readings: Readings, now: float
    ) -> Iterator[tuple[Index, int, float]]:
        """Take the believed indexes of a frame; return the Wh that each gained, and since when."""
        for one in self.by_register.values():
            one.misses = 0 if one.label in readings else one.misses + 1
        said = [(group, readings.get(group.name)) for group in frame.groups if group.name in COSTED]
        is_held = any(reading and reading.raw != group.data for group, reading in said)
        self._held = self._held + 1 if is_held else 0
        for group, reading in said:
            if reading and reading.raw == group.data and isinstance(reading.value, int):
                yield self.take(reading.label, reading.value, now)

    def take(self, label: Label, value: int, at: float) -> tuple[Index, int, float]:
        """Take a value; return its register, the Wh it gained, and since when."""
        register, name = register_number(label), label.name
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

    def await_all(self) -> None:
        """Await all registers that were received in the last frame."""
        last = max((one.at for one in self.by_register.values()), default=0.0)
        for one in self.by_register.values():
            one.misses = 1 if last - one.at < _LATE else _PATIENCE


def register_number(label: Label) -> int:
    """Return the number of the register that a label shows."""
    return label.register or EXPORT_REGISTER
