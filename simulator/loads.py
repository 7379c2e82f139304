"""Knows what people switch on and off, second by second. Refuses to know who counts it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import acos, tan
from random import Random
from typing import NamedTuple

from .clock import DAY, local_date

NOON = DAY // 2
WATER_HEATER_WATTS = 2000
WATER_HEATER_SECONDS = (9_000, 14_400)  # of heating a day
STANDBY_WATTS, STANDBY_VARS = 330, -140  # boxes, chargers, pumps: capacitive
BLINK_WATTS, BLINK_SECONDS = 10, (5, 9)  # a small load that comes and goes, as in a capture


class Session(NamedTuple):
    """A habit: between two hours, on a share of the days, for some minutes."""

    earliest: float
    latest: float
    chance: float
    shortest: float
    longest: float


@dataclass(frozen=True)
class Appliance:
    """What it draws, where and when; its thermostat lets it rest `off` seconds after `on`."""

    watts: int
    power_factor: float  # negative: capacitive
    phase: int
    sessions: tuple[Session, ...]
    on: int = DAY
    off: int = 0

    @property
    def vars(self) -> int:
        return round(self.watts * tan(acos(abs(self.power_factor)))) * (
            1 if self.power_factor > 0 else -1
        )


#             W    PF  phase  sessions: hours, chance, minutes           thermostat: s on, s off
APPLIANCES = (
    Appliance(110, 0.75, 0, (Session(0, 0, 1, 1440, 1440),), 900, 1600),  # fridge
    Appliance(140, 0.7, 2, (Session(0.2, 0.4, 1, 1400, 1410),), 1200, 3000),  # freezer
    Appliance(2400, 1.0, 1, (Session(11.4, 12.2, 0.4, 25, 50), Session(18.5, 19.5, 0.8, 30, 60)), 80, 60),  # oven  # noqa: E501
    Appliance(1800, 1.0, 0, (Session(11.8, 12.3, 0.6, 15, 30), Session(18.8, 19.8, 0.9, 15, 40)), 12, 9),  # hob  # noqa: E501
    Appliance(2000, 1.0, 0, (Session(6.5, 7.5, 0.9, 2, 4), Session(10, 10.5, 0.5, 2, 4), Session(16, 17, 0.7, 2, 4))),  # kettle  # noqa: E501
    Appliance(1000, 0.95, 1, (Session(7, 8, 0.6, 1, 4), Session(12, 13, 0.6, 2, 6), Session(20, 21, 0.3, 1, 3))),  # microwave  # noqa: E501
    Appliance(2000, 1.0, 2, (Session(9, 15, 0.5, 15, 25),)),  # washing machine, heating
    Appliance(280, 0.6, 2, (Session(9.5, 15.5, 0.5, 50, 80),), 25, 12),  # washing machine, drum
    Appliance(1500, 1.0, 2, (Session(0, 23, 1, 20, 50), Session(5.5, 6.5, 1, 60, 100)), 240, 420),  # towel rail  # noqa: E501
    Appliance(120, -0.9, 0, (Session(6.3, 7, 1, 45, 90), Session(17, 18.5, 1, 260, 330))),  # lights
    Appliance(95, -0.85, 1, (Session(18.5, 20, 0.95, 100, 220),)),  # television
    Appliance(130, -0.9, 1, (Session(8.5, 9.5, 0.6, 150, 210), Session(13.5, 14.5, 0.6, 150, 240))),  # desk  # noqa: E501
)  # fmt: skip


class Switch(NamedTuple):
    """At a second of the day, an appliance goes on (1) or off (-1)."""

    second: int
    turn: int
    appliance: int


def _duty(appliance: Appliance, start: int, end: int, luck: Random) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = min(end, start + max(2, round(appliance.on * luck.uniform(0.85, 1.15))))
        yield start, stop
        start = stop + max(1, round(appliance.off * luck.uniform(0.85, 1.15)))


def plan(seed: int, day: date) -> list[Switch]:
    """Everything that will be switched on a day, last first; the same for the same seed and day."""
    luck = Random(f"{seed}/loads/{day}")
    switches = []
    for number, appliance in enumerate(APPLIANCES):
        for earliest, latest, chance, shortest, longest in appliance.sessions:
            start = round(luck.uniform(earliest, latest) * 3600)
            end = min(DAY, start + round(luck.uniform(shortest, longest) * 60))
            if luck.random() < chance:
                for on, off in _duty(appliance, start, end, luck):
                    switches += [Switch(on, 1, number), Switch(off, -1, number)]
    return sorted(switches, reverse=True)


class Loads:
    """The house: what it draws on each of three phases, in whole watts and vars."""

    def __init__(self, seed: int, *, living: bool) -> None:
        self.watts = [0, 0, 0]
        self.vars = [0, 0, 0]
        self._seed = seed
        self._living = living
        self._noise = Random(f"{seed}/noise")
        self._water = Random(f"{seed}/water")
        self._water_need = self._water.randint(*WATER_HEATER_SECONDS)
        self._on = [0] * len(APPLIANCES)
        self._sums = (0, 0), (0, 0), (0, 0)
        self._switches: list[Switch] = []
        self._day = -1
        self._blink_until = 0
        self._blink = False

    def live(self, local: int, seconds: int, *, contact_closed: bool) -> None:
        """Live the seconds that end there; the water heater is wired to the meter's contact."""
        if not self._living:
            return
        day, second = divmod(local, DAY)
        if day != self._day:
            self._day = day
            self._switches = plan(self._seed, local_date(local))
            self._on = [0] * len(APPLIANCES)
            self._sums = self._add_up()
        if self._switches and self._switches[-1].second <= second:
            self._switch(second)
        self._flicker(local)
        (watts_1, vars_1), (watts_2, vars_2), (watts_3, vars_3) = self._sums
        standby = STANDBY_WATTS + BLINK_WATTS * self._blink + round(self._noise.gauss(0, 1))
        self.watts[:] = watts_1 + standby, watts_2, watts_3
        self.vars[:] = vars_1 + STANDBY_VARS, vars_2, vars_3
        self._heat_water(second, seconds, contact_closed=contact_closed)

    def _switch(self, second: int) -> None:
        while self._switches and self._switches[-1].second <= second:
            _, turn, appliance = self._switches.pop()
            self._on[appliance] += turn
        self._sums = self._add_up()

    def _add_up(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]]:
        on = [appliance for appliance, times in zip(APPLIANCES, self._on, strict=True) if times > 0]
        first, second, third = (
            (
                sum(appliance.watts for appliance in on if appliance.phase == phase),
                sum(appliance.vars for appliance in on if appliance.phase == phase),
            )
            for phase in range(3)
        )
        return first, second, third

    def _flicker(self, local: int) -> None:
        if local >= self._blink_until:
            self._blink = not self._blink
            self._blink_until = local + self._noise.randint(*BLINK_SECONDS)

    def _heat_water(self, second: int, seconds: int, *, contact_closed: bool) -> None:
        if second - seconds < NOON <= second:
            self._water_need = self._water.randint(*WATER_HEATER_SECONDS)
        # The night starts its timer too, for the contracts whose contact never closes.
        wanted = contact_closed or 2 * 3600 <= second < 6 * 3600
        if wanted and self._water_need > 0:
            self._water_need -= seconds
            self.watts[1] += WATER_HEATER_WATTS
