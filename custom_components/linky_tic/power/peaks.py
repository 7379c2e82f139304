"""The highest powers of one house, kept across restarts: the month's, and today's where only heard.

How they are reckoned is in `power_peaks.py`; this is who follows, keeps and tells.
"""

from datetime import date
from typing import Final

from homeassistant.util.json import JsonValueType

from ..meter.meter import LinkyMeter
from ..tic import Frame, Quantity, Reading, Readings
from .power_peaks import DayPeak, PowerPeaks

PEAK_TODAY: Final = "peak_today"
PEAK_MONTH: Final = "peak_month"
_STORED: Final = "power_peaks"


class Peaks:
    """The peaks of one house."""

    def __init__(self, meter: LinkyMeter) -> None:
        self._receiver = meter.receiver
        self._store = meter.store
        self._reporter = meter.reporter
        self._peaks = PowerPeaks()
        self._is_current = False
        signals = meter.signals
        signals.start.connect(self.restore)
        signals.reading.connect("PAPP", self._handle_reading)
        signals.frame.connect(self._frame)
        signals.lost.connect(self._reset)

    def peak(self, key: str) -> DayPeak | None:
        """Give today's peak or the month's; None before the meter has said what day it is."""
        if not self._is_current:
            return None
        return self._peaks.today if key == PEAK_TODAY else self._peaks.month

    def restore(self) -> None:
        """Take up what was kept; the first frame tells whether it is of this day, or month."""
        kept = self._store.recall(_STORED)
        if isinstance(kept, dict):
            self._peaks.today = _from_json(kept.get("today"))
            self._peaks.month = _from_json(kept.get("month"))

    def _handle_reading(self, reading: Reading) -> None:
        if isinstance(reading.value, int):
            self._peaks.hear(reading.value)

    def _reset(self) -> None:
        self._peaks.lose()
        self._is_current = False
        self._reporter.forget(PEAK_TODAY, PEAK_MONTH)

    def _frame(self, _frame: Frame, readings: Readings, now: float) -> None:
        before = {key: self.peak(key) for key in (PEAK_TODAY, PEAK_MONTH)}
        overseas = self._receiver.meter.overseas
        self._is_current = self._peaks.end_frame(readings, now, overseas)
        changed = {key: peak for key, peak in before.items() if peak != self.peak(key)}
        if changed and self._is_current:
            self._keep()
        for key, peak in changed.items():
            self._report(key, peak, self.peak(key))

    def _report(self, key: str, before: DayPeak | None, now: DayPeak | None) -> None:
        """Tell in time what has grown, and at once what is of another day."""
        if (before and before.day) != (now and now.day):
            self._reporter.forget(key)
        self._reporter.report(key, Quantity.IMPORTED_PEAK, now and now.power)

    def _keep(self) -> None:
        today = None if self._peaks.is_told else self._peaks.today
        self._store.keep(_STORED, {"today": _to_json(today), "month": _to_json(self._peaks.month)})


def _to_json(peak: DayPeak | None) -> JsonValueType:
    return peak and [peak.day.isoformat(), peak.power]


def _from_json(kept: JsonValueType) -> DayPeak | None:
    match kept:
        case [str(day), int(power)]:
            return DayPeak(date.fromisoformat(day), power)
    return None
