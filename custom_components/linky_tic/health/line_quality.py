"""The quality of a line: groups good and bad over the last minutes, and what was counted.

It knows counters and time; it knows neither entities nor repairs.
"""

from collections import deque
from typing import Final

from ..line import Link
from ..tic import Reason, Receiver

WINDOW: Final = 600.0
"""Seconds over which the quality is taken."""
_BAD: Final = (Reason.DAMAGED, Reason.CHECKSUM, Reason.FORMAT)
"""Rejections that the line is to blame for; a value that the gate holds is the meter's."""


class LineQuality:
    """The counters of one line, and their course over the last ten minutes."""

    def __init__(self, receiver: Receiver, link: Link) -> None:
        self.receiver = receiver
        self.link = link
        self._marks: deque[tuple[float, int, int]] = deque()

    def mark(self, now: float) -> None:
        """Note the counters; called about once a minute."""
        self._marks.append((now, self.receiver.good_groups, self._bad_groups))
        while now - self._marks[0][0] > WINDOW and len(self._marks) > 1:
            self._marks.popleft()

    def rejected(self, *reasons: Reason) -> int:
        """Count the groups refused for these reasons."""
        return sum(self.receiver.counters.rejected[reason] for reason in reasons)

    @property
    def _bad_groups(self) -> int:
        return self.rejected(*_BAD)

    @property
    def good_share(self) -> float | None:
        """Share of good groups, in percent, of those heard in the window; None when none was."""
        if not self._marks:
            return None
        good = self.receiver.good_groups - self._marks[0][1]
        bad = self._bad_groups - self._marks[0][2]
        return 100 * good / (good + bad) if good + bad else None

    @property
    def is_window_full(self) -> bool:
        """Whether ten minutes have been observed."""
        return bool(self._marks) and self._marks[-1][0] - self._marks[0][0] >= WINDOW - 60
