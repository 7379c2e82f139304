"""What goes to the MQTT broker, and what the broker keeps of it.

There is one publisher in a Home Assistant, for the mirrors of all its meters. It alone knows what
stands retained on the broker, so that a topic is forgotten when its mirror no longer uses it: also
when the broker is away at that moment, when Home Assistant restarts before it is back, and when
another entry has begun to use the topic meanwhile. A broker that is not there is no error: nothing
is raised and nothing is logged.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_PROTOCOL
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

_STORE_VERSION: Final = 1
EXPIRY: Final = 3600
"""Seconds after which a broker that speaks MQTT 5 forgets a retained message by itself, so that a
Home Assistant that died, or lost its broker, does not leave `online` behind for ever."""
_INTERVAL: Final = timedelta(minutes=10)
"""Well within `EXPIRY`: the time between two publications of what would otherwise expire."""
_MQTT_5: Final = "5"
"""The protocol, as Home Assistant's MQTT integration stores it."""
FLUSH_TIMEOUT: Final = 3.0
"""Seconds that a broker gets to take the last messages while others wait."""

type _Owners = dict[str, str | None]
"""Retained topic -> entry; None, in a file of before, for one that is to be emptied."""


class Message(NamedTuple):
    """One publication; a retained one that is empty makes the broker forget its topic."""

    topic: str
    payload: str
    qos: int
    retain: bool
    expiry: int = EXPIRY


