"""Every estimate of some lives of a load, kept: a constant of the reckoning changes knowingly.

`python -m tests.power.test_estimate_sheet` writes them anew.
"""

from collections.abc import Callable, Iterator
import csv
from pathlib import Path
from typing import Final, NamedTuple

from custom_components.linky_tic.power.estimate import IndexPower

from ..tic.streams import luck

SHEET: Final = Path(__file__).parents[1] / "data" / "power_estimates.csv"
SECONDS: Final = 400
EVERY: Final = 7
"""Frames between two estimates that are kept."""


class Life(NamedTuple):
    """Watts by second, watts by volt-ampere, and how the frames come."""

    watts: Callable[[float], float]
    factor: float = 1.0
    frame: float = 0.92
    slack: float = 0.0
    gap: tuple[float, float] = (0, 0)
    begins: int = 0


def switched(second: float) -> float:
    steps = ((0, 300), (60, 2300), (100, 1500), (160, 0), (190, 45), (230, 800), (320, 6500))
    return next(watts for since, watts in reversed(steps) if second >= since)


LIVES: Final = {
    "steady": Life(lambda _: 520),
    "little": Life(lambda _: 38, 0.5),
    "much": Life(lambda _: 11_000, 0.97),
    "switched": Life(switched),
    "switched, inductive": Life(switched, 0.7),
    "pulsing": Life(lambda at: 1800 if at % 5.3 < 2 else 200, 0.8),
    "slow pulses": Life(lambda at: 2500 if at % 31 < 9 else 150),
    "rising": Life(lambda at: 100 + 8 * at, 0.9),
    "late": Life(switched, slack=8.0),
    "historic": Life(lambda at: switched(at) + 120, 0.9, frame=1.9),
    "gap": Life(switched, gap=(110, 118)),
    "long gap": Life(switched, gap=(110, 150)),
    "set back": Life(switched, begins=-1),
}


def estimates(life: Life) -> Iterator[str]:
    power, jitter = IndexPower(), luck(3)
    energy, now, counted, last = 7.3, 0.0, 0.0, 0.0
    frames = 0
    while now < SECONDS:
        while counted + 1 <= now:
            energy += life.watts(counted) / 3600
            counted += 1
        if life.begins and frames == 200:
            energy += life.begins
        if not life.gap[0] <= now < life.gap[1]:
            at = now + jitter.random() * 0.15
            apparent = round(life.watts(now) / life.factor)
            since = last if life.slack else None
            power.update(int(energy), at, apparent, slack=life.slack, since=since)
            last = at
        if frames % EVERY == 0:
            told = power.estimate(now)
            yield f"{told.watts:.3f} {told.window:.3f} {told.factor or 0:.5f}" if told else ""
        frames += 1
        now += life.frame


def sheet() -> list[list[str]]:
    return [[name, *estimates(life)] for name, life in LIVES.items()]


def test_every_estimate_is_the_one_recorded_in_the_sheet() -> None:
    with SHEET.open(encoding="utf-8", newline="") as kept:
        assert sheet() == list(csv.reader(kept))


if __name__ == "__main__":
    with SHEET.open("w", encoding="utf-8", newline="") as kept:
        csv.writer(kept, lineterminator="\n").writerows(sheet())
