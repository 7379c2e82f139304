"""The mirror on a real broker: what arrives there, what stays, and what happens without one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
import json
import os
from pathlib import Path
import signal

from homeassistant.components.mqtt import async_publish
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from paho.mqtt.enums import MQTTProtocolVersion
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_socket import enable_socket

from custom_components.linky_tic.mirror import (
    async_remove_topics,
    mirror as mirror_module,
    publisher as publisher_module,
)
from simulator.frames import Group, Writer

from ..e2e.broker import MOSQUITTO, PROTOCOL, Broker, Subscriber
from ..mqtt_house import House, connected, mirrored, new_entry, until

MONO = (Path(__file__).parents[1] / "data" / "mqtt" / "linky_sensor_mono.bin").read_bytes()
MONO_JSON = (Path(__file__).parents[1] / "data" / "mqtt" / "linky_sensor_mono.json").read_bytes()
VERSION = MQTTProtocolVersion.MQTTv5 if MOSQUITTO else MQTTProtocolVersion.MQTTv311


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    enable_socket()  # the harness has just refused all, and `_loopback` is for one test only
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant's MQTT client leaves one."""
    return True


@pytest.fixture
async def mqtt(hass: HomeAssistant, broker: Broker) -> AsyncIterator[MockConfigEntry]:
    async with connected(hass, broker.port) as entry:
        yield entry


class Seen:
    """What a subscriber has seen of one meter, by topic."""

    def __init__(self, subscriber: Subscriber, house: House) -> None:
        self._subscriber = subscriber
        self._base = f"linky_tic/{house.address}"

    def all(self, level: str = "") -> list[str]:
        topic = f"{self._base}{level}"
        return [payload.decode() for _, payload in self._subscriber.messages(topic)]

    def last(self, level: str = "") -> str:
        return next(reversed(self.all(level)), "")

    def topics(self) -> set[str]:
        """The levels below the meter's topic, of which the last message is not empty."""
        newest = dict(self._subscriber.messages())
        return {
            topic.removeprefix(self._base)
            for topic, payload in newest.items()
            if payload and topic.startswith(self._base)
        }


def restart(hass: HomeAssistant) -> None:
    """Forget what only a running Home Assistant knows of the broker."""
    hass.data.pop(publisher_module._PUBLISHER)


def newcomer(broker: Broker) -> Subscriber:
    return Subscriber(broker.port)


