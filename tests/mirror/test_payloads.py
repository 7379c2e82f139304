"""The payloads of each format, compared with golden files and with the real receiver."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
from homeassistant.components.sensor.const import DEVICE_CLASS_UNITS
from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.mirror.payloads import (
    discovery_payload,
    linky_sensor,
    plain_value,
    teleinfo2mqtt,
    topic_level,
    typed_payload,
    typed_reading,
)
from custom_components.linky_tic.tic import CATALOGUE, Frame, Mode, Reading, Receiver
from simulator.frames import Group, Writer

DATA = Path(__file__).parents[1] / "data"
ADDRESS = "021976543210"
MAINLAND = timedelta(0)
NOW = datetime(2026, 11, 23, 17, 44, 24, 310_000, UTC).timestamp()


def first_frame(stream: bytes) -> Frame:
    events = Receiver().feed(stream, NOW)
    return next(event for event in events if isinstance(event, Frame))


def readings_of(stream: bytes, *, times: int = 5) -> Mapping[str, Reading]:
    """The readings after a frame was received several times."""
    receiver = Receiver()
    for _ in range(times):
        receiver.feed(stream, NOW)
    return receiver.meter.readings


def frame(*groups: Group, mode: str = "standard") -> bytes:
    return Writer(mode).frame(groups)


def typed(stream: bytes) -> dict[str, dict[str, object]]:
    payload = typed_payload(ADDRESS, readings_of(stream), NOW)
    shown: dict[str, dict[str, object]] = json.loads(payload)
    return shown


MONO = (DATA / "mqtt" / "linky_sensor_mono.bin").read_bytes()
THREE = (DATA / "mqtt" / "linky_sensor_three.bin").read_bytes()


@pytest.mark.parametrize("name", ["mono", "three"])
def test_linky_sensor_gives_the_bytes_of_the_service(name: str) -> None:
    stream = (DATA / "mqtt" / f"linky_sensor_{name}.bin").read_bytes()
    golden = (DATA / "mqtt" / f"linky_sensor_{name}.json").read_bytes()
    assert linky_sensor(first_frame(stream)).encode() == golden


def test_linky_sensor_leaves_a_bad_group_out() -> None:
    shown = json.loads(linky_sensor(first_frame(MONO.replace(b"012345678", b"012345679"))))
    assert "EAST" not in shown
    assert len(shown) == len(json.loads(linky_sensor(first_frame(MONO)))) - 1


def test_linky_sensor_gives_no_timestamp_for_a_horodate_that_is_no_date() -> None:
    damaged = frame(Group("SMAXSN", "04520", "E260231063012"))
    assert json.loads(linky_sensor(first_frame(damaged))) == {"SMAXSN": {"Value": "04520"}}


@pytest.mark.parametrize("season", " HEhe")
def test_linky_sensor_drops_the_season(season: str) -> None:
    shown = json.loads(
        linky_sensor(first_frame(frame(Group("DPM1", "00", f"{season}260704060000"))))
    )
    assert shown["DPM1"]["Timestamp"] == "2026-07-04T06:00:00"


def test_linky_sensor_carries_what_the_catalogue_does_not_know() -> None:
    assert json.loads(linky_sensor(first_frame(frame(Group("NEWLABEL", " 1 "))))) == {
        "NEWLABEL": {"Value": " 1 "}
    }


def test_typed_tells_the_meter_first_and_then_the_labels_in_the_order_of_the_frame() -> None:
    shown = typed(MONO)
    names = [one.name for one in first_frame(MONO).groups]
    assert list(shown) == ["_meter", *names]
    assert shown["_meter"] == {
        "address": ADDRESS,
        "mode": "standard",
        "received": "2026-11-23T17:44:24.310+00:00",
    }


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("EAST", {"value": 12345678, "unit": "Wh"}),
        ("PREF", {"value": 9, "unit": "kVA"}),
        ("SMAXSN", {"value": 4520, "unit": "VA", "time": "2026-07-04T06:30:12+02:00"}),
        ("DATE", {"value": "2026-07-04T00:00:00+02:00"}),
        ("NGTF", {"value": "TEMPO"}),
        ("LTARF", {"value": "HP  BLEU"}),
        ("VTIC", {"value": "02"}),
        ("NTARF", {"value": 2}),
        ("RELAIS", {"value": 1}),
    ],
)
def test_typed_gives_values_in_their_own_type(label: str, expected: dict[str, object]) -> None:
    assert typed(MONO)[label] == expected


def test_typed_keeps_the_status_in_hexadecimal_and_decodes_it() -> None:
    status = typed(MONO)["STGE"]
    assert status["value"] == "013AC501"
    assert isinstance(status["decoded"], dict)
    assert status["decoded"]["dry_contact"] == "open"
    assert status["decoded"]["provider_tariff"] == 2


@pytest.mark.parametrize("label", ["PJOURF+1", "PPOINTE"])
def test_typed_gives_the_slots_of_a_profile(label: str) -> None:
    slots = typed(MONO)[label]["schedule"]
    assert isinstance(slots, list)
    assert slots[1]["start"] == "06:00"
    assert slots[1]["contact"] == "tempo"


def test_typed_gives_no_slots_for_an_unsound_profile() -> None:
    text = "06008001 00008001" + " NONUTILE" * 9
    assert typed(frame(Group("PJOURF+1", text)))["PJOURF+1"] == {"value": text}


def test_typed_gives_a_peak_the_time_it_begins_or_ends() -> None:
    shown = typed(THREE)
    assert shown["DPM1"] == {"value": "2026-07-04T06:00:00+02:00"}
    assert shown["FPM1"] == {"value": "2026-07-04T22:00:00+02:00"}


def test_typed_has_no_label_that_the_gate_has_not_let_through() -> None:
    assert set(typed(frame(Group("NEWLABEL", "1"), Group("PREF", "09")))) == {"_meter", "PREF"}


def test_typed_keeps_a_reading_whose_group_was_damaged() -> None:
    receiver = Receiver()
    for _ in range(5):
        receiver.feed(MONO, NOW)
    before = typed_payload(ADDRESS, receiver.meter.readings, NOW)
    receiver.feed(MONO.replace(b"012345678", b"012345679"), NOW)
    assert typed_payload(ADDRESS, receiver.meter.readings, NOW) == before


def test_typed_forgets_a_label_that_vanished_and_puts_it_back_in_its_place() -> None:
    readings = dict(readings_of(MONO))
    before = typed_payload(ADDRESS, readings, NOW)
    gone = readings.pop("LTARF")
    assert "LTARF" not in json.loads(typed_payload(ADDRESS, readings, NOW))
    readings["LTARF"] = gone
    assert typed_payload(ADDRESS, readings, NOW) == before


def test_typed_keeps_the_indexes_through_the_short_frames_of_an_overrun() -> None:
    receiver = Receiver()
    long, *short = (DATA / "frames" / "his_tri_cycle.bin").read_bytes().split(b"\x03")
    for _ in range(5):
        receiver.feed(long + b"\x03", NOW)
    for stream in short[:-2]:
        receiver.feed(stream + b"\x03", NOW)
    shown = json.loads(typed_payload(ADDRESS, receiver.meter.readings, NOW))
    assert shown["_meter"]["mode"] == "historic"
    assert {"HCHC", "HCHP", "PAPP", "IINST1"} <= set(shown)


CAPTURES = sorted((DATA / "captures").glob("*.bin"))


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_capture_gives_what_its_frames_and_readings_hold(path: Path) -> None:
    receiver = Receiver()
    for event in receiver.feed(path.read_bytes(), NOW):
        if isinstance(event, Frame):
            shown = {name: one["Value"] for name, one in json.loads(linky_sensor(event)).items()}
            assert shown == {one.name: one.data for one in event.groups}
    payload = json.loads(typed_payload(ADDRESS, receiver.meter.readings, NOW))
    ranked = sorted(receiver.meter.readings.values(), key=lambda one: one.label.rank)
    assert list(payload) == ["_meter", *(one.label.name for one in ranked)]


def test_teleinfo2mqtt_gives_raw_and_value_without_a_space_to_spare() -> None:
    heard = first_frame(frame(Group("EAST", "012345678"), Group("STGE", "013AC501")))
    payload = teleinfo2mqtt(heard, MAINLAND)
    assert payload == (
        '{"EAST":{"raw":"012345678","value":12345678},"STGE":{"raw":"013AC501","value":"013AC501"}}'
    )


@pytest.mark.parametrize(
    ("horodate", "overseas", "expected"),
    [
        ("E260704063012", 0, {"dst": "summer", "date": "2026-07-04T04:30:12.000Z"}),
        ("e260704063012", 0, {"dst": "summer", "date": "2026-07-04T04:30:12.000Z"}),
        ("H260104063012", 0, {"dst": "winter", "date": "2026-01-04T05:30:12.000Z"}),
        (" 260704063012", 0, {"dst": "summer", "date": "2026-07-04T04:30:12.000Z"}),
        ("H260104063012", 3, {"dst": "winter", "date": "2026-01-04T02:30:12.000Z"}),
        ("E260704063012", 3, {"dst": "summer", "date": "2026-07-04T01:30:12.000Z"}),
    ],
)
def test_teleinfo2mqtt_gives_the_true_instant(
    horodate: str, overseas: int, expected: dict[str, str]
) -> None:
    heard = first_frame(frame(Group("DPM1", "00", horodate)))
    shown = json.loads(teleinfo2mqtt(heard, timedelta(hours=overseas)))
    assert shown["DPM1"] == {"raw": "00", "value": 0, "timestamp": expected}


def test_teleinfo2mqtt_writes_numbers_of_any_length() -> None:
    digits = "1234567890" * 3 + "12"
    heard = first_frame(frame(Group("MSG1", digits)))
    assert json.loads(teleinfo2mqtt(heard, MAINLAND))["MSG1"]["value"] == int(digits)


def test_teleinfo2mqtt_keeps_what_is_no_number_as_it_is_and_does_not_multiply() -> None:
    shown = json.loads(teleinfo2mqtt(first_frame(MONO), MAINLAND))
    assert shown["PREF"] == {"raw": "09", "value": 9}
    assert shown["PJOURF+1"]["value"] == shown["PJOURF+1"]["raw"]
    assert shown["NGTF"] == {"raw": "     TEMPO      ", "value": "     TEMPO      "}
    assert shown["DATE"]["value"] == ""


def test_teleinfo2mqtt_reads_the_historic_mode() -> None:
    heard = first_frame(frame(Group("PAPP", "01890"), Group("PTEC", "HP.."), mode="historic"))
    shown = json.loads(teleinfo2mqtt(heard, MAINLAND))
    assert shown == {
        "PAPP": {"raw": "01890", "value": 1890},
        "PTEC": {"raw": "HP..", "value": "HP.."},
    }


def test_another_home_assistant_accepts_the_discovery_of_every_label() -> None:
    for mode in CATALOGUE.values():
        payload = json.loads(
            discovery_payload(
                ADDRESS, "Linky", mode.values(), ("linky_tic/1", "linky_tic/1/availability"), 300
            )
        )
        DEVICE_DISCOVERY_SCHEMA(payload)
        assert len(payload["components"]) == len(mode)


def test_discovered_units_are_those_of_their_device_class() -> None:
    rows = [row for mode in CATALOGUE.values() for row in mode.values()]
    components = json.loads(discovery_payload(ADDRESS, "Linky", rows, ("t", "s"), 300))[
        "components"
    ]
    for component in components.values():
        if unit := component.get("unit_of_measurement"):
            assert unit in DEVICE_CLASS_UNITS[component["device_class"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EAST", ("Wh", "energy", "total_increasing")),
        ("SINSTS", ("VA", "apparent_power", "measurement")),
        ("DATE", (None, "timestamp", None)),
        ("DPM1", (None, "timestamp", None)),
        ("LTARF", (None, None, None)),
    ],
)
def test_a_label_is_announced_as_what_it_is(name: str, expected: tuple[str | None, ...]) -> None:
    label = CATALOGUE[Mode.STANDARD][name]
    said = json.loads(discovery_payload(ADDRESS, "Linky", [label], ("t", "s"), 300))["components"][
        name
    ]
    kinds = ("unit_of_measurement", "device_class", "state_class")
    assert tuple(map(said.get, kinds)) == expected
    assert said["unique_id"] == f"linky_tic_{ADDRESS}_{name}"


def test_a_name_is_announced_as_it_is_written() -> None:
    assert '"name":"Étable"' in discovery_payload(ADDRESS, "Étable", [], ("t", "s"), 300)


def test_a_meter_of_no_known_maker_is_announced_without_one() -> None:
    device = json.loads(discovery_payload("999999999999", "Linky", [], ("t", "s"), 300))["device"]
    assert device.keys() == {"identifiers", "name", "serial_number"}


def test_a_label_is_a_level_of_a_topic_without_a_wildcard() -> None:
    levels = {name: topic_level(name) for rows in CATALOGUE.values() for name in rows}
    assert set("+#/").isdisjoint("".join(levels.values()))
    assert levels["PJOURF+1"] == "PJOURF_plus_1"


def test_a_bare_value_is_its_digits_its_text_or_its_instant() -> None:
    readings = readings_of(MONO)
    shown = {name: plain_value(readings[name].value) for name in ("EAST", "NGTF", "DATE")}
    assert shown == {"EAST": "12345678", "NGTF": "TEMPO", "DATE": "2026-07-04T00:00:00+02:00"}


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=32, max_size=32)


@given(printable)
def test_any_text_survives_the_typed_format(text: str) -> None:
    reading = replace(readings_of(MONO)["MSG1"], value=text)
    shown = json.loads(typed_payload(ADDRESS, {"MSG1": reading}, NOW))
    assert shown["MSG1"] == typed_reading(reading) == {"value": text}
