"""Estimate the active power (W) from the steps of an index (Wh) and the apparent power (VA).

The meter does not send the active power of now. But the times of the steps of an index, by 1 Wh,
limit it to a range. They are those of a window: the longest series of latest steps that one
constant power explains. Just after a load was switched, when the range is still wide, the estimate
follows the apparent power.
"""

from collections import deque
from math import inf
from typing import Final, NamedTuple

_WH: Final = 3600.0
"""Watt-seconds in one Wh."""
_MAX_AGE: Final = 1.2
"""Seconds by which an index may be old when it is sent: it is counted once a second."""
_MAX_GAP: Final = 10.0
"""Seconds without the index after which the estimate starts again."""
_MAX_WINDOW: Final = 300.0
"""Seconds of a window; a longer one would not be more precise, and hide a slow change."""
_MAX_STEPS: Final = 24
"""Steps that are kept; some older ones are dropped, as the first and last limit the power most."""
_SWITCHED_VA, _SWITCHED_SHARE = 60, 0.06
"""A load was switched if the apparent power differs from its mean by more than both of these."""
_PRECISE: Final = 0.12
"""Up to this width of the range, as a share of the power, the power is known well."""
_NARROW: Final = 0.3
"""Up to this width, the estimate is the middle of the range."""
_USABLE: Final = 0.5
"""Up to this width, it is the middle of the range if there is nothing else to go by."""
_SMALL_WIDTH: Final = 60.0
"""W: up to this width, a range is narrow enough at any power."""
_MIN_FACTOR: Final = 0.5
"""The lowest power factor (W per VA) that is assumed after a load was switched."""
_ROUNDING: Final = 10
"""VA by which an apparent power may be too low: PAPP is rounded to tens."""
_MIN_FACTOR_VA: Final = 50
"""VA below which rounding would make a power factor meaningless."""
_MIN_GAIN: Final = 5
"""Wh by which an index must have increased to give a mean power."""
_CORRECTION: Final = 20.0
"""Seconds for which it must have increased, and in which a wrong estimate is compensated."""


class Estimate(NamedTuple):
    """The power (W), the seconds over which it is the mean, and the power factor if known."""

    watts: float
    window: float
    factor: float | None


class _Step(NamedTuple):
    """A step of an index: at least `least` Wh at the time `late`, less than `most` at `early`."""

    late: float
    least: int
    early: float
    most: int


