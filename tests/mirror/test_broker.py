"""A broker that is not there."""

from homeassistant.core import HomeAssistant

from custom_components.linky_tic.mirror.broker import Broker, Message


async def test_there_is_no_broker_before_mqtt_is_set_up(hass: HomeAssistant) -> None:
    broker = Broker(hass, lambda: None)
    assert not broker.is_connected
    assert not await broker.publish(Message("a", "1"))
