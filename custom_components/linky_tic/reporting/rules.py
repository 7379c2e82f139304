"""When a reading becomes a state: how far it must move, how often it may, how long it may wait.

It knows quantities and seconds, nothing of entities. What is not in a table is told at once:
tariffs, alarms, registers, texts. The mirror is not concerned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType
from typing import Final, NamedTuple

from ..tic import INDEXES, Label, Quantity, Reading, Value

ACTIVE_POWER: Final = "active_power"
POWER_FACTOR: Final = "power_factor"
POWER_MARGIN: Final = "power_margin"
LOAD: Final = "load"
"""Reckoned from several labels, hence no quantity of the catalogue."""
PHASE_POWER: Final = "phase_power"
"""A part of the apparent power, which is told by itself."""


class Preset(StrEnum):
    """How closely states follow the meter."""

    REALTIME = "realtime"
    BALANCED = "balanced"
    ECONOMY = "economy"


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """The rule of a quantity.

    A value is told when it has moved by `step` (in its unit) or by `share` of what is shown,
    whichever is more, or when `longest` seconds have passed; never within `shortest` seconds, and
    in the long run once in `mean` seconds: `ahead` may come sooner, others then come later. Of
    these a great move may use more than a small one.
    """

    step: float
    share: float
    shortest: float
    longest: float
    mean: float
    ahead: int


class Edge(NamedTuple):
    """Where a value is watched closely: beyond `limit`, up (`sign` 1) or down (-1) being `worse`.

    What crosses it, either way, is beyond it; each of the two paces has a budget of its own.
    """

    limit: float
    sign: int
    worse: Pace
    better: Pace


# fmt: off
#                         step  share  shortest  longest  mean  ahead
_POWER: Final   = Pace(     25,  0.02,        1,     120,   20,  1000)
_PHASE: Final   = Pace(     50,  0.05,        1,     300,   60,     2)  # of a three-phase meter
_WATTS: Final   = Pace(     50,  0.05,        5,     120,   60,     3)
_MARGIN: Final  = Pace(     50,  0.02,        5,     300,   60,     2)
_LOAD: Final    = Pace(      2,  0.00,        5,     600,   75,     2)  # percent
_CURRENT: Final = Pace(      2,  0.00,        5,     600,  240,     1)
_VOLTAGE: Final = Pace(      3,  0.00,       10,     600,  180,     1)
_FACTOR: Final  = Pace(     .1,  0.00,       60,     300,   60,     0)
_INDEX: Final   = Pace(      0,  0.00,      180,     180,  180,     0)  # clock, peaks too

# What gets worse follows what got better: bounding this one keeps the other's budget for a step.
_LESS_LEFT: Final = Pace(   25,  0.05,        1,      60,   20,   300)
_MORE_LEFT: Final = Pace(   50,  0.05,       15,      60,   60,    60)
_LOADED: Final    = Pace(    1,  0.00,        1,      60,   20,   300)
_UNLOADED: Final  = Pace(    2,  0.00,       15,      60,   60,    60)

_ECONOMY_POWER: Final   = Pace(100, 0.05,     5,     300,   25,   300)
_ECONOMY_PHASE: Final   = Pace(100, 0.05,    60,     900,  300,     1)
_ECONOMY_WATTS: Final   = Pace(100, 0.05,    60,     300,  180,     1)
_ECONOMY_MARGIN: Final  = Pace(100, 0.05,    60,     900,  300,     1)
_ECONOMY_LOAD: Final    = Pace(  5, 0.00,    60,     900,  300,     1)
_ECONOMY_CURRENT: Final = Pace(  3, 0.00,    60,     900,  600,     1)
_ECONOMY_VOLTAGE: Final = Pace(  5, 0.00,    60,     900,  600,     1)
_ECONOMY_FACTOR: Final  = Pace( .1, 0.00,   300,     900,  300,     0)
_ECONOMY_INDEX: Final   = Pace(  0, 0.00,   300,     300,  300,     0)

# What is reckoned is no change that the meter has sent.
_REALTIME_WATTS: Final  = Pace( 10, 0.01,     1,      10,    1,     0)
_REALTIME_MARGIN: Final = Pace( 25, 0.01,     1,      10,    1,     0)
_REALTIME_LOAD: Final   = Pace(  1, 0.00,     1,      10,    1,     0)
# fmt: on

_POWERS: Final = (Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER)
_SLOW: Final = (*INDEXES, Quantity.CLOCK, Quantity.IMPORTED_PEAK, Quantity.EXPORTED_PEAK)

PACES: Final[Mapping[Preset, Mapping[str, Pace]]] = MappingProxyType(
    {
        Preset.REALTIME: MappingProxyType(
            {
                ACTIVE_POWER: _REALTIME_WATTS,
                POWER_MARGIN: _REALTIME_MARGIN,
                LOAD: _REALTIME_LOAD,
            }
        ),
        Preset.BALANCED: MappingProxyType(
            dict.fromkeys(_POWERS, _POWER)
            | dict.fromkeys(_SLOW, _INDEX)
            | {
                PHASE_POWER: _PHASE,
                ACTIVE_POWER: _WATTS,
                POWER_MARGIN: _MARGIN,
                LOAD: _LOAD,
                Quantity.CURRENT: _CURRENT,
                Quantity.VOLTAGE: _VOLTAGE,
                POWER_FACTOR: _FACTOR,
            }
        ),
        Preset.ECONOMY: MappingProxyType(
            dict.fromkeys(_POWERS, _ECONOMY_POWER)
            | dict.fromkeys(_SLOW, _ECONOMY_INDEX)
            | {
                PHASE_POWER: _ECONOMY_PHASE,
                ACTIVE_POWER: _ECONOMY_WATTS,
                POWER_MARGIN: _ECONOMY_MARGIN,
                LOAD: _ECONOMY_LOAD,
                Quantity.CURRENT: _ECONOMY_CURRENT,
                Quantity.VOLTAGE: _ECONOMY_VOLTAGE,
                POWER_FACTOR: _ECONOMY_FACTOR,
            }
        ),
    }
)

_NEAR: Final[Mapping[str, Edge]] = MappingProxyType(
    {
        POWER_MARGIN: Edge(1000, -1, _LESS_LEFT, _MORE_LEFT),
        LOAD: Edge(80, 1, _LOADED, _UNLOADED),
    }
)
EDGES: Final[Mapping[Preset, Mapping[str, Edge]]] = MappingProxyType(
    {Preset.REALTIME: MappingProxyType({}), Preset.BALANCED: _NEAR, Preset.ECONOMY: _NEAR}
)
"""Where somebody may have to turn something off: a preset that spares rows does not spare there."""

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

RHYTHMS: Final[Mapping[Preset, tuple[float, frozenset[Quantity], float]]] = MappingProxyType(
    {
        Preset.REALTIME: (0.3, _MEASURED | _MOVING, 0.0),
        Preset.BALANCED: (0.3, _MEASURED, 0.05),
        Preset.ECONOMY: (0.3, frozenset(), 0.05),
    }
)
"""The most seconds between two readings of the port, since what wakes Home Assistant costs more
than what the meter says; the quantities after which it is read at once; the beat of all meters."""


_FAR: Final = 5
"""Steps at once for which all may be used that may be told ahead."""


class Told(NamedTuple):
    """What was told last, and when."""

    value: Value | float | None
    at: float


class Reporter:
    """What one meter's entities show, and what they are still to be told; times never jump."""

    def __init__(self, preset: Preset) -> None:
        self._paces = PACES[preset]
        self._edges = EDGES[preset]
        self._lasts: dict[tuple[str, Pace], float] = {}  # until when what was told would do
        self._told: dict[str, Told] = {}
        self._due: dict[str, tuple[Value | float | None, float, Pace]] = {}
        self._next = inf

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be told."""
        return bool(self._due)

    def admits(self, reading: Reading, now: float) -> bool:
        """Whether a new reading is told at `now` (seconds); if not, `due` names it in time."""
        return self.admits_value(reading.label.name, rule_of(reading.label), reading.value, now)

    def admits_value(self, name: str, rule: str, value: Value | float | None, now: float) -> bool:
        """Whether what a name stands for is told, by the rule of its quantity; None at once."""
        pace = self._paces.get(rule)
        if pace is None:
            return True
        told = self._told.get(name)
        if told is not None and None in {told.value, value}:
            if told.value is value:
                return False
        elif told is not None:
            pace = _closer(self._edges.get(rule), told.value, value) or pace
            lasts = self._lasts.get((name, pace), now)
            until = _until(pace, _moved(pace, told.value, value), told.at, lasts)
            if now < until:
                self._due[name] = value, until, pace
                self._next = min(self._next, until)
                return False
        self._due.pop(name, None)
        self._note(name, value, now, pace)
        return True

    def due(self, now: float) -> list[str]:
        """Name what has waited long enough by `now`."""
        if now < self._next:
            return []
        return self._tell([name for name, (_, at, _) in self._due.items() if at <= now], now)

    def flush(self, now: float) -> list[str]:
        """Name all that still waits: nothing more is coming."""
        return self._tell(list(self._due), now)

    def forget(self, name: str) -> None:
        """Forget a label that is no longer sent: its next reading is told at once."""
        self._told.pop(name, None)
        self._due.pop(name, None)

    def _tell(self, names: list[str], now: float) -> list[str]:
        for name in names:
            value, _, pace = self._due.pop(name)
            self._note(name, value, now, pace)
        self._next = min((at for _, at, _ in self._due.values()), default=inf)
        return names

    def _note(self, name: str, value: Value | float | None, now: float, pace: Pace) -> None:
        self._told[name] = Told(value, now)
        if value is not None:  # not known costs nothing, and what is known again is told at once
            lasts = max(self._lasts.get((name, pace), now), now) + pace.mean
            self._lasts[name, pace] = min(lasts, now + (pace.ahead + 1) * pace.mean)


def rule_of(label: Label) -> str:
    """Name the rule of a label: its quantity, but for the powers that are parts of another."""
    if label.phase and label.quantity is Quantity.IMPORTED_POWER:
        return PHASE_POWER
    return label.quantity


def _closer(
    edge: Edge | None, told: Value | float | None, value: Value | float | None
) -> Pace | None:
    """Give the pace of a move beyond an edge, or across it."""
    if edge is None or not isinstance(value, int | float) or not isinstance(told, int | float):
        return None
    before, after = edge.sign * told, edge.sign * value
    if max(before, after) < edge.sign * edge.limit:
        return None
    return edge.worse if after > before else edge.better


def _moved(pace: Pace, told: Value | float | None, value: Value | float | None) -> float:
    """Give how far a value has moved, in steps of its rule; what is no number has none."""
    if not isinstance(value, int | float) or not isinstance(told, int | float):
        return 0.0
    step = max(pace.step, pace.share * abs(told))
    return abs(value - told) / step if step else inf


def _until(pace: Pace, moved: float, told: float, lasts: float) -> float:
    """Give when a value is told that has moved so many steps, the one before having been at `told`.

    The further it has moved, the more of what may be told ahead it may use: noise that never rests
    must not leave nothing for a step.
    """
    at_last = max(told + pace.longest, lasts - pace.ahead * pace.mean)
    if moved < 1:
        return at_last
    ahead = pace.ahead * min(1.0, moved / _FAR)
    return min(at_last, max(told + pace.shortest, lasts - ahead * pace.mean))
