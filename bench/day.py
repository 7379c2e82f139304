"""Lives a whole day at once through receiver and reporting rules: rows, and the error shown.

Without Home Assistant: of what is on by default it counts labels, active power, margin and load,
not what changes a few times a day. It shows what the minutes of `home` cannot: nights, meals, every
register of the day.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final

from custom_components.linky_tic.entities.descriptions import SENSOR_DESCRIPTIONS
from custom_components.linky_tic.meter.signals import Signals
from custom_components.linky_tic.power.active_power import ActivePower
from custom_components.linky_tic.power.subscription import power_load
from custom_components.linky_tic.reporting.reporter import Reporter
from custom_components.linky_tic.reporting.rules import ACTIVE_POWER, LOAD, Preset
from custom_components.linky_tic.tic import Frame, Reading, Receiver
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
    receiver: Receiver
    now: float = 0.0
    rows: Counter[str] = field(default_factory=Counter)
    errors: list[int] = field(default_factory=list)  # at the end of every frame

    def __post_init__(self) -> None:
        self._signals = Signals()
        self.reporter = Reporter(Preset(self.preset), self._show, lambda: self.now)
        self.active_power = ActivePower(self.receiver, self._signals)
        self._load: float | None = None
        self._shown: dict[str, object] = {}

    def hear(self, reading: Reading) -> None:
        row = SENSOR_DESCRIPTIONS.get(reading.label.quantity)
        if row is not None and row.entity_registry_enabled_default:
            self.reporter.report_reading(reading)

    def end_frame(self, frame: Frame) -> None:
        readings = self.receiver.meter.readings
        self._signals.frame.send(frame, readings, self.now)
        self.reporter.report(ACTIVE_POWER, ACTIVE_POWER, self.active_power.watts)
        if (load := power_load(readings)) != self._load:
            self._load = load
            self.reporter.report(LOAD, LOAD, load)

    def pass_time(self, now: float) -> None:
        self.now = now
        self.reporter.report_due()

    def look(self, power: int) -> None:
        shown = self._shown.get(POWER)
        if isinstance(shown, int):
            self.errors.append(abs(shown - power))

    def _show(self, name: str) -> None:
        value = self._value_of(name)
        if self._shown.get(name) != value:
            self._shown[name] = value
            self.rows[name] += 1

    def _value_of(self, name: str) -> object:
        if name in self.receiver.meter.readings:
            return self.receiver.meter.readings[name].value
        return self._load if name == LOAD else self.active_power.watts


def live(house: Household, days: float) -> list[Screen]:
    receiver = Receiver()
    screens = [Screen(preset, receiver) for preset in PRESETS]
    begin = house.now.timestamp()
    while house.elapsed < days * DAY:
        started = begin + house.elapsed
        line = to_8n1(house.frame())
        for start in range(0, len(line), CHUNK):
            now = started + start * 10 / house.baud
            events = receiver.feed(line[start : start + CHUNK], now)
            for screen in screens:
                screen.pass_time(now)
            for event in events:
                if isinstance(event, Reading):
                    for screen in screens:
                        screen.hear(event)
                elif isinstance(event, Frame):
                    for screen in screens:
                        screen.end_frame(event)
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
            ", ".join(f"{label} {n / days:.0f}" for label, n in screen.rows.most_common(9)),
        )
        for name, house in houses().items()
        for screen in live(house, days)
    ]
