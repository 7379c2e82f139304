"""The clock of a meter: which legal time it shows, and by how much it is wrong.

`Overseas` finds the offset of an island's time from the mainland's, without which no horodate can
be read as an instant. `MeterClock` finds the error of the clock, by which the meter switches.
"""

from datetime import datetime, timedelta
from typing import Final

from .events import Reading
from .legal_time import HOUR, MAINLAND, LegalTime, island_of
from .values import read_horodate

_SAME_TIME: Final = timedelta(minutes=1)
"""Two clocks that are not further apart show the same time."""
_FRAMES: Final = 10
"""Frames whose DATE must show the same offset before it is that of the meter's island."""
_FURTHEST: Final = timedelta(hours=13)
"""From the mainland to the furthest island."""
_DOUBT: Final = 3
"""Comparisons in a row with another error after which the error is unknown."""
_SURE: Final = 12
"""Comparisons after which a new error is believed: more than an island's time takes."""


class Overseas:
    """The `offset` of one meter's legal time from the mainland's."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset
        self._shown: timedelta | None = None
        self._times = 0  # in a row that it was shown

    def learn(self, stamp: str, now: float) -> bool:
        """Take a horodate sent at `now` (seconds since 1970); whether the offset is new."""
        clock = read_horodate(stamp, self.offset)
        if clock is None or clock.degraded:
            return False
        before, self._shown = self._shown, None
        if not is_right(clock.time, now):
            self._shown = _offset_of(stamp, clock.time + self.offset, now)
        self._times = self._times + 1 if self._shown == before else 1
        if self._shown is None or self._times < _FRAMES:
            return False
        self.offset = self._shown
        return True


def _offset_of(stamp: str, mainland: datetime, now: float) -> timedelta | None:
    """Return the offset by which a clock is right: whole half hours, no further than any time zone.

    A stamp without a season is read by summer time on the mainland alone: an hour more then.
    """
    apart = mainland.timestamp() - now
    if not abs(apart) <= (_FURTHEST + _SAME_TIME).total_seconds():  # nor is it when not a number
        return None
    offset = HOUR / 2 * round(2 * apart / HOUR.total_seconds())
    for one in (timedelta(), offset, offset + HOUR):
        clock = read_horodate(stamp, one)
        if clock is not None and is_right(clock.time, now):
            return one
    return None


def is_right(clock: datetime, now: float) -> bool:
    """Whether a clock shows `now` (seconds since 1970), or nearly."""
    return abs(clock.timestamp() - now) <= _SAME_TIME.total_seconds()


class MeterClock:
    """The clock of one meter.

    `legal` is the legal time that it shows, with its error; `is_known` is False before it was
    compared with ours.
    """

    def __init__(self) -> None:
        self.legal: LegalTime = MAINLAND
        self.is_known = False
        self._apart = 0
        self._last: Reading | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether the error of the clock is not known."""
        return not self.is_known or self._apart >= _DOUBT

    def compare(self, clock: Reading | None, now: datetime, sent: str | None = None) -> bool:
        """Compare DATE with our time `now`; whether the legal time, or the doubt, has changed.

        `sent` is its horodate in the frame: the error is in doubt while one that goes back is held.
        """
        if clock is None or not isinstance(clock.value, datetime):
            return False
        before = self.legal, self.is_in_doubt
        if clock is not self._last:
            self._last = clock
            self.legal = LegalTime(island_of(clock.value), self.legal.ahead)
            self._judge(clock.value - now)
        elif sent and self._apart < _DOUBT and (held := read_horodate(sent)):
            behind = clock.value.replace(tzinfo=None) - held.time.replace(tzinfo=None)
            self._apart += behind > _SAME_TIME
        return before != (self.legal, self.is_in_doubt)

    def _judge(self, error: timedelta) -> None:
        """Count how often the error differs from the one known; take a new one after `_SURE`."""
        if abs(error - self.legal.ahead) <= _SAME_TIME:
            self.is_known, self._apart = True, 0
            return
        self._apart += 1
        if self._apart >= _SURE:
            seconds = 0 if abs(error) <= _SAME_TIME else round(error.total_seconds())
            self.legal = LegalTime(self.legal.island, timedelta(seconds=seconds))
            self.is_known, self._apart = True, 0

    def local(self, clock: Reading | None, now: datetime) -> datetime:
        """Return the meter's own time, naive."""
        moment = naive(clock)
        return self.legal.of(now).replace(tzinfo=None) if moment is None else moment


def naive(stamp: Reading | None) -> datetime | None:
    """Return the instant of a reading in the meter's own time, naive; None if there is none."""
    if stamp is None or not isinstance(stamp.value, datetime):
        return None
    return stamp.value.replace(tzinfo=None)