async def test_a_frame_is_published_and_kept_by_the_broker(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        house.heard(5)
        with newcomer(broker) as subscriber:
            seen = Seen(subscriber, house)
            await until(lambda: seen.topics() == {"", "/availability"})
            meter = json.loads(seen.last())
    assert meter["_meter"]["address"] == house.address
    assert meter["EAST"] == {"value": 12345678, "unit": "Wh"}
    assert list(meter) == ["_meter", "ADSC", "NGTF", "EAST", "PREF", "SINSTS", "STGE", "NJOURF+1"]


async def test_availability_follows_the_line_in_order(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            house.mirror.line(connected=False)
            house.mirror.line(connected=False)
            house.mirror.line(connected=True)
        await until(lambda: len(seen.all("/availability")) == 4)
    assert seen.all("/availability") == ["online", "offline", "online", "offline"]


def says(seen: Seen, power: int) -> bool:
    return f'"SINSTS":{{"value":{power},' in seen.last()


async def test_every_frame_is_published(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            for power in (500, 600, 700):
                house.heard(SINSTS=f"{power:05}")
                await until(partial(says, seen, power))


async def test_an_interval_is_kept_between_two_publications(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_interval=0.5)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            for _ in range(24):
                await asyncio.sleep(0.05)
                house.heard()
        await until(lambda: "offline" in seen.all("/availability"))
    assert 2 <= len(seen.all()) <= 4


async def test_a_first_json_waits_until_the_readings_are_those_of_a_whole_meter(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            for _ in range(5):
                house.heard()
                await asyncio.sleep(0.05)
        await until(lambda: "offline" in seen.all("/availability"))
    assert "EAST" in json.loads(seen.all()[0])


async def test_linky_sensor_consumers_get_its_bytes_and_its_status(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(hass, mirror_format="linky-sensor")
    hass.config_entries.async_update_entry(entry, unique_id="021976543210")
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            house.feed(MONO)
            await until(lambda: subscriber.newest("house/sensors/energy"))
        await until(lambda: len(subscriber.messages("house/probes/linky-sensor/status")) == 2)
    assert subscriber.newest("house/sensors/energy") == MONO_JSON
    status = [payload for _, payload in subscriber.messages("house/probes/linky-sensor/status")]
    assert status == [b"Connected", b"Connection Lost"]
    with newcomer(broker) as late:
        await until(lambda: late.newest("house/probes/linky-sensor/status") == b"Connection Lost")
        assert late.newest("house/sensors/energy") is None
    await async_remove_topics(hass, entry)


async def test_topics_may_be_chosen_and_data_be_retained(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(
        hass,
        mirror_format="linky-sensor",
        mirror_topic="cellar/meter",
        mirror_status_topic="cellar/state",
        mirror_retain=True,
    )
    async with mirrored(hass, entry) as house:
        house.heard()
        with newcomer(broker) as late:
            await until(lambda: late.newest("cellar/meter") and late.newest("cellar/state"))


async def test_teleinfo2mqtt_consumers_find_the_meter_on_its_topic(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_format="teleinfo2mqtt")) as house:
            house.heard()
            await until(lambda: subscriber.newest(f"teleinfo/{house.address}"))
        meter = json.loads(subscriber.newest(f"teleinfo/{house.address}") or "")
    assert meter["EAST"] == {"raw": "012345678", "value": 12345678}
    assert {one for one, _ in subscriber.messages() if house.address in one} == {
        f"teleinfo/{house.address}"
    }


async def test_half_a_frame_is_nothing_for_consumers_of_whole_ones(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_format="teleinfo2mqtt")) as house:
            whole = Writer("standard").frame([Group(*pair) for pair in house.groups.items()])
            house.feed(whole[40:])
            house.feed(whole)
            await until(lambda: subscriber.newest(f"teleinfo/{house.address}"))
    (payload,) = [text for _, text in subscriber.messages(f"teleinfo/{house.address}")]
    assert len(json.loads(payload)) == len(house.groups)


async def test_each_label_has_its_topic_when_asked_and_loses_it_when_it_vanishes(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    async with mirrored(hass, new_entry(hass, mirror_per_label=True)) as house:
        house.heard(5)
        with newcomer(broker) as late:
            seen = Seen(late, house)
            await until(lambda: "/NJOURF_plus_1" in seen.topics())
            assert {"/ADSC", "/NGTF", "/EAST", "/PREF", "/SINSTS", "/STGE"} < seen.topics()
            assert not {"/PRM", "/MSG1"} & seen.topics()
            assert seen.all("/EAST") == ["12345678"]
            house.heard(4, PREF=None, SINSTS="00500")
            await until(lambda: "/PREF" not in seen.topics())
            assert seen.all("/SINSTS") == ["450", "500"]
            assert seen.all("/EAST") == ["12345678"]


async def test_labels_that_are_not_retained_are_told_with_every_frame(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    options = {"mirror_per_label": True, "mirror_retain": False}
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, **options)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.all("/EAST"))
            told = len(seen.all("/EAST"))
            house.heard()
            await until(lambda: len(seen.all("/EAST")) == told + 1)
    with newcomer(broker) as late:
        await until(lambda: "/availability" in Seen(late, house).topics())
        assert Seen(late, house).topics() == {"/availability"}


async def test_a_label_of_an_earlier_run_is_emptied_when_it_does_not_come_back(
    hass: HomeAssistant,
    broker: Broker,
    mqtt: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = new_entry(hass, mirror_per_label=True)
    async with mirrored(hass, entry) as house:
        house.heard(5)
        await until(lambda: not house.mirror._publisher._undelivered)
    monkeypatch.setattr(mirror_module, "_FIRST_MINUTE", 0.1)
    with newcomer(broker) as subscriber:
        seen = Seen(subscriber, house)
        await until(lambda: "/PREF" in seen.topics())
        async with mirrored(hass, entry) as again:
            again.heard(5, PREF=None)
            await until(lambda: "online" in seen.all("/availability")[1:])
            assert "/PREF" in seen.topics()
            await asyncio.sleep(0.1)
            again.heard()
            await until(lambda: "/PREF" not in seen.topics())
            assert "/EAST" in seen.topics()


async def test_identifiers_and_messages_are_published_when_asked(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    options = {"mirror_private": True, "mirror_per_label": True}
    async with mirrored(hass, new_entry(hass, **options)) as house:
        house.heard(5)
        with newcomer(broker) as late:
            seen = Seen(late, house)
            await until(lambda: {"/PRM", "/MSG1"} < seen.topics())
            assert json.loads(seen.last())["PRM"] == {"value": "07612345678901"}


async def test_another_home_assistant_finds_the_meter_when_asked(
    hass: HomeAssistant, broker: Broker
) -> None:
    async with (
        connected(hass, broker.port, discovery=True),
        mirrored(hass, new_entry(hass, mirror_discovery=True)) as house,
    ):
        house.heard(5)
        await until(lambda: hass.states.get("sensor.linky_east"))
        house.heard(SINSTS="00500")
        await until(
            lambda: (state := hass.states.get("sensor.linky_sinsts")) and state.state == "500"
        )
        east = hass.states.get("sensor.linky_east")
        assert east
        assert east.state == "12345678"
        assert east.attributes["device_class"] == "energy"
        house.heard(4, PREF=None)
        await until(
            lambda: (state := hass.states.get("sensor.linky_pref")) and state.state == "unknown"
        )
        await house.mirror.async_stop()
        await until(
            lambda: (state := hass.states.get("sensor.linky_east")) and state.state == "unavailable"
        )


async def test_what_another_meter_says_is_not_published(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_format="teleinfo2mqtt")) as house:
            house.heard(ADSC="041961999999")
            house.heard(ADSC=house.address, EAST="012345679")
            await until(lambda: subscriber.newest(f"teleinfo/{house.address}"))
    assert len(subscriber.messages(f"teleinfo/{house.address}")) == 1


async def test_a_meter_that_is_not_heard_after_a_minute_is_said_to_be_lost(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
            await until(lambda: Seen(subscriber, house).all("/availability") == ["offline"])


async def test_the_last_word_is_said_when_home_assistant_stops(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            house.heard(5)
            await until(lambda: Seen(subscriber, house).all())
            hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
            await until(
                lambda: Seen(subscriber, house).all("/availability") == ["online", "offline"]
            )
            house.heard()
            house.mirror.line(connected=True)
        await asyncio.sleep(0.1)
    assert Seen(subscriber, house).all("/availability") == ["online", "offline"]


async def test_a_mirror_waits_in_silence_for_mqtt_to_be_set_up(
    hass: HomeAssistant, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        house.heard(5)
        assert "mqtt" not in hass.config.components
        async with connected(hass, broker.port):
            with newcomer(broker) as subscriber:
                await until(lambda: Seen(subscriber, house).topics() == {"", "/availability"})
    assert not [record for record in caplog.records if "linky_tic.mirror" in record.name]


async def test_mqtt_may_be_loaded_without_a_broker_and_get_one_later(
    hass: HomeAssistant, broker: Broker
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        assert await async_setup_component(hass, "mqtt", {"mqtt": []})
        house.heard(5)
        async with connected(hass, broker.port), mirrored(hass, new_entry(hass)) as other:
            other.heard(5)
            with newcomer(broker) as subscriber:
                await until(lambda: Seen(subscriber, house).topics() == {"", "/availability"})
                await until(lambda: Seen(subscriber, other).topics() == {"", "/availability"})


async def test_mqtt_may_be_removed_and_come_back_while_running(
    hass: HomeAssistant, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        async with connected(hass, broker.port) as entry:
            house.heard(5)
            await hass.config_entries.async_remove(entry.entry_id)
            house.heard(3)
            house.mirror.line(connected=False)
            house.mirror.line(connected=True)
        async with connected(hass, broker.port):
            with newcomer(broker) as subscriber:
                house.heard(SINSTS="00777")
                seen = Seen(subscriber, house)
                await until(lambda: says(seen, 777))
                assert seen.last("/availability") == "online"
    assert not [one for one in caplog.records if "linky_tic." in one.name and one.levelno > 10]


async def test_all_is_published_anew_when_the_broker_comes_back_empty(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    async with mirrored(hass, new_entry(hass, mirror_per_label=True)) as house:
        house.heard(5)
        await hass.async_add_executor_job(broker.kill)
        house.heard(3)
        house.mirror.line(connected=False)
        house.mirror.line(connected=True)
        await hass.async_add_executor_job(broker.start)
        with newcomer(broker) as subscriber:
            seen = Seen(subscriber, house)
            await until(lambda: {"", "/availability", "/EAST", "/PREF"} <= seen.topics())
            assert seen.last("/availability") == "online"


async def test_a_label_that_vanishes_while_the_broker_is_away_is_emptied_when_it_is_back(
    hass: HomeAssistant, broker: Broker
) -> None:
    async with mirrored(hass, new_entry(hass, mirror_per_label=True)) as house:
        with newcomer(broker) as subscriber:
            seen = Seen(subscriber, house)
            async with connected(hass, broker.port):
                house.heard(5)
                await until(lambda: "/PREF" in seen.topics())
            house.heard(4, PREF=None)
            async with connected(hass, broker.port):
                await until(lambda: "/PREF" not in seen.topics())
            assert "/EAST" in seen.topics()


async def test_linky_sensor_consumers_are_told_at_every_reconnection(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(hass, mirror_format="linky-sensor", mirror_status_topic="garage/state")
    async with mirrored(hass, entry) as house:
        house.heard()
        await hass.async_add_executor_job(broker.kill)
        await hass.async_add_executor_job(broker.start)
        with newcomer(broker) as subscriber:
            await until(lambda: subscriber.newest("garage/state") == b"Connected")
            assert subscriber.newest("house/sensors/energy") is None
            house.heard()
            await until(lambda: subscriber.newest("house/sensors/energy"))


async def test_only_the_newest_waits_for_a_slow_broker_but_every_state_does(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    assert broker.child
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(seen.all)
            before = len(seen.all())
            os.kill(broker.child.pid, signal.SIGSTOP)
            house.mirror.line(connected=False)
            for power in range(500, 510):
                house.heard(SINSTS=f"{power:05}")
                await asyncio.sleep(0.01)
            os.kill(broker.child.pid, signal.SIGCONT)
            await until(lambda: says(seen, 509))
            assert seen.all("/availability") == ["online", "offline", "online"]
            assert len(seen.all()) == before + 1


async def test_a_topic_that_cannot_be_stops_nothing(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    topics = {"mirror_topic": "a/#", "mirror_status_topic": "attic/state"}
    entry = new_entry(hass, mirror_format="linky-sensor", **topics)
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            house.heard()
            await asyncio.sleep(0.05)
            house.mirror.line(connected=False)
            await until(lambda: subscriber.newest("attic/state") == b"Connection Lost")


async def test_a_changed_option_empties_the_topics_that_are_no_longer_used(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(hass, mirror_per_label=True)
    async with mirrored(hass, entry) as house:
        house.heard(5)
        with newcomer(broker) as late:
            await until(lambda: "/NJOURF_plus_1" in Seen(late, house).topics())
    hass.config_entries.async_update_entry(entry, options={"mirror_topic": f"a/{house.address}"})
    async with mirrored(hass, entry) as moved:
        moved.heard(5)
        with newcomer(broker) as late:
            await until(lambda: late.newest(f"a/{house.address}"))
            await until(lambda: not Seen(late, house).topics())


async def test_a_mirror_that_was_turned_off_leaves_nothing_on_the_broker(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(hass)
    with newcomer(broker) as late:
        async with mirrored(hass, entry) as house:
            house.heard(5)
            await until(lambda: Seen(late, house).topics() == {"", "/availability"})
        hass.config_entries.async_update_entry(entry, options={"mirror": False})
        async with mirrored(hass, entry) as off:
            off.heard(5)
            await until(lambda: not Seen(late, house).topics())
        told = len(late.messages())
        async with mirrored(hass, entry) as off:
            off.heard(5)
            off.mirror.line(connected=False)
        await asyncio.sleep(0.1)
        assert len(late.messages()) == told


async def test_a_removed_entry_leaves_nothing_on_the_broker_nor_in_storage(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry, hass_storage: dict[str, object]
) -> None:
    entry = new_entry(hass, mirror_per_label=True, mirror_discovery=True)
    async with mirrored(hass, entry) as house:
        house.heard(5)
        with newcomer(broker) as late:
            await until(lambda: "/NJOURF_plus_1" in Seen(late, house).topics())
    await async_remove_topics(hass, entry)
    with newcomer(broker) as late:
        await asyncio.sleep(0.3)
        assert not [topic for topic, _ in late.messages() if house.address in topic]
    assert not any("linky_tic" in key for key in hass_storage)


async def test_topics_are_emptied_when_the_broker_is_back_if_it_was_away_at_removal(
    hass: HomeAssistant, broker: Broker
) -> None:
    entry = new_entry(hass)
    with newcomer(broker) as subscriber:
        async with connected(hass, broker.port), mirrored(hass, entry) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.topics() == {"", "/availability"})
        await async_remove_topics(hass, entry)
        async with connected(hass, broker.port):
            await until(lambda: not seen.topics())


async def test_topics_are_emptied_after_a_restart_though_the_broker_was_away_at_removal(
    hass: HomeAssistant, broker: Broker
) -> None:
    removed = new_entry(hass, mirror_per_label=True)
    with newcomer(broker) as subscriber:
        async with connected(hass, broker.port), mirrored(hass, removed) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: "/NJOURF_plus_1" in seen.topics())
        await async_remove_topics(hass, removed)
        await hass.config_entries.async_remove(removed.entry_id)
        restart(hass)
        async with mirrored(hass, new_entry(hass)), connected(hass, broker.port):
            await until(lambda: not seen.topics())


async def test_a_meter_added_again_before_the_broker_is_back_keeps_its_topics(
    hass: HomeAssistant, broker: Broker
) -> None:
    first = new_entry(hass)
    with newcomer(broker) as subscriber:
        async with connected(hass, broker.port), mirrored(hass, first) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.topics() == {"", "/availability"})
        await async_remove_topics(hass, first)
        again = new_entry(hass)
        hass.config_entries.async_update_entry(again, unique_id=house.address)
        async with mirrored(hass, again) as back:
            back.heard(5)
            told = len(seen.all("/availability"))
            async with connected(hass, broker.port):
                await until(lambda: seen.all("/availability")[told:])
                back.heard(SINSTS="00777")
                await until(lambda: says(seen, 777))
                assert set(seen.all("/availability")[told:]) == {"online"}


async def test_a_message_on_its_way_when_the_entry_is_unloaded_does_not_outlive_its_removal(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broker.child
    monkeypatch.setattr(publisher_module, "PATIENCE", 0.2)
    entry = new_entry(hass, mirror_per_label=True)
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            seen = Seen(subscriber, house)
            os.kill(broker.child.pid, signal.SIGSTOP)
            house.heard(5)
        await async_remove_topics(hass, entry)
        os.kill(broker.child.pid, signal.SIGCONT)
        await until(lambda: "" in seen.all("/availability"))
        await until(lambda: not seen.topics())


async def test_what_a_release_with_a_store_for_each_entry_left_on_the_broker_is_emptied(
    hass: HomeAssistant,
    broker: Broker,
    mqtt: MockConfigEntry,
    hass_storage: dict[str, object],
) -> None:
    entry = new_entry(hass)
    former = f"linky_tic/{entry.unique_id}/PREF"
    key = f"linky_tic.{entry.entry_id}.retained"
    hass_storage[key] = {"version": 1, "key": key, "data": [former]}
    await async_publish(hass, former, "06", retain=True)
    with newcomer(broker) as subscriber:
        await until(lambda: subscriber.newest(former) == b"06")
        async with mirrored(hass, entry):
            await until(lambda: subscriber.newest(former) == b"")
    assert key not in hass_storage


async def test_a_broker_that_knows_expiry_forgets_what_is_not_said_again(
    hass: HomeAssistant, broker: Broker
) -> None:
    async with (
        connected(hass, broker.port, PROTOCOL),
        mirrored(hass, new_entry(hass)) as house,
    ):
        house.heard(5)
        with Subscriber(broker.port, version=VERSION) as late:
            await until(lambda: Seen(late, house).topics() == {"", "/availability"})
    lasting = {
        topic.removeprefix(f"linky_tic/{house.address}"): late.expiry(topic)
        for topic, _ in late.messages()
        if house.address in topic
    }
    known = {"": range(86_300, 86_401), "/availability": range(3500, 3601)}
    for level, seconds in lasting.items():
        assert seconds in (known[level] if MOSQUITTO else [None])


async def test_what_would_expire_is_said_again_in_time(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.all("/availability") == ["online"])
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=11))
            await until(lambda: seen.all("/availability") == ["online", "online"])
            assert len(seen.all()) <= 3


async def test_a_broker_that_hangs_keeps_nobody_waiting_at_the_end(
    hass: HomeAssistant,
    broker: Broker,
    mqtt: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert broker.child
    monkeypatch.setattr(publisher_module, "PATIENCE", 0.2)
    entry = new_entry(hass)
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.topics() == {"", "/availability"})
            os.kill(broker.child.pid, signal.SIGSTOP)
        async with asyncio.timeout(60):
            await async_remove_topics(hass, entry)
        os.kill(broker.child.pid, signal.SIGCONT)
        await hass.config_entries.async_reload(mqtt.entry_id)
        await until(lambda: not seen.topics())
