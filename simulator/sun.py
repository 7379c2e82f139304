"""Knows what a roof of solar panels gives at a moment. Refuses to know who uses it."""

from datetime import UTC, datetime
from math import cos, pi, radians, sin
from random import Random

LATITUDE, LONGITUDE = radians(46.5), 2.5  # the middle of France
STEP = 5  # seconds between two looks at the sky
CLOUD_MEMORY = 0.98  # share of the last look kept by the next


def elevation(second: int) -> float:
    """Sine of the sun's height; below 0 at night. Good to a degree or two."""
    moment = datetime.fromtimestamp(second, UTC)
    day = moment.timetuple().tm_yday
    declination = radians(-23.44) * cos(2 * pi * (day + 10) / 365)
    angle = radians((second % 86_400) / 240 + LONGITUDE - 180)
    return sin(LATITUDE) * sin(declination) + cos(LATITUDE) * cos(declination) * cos(angle)


class Roof:
    """Panels of some watts under a sky with clouds."""

    def __init__(self, seed: int, watts: int) -> None:
        self.watts = 0
        self._size = watts
        self._seed = seed
        self._sky = Random(f"{seed}/sky")
        self._cloud = 0.0
        self._looked = 0

    def look(self, second: int) -> None:
        if not self._size or second // STEP == self._looked:
            return
        self._looked = second // STEP
        clear = Random(f"{self._seed}/sky/{second // 86_400}").uniform(0.4, 1)
        self._cloud = CLOUD_MEMORY * self._cloud + self._sky.gauss(0, 0.03)
        share = min(1, max(0.05, clear + self._cloud))
        self.watts = round(self._size * max(0, elevation(second)) * share)
