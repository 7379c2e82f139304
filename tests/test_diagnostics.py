"""Diagnostics contain all that is needed to find a fault, and nothing about the household."""

from base64 import b64decode
import json
from typing import Any, Final

from homeassistant.const import __version__
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.linky_tic.diagnostics import _port
from custom_components.linky_tic.line.reception import KEPT
from custom_components.linky_tic.mirror.settings import Option
from custom_components.linky_tic.tic import Reason, Receiver
from simulator import Household
from simulator.faults import Garbage, storm
from simulator.line import Burst, Line
from simulator.ports import TcpPort
from simulator.wire import to_8n1

from .home import Home, Meter
from .tic.streams import luck, standard
from .tic.test_anonymous import Person, traces_in

type Json = dict[str, Any]  # a file of Home Assistant's own shape

THREE_PHASE: Final = "041963000000"
OF_THE_SYSTEM: Final = {"home_assistant", "custom_components", "setup_times"}
"""Parts of the file that Home Assistant adds: they have random digits, but nothing of a meter."""


class Newer:
    """A meter that sends an unknown label."""

    def next(self) -> Burst:
        groups = ("VTIC", "03"), ("NEWLAB", "12345"), ("SINSTS", "00450")
        return Burst(to_8n1(standard(*groups)), 2.0, 9600)


class Reporter:
    """Somebody who downloads the file that goes with a bug report."""

    def __init__(self, home: Home, hass_client: ClientSessionGenerator) -> None:
        self._home = home
        self._hass_client = hass_client

    async def file(self, meter: Meter) -> Json:
        assert meter.entry
        assert await async_setup_component(self._home.hass, "diagnostics", {})
        client = await self._hass_client()
        answer = await client.get(f"/api/diagnostics/config_entry/{meter.entry.entry_id}")
        assert answer.status == 200
        return dict(await answer.json())

    async def data(self, meter: Meter) -> Json:
        return dict((await self.file(meter))["data"])


@pytest.fixture
async def reporter(home: Home, hass_client: ClientSessionGenerator) -> Reporter:
    return Reporter(home, hass_client)


def assert_nobody_is_found(file: Json, person: Person) -> None:
    """Search for all identifiers in the text, and in what can be decoded from it."""
    for issue in file["issues"]:
        issue.pop("created", None)  # its microseconds are digits too
    text = json.dumps({key: one for key, one in file.items() if key not in OF_THE_SYSTEM})
    capture = b64decode(file["data"]["line"]["capture_base64"])
    assert len(capture) > 1000
    assert traces_in(text.encode(), person) == set()
    assert traces_in(text.upper().encode(), person) == set()
    assert traces_in(capture, person) == set()


@pytest.mark.parametrize("parity", ["even", "stripped"])
@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("seed", range(3))
async def test_no_identifier_of_the_household_is_in_the_file(
    home: Home, reporter: Reporter, seed: int, mode: str, parity: str
) -> None:
    person = Person.of(luck(seed))
    house = person.house(seed, mode)
    meter = await home.hears(Line(house, parity=parity), address=house.address)
    meter.source = Line(house, parity=parity, noise=1e-3, script=storm(0.1, 600, seed=seed))
    for _ in range(10):
        house.send_message(person.short_message)
        await meter.play(3)
        await home.minutes()
    assert traces_in(meter.coordinator.link.reception.recent, person)
    assert_nobody_is_found(await reporter.file(meter), person)


async def test_another_meter_is_not_found_either(home: Home, reporter: Reporter) -> None:
    person, stranger = Person.of(luck(1)), Person.of(luck(2))
    house = person.house(0, "standard")
    meter = await home.hears(house, address=house.address)
    house.replace_meter(f"021975{stranger.number}", 1000)
    await meter.play(8)
    file = await reporter.file(meter)
    assert meter.coordinator.other_address
    assert file["data"]["meter"]["other_meter"]["maker"] == "Sagemcom"
    assert_nobody_is_found(file, person)
    assert_nobody_is_found(file, stranger)


