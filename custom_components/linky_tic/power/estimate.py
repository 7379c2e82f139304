"""Active power, estimated: the powers that explain when an index went from one Wh to the next.

It knows an index in Wh, an apparent power in VA and seconds, neither labels nor frames. A meter
sends no active power that is of now, but each step of an index dates an energy: one constant power
must explain all the steps of a window, which is the longest that one does explain. What the steps
leave open, just after a load was switched, follows the apparent power.
"""

from collections import deque
from math import inf
from typing import Final, NamedTuple

_WH: Final = 3600.0
"""Watt-seconds."""
_MAX_AGE: Final = 1.2
"""Seconds by which an index may be old when it is sent: counted once a second, sent in turn."""
_MAX_GAP: Final = 10.0
"""Seconds without the index after which what was known of the load is of the past."""
_MAX_WINDOW: Final = 300.0
"""Seconds of a window: more would add nothing, and hide a slow change."""
_MAX_STEPS: Final = 24
"""Steps that are kept; some older ones are left out, since the outermost tell most."""
_SWITCHED_VA, _SWITCHED_SHARE = 60, 0.06
"""By how much the apparent power leaves its mean when a load is switched, whichever is more."""
_PRECISE: Final = 0.12
"""Width of what the steps leave open, as a share of the power, under which it is known for good."""
_NARROW: Final = 0.3
"""The same under which the steps alone decide."""
_USABLE: Final = 0.5
"""The same where nothing else is known."""
_SMALL_WIDTH: Final = 60.0
"""W: a width that is small whatever the power."""
_MIN_FACTOR: Final = 0.5
"""Watts by volt-ampere under which nothing is guessed."""
_ROUNDING: Final = 10
"""VA by which an apparent power may be told too low: PAPP is rounded to tens."""
_MIN_FACTOR_VA: Final = 50
"""VA under which a power factor would be made of rounding errors."""
_MIN_GAIN: Final = 5
"""Wh that an index must have gone on to tell a mean power well enough."""
_CORRECTION: Final = 20.0
"""Seconds for which it must have, and in which what was guessed wrong is made good."""


class Estimate(NamedTuple):
    """Watts, the seconds of the window that they are the mean of, watts by volt-ampere."""

    watts: float
    window: float
    factor: float | None


class _Step(NamedTuple):
    """What is sure of an index: `least` Wh by the second `late`, less than `most` at `early`."""

    late: float
    least: int
    early: float
    most: int


