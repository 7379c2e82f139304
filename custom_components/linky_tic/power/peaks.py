"""The highest power of the day and of the month, to judge the subscribed power by.

In Standard the meter sends the day's maximum, smoothed over two minutes as by its breaker (54E 7).
In Historique it is the highest power that two frames in a row have reached, since a false one,
which lasts one frame at most, would stay the peak for a month. The month's peak is stored, and in
Historique today's too.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from homeassistant.util.json import JsonValueType

from ..meter.meter import LinkyMeter
from ..tic import LABELS, MAINLAND, Frame, Quantity, Reading, Readings, read_value

PEAK_TODAY: Final = "peak_today"
PEAK_MONTH: Final = "peak_month"
_STORED: Final = "power_peaks"
_ONE_DAY: Final = timedelta(days=1)


class DayPeak(NamedTuple):
    """The highest power of a day, in VA."""

    day: date
    power: int


class PowerPeaks:
    """The peaks of one house, in both modes and across a change of meter."""

    def __init__(self) -> None:
        self.today: DayPeak | None = None
        self.month: DayPeak | None = None
        self.is_sent = False
        """Whether the meter itself sends today's peak, so that it needs no storing."""
        self._last_power: int | None = None

    def forget_last_power(self) -> None:
        """Forget the power of the last frame, after a gap that may have ended its day."""
        self._last_power = None

    def end_frame(self, frame: Frame, readings: Readings, now: float, overseas: timedelta) -> bool:
        """Update the peaks after a frame; return False if it shows no power.

        `overseas` is the offset of the house from the time of mainland France.
        """
        maximum = readings.get("SMAXSN") or readings.get("SMAXN")
        self.is_sent = maximum is not None
        if not self.is_sent and "PAPP" not in readings:
            return False
        clock = readings.get("DATE")
        day = _day(clock, now, overseas)
        if maximum is not None:
            self.today = _todays_peak(maximum, clock, day)
        else:
            self._compute_today(day, frame)
        before = readings.get("SMAXSN-1") or readings.get("SMAXN-1")
        self._compute_month(day, before and _yesterdays_peak(before, day))
        return True

    def _compute_today(self, day: date, frame: Frame) -> None:
        """Update today's peak in Historique with the power that the last two frames reached."""
        if self.today and self.today.day != day:
            self.today = None
        said = [one.data for one in frame.groups if one.name == "PAPP"]
        power = read_value(LABELS["PAPP"], said[-1], None) if said else None
        if not isinstance(power, int):
            return
        before, self._last_power = self._last_power, power
        if before is not None:
            highest = self.today.power if self.today else 0
            self.today = DayPeak(day, max(highest, min(before, power)))

    def _compute_month(self, day: date, yesterday: DayPeak | None) -> None:
        day = self.today.day if self.today else day
        known = [peak for peak in (self.month, yesterday, self.today) if peak]
        of_month = [one for one in known if one.day.replace(day=1) == day.replace(day=1)]
        # Of equal ones max() returns the first, which is the one already known.
        self.month = max(of_month, key=lambda peak: peak.power, default=None)


class Peaks:
    def __init__(self, meter: LinkyMeter) -> None:
        self._receiver = meter.receiver
        self._store = meter.store
        self._reporter = meter.reporter
        self._peaks = PowerPeaks()
        self._is_current = False
        signals = meter.signals
        signals.frame.connect(self._frame)
        signals.lost.connect(self._reset)
        meter.guard(self.restore)

    def peak(self, key: str) -> DayPeak | None:
        """Return today's peak or the month's; None before a frame has shown which day it is."""
        if not self._is_current:
            return None
        return self._peaks.today if key == PEAK_TODAY else self._peaks.month

    def restore(self) -> None:
        """Load what was stored; the first frame drops what is of another day or month."""
        kept = self._store.recall(_STORED)
        if isinstance(kept, dict):
            self._peaks.today = _from_json(kept.get("today"))
            self._peaks.month = _from_json(kept.get("month"))

    def _reset(self) -> None:
        self._peaks.forget_last_power()
        self._is_current = False

    def _frame(self, frame: Frame, readings: Readings, now: float) -> None:
        before = {key: self.peak(key) for key in (PEAK_TODAY, PEAK_MONTH)}
        overseas = self._receiver.meter.overseas
        self._is_current = self._peaks.end_frame(frame, readings, now, overseas)
        changed = {key: peak for key, peak in before.items() if peak != self.peak(key)}
        if changed and self._is_current:
            self._save()
        for key, peak in changed.items():
            self._report(key, peak, self.peak(key))

    def _report(self, key: str, before: DayPeak | None, now: DayPeak | None) -> None:
        """Report a peak by the rules, but at once if it is of another day than before."""
        if (before and before.day) != (now and now.day):
            self._reporter.forget(key)
        self._reporter.report(key, Quantity.IMPORTED_PEAK, now and now.power)

    def _save(self) -> None:
        today = None if self._peaks.is_sent else self._peaks.today
        self._store.keep(_STORED, {"today": _to_json(today), "month": _to_json(self._peaks.month)})


def _day(clock: Reading | None, now: float, overseas: timedelta) -> date:
    """Return the day by the meter's clock; by Home Assistant's if that is missing or degraded."""
    if clock and not clock.degraded and isinstance(clock.value, datetime):
        return clock.value.date()
    return MAINLAND.of(datetime.fromtimestamp(now, UTC) + overseas).date()


def _todays_peak(maximum: Reading, clock: Reading | None, day: date) -> DayPeak | None:
    """Return the day's maximum if its date is that of the meter's clock, or just after midnight.

    In the frame of midnight, the maximum may be of the new day while DATE is still of the old one.
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


def _yesterdays_peak(maximum: Reading, day: date) -> DayPeak | None:
    """Return yesterday's maximum, None if its date is another: some meters send an older one."""
    power, stamp = maximum.value, maximum.time
    if not isinstance(power, int) or stamp is None or maximum.degraded:
        return None
    return DayPeak(stamp.date(), power) if stamp.date() == day - _ONE_DAY else None


def _to_json(peak: DayPeak | None) -> JsonValueType:
    return peak and [peak.day.isoformat(), peak.power]


def _from_json(kept: JsonValueType) -> DayPeak | None:
    match kept:
        case [str(day), int(power)]:
            return DayPeak(date.fromisoformat(day), power)
    return None
