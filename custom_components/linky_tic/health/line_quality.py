"""The quality of a line: groups good and bad over the last minutes, and what was counted.

It knows counters and time; it knows neither entities nor repairs.
"""

from collections import deque
from math import nan
from typing import Final, NamedTuple

from ..line import BAD
from ..tic import Reason, Receiver

WINDOW: Final = 600.0
"""Seconds over which the quality is taken."""
_MOST_ALTERED: Final = 1 / 3
"""Share of bad groups with a wrong byte from which on a line is noisy. With wrong bits it is 0.5 to
1, where bytes are missing below 0.05, or 0.3 where always as many as a group has (measured on
simulated lines, at any rate)."""


class _Sample(NamedTuple):
    at: float
    good: int
    bad: int
    altered: int


class LineQuality:
    """The counters of one line, and their course over the last ten minutes."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._samples: deque[_Sample] = deque()

    def sample(self, now: float) -> None:
        """Take the counters as they are; called about once a minute."""
        self._samples.append(self._now(now))
        while now - self._samples[0].at > WINDOW:
            self._samples.popleft()

    def rejected(self, *reasons: Reason) -> int:
        """Count the groups rejected for these reasons."""
        return sum(self._receiver.counters.rejected[reason] for reason in reasons)

    @property
    def good_share(self) -> float | None:
        """Share of good groups, in percent, of those heard in the window; None when none was."""
        good, bad, _ = self._window()
        return 100 * good / (good + bad) if good + bad else None

    @property
    def is_losing_bytes(self) -> bool:
        """Whether bytes are missing in the window rather than wrong."""
        _, bad, altered = self._window()
        return altered < _MOST_ALTERED * bad

    @property
    def silence(self) -> float:
        """Seconds for which no good group has come, of those observed."""
        last = self._samples[-1]
        return last.at - min(one.at for one in self._samples if one.good == last.good)

    @property
    def is_window_full(self) -> bool:
        """Whether ten minutes have been observed."""
        return bool(self._samples) and self._samples[-1].at - self._samples[0].at >= WINDOW - 60

    def _window(self) -> tuple[int, int, int]:
        """Count the groups of the window: good, bad, and those with an altered byte."""
        now = self._now()
        first = self._samples[0] if self._samples else now
        return now.good - first.good, now.bad - first.bad, now.altered - first.altered

    def _now(self, at: float = nan) -> _Sample:
        receiver = self._receiver
        altered = receiver.counters.altered
        return _Sample(at, receiver.counters.good_groups, self.rejected(*BAD), altered)
