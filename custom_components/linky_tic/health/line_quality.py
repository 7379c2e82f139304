"""The quality of a line: groups good and bad over the last minutes, and what was counted.

It knows counters, read once a minute; it knows neither entities nor repairs.
"""

from collections import deque
from operator import sub
from typing import Final

from ..line import BAD
from ..tic import Reason, Receiver

WINDOW: Final = 10
"""Minutes over which the quality is taken."""
_MAX_ALTERED_SHARE: Final = 1 / 3
"""Share of bad groups with a wrong byte from which on a line is noisy. With wrong bits it is 0.5 to
1, where bytes are missing below 0.05, or 0.3 where always as many as a group has (measured on
simulated lines, at any rate)."""


class LineQuality:
    """The counters of one line, and their course over the last ten minutes."""

    def __init__(self, receiver: Receiver) -> None:
        self._counters = receiver.counters
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=WINDOW + 1)

    def sample(self) -> None:
        """Take the counters as they are; called once a minute."""
        self._samples.append(self._counts())

    def rejected(self, *reasons: Reason) -> int:
        return sum(self._counters.rejected[reason] for reason in reasons)

    @property
    def good_share(self) -> float | None:
        """Share of good groups, in percent, of those heard in the window; None when none was."""
        good, bad, _ = self._window_counts()
        return 100 * good / (good + bad) if good + bad else None

    @property
    def is_losing_bytes(self) -> bool:
        """Whether bytes are missing in the window rather than wrong."""
        _, bad, altered = self._window_counts()
        return altered < _MAX_ALTERED_SHARE * bad

    @property
    def silent_minutes(self) -> int:
        """Minutes for which no good group has come, of those in the window."""
        good = [good for good, *_ in self._samples]
        return good.count(good[-1]) - 1

    @property
    def is_window_full(self) -> bool:
        """Whether nearly ten minutes have been observed."""
        return len(self._samples) >= WINDOW

    def _window_counts(self) -> tuple[int, ...]:
        now = self._counts()
        first = self._samples[0] if self._samples else now
        return tuple(map(sub, now, first, strict=True))

    def _counts(self) -> tuple[int, int, int]:
        """Count the groups so far: good, bad, and those with an altered byte."""
        return self._counters.good_groups, self.rejected(*BAD), self._counters.altered
