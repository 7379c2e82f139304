"""Every label of the catalogue becomes a sensor, and says what the wire says."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify
import pytest

from custom_components.linky_tic.tic import CATALOGUE, Mode
from simulator import Household
from simulator.frames import ETX
from simulator.line import Burst, Line, Replay
from simulator.wire import to_8n1

from .home import ADDRESS, KNOWN, Home
from .test_translations import texts
from .tic.referee import DATA, good_groups, rows
from .tic.streams import frame

PROFILE: Final = "00004002 06004001 22004002" + 8 * " NONUTILE"
PILOT: Final = {"SINST1": "SINSTS", "SMAXN": "SMAXSN", "SMAXN-1": "SMAXSN-1"}
UNITS: Final = {"VArh": "varh", "W (Linky puts VA in it)": "VA", "-": None}
# Unit on the wire -> unit of the state.
SHOWN_UNITS: Final = {"Wh": "kWh", "varh": "kvarh"}
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
INSTANTS: Final = {"DATE", "DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3"}
CONTRACT: Final = {"NGTF", "PREF", "PCOUP", "OPTARIF", "ISOUSC"}
RAW: Final = {
    *("ADSC", "VTIC", "STGE", "PRM", "RELAIS", "NJOURF", "NJOURF+1", "PJOURF+1", "PPOINTE"),
    *("ADCO", "HHPHC", "MOTDETAT", "PPOT", "IMAX", "IMAX1", "IMAX2", "IMAX3", "DATE"),
}
CONSTANT: Final = {"PREF", "PCOUP", "ISOUSC", "PEJP", "IMAX", "IMAX1", "IMAX2", "IMAX3"}
"""Numbers that are no measurement, hence of no use to statistics."""
OFF: Final = (
    RAW
    | {"CCASN-1", "CCAIN-1", "UMOY1", "UMOY2", "UMOY3"}
    | {f"EASD{number:02}" for number in range(1, 5)}
    | {f"ERQ{number}" for number in range(1, 5)}
    | {f"SMAXSN{phase}{day}" for phase in (1, 2, 3) for day in ("", "-1")}
)


def examples(mode: Mode) -> dict[str, dict[str, str]]:
    """Every label of a mode with its line in the specification; pilot meters are as the others."""
    found = {row["label"]: row for row in rows(mode)}
    pilot = PILOT if mode is Mode.STANDARD else {}
    return found | {name: {**found[other], "label": name} for name, other in pilot.items()}


LABELS: Final = [(mode, name) for mode in Mode for name in examples(mode)]


def unit_of(mode: Mode, name: str) -> str | None:
    unit = examples(mode)[name]["unit"]
    return UNITS.get(unit, unit)


def group(mode: Mode, name: str) -> tuple[str, ...]:
    """The label as the specification's example shows it on the wire."""
    row = examples(mode)[name]
    size, example = int(row["size_chars"]), row["example"].strip("'").split(" | ")[0]
    if size == len(PROFILE):
        return name, PROFILE
    if row.get("has_horodate") == "yes":
        return name, example[14:].strip("' ") if size else "", example[:13]
    return name, ADDRESS if name in {"ADSC", "ADCO"} else f"{example:{size}.{size}}"


class Everything:
    """A meter that sends every label of its mode."""

    def __init__(self, mode: Mode) -> None:
        self.groups = {name: group(mode, name) for name in examples(mode)}
        self._mode = mode

    def next(self) -> Burst:
        data = to_8n1(frame(self._mode, *self.groups.values()))
        return Burst(data, 2.0, 9600)


def expected(mode: Mode, sent: tuple[str, ...]) -> str:
    """What a group of the wire is as a state."""
    name, data, *_ = sent
    unit = unit_of(mode, name)
    if name in INSTANTS:
        return read_instant(sent[2])
    if unit in SHOWN_UNITS:
        return str(int(data) / 1000)
    is_number = unit or examples(mode)[name].get("data_type", "").lower().startswith("uint")
    return str(int(data)) if is_number else data.strip()


def read_instant(horodate: str) -> str:
    """A winter or summer horodate; a space stands for the season of a date in winter here."""
    local = datetime.strptime(horodate[1:], "%y%m%d%H%M%S").replace(tzinfo=UTC)
    return (local - timedelta(hours=2 if horodate[0] in "Ee" else 1)).isoformat()


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


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged above INFO, but for what Home Assistant says of itself in every test."""
    usual = ("homeassistant.loader", "aiohttp_fast_zlib", "asyncio")
    loud = (record for record in caplog.records if record.levelno > logging.INFO)
    return [record.getMessage() for record in loud if record.name not in usual]


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
async def test_every_label_has_its_category_and_is_on_or_off_by_default(
    home: Home, mode: Mode
) -> None:
    await home.hears(Everything(mode))
    for name in examples(mode):
        entity = home.registered(f"sensor.linky_{slugify(name)}")
        diagnostic = EntityCategory.DIAGNOSTIC if name in RAW | CONTRACT else None
        assert entity.entity_category == diagnostic, name
        assert (entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION) is (name in OFF), name


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
    ids = [slugify(name) for _, name in LABELS]
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
async def test_all_indexes_of_a_contract_are_on_from_the_start(
    home: Home, contract: str, on: set[str]
) -> None:
    await home.hears(Household(contract=contract, index=0))
    registers = {f"easf{number:02}" for number in range(1, 11)}
    assert {name for name in registers if home.value(name)} == on


async def test_the_moment_of_a_maximum_is_told_beside_it(home: Home) -> None:
    meter = await home.hears()
    state = home.hass.states.get("sensor.linky_smaxsn")
    reading = meter.coordinator.reading("SMAXSN")
    assert state
    assert reading
    assert state.attributes["time"] == reading.time


async def test_a_label_that_is_not_sent_any_more_is_unknown(home: Home) -> None:
    source = Everything(Mode.STANDARD)
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
async def test_a_message_that_nothing_bears_out_is_marked(home: Home, parity: str) -> None:
    house = Household()
    meter = await home.hears(Line(house, parity=parity))
    house.send_message("COUPURE A 14H")
    await meter.play(1)
    state = home.hass.states.get("sensor.linky_msg2")
    assert state
    assert state.state == "COUPURE A 14H"
    assert state.attributes["confirmed"] is (parity == "even")
