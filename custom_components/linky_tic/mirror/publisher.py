"""What goes to the MQTT broker, in which order, and what the broker keeps of it.

There is one publisher in a Home Assistant, for the mirrors of all its meters. It alone knows what
stands retained on the broker, so that a topic is forgotten when its mirror no longer uses it: also
when the broker is away at that moment, when Home Assistant restarts before it is back, and when
another entry has begun to use the topic meanwhile.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .broker import EXPIRY, Broker, Message

_STORE_VERSION: Final = 1
_SAVE_AFTER: Final = 5.0
"""Seconds in which topics that were emptied are written together."""
_REPEAT: Final = timedelta(minutes=10)
"""Well within `EXPIRY`: the time between two publications of what would otherwise expire."""
PATIENCE: Final = 3.0
"""Seconds that a broker gets to take the last messages while others wait."""


class Publisher:
    """The messages of all mirrors of one Home Assistant, on their way to its broker."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store: Store[dict[str, str | None]] = Store(hass, _STORE_VERSION, f"{DOMAIN}.mirror")
        self._loading = asyncio.Lock()
        self._is_loaded = False
        self._has_news = False
        self._owners: dict[str, str | None] = {}  # retained topic -> entry; None: to be emptied
        self._retained: dict[str, Message] = {}  # the newest message of each retained topic
        self._undelivered: set[str] = set()  # retained topics of which the broker lacks the newest
        self._in_order: deque[Message] = deque()
        self._newest: dict[str, Message] = {}
        self._is_filled, self._is_idle = asyncio.Event(), asyncio.Event()
        self._is_idle.set()
        self._users: set[str] = set()
        self._broker = Broker(hass, self._connected, self._disconnected)
        self._worker: asyncio.Task[None] | None = None
        self._closers: list[CALLBACK_TYPE] = []

    async def async_join(self, entry_id: str, topics: Collection[str]) -> None:
        """Let a mirror publish; of what it had on the broker, only these topics stay."""
        await self._load(entry_id)
        self._users.add(entry_id)
        self.keep_only(entry_id, topics)
        self._open()

    async def async_leave(self, entry_id: str) -> None:
        """Let a mirror go, once what it has said is delivered or the broker seems not to listen."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._is_idle.wait()
        except TimeoutError:
            pass  # what is retained is delivered when the broker is back
        self._users.discard(entry_id)
        self._close_if_done()

    @callback
    def put(self, entry_id: str, message: Message, *, in_order: bool = False) -> None:
        """Publish a message.

        Messages `in_order` all arrive, before the others; of the others only the newest of each
        topic. Without a broker, the newest retained message of each topic waits for it.
        """
        if message.retain:
            self._own(message.topic, entry_id if message.payload else None)
            self._retained[message.topic] = message
            self._undelivered.add(message.topic)
        if self._worker is None:
            return
        if in_order:
            self._in_order.append(message)
            self._newest.pop(message.topic, None)  # older, and would arrive after it
        else:
            self._newest[message.topic] = message
        self._is_idle.clear()
        self._is_filled.set()

    @callback
    def keep_only(self, entry_id: str, topics: Collection[str]) -> None:
        """Have the broker forget all retained topics of an entry but these."""
        for topic in sorted(one for one, owner in self._owners.items() if owner == entry_id):
            if topic not in topics:
                self.put(entry_id, _emptying(topic), in_order=True)

    async def _load(self, entry_id: str) -> None:
        """Read what earlier runs have left on the broker; an entry gone meanwhile owns nothing."""
        async with self._loading:
            if not self._is_loaded:
                self._owners |= await self._store.async_load() or {}
                entries = {entry.entry_id for entry in self._hass.config_entries.async_entries()}
                for topic, owner in self._owners.items():
                    if owner not in entries:
                        self._owners[topic] = None
                        self._retained[topic] = _emptying(topic)
                        self._undelivered.add(topic)
                self._is_loaded = True
            # Once there was a store for each entry.
            former: Store[list[str]] = Store(self._hass, 1, f"{DOMAIN}.{entry_id}.retained")
            if topics := await former.async_load():
                for topic in topics:
                    self._own(topic, entry_id)
                await self._save()
            await former.async_remove()

    def _own(self, topic: str, owner: str | None) -> None:
        if self._owners.get(topic, "") != owner:
            self._owners[topic] = owner
            self._has_news = True

    async def _save(self) -> None:
        self._has_news = False
        if self._owners:
            await self._store.async_save(self._owners)
        else:
            await self._store.async_remove()

    def _open(self) -> None:
        if not self._closers:
            self._closers = [
                self._broker.stop,
                async_track_time_interval(
                    self._hass, self._repeat, _REPEAT, cancel_on_shutdown=True
                ),
            ]
            self._broker.watch()

    def _close_if_done(self) -> None:
        """Stop when nobody publishes and the broker has everything."""
        if self._users or self._undelivered or not self._is_idle.is_set():
            return
        while self._closers:
            self._closers.pop()()
        self._disconnected()

    @callback
    def _connected(self) -> None:
        """Publish what is retained anew: a broker may come back without what it had kept."""
        self._disconnected()
        self._in_order.extend(self._retained.values())
        self._undelivered.update(self._retained)
        if self._in_order:
            self._is_idle.clear()
            self._is_filled.set()
        # Not at once: the client first sends again what the broker before had not acknowledged.
        self._worker = self._hass.async_create_background_task(
            self._work(), f"{DOMAIN} mirror", eager_start=False
        )

    @callback
    def _disconnected(self) -> None:
        """Drop what waits: it will be old when there is a connection again."""
        self._in_order.clear()
        self._newest.clear()
        self._is_idle.set()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    @callback
    def _repeat(self, _now: datetime) -> None:
        for topic, message in self._retained.items():
            if message.expiry == EXPIRY and self._owners.get(topic) in self._users:
                self.put(self._owners[topic] or "", message)

    async def _work(self) -> None:
        while True:
            while not self._in_order and not self._newest:
                self._is_filled.clear()
                self._is_idle.set()
                if not self._users:
                    self._hass.loop.call_soon(self._close_if_done)
                await self._is_filled.wait()
            if self._in_order:
                await self._send(self._in_order.popleft())
            else:
                await self._send(self._newest.pop(next(iter(self._newest))))

    async def _send(self, message: Message) -> None:
        """Deliver a message; its topic is written down first, so that a crash does not lose it."""
        if message.retain and message.payload and self._has_news:
            await self._save()
        is_delivered = await self._broker.publish(message)
        if not is_delivered or self._retained.get(message.topic) is not message:
            return
        self._undelivered.discard(message.topic)
        if not message.payload:
            del self._owners[message.topic], self._retained[message.topic]
            if self._owners:
                self._store.async_delay_save(self._data, _SAVE_AFTER)
            else:
                await self._save()

    def _data(self) -> dict[str, Any]:
        return self._owners


_PUBLISHER: Final[HassKey[Publisher]] = HassKey(f"{DOMAIN}.publisher")


@callback
def publisher_of(hass: HomeAssistant) -> Publisher:
    """Give the one publisher of a Home Assistant."""
    if (publisher := hass.data.get(_PUBLISHER)) is None:
        publisher = hass.data[_PUBLISHER] = Publisher(hass)
    return publisher


def _emptying(topic: str) -> Message:
    return Message(topic, "", 1, retain=True)
