"""The mirror with a real broker: what is published and retained, and what happens without one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import count
import json
import os
from pathlib import Path
import signal
from typing import Any, Final

from homeassistant.components.mqtt import async_publish, is_connected
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from paho.mqtt.enums import MQTTProtocolVersion
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_socket import enable_socket

from custom_components.linky_tic.mirror import async_clear_topics, publisher
from custom_components.linky_tic.mirror.settings import FORMATS
from simulator.wire import to_8n1

from ..e2e.broker import MOSQUITTO, PROTOCOL, Broker, Subscriber
from ..home import ADDRESS, Home
from ..mqtt_house import House, connected, mirrored, new_entry
from ..tic.streams import standard
from ..waiting import HANGS, until

DATA: Final = Path(__file__).parents[1] / "data" / "mqtt"
VERSION: Final = MQTTProtocolVersion.MQTTv5 if MOSQUITTO else MQTTProtocolVersion.MQTTv311
STATUS: Final = "/availability"
_markers: Final = count()


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
    """The messages that a subscriber has received of one meter, by the level below its topic."""

    def __init__(self, subscriber: Subscriber, house: House) -> None:
        self._subscriber = subscriber
        self._base = f"linky_tic/{house.address}"

    def all(self, level: str = "") -> list[str]:
        messages = self._subscriber.messages(f"{self._base}{level}")
        return [payload.decode() for _, payload in messages]

    def says(self, power: int) -> bool:
        return f'"SINSTS":{{"value":{power},' in next(reversed(self.all()), "")

    def topics(self) -> set[str]:
        """The levels of which the last message is not empty."""
        newest = dict(self._subscriber.messages())
        return {
            topic.removeprefix(self._base)
            for topic, payload in newest.items()
            if payload and topic.startswith(self._base)
        }


def newcomer(broker: Broker) -> Subscriber:
    return Subscriber(broker.port)


async def all_has_come(hass: HomeAssistant, subscriber: Subscriber) -> None:
    """Wait until all messages so far have arrived, by publishing one after them."""
    await hass.data[publisher._PUBLISHER].async_flush()
    marker = f"marker/{next(_markers)}"
    await until(lambda: is_connected(hass))  # a busy machine may lose a connection for a moment
    await async_publish(hass, marker, "here", 1)  # or it would overtake others of this quality
    await until(lambda: subscriber.newest(marker))


async def retained(hass: HomeAssistant, broker: Broker, part: str) -> set[str]:
    """The retained topics on the broker that contain `part`."""
    with newcomer(broker) as late:
        await all_has_come(hass, late)
        newest = dict(late.messages())
    return {topic for topic, payload in newest.items() if payload and part in topic}


def restart(hass: HomeAssistant) -> None:
    """Drop the publisher's state in memory, as a restart does."""
    former = hass.data.pop(publisher._PUBLISHER)
    former._topics.clear()
    former._waiting.clear()


