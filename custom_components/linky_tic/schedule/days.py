"""Store what one meter has announced for its days, and signal each change of what is in force.

The meter does not repeat which profile is for which day, the profile of a peak that has begun, nor
how its hours are coded. `announced_days.py` decides what is known of a day.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..meter.meter import LinkyMeter
from ..tariff.tariffs import Tariffs
from ..tic import Coding, Frame, LegalTime, Readings
from .announced_days import AnnouncedDays, ChangedHours
from .day_schedule import DaySchedules, KnownProfile, MobilePeak, SchedulePeriod

_STORED: Final = "days"
_ONE_DAY: Final = timedelta(days=1)


class Days:
    def __init__(self, meter: LinkyMeter, tariffs: Tariffs) -> None:
        self._address = meter.address
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self._announced = AnnouncedDays()
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
        return {day - ahead: colour for day, colour in self._announced.colours.items()}

    @property
    def changed_hours(self) -> ChangedHours | None:
        """The hours that the last frame has changed, if any."""
        return self._announced.changed

    def restore(self) -> None:
        """Load what was stored, unless it is of another meter."""
        kept = self._store.recall(_STORED)
        if isinstance(kept, dict) and kept.get("address") == self._address:
            from_json(kept, self._announced)
        self._update_schedules()

    def _end_frame(self, frame: Frame, readings: Readings, _now: float) -> None:
        now, is_tempo = dt_util.utcnow(), self._tariffs.is_tempo
        if self._announced.end_frame(frame, readings, now, is_tempo=is_tempo):
            self._store.keep(_STORED, {"address": self._address, **to_json(self._announced)})
            self._update_schedules()
            self._signals.days.send()
        else:
            self._check_time()

    def _update_schedules(self) -> None:
        self.schedules = self._announced.schedules()
        self._next_boundary = self.schedules.next_boundary(dt_util.utcnow())

    def _check_time(self) -> None:
        """Send the signal when the current period or day has ended."""
        if dt_util.utcnow() >= self._next_boundary:
            self._update_schedules()
            self._signals.days.send()


def to_json(days: AnnouncedDays) -> JsonObjectType:
    """Return what was announced in the form in which it is stored."""
    legal, coding = days.clock.legal, days.coding
    colours = {day.isoformat(): colour for day, colour in days.colours.items()}
    return {
        "profiles": {day.isoformat(): one and list(one) for day, one in days.profiles.items()},
        "peaks": [
            [peak.number, peak.begin.isoformat(), peak.end.isoformat(), peak.profile]
            for peak in days.peaks
        ],
        "colours": dict(colours) if days.is_tempo else None,
        "contract": days.contract,
        "coding": coding and coding.value,
        "proven": days.is_coding_proven,
        "island": None if legal.island is None else legal.island.total_seconds(),
        "ahead": legal.ahead.total_seconds() if days.clock.is_known else None,
    }


def from_json(stored: Mapping[str, Any], days: AnnouncedDays) -> None:  # Any: JSON
    """Load what `to_json` returned; raises an error if it has another shape."""
    profiles, colours = stored["profiles"], stored.get("colours")
    coding, island, ahead = (stored.get(key) for key in ("coding", "island", "ahead"))
    days.profiles = {date.fromisoformat(day): _profile(kept) for day, kept in profiles.items()}
    days.peaks = tuple(
        MobilePeak(number, _naive(begin), _naive(end), profile)
        for number, begin, end, profile in stored["peaks"]
    )
    days.is_tempo = colours is not None
    days.colours = {date.fromisoformat(day): one for day, one in (colours or {}).items()}
    days.contract = stored.get("contract")
    days.coding, days.is_coding_proven = coding and Coding(coding), stored.get("proven", False)
    days.clock.is_known = ahead is not None
    days.clock.legal = LegalTime(
        None if island is None else timedelta(seconds=island), timedelta(seconds=ahead or 0)
    )


def _profile(kept: list[Any] | None) -> KnownProfile | None:
    """Load the profile of a day, None if its hours are unknown; before 1.0 it was in a list."""
    profiles = [kept] if kept and isinstance(kept[0], str) else kept or []
    return KnownProfile(*profiles[0]) if len(profiles) == 1 else None


def _naive(kept: str) -> datetime:
    """Load a time of the meter's clock; before 1.0 it was stored with its time zone."""
    return datetime.fromisoformat(kept).replace(tzinfo=None)
