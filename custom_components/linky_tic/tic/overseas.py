"""What a meter's legal time adds to that of mainland France, learned from its clock.

It knows what the clock shows and the true time, and nothing of what else is stamped. It is a step
before `meter_clock.py`: what it learns is needed to read a stamp as an instant at all. What such
a clock, once read, is still wrong by is learned there.
"""

from datetime import datetime, timedelta
from typing import Final

from .legal_time import HOUR
from .values import read_horodate

_FRAMES: Final = 10
"""Frames whose DATE must show the same offset before it is that of the meter's island."""
_TOLERANCE: Final = 60.0
"""Seconds by which a meter's clock and ours may differ."""
_HALF_HOUR: Final = HOUR / 2
_FURTHEST: Final = 26
"""Half hours between the mainland and the furthest island."""
_MAINLAND: Final = timedelta()


class Overseas:
    """The `offset` of one meter's legal time: zero on the mainland."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset
        self._shown: timedelta | None = None
        self._times: int  # in a row that it was shown

    def learn(self, stamp: str, now: float) -> bool:
        """Take what the clock shows at `now` (seconds since 1970); whether the offset is new."""
        clock = read_horodate(stamp, self.offset)
        if clock is None or clock.degraded:
            return False
        shown = None
        if not is_right(clock.time, now):
            shown = _offset_of(stamp, clock.time + self.offset, now)
        if shown is None:
            self._times = 0
            return False
        self._times = self._times + 1 if shown == self._shown else 1
        self._shown = shown
        if self._times < _FRAMES:
            return False
        self.offset = shown
        return True


def _offset_of(stamp: str, mainland: datetime, now: float) -> timedelta | None:
    """Give the offset by which a clock is right: whole half hours, no further than any time zone.

    A stamp without a season is read by summer time on the mainland alone: an hour more then.
    """
    apart = mainland.timestamp() - now
    half = _HALF_HOUR.total_seconds()
    if not abs(apart) <= _FURTHEST * half + _TOLERANCE:  # nor is it when not a number
        return None
    offset = _HALF_HOUR * round(apart / half)
    for one in (_MAINLAND, offset, offset + HOUR):
        clock = read_horodate(stamp, one)
        if clock is not None and is_right(clock.time, now):
            return one
    return None


def is_right(clock: datetime, now: float) -> bool:
    """Whether a clock shows `now` (seconds since 1970), or nearly."""
    return abs(clock.timestamp() - now) <= _TOLERANCE
