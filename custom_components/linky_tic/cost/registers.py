"""The registers of one meter whose energy has a price, and what each gains from frame to frame.

A register goes on under any label: HCHC, BBRHCJB and EASF01 are one (54E 6.1). Values are in Wh,
instants in seconds since 1970.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.util.json import JsonObjectType, JsonValueType

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
class CostRegister:
    """A register: the label that shows it, its value, when it was last received.

    `misses` are the frames since then; 1 after a loss: it is awaited.
    """

    label: str
    value: int
    at: float
    tariff: str = ""
    """The tariff under which it gained last."""
    misses: int = 1

    @property
    def number(self) -> int:
        return register_number(LABELS[self.label])

    @property
    def written(self) -> JsonValueType:
        """What is stored under its label, and read by `CostRegisters.read`."""
        return [self.value, self.at, self.tariff]


class CostRegisters:
    """The registers that count what is drawn, and the one of what is exported."""

    def __init__(self) -> None:
        self.by_number: dict[int, CostRegister] = {}
        self.counting = Counting()
        self._at = self._before = 0.0
        """When the last values were taken, and those before them."""
        self._total_tariff = ""
        """The tariff of BASE, for a register that another label shows from this frame on."""
        self._held = 0
        """Frames in a row in which an index is held by the gate, such as after a gap."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; unknown labels are ignored.

        Earlier versions did not store the counting: it begins at the values of the registers.
        """
        registers, counting = cls(), kept.get("counting")
        registers.counting = Counting.read(counting or {})
        for name, (value, at, tariff) in kept["indexes"].items():
            if name in LABELS:
                one = CostRegister(name, int(value), float(at), str(tariff))
                registers.by_number[one.number] = one
                registers._at = max(registers._at, one.at)
                if counting is None:
                    registers.counting.recorded(name, _METER, LABELS[name], one.value, one.at)
        return registers

    @property
    def written(self) -> JsonObjectType:
        indexes = {one.label: one.written for one in self.by_number.values()}
        return {"indexes": indexes, "counting": self.counting.written}

    def go_back(self, kept: Mapping[str, Any]) -> None:
        """Return to an earlier state: what was gained since then is counted again."""
        heard, before = self.by_number, self.read(kept)
        self.by_number, self.counting = before.by_number, before.counting
        for number, one in self.by_number.items():
            one.misses = heard[number].misses if number in heard else _PATIENCE

    @property
    def is_waiting(self) -> bool:
        """Whether a register has not been received again since the last loss."""
        return any(0 < one.misses < _PATIENCE for one in self.by_number.values())

    @property
    def is_held(self) -> bool:
        """Whether the gate holds an index: its gain may belong to a day before."""
        return 0 < self._held < _PATIENCE

    def end_frame(
        self, frame: Frame, readings: Readings, now: float
    ) -> Iterator[tuple[CostRegister, int, float]]:
        """Take the believed indexes of a frame; return the Wh that each gained, and since when."""
        for one in self.by_number.values():
            one.misses = 0 if one.label in readings else one.misses + 1
        said = [(group, readings.get(group.name)) for group in frame.groups if group.name in COSTED]
        is_held = any(reading and reading.raw != group.data for group, reading in said)
        self._held = self._held + 1 if is_held else 0
        for group, reading in said:
            if reading and reading.raw == group.data and isinstance(reading.value, int):
                yield self.take(reading.label, reading.value, now)

    def take(self, label: Label, value: int, at: float) -> tuple[CostRegister, int, float]:
        """Take a value; return its register, the Wh it gained, and since when."""
        number, name = register_number(label), label.name
        if at != self._at:
            self._before, self._at, self._total_tariff = self._at or at, at, ""
        register = self.by_number.get(number)
        if register and (register.label, register.value) == (name, value):
            gain = 0
        else:
            self.counting.shown(name, _METER, label, value, at)
            gain = self.counting.compiled(name, value)
        if register and register.label == TOTAL != name:
            self._total_tariff = register.tariff
        register = register or CostRegister(name, value, self._before)
        if gain:
            register.tariff = register.tariff or self._total_tariff
        self.by_number[number], since = register, register.at
        register.label, register.value, register.at, register.misses = name, value, at, 0
        return register, gain, since

    def await_all(self) -> None:
        """Await all registers that were received in the last frame."""
        last = max((one.at for one in self.by_number.values()), default=0.0)
        for one in self.by_number.values():
            one.misses = 1 if last - one.at < _LATE else _PATIENCE


def register_number(label: Label) -> int:
    """Return the number of the register that a label shows."""
    return label.register or EXPORT_REGISTER
