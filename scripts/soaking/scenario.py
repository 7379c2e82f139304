"""Knows which meter is soaked, on what line, and what befalls it. Refuses to know who listens."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Final

from simulator.faults import (
    PASSING,
    DegradedClock,
    Fault,
    Garbage,
    Interruption,
    ParityChange,
    Silence,
    SwitchMode,
    WrongSpeed,
)
from simulator.household import Household
from simulator.tariff import CONTRACTS

HOUR: Final = 3600
FIND_THE_SPEED: Final = 12.0
"""Seconds that a port takes to follow a meter whose speed changes."""
OVERLOAD: Final = 1.25
"""Of the subscribed power: above the setting current, below what opens the breaker."""


@dataclass(frozen=True)
class Restart:
    """The integration starts again and begins to listen in the middle of a frame."""


@dataclass(frozen=True)
class Stranger:
    """Another meter is on the line for a while, whose index is so many Wh ahead of ours."""

    seconds: float
    ahead: int


@dataclass(frozen=True)
class ClockJump:
    """The clock of the machine that listens is set."""

    seconds: float


Upset = Restart | Stranger | ClockJump
"""What befalls the listener or the line, where the simulator's faults befall meter and bytes."""
Trouble = tuple[tuple[float, Fault | Upset], ...]
"""(seconds after its beginning, what happens then)."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A meter, a line and so many hours.

    `noise` is a bit error rate, `storm` so many troubles an hour, `only` those with this in them.
    """

    mode: str = "standard"
    phases: int = 1
    contract: str = "tempo"
    producer: bool = False
    noise: float = 1e-3
    parity: str = "stripped"
    storm: float = 6.0
    only: str = ""
    hours: float = 24.0
    seed: int = 0
    start: str = "2026-10-24T12:00:00"  # summer time ends in the night

    @property
    def name(self) -> str:
        """In one line, for people."""
        words = [self.mode, "three-phase" if self.phases > 1 else "mono", self.contract]
        words += ["producer"] if self.producer else []
        return f"{' '.join(words)}, {self.noise:g} {self.parity}"


def matrix(base: Scenario) -> list[Scenario]:
    """Each mode, supply, noise and parity, the hardest first; every second meter is a producer."""
    return [
        replace(
            base,
            mode=mode,
            phases=phases,
            producer=mode == "standard" and phases > 1,
            noise=noise,
            parity=parity,
        )
        for noise, phases, parity, mode in product(
            (1e-3, 1e-4, 1e-5), (1, 3), ("stripped", "even"), ("standard", "historic")
        )
    ]


def luck(scenario: Scenario, what: str) -> Random:
    """Chance that a seed repeats."""
    return Random(f"{scenario.seed}/{what}")  # noqa: S311 - no secret hangs on it


def troubles(scenario: Scenario) -> list[Trouble]:
    """Every kind of trouble once; what does not pass by itself is put right after some minutes."""
    other_mode = "historic" if scenario.mode == "standard" else "standard"
    lasting: list[Trouble] = [
        ((0, DegradedClock(37, 240)),),
        ((0, DegradedClock(-5000, 600)),),
        *(
            ((0, ParityChange(parity)), (300, ParityChange(scenario.parity)))
            for parity in ("even", "stripped", "stuck")
            if parity != scenario.parity
        ),
        (
            (0, SwitchMode(other_mode)),
            (0, WrongSpeed(FIND_THE_SPEED)),
            (400, SwitchMode(scenario.mode)),
            (400, WrongSpeed(FIND_THE_SPEED)),
        ),
        ((0, Stranger(240, ahead=1)),),
        ((0, Silence(30)), (30, Stranger(400, ahead=-40)), (430, Silence(30))),
        ((0, Restart()),),
        ((0, Silence(20)), (20, Restart())),
        ((0, Interruption()), (0, Silence(20))),
        ((0, ClockJump(1234)), (500, ClockJump(-1234))),
        ((0, ClockJump(-5000)), (500, ClockJump(5000))),
    ]
    nonsense: list[Trouble] = [((0, garbage),) for garbage in _garbage(scenario)]
    every = [*(((0, fault),) for fault in PASSING), *lasting, *nonsense]
    return [
        trouble
        for trouble in every
        if not scenario.only or scenario.only in {type(what).__name__ for _, what in trouble}
    ]


def _garbage(scenario: Scenario) -> Iterator[Garbage]:
    """Values that no meter can mean, under a good checksum."""
    if scenario.mode == "historic":
        index = CONTRACTS[scenario.contract].indexes[0][0]
        texts = {index: "000000000", "PAPP": "99999", "ADCO": "000000000000"}
    else:
        texts = {"EAST": "000000000", "EASF01": "999999999", "SINSTS": "99999", "URMS1": "999",
                 "NTARF": "00", "RELAIS": "999", "ADSC": "000000000000"}  # fmt: skip
    for number, (label, data) in enumerate(texts.items()):
        yield Garbage(label, data, frames=1 + number % 2)


def weather(scenario: Scenario) -> list[tuple[float, Fault | Upset]]:
    """What happens, and so many seconds after the start."""
    chance, kinds = luck(scenario, "weather"), troubles(scenario)
    happenings: list[tuple[float, Fault | Upset]] = []
    for _ in range(round(scenario.hours * scenario.storm)):
        moment = chance.uniform(0, scenario.hours * HOUR)
        happenings += [(moment + delay, what) for delay, what in chance.choice(kinds)]
    return sorted(happenings, key=lambda happening: happening[0])


def live(house: Household, scenario: Scenario) -> None:
    """Let things happen in the house that put rare labels on the line, or change the others."""
    chance, end = luck(scenario, "life"), scenario.hours * HOUR
    for _ in range(round(scenario.hours * 2)):
        moment = chance.uniform(0, end)
        house.at(moment, _overload)
        house.at(moment + chance.uniform(5, 120), lambda house: house.set_load(None))
        house.at(chance.uniform(0, end), lambda house: house.send_message("BONJOUR DU METRE"))
    house.at(0.3 * end, lambda house: house.change_contract("hphc"))
    house.at(0.5 * end, lambda house: house.change_contract(scenario.contract))
    house.at(0.6 * end, _subscribe_more)


def _overload(house: Household) -> None:
    phases = house.phases
    house.set_load(round(house.pref * 1000 * OVERLOAD / phases), phase=2 if phases > 1 else None)


def _subscribe_more(house: Household) -> None:
    house.pref += 3
    house.pcoup += 3
