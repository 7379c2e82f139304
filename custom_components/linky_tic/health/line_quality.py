"""Computes the quality of the line from the counters of the receiver, over ten minutes."""

from collections import deque
from operator import sub
from typing import Final

from ..line import BAD
from ..tic import Receiver

WINDOW: Final = 10
"""Minutes over which the quality is computed."""
_MAX_ALTERED_SHARE: Final = 1 / 3
"""Below this share of bad groups with an altered byte, bytes are missing rather than wrong. On
simulated lines it is 0.5 to 1 if bits are wrong, and below 0.05 if bytes are missing, or up to 0.3
if always as many are missing as a group has."""


class LineQuality:
    """The counters of one line, and samples of them from the last ten minutes."""

    def __init__(self, receiver: Receiver) -> None:
        self._counters = receiver.counters
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=WINDOW + 1)

    def sample(self) -> None:
        """Store the current counters; called once a minute."""
        self._samples.append(self._counts())

    @property
    def good_share(self) -> float | None:
        """Good groups in the last ten minutes, in percent; None if there was no group."""
        good, bad, _ = self._window_counts()
        return 100 * good / (good + bad) if good + bad else None

    @property
    def is_losing_bytes(self) -> bool:
        """Whether in the last ten minutes bytes were missing rather than wrong."""
        _, bad, altered = self._window_counts()
        return altered < _MAX_ALTERED_SHARE * bad

    @property
    def silent_minutes(self) -> int:
        """Minutes since the last good group, of the last ten minutes."""
        good = [good for good, *_ in self._samples]
        return good.count(good[-1]) - 1

    @property
    def is_window_full(self) -> bool:
        """Whether there are samples of (nearly) ten minutes."""
        return len(self._samples) >= WINDOW

    def _window_counts(self) -> tuple[int, ...]:
        now = self._counts()
        first = self._samples[0] if self._samples else now
        return tuple(map(sub, now, first, strict=True))

    def _counts(self) -> tuple[int, int, int]:
        """Return the numbers of groups so far: good, bad, and those with an altered byte."""
        return self._counters.good_groups, self._counters.rejections(*BAD), self._counters.altered
