"""What is heard reaches those whom it concerns, and what is another meter's reaches nobody."""

from datetime import datetime
import json
import re
from typing import Final

import pytest
from pytest_homeassistant_custom_component.typing import MqttMockHAClient

from custom_components.linky_tic.const import (
    CONF_MODE,
    CONF_OVERSEAS,
    CONF_REPORTING,
    CONF_SPEED,
)
from custom_components.linky_tic.mirror import async_publisher
from custom_components.linky_tic.mirror.settings import LINKY_SENSOR, Option
from custom_components.linky_tic.tic import Reading
from simulator import Household
from simulator.frames import Group, standard_group
from simulator.line import Burst, Line, Replay
from simulator.ports import TcpPort
from simulator.wire import to_8n1

from .health.test_issues import shown
from .home import ADDRESS, KNOWN, OTHER_ADDRESS, Home
from .tic.streams import frame
from .waiting import until

NEW_INDEX: Final = 1_234_567


class Lacking:
    """A house of which some groups do not get through."""

    def __init__(self, house: Household, *labels: bytes) -> None:
        self._house = house
        self._lost = re.compile(rb"\n(?:%b)\t.*?\r" % b"|".join(map(re.escape, labels)))

    def next(self) -> Burst:
        characters = self._lost.sub(b"", self._house.frame())
        return Burst(to_8n1(characters), self._house.frame_seconds, self._house.baud)


def states(home: Home) -> dict[str, str]:
    """All states but those of the line itself."""
    line = {"binary_sensor.linky_link", "sensor.linky_line_quality"}
    return {
        one.entity_id: one.state
        for one in home.hass.states.async_all()
        if one.entity_id not in line
    }


@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("parity", ["even", "stripped"])
@pytest.mark.usefixtures("as_delivered")
async def test_nothing_that_another_meter_says_reaches_a_state(
    home: Home, mode: str, parity: str
) -> None:
    house = Household(mode=mode)
    meter = await home.hears(Line(house, parity=parity), 2 * KNOWN)
    before = states(home)
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    for _ in range(2 * KNOWN):
        await meter.play(1)
        for entity_id, state in states(home).items():
            assert state in {before[entity_id], "unavailable"}
    assert set(states(home).values()) == {"unavailable"}
    assert (shown(home), home.state("binary_sensor.linky_link")) == ({"other_meter"}, "off")


@pytest.mark.parametrize("expected_lingering_timers", [True])  # of Home Assistant's MQTT client
async def test_another_meter_is_not_mirrored_either(
    mqtt_mock: MqttMockHAClient, home: Home
) -> None:
    house = Household()
    meter = home.meter(house)
    await home.add(meter, options={Option.FORMAT: LINKY_SENSOR})
    await meter.play()
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await meter.play()
    meter.source = Lacking(house, b"ADSC")  # what it says does not say who it is
    await meter.play()
    await (await async_publisher(home.hass)).async_flush()
    published = [call.args for call in mqtt_mock.async_publish.mock_calls]
    frames = [json.loads(args[1]) for args in published if args[0] == "house/sensors/energy"]
    assert frames
    assert {frame["ADSC"]["Value"] for frame in frames} == {ADDRESS}
    assert published[-1][:2] == ("house/probes/linky-sensor/status", "Connection Lost")


@pytest.mark.parametrize("expected_lingering_timers", [True])  # of Home Assistant's MQTT client
async def test_the_mirror_does_not_say_that_a_meter_is_heard_when_another_one_is_heard_again(
    mqtt_mock: MqttMockHAClient, home: Home
) -> None:
    house = Household()
    meter = await home.hears(house)
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await meter.play()
    await meter.fall_silent()
    assert not meter.coordinator.link.is_heard
    await meter.play()
    await (await async_publisher(home.hass)).async_flush()
    published = [call.args for call in mqtt_mock.async_publish.mock_calls]
    said = [args[1] for args in published if args[0].endswith("/availability")]
    assert said == ["offline", "online", "offline"]


@pytest.mark.parametrize("expected_lingering_timers", [True])  # of Home Assistant's MQTT client
async def test_a_meter_that_is_unloaded_is_not_heard_any_more(
    mqtt_mock: MqttMockHAClient, home: Home
) -> None:
    meter = await home.hears()
    await home.unload(meter)
    topic, said = mqtt_mock.async_publish.mock_calls[-1].args[:2]
    assert (topic, said) == (f"linky_tic/{ADDRESS}/availability", "offline")


@pytest.mark.usefixtures("as_delivered")
async def test_another_meter_after_a_silence_is_not_believed_before_it_has_said_who_it_is(
    home: Home,
) -> None:
    house = Household(mode="historic", contract="hphc")
    meter = await home.hears(house, 2 * KNOWN)
    before = states(home)
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await home.minutes()
    data = meter.source.next().data
    await meter.send(data[data.index(b"\n", 5) :])
    assert states(home) == before
    await meter.play()
    assert set(states(home).values()) == {"unavailable"}


