"""The calendar of a meter: an event for each period of an unusual tariff, and for each peak.

The usual tariff, such as peak hours, makes no event, as the calendar would always be on.
`schedule/` computes the periods.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.calendar import DOMAIN as PLATFORM, CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import LinkyConfigEntry
from .entity import LinkyEntity, entity_text
from .schedule.day_schedule import SchedulePeriod
from .tariff.in_force import numbered_name
from .tariff.sensors import tariff_name
from .tariff.tariffs import CURRENT_TARIFF
from .tic import Label, Quantity

PARALLEL_UPDATES = 0

_KEY: Final = "tariff"
_ONE_DAY: Final = timedelta(days=1)
_REGISTER: Final = f"sensor.{CURRENT_TARIFF}.state"
_PEAK: Final = "sensor.peak_in_progress.state"
_CONTACT: Final = f"calendar.{_KEY}.state_attributes.contact.state"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar once the meter sends PJOURF+1, which exists in Standard only."""
    coordinator = entry.runtime_data

    @callback
    def add(labels: Iterable[Label]) -> None:
        if any(label.quantity is Quantity.NEXT_DAY_PROFILE for label in labels):
            async_add_entities([TariffCalendar(coordinator, _KEY)])

    entry.async_on_unload(coordinator.known_labels.listen(add))


class TariffCalendar(LinkyEntity, CalendarEntity):
    """The calendar of yesterday, today and tomorrow, as far as they are known."""

    _attr_translation_key = _KEY
    _platform = PLATFORM

    @property
    @override
    def available(self) -> bool:
        """Whether today is known; if not, the state off would wrongly mean the usual tariff."""
        days = self.coordinator.days
        return days.schedules.day(days.today) is not None

    @property
    @override
    def event(self) -> CalendarEvent | None:
        now = dt_util.utcnow()
        return next((self._to_event(one) for one in self._periods() if one.end > now), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [
            self._to_event(period)
            for period in self._periods()
            if period.end > start_date and period.begin < end_date
        ]

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        for signal in (signals.days, signals.tariff):
            self.async_on_remove(signal.connect(self._refresh))

    def _periods(self) -> list[SchedulePeriod]:
        """Return the periods from yesterday on, as one that began then may still be in force."""
        days, tariffs = self.coordinator.days, self.coordinator.tariffs
        usual = tariffs.usual_register or days.schedules.usual_register(tariffs.registers)
        shown = (days.today - _ONE_DAY, days.today, days.tomorrow)
        return days.schedules.unusual_periods(shown, usual)

    def _to_event(self, period: SchedulePeriod) -> CalendarEvent:
        register, peak = period.register, None
        if period.peak is not None:
            peak = self._translate(_PEAK, f"pm{period.peak}")
        details = (
            None if register is None else self._translate(_REGISTER, numbered_name(register)),
            None if period.contact is None else self._translate(_CONTACT, period.contact),
            peak,
        )
        return CalendarEvent(
            start=dt_util.as_local(period.begin),
            end=dt_util.as_local(period.end),
            summary=(peak or "") if register is None else tariff_name(self.coordinator, register),
            description=" · ".join(filter(None, details)),
        )

    def _translate(self, path: str, slug: str) -> str:
        return entity_text(self.hass, f"{path}.{slug}") or slug
