"""Lives a whole day at once through receiver and reporting rules: rows, and the error shown.

Without Home Assistant: of what is on by default it counts labels, active power, margin and load,
not what changes a few times a day. It shows what the minutes of `home` cannot: nights, meals, every
register of the day.
"""

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean
from typing import Final, override

from custom_components.linky_tic.entities.descriptions import SHOWN
from custom_components.linky_tic.meter.signals import Listeners
from custom_components.linky_tic.power.active_power import ActivePower
from custom_components.linky_tic.power.margin import MARGIN_VALUES
from custom_components.linky_tic.reporting.reporter import Teller
from custom_components.linky_tic.reporting.rules import ACTIVE_POWER, Preset, Reporter, rule_of
from custom_components.linky_tic.tic import Frame, Reading, Receiver, Value
from simulator.household import Household
from simulator.wire import to_8n1

from .inside import PRESETS
from .memory import DAY
from .streams import CHUNK
from .trace import Load, Trace

POWER: Final = "SINSTS"
_RECKONED: Final = [fact for fact in MARGIN_VALUES if fact.rule and fact.on and not fact.applies]


@dataclass
class Screen:
    """What the entities of one preset show; a state that does not change makes no row."""

    preset: str
    receiver: Receiver
    now: float = 0.0
    rows: Counter[str] = field(default_factory=Counter)
    errors: list[int] = field(default_factory=list)  # at the end of every frame

    def __post_init__(self) -> None:
        self._reporter = Reporter(Preset(self.preset))
        self._shown: dict[str, Value | float | None] = {}
        self._newest: dict[str, Value | float | None] = {}

    def hear(self, reading: Reading) -> None:
        row = SHOWN.get(reading.label.quantity)
        if row is not None and row.on:
            self.offer(reading.label.name, rule_of(reading.label), reading.value)

    def offer(self, name: str, rule: str, value: Value | float | None) -> None:
        self._newest[name] = value
        if self._reporter.admits_value(name, rule, value, self.now):
            self._show(name)

    def end_frame(self) -> None:
        for fact in _RECKONED:
            value = fact.read(self.receiver.meter.readings)
            if value != self._newest.get(fact.key):
                self.offer(fact.key, fact.rule or fact.key, value)

    def pass_time(self, now: float) -> None:
        self.now = now
        for name in self._reporter.due(now):
            self._show(name)

    def look(self, power: int) -> None:
        shown = self._shown.get(POWER)
        if isinstance(shown, int):
            self.errors.append(abs(shown - power))

    def _show(self, name: str) -> None:
        if self._shown.get(name) != self._newest[name]:
            self._shown[name] = self._newest[name]
            self.rows[name] += 1


class Offers(Teller):
    """Gives each screen what a part of the coordinator reckons."""

    def __init__(self, screens: list[Screen]) -> None:
        self._screens = screens

    @override
    def offer(self, name: str, quantity: str, value: Value | float | None) -> None:
        for screen in self._screens:
            if name == ACTIVE_POWER:  # the power factor is off
                screen.offer(name, quantity, value)

    @override
    def forget(self, *names: str) -> None:
        """Forget nothing: the line is never lost here."""


def live(house: Household, days: float) -> list[Screen]:
    receiver, listeners = Receiver(), Listeners()
    screens = [Screen(preset, receiver) for preset in PRESETS]
    ActivePower(receiver, listeners, Offers(screens))
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
                    listeners.ended(event, receiver.meter.readings, now)
                    for screen in screens:
                        screen.end_frame()
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
