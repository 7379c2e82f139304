"""The clock that a meter goes by: its island's time or the mainland's, right or wrong.

It knows DATE and our time, which come in, and nothing of what a meter does at which hour.
`Overseas` learns what is needed to read a stamp as an instant at all, `MeterClock` what such a
clock is still wrong by: it is followed all the same, flagged or not, once its error is known.
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
"""Times that the clock must be another than we thought for its error to be unknown."""
_SURE: Final = 12
"""Times after which its error is believed: more than it takes to learn the time of an island."""


class Overseas:
    """The `offset` of one meter's legal time from the mainland's."""

    def __init__(self, offset: timedelta) -> None:
        self.offset = offset
        self._shown: timedelta | None = None
        self._times = 0  # in a row that it was shown

    def learn(self, stamp: str, now: float) -> bool:
        """Take what the clock shows at `now` (seconds since 1970); whether the offset is new."""
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
    """Give the offset by which a clock is right: whole half hours, no further than any time zone.

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

    `legal` is the time that it shows, right or wrong; `is_known` is False before it was compared.
    """

    def __init__(self) -> None:
        self.legal: LegalTime = MAINLAND
        self.is_known = False
        self._apart = 0
        self._last: Reading | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether it is not known by what the clock is wrong."""
        return not self.is_known or self._apart >= _DOUBT

    def compare(self, clock: Reading | None, now: datetime) -> bool:
        """Take DATE at our time `now`; whether anything of the meter's time is news."""
        if clock is None or clock is self._last or not isinstance(clock.value, datetime):
            return False
        self._last = clock
        before = self.legal, self.is_in_doubt
        self.legal = LegalTime(island_of(clock.value), self.legal.ahead)
        self._judge(clock.value - now)
        return before != (self.legal, self.is_in_doubt)

    def _judge(self, error: timedelta) -> None:
        """Count how often an error is another than the one known, and believe it in the end."""
        if abs(error - self.legal.ahead) <= _SAME_TIME:
            self.is_known, self._apart = True, 0
            return
        self._apart += 1
        if self._apart >= _SURE:
            seconds = 0 if abs(error) <= _SAME_TIME else round(error.total_seconds())
            self.legal = LegalTime(self.legal.island, timedelta(seconds=seconds))
            self.is_known, self._apart = True, 0

    def local(self, clock: Reading | None, now: datetime) -> datetime:
        """Give the time that the meter goes by, naive."""
        moment = naive(clock)
        return self.legal.of(now).replace(tzinfo=None) if moment is None else moment


def naive(stamp: Reading | None) -> datetime | None:
    """Give an instant that the meter tells, in its own time, naive; None is not heard."""
    if stamp is None or not isinstance(stamp.value, datetime):
        return None
    return stamp.value.replace(tzinfo=None)
