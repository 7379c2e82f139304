"""French legal time: converts what a clock shows into an instant, and back.

Source of summer time, which islands do not have: directive 2000/84/EC, from 01:00 UTC on the last
Sunday of March to that of October.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def is_summer(local: datetime) -> bool:
    """Tell the season of a mainland time without one: an hour that exists twice is summer."""
    start = datetime.combine(_last_sunday(local.year, 3), time.min) + 2 * HOUR
    end = datetime.combine(_last_sunday(local.year, 10), time.min) + 3 * HOUR
    return start <= local < end


@dataclass(frozen=True, slots=True)
class LegalTime:
    """The legal time that a clock shows: the mainland's, or an island's, `island` ahead of UTC.

    `ahead` is the error of the clock: it is added to the right time.
    """

    island: timedelta | None = None
    ahead: timedelta = timedelta()

    @property
    def days_ahead(self) -> timedelta:
        """By how many whole days its date is wrong."""
        return _DAY * round(self.ahead / _DAY)

    def at(self, local: datetime) -> datetime:
        """Return the instant at which the clock first shows a naive time, or has jumped over it."""
        offset = self.island
        if offset is None:
            offset = 2 * HOUR if is_summer(local) else HOUR
            if offset != HOUR and not is_summer(local - HOUR):  # 02:00 to 03:00, left out in March
                local = local.replace(hour=3, minute=0, second=0)
        return local.replace(tzinfo=timezone(offset)) - self.ahead

    def of(self, instant: datetime) -> datetime:
        """Return an instant as the clock shows it."""
        shown, offset = instant + self.ahead, self.island
        if offset is None:
            local = shown.astimezone(timezone(HOUR)).replace(tzinfo=None)
            offset = 2 * HOUR if is_summer(local) and is_summer(local + HOUR) else HOUR
        return shown.astimezone(timezone(offset))

    def day_of(self, instant: datetime) -> date:
        return self.of(instant).date()


MAINLAND: Final = LegalTime()


def island_of(clock: datetime) -> timedelta | None:
    """Tell what the island is ahead of UTC whose time a clock shows; None for the mainland's.

    An hour from either change of season both letters are the mainland's. Islands have no summer
    time, and a letter that contradicts the calendar is believed.
    """
    offset = clock.utcoffset()
    mainland = {MAINLAND.of(clock + apart).utcoffset() for apart in (-HOUR, HOUR)}
    return None if offset in mainland else offset


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - _DAY * ((last.weekday() + 1) % 7)