async def test_a_frame_is_published_and_kept_by_the_broker(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        house.heard(5)
        with newcomer(broker) as subscriber:
            seen = Seen(subscriber, house)
            await until(lambda: seen.topics() == {"", STATUS})
            meter = json.loads(seen.all()[-1])
    assert meter["_meter"]["address"] == house.address
    assert meter["EAST"] == {"value": 12345678, "unit": "Wh"}
    assert list(meter) == ["_meter", "ADSC", "NGTF", "EAST", "PREF", "SINSTS", "STGE", "NJOURF+1"]


async def test_availability_follows_the_line(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            for _ in range(2):
                house.heard(5)
                await all_has_come(hass, subscriber)
                house.signals.lost.send()
                house.signals.lost.send()
                await all_has_come(hass, subscriber)
    assert seen.all(STATUS) == ["online", "offline", "online", "offline"]


async def test_every_frame_is_published_unless_an_interval_was_chosen(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with (
            mirrored(hass, new_entry(hass)) as house,
            mirrored(hass, new_entry(hass, mirror_interval=60)) as patient,
        ):
            for power in (500, 600, 700):
                for one in (house, patient):
                    one.heard(5, SINSTS=f"{power:05}")
                await until(lambda: Seen(subscriber, house).says(power))  # noqa: B023 - at once
            assert len(Seen(subscriber, patient).all()) == 1
            patient.mirror._due_at -= 60
            patient.heard()
            await until(lambda: Seen(subscriber, patient).says(700))


async def test_a_json_is_that_of_a_whole_meter_after_a_start_and_after_a_loss(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_per_label=True)) as house:
            for _ in range(2):
                for known in (["ADSC", "PREF"], None):
                    house.heard(2, known=known)
                    await all_has_come(hass, subscriber)
                house.signals.lost.send()
        seen = Seen(subscriber, house)
        await all_has_come(hass, subscriber)
        assert all("EAST" in json.loads(payload) for payload in seen.all())
        assert "" not in seen.all("/EAST")


@pytest.mark.parametrize("name", FORMATS)
async def test_only_what_was_heard_from_its_start_is_published(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry, name: str
) -> None:
    """A frame with a damaged STX is whole; the second half of a frame is not."""
    topic = f"whole/{name}"
    whole = to_8n1(standard(("EAST", "012345678"), ("VTIC", "02")))
    with newcomer(broker) as subscriber:
        entry = new_entry(hass, mirror_format=name, mirror_topic=topic)
        hass.config_entries.async_update_entry(entry, unique_id=ADDRESS)
        async with mirrored(hass, entry) as house:
            house.feed(whole[10:])
            await all_has_come(hass, subscriber)
            assert not subscriber.messages(topic)
            for _ in range(5):
                house.feed(to_8n1(b"C") + whole[1:])
            await until(lambda: b"12345678" in (subscriber.newest(topic) or b""))


async def test_linky_sensor_consumers_get_its_bytes_and_its_status(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    status = "house/probes/linky-sensor/status"
    entry = new_entry(hass, mirror_format="linky-sensor")
    hass.config_entries.async_update_entry(entry, unique_id="021976543210")
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            house.feed((DATA / "linky_sensor_mono.bin").read_bytes())
            await until(lambda: subscriber.newest("house/sensors/energy"))
            await until(lambda: subscriber.newest(status) == b"Connected")
        await until(lambda: subscriber.newest(status) == b"Connection Lost")
    golden = (DATA / "linky_sensor_mono.json").read_bytes()
    assert subscriber.newest("house/sensors/energy") == golden
    assert await retained(hass, broker, "house/") == {status}
    await async_clear_topics(hass, entry.entry_id)


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
        assert await retained(hass, broker, "cellar/") == {"cellar/meter", "cellar/state"}


async def test_teleinfo2mqtt_consumers_find_the_meter_on_its_topic(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, mirror_format="teleinfo2mqtt")) as house:
            house.heard(ADSC="041961999999")  # another meter's
            house.heard(ADSC=house.address)
            await all_has_come(hass, subscriber)
    ours = [one for one in subscriber.messages() if house.address in one[0]]
    assert [topic for topic, _ in ours] == [f"teleinfo/{house.address}"]
    assert json.loads(ours[0][1])["EAST"] == {"raw": "012345678", "value": 12345678}


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


async def test_labels_that_are_not_retained_are_published_with_every_frame(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    options = {"mirror_per_label": True, "mirror_retain": False}
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass, **options)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await all_has_come(hass, subscriber)
            told = len(seen.all("/EAST"))
            house.heard()
            await until(lambda: len(seen.all("/EAST")) == told + 1)
        topics = await retained(hass, broker, house.address)
        assert topics == {f"linky_tic/{house.address}{STATUS}"}


async def test_a_label_of_an_earlier_run_is_emptied_when_it_does_not_come_back(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    entry = new_entry(hass, mirror_per_label=True)
    async with mirrored(hass, entry) as house:
        house.heard(5)
    with newcomer(broker) as subscriber:
        seen = Seen(subscriber, house)
        async with mirrored(hass, entry) as again:
            await all_has_come(hass, subscriber)
            assert "/PREF" in seen.topics()
            again.heard(5, PREF=None)
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
            assert json.loads(seen.all()[-1])["PRM"] == {"value": "07612345678901"}


async def test_another_home_assistant_finds_the_meter_when_asked(
    hass: HomeAssistant, broker: Broker
) -> None:
    def state(label: str) -> str | None:
        found = hass.states.get(f"sensor.linky_{label}")
        return found.state if found else None

    async with (
        connected(hass, broker.port, discovery=True),
        mirrored(hass, new_entry(hass, mirror_discovery=True)) as house,
    ):
        house.heard(5)
        await until(lambda: state("east"))
        house.heard(SINSTS="00500")
        await until(lambda: state("sinsts") == "500")
        east = hass.states.get("sensor.linky_east")
        assert east
        assert (east.state, east.attributes["device_class"]) == ("12345678", "energy")
        house.heard(4, PREF=None)
        await until(lambda: state("pref") == "unknown")
        await house.mirror.async_stop()
        await until(lambda: state("east") == "unavailable")
        house.signals.lost.send()  # after the end
        house.heard()
        await hass.async_block_till_done()
        assert state("east") == "unavailable"


@pytest.mark.parametrize("is_plugged", [True, False])
async def test_a_meter_that_is_not_heard_after_a_crash_does_not_stay_online(
    home: Home, broker: Broker, mqtt: MockConfigEntry, *, is_plugged: bool
) -> None:
    topic = f"linky_tic/{ADDRESS}{STATUS}"
    await async_publish(home.hass, topic, "online", 1, retain=True)  # what the crash has left
    meter = home.meter()
    with newcomer(broker) as subscriber:
        await until(lambda: subscriber.newest(topic) == b"online")
        await home.add(meter, port=None if is_plugged else "/dev/gone")
        await until(lambda: subscriber.newest(topic) == b"offline")


async def test_the_status_is_published_when_home_assistant_stops(
    home: Home, broker: Broker, mqtt: MockConfigEntry
) -> None:
    topic = f"linky_tic/{ADDRESS}{STATUS}"
    meter = await home.hears()
    with newcomer(broker) as subscriber:
        await until(lambda: subscriber.newest(topic) == b"online")
        home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await until(lambda: subscriber.newest(topic) == b"offline")
        await home.unload(meter)
    with newcomer(broker) as late:
        await until(lambda: late.newest(topic) == b"offline")


# The broker comes and goes


async def test_a_mirror_waits_in_silence_for_mqtt_to_be_set_up(
    hass: HomeAssistant, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        house.heard(5)
        assert "mqtt" not in hass.config.components
        async with connected(hass, broker.port), mirrored(hass, new_entry(hass)) as other:
            other.heard(5)
            with newcomer(broker) as subscriber:
                await until(lambda: Seen(subscriber, house).topics() == {"", STATUS})
                await until(lambda: Seen(subscriber, other).topics() == {"", STATUS})
    assert not [record for record in caplog.records if "linky_tic" in record.name]


async def test_mqtt_may_be_removed_and_come_back_while_running(
    hass: HomeAssistant, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    async with mirrored(hass, new_entry(hass)) as house:
        async with connected(hass, broker.port) as entry:
            house.heard(5)
            await hass.config_entries.async_remove(entry.entry_id)
            house.heard(3)
        async with connected(hass, broker.port):
            with newcomer(broker) as subscriber:
                house.heard(SINSTS="00777")
                await until(lambda: Seen(subscriber, house).says(777))
    assert not [one for one in caplog.records if "linky_tic." in one.name and one.levelno > 10]


async def test_no_meter_stays_online_when_mqtt_is_turned_off(
    hass: HomeAssistant, broker: Broker
) -> None:
    async def said(word: str) -> None:
        if word == "online":
            for house in houses:
                house.heard(5)
        seen = [Seen(subscriber, house) for house in houses]
        await until(lambda: [one.all(STATUS)[-1:] for one in seen] == [[word], [word]])

    with newcomer(broker) as subscriber:
        async with AsyncExitStack() as mirrors:
            async with connected(hass, broker.port):
                houses = [
                    await mirrors.enter_async_context(mirrored(hass, new_entry(hass)))
                    for _ in range(2)
                ]
                await said("online")
            await said("offline")
            async with connected(hass, broker.port):  # an entry that is new
                await said("online")
            await said("offline")


async def test_all_is_published_anew_when_the_broker_comes_back_empty(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    status = {"mirror_status_topic": "garage/state"}
    async with (
        mirrored(hass, new_entry(hass, mirror_per_label=True)) as house,
        mirrored(hass, new_entry(hass, mirror_format="linky-sensor", **status)) as other,
    ):
        house.heard(5)
        other.heard(5)
        await hass.async_add_executor_job(broker.kill)
        house.heard(4, PREF=None)
        house.signals.lost.send()
        house.heard(SINSTS="00500")
        await hass.async_add_executor_job(broker.start)
        with newcomer(broker) as subscriber:
            seen = Seen(subscriber, house)
            await until(lambda: {"", STATUS, "/EAST"} <= seen.topics())
            await until(lambda: subscriber.newest("garage/state") == b"Connected")
            assert (set(seen.all(STATUS)), seen.says(500)) == ({"online"}, True)
            assert "/PREF" not in seen.topics()
            assert subscriber.newest("house/sensors/energy") is None


async def test_only_the_newest_of_each_topic_waits_for_a_slow_broker(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    assert broker.child
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await all_has_come(hass, subscriber)
            before = len(seen.all())
            os.kill(broker.child.pid, signal.SIGSTOP)
            house.signals.lost.send()
            for power in range(500, 510):
                house.heard(SINSTS=f"{power:05}")
                await asyncio.sleep(0)
            os.kill(broker.child.pid, signal.SIGCONT)
            await until(lambda: seen.says(509))
            assert seen.all(STATUS)[-1] == "online"
            assert len(seen.all()) <= before + 2


async def test_an_invalid_topic_is_dropped_and_does_not_block_others(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry, hass_storage: dict[str, object]
) -> None:
    topics = {"mirror_retain": True, "mirror_topic": "a/#", "mirror_status_topic": "attic/state"}
    entry = new_entry(hass, mirror_format="linky-sensor", **topics)
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            house.heard()
            await all_has_come(hass, subscriber)
        await until(lambda: subscriber.newest("attic/state") == b"Connection Lost")
    await hass.config_entries.async_remove(entry.entry_id)
    assert "linky_tic.mirror" not in hass_storage


async def test_a_broker_with_expiry_deletes_messages_that_are_not_published_again(
    hass: HomeAssistant, broker: Broker
) -> None:
    async with (
        connected(hass, broker.port, PROTOCOL),
        mirrored(hass, new_entry(hass)) as house,
    ):
        house.heard(5)
        with Subscriber(broker.port, version=VERSION) as late:
            await until(lambda: Seen(late, house).topics() == {"", STATUS})
    known = {"": range(86_300, 86_401), STATUS: range(3500, 3601)}
    for level, seconds in known.items():
        lasts = late.expiry(f"linky_tic/{house.address}{level}")
        assert lasts in (seconds if MOSQUITTO else [None])


async def test_a_value_is_shown_for_five_minutes_and_three_intervals(
    hass: HomeAssistant,
) -> None:
    entry = new_entry(hass, mirror_discovery=True, mirror_interval=20)
    async with mirrored(hass, entry) as house:
        house.heard(5)
        announced, said = house.mirror._discovery_message(), house.mirror._data_message("{}")
    shown = json.loads(announced.payload)["components"]["EAST"]["expire_after"]
    assert (shown, announced.qos, announced.retain) == (360, 1, True)
    assert (said.qos, said.retain, said.expiry) == (0, True, 86_420)


async def test_a_message_that_would_expire_is_published_again_in_time(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry
) -> None:
    with newcomer(broker) as subscriber:
        async with mirrored(hass, new_entry(hass)) as house:
            seen = Seen(subscriber, house)
            house.heard(3)
            await all_has_come(hass, subscriber)
            told = len(seen.all())
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=10, seconds=20))
            await until(lambda: seen.all(STATUS)[-2:] == ["online", "online"])
            assert len(seen.all()) == told


# What is not used any more

ALL: Final = {"mirror_per_label": True, "mirror_discovery": True, "mirror_private": True}
JSON: Final = "linky_tic/{}"
CHANGES: Final[dict[str, tuple[dict[str, object] | None, set[str]]]] = {
    "another topic": ({"mirror_topic": "a/{}"}, {"a/{}", f"a/{{}}{STATUS}"}),
    "another format": ({"mirror_format": "teleinfo2mqtt"}, set()),
    "only the json": ({}, {JSON, JSON + STATUS}),
    "nothing private": ({"mirror_per_label": True}, {JSON + "/EAST", JSON + "/STGE"}),
    "nothing retained": ({"mirror_retain": False, "mirror_per_label": True}, {JSON + STATUS}),
    "turned off": ({"mirror": False}, set()),
    "removed": (None, set()),
}


@pytest.mark.parametrize(
    ("when", "protocol"), [("there", PROTOCOL), ("away", "3.1.1"), ("restarted", PROTOCOL)]
)
@pytest.mark.parametrize("what", CHANGES)
async def test_topics_that_are_no_longer_used_are_cleared(
    hass: HomeAssistant, broker: Broker, what: str, when: str, protocol: str
) -> None:
    """The broker is connected, not connected, or not until Home Assistant was restarted."""
    entry = new_entry(hass, **ALL)
    options, expected = CHANGES[what]

    async def change() -> None:
        if options is None:
            await hass.config_entries.async_remove(entry.entry_id)
            return
        topic = str(options.get("mirror_topic", "")).format(entry.unique_id)
        hass.config_entries.async_update_entry(entry, options={**options, "mirror_topic": topic})

    async with connected(hass, broker.port, protocol):
        async with mirrored(hass, entry) as house:
            house.heard(5)
        assert len(await retained(hass, broker, house.address)) == len(house.groups) + 3
        if when == "there":
            await change()
    if when != "there":
        await change()
    if when == "restarted":
        restart(hass)
    async with mirrored(hass, new_entry(hass) if options is None else entry) as after:
        after.heard(5)
        async with connected(hass, broker.port, protocol):
            left = await retained(hass, broker, house.address)
    expected = {topic.format(house.address) for topic in expected}
    if what == "nothing private":
        assert expected < left
        assert not {one for one in left if "PRM" in one or "MSG1" in one}
    else:
        assert left == expected


@pytest.mark.parametrize("protocol", sorted({"3.1.1", PROTOCOL}))
async def test_the_topics_of_the_last_meter_are_cleared_after_a_restart_without_entries(
    hass: HomeAssistant, broker: Broker, protocol: str
) -> None:
    """Without entries, only the config flow is loaded, by MQTT discovery (see the manifest)."""
    entry = new_entry(hass, **ALL)
    async with connected(hass, broker.port, protocol), mirrored(hass, entry) as house:
        house.heard(5)
    await hass.config_entries.async_remove(entry.entry_id)
    restart(hass)
    with newcomer(broker) as subscriber:
        seen = Seen(subscriber, house)
        await until(lambda: "/PRM" in seen.topics())
        async with connected(hass, broker.port, protocol, discovery=True), asyncio.timeout(HANGS):
            while seen.topics():
                # The birth message: who sends it too early is not heard yet.
                await async_publish(hass, "homeassistant/status", "online")
                await asyncio.sleep(0.1)
    assert not hass.config_entries.flow.async_progress()


async def test_nothing_is_left_in_storage_of_what_was_removed(
    hass: HomeAssistant, broker: Broker, mqtt: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    entry = new_entry(hass, **ALL)
    async with mirrored(hass, entry) as house:
        house.heard(5)
    assert hass_storage["linky_tic.mirror"]["version"] == 1
    await hass.config_entries.async_remove(entry.entry_id)
    assert not any("linky_tic" in key for key in hass_storage)


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_meter_added_again_before_the_broker_is_back_keeps_its_topics(
    hass: HomeAssistant, broker: Broker, *, is_restarted: bool
) -> None:
    first = new_entry(hass)
    with newcomer(broker) as subscriber:
        async with connected(hass, broker.port), mirrored(hass, first) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await until(lambda: seen.topics() == {"", STATUS})
        await until(lambda: seen.all(STATUS)[-2:] == ["offline", "offline"])  # the last word too
        await hass.config_entries.async_remove(first.entry_id)
        if is_restarted:
            restart(hass)
        again = new_entry(hass)
        hass.config_entries.async_update_entry(again, unique_id=house.address)
        async with mirrored(hass, again) as back:
            back.heard(5)
            told = len(seen.all(STATUS))
            async with connected(hass, broker.port):
                back.heard(SINSTS="00777")
                await until(lambda: seen.says(777))
                # Words of the first one, as MQTT was turned off, may still have been on their way.
                statuses = seen.all(STATUS)[told:]
                assert set(statuses[statuses.index("online") :]) == {"online"}
                assert "" not in statuses


@pytest.mark.usefixtures("mqtt")
@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("mirror_format", ["typed", "linky-sensor"])  # whose status is of QoS 2
async def test_a_message_on_its_way_when_the_entry_is_unloaded_does_not_outlive_its_removal(
    hass: HomeAssistant,
    broker: Broker,
    monkeypatch: pytest.MonkeyPatch,
    mirror_format: str,
    *,
    is_restarted: bool,
) -> None:
    assert broker.child
    monkeypatch.setattr(publisher, "FLUSH_TIMEOUT", 0.2)
    entry = new_entry(hass)
    topic = f"linky_tic/{entry.unique_id}"
    options = {"mirror_format": mirror_format, "mirror_per_label": True, "mirror_retain": True}
    options |= {"mirror_topic": topic, "mirror_status_topic": f"{topic}{STATUS}"}
    hass.config_entries.async_update_entry(entry, options=options)
    with newcomer(broker) as subscriber:
        async with mirrored(hass, entry) as house:
            seen = Seen(subscriber, house)
            house.heard(5)
            await all_has_come(hass, subscriber)
            os.kill(broker.child.pid, signal.SIGSTOP)
            house.heard(5, SINSTS="00777")
        async with asyncio.timeout(60):
            await hass.config_entries.async_remove(entry.entry_id)
        if is_restarted:
            await hass.async_add_executor_job(broker.kill)
            await hass.async_add_executor_job(broker.start)
        else:
            os.kill(broker.child.pid, signal.SIGCONT)
            await until(lambda: not seen.topics())
        client = hass.data["mqtt"].client._mqttc
        await until(lambda: client.is_connected() and not client._out_messages)
        assert not await retained(hass, broker, house.address)


async def test_topics_of_a_release_with_a_store_for_each_entry_are_cleared(
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
    async with mirrored(hass, entry):
        assert not await retained(hass, broker, former)
    assert key not in hass_storage
