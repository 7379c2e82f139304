"""Home Assistant's own connection to an MQTT broker.

It knows that MQTT may not be set up, not yet, or no longer; it does not know what is said. A broker
that is not there is no error here: nothing is raised and nothing is logged.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Final, NamedTuple

from homeassistant.const import EVENT_COMPONENT_LOADED
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import EventComponentLoaded

_MQTT: Final = "mqtt"
EXPIRY: Final = 3600
"""Seconds after which a broker that speaks MQTT 5 forgets a retained message by itself, so that a
Home Assistant that died, or lost its broker, does not leave `online` behind for ever."""


class Message(NamedTuple):
    """One publication; a retained one that is empty makes the broker forget its topic."""

    topic: str
    payload: str
    qos: int = 0
    retain: bool = False
    expiry: int = EXPIRY


class Broker:
    """The connection; `on_connect` is called when it is there, `on_disconnect` when it is lost."""

    def __init__(
        self,
        hass: HomeAssistant,
        on_connect: Callable[[], None],
        on_disconnect: Callable[[], None] = lambda: None,
    ) -> None:
        self._hass = hass
        self._on_connect = on_connect
        self._on_disconnect = on_disconnect
        self._closer: CALLBACK_TYPE | None = None
        self._knows_expiry = True

    @property
    def is_connected(self) -> bool:
        """Whether what is published now has somebody to go to."""
        mqtt = self._component
        try:
            return mqtt is not None and bool(mqtt.is_connected(self._hass))
        except KeyError:  # loaded for its actions, without a broker
            return False

    @property
    def _component(self) -> ModuleType | None:
        """The MQTT component, once Home Assistant has set it up."""
        if _MQTT not in self._hass.config.components:
            return None
        from homeassistant.components import mqtt  # noqa: PLC0415 - heavy, and may be unused

        return mqtt

    @callback
    def watch(self) -> None:
        """Tell of the connection from now on, first of all if it is there."""
        mqtt = self._component
        if mqtt is None:
            self._closer = self._hass.bus.async_listen(
                EVENT_COMPONENT_LOADED, self._component_loaded, event_filter=_is_mqtt
            )
            return
        self._closer = mqtt.async_subscribe_connection_status(self._hass, self._handle_connection)
        if self.is_connected:
            self._on_connect()

    @callback
    def stop(self) -> None:
        """Tell no more."""
        if self._closer is not None:
            self._closer()
            self._closer = None

    @callback
    def _handle_connection(self, connected: bool) -> None:  # noqa: FBT001 - Home Assistant's call
        if connected:
            self._knows_expiry = True  # until it says otherwise
            self._on_connect()
        else:
            self._on_disconnect()

    @callback
    def _component_loaded(self, _event: Event[EventComponentLoaded]) -> None:
        self.stop()
        self.watch()

    async def publish(self, message: Message) -> bool:
        """Publish, and wait for the broker; whether it was there all along.

        Without the first look at the connection a message of QoS 1 or 2 would be kept by the
        client, and be sent after newer ones when the broker is back. The second one is for a
        broker that never answered: Home Assistant gives up waiting without a word to us.
        """
        mqtt = self._component
        if mqtt is None or not self.is_connected:
            return False
        *what, expiry = message
        expires = message.retain and message.payload and self._knows_expiry
        try:
            if expires:
                await mqtt.async_publish(self._hass, *what, message_expiry_interval=expiry)
            else:
                await mqtt.async_publish(self._hass, *what)
        except ServiceValidationError:  # MQTT 3.1.1 knows no expiry
            self._knows_expiry = False
            return await self.publish(message) if expires else False
        except HomeAssistantError, ValueError:  # lost this instant; a topic that cannot be
            return False
        return self.is_connected


@callback
def _is_mqtt(data: EventComponentLoaded) -> bool:
    return data["component"] == _MQTT
