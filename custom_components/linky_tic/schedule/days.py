"""Store what one meter has announced for its days, and signal each change of what is in force.

The meter does not repeat which profile is for which day, the profile of a peak that has begun, nor
how its hours are coded. `announced_days.py` decides what is known of a day.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..meter.meter import LinkyMeter
from ..tariff.tariffs import Tariffs
from ..tic import Frame, Readings
from .announced_days import AnnouncedDays
from .day_schedule import DaySchedules, SchedulePeriod

_STORED: Final = "days"
_ONE_DAY: Final = timedelta(days=1)


class Days:
    def __init__(self, meter: LinkyMeter, tariffs: Tariffs) -> None:
        self._address = meter.address
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self.announced = AnnouncedDays()
        self.schedules = DaySchedules()
        self._next_boundary = datetime.max.replace(tzinfo=UTC)
        signals.frame.connect(self._end_frame)
        signals.minute.connect(self._check_time)  # while no frame is received
        meter.guard(self.restore)

    @property
    def today(self) -> date:
        """Today, by the meter's time."""
        return self.schedules.legal.day_of(dt_util.utcnow())

    @property
    def tomorrow(self) -> date:
        return self.today + _ONE_DAY

    @property
    def next_change(self) -> SchedulePeriod | None:
        """The period that brings the next register, None if none does or it is not known."""
        return self.schedules.next_change(dt_util.utcnow())

    @property
    def colours(self) -> Mapping[date, str]:
        """The known colours of Tempo days near today; empty under another contract."""
        ahead = self.schedules.legal.days_ahead
        return {day - ahead: colour for day, colour in self.announced.colours.items()}

    def restore(self) -> None:
        """Load what was stored, unless it is of another meter."""
        kept = self._store.recall(_STORED)
        if isinstance(kept, dict) and kept.get("address") == self._address:
            self.announced.read(kept)
        self._update_schedules()

    def _end_frame(self, frame: Frame, readings: Readings, _now: float) -> None:
        now, is_tempo = dt_util.utcnow(), self._tariffs.is_tempo
        if self.announced.end_frame(frame, readings, now, is_tempo=is_tempo):
            self._store.keep(_STORED, {"address": self._address, **self.announced.written})
            self._update_schedules()
            self._signals.days.send()
        else:
            self._check_time()

    def _update_schedules(self) -> None:
        self.schedules = self.announced.schedules()
        self._next_boundary = self.schedules.next_boundary(dt_util.utcnow())

    def _check_time(self) -> None:
        """Send the signal when the current period or day has ended."""
        if dt_util.utcnow() >= self._next_boundary:
            self._update_schedules()
            self._signals.days.send()