class Window:
    """The steps of one index while the load stays the same, and the powers that explain them all.

    Those lie between `low` and `high`, in W.
    """

    def __init__(self) -> None:
        self.steps: list[_Step] = []
        self.low, self.high = 0.0, inf

    @property
    def span(self) -> float:
        """Seconds from the first step to the last."""
        return self.steps[-1].late - self.steps[0].late if self.steps else 0.0

    def start(self, value: int, early: float, late: float) -> None:
        """Begin with an index that was seen between two times: the next Wh is begun, not known."""
        self.steps = [_Step(late, value, early, value + 1)]

    def add_step(self, value: int, after: float, by: float) -> None:
        """Take a step to `value` between two times; forget what no longer explains it."""
        new = _Step(by, value, after, value)
        recent = [one for one in self.steps if by - one.late <= _MAX_WINDOW] or self.steps[-1:]
        self.steps = [*recent, new]
        if not self._narrow(new, recent):
            self._keep_longest()
        if len(self.steps) > _MAX_STEPS:
            del self.steps[1 : -_MAX_STEPS // 3 : 2]

    def add_unchanged(self, value: int, at: float) -> None:
        """Take that the index still was `value` at a time; forget what does not explain that."""
        for one in self.steps:
            if at > one.late:
                self.high = min(self.high, _WH * (value + 1 - one.least) / (at - one.late))
        if self.high < self.low:
            self.steps = self.steps[-1:]
            self.low, self.high = 0.0, inf
            self.add_unchanged(value, at)

    def _narrow(self, new: _Step, others: list[_Step]) -> bool:
        """Narrow the powers down to those that lead from other steps to a new one."""
        for one in others:
            self.low = max(self.low, _WH * (new.least - one.most) / (new.late - one.early))
            if new.early > one.late:
                high = _WH * (new.most - one.least) / (new.early - one.late)
                self.high = min(self.high, high)
        return self.low <= self.high

    def _keep_longest(self) -> None:
        """Keep the longest row of steps, the newest last, that one power explains."""
        steps, self.steps = self.steps, [self.steps[-1]]
        self.low, self.high = 0.0, inf
        for one in reversed(steps[:-1]):
            low, high = self.low, self.high
            if not all(self._narrow(later, [one]) for later in self.steps):
                self.low, self.high = low, high
                return
            self.steps.insert(0, one)


class Ratio:
    """Watts by volt-ampere in the long run, of a load that no constant power explains.

    What is estimated by it adds up to what the index counts, however often the load switches.
    """

    def __init__(self) -> None:
        self._drawn = 0.0
        self._steps: deque[tuple[float, int, float]] = deque()

    def add_power(self, apparent: float, seconds: float) -> None:
        """Take an apparent power (VA) and for how long it was drawn."""
        self._drawn += apparent * seconds

    def add_index(self, value: int, at: float) -> None:
        """Take an index (Wh) that has just gone on."""
        self._steps.append((at, value, self._drawn))
        while len(self._steps) > _MAX_STEPS and at - self._steps[1][0] > _MAX_WINDOW:
            self._steps.popleft()

    @property
    def value(self) -> float | None:
        """The ratio, at most 1; None while the index has gone on too little."""
        if not self._steps:
            return None
        (since, first, before), (at, last, drawn) = self._steps[0], self._steps[-1]
        if last - first < _MIN_GAIN or at - since < _CORRECTION:
            return None
        return min(1.0, _WH * (last - first) / (drawn - before)) if drawn > before else None


class IndexPower:
    """The power that one index counts, in W, never negative."""

    def __init__(self) -> None:
        self._window = Window()
        self._ratio = Ratio()
        self._value: int | None = None  # Wh; what has no value here comes with it
        self._seen = -inf
        self._slack: float
        self._apparent: int
        self._mean: float  # VA, since the load was switched
        self._reference: tuple[float, int] | None = None  # W and VA when they were last known well
        self._last_watts: float | None = None  # W
        self._shortfall = 0.0  # Wh that the index has counted beyond what was told

    def update(
        self,
        value: int,
        at: float,
        apparent: int,
        *,
        slack: float = 0.0,
        since: float | None = None,
    ) -> None:
        """Take an index that was good at `at` (seconds), and the apparent power of its frame.

        `slack` is by how many seconds the reading may be behind what the meter has sent; `since`
        when a new index may have been sent first, if not after the one before was good.
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
        # What is believed late was sent before frames that have been looked at since.
        self._value, self._seen, self._apparent = value, max(at, seen - slack), apparent
        self._slack = slack

    def _reconcile(self, gain: int, seconds: float) -> None:
        """Compare what was told, if anything, with what the index has counted meanwhile."""
        self._ratio.add_power(self._apparent, seconds)
        if self._last_watts is None:
            self._shortfall = 0.0
        else:
            self._shortfall += gain - self._last_watts * seconds / _WH
            self._shortfall *= max(0.0, 1 - seconds / _MAX_WINDOW)

    def estimate(self, now: float) -> Estimate | None:
        """Give the power as of the last index, None when it is not known well enough."""
        estimate = self._estimate(now)
        self._last_watts = estimate.watts if estimate else None
        return estimate

    def _estimate(self, now: float) -> Estimate | None:
        if now - self._seen > _MAX_GAP:
            return None
        if self._apparent == 0:
            return Estimate(0.0, 0.0, None)
        low, high = self._window.low, min(self._window.high, self._apparent + _ROUNDING)
        middle, width = (low + high) / 2, max(0.0, high - low)
        if width <= _PRECISE * middle:
            self._reference = middle, self._apparent
            self._ratio = Ratio()
        if width <= _NARROW * middle:
            watts = middle
        elif (ratio := self._ratio.value) is not None:  # what had settled is of another load
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
        """Tell the power after a switch from what was drawn before it.

        What was switched heats, and draws its apparent power; few houses as a whole have a power
        factor below a half.
        """
        now = self._apparent
        return min(max(watts + now - voltamperes, _MIN_FACTOR * now), now)

    def _corrected(self, watts: float) -> float:
        """Make good, in some seconds, what guesses before have told too much or too little."""
        tolerance = 1 + self._slack * self._apparent / _WH  # Wh that the index may be behind
        unsure = max(-tolerance, min(tolerance, self._shortfall))
        corrected = max(0.0, watts + _WH * (self._shortfall - unsure) / _CORRECTION)
        return min(corrected, self._apparent + _ROUNDING)

    def _start_window(self, apparent: int) -> None:
        self._window = Window()
        self._mean = apparent

    def _is_switched(self, apparent: int) -> bool:
        jump = abs(apparent - self._mean)
        return jump > max(_SWITCHED_VA, _SWITCHED_SHARE * self._mean)


def net(imported: Estimate | None, exported: Estimate | None) -> Estimate | None:
    """Give the power of both directions together, what is exported negative."""
    if imported is None or exported is None:
        return None
    flowing = imported if imported.watts >= exported.watts else exported
    return flowing._replace(watts=imported.watts - exported.watts)
