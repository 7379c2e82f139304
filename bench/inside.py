"""Measures linky_tic inside Home Assistant, preset by preset, on the same meter in real time.

For each preset an ordinary house is listened to (processor, rows, error shown), then one with a
heater on a thermostat (rows, error shown), then one whose heater goes on and off every few seconds
(latency, reaction).
"""

from collections.abc import Sequence
from dataclasses import dataclass
import pstats
import time
from typing import Final

from .house import SETTLE, House, Spent, launched, pass_first_statistics
from .judge import Error, error, latencies, percentile, reactions
from .recorder import COMMIT_SECONDS, Written, bytes_a_row, written
from .trace import Load

PRESETS: Final = ("realtime", "balanced", "economy")
POWER: Final = "sensor.linky_sinsts"
NUMBERS: Final = ("SINSTS", "IRMS1", "URMS1")  # labels whose state is their data, as a number
MINUTE: Final = 60


@dataclass(frozen=True)
class Lived:
    """What some minutes of a house cost and gave."""

    spent: Spent  # by Home Assistant and all
    error: Error
    written: Written


@dataclass(frozen=True)
class Measured:
    """What a preset costs and gives."""

    preset: str
    idle: Spent  # without a meter
    ordinary: Lived
    heater: Lived
    latency: Sequence[float]  # seconds
    reaction: Sequence[float]  # seconds
    bytes_a_row: float

    @property
    def over_idle(self) -> float:
        return self.ordinary.spent.ms - self.idle.ms


def _live(house: House, load: Load, seconds: float) -> Lived:
    house.players[0].trace.load = load
    time.sleep(SETTLE)
    house.start_stopwatch()
    begin = time.time()
    spent = house.spend(seconds)
    end = time.time()
    shown = house.stop_stopwatch()[POWER]
    said = house.players[0].port.said()["SINSTS"]
    time.sleep(COMMIT_SECONDS)
    return Lived(spent, error(shown, said), written(house.folder / "home", begin, end))


def _stepping(house: House, seconds: float) -> tuple[list[float], list[float]]:
    house.players[0].trace.load = Load.STEPS
    house.start_stopwatch()
    time.sleep(seconds)
    every = house.stop_stopwatch()
    said = house.players[0].port.said()
    late = [
        seconds
        for label in NUMBERS
        for seconds in latencies(every.get(f"sensor.linky_{label.lower()}", []), said[label])
    ]
    return late, reactions(every[POWER], said["SINSTS"])


def measure(house: House, preset: str, idle: Spent, seconds: float) -> Measured:
    house.set_options(reporting=preset)
    ordinary = _live(house, Load.ORDINARY, seconds)
    heater = _live(house, Load.HEATER, seconds / 2)
    late, reaction = _stepping(house, seconds / 2)
    size = bytes_a_row(house.folder / "home")
    return Measured(preset, idle, ordinary, heater, late, reaction, size)


def main(minutes: float, presets: Sequence[str] = PRESETS) -> list[Measured]:
    """Listen for so many minutes to an ordinary house, half as long to the others, by preset."""
    with launched() as house:
        time.sleep(SETTLE)
        idle = house.spend(minutes * MINUTE / 2)
        house.add_meter()
        pass_first_statistics()
        return [measure(house, preset, idle, minutes * MINUTE) for preset in presets]


def profile(preset: str, seconds: float = MINUTE, top: int = 45) -> None:
    """Print where the event loop's time goes, functions by their own time."""
    with launched() as house:
        house.add_meter()
        house.set_options(reporting=preset)
        time.sleep(SETTLE)
        path = house.folder / "profile"
        house.tell("profile")
        time.sleep(seconds)
        house.tell("profile_stop", path=str(path))
        print(f"{preset}, {seconds:g} s")
        pstats.Stats(str(path)).sort_stats("tottime").print_stats(top)
        pstats.Stats(str(path)).sort_stats("cumtime").print_stats("linky_tic|serialx", top)


def _ms(seconds: Sequence[float]) -> str:
    return f"{percentile([*seconds], 50) * 1000:.0f} / {percentile([*seconds], 99) * 1000:.0f}"


HEADER: Final = (
    "In Home Assistant, mono, mirror on", "CPU ms/s over idle", "idle", "reference loop µs",
    "latency ms (p50 / p99)", "1500 VA shown after ms (p50 / p99)", "rows a day", "MB a day",
    "error shown VA (mean / greatest)", "heater: rows a day", "heater: error shown VA",
)  # fmt: skip


def rows(measured: Sequence[Measured]) -> list[tuple[str, ...]]:
    return [
        (
            one.preset,
            f"{one.over_idle:.1f}",
            f"{one.idle.ms:.1f}",
            f"{one.ordinary.spent.pace:.1f}",
            f"{_ms(one.latency)} ({len(one.latency)})" if one.preset == "realtime" else "",
            f"{_ms(one.reaction)} ({len(one.reaction)})",
            f"{one.ordinary.written.rows_a_day:.0f}",
            _megabytes(one.ordinary.written.rows_a_day, one.bytes_a_row),
            _error(one.ordinary.error),
            f"{one.heater.written.rows_a_day:.0f}",
            _error(one.heater.error),
        )
        for one in measured
    ]


def _error(found: Error) -> str:
    return f"{found.mean:.1f} / {found.greatest:.0f}"


def _megabytes(rows_a_day: float, bytes_a_row: float) -> str:
    return f"{rows_a_day * bytes_a_row / 1e6:.1f} ({bytes_a_row:.0f} B a row)"
