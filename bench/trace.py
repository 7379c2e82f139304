"""Knows what the house of the bench draws, second by second. Refuses to know who measures it.

The noise is that of a real meter: SINSTS of a recorded house at rest, again and again.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from random import Random
import re
from typing import Final

from simulator.household import Household
from tests.e2e.processes import ROOT

CAPTURE: Final = ROOT / "tests" / "data" / "captures" / "standard_mono_base_100frames.bin"
STEP: Final = 1500  # watts
STEP_PAUSE: Final = (4, 7)  # seconds between two steps, while reactions are measured
SWITCH_PAUSE: Final = (90, 270)  # seconds: "a load switched every few minutes"
HEATER_ON, HEATER_PERIOD = 20, 60  # seconds
LOADS: Final = (60, 150, 800, 1500, 2000)  # watts: lights, television, iron, heater, kettle


def recorded_noise(capture: Path = CAPTURE) -> Sequence[int]:
    """SINSTS of the recording, as its distances from their mean."""
    powers = [int(text) for text in re.findall(rb"\nSINSTS\t(\d+)\t", capture.read_bytes())]
    mean = sum(powers) // len(powers)
    return [power - mean for power in powers]


class Load(StrEnum):
    """What is switched on and off."""

    ORDINARY = "ordinary"  # something, every few minutes
    HEATER = "heater"  # a thermostat's, for 20 s of every minute
    STEPS = "steps"  # a heater, every few seconds


class Trace:
    """A house at rest, but for its load.

    Every house starts elsewhere in the noise, so that twenty of them do not move at once.
    """

    def __init__(self, load: Load = Load.ORDINARY, seed: int = 0, base: int = 387) -> None:
        self.load = load
        self._base = base
        self._luck = Random(f"{seed}/trace")  # noqa: S311 - a household's chance is no secret
        self._noise = recorded_noise()
        self._second = self._luck.randrange(len(self._noise))
        self._watts = 0
        self._left = self._luck.randint(*SWITCH_PAUSE) // 2

    def __call__(self, house: Household) -> None:
        """Live a second, and the next one in a second."""
        self._second += 1
        self._switch()
        noise = self._noise[self._second % len(self._noise)]
        house.set_load(self._base + self._watts + noise)
        house.at(house.elapsed + 1, self)

    def _switch(self) -> None:
        if self.load is Load.HEATER:
            self._watts = STEP if self._second % HEATER_PERIOD < HEATER_ON else 0
            return
        pause = STEP_PAUSE if self.load is Load.STEPS else SWITCH_PAUSE
        self._left -= 1
        if self._left <= 0 or self._left > pause[1]:
            self._left = self._luck.randint(*pause)
            watts = STEP if self.load is Load.STEPS else self._luck.choice(LOADS)
            self._watts = 0 if self._watts else watts
