"""Publishes the messages of all mirrors, and clears their retained topics when no longer used.

There is one publisher for all meters of a Home Assistant. It stores which topics are retained, so
that they are cleared even if the broker is not connected at that moment, or Home Assistant restarts
before it is. A topic that another entry has begun to use meanwhile is not cleared. If there is no
broker, nothing is raised or logged.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from homeassistant.components import mqtt
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_PROTOCOL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

_STORE_VERSION: Final = 1
EXPIRY: Final = 3600
"""Seconds after which an MQTT 5 broker deletes a retained message, so that `online` does not stay
for ever after Home Assistant has crashed or lost its connection."""
_INTERVAL: Final = timedelta(minutes=10)
"""How often messages that would expire are published again: well within `EXPIRY`."""
_MQTT_5: Final = "5"
"""MQTT 5 as the protocol in the entry of the MQTT integration."""
FLUSH_TIMEOUT: Final = 3.0
"""Seconds to wait for the broker when an entry is unloaded or removed."""


class Message(NamedTuple):
    """One message; a retained one with an empty payload clears its topic on the broker."""

    topic: str
    payload: str
    qos: int
    retain: bool
    expiry: int = EXPIRY
    will: str = ""
    """What is published in its place when MQTT is unloaded."""


@dataclass(slots=True)
class _Topic:
    """A topic of which the broker retains a message."""

    owner: str
    """The id of its entry."""
    newest: Message | None = None
    """The newest message; None while it is one of an earlier run."""


class Publisher:
    """Queues the messages of all mirrors, and delivers them to the broker."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store: Store[dict[str, str]] = Store(hass, _STORE_VERSION, f"{DOMAIN}.mirror")
        self._stored: dict[str, str] = {}  # topic -> owner, as last stored
        self._topics: dict[str, _Topic] = {}
        self._waiting: dict[str, Message] = {}  # topic -> message not delivered yet
        self._worker: asyncio.Task[None] | None = None

    async def async_load(self) -> None:
        """Load which topics are retained, and clear those whose entry no longer exists."""
        self._stored = await self._store.async_load() or {}
        self._topics = {topic: _Topic(owner) for topic, owner in self._stored.items()}
        entries = {entry.entry_id for entry in self._hass.config_entries.async_entries()}
        for topic, owner in self._stored.items():
            if owner not in entries:  # it may be None in files of older releases
                self._clear(topic)
        async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._handle_entry)
        mqtt.async_subscribe_connection_status(self._hass, self._handle_connection)
        async_track_time_interval(self._hass, self._republish, _INTERVAL, cancel_on_shutdown=True)

    async def async_register(self, entry_id: str, topics: Collection[str] = ()) -> None:
        """Register an entry, and clear all its retained topics except `topics`."""
        # Older releases have a store for each entry.
        former: Store[list[str]] = Store(self._hass, 1, f"{DOMAIN}.{entry_id}.retained")
        if left := await former.async_load():
            self._topics |= {topic: _Topic(entry_id) for topic in left}
            await self._save()
        await former.async_remove()
        self.clear_topics_except(entry_id, topics)

    async def async_flush(self) -> None:
        """Wait until the broker has all messages, but at most `FLUSH_TIMEOUT`."""
        if self._worker is not None:
            await asyncio.wait((self._worker,), timeout=FLUSH_TIMEOUT)

    @callback
    def publish(self, entry_id: str, message: Message) -> None:
        """Queue a message; it replaces an older one of its topic that is not delivered yet.

        A retained message waits for a connection, and is not published again if unchanged. Others
        are dropped if there is no connection.
        """
        if message.retain:
            topic = self._topics.setdefault(message.topic, _Topic(entry_id))
            topic.owner = entry_id
            if topic.newest == message:
                return
            topic.newest = message
        elif not self._is_connected:
            return
        self._waiting[message.topic] = message
        self._start_worker()

    @callback
    def clear_topics_except(self, entry_id: str, topics: Collection[str]) -> None:
        """Clear all retained topics of an entry except `topics`."""
        for name in sorted(self._topics.keys() - topics):
            if self._topics[name].owner == entry_id:
                self._clear(name)

    def _clear(self, name: str) -> None:
        """Clear a topic, with the QoS of its last message, but at least 1.

        With a lower QoS it could overtake that one: delivery with QoS 2 takes one more round trip.
        """
        topic = self._topics[name]
        qos = max(1, topic.newest.qos) if topic.newest else 1
        self.publish(topic.owner, Message(name, "", qos, retain=True))

    @property
    def _owners(self) -> dict[str, str]:
        return {name: topic.owner for name, topic in self._topics.items()}

    @property
    def _retained(self) -> dict[str, Message]:
        """The newest message of each topic, but for topics of an earlier run."""
        return {name: topic.newest for name, topic in self._topics.items() if topic.newest}

    async def _save(self) -> None:
        if owners := self._owners:
            await self._store.async_save(owners)
        else:
            await self._store.async_remove()
        self._stored = owners

    @property
    def _is_connected(self) -> bool:
        """Whether MQTT is connected to a broker."""
        try:
            return bool(mqtt.is_connected(self._hass))
        except KeyError:  # MQTT is not set up, or has no entry
            return False

    @callback
    def _handle_connection(self, _connected: bool) -> None:  # noqa: FBT001 - Home Assistant calls
        """Queue all retained messages again, since the broker may have lost them.

        Other messages are dropped: they will be outdated once there is a connection.
        """
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        self._waiting = self._retained
        self._start_worker()

    @callback
    def _handle_entry(self, _change: object, entry: ConfigEntry) -> None:
        """Publish the wills when MQTT is unloaded."""
        if entry.domain == mqtt.DOMAIN and entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
            for one in self._retained.values():
                if one.will:
                    last = self._deliver(one._replace(payload=one.will))
                    self._hass.async_create_task(last, f"{DOMAIN} last word")

    @callback
    def _republish(self, _now: datetime) -> None:
        for topic, message in self._retained.items():
            if message.expiry == EXPIRY:
                self._waiting.setdefault(topic, message)
        self._start_worker()

    def _start_worker(self) -> None:
        """Start delivering the queued messages, unless it is being done.

        Not eagerly: after a connection, the client first resends unacknowledged messages.
        """
        is_idle = self._worker is None or self._worker.done()
        if is_idle and self._waiting and self._is_connected:
            self._worker = self._hass.async_create_background_task(
                self._publish_waiting(), f"{DOMAIN} mirror", eager_start=False
            )

    async def _publish_waiting(self) -> None:
        while self._waiting or self._stored != self._owners:
            if not self._waiting:
                await self._save()
                continue
            topic, message = next(iter(self._waiting.items()))
            if message.retain and self._stored.get(topic) != self._topics[topic].owner:
                await self._save()  # before it is published, so that a crash does not lose it
            is_delivered = await self._deliver(message)
            if not self._is_connected:
                return  # `_handle_connection` starts again
            if self._waiting.get(topic) is not message:
                continue  # a newer message was queued meanwhile
            del self._waiting[topic]
            if is_delivered and message.retain and not message.payload:
                del self._topics[topic]

    async def _deliver(self, message: Message) -> bool:
        """Publish a message and wait for the broker; return whether it was accepted."""
        topic, payload, qos, retain, seconds, _ = message
        expiry = seconds if retain and payload and self._supports_expiry else None
        try:
            await mqtt.async_publish(
                self._hass, topic, payload, qos, retain, message_expiry_interval=expiry
            )
        except HomeAssistantError:  # the connection was just lost
            return False
        except ValueError:  # an invalid topic: there is nothing to clear
            return not payload
        return True

    @property
    def _supports_expiry(self) -> bool:
        """Whether MQTT 5 is used, which has an expiry of messages."""
        entries = self._hass.config_entries.async_loaded_entries(mqtt.DOMAIN)
        return any(entry.data.get(CONF_PROTOCOL) == _MQTT_5 for entry in entries)


_PUBLISHER: Final[HassKey[Publisher]] = HassKey(f"{DOMAIN}.publisher")


@singleton(_PUBLISHER, async_=True)
async def async_publisher(hass: HomeAssistant) -> Publisher:
    """Return the publisher of this Home Assistant; it is created on the first call."""
    publisher = Publisher(hass)
    await publisher.async_load()
    return publisher


async def async_clear_topics(hass: HomeAssistant, entry_id: str) -> None:
    """Clear all retained topics of an entry, now or once the broker is connected."""
    publisher = await async_publisher(hass)
    await publisher.async_register(entry_id)
    await publisher.async_flush()
