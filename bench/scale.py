"""Measures how the cost inside Home Assistant grows with the number of meters."""

from dataclasses import dataclass
import time
from typing import Final

from .house import SETTLE, launched, pass_first_statistics
from .usage import resident_bytes

METERS: Final = (1, 5, 20)
PRESETS: Final = ("balanced", "realtime")


@dataclass(frozen=True)
class Grown:
    """What so many meters cost together."""

    meters: int
    preset: str
    over_idle: float  # ms a second
    pace: float  # µs of the reference loop meanwhile
    megabytes: float  # over idle


def main(seconds: float = 60.0, counts: tuple[int, ...] = METERS) -> list[Grown]:
    with launched() as house:
        time.sleep(SETTLE)
        idle, memory = house.spend(seconds), resident_bytes(house.pid)
        found = []
        for count in counts:
            while len(house.players) < count:
                house.add_meter()
            pass_first_statistics()
            for preset in PRESETS:
                house.set_options(reporting=preset)
                time.sleep(SETTLE)
                spent = house.spend(seconds)
                megabytes = (resident_bytes(house.pid) - memory) / 1e6
                found.append(Grown(count, preset, spent.ms - idle.ms, spent.pace, megabytes))
        return found


HEADER: Final = (
    "Meters",
    "preset",
    "CPU ms/s over idle",
    "ms/s a meter",
    "reference loop µs",
    "MB over idle",
)


def rows(grown: list[Grown]) -> list[tuple[str, ...]]:
    return [
        (
            str(one.meters),
            one.preset,
            f"{one.over_idle:.1f}",
            f"{one.over_idle / one.meters:.1f}",
            f"{one.pace:.1f}",
            f"{one.megabytes:.1f}",
        )
        for one in grown
    ]
