"""Lives a whole day at once through receiver and reporting rules: rows, and the error shown.

Without Home Assistant: it counts labels whose sensor is on by default and knows no derived entity.
It shows what the minutes of `home` cannot: nights, meals, every register of the day.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from custom_components.linky_tic.reporting import Preset, Reporter
from custom_components.linky_tic.shown import SHOWN
from custom_components.linky_tic.tic import Reading, Receiver, Value
from simulator.household import Household
from simulator.wire import to_8n1

from .inside import PRESETS
from .memory import DAY
from .streams import CHUNK
from .trace import Load, Trace

POWER: Final = "SINSTS"


@dataclass
class Screen:
    """What the entities of one preset show; a state that does not change makes no row."""

    preset: str
    rows: Counter[str] = field(default_factory=Counter)
    errors: list[int] = field(default_factory=list)  # at the end of every frame

    def __post_init__(self) -> None:
        self._reporter = Reporter(Preset(self.preset))
        self._shown: dict[str, Value] = {}

    def hear(self, reading: Reading, now: float) -> None:
        if self._reporter.admits(reading, now):
            self._show(reading)

    def pass_time(self, now: float, readings: dict[str, Reading]) -> None:
        for name in self._reporter.due(now):
            if name in readings:
                self._show(readings[name])

    def look(self, power: int) -> None:
        shown = self._shown.get(POWER)
        if isinstance(shown, int):
            self.errors.append(abs(shown - power))

    def _show(self, reading: Reading) -> None:
        name = reading.label.name
        is_on = (row := SHOWN.get(reading.label.quantity)) is not None and row.on
        if is_on and self._shown.get(name) != reading.value:
            self._shown[name] = reading.value
            self.rows[name] += 1


def live(house: Household, days: float) -> list[Screen]:
    receiver, screens = Receiver(), [Screen(preset) for preset in PRESETS]
    begin = house.now.timestamp()
    while house.elapsed < days * DAY:
        started = begin + house.elapsed
        line = to_8n1(house.frame())
        for start in range(0, len(line), CHUNK):
            now = started + start * 10 / house.baud
            events = receiver.feed(line[start : start + CHUNK], now)
            for screen in screens:
                for event in events:
                    if isinstance(event, Reading):
                        screen.hear(event, now)
                screen.pass_time(now, receiver.meter.readings)
        for screen in screens:
            screen.look(int(house.truth[POWER]))
    return screens


def houses() -> dict[str, Household]:
    """The houses of `home`, and one where people live."""
    start = "2026-11-23T00:00:00"
    found = {}
    for load in (Load.ORDINARY, Load.HEATER):
        found[load.value] = Household(living=False, start=start)
        found[load.value].at(0, Trace(load))
    return found | {"living, Tempo": Household(contract="tempo", start=start)}


HEADER: Final = (
    "A day without Home Assistant", "preset", "rows a day", "error shown VA (mean / greatest)",
    "most rows",
)  # fmt: skip


def main(days: float = 1.0) -> list[tuple[str, ...]]:
    return [
        (
            name,
            screen.preset,
            f"{screen.rows.total() / days:.0f}",
            f"{fmean(screen.errors):.1f} / {max(screen.errors)}",
            ", ".join(f"{label} {n / days:.0f}" for label, n in screen.rows.most_common(6)),
        )
        for name, house in houses().items()
        for screen in live(house, days)
    ]
