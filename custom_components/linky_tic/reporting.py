"""When a reading becomes a state: how far it must move, how often it may, how long it may wait.

It knows quantities and seconds, nothing of entities. What is not in a table is told at once:
tariffs, alarms, registers, texts. The mirror is not concerned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Final

from .tic import INDEXES, Quantity, Reading, Value

ACTIVE_POWER: Final = "active_power"
POWER_FACTOR: Final = "power_factor"
"""Reckoned from several labels, hence no quantity of the catalogue."""


class Preset(StrEnum):
    """How closely states follow the meter."""

    REALTIME = "realtime"
    BALANCED = "balanced"
    ECONOMY = "economy"


@dataclass(frozen=True, slots=True)
class Pace:
    """The rule of a quantity.

    A reading is told when it has moved by `step` (in its unit) or by `share` of what is shown,
    whichever is more, or when `longest` seconds have passed; never within `shortest` seconds.
    """

    step: float
    share: float
    shortest: float
    longest: float


# fmt: off
#                    step  share  shortest  longest
_POWER: Final   = Pace(25, 0.02,         1,      60)
_CURRENT: Final = Pace( 2, 0.00,         1,      60)
_VOLTAGE: Final = Pace( 3, 0.00,        10,     300)
_FACTOR: Final  = Pace(.1, 0.00,        60,     300)
_MINUTE: Final  = Pace( 0, 0.00,        60,      60)  # indexes, the meter's clock, running peaks

_ECONOMY_POWER: Final   = Pace(100, 0.05,   5, 300)
_ECONOMY_CURRENT: Final = Pace(  3, 0.00,   5, 300)
_ECONOMY_VOLTAGE: Final = Pace(  5, 0.00,  60, 900)
_ECONOMY_FACTOR: Final  = Pace( .1, 0.00, 300, 900)
_FIVE_MINUTES: Final    = Pace(  0, 0.00, 300, 300)
# fmt: on

_POWERS: Final = (Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER, ACTIVE_POWER)
_SLOW: Final = (*INDEXES, Quantity.CLOCK, Quantity.IMPORTED_PEAK, Quantity.EXPORTED_PEAK)

PACES: Final[Mapping[Preset, Mapping[str, Pace]]] = MappingProxyType(
    {
        Preset.REALTIME: MappingProxyType({}),
        Preset.BALANCED: MappingProxyType(
            dict.fromkeys(_POWERS, _POWER)
            | dict.fromkeys(_SLOW, _MINUTE)
            | {
                Quantity.CURRENT: _CURRENT,
                Quantity.VOLTAGE: _VOLTAGE,
                POWER_FACTOR: _FACTOR,
            }
        ),
        Preset.ECONOMY: MappingProxyType(
            dict.fromkeys(_POWERS, _ECONOMY_POWER)
            | dict.fromkeys(_SLOW, _FIVE_MINUTES)
            | {
                Quantity.CURRENT: _ECONOMY_CURRENT,
                Quantity.VOLTAGE: _ECONOMY_VOLTAGE,
                POWER_FACTOR: _ECONOMY_FACTOR,
            }
        ),
    }
)


_MEASURED: Final = frozenset({Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER})
_MOVING: Final = frozenset(
    {
        Quantity.TOTAL_ENERGY,
        Quantity.SUPPLIER_ENERGY,
        Quantity.EXPORTED_ENERGY,
        Quantity.CURRENT,
        Quantity.VOLTAGE,
    }
)

RHYTHMS: Final[Mapping[Preset, tuple[float, frozenset[Quantity]]]] = MappingProxyType(
    {
        Preset.REALTIME: (0.2, _MEASURED | _MOVING),
        Preset.BALANCED: (0.25, _MEASURED),
        Preset.ECONOMY: (0.25, frozenset()),
    }
)
"""The most seconds between two readings of the port, since what wakes Home Assistant costs more
than what the meter says, and the quantities after which it is read at once."""


class Reporter:
    """What one meter's entities show, and what they are still to be told; times never jump."""

    def __init__(self, preset: Preset) -> None:
        self._paces = PACES[preset]
        self._told: dict[str, tuple[Value | float, float]] = {}
        self._due: dict[str, tuple[Value | float, float]] = {}
        self._next = inf

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be told."""
        return bool(self._due)

    def admits(self, reading: Reading, now: float) -> bool:
        """Whether a new reading is told at `now` (seconds); if not, `due` names it in time."""
        label = reading.label
        return self.admits_value(label.name, label.quantity, reading.value, now)

    def admits_value(self, name: str, quantity: str, value: Value | float, now: float) -> bool:
        """Whether what a name stands for is told, by the rule of its quantity; None at once."""
        pace = self._paces.get(quantity)
        if pace is None:
            return True
        if (told := self._told.get(name)) is not None and None not in {told[0], value}:
            until = told[1] + _wait(pace, told[0], value)
            if now < until:
                self._due[name] = value, until
                self._next = min(self._next, until)
                return False
        self._told[name] = (value, now)
        self._due.pop(name, None)
        return True

    def due(self, now: float) -> list[str]:
        """Name what has waited long enough by `now`."""
        if now < self._next:
            return []
        return self._tell([name for name, (_, at) in self._due.items() if at <= now], now)

    def flush(self, now: float) -> list[str]:
        """Name all that still waits: nothing more is coming."""
        return self._tell(list(self._due), now)

    def forget(self, name: str) -> None:
        """Forget a label that is no longer sent: its next reading is told at once."""
        self._told.pop(name, None)
        self._due.pop(name, None)

    def _tell(self, names: list[str], now: float) -> list[str]:
        for name in names:
            value, _ = self._due.pop(name)
            self._told[name] = value, now
        self._next = min((at for _, at in self._due.values()), default=inf)
        return names


def _wait(pace: Pace, told: Value | float, value: Value | float) -> float:
    """Seconds that must have passed since `told` before `value` is told."""
    if not isinstance(value, int | float) or not isinstance(told, int | float):
        return pace.longest
    has_moved = abs(value - told) >= max(pace.step, pace.share * abs(told))
    return pace.shortest if has_moved else pace.longest
