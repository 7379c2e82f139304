"""The days of one meter, as it has announced them, and as its register in force bears them out.

It stores what the wire does not repeat (which profile is for which day, what a peak that has begun
is made of, how the hours are coded) and tells when something else is in force. What is believed of
which day is decided in `tic/announced_days.py`.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..meter.meter import LinkyMeter
from ..tariff.tariffs import Tariffs
from ..tic import AnnouncedDays, Change, ChangedHours, DaySchedules, Frame, Readings
from .stored_days import from_json, to_json

_STORED: Final = "days"
_ONE_DAY: Final = timedelta(days=1)


class Days:
    """The days of one meter."""

    def __init__(self, meter: LinkyMeter, tariffs: Tariffs) -> None:
        self._address = meter.address
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self._announced = AnnouncedDays()
        self.schedules = DaySchedules()
        self._edge = datetime.max.replace(tzinfo=UTC)
        signals.start.connect(self.restore)
        signals.frame.connect(self._end_frame)
        signals.minute.connect(self._check_time)  # once a minute, where no frame comes

    @property
    def today(self) -> date:
        """The day that the meter is in."""
        return self.schedules.legal.day_of(dt_util.utcnow())

    @property
    def tomorrow(self) -> date:
        """The day after."""
        return self.today + _ONE_DAY

    @property
    def next_change(self) -> Change | None:
        """When another register comes into force, and which; None: not known, or never."""
        return self.schedules.next_change(dt_util.utcnow())

    @property
    def colours(self) -> Mapping[date, str]:
        """The colours of Tempo days near today, as far as known; none under another contract."""
        ahead = self.schedules.legal.days_ahead
        return {day - ahead: colour for day, colour in self._announced.colours.items()}

    @property
    def changed_hours(self) -> ChangedHours | None:
        """The hours that the frame which has just ended has changed."""
        return self._announced.changed

    def restore(self) -> None:
        """Take up what was kept of this meter; another one's days are no use."""
        kept = self._store.recall(_STORED)
        if isinstance(kept, dict) and kept.get("address") == self._address:
            from_json(kept, self._announced)
        self._update_schedules()

    def _end_frame(self, frame: Frame, readings: Readings, _now: float) -> None:
        now, is_tempo = dt_util.utcnow(), self._tariffs.is_tempo
        if self._announced.heard(frame, readings, now, is_tempo=is_tempo):
            self._store.keep(_STORED, {"address": self._address, **to_json(self._announced)})
            self._update_schedules()
            self._signals.days.send()
        else:
            self._check_time()

    def _update_schedules(self) -> None:
        self.schedules = self._announced.schedules()
        self._edge = self.schedules.next_edge(dt_util.utcnow())

    def _check_time(self) -> None:
        """Tell when something else is in force, or another day is today."""
        if dt_util.utcnow() >= self._edge:
            self._update_schedules()
            self._signals.days.send()
