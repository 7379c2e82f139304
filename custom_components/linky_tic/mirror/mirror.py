"""The MQTT mirror of one meter: when its frames and its state are published, and what is kept.

It waits while MQTT is not there and starts by itself. What a message says is decided by
`editions.py`, how it gets to the broker by `broker.py`.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from math import inf
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..const import DOMAIN
from ..tic import Frame, Quantity, Reading
from .broker import Broker, Message, Outbox
from .editions import Settings, edition_of
from .retained import Retained

_FIRST_MINUTE: Final = 60.0
"""Seconds after which a meter never heard is said to be lost, and a label never read to be gone."""
_PATIENCE: Final = 3.0
"""Seconds that a broker gets to take the last words, or to forget our topics, while others wait."""


class Mirror:
    """The mirror of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._settings = Settings.of(entry)
        self._edition = edition_of(entry, self._settings)
        self._retained = Retained(hass, entry.entry_id)
        self._broker = Broker(hass, self._begin, self._end)
        self._outbox = Outbox()
        self._worker: asyncio.Task[None] | None = None
        self._is_heard: bool | None = None
        self._newest: tuple[Frame, Mapping[str, Reading], float] | None = None
        self._due_at = -inf
        self._tidy_at: float | None = None
        self._closers: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Publish from now on, whenever there is a broker."""
        await self._retained.load()
        if not self._settings.enabled and not self._retained.topics:
            return
        self._closers = [
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._handle_stop),
            async_call_later(self._hass, _FIRST_MINUTE, self._handle_first_minute),
            self._broker.stop,
        ]
        self._broker.watch()

    async def async_stop(self) -> None:
        """Say that the meter is not heard any more, and publish nothing after that."""
        if not self._closers:
            return
        while self._closers:
            self._closers.pop()()
        self.line(connected=False)
        await self._stop_worker()
        try:
            async with asyncio.timeout(_PATIENCE):
                while message := self._outbox.take_ordered():
                    await self._send(message)
        except TimeoutError:
            pass  # the broker is as good as gone
        await self._retained.flush()

    @callback
    def line(self, connected: bool) -> None:  # noqa: FBT001 - as the link tells it
        """Note whether the meter is heard."""
        if self._is_heard is not connected:
            self._is_heard = connected
            self._tell_state()

    @callback
    def frame(self, frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        """Publish the end of a frame, unless another meter's or too soon after the last one."""
        if not self._settings.enabled or self._is_of_another_meter(frame):
            return
        self.line(connected=True)
        if self._hass.loop.time() >= self._due_at:
            self._newest = (frame, readings, now)
            self._publish_newest()
            self._tidy(readings)

    def _is_of_another_meter(self, frame: Frame) -> bool:
        for group in frame.heard:
            if group and group.label and group.label.quantity is Quantity.ADDRESS:
                return group.data != self._entry.unique_id
        return False

    def _publish_newest(self) -> None:
        if self._worker is None or self._newest is None:
            return
        for message in self._edition.messages(*self._newest):
            self._outbox.put(message)
            self._due_at = self._hass.loop.time() + self._settings.interval

    def _tell_state(self) -> None:
        if self._worker is None or not self._settings.enabled or self._is_heard is None:
            return
        if message := self._edition.status(heard=self._is_heard):
            self._outbox.put_in_order(message)

    def _tidy(self, readings: Mapping[str, Reading]) -> None:
        """Once all labels have had their time to come, forget those of an earlier run."""
        now = self._hass.loop.time()
        if self._tidy_at is None:
            self._tidy_at = now + _FIRST_MINUTE
        elif now >= self._tidy_at and self._worker is not None:
            self._tidy_at = inf
            self._empty(self._edition.kept_topics(readings))

    def _empty(self, kept: set[str]) -> None:
        """Have the broker forget all topics but these."""
        for topic in sorted(self._retained.topics - kept):
            self._outbox.put_in_order(Message(topic, "", 1, retain=True))

    @callback
    def _begin(self) -> None:
        """Publish all anew at each connection: a broker may come back without what it had kept."""
        self._end()
        # Not at once: the client first sends again what the broker before had not acknowledged.
        self._worker = self._entry.async_create_background_task(
            self._hass, self._work(), f"{DOMAIN} mirror", eager_start=False
        )
        self._edition = edition_of(self._entry, self._settings)
        self._tidy_at = None  # a label that has vanished meanwhile may still stand there
        self._empty(self._edition.kept_topics() if self._settings.enabled else set())
        self._tell_state()
        if self._settings.retain:
            self._publish_newest()

    @callback
    def _end(self) -> None:
        """Drop what waits: it will be old when there is a connection again."""
        self._outbox.clear()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    @callback
    def _handle_first_minute(self, _now: datetime) -> None:
        if self._is_heard is None:
            self.line(connected=False)

    async def _handle_stop(self, _event: Event) -> None:
        await self.async_stop()

    async def _work(self) -> None:
        while True:
            await self._send(await self._outbox.take())

    async def _send(self, message: Message) -> None:
        keeps = message.retain and message.payload
        if keeps and message.topic not in self._retained.topics:
            await self._retained.remember({message.topic} | self._outbox.retained_topics)
        if await self._broker.publish(message) and message.retain and not message.payload:
            self._retained.forget(message.topic)

    async def _stop_worker(self) -> None:
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
            await asyncio.wait([worker])


async def async_remove_topics(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Leave nothing of an entry on the broker, which may be away for now, nor in storage."""
    retained = Retained(hass, entry.entry_id)
    await retained.load()
    await retained.remove()
    topics = set(retained.topics)

    async def empty() -> None:
        for topic in sorted(topics):
            if await broker.publish(Message(topic, "", 1, retain=True)):
                topics.discard(topic)
        if not topics:
            broker.stop()

    @callback
    def go_on() -> None:
        hass.async_create_background_task(empty(), f"{DOMAIN} removal", eager_start=False)

    broker = Broker(hass, go_on)
    try:
        async with asyncio.timeout(_PATIENCE):
            await empty()
    except TimeoutError:
        pass  # a broker that hangs: the next connection goes on
    if topics:
        broker.watch()
