"""The messages that the publisher passes to the MQTT integration, without a broker."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

from homeassistant.components import mqtt
from homeassistant.components.mqtt.const import MQTT_CONNECTION_STATE
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.linky_tic.mirror import publisher
from custom_components.linky_tic.mirror.publisher import Message, Publisher, async_publisher
from simulator.wire import to_8n1

from ..mqtt_house import mirrored, new_entry
from ..tic.streams import standard

STORE: Final = "linky_tic.mirror"
STATUS: Final = Message("state", "online", 1, retain=True, will="offline")
WILL: Final = ("state", "offline", 1, True, None)


def retained_messages(hass: HomeAssistant) -> dict[str, Message]:
    return hass.data[publisher._PUBLISHER]._retained


class Asked:
    """A fake MQTT connection: keeps the messages, and what was stored at the time, or raises."""

    def __init__(self, hass: HomeAssistant, storage: dict[str, Any]) -> None:
        self.entry = MockConfigEntry(domain="mqtt", data={"protocol": "3.1.1"})
        self.entry.add_to_hass(hass)
        self.entry.mock_state(hass, ConfigEntryState.LOADED)
        self.error: Exception | None = None
        self.is_connected = True
        self.messages: list[tuple[object, ...]] = []
        self.stored: list[object] = []
        self._hass = hass
        self._storage = storage

    async def publish(self, _hass: HomeAssistant, *message: object, **how: object) -> None:
        self.messages.append((*message, how["message_expiry_interval"]))
        self.stored.append(self._storage.get(STORE, {}).get("data"))
        if self.error:
            raise self.error

    def connect(self) -> None:
        async_dispatcher_send(self._hass, MQTT_CONNECTION_STATE, True)  # noqa: FBT003 - as MQTT does

    def turn_off(self) -> None:
        self.entry.mock_state(self._hass, ConfigEntryState.UNLOAD_IN_PROGRESS)

    def speak(self, protocol: str) -> None:
        self._hass.config_entries.async_update_entry(self.entry, data={"protocol": protocol})


@pytest.fixture
async def asked(
    hass: HomeAssistant, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Asked]:
    asked = Asked(hass, hass_storage)
    monkeypatch.setattr(mqtt, "async_publish", asked.publish)
    monkeypatch.setattr(mqtt, "is_connected", lambda _hass: asked.is_connected)
    yield asked
    asked.entry.mock_state(hass, ConfigEntryState.NOT_LOADED)


@pytest.mark.parametrize(
    ("protocol", "message", "expiry"),
    [
        ("5", Message("t", "x", 0, retain=True), 3600),
        ("5", Message("t", "x", 2, retain=True, expiry=86_400), 86_400),
        ("5", Message("t", "x", 0, retain=False), None),
        ("5", Message("t", "", 1, retain=True), None),
        ("3.1.1", Message("t", "x", 0, retain=True), None),
    ],
)
async def test_only_retained_messages_expire_and_only_with_mqtt_5(
    hass: HomeAssistant, asked: Asked, protocol: str, message: Message, expiry: int | None
) -> None:
    asked.speak(protocol)
    assert await Publisher(hass)._deliver(message) is True
    assert asked.messages == [(*message[:4], expiry)]


@pytest.mark.parametrize(
    ("error", "payload", "is_delivered"),
    [
        (HomeAssistantError("not connected"), "", False),
        (ValueError("no topic"), "x", False),
        (ValueError("no topic"), "", True),
    ],
)
async def test_a_message_that_is_not_accepted_is_reported(
    hass: HomeAssistant, asked: Asked, error: Exception, payload: str, *, is_delivered: bool
) -> None:
    asked.error = error
    message = Message("t", payload, 1, retain=True)
    assert await Publisher(hass)._deliver(message) is is_delivered


async def test_a_topic_is_stored_before_anything_is_retained_there_and_forgotten_after(
    hass: HomeAssistant, asked: Asked, hass_storage: dict[str, Any]
) -> None:
    one = await async_publisher(hass)
    one.publish("entry", Message("t", "x", 0, retain=True))
    one.publish("entry", Message("loud", "x", 0, retain=False))
    await one.async_flush()
    one.publish("entry", Message("loud", "y", 0, retain=False))
    assert len(asked.messages) == 2  # not at once
    await one.async_flush()
    one.publish("entry", Message("t", "y", 0, retain=True))
    await one.async_flush()
    assert asked.stored == 4 * [{"t": "entry"}]
    one.clear_topics_except("another", ())
    one.clear_topics_except("entry", ("t",))
    assert not one._waiting
    one.clear_topics_except("entry", ())
    await one.async_flush()
    assert asked.messages[4:] == [("t", "", 1, True, None)]
    assert (one._topics, STORE in hass_storage) == ({}, False)


async def test_topics_of_removed_entries_are_cleared_at_a_start(
    hass: HomeAssistant, asked: Asked, hass_storage: dict[str, Any]
) -> None:
    mine = new_entry(hass)
    owners = {"a": mine.entry_id, "b": "removed", "c": None}
    hass_storage[STORE] = {"version": 1, "key": STORE, "data": owners}
    await (await async_publisher(hass)).async_flush()
    assert sorted(asked.messages) == [("b", "", 1, True, None), ("c", "", 1, True, None)]
    assert hass_storage[STORE]["data"] == {"a": mine.entry_id}


async def test_the_will_of_a_topic_in_use_is_published_when_mqtt_is_unloaded(
    hass: HomeAssistant, asked: Asked
) -> None:
    one = await async_publisher(hass)
    one.publish("entry", STATUS)
    one.publish("off", STATUS._replace(topic="elsewhere"))
    one.clear_topics_except("off", ())
    await one.async_flush()
    asked.messages.clear()
    asked.turn_off()
    await hass.async_block_till_done()
    assert asked.messages == [WILL]
    asked.entry.mock_state(hass, ConfigEntryState.NOT_LOADED)
    await hass.async_block_till_done()
    assert len(asked.messages) == 1


async def test_retained_messages_wait_for_a_connection_and_are_published_again_at_each(
    hass: HomeAssistant, asked: Asked
) -> None:
    one = await async_publisher(hass)
    asked.is_connected = False
    one.publish("entry", Message("t", "x", 0, retain=True))
    one.publish("entry", Message("loud", "x", 0, retain=False))
    await one.async_flush()
    assert asked.messages == []
    asked.is_connected = True
    for _ in range(2):
        asked.messages.clear()
        asked.connect()
        await one.async_flush()
        assert asked.messages == [("t", "x", 0, True, None)]


async def test_an_entry_of_mqtt_that_is_new_gets_the_wills_too(
    hass: HomeAssistant, asked: Asked
) -> None:
    one = await async_publisher(hass)
    one.publish("entry", STATUS)
    await one.async_flush()
    new = MockConfigEntry(domain="mqtt", data={})
    new.add_to_hass(hass)
    new.mock_state(hass, ConfigEntryState.UNLOAD_IN_PROGRESS)
    await hass.async_block_till_done()
    assert asked.messages[1:] == [WILL]


async def test_messages_that_would_expire_are_published_again_after_ten_minutes(
    hass: HomeAssistant, asked: Asked
) -> None:
    before = dt_util.utcnow()
    one = await async_publisher(hass)
    after = dt_util.utcnow()
    one.publish("entry", Message("t", "x", 0, retain=True))
    one.publish("entry", Message("data", "x", 0, retain=True, expiry=86_400))
    await one.async_flush()
    for moment, count in (
        (before + timedelta(seconds=599), 2),
        (after + timedelta(seconds=601), 3),
    ):
        async_fire_time_changed(hass, moment)
        await one.async_flush()
        assert len(asked.messages) == count
    assert asked.messages[-1][0] == "t"


async def test_topics_in_the_store_of_an_older_release_are_taken_over_without_a_broker(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    key = "linky_tic.entry.retained"
    hass_storage[key] = {"version": 1, "key": key, "data": ["a", "b"]}
    one = await async_publisher(hass)
    await one.async_register("entry", ["a"])
    assert one._worker is None
    assert one._retained == {"b": Message("b", "", 1, retain=True)}
    assert hass_storage[STORE]["data"] == {"a": "entry", "b": "entry"}
    assert key not in hass_storage


async def test_how_each_message_of_a_mirror_is_published(hass: HomeAssistant) -> None:
    options = {"mirror_per_label": True, "mirror_discovery": True, "mirror_interval": 30}
    async with mirrored(hass, new_entry(hass, **options)) as house:
        house.heard(5)
        retained = retained_messages(hass)
        base = f"linky_tic/{house.address}"
        how = {topic: (one.qos, one.retain, one.expiry) for topic, one in retained.items()}
    announced = f"homeassistant/device/linky_tic_{house.address}/config"
    assert how.pop(base) == (0, True, 86_430)
    assert how.pop(f"{base}/availability") == (1, True, 3600)
    assert how.pop(announced) == (1, True, 3600)
    assert f"{base}/EAST" in how
    assert set(how.values()) == {(0, True, 3600)}


async def test_a_frame_is_published_when_the_interval_is_over_to_the_second(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mirrored(hass, new_entry(hass, mirror_interval=30)) as house:
        seen = []
        now = hass.loop.time()
        with monkeypatch.context() as clock:
            for seconds in (0, 29.5, 30, 59.5, 60):
                clock.setattr(hass.loop, "time", lambda at=now + seconds: at)
                house.heard(5, SINSTS=f"{500 + int(seconds):05}")
                payload = retained_messages(hass)[f"linky_tic/{house.address}"].payload
                seen.append(payload[payload.index('"SINSTS":{"value":') + 18 :][:3])
    assert seen == ["500", "500", "530", "530", "560"]


@pytest.mark.parametrize("name", ["linky-sensor", "teleinfo2mqtt"])
async def test_a_frame_that_lacks_its_start_or_its_end_is_not_published(
    hass: HomeAssistant, name: str
) -> None:
    options = {"mirror_format": name, "mirror_topic": "whole", "mirror_retain": True}
    async with mirrored(hass, new_entry(hass, **options)) as house:
        house.heard(5)
        before = retained_messages(hass)["whole"]
        whole = standard(("SINSTS", "00999"), ("VTIC", "02"), address=house.address)
        for part in (whole[40:], whole[:-1] + b"\x04"):
            house.feed(to_8n1(part))
            assert retained_messages(hass)["whole"] == before
        house.feed(to_8n1(whole))
        assert "00999" in retained_messages(hass)["whole"].payload


async def test_labels_that_the_gate_holds_are_not_waited_for_after_three_whole_frames(
    hass: HomeAssistant,
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        topic = f"linky_tic/{house.address}"
        house.heard(5)
        for _ in range(2):
            hass.data[publisher._PUBLISHER]._topics.pop(topic)
            house.signals.lost.send()
            known = ["ADSC", "PREF"]
            house.heard(2, known=known)
            assert topic not in retained_messages(hass)
            house.heard(1, known=known)
            assert '"PREF"' in retained_messages(hass)[topic].payload
            assert '"EAST"' not in retained_messages(hass)[topic].payload
