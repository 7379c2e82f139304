"""The highest power of the day and of the month: is the subscription too big, or too small?

It knows readings and seconds since 1970, nothing of what was subscribed. In Standard the meter
tells the day's maximum, smoothed over two minutes as its breaker does (54E 7); in Historique it is
the highest power that was heard.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from ..tic import MAINLAND, Reading, Readings

_ONE_DAY: Final = timedelta(days=1)


class DayPeak(NamedTuple):
    """The highest power of a day, in VA."""

    day: date
    power: int


class PowerPeaks:
    """The peaks of one house, whichever meter and mode tell them."""

    def __init__(self) -> None:
        self.today: DayPeak | None = None
        self.month: DayPeak | None = None
        self.is_told = False
        """Whether today's peak is what the meter says, and will say again."""
        self._heard: int | None = None

    def hear(self, power: int) -> None:
        """Take a power of Historique, which tells no maximum."""
        self._heard = max(power, self._heard or 0)

    def lose(self) -> None:
        """Forget a power that no frame has ended: it may be of another day than the next one."""
        self._heard = None

    def end_frame(self, readings: Readings, now: float, overseas: timedelta) -> bool:
        """Take what a frame has told, if anything; `overseas` is added to the mainland's time."""
        maximum = readings.get("SMAXSN") or readings.get("SMAXN")
        self.is_told = maximum is not None
        if not self.is_told and "PAPP" not in readings:
            return False
        clock = readings.get("DATE")
        day = _day(clock, now, overseas)
        if maximum is not None:
            self.today = _todays(maximum, clock, day)
        else:
            self._reckon_today(day, readings["PAPP"])
        before = readings.get("SMAXSN-1") or readings.get("SMAXN-1")
        self._reckon_month(day, before and _yesterdays(before, day))
        return True

    def _reckon_today(self, day: date, power: Reading) -> None:
        """Take the powers heard since the last frame, and the one that holds: it may be steady."""
        if isinstance(power.value, int):
            self.hear(power.value)
        heard, self._heard = self._heard, None
        if self.today and self.today.day != day:
            self.today = None
        if heard is not None:
            self.today = DayPeak(day, max(heard, self.today.power if self.today else heard))

    def _reckon_month(self, day: date, yesterday: DayPeak | None) -> None:
        day = self.today.day if self.today else day
        known = [peak for peak in (self.month, yesterday, self.today) if peak]
        of_month = [one for one in known if one.day.replace(day=1) == day.replace(day=1)]
        # Of equal ones the first, which is the one that is kept already.
        self.month = max(of_month, key=lambda peak: peak.power, default=None)


def _day(clock: Reading | None, now: float, overseas: timedelta) -> date:
    """Give the day of the meter's clock, or of ours where it has none or has lost the time."""
    if clock and not clock.degraded and isinstance(clock.value, datetime):
        return clock.value.date()
    return MAINLAND.of(datetime.fromtimestamp(now, UTC) + overseas).date()


def _todays(maximum: Reading, clock: Reading | None, day: date) -> DayPeak | None:
    """Give the day's maximum if its stamp is of the day that the meter's clock shows.

    After midnight a new one stands beside a clock that was read just before: it is tomorrow's.
    """
    power, stamp = maximum.value, maximum.time
    if not isinstance(power, int) or stamp is None:
        return None
    shown = clock.value.date() if clock and isinstance(clock.value, datetime) else day
    if stamp.date() == shown:
        return DayPeak(day, power)
    if stamp.date() - shown == _ONE_DAY and not maximum.degraded:
        return DayPeak(stamp.date(), power)
    return None


def _yesterdays(maximum: Reading, day: date) -> DayPeak | None:
    """Give yesterday's maximum; some meters date it six days back, and are not asked."""
    power, stamp = maximum.value, maximum.time
    if not isinstance(power, int) or stamp is None or maximum.degraded:
        return None
    return DayPeak(stamp.date(), power) if stamp.date() == day - _ONE_DAY else None
