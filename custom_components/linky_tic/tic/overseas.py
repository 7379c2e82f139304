"""What a meter's legal time adds to that of mainland France, learned from its clock.

It knows what the clock shows and the true time, and nothing of what else is stamped.
"""

from datetime import timedelta
from typing import Final

from .events import Reading
from .values import is_right, overseas_offset

_FRAMES: Final = 10
"""Frames whose DATE must show the same offset before it is that of the meter's island."""


class Overseas:
    """The `offset` of one meter's legal time: zero on the mainland."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset
        self._shown, self._times = offset, 0

    def learn(self, clock: Reading) -> bool:
        """Take what the clock shows, read with the offset as it is; whether it is another now."""
        time, now = clock.time, clock.at
        if time is None or clock.degraded:
            return False
        shown = None if is_right(time, now) else overseas_offset(time + self.offset, now)
        if shown is None or shown == self.offset:
            self._times = 0
            return False
        self._times = self._times + 1 if shown == self._shown else 1
        self._shown = shown
        if self._times < _FRAMES:
            return False
        self.offset, self._times = shown, 0
        return True
