"""The events of a meter: what automations wait for, when it happens and once.

It knows when the meter has said something new and how an event becomes a state; what has happened
is told by `entities/transitions.py`. Nothing is told that was so before Home Assistant listened.
"""

from collections import deque
from typing import Final, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedDescription
from .entities.status import STATUS_FLAGS, STATUS_VALUES
from .entities.transitions import Moment, ShortMessages, Transition, transitions
from .entity import LinkyEntity
from .schedule.announced_days import ChangedHours
from .tic import Coding, Frame, Readings, read_schedule

PARALLEL_UPDATES = 0

EVENT_TYPES: Final = (
    "tariff_changed",
    "peak_notice",
    "peak_started",
    "peak_ended",
    "message",
    "short_message",
    "overload_started",
    "overload_ended",
    "hours_changed",
)

_ROWS: Final[tuple[DerivedDescription, ...]] = (*STATUS_FLAGS, *STATUS_VALUES)
_FACTS: Final = {row.key: row for row in _ROWS}
_NOTICE, _PEAK, _OVERLOAD = (
    _FACTS[key] for key in ("peak_notice", "peak_in_progress", "over_subscribed_power")
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make the one entity that bears all events."""
    async_add_entities([LinkyEvents(entry.runtime_data)])


class LinkyEvents(LinkyEntity, EventEntity):
    """What has happened last."""

    _attr_translation_key = "events"
    _platform = PLATFORM

    def __init__(self, coordinator: LinkyCoordinator) -> None:
        super().__init__(coordinator, "events")
        self._attr_entity_registry_enabled_default = not coordinator.tariffs.is_tempo
        self._attr_event_types = list(EVENT_TYPES)
        self._moment = Moment()
        self._short_messages = ShortMessages()
        self._waiting: deque[Transition] = deque()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        self.async_on_remove(signals.frame.connect(self._end_frame))
        self.async_on_remove(signals.lost.connect(self._waiting.clear))

    def _end_frame(self, frame: Frame, readings: Readings, _now: float) -> None:
        """Compare what holds with what held.

        One event is told a frame: its state is its time in milliseconds, and automations wait for
        another state.
        """
        before, self._moment = self._moment, self._read_moment(readings).after(self._moment)
        if self._moment != before:
            self._waiting.extend(transitions(before, self._moment, readings))
        if message := self._short_messages.heard(frame, readings):
            self._waiting.append(message)
        if hours := self.coordinator.days.changed_hours:
            self._waiting.append(self._describe(hours))
        if self._waiting:
            transition = self._waiting.popleft()
            self._trigger_event(transition.kind, dict(transition.facts))
            self.async_write_ha_state()

    def _read_moment(self, readings: Readings) -> Moment:
        tariff, message = self.coordinator.tariffs.current, readings.get("MSG1")
        notice, peak, is_over = (
            fact.value(self.coordinator) for fact in (_NOTICE, _PEAK, _OVERLOAD)
        )
        return Moment(
            mode=next((one.label.mode for one in readings.values()), None) if tariff else None,
            tariff=tariff,
            notice=None if notice is None else str(notice),
            peak=None if peak is None else str(peak),
            is_over=None if is_over is None else bool(is_over),
            message=str(message.value) if message else None,
        )

    def _describe(self, hours: ChangedHours) -> Transition:
        """Describe hours in the coding that the meter is known to use."""
        coding = self.coordinator.days.schedules.coding
        facts = {
            "profile": hours.number,
            "before": _slots(hours.before, coding),
            "after": _slots(hours.now, coding),
        }
        return Transition("hours_changed", facts)


def _slots(profile: str, coding: Coding | None) -> list[dict[str, object]]:
    schedule = read_schedule(profile, coding)
    slots = schedule.slots if schedule else ()
    return [{"start": f"{slot.start:%H:%M}", "register": slot.register} for slot in slots]
