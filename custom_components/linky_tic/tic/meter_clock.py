"""The time that a meter goes by, right or wrong, compared with ours.

It knows DATE and our time, which come in, and nothing of what a meter does at which hour. A clock
that is wrong is followed all the same, flagged or not, once its error is known.
"""

from datetime import datetime, timedelta
from typing import Final

from .events import Reading
from .legal_time import MAINLAND, LegalTime, legal_time_of

_SAME_TIME: Final = timedelta(minutes=1)
"""Two clocks that are not further apart show the same time."""
_DOUBT: Final = 3
"""Times that the clock must be another than we thought for its error to be unknown."""
_SURE: Final = 12
"""Times after which its error is believed: more than it takes to learn the time of an island."""


class MeterClock:
    """The clock of one meter.

    `legal` is the time that it shows, right or wrong; `is_known` is False before it was compared.
    """

    def __init__(self) -> None:
        self.legal: LegalTime = MAINLAND
        self.is_known = False
        self._apart = 0
        self._last: Reading | None = None
        self._season: tuple[object, ...] = ()

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
        season = clock.value.tzinfo, clock.value.month
        if season != self._season:
            self._season = season
            self.legal = LegalTime(legal_time_of(clock.value).island, self.legal.ahead)
        self._judge(clock.value - now)
        return before != (self.legal, self.is_in_doubt)

    def _judge(self, error: timedelta) -> None:
        """Count how often an error is another than the one known, and believe it in the end."""
        if abs(error - self.legal.ahead) <= _SAME_TIME:
            self.is_known, self._apart = True, 0
            return
        self._apart += 1
        if self._apart < _SURE:
            return
        is_right = abs(error) <= _SAME_TIME
        ahead = timedelta() if is_right else timedelta(seconds=round(error.total_seconds()))
        self.legal = LegalTime(self.legal.island, ahead)
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
