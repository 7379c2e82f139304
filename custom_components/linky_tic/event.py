"""The events of a meter: what automations wait for, when it happens and once.

It knows when the meter has said something new and how an event becomes a state; what has happened
is `tic/`'s business. Nothing is told that was so before Home Assistant listened.
"""

from asyncio import sleep
from collections import deque
from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedDescription
from .entities.status import STATUS_FLAGS, STATUS_VALUES
from .entity import LinkyEntity
from .tariff.tariffs import CURRENT_TARIFF
from .tic import (
    Coding,
    Frame,
    Happening,
    Moment,
    Profiles,
    Reading,
    ShortMessages,
    happened,
    read_schedule,
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
"""Seconds between two events of one frame: the state of an event is its time in milliseconds."""

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
        self._waiting: deque[Happening] = deque()
        self._is_telling = False

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        for source in _SOURCES:
            self.async_on_remove(signals.state.connect(source, self._note))
        self.async_on_remove(signals.frame.connect(self._end_frame))
        self.async_on_remove(self._waiting.clear)
        self._profiles.texts = self._recall()

    def _note(self) -> None:
        self._is_due = True

    def _end_frame(self, frame: Frame, readings: Mapping[str, Reading], _now: float) -> None:
        """Compare what holds with what held, where anything was said that is new."""
        if self._is_due:
            self._is_due = False
            before, now = self._moment, self._look(readings).after(self._moment)
            self._moment = now
            self._waiting.extend(happened(before, now, readings))
        if message := self._short_messages.heard(frame, readings):
            self._waiting.append(message)
        self._follow_hours(frame, readings)
        if self._waiting and not self._is_telling:
            self._is_telling = True
            self.coordinator.entry.async_create_task(self.hass, self._tell())

    def _look(self, readings: Mapping[str, Reading]) -> Moment:
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
            coding = self.coordinator.days.agenda.coding
            facts = {
                "profile": hours.profile,
                "before": _slots(hours.before, coding),
                "after": _slots(hours.now, coding),
            }
            self._waiting.append(Happening("hours_changed", facts))

    def _recall(self) -> Mapping[str, str]:
        """Give the profiles kept of this meter: another one may code the same hours otherwise."""
        kept = self.coordinator.store.recall(_STORED)
        if not isinstance(kept, dict) or kept.get(_ADDRESS) != self.coordinator.address:
            return {}
        return {number: str(text) for number, text in kept.items() if number != _ADDRESS}

    async def _tell(self) -> None:
        """Tell what waits, one after the other."""
        while self._waiting:
            happening = self._waiting.popleft()
            self._trigger_event(happening.kind, dict(happening.facts))
            self.async_write_ha_state()
            if self._waiting:
                await sleep(_APART)
        self._is_telling = False


def _slots(profile: str, coding: Coding | None) -> list[dict[str, object]]:
    schedule = read_schedule(profile, coding)
    slots = schedule.slots if schedule else ()
    return [{"start": f"{slot.start:%H:%M}", "register": slot.index} for slot in slots]
