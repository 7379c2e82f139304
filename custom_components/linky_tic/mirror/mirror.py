"""The MQTT mirror of one meter: when its frames and its state are published.

What a message says is decided by `editions.py`, how it gets to the broker by `publisher.py`.
"""

from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..tic import Frame, Quantity, Reading
from .editions import Settings, edition_of
from .publisher import publisher_of

_FIRST_MINUTE: Final = 60.0
"""Seconds after which a meter never heard is said to be lost, and a label never read to be gone."""


class Mirror:
    """The mirror of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._settings = Settings.of(entry)
        self._edition = edition_of(entry, self._settings)
        self._publisher = publisher_of(hass)
        self._is_heard: bool | None = None
        self._due_at = -inf
        self._tidy_at: float | None = None
        self._closers: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Publish from now on, whenever there is a broker; turned off, leave nothing there."""
        kept = self._edition.kept_topics() if self._settings.enabled else set()
        await self._publisher.async_join(self._entry.entry_id, kept)
        if not self._settings.enabled:
            self._entry.async_create_background_task(
                self._hass, self._publisher.async_leave(self._entry.entry_id), "mirror turned off"
            )
            return
        self._closers = [
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._handle_stop),
            async_call_later(self._hass, _FIRST_MINUTE, self._handle_first_minute),
        ]
        self._publish_status()

    async def async_stop(self) -> None:
        """Say that the meter is not heard any more, and publish nothing after that."""
        if not self._closers:
            return
        self.line(connected=False)
        while self._closers:
            self._closers.pop()()
        await self._publisher.async_leave(self._entry.entry_id)

    @callback
    def line(self, connected: bool) -> None:  # noqa: FBT001 - as the link tells it
        """Note whether the meter is heard."""
        if self._is_heard is not connected:
            self._is_heard = connected
            self._publish_status()

    @callback
    def frame(self, frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        """Publish the end of a frame, unless another meter's or too soon after the last one."""
        if not self._closers or self._is_of_another_meter(frame):
            return
        self.line(connected=True)
        if self._hass.loop.time() >= self._due_at:
            for message in self._edition.messages(frame, readings, now):
                self._publisher.put(self._entry.entry_id, message)
                self._due_at = self._hass.loop.time() + self._settings.interval
            self._tidy(readings)

    def _is_of_another_meter(self, frame: Frame) -> bool:
        for group in frame.heard:
            if group and group.label and group.label.quantity is Quantity.ADDRESS:
                return group.data != self._entry.unique_id
        return False

    def _publish_status(self) -> None:
        if not self._closers or self._is_heard is None:
            return
        if message := self._edition.status(heard=self._is_heard):
            self._publisher.put(self._entry.entry_id, message, in_order=True)

    def _tidy(self, readings: Mapping[str, Reading]) -> None:
        """Once all labels have had their time to come, forget those of an earlier run."""
        now = self._hass.loop.time()
        if self._tidy_at is None:
            self._tidy_at = now + _FIRST_MINUTE
        elif now >= self._tidy_at:
            self._tidy_at = inf
            self._publisher.keep_only(self._entry.entry_id, self._edition.kept_topics(readings))

    @callback
    def _handle_first_minute(self, _now: datetime) -> None:
        if self._is_heard is None:
            self.line(connected=False)

    async def _handle_stop(self, _event: Event) -> None:
        await self.async_stop()


async def async_remove_topics(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Leave nothing of an entry on the broker; one that is away is told when it is back."""
    publisher = publisher_of(hass)
    await publisher.async_join(entry.entry_id, ())
    await publisher.async_leave(entry.entry_id)
