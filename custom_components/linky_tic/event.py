"""The events of a meter: what automations wait for, when it happens and once.

It knows when the meter has said something new and how an event becomes a state; what has happened
is `tic/`'s business. Nothing is told that was so before Home Assistant listened.
"""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Final, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedDescription
from .entities.status import STATUS_FLAGS, STATUS_VALUES
from .entity import LinkyEntity
from .tariff.tariffs import CURRENT_TARIFF
from .tic import (
    Coding,
    Frame,
    Moment,
    Profiles,
    Reading,
    ShortMessages,
    Transition,
    read_schedule,
    transitions,
)

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
_STORED: Final = "day_profiles"
_ADDRESS: Final = "address"
_APART: Final = 0.002
"""Seconds between two events: the state of an event is its time in milliseconds, and automations
wait for another state."""

_ROWS: Final[tuple[DerivedDescription, ...]] = (*STATUS_FLAGS, *STATUS_VALUES)
_FACTS: Final = {row.key: row for row in _ROWS}
_NOTICE, _PEAK, _OVERLOAD = (
    _FACTS[key] for key in ("peak_notice", "peak_in_progress", "over_subscribed_power")
)
_MESSAGE: Final = "MSG1"
_SOURCES: Final = frozenset(
    (CURRENT_TARIFF, _MESSAGE, *_NOTICE.sources, *_PEAK.sources, *_OVERLOAD.sources)
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

    def __init__(self, coordinator: LinkyCoordinator) -> None:
        super().__init__(coordinator, PLATFORM, "events")
        self._attr_event_types = list(EVENT_TYPES)
        self._moment = Moment()
        self._is_due = True
        self._short_messages = ShortMessages()
        self._profiles = Profiles()
        self._waiting: deque[Transition] = deque()
        self._next: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        for source in _SOURCES:
            self.async_on_remove(signals.state.connect(source, self._mark_due))
        self.async_on_remove(signals.frame.connect(self._end_frame))
        self.async_on_remove(self._stop)
        self._profiles.texts = self._recall()

    def _mark_due(self) -> None:
        self._is_due = True

    def _end_frame(self, frame: Frame, readings: Mapping[str, Reading], _now: float) -> None:
        """Compare what holds with what held, where anything was said that is new."""
        if self._is_due:
            self._is_due = False
            before, now = self._moment, self._read_moment(readings).after(self._moment)
            self._moment = now
            self._waiting.extend(transitions(before, now, readings))
        if message := self._short_messages.heard(frame, readings):
            self._waiting.append(message)
        self._follow_hours(frame, readings)
        if self._waiting and self._next is None:
            self._fire_next()

    def _read_moment(self, readings: Mapping[str, Reading]) -> Moment:
        tariff, message = self.coordinator.tariffs.current, readings.get("MSG1")
        is_settled = self.coordinator.freshness.is_settled
        notice, peak, is_over = (
            fact.reckon(readings, is_settled=is_settled) for fact in (_NOTICE, _PEAK, _OVERLOAD)
        )
        return Moment(
            mode=next((one.label.mode for one in readings.values()), None) if tariff else None,
            tariff=tariff,
            notice=None if notice is None else str(notice),
            peak=None if peak is None else str(peak),
            is_over=None if is_over is None else bool(is_over),
            message=str(message.value) if message else None,
        )

    def _follow_hours(self, frame: Frame, readings: Mapping[str, Reading]) -> None:
        """Keep each profile; describe a change in the coding that the meter is known to use."""
        known = self._profiles.texts
        hours = self._profiles.heard(frame, readings)
        if self._profiles.texts is known:
            return
        texts = dict(self._profiles.texts)
        self.coordinator.store.keep(_STORED, {_ADDRESS: self.coordinator.address, **texts})
        if hours:
            coding = self.coordinator.days.schedules.coding
            facts = {
                "profile": hours.profile,
                "before": _slots(hours.before, coding),
                "after": _slots(hours.now, coding),
            }
            self._waiting.append(Transition("hours_changed", facts))

    def _recall(self) -> Mapping[str, str]:
        """Give the profiles kept of this meter: another one may code the same hours otherwise."""
        kept = self.coordinator.store.recall(_STORED)
        if not isinstance(kept, dict) or kept.get(_ADDRESS) != self.coordinator.address:
            return {}
        return {number: str(text) for number, text in kept.items() if number != _ADDRESS}

    @callback
    def _fire_next(self, _at: datetime | None = None) -> None:
        """Tell what has waited longest, and the next a moment later."""
        self._next = None
        if self._waiting:
            transition = self._waiting.popleft()
            self._trigger_event(transition.kind, dict(transition.facts))
            self.async_write_ha_state()
            self._next = async_call_later(self.hass, _APART, self._fire_next)

    @callback
    def _stop(self) -> None:
        self._waiting.clear()
        if self._next:
            self._next()


def _slots(profile: str, coding: Coding | None) -> list[dict[str, object]]:
    schedule = read_schedule(profile, coding)
    slots = schedule.slots if schedule else ()
    return [{"start": f"{slot.start:%H:%M}", "register": slot.index} for slot in slots]
