"""Knows what the house of the bench draws, second by second. Refuses to know who measures it.

The noise is that of a real meter: SINSTS of a recorded house at rest, again and again.
"""

from collections.abc import Sequence
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
LOADS: Final = (60, 150, 800, 1500, 2000)  # watts: lights, television, iron, heater, kettle


def recorded_noise(capture: Path = CAPTURE) -> Sequence[int]:
    """SINSTS of the recording, as its distances from their mean."""
    powers = [int(text) for text in re.findall(rb"\nSINSTS\t(\d+)\t", capture.read_bytes())]
    mean = sum(powers) // len(powers)
    return [power - mean for power in powers]


class Trace:
    """An ordinary house; while `steps`, one whose heater goes on and off every few seconds.

    Every house starts elsewhere in the noise, so that twenty of them do not move at once.
    """

    def __init__(self, seed: int = 0, base: int = 387) -> None:
        self.steps = False
        self._base = base
        self._luck = Random(f"{seed}/trace")  # noqa: S311 - a household's chance is no secret
        self._noise = recorded_noise()
        self._second = self._luck.randrange(len(self._noise))
        self._load = 0
        self._left = self._luck.randint(*SWITCH_PAUSE) // 2

    def __call__(self, house: Household) -> None:
        """Live a second, and the next one in a second."""
        self._second += 1
        self._left -= 1
        pause = STEP_PAUSE if self.steps else SWITCH_PAUSE
        if self._left <= 0 or self._left > pause[1]:
            self._left = self._luck.randint(*pause)
            self._load = 0 if self._load else STEP if self.steps else self._luck.choice(LOADS)
        noise = self._noise[self._second % len(self._noise)]
        house.set_load(self._base + self._load + noise)
        house.at(house.elapsed + 1, self)
