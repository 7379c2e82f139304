"""Every label of the catalogue becomes a sensor, and says what the wire says."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.util import slugify
import pytest

from custom_components.linky_tic.history.counting import Counting, StatisticCount
from custom_components.linky_tic.history.index_history import history_of
from custom_components.linky_tic.tic import CATALOGUE, Mode
from simulator import Household
from simulator.frames import ETX
from simulator.line import Line, Replay

from .everything import INSTANTS, PILOT, SHOWN_UNITS, Everything, examples, expected, unit_of
from .home import ADDRESS, KNOWN, Home, complaints
from .test_translations import texts
from .tic.referee import DATA, good_groups

CLASSES: Final = {
    "Wh": SensorDeviceClass.ENERGY,
    "varh": SensorDeviceClass.REACTIVE_ENERGY,
    "V": SensorDeviceClass.VOLTAGE,
    "A": SensorDeviceClass.CURRENT,
    "kVA": SensorDeviceClass.APPARENT_POWER,
    "VA": SensorDeviceClass.APPARENT_POWER,
    "W": SensorDeviceClass.POWER,
    "min": SensorDeviceClass.DURATION,
}
CONTRACT: Final = {"NGTF", "PREF", "PCOUP", "OPTARIF", "ISOUSC"}
RAW: Final = {
    *("ADSC", "VTIC", "STGE", "PRM", "RELAIS", "NJOURF", "NJOURF+1", "PJOURF+1", "PPOINTE"),
    *("ADCO", "HHPHC", "MOTDETAT", "PPOT", "IMAX", "IMAX1", "IMAX2", "IMAX3", "DATE"),
}
CONSTANT: Final = {"PREF", "PCOUP", "ISOUSC", "PEJP", "IMAX", "IMAX1", "IMAX2", "IMAX3"}
"""Numbers that are no measurement, hence of no use to statistics."""
ON: Final = (
    {
        "EAST",
        "EAIT",
        "SINSTS",
        "SINST1",
        "SINSTI",
        "PAPP",
        "BASE",
        "HCHC",
        "HCHP",
        "EJPHN",
        "EJPHPM",
    }
    | {f"EASF{number:02}" for number in range(1, 11)}
    | {f"BBRH{tariff}J{colour}" for tariff in "CP" for colour in "BWR"}
)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("mode", Mode)
async def test_every_label_of_the_catalogue_says_what_the_wire_says(
    home: Home, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    source = Everything(mode)
    await home.hears(source)
    said = {name: home.value(slugify(name)) for name in CATALOGUE[mode]}
    assert said == {name: expected(mode, sent) for name, sent in source.groups.items()}
    assert not complaints(caplog)


@pytest.mark.parametrize("mode", Mode)
async def test_every_label_is_what_its_unit_makes_of_it(home: Home, mode: Mode) -> None:
    await home.hears(Everything(mode))
    for name in examples(mode):
        entity = home.registered(f"sensor.linky_{slugify(name)}")
        unit = unit_of(mode, name)
        kind = SensorDeviceClass.TIMESTAMP if name in INSTANTS else CLASSES.get(unit or "")
        assert entity.original_device_class == kind, name
        assert entity.unit_of_measurement == SHOWN_UNITS.get(unit or "", unit), name
        assert (entity.capabilities or {}).get("state_class") == state_class(mode, name), name


def state_class(mode: Mode, name: str) -> SensorStateClass | None:
    unit = unit_of(mode, name)
    if unit in SHOWN_UNITS:
        return SensorStateClass.TOTAL_INCREASING
    return SensorStateClass.MEASUREMENT if unit and name not in CONSTANT else None


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.usefixtures("as_delivered")
async def test_every_label_has_its_category_and_is_on_or_off_by_default(
    home: Home, mode: Mode
) -> None:
    await home.hears(Everything(mode))
    for name in examples(mode):
        entity = home.registered(f"sensor.linky_{slugify(name)}")
        diagnostic = EntityCategory.DIAGNOSTIC if name in RAW | CONTRACT else None
        assert entity.entity_category == diagnostic, name
        assert (entity.disabled_by is None) is (name in ON), name


CAPTURES: Final = (
    "standard_mono_base_100frames",
    "standard_mono_hphc",
    "standard_mono_producer_total",
    "standard_mono_hphc_producer_noisy",
    "standard_three_base",
    "standard_three_tempo_white",
    "standard_mono_tempo_lf_as_0f",
    "historic_mono_hc_long",
    "historic_mono_tempo_red",
    "historic_three_base",
    "historic_three_hc",
)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("capture", CAPTURES)
async def test_states_are_what_a_real_meter_sent(home: Home, capture: str) -> None:
    stream = (DATA / "captures" / f"{capture}.bin").read_bytes()
    mode = Mode(capture.partition("_")[0])
    sent = {
        heard.label: (heard.label, heard.data, heard.horodate or "")
        for heard in good_groups(stream)
    }
    address = sent["ADSC" if mode is Mode.STANDARD else "ADCO"][1]
    replay = Replay(stream, 9600)
    turns = 1 if stream.count(ETX) > KNOWN else KNOWN
    await home.hears(replay, turns * len(replay._frames), address)
    wire = {name: expected(mode, one) for name, one in sent.items()}
    if "noisy" in capture:  # the group beside the last one is damaged: it waits for the next frame
        wire["EAIT"] = "3626.875"
    assert {name: home.value(slugify(name)) for name in wire} == wire


HOUSES: Final[Mapping[str, Mapping[str, Any]]] = {
    "mono": {},
    "hphc": {"contract": "hphc"},
    "three-phase": {"phases": 3},
    "producer": {"producer": True, "start": "2026-06-21T13:00:00"},
    "tempo": {"contract": "tempo", "phases": 3},
    "pilot": {"pilot": True},
    "hexadecimal hours": {"hexadecimal_hours": True, "named": False, "load_curve": None},
    "historic": {"mode": "historic", "contract": "hphc"},
    "historic tempo": {"mode": "historic", "contract": "tempo"},
    "historic ejp": {"mode": "historic", "contract": "ejp"},
    "historic three-phase": {"mode": "historic", "phases": 3},
}


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("options", HOUSES.values(), ids=HOUSES.keys())
async def test_states_are_what_a_living_meter_sends(
    home: Home, options: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    house = Household(**options)
    meter = await home.hears(house, 2 * KNOWN, house.address)
    for _ in range(KNOWN):
        await meter.play(1)
        wire = {
            name: expected(Mode(house.mode), (name, data, house.horodates.get(name, "")))
            for name, data in house.truth.items()
        }
        assert {name: home.value(slugify(name)) for name in wire} == wire
    assert not complaints(caplog)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("mode", Mode)
async def test_every_label_has_a_name_of_its_own_and_an_id_of_every_language(
    home: Home, mode: Mode, language: str
) -> None:
    home.hass.config.language = language
    await home.hears(Everything(mode))
    names = []
    for label in examples(mode).keys() - PILOT.keys():
        entity = home.registered(f"sensor.linky_{slugify(label)}")
        assert entity.unique_id == f"{ADDRESS}_{label}"
        names.append(entity.original_name or "")
    assert not [name for name in names if not name or "{" in name]
    assert len(set(names)) == len(names)
    common = texts(language)["entity"]["sensor"]["imported_power"]["name"]
    assert common in names


def test_no_two_labels_have_the_same_id() -> None:
    ids = [slugify(name) for mode in Mode for name in examples(mode)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("phases", "name"), [(1, "Current"), (3, "Current, phase 1")], ids=["mono", "three-phase"]
)
async def test_a_phase_is_named_where_there_are_others(home: Home, phases: int, name: str) -> None:
    house = Household(phases=phases)
    await home.hears(house, address=house.address)
    assert home.registered("sensor.linky_irms1").original_name == name


TEMPO: Final = {f"easf{number:02}" for number in range(1, 7)}


@pytest.mark.parametrize(
    ("contract", "on"),
    [("base", {"easf01"}), ("hphc", {"easf01", "easf02"}), ("tempo", TEMPO)],
)
@pytest.mark.usefixtures("as_delivered")
async def test_all_indexes_of_a_contract_are_on_from_the_start(
    home: Home, contract: str, on: set[str]
) -> None:
    await home.hears(Household(contract=contract, index=0))
    registers = {f"easf{number:02}" for number in range(1, 11)}
    assert {name for name in registers if home.value(name)} == on


async def test_the_moment_of_a_maximum_is_told_beside_it(home: Home) -> None:
    meter = await home.hears()
    state = home.hass.states.get("sensor.linky_smaxsn")
    reading = meter.coordinator.readings.get("SMAXSN")
    assert state
    assert reading
    assert state.attributes["time"] == reading.time


async def test_a_label_that_is_not_sent_any_more_is_unknown(home: Home) -> None:
    source = Everything(Mode.STANDARD)
    source.groups["LTARF"] = ("LTARF", " " * 16)
    meter = await home.hears(source)
    assert home.value("eait") == "3278.145"
    del source.groups["EAIT"], source.groups["SMAXIN"]
    await meter.play(2)
    assert home.value("eait") == "3278.145"
    await meter.play(1)
    assert home.value("eait") == "unknown"
    state = home.hass.states.get("sensor.linky_smaxin")
    assert state
    assert (state.state, state.attributes["time"]) == ("unknown", None)


async def test_a_message_sent_once_stays(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    assert home.value("msg2") == "unknown"
    house.send_message("COUPURE A 14H")
    await meter.play()
    assert home.value("msg2") == "COUPURE A 14H"
    await home.restart(meter)
    await meter.play()
    assert home.value("msg2") == "COUPURE A 14H"


@pytest.mark.parametrize("parity", ["even", "stripped"])
async def test_a_message_that_is_not_confirmed_is_marked(home: Home, parity: str) -> None:
    house = Household()
    meter = await home.hears(Line(house, parity=parity))
    house.send_message("COUPURE A 14H")
    await meter.play(1)
    state = home.hass.states.get("sensor.linky_msg2")
    assert state
    assert state.state == "COUPURE A 14H"
    assert state.attributes["confirmed"] is (parity == "even")


@pytest.mark.usefixtures("as_delivered")
async def test_shown_and_received_values_of_an_index_reach_its_statistic(home: Home) -> None:
    house = Household(contract="hphc", living=False)
    house.set_load(9000)
    meter = await home.hears(house, 2 * KNOWN)
    counting = history_of(home.hass)._counting
    shown = {label: one.shown for label, one in _by_label(counting).items()}
    assert shown == {label: int(house.truth[label]) for label in ("EAST", "EASF01", "EASF02")}
    said = {key.rpartition("_")[2]: wh for key, wh in counting.registers.heard.items()}
    assert said["7"] == 0  # of a sensor that is off
    await meter.fall_silent()
    _by_label(counting)["EAST"].shown = -1
    meter.coordinator.signals.state.send("EAST")
    assert _by_label(counting)["EAST"].shown == -1  # it is unavailable


def _by_label(counting: Counting) -> dict[str, StatisticCount]:
    return {one.label: one for one in counting.counters.values()}