class Window:
    """The steps of one index under a constant load, of `low` to `high` watts."""

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self.low, self.high = 0.0, inf

    @property
    def span(self) -> float:
        """Seconds from the first step to the last."""
        return self.steps[-1].late - self.steps[0].late if self.steps else 0.0

    def start(self, value: int, early: float, late: float) -> None:
        """Start with an index that was read between two times, when the next Wh had begun."""
        self.steps = [_Step(late, value, early, value + 1)]

    def add_step(self, value: int, after: float, by: float) -> None:
        """Add a step to `value` between two times; drop the steps that contradict it."""
        new = _Step(by, value, after, value)
        recent = [one for one in self.steps if by - one.late <= _MAX_WINDOW] or self.steps[-1:]
        self.steps = [*recent, new]
        if not self._narrow(new, recent):
            self._keep_longest()
        if len(self.steps) > _MAX_STEPS:
            del self.steps[1 : -_MAX_STEPS // 3 : 2]

    def add_unchanged(self, value: int, at: float) -> None:
        """Note that the index still was `value` at a time; drop the steps that contradict it."""
        for one in self.steps:
            if at > one.late:
                self.high = min(self.high, _WH * (value + 1 - one.least) / (at - one.late))
        if self.high < self.low:
            self.steps = self.steps[-1:]
            self.low, self.high = 0.0, inf
            self.add_unchanged(value, at)

    def _narrow(self, new: _Step, others: list[_Step]) -> bool:
        """Limit the range to powers that lead from others to the new step; return if any remain."""
        for one in others:
            self.low = max(self.low, _WH * (new.least - one.most) / (new.late - one.early))
            if new.early > one.late:
                high = _WH * (new.most - one.least) / (new.early - one.late)
                self.high = min(self.high, high)
        return self.low <= self.high

    def _keep_longest(self) -> None:
        """Keep the longest series of the latest steps that one power explains."""
        steps, self.steps = self.steps, [self.steps[-1]]
        self.low, self.high = 0.0, inf
        for one in reversed(steps[:-1]):
            low, high = self.low, self.high
            if not all(self._narrow(later, [one]) for later in self.steps):
                self.low, self.high = low, high
                return
            self.steps.insert(0, one)


class Ratio:
    """The power factor (W per VA) over some minutes, for a load that switches all the time.

    Estimates made with it add up to the energy that the index counts.
    """

    def __init__(self) -> None:
        self._drawn = 0.0
        self._steps: deque[tuple[float, int, float]] = deque()

    def add_power(self, apparent: float, seconds: float) -> None:
        """Add an apparent power (VA) and for how many seconds it was drawn."""
        self._drawn += apparent * seconds

    def add_index(self, value: int, at: float) -> None:
        """Add an index (Wh) that has just increased."""
        self._steps.append((at, value, self._drawn))
        while len(self._steps) > _MAX_STEPS and at - self._steps[1][0] > _MAX_WINDOW:
            self._steps.popleft()

    @property
    def value(self) -> float | None:
        """The ratio, at most 1; None while the index has increased too little."""
        if not self._steps:
            return None
        (since, first, before), (at, last, drawn) = self._steps[0], self._steps[-1]
        if last - first < _MIN_GAIN or at - since < _CORRECTION:
            return None
        return min(1.0, _WH * (last - first) / (drawn - before)) if drawn > before else None


class IndexPower:
    """The power (W, never negative) that one index counts."""

    def __init__(self) -> None:
        self._window = Window()
        self._ratio = Ratio()
        self._value: int | None = None  # Wh
        self._seen = -inf
        self._slack = 0.0
        self._apparent = 0
        self._mean = 0.0  # VA, since the load was switched
        self._reference: tuple[float, int] | None = None  # W and VA when both were last known well
        self._last_watts: float | None = None
        self._shortfall = 0.0  # Wh that the index has counted beyond the estimates

    def update(
        self,
        value: int,
        at: float,
        apparent: int,
        *,
        slack: float = 0.0,
        since: float | None = None,
    ) -> None:
        """Take an index (Wh) that was right at `at` (seconds), and the apparent power of its frame.

        `slack`: seconds by which the reading may be behind what the meter sends. `since`: the
        earliest time at which a new index may have been sent; None: after the one before.
        """
        before, seen, early = self._value, self._seen, at - _MAX_AGE - slack
        if before is None or value < before or not -slack <= at - seen <= _MAX_GAP + slack:
            self._reference = self._last_watts = None
            self._ratio = Ratio()
            self._start_window(apparent)
            self._window.start(value, early, at)
        elif self._is_switched(apparent):
            self._start_window(apparent)  # without a step: this index may be from before the switch
        elif not self._window.steps:
            self._window.start(value, early, at)
        elif value > before:
            self._window.add_step(value, (seen if since is None else since) - _MAX_AGE, at)
        else:
            self._window.add_unchanged(value, early)
        if before is not None:
            self._reconcile(value - before, max(0.0, at - seen))
            if value > before:
                self._ratio.add_index(value, at)
        self._mean += (apparent - self._mean) * min(1.0, max(0.0, at - seen) / _MAX_GAP)
        # An index that the gate held back is older than frames that were already used here.
        self._value, self._seen, self._apparent = value, max(at, seen - slack), apparent
        self._slack = slack

    def _reconcile(self, gain: int, seconds: float) -> None:
        """Add to the shortfall the energy that the index counted, minus what was estimated."""
        self._ratio.add_power(self._apparent, seconds)
        if self._last_watts is None:
            self._shortfall = 0.0
        else:
            self._shortfall += gain - self._last_watts * seconds / _WH
            self._shortfall *= max(0.0, 1 - seconds / _MAX_WINDOW)

    def estimate(self, now: float) -> Estimate | None:
        """Return the power at the last index, None when it is not known well enough."""
        estimate = self._estimate(now)
        self._last_watts = estimate.watts if estimate else None
        return estimate

    def _estimate(self, now: float) -> Estimate | None:
        if now - self._seen > _MAX_GAP:
            return None
        if self._apparent == 0:
            return Estimate(0.0, 0.0, None)
        low, high = self._window.low, min(self._window.high, self._most)
        middle, width = (low + high) / 2, max(0.0, high - low)
        if width <= _PRECISE * middle:
            self._reference = middle, self._apparent
            self._ratio = Ratio()
        if width <= _NARROW * middle:
            watts = middle
        elif (ratio := self._ratio.value) is not None:  # the reference is of another load
            watts = self._corrected(ratio * self._apparent)
        elif self._reference is not None:
            watts = min(max(self._corrected(self._watts_after_switch(*self._reference)), low), high)
        elif width <= max(_USABLE * middle, _SMALL_WIDTH):
            watts = middle
        else:
            return None
        is_known = width <= _PRECISE * middle and self._mean >= _MIN_FACTOR_VA
        factor = min(1.0, middle / self._mean) if is_known else None
        return Estimate(max(0.0, watts), self._window.span, factor)

    def _watts_after_switch(self, watts: float, voltamperes: int) -> float:
        """Estimate the power after a switch from the power and apparent power before it.

        The switched load is taken for a heater, which has a power factor of 1. A whole house
        hardly ever has one below a half.
        """
        now = self._apparent
        return min(max(watts + now - voltamperes, _MIN_FACTOR * now), now)

    def _corrected(self, watts: float) -> float:
        """Correct a power so that the shortfall of earlier estimates is compensated in seconds."""
        tolerance = 1 + self._slack * self._apparent / _WH  # Wh that the index may be behind
        unsure = max(-tolerance, min(tolerance, self._shortfall))
        corrected = max(0.0, watts + _WH * (self._shortfall - unsure) / _CORRECTION)
        return min(corrected, self._most)

    @property
    def _most(self) -> float:
        """The apparent power, unless the index shows that more is drawn between two frames."""
        return max(self._apparent + _ROUNDING, self._window.low)

    def _start_window(self, apparent: int) -> None:
        self._window = Window()
        self._mean = apparent

    def _is_switched(self, apparent: int) -> bool:
        jump = abs(apparent - self._mean)
        return jump > max(_SWITCHED_VA, _SWITCHED_SHARE * self._mean)


def net(imported: Estimate | None, exported: Estimate | None) -> Estimate | None:
    """Return the power of both directions together, negative for export."""
    if imported is None or exported is None:
        return None
    flowing = imported if imported.watts >= exported.watts else exported
    return flowing._replace(watts=imported.watts - exported.watts)
