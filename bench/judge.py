"""Compares what was shown with what the wire said: latency, reaction to a step, error.

Pure functions on times and texts; it knows neither Home Assistant nor the player.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import inf, nan
from statistics import quantiles
from typing import Final

from .player import Said

NEAR: Final = 100  # VA from the new power: what is shown by then tells the step
STANDING: Final = 1.0  # seconds for which an error must be seen to count as the greatest

type Shown = list[tuple[float, int]]
"""When a state was taken, and what it was."""


def percentile(values: list[float], share: int) -> float:
    """The value below which `share` percent lie."""
    if len(values) < 2:  # noqa: PLR2004 - quantiles wants two
        return values[0] if values else nan
    if inf in values:
        return sorted(values)[min(len(values) - 1, len(values) * share // 100)]
    return quantiles(values, n=100, method="inclusive")[share - 1]


def latencies(shown: Shown, said: Said) -> list[float]:
    """Seconds from a group's last byte to the state, where every change becomes one."""
    found = []
    for at, value in shown[1:]:
        newest = said.before(at)
        if newest > 0 and int(said.texts[newest]) == value:
            found.append(at - said.times[newest])
    return found


def reactions(shown: Shown, said: Said, least: int = 1000) -> list[float]:
    """Seconds from the last byte of the first group that tells a step until it is shown."""
    values = list(map(int, said.texts))
    steps = [n for n in range(1, len(values)) if abs(values[n] - values[n - 1]) >= least]
    found = []
    for number, step in enumerate(steps):
        begin = said.times[step]
        last = number + 1 == len(steps)
        end = said.times[-1] if last else said.times[steps[number + 1]]
        times = (at for at, value in shown if begin <= at < end)
        near = (
            at for at, value in shown if begin <= at < end and abs(value - values[step]) <= NEAR
        )
        if (first := next(near, None)) is not None:
            found.append(first - begin)
        elif not last or next(times, None) is not None:
            found.append(inf)
    return found


@dataclass(frozen=True)
class Error:
    """How far what was shown was from the wire."""

    mean: float
    greatest: float  # that stood for `STANDING` seconds


def error(shown: Shown, said: Said) -> Error:
    """Weigh each difference by the time it stood, from the first state to the last group."""
    begin, end = max(shown[0][0], said.times[0]), said.times[-1]
    edges = sorted({begin, end, *(at for at, _ in shown), *said.times})
    edges = [edge for edge in edges if begin <= edge <= end]
    values = list(map(int, said.texts))
    area, at_state = 0.0, 0
    standing: list[tuple[float, float]] = []  # difference, since when it is at least this
    greatest = 0.0
    for edge, following in pairwise(edges):
        while at_state + 1 < len(shown) and shown[at_state + 1][0] <= edge:
            at_state += 1
        difference = abs(shown[at_state][1] - values[said.before(edge)])
        area += difference * (following - edge)
        standing = _stand(standing, difference, edge)
        stood = [size for size, since in standing if following - since >= STANDING]
        greatest = max(greatest, *stood, 0.0)
    return Error(area / (end - begin), greatest)


def _stand(
    standing: list[tuple[float, float]], difference: float, at: float
) -> list[tuple[float, float]]:
    """Of each size, since when the difference has been no smaller; greatest last."""
    since = at
    kept = [(size, start) for size, start in standing if size < difference]
    higher = [start for size, start in standing if size >= difference]
    if higher:
        since = min(higher)
    return [*kept, (difference, since)]