async def test_a_repair_that_home_assistant_adds_names_nobody(
    home: Home, reporter: Reporter
) -> None:
    person = Person.of(luck(3))
    house = person.house(0, "standard")
    meter = await home.hears(house, address=house.address)
    house.switch_mode("historic")
    await meter.play(8)
    file = await reporter.file(meter)
    (issue,) = file["issues"]
    assert issue["translation_key"] == "mode_changed"
    assert_nobody_is_found(file, person)


async def test_an_entity_id_that_a_person_has_chosen_is_hidden(
    home: Home, reporter: Reporter
) -> None:
    person = Person.of(luck(4))
    house = person.house(0, "standard")
    meter = await home.hears(house, address=house.address)
    registry = er.async_get(home.hass)
    chosen = {"east": house.address, "sinsts": house.prm, "irms1": "chez_jeanne_dupont"}
    chosen["urms1"] = "linky_urms1_33650"  # a number that is more than Home Assistant's own
    for label, name in chosen.items():
        registry.async_update_entity(f"sensor.linky_{label}", new_entity_id=f"sensor.{name}")
    file = await reporter.file(meter)
    shown = file["data"]["entities"]
    assert {shown[f"sensor {key.upper()}"]["entity_id"] for key in chosen} == {"**REDACTED**"}
    assert shown["sensor SMAXSN-1"]["entity_id"] == "sensor.linky_smaxsn_1"
    assert "jeanne" not in str(file)
    assert_nobody_is_found(file, person)


async def test_topics_and_the_title_are_not_told(home: Home, reporter: Reporter) -> None:
    meter = home.meter()
    options: Json = {Option.TOPIC: "chez_jeanne/linky", Option.FORMAT: "linky-sensor"}
    entry = await home.add(meter, options=options)
    home.hass.config_entries.async_update_entry(entry, title="Chez Jeanne")
    await meter.play()
    data = await reporter.data(meter)
    assert "jeanne" not in json.dumps(data).lower()
    assert data["entry"]["options"] == {
        Option.TOPIC: "**REDACTED**",
        Option.FORMAT: "linky-sensor",
    }


@pytest.mark.parametrize(
    ("port", "shown"),
    [
        ("/dev/serial/by-id/usb-1a86-if00", "/dev/serial/by-id/usb-1a86-if00"),
        ("device:///dev/ttyUSB0", "device:///dev/ttyUSB0"),
        ("socket://chez-jeanne.local:20108", "socket://**REDACTED**:20108"),
        ("rfc2217://192.0.2.1:4000?logging=debug", "rfc2217://**REDACTED**:4000"),
        ("socket://jeanne:1234@192.0.2.1", "socket://**REDACTED**"),
        ("socket://jeanne:1234@[2001:db8::1]:5", "socket://**REDACTED**:5"),
        ("esphome://192.0.2.1:6053/?key=c2VjcmV0&port_name=tic", "esphome://**REDACTED**:6053"),
        ("esphome-hass://esphome/01KD?port_name=tic", "esphome-hass://**REDACTED**"),
    ],
)
def test_a_port_is_told_without_its_host(port: str, shown: str) -> None:
    assert _port(port) == shown


async def test_the_host_of_a_bridge_is_told_nowhere(home: Home, reporter: Reporter) -> None:
    meter = home.meter(name="unused")
    bridge = TcpPort(meter.source)
    bridge.replug()
    await home.add(meter, port=f"{bridge.url}?key=secret")
    text = json.dumps(await reporter.data(meter))
    assert "127.0.0.1" not in text
    assert "secret" not in text
    bridge.unplug()


@pytest.mark.usefixtures("as_delivered")
async def test_the_file_says_what_a_fault_is_found_by(home: Home, reporter: Reporter) -> None:
    meter = await home.hears(Household(producer=True, phases=3), address=THREE_PHASE)
    meter.coordinator.receiver.counters.rejected["EAST", Reason.CHECKSUM] += 1
    meter.coordinator.receiver.counters.altered += 1
    good = meter.coordinator.receiver.counters.good_groups
    data = await reporter.data(meter)
    assert data["quality"]["good_percent"] == float(f"{100 * good / (good + 1):.2f}")
    assert data["quality"]["altered"] == 1
    assert data["versions"]["home_assistant"] == __version__
    assert data["meter"]["address"] == "041963••••00"
    assert data["meter"]["phases"] == 3
    assert (data["meter"]["overseas_minutes"], data["mqtt_is_loaded"]) == (0, False)
    assert "EAIT" in data["meter"]["established"]
    assert data["wire"] == {
        "bit7": "parity",
        "carries_parity": True,
        "parity_errors": 0,
        "damaged": 0,
    }
    assert [turn["what"] for turn in data["link"]["history"]] == [
        "opened",
        "heard",
        "9600 standard",
    ]
    assert data["link"]["last_good_group"].startswith("2026-11-23T17:00:")
    assert data["entities"]["sensor EAST"] == {
        "entity_id": "sensor.linky_east",
        "disabled_by": None,
    }
    assert data["entities"]["sensor STGE"]["disabled_by"] == "integration"


