"""Knows the time as a meter tells it: French legal time and its season letter, degraded or not.

Refuses to know the machine's time: a moment is a number of microseconds since 1970, UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

SECOND = 1_000_000  # microseconds
DAY = 86_400  # seconds
HOUR = 3_600  # seconds
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (what a local time counts from has no zone)


@cache
def summer(year: int) -> tuple[int, int]:
    """Directive 2000/84/EC: from the last Sunday of March to that of October, at 01:00 UTC."""
    ends = (datetime(year, month, 31, 1, tzinfo=UTC) for month in (3, 10))
    first, last = (end - timedelta(days=end.isoweekday() % 7) for end in ends)
    return int(first.timestamp()), int(last.timestamp())


def legal_offset(second: int) -> int:
    """Seconds between UTC and the legal time of mainland France."""
    first, last = summer(datetime.fromtimestamp(second, UTC).year)
    return 2 * HOUR if first <= second < last else HOUR


def from_legal(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time, or of a naive one: the first, where it repeats."""
    if moment.tzinfo is None:
        second = round((moment - EPOCH).total_seconds())
        offset = legal_offset(second - 2 * HOUR)
        return (second - offset) * SECOND + moment.microsecond
    return round(moment.timestamp() * SECOND)


def local_datetime(seconds: int) -> datetime:
    """A number of local seconds, as `Clock.local` gives them, without a zone."""
    return EPOCH + timedelta(seconds=seconds)


def local_date(seconds: int) -> date:
    return local_datetime(seconds).date()


@dataclass
class Clock:
    """A meter's clock: `error` seconds fast, `degraded` when the meter knows that it lost it."""

    now: int  # true microseconds since 1970, UTC
    utc_offset: int | None = None  # seconds, for a meter overseas; else legal time of the mainland
    error: int = 0
    degraded: bool = False

    def true_local(self, second: int) -> int:
        """Local seconds as the people of the house live by."""
        return second + (legal_offset(second) if self.utc_offset is None else self.utc_offset)

    def local(self, second: int) -> int:
        """Local seconds as the meter believes."""
        return self.true_local(second + self.error)

    def horodate(self, second: int, *, lag: int = 0) -> str:
        """SAAMMJJhhmmss of what happened `lag` seconds before a true second."""
        local = self.local(second - lag)
        summer_time = self.utc_offset is None and local - (second - lag + self.error) > HOUR
        season = "E" if summer_time else "H"
        if self.degraded:
            season = season.lower()
        return f"{season}{local_datetime(local):%y%m%d%H%M%S}"
