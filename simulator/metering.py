"""Knows how a meter adds up: indexes, maxima of the day, load curve, mean voltages.

Refuses to know the contract and the time: both come in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from .supply import Supply

FILTER = 0.008  # 54E 7: each second, Y = B * X^2 + (1 - B) * Y
SUPPLIER_REGISTERS, GRID_REGISTERS, QUADRANTS = 10, 4, 4
ROLL_OVER = 1_000_000_000
WH = 3_600  # watt-seconds
MEAN_VOLTAGE_SECONDS = 600
CURVE_DELAY = 4  # seconds after its end; 54E: up to 10

Stamp = Callable[[], str]


@dataclass
class Index:
    """Counts watt-seconds, shows whole watt-hours; what a second adds is told, to be shared out."""

    wh: int = 0
    rest: int = 0

    def add(self, watt_seconds: int) -> int:
        gained, self.rest = divmod(self.rest + watt_seconds, WH)
        self.wh += gained
        return gained

    @property
    def text(self) -> str:
        return f"{self.wh % ROLL_OVER:09d}"


def shared_out(total: int, shares: tuple[int, ...], size: int) -> list[int]:
    """Registers that add up to the total exactly, unused ones at 0."""
    parts = [total * share // sum(shares) for share in shares]
    parts[0] += total - sum(parts)
    return parts + [0] * (size - len(parts))


@dataclass
class Maximum:
    """The greatest filtered power of the day, and of the day before, each with its horodate."""

    square: float = 0.0
    peak: float = 0.0
    stamp: str = ""
    before: int = 0
    before_stamp: str = ""

    def filter(self, voltamperes: int, seconds: int, stamp: Stamp) -> None:
        """Filter as many seconds of the same power."""
        share = FILTER if seconds == 1 else 1 - (1 - FILTER) ** seconds
        if voltamperes > 0:
            self.square += share * (voltamperes * voltamperes - self.square)
            if self.square > self.peak:
                if int(self.square**0.5) > self.value:
                    self.stamp = stamp()
                self.peak = self.square
        else:
            self.square -= share * self.square

    @property
    def value(self) -> int:
        return int(self.peak**0.5)

    def midnight(self, stamp: Stamp) -> None:
        self.before, self.before_stamp = self.value, self.stamp
        self.peak, self.stamp = self.square, stamp()


@dataclass
class Point:
    """Points n and n-1 of a curve, each with the horodate of the end of its period."""

    value: int = 0
    stamp: str = ""
    before: int = 0
    before_stamp: str = ""

    def add(self, value: int, stamp: str) -> None:
        self.before, self.before_stamp = self.value, self.stamp
        self.value, self.stamp = value, stamp


@dataclass
class Mean:
    """The mean of what was seen since it was last taken."""

    total: int = 0
    seconds: int = 0

    def add(self, value: int, seconds: int) -> None:
        self.total += value * seconds
        self.seconds += seconds

    def take(self) -> int:
        mean = round(self.total / max(1, self.seconds))
        self.total = self.seconds = 0
        return mean


@dataclass
class Metering:
    """Everything that a meter keeps from one frame to the next."""

    supplier: list[int]
    grid: list[int]
    total: Index
    exported: Index
    reactive: list[Index] = field(default_factory=lambda: [Index() for _ in range(QUADRANTS)])
    imported_maxima: list[Maximum] = field(default_factory=lambda: [Maximum() for _ in range(4)])
    exported_maximum: Maximum = field(default_factory=Maximum)
    imported_curve: Point = field(default_factory=Point)
    exported_curve: Point = field(default_factory=Point)
    voltages: list[Point] = field(default_factory=lambda: [Point() for _ in range(3)])

    def __post_init__(self) -> None:
        self._imported_mean, self._exported_mean = Mean(), Mean()
        self._voltage_means = [Mean() for _ in range(3)]
        self._due: tuple[int, int, int, str] | None = None  # local second, import, export, stamp

    def energies(self, watt_seconds: int, var_seconds: int, supplier: int, grid: int) -> None:
        """Count; the watt-hour that completes goes to the registers in force."""
        if watt_seconds >= 0:
            gained = self.total.add(watt_seconds)
            self.supplier[supplier - 1] += gained
            self.grid[grid - 1] += gained
        else:
            self.exported.add(-watt_seconds)
        # Quadrants: 1 and 4 import, 2 and 3 export; 1 and 2 are inductive.
        inductive = var_seconds >= 0
        quadrant = (0 if inductive else 3) if watt_seconds >= 0 else (1 if inductive else 2)
        self.reactive[quadrant].add(abs(var_seconds))

    def maxima(self, total: int, phases: list[int], seconds: int, stamp: Stamp) -> None:
        """Filter some seconds; phases are those of a three-phase supply, else none."""
        for maximum, voltamperes in zip(self.imported_maxima, (total, *phases), strict=False):
            maximum.filter(voltamperes, seconds, stamp)
        self.exported_maximum.filter(-total, seconds, stamp)

    def midnight(self, stamp: Stamp) -> None:
        for maximum in (*self.imported_maxima, self.exported_maximum):
            maximum.midnight(stamp)

    def curves(self, local: int, seconds: int, supply: Supply, period: int, stamp: Stamp) -> None:
        """Follow the seconds that end at `local`; a load-curve point shows some seconds late."""
        self._imported_mean.add(max(0, supply.total_watts), seconds)
        self._exported_mean.add(max(0, -supply.total_watts), seconds)
        for mean, seen in zip(self._voltage_means, supply.volts, strict=True):
            mean.add(seen, seconds)
        if local % period == 0:
            means = self._imported_mean.take(), self._exported_mean.take()
            self._due = (local + CURVE_DELAY, *means, stamp())
        if self._due is not None and local >= self._due[0]:
            _, imported, exported, ended = self._due
            self.imported_curve.add(imported, ended)
            self.exported_curve.add(exported, ended)
            self._due = None
        if local % MEAN_VOLTAGE_SECONDS == 0:
            for point, mean in zip(self.voltages, self._voltage_means, strict=True):
                point.add(mean.take(), stamp())
