"""Periods of local days, and their length in months, by which a standing charge is paid."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import NamedTuple

from homeassistant.util import dt as dt_util


class CostPeriod(NamedTuple):
    """Some days in a row, both ends included."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Local midnight of the first day."""
        return dt_util.start_of_local_day(self.first)

    @property
    def month_to_date(self) -> CostPeriod:
        return CostPeriod(self.last.replace(day=1), self.last)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]

    @property
    def months(self) -> float:
        """Its length in months: a day of April is 1/30."""
        return sum(1 / monthrange(day.year, day.month)[1] for day in self.days)


def day_of(at: float) -> date:
    return dt_util.as_local(dt_util.utc_from_timestamp(at)).date()


def midnight(day: date) -> float:
    return dt_util.start_of_local_day(day).timestamp()
