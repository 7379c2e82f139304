"""The event entity of a meter, for automations: it fires once when something happens.

Events come from comparing what the meter sends now with what it sent before. A value that was not
known before, as after a start, is no event.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, override

from homeassistant.components.event import DOMAIN as PLATFORM, EventEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedDescription
from .entities.status import STATUS_FLAGS
from .entity import LinkyEntity
from .schedule.announced_days import ChangedHours
from .tariff.in_force import Tariff, numbered_name
from .tariff.sensors import TARIFF_VALUES
from .tariff.tempo import COLOUR_OF_PEAK, has_colours
from .tariff.words import TARIFF_SLUGS
from .tic import Coding, Frame, Mode, Readings, read_profile

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

_NO_PEAK: Final = "none"
_ROWS: Final[tuple[DerivedDescription, ...]] = (*STATUS_FLAGS, *TARIFF_VALUES)
_SHOWN: Final[dict[str, Any]] = {row.key: row.value for row in _ROWS}
"""Key of an entity -> the function that gives its state."""


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the one entity that fires all events."""
    async_add_entities([LinkyEvents(entry.runtime_data)])


class LinkyEvents(LinkyEntity, EventEntity):
    """The event entity; its state is the time of the last event."""

    _attr_translation_key = "events"
    _platform = PLATFORM

    def __init__(self, coordinator: LinkyCoordinator) -> None:
        super().__init__(coordinator, "events")
        self._attr_entity_registry_enabled_default = not coordinator.tariffs.is_tempo
        self._attr_event_types = list(EVENT_TYPES)
        self._snapshot = Snapshot()
        self._short_messages = ShortMessages()
        self._pending: deque[MeterEvent] = deque()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        self.async_on_remove(signals.frame.connect(self._end_frame))
        self.async_on_remove(signals.lost.connect(self._pending.clear))

    def _end_frame(self, frame: Frame, readings: Readings, _now: float) -> None:
        """Find the events of a frame, and fire one; others wait for the next frames.

        The state is the time in milliseconds, and an automation is triggered only if it changes.
        """
        before = self._snapshot
        self._snapshot = self._take_snapshot(readings).filled_from(before)
        if self._snapshot != before:
            self._pending.extend(find_events(before, self._snapshot, readings))
        if message := self._short_messages.end_frame(frame, readings):
            self._pending.append(message)
        if hours := self.coordinator.days.announced.changed:
            self._pending.append(self._hours_event(hours))
        if self._pending:
            event = self._pending.popleft()
            self._trigger_event(event.event_type, dict(event.data))
            self.async_write_ha_state()

    def _take_snapshot(self, readings: Readings) -> Snapshot:
        tariff, message = self.coordinator.tariffs.current, readings.get("MSG1")
        return Snapshot(
            mode=next((one.label.mode for one in readings.values()), None) if tariff else None,
            tariff=tariff,
            notice=_SHOWN["peak_notice"](self.coordinator),
            peak=_SHOWN["peak_in_progress"](self.coordinator),
            is_over=_SHOWN["over_subscribed_power"](self.coordinator),
            message=str(message.value) if message else None,
        )

    def _hours_event(self, hours: ChangedHours) -> MeterEvent:
        """Return the event of changed hours, read in the coding that the meter uses."""
        coding = self.coordinator.days.schedules.coding
        data = {
            "profile": hours.number,
            "before": _slots_of(hours.before, coding),
            "after": _slots_of(hours.now, coding),
        }
        return MeterEvent("hours_changed", data)


def _slots_of(profile: str, coding: Coding | None) -> list[dict[str, object]]:
    read = read_profile(profile, coding)
    slots = read.slots if read else ()
    return [{"start": f"{slot.start:%H:%M}", "register": slot.register} for slot in slots]


class MeterEvent(NamedTuple):
    """An event to fire: its type, and its data as attributes."""

    event_type: str
    data: Mapping[str, object]


class Snapshot(NamedTuple):
    """What a meter sends at a time; None is not known. A peak is `pm1` to `pm3`, or `none`.

    `mode` is that of `tariff`, whose name and register may differ between the modes.
    """

    mode: Mode | None = None
    tariff: Tariff | None = None
    notice: str | None = None
    peak: str | None = None
    is_over: bool | None = None
    message: str | None = None

    def filled_from(self, before: Snapshot) -> Snapshot:
        """Return this snapshot, with unknown fields taken from the one before."""
        pairs = zip(self, before, strict=True)
        return Snapshot._make(was if now is None else now for now, was in pairs)


def find_events(before: Snapshot, now: Snapshot, readings: Readings) -> Iterator[MeterEvent]:
    """Yield the events between two snapshots."""
    is_same_mode = before.mode is now.mode
    if before.tariff and now.tariff and is_same_mode and _differs(before.tariff, now.tariff):
        data = {"from": before.tariff.name, "to": now.tariff.name, "register": now.tariff.register}
        yield MeterEvent("tariff_changed", data)
    if before.peak and now.peak and before.peak != now.peak:
        if before.peak != _NO_PEAK:
            yield MeterEvent("peak_ended", _peak_data(before.peak, readings, has_ended=True))
        if now.peak != _NO_PEAK:
            yield MeterEvent("peak_started", _peak_data(now.peak, readings))
    if before.notice and now.notice not in {None, before.notice, _NO_PEAK}:
        yield MeterEvent("peak_notice", _peak_data(str(now.notice), readings))
    if before.is_over is not None and now.is_over not in {None, before.is_over}:
        # Only three-phase Historique shows which phases are over.
        phases = [phase for phase in (1, 2, 3) if now.is_over and f"ADIR{phase}" in readings]
        kind = "overload_started" if now.is_over else "overload_ended"
        yield MeterEvent(kind, {"phases": phases} if phases else {})
    if before.message is not None and now.message not in {None, before.message}:
        yield MeterEvent("message", {"text": now.message})


def _differs(before: Tariff, now: Tariff) -> bool:
    """Whether the tariff has changed, and not only got its first name, or a slug for its text."""
    if before.register != now.register:
        return True
    is_same_kind = (before.name in TARIFF_SLUGS) is (now.name in TARIFF_SLUGS)
    is_named = numbered_name(now.register) not in {before.name, now.name}
    return before.name != now.name and is_same_kind and is_named


def _peak_data(peak: str, readings: Readings, *, has_ended: bool = False) -> Mapping[str, object]:
    """Return the data of a mobile peak; at its end without times, as DPM may be of the next one."""
    number = int(peak[-1])
    data: dict[str, object] = {"number": number}
    if number in COLOUR_OF_PEAK and has_colours(readings):
        data["colour"] = COLOUR_OF_PEAK[number]
    for name, label in (("start", f"DPM{number}"), ("end", f"FPM{number}")):
        reading = readings.get(label)
        if reading and isinstance(reading.value, datetime) and not has_ended:
            data[name] = reading.value.isoformat()
    return data


class ShortMessages:
    """Finds the short messages (MSG2), which the meter sends only once."""

    def __init__(self) -> None:
        self._was_sent = False

    def end_frame(self, frame: Frame, readings: Readings) -> MeterEvent | None:
        """Return the event of a message; one that is also in the next frame is not a new one."""
        sent = next((group.data for group in frame.groups if group.name == "MSG2"), None)
        reading = readings.get("MSG2")
        is_new, self._was_sent = not self._was_sent, sent is not None
        if sent is None or not is_new or reading is None or reading.raw != sent:
            return None
        data = {"text": reading.value, "confirmed": reading.confirmed}
        return MeterEvent("short_message", data)