async def test_readings_are_told_but_for_identities(home: Home, reporter: Reporter) -> None:
    meter = await home.hears()
    readings = (await reporter.data(meter))["readings"]
    assert readings.keys() & {"ADSC", "PRM", "MSG1", "MSG2"} == set()
    assert readings["EAST"]["value"] == int(readings["EAST"]["raw"])
    assert readings["NGTF"]["value"] == "BASE"
    assert readings["SMAXSN"]["time"].startswith("2026-11-23T")


async def test_of_a_line_that_was_lost_the_last_readings_are_told(
    home: Home, reporter: Reporter
) -> None:
    meter = await home.hears()
    heard = (await reporter.data(meter))["readings"]
    await meter.fall_silent()
    assert (await reporter.data(meter))["readings"] == heard


async def test_labels_that_the_gate_holds_are_in_the_file_without_their_values(
    home: Home, reporter: Reporter
) -> None:
    house = Household()
    meter = await home.hears(house)
    meter.source = Line(house, script=[(0, Garbage("EAST", "987654321"))])
    await meter.play(2)
    data = await reporter.data(meter)
    (held,) = [one for one in data["refused"] if one["label"] == "EAST"]
    assert (held["reason"], held["count"]) == ("held", 2)  # the first one of all, and this one
    assert "987654321" not in json.dumps(data["refused"])


async def test_the_last_frames_can_be_replayed(home: Home, reporter: Reporter) -> None:
    meter = await home.hears(frames=20)
    line = (await reporter.data(meter))["line"]
    capture = b64decode(line["capture_base64"])
    assert len(capture) == KEPT
    replayed = Receiver()
    replayed.feed(capture, 1.0)
    last = meter.coordinator.readings.get("EAST")
    assert last
    assert replayed.meter.readings["EAST"].raw == last.raw
    assert 'EASF10\t000000000\t"\r' in line["characters"]


async def test_a_label_that_the_catalogue_does_not_know_is_told(
    home: Home, reporter: Reporter
) -> None:
    meter = await home.hears(Newer())
    data = await reporter.data(meter)
    assert data["meter"]["unknown_labels"] == {"NEWLAB": "5 characters"}


async def test_an_entry_whose_port_is_missing_has_a_file_too(
    home: Home, reporter: Reporter
) -> None:
    meter = home.meter()
    await home.add(meter, port="/dev/nowhere")
    data = await reporter.data(meter)
    assert data["entry"]["state"] == "setup_retry"
    assert data["entry"]["reason"] == "port_missing"
    assert "meter" not in data


async def test_a_meter_that_was_not_heard_yet_has_a_file_too(
    home: Home, reporter: Reporter
) -> None:
    meter = home.meter()
    await home.add(meter, overseas=180)
    data = await reporter.data(meter)
    assert data["meter"]["overseas_minutes"] == 180
    assert (data["link"]["is_connected"], data["link"]["last_good_group"]) == (None, None)
    assert data["quality"]["good_percent"] is None


async def test_a_repair_that_home_assistant_adds_does_not_tell_the_title(
    home: Home, reporter: Reporter
) -> None:
    house = Household()
    meter = await home.hears(house)
    assert meter.entry
    home.hass.config_entries.async_update_entry(meter.entry, title="Chez Jeanne")
    house.switch_mode("historic")
    await meter.play(8)
    file = await reporter.file(meter)
    assert [issue["translation_key"] for issue in file["issues"]] == ["mode_changed"]
    assert "jeanne" not in json.dumps(file).lower()