class Publisher:
    """The messages of all mirrors of one Home Assistant, on their way to its broker."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store: Store[_Owners] = Store(hass, _STORE_VERSION, f"{DOMAIN}.mirror")
        self._owners: _Owners = {}
        self._stored: _Owners = {}  # the same, as the file has it
        self._retained: dict[str, Message] = {}  # the newest message of each retained topic
        self._waiting: dict[str, Message] = {}  # of each topic, what the broker does not have yet
        self._worker: asyncio.Task[None] | None = None
        self._final_messages: dict[str, Message] = {}  # entry -> what is true without MQTT
        self._watched: set[str] = set()  # the entries of MQTT

    async def async_load(self) -> None:
        """Read what earlier runs have left on the broker, and empty what nobody owns now."""
        self._stored = await self._store.async_load() or {}
        self._owners = dict(self._stored)
        entries = {entry.entry_id for entry in self._hass.config_entries.async_entries()}
        for topic, owner in self._stored.items():
            if owner not in entries:
                self.publish("", self._clearing_message(topic))
        self._watch_mqtt_entries()
        mqtt.async_subscribe_connection_status(self._hass, self._handle_connection)
        async_track_time_interval(self._hass, self._republish, _INTERVAL, cancel_on_shutdown=True)

    async def async_register(
        self, entry_id: str, topics: Collection[str] = (), final_message: Message | None = None
    ) -> None:
        """Let a mirror publish; of what it had on the broker, only these topics stay.

        Its last word is said when MQTT is turned off.
        """
        self._final_messages.pop(entry_id, None)
        if final_message:
            self._final_messages[entry_id] = final_message
        # Once there was a store for each entry.
        former: Store[list[str]] = Store(self._hass, 1, f"{DOMAIN}.{entry_id}.retained")
        if left := await former.async_load():
            self._owners |= dict.fromkeys(left, entry_id)
            await self._save()
        await former.async_remove()
        self.clear_topics_except(entry_id, topics)

    async def async_flush(self) -> None:
        """Wait until the broker has everything, or seems not to listen."""
        if self._worker is not None:
            await asyncio.wait((self._worker,), timeout=FLUSH_TIMEOUT)

    @callback
    def publish(self, entry_id: str, message: Message) -> None:
        """Publish a message, in the place of an older one of its topic that still waits.

        Without a broker, the newest retained message of each topic waits for it; what says the same
        again is not published.
        """
        if message.retain:
            self._owners[message.topic] = entry_id
            if self._retained.get(message.topic) == message:
                return
            self._retained[message.topic] = message
        elif not self._is_connected:
            return
        self._waiting[message.topic] = message
        self._start_worker()

    @callback
    def clear_topics_except(self, entry_id: str, topics: Collection[str]) -> None:
        """Have the broker forget all retained topics of an entry but these."""
        for topic in sorted(one for one, owner in self._owners.items() if owner == entry_id):
            if topic not in topics:
                self.publish(entry_id, self._clearing_message(topic))

    def _clearing_message(self, topic: str) -> Message:
        """Give what makes the broker forget a topic, in the quality of what may be on its way.

        The broker takes a message of quality 2 up later than one of quality 1 that follows it.
        """
        former = self._retained.get(topic)
        return Message(topic, "", max(1, former.qos if former else 1), retain=True)

    async def _save(self) -> None:
        owners = dict(self._owners)
        if owners:
            await self._store.async_save(owners)
        else:
            await self._store.async_remove()
        self._stored = owners

    @property
    def _is_connected(self) -> bool:
        """Whether what is published now has somebody to go to."""
        try:
            return bool(mqtt.is_connected(self._hass))
        except KeyError:  # not set up, or for its actions alone, without a broker
            return False

    @callback
    def _handle_connection(self, _connected: bool) -> None:  # noqa: FBT001 - Home Assistant calls
        """Publish what is retained anew: a broker may come back without what it had kept.

        The rest is dropped: it will be old when there is a connection again.
        """
        self._watch_mqtt_entries()
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None
        self._waiting = dict(self._retained)
        self._start_worker()

    def _watch_mqtt_entries(self) -> None:
        """Say the last words when MQTT is turned off: it still delivers what is said at once."""
        for entry in self._hass.config_entries.async_entries(mqtt.DOMAIN):
            if entry.entry_id not in self._watched:
                self._watched.add(entry.entry_id)
                entry.async_on_state_change(partial(self._handle_state, entry))

    @callback
    def _handle_state(self, entry: ConfigEntry) -> None:
        if entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
            for message in self._final_messages.values():
                self._hass.async_create_task(self._deliver(message), f"{DOMAIN} last word")

    @callback
    def _republish(self, _now: datetime) -> None:
        for topic, message in self._retained.items():
            if message.expiry == EXPIRY:
                self._waiting.setdefault(topic, message)
        self._start_worker()

    def _start_worker(self) -> None:
        """Deliver what waits.

        Not at once: the client first sends again what the broker before had not acknowledged.
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
            if message.retain and self._stored.get(topic) != self._owners[topic]:
                await self._save()  # first, so that a crash does not lose it
            is_delivered = await self._deliver(message)
            if not self._is_connected:
                return  # it goes on when the broker is back
            if self._waiting.get(topic) is not message:
                continue  # there is a newer one
            del self._waiting[topic]
            if is_delivered and message.retain and not message.payload:
                del self._owners[topic], self._retained[topic]

    async def _deliver(self, message: Message) -> bool:
        """Publish, and wait for the broker; whether it has taken the message."""
        topic, payload, qos, retain, seconds = message
        expiry = seconds if retain and payload and self._supports_expiry else None
        try:
            await mqtt.async_publish(
                self._hass, topic, payload, qos, retain, message_expiry_interval=expiry
            )
        except HomeAssistantError:  # lost this instant
            return False
        except ValueError:  # a topic that cannot be: nothing is there
            return not payload
        return True

    @property
    def _supports_expiry(self) -> bool:
        """Whether the broker is spoken to in MQTT 5."""
        entries = self._hass.config_entries.async_loaded_entries(mqtt.DOMAIN)
        return any(entry.data.get(CONF_PROTOCOL) == _MQTT_5 for entry in entries)


_PUBLISHER: Final[HassKey[Publisher]] = HassKey(f"{DOMAIN}.publisher")


@singleton(_PUBLISHER, async_=True)
async def async_publisher(hass: HomeAssistant) -> Publisher:
    """Give the one publisher of a Home Assistant."""
    publisher = Publisher(hass)
    await publisher.async_load()
    return publisher


async def async_clear_topics(hass: HomeAssistant, entry_id: str) -> None:
    """Leave nothing of an entry on the broker; one that is away is told when it is back."""
    publisher = await async_publisher(hass)
    await publisher.async_register(entry_id)
    await publisher.async_flush()