@pytest.mark.parametrize("silent", [False, True])
async def test_the_first_meter_is_shown_again_when_it_is_back(home: Home, *, silent: bool) -> None:
    house = Household(living=False)
    meter = await home.hears(house)
    before = states(home)
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await meter.play()
    if silent:
        await meter.fall_silent()
    house.replace_meter(ADDRESS, 27_103_549)
    await meter.play()
    assert states(home).keys() == before.keys()
    assert states(home)["sensor.linky_east"] == before["sensor.linky_east"]
    assert (shown(home), home.state("binary_sensor.linky_link")) == (set(), "on")


async def test_nothing_of_before_a_silence_is_shown_after_it(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    names = ["sensor.linky_east", "sensor.linky_urms1", "sensor.linky_ltarf"]
    await meter.fall_silent()
    assert home.value("east") == "unavailable"
    await meter.send(to_8n1(b"\x02" + standard_group(Group("ADSC", ADDRESS))))
    assert home.state("binary_sensor.linky_link") == "on"
    assert [home.state(name) for name in names] == ["unknown"] * 3
    await meter.play()
    assert "unknown" not in [home.state(name) for name in names]


async def test_what_has_changed_during_a_silence_is_not_shown_as_it_was(home: Home) -> None:
    house = Household(contract="hphc", start="2026-11-23T21:55:00", off_peak=((1320, 360),))
    meter = await home.hears(Line(house, parity="stripped"))
    assert home.value("ntarf") == "2"
    await meter.fall_silent()
    assert home.value("ntarf") == "unavailable"
    house.advance(600)
    home.clock.now += 600
    said = set()
    for _ in range(KNOWN):
        await meter.play(1)
        said.add(home.value("ntarf"))
    assert said == {"unknown", "1"}
    assert home.value("pref") == "9"


async def test_a_warning_that_ended_during_a_silence_is_off_though_frames_come_at_once(
    home: Home,
) -> None:
    house = Household(mode="historic", living=False)
    meter = await home.hears(house)
    house.set_load(11_000)
    await meter.play(2)
    assert home.state("binary_sensor.linky_adps") == "on"
    await meter.fall_silent()
    assert home.state("binary_sensor.linky_adps") == "unavailable"
    house.set_load(500)
    await meter.send(b"".join(meter.source.next().data for _ in range(2 * KNOWN)))
    await meter.play()
    assert [home.state("binary_sensor.linky_adps"), home.value("papp")] == ["off", "500"]


async def test_nothing_of_before_another_meter_is_shown_after_it(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    before = home.value("east")
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await meter.play()
    house.replace_meter(ADDRESS, 27_200_000)
    await meter.play(1)
    assert home.value("east") not in {before, "unavailable"}
    await meter.play()
    assert home.value("east") == str(int(house.truth["EAST"]) / 1000)


@pytest.mark.usefixtures("as_delivered")
async def test_a_meter_that_was_replaced_while_nobody_listened_is_noticed(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    await home.unload(meter)
    house.replace_meter(OTHER_ADDRESS, NEW_INDEX)
    await home.restart(meter)
    await meter.play()
    assert shown(home) == {"other_meter"}
    assert set(states(home).values()) == {"unavailable"}


async def test_entities_of_the_other_mode_appear_when_it_changes(home: Home) -> None:
    house = Household(contract="tempo")
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    assert home.value("bbrhcjb") == str(int(house.truth["BBRHCJB"]) / 1000)
    assert home.value("ptec") == house.truth["PTEC"]
    assert home.value("east") == "unknown"
    house.switch_mode("standard")
    await meter.play(8)
    assert home.value("east") == str(int(house.truth["EAST"]) / 1000)
    assert home.value("bbrhcjb") == "unknown"


async def test_entities_of_what_a_meter_begins_to_send_appear(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    assert home.value("eait") is None
    house.producer = True
    await meter.play(2)
    assert home.value("eait") is None
    await meter.play(2)
    assert home.value("eait") == str(int(house.truth["EAIT"]) / 1000)


async def test_a_label_that_nobody_knows_makes_no_entity(home: Home) -> None:
    groups = (("ADSC", ADDRESS), ("PREF", "09"), ("ZORK", "123"))
    await home.hears(Replay(frame("standard", *groups), 9600))
    assert home.value("pref") == "9"
    assert home.value("zork") is None


async def test_what_works_on_the_line_is_stored(home: Home) -> None:
    meter = await home.hears(Household(mode="historic"))
    assert meter.entry
    stored = {key: meter.entry.data[key] for key in (CONF_SPEED, CONF_MODE, CONF_OVERSEAS)}
    assert stored == {CONF_SPEED: 9600, CONF_MODE: "historic", CONF_OVERSEAS: 0}


async def test_a_mode_in_which_nothing_is_believed_yet_is_not_another_one(home: Home) -> None:
    meter = home.meter(Line(Household(mode="historic"), parity="stripped"))
    entry = await home.add(meter, mode="standard")
    seen = []
    for _ in range(KNOWN):
        await meter.play(1)
        is_believed = bool(meter.coordinator.receiver.meter.readings)
        seen.append((is_believed, entry.data[CONF_MODE], shown(home)))
    assert seen[0] == (False, "standard", set())
    assert seen[-1] == (True, "historic", {"mode_changed"})


@pytest.mark.usefixtures("all_enabled")
async def test_the_time_of_an_island_is_learned_and_stored(home: Home) -> None:
    house = Household(utc_offset=4 * 3600)
    meter = await home.hears(house, 16)
    assert meter.entry
    assert meter.entry.data[CONF_OVERSEAS] == 3 * 60
    await home.restart(meter)
    await meter.play()
    shown_time = datetime.fromisoformat(home.value("date") or "")
    assert abs((house.now - shown_time).total_seconds()) < 3


async def test_states_follow_the_rule_that_was_chosen(home: Home) -> None:
    house = Household(living=False)
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    house.set_load(9000)
    await meter.play()
    first = home.value("east")
    await meter.play(8)
    assert home.value("east") == first
    waiting = str(int(house.truth["EAST"]) / 1000)
    home.clock.now += 180
    await meter.play(1)
    assert home.value("east") == waiting


async def test_a_reading_that_waits_is_told_though_no_other_comes(home: Home) -> None:
    house = Household(living=False)
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    house.set_load(9000)
    await meter.play(2 * KNOWN)
    waiting = str(int(house.truth["EAST"]) / 1000)
    assert home.value("east") != waiting
    await home.minutes(3)
    assert home.value("east") == waiting


async def test_a_reading_that_waits_is_told_when_anything_comes(home: Home) -> None:
    house = Household(living=False)
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    house.set_load(9000)
    await meter.play(2 * KNOWN)
    waiting = str(int(house.truth["EAST"]) / 1000)
    home.clock.now += 180
    await meter.send(to_8n1(b"\nPREF\t09\t?\r"))
    assert home.value("east") == waiting


async def test_what_vanishes_and_comes_again_is_told_at_once(home: Home) -> None:
    house = Household(living=False)
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: "economy"})
    await meter.play()
    before = home.value("urms1")
    meter.source = Lacking(house, b"URMS1")
    await meter.play()
    assert home.value("urms1") == "unknown"
    meter.source = Line(house)
    await meter.play(1)
    assert home.value("urms1") == before


async def test_a_listener_that_raises_costs_nobody_else_a_value(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    house = Household(living=False)
    meter = await home.hears(house)

    def fail(*_: object) -> None:
        raise RuntimeError("somebody else's fault")

    signals = meter.coordinator.signals
    signals.state.connect("SINSTS", fail)
    signals.reading.connect("SINSTS", fail)
    signals.frame.connect(fail)
    for watts in (5000, 400):
        house.set_load(watts)
        await meter.play(2)
        assert home.value("sinsts") == house.truth["SINSTS"].lstrip("0")
    assert caplog.text.count("Traceback") == 1


async def test_another_meter_and_the_return_of_ours_are_logged_once_each(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = Household(), Household(address=OTHER_ADDRESS)
    meter = await home.hears(ours)
    caplog.clear()
    for house in (theirs, ours, None, theirs, None, ours, None, ours):
        if house is None:
            await meter.fall_silent()
            continue
        meter.source = Line(house)
        await meter.play(8)
    stranger = "Another meter, 021975••••01, speaks on this line"
    ours_again = "The meter 041961••••00 speaks on its line again"
    lost = "The meter 041961••••00 is no longer heard"
    said = [one.getMessage() for one in caplog.records if one.name.startswith("custom_comp")]
    assert said == [stranger, ours_again, lost, stranger, ours_again, lost, said[-1]]
    assert said[-1] == "The meter 041961••••00 is heard again"


async def test_a_listener_that_raises_does_not_close_the_connection_to_a_bridge(home: Home) -> None:
    calls: list[str] = []

    def fail(reading: Reading) -> None:
        calls.append(reading.raw)
        raise RuntimeError("somebody else's fault")

    with TcpPort(Line(Household(address=ADDRESS)), speed=20) as bridge:
        meter = home.meter(name="unused")
        await home.add(meter, port=bridge.url)
        meter.coordinator.signals.reading.connect("SINSTS", fail)
        await until(lambda: len(calls) > 3)
        assert meter.coordinator.link.reconnections == 0
        assert home.state("binary_sensor.linky_link") == "on"
