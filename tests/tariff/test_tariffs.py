"""The tariff in force and the names of the indexes, as people see them."""

from typing import Any, Final, Literal

import pytest

from custom_components.linky_tic.meter.store import MeterStore
from custom_components.linky_tic.tic import LABELS
from simulator import Household

from ..home import KNOWN, Home, Meter
from .test_in_force import PERIODS

TARIFF: Final = "sensor.linky_current_tariff"
PREF: Final = "sensor.linky_pref"


def index_names(home: Home) -> list[str]:
    """The names of the indexes that are shown, as in the registry."""
    entities = [home.registered(f"sensor.linky_easf{number:02}") for number in range(1, 11)]
    return [one.original_name or "" for one in entities if not one.disabled]


def options(home: Home) -> list[str]:
    state = home.hass.states.get(TARIFF)
    assert state
    return list(state.attributes["options"])


async def news(home: Home, house: Household, frames: int = KNOWN) -> Meter:
    """Hear a meter of which nothing has been learned."""
    meter = home.meter(house)
    meter.learned = {}
    await home.add(meter)
    await meter.play(frames)
    return meter


@pytest.mark.usefixtures("as_delivered")
async def test_well_known_names_are_shown_at_once_without_a_reload(
    home: Home,
) -> None:
    meter = await news(home, Household(contract="hphc", index=2000))
    first = meter.coordinator
    assert (home.state(TARIFF), options(home)) == ("peak", ["off_peak", "peak"])
    assert index_names(home) == ["Energy, off-peak hours", "Energy, peak hours"]
    state = home.hass.states.get("sensor.linky_easf01")
    assert state
    assert state.name == "Linky Energy, off-peak hours"
    await meter.play(20)
    assert meter.coordinator is first


async def test_the_suppliers_text_stays_beside_the_name(home: Home) -> None:
    await news(home, Household(contract="hphc"))
    state = home.hass.states.get(TARIFF)
    assert state
    assert state.attributes["text"] == "HEURE PLEINE"


@pytest.mark.usefixtures("as_delivered")
async def test_each_register_gets_its_name_when_it_is_in_force(home: Home) -> None:
    house = Household(contract="weekend", start="2026-11-27T21:00:00", living=False, index=3000)
    meter = await news(home, house, 2 * KNOWN)
    for hours in (0, 2, 12):
        house.advance(hours * 3600)
        await meter.play(4 * KNOWN)
    assert index_names(home) == [
        "Energy, off-peak hours",
        "Energy, peak hours",
        "Index 3 · HEURE WEEK-END",
    ]
    assert home.state(TARIFF) == "HEURE WEEK-END"
    assert options(home) == ["off_peak", "peak", "HEURE WEEK-END"]


async def test_a_name_is_known_after_a_restart_before_anything_is_received(home: Home) -> None:
    house = Household(contract="weekend", index=3000, start="2026-11-28T12:00:00")
    meter = await news(home, house, 2 * KNOWN)
    meter.port.unplug()
    await home.unload(meter)
    meter.port.replug()
    assert meter.entry
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await home.hass.async_block_till_done()
    name = "Index 3 · HEURE WEEK-END"
    assert home.registered("sensor.linky_easf03").original_name == name
    state = home.hass.states.get("sensor.linky_easf03")
    assert state
    assert (state.state, state.name) == ("unavailable", f"Linky {name}")


async def test_stored_names_that_are_no_text_take_no_index_away(home: Home) -> None:
    meter = await home.hears(Household(contract="hphc"))
    await home.unload(meter)
    assert meter.entry
    damaged = MeterStore(home.hass, meter.entry.entry_id)
    await damaged.load()
    damaged.keep("tariff_names", {"1": 7, "2": None})
    damaged.keep("historic_tariffs", {"1": []})
    await damaged.flush()
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(2 * KNOWN)
    for label in ("easf01", "easf02"):
        assert float(home.value(label) or "") > 0
    assert home.state(TARIFF) in {"off_peak", "peak"}


async def test_names_and_calendar_of_tariffs_are_stored(home: Home) -> None:
    house = Household(contract="hphc")
    meter = await news(home, house, 70)

    def kept() -> list[object]:
        keys = ("tariff_names", "tariff_calendar", "historic_tariffs", "tempo")
        return [meter.coordinator.store.recall(key) for key in keys]

    heard = {"2": "HEURE PLEINE"}, "H PLEINE/CREUSE"
    assert kept() == [*heard, None, None]
    house.switch_mode("historic")
    await meter.play(3 * KNOWN)
    assert kept() == [*heard, {"1": "off_peak", "2": "peak"}, None]
    house.change_contract("tempo")
    house.switch_mode("standard")
    await meter.play(70)
    assert kept()[1:] == ["TEMPO", None, "TEMPO"]


async def test_names_of_indexes_stay_without_the_line_but_the_tariff_in_force_is_unknown(
    home: Home,
) -> None:
    meter = await home.hears(Household(contract="hphc"))
    tariffs = meter.coordinator.tariffs
    labels = [LABELS[name] for name in ("EASF01", "HCHP", "EAST", "EAIT")]
    await meter.fall_silent()
    assert tariffs.current is None
    assert tariffs.usual_register == 2
    assert [*map(tariffs.name_of_index, labels)] == ["off_peak", "peak", None, None]


async def test_tempo_is_named_without_a_reload_in_both_modes(home: Home) -> None:
    house = Household(contract="tempo", colours={})
    meter = await news(home, house)
    first = meter.coordinator
    await meter.play(3 * KNOWN)
    assert meter.coordinator is first
    assert first.tariffs.is_tempo
    standard = index_names(home)
    assert (home.state(TARIFF), len(options(home))) == (f"tempo_{colour(home)}_peak", 6)
    assert standard[0] == "Energy, off-peak hours, blue days"
    house.switch_mode("historic")
    await meter.play(4 * KNOWN)
    assert home.state(TARIFF) == f"tempo_{colour(home)}_peak"


def colour(home: Home) -> str | None:
    return home.state("sensor.linky_tempo_today")


@pytest.mark.parametrize("contract", ["base", "hphc", "tempo", "ejp", "weekend", "producer"])
async def test_the_tariff_is_shown_in_historic_mode(home: Home, contract: str) -> None:
    house = Household(contract=contract, mode="historic", colours={}, ejp_days=())
    await home.hears(house)
    assert home.state(TARIFF) == PERIODS[house.truth["PTEC"]][1]
    assert options(home) == {
        "base": ["base"],
        "hphc": ["off_peak", "peak"],
        "ejp": ["ejp_normal", "ejp_peak"],
        "tempo": [name for _, name in PERIODS.values() if name.startswith("tempo_")],
    }.get(contract, ["base"])  # a contract that is not historic: all that this mode says of it


@pytest.mark.parametrize(
    ("contract", "standard", "historic"),
    [("weekend", "peak", "base"), ("producer", "INDEX NON CONSO", "base")],
)
async def test_the_same_entity_shows_the_tariff_in_both_modes(
    home: Home, contract: str, standard: str, historic: str
) -> None:
    house = Household(contract=contract)
    meter = await home.hears(house)
    assert home.state(TARIFF) == standard
    house.switch_mode("historic")
    await meter.play(4 * KNOWN)
    assert home.state(TARIFF) == historic
    house.switch_mode("standard")
    await meter.play(4 * KNOWN)
    assert home.state(TARIFF) == standard


@pytest.mark.parametrize(
    ("options", "tariff"),
    [
        ({"contract": "producer"}, "INDEX NON CONSO"),
        ({"pilot": True}, "base"),
        ({"named": False}, "index_1"),
        ({"named": False, "pilot": True, "contract": "hphc"}, "index_2"),
        ({"phases": 3, "contract": "hphc"}, "peak"),
    ],
    ids=str,
)
async def test_unusual_meters_show_their_tariff(
    home: Home, options: dict[str, Any], tariff: str
) -> None:
    house = Household(**options)
    meter = home.meter(house)
    meter.learned = {}
    await home.add(meter, house.address)
    await meter.play(3 * KNOWN)
    number = 2 if house.contract == "hphc" else 1
    known = {"base": "Energy imported", "peak": "Energy, peak hours"}
    name = f"Index {number}" if "index" in tariff else f"Index {number} · {tariff}"
    name = known.get(tariff, name)
    assert home.state(TARIFF) == tariff
    assert home.registered(f"sensor.linky_easf{number:02}").original_name == name


async def test_a_new_contract_brings_new_names_and_a_repair(home: Home) -> None:
    house = Household(contract="tempo", colours={})
    meter = await home.hears(house, 70)
    told: list[tuple[str, str] | None] = []
    meter.coordinator.signals.contract.connect(told.append)
    house.change_contract("hphc")
    await meter.play(6 * KNOWN)
    assert home.state(TARIFF) == "peak"
    assert index_names(home)[:2] == ["Energy, off-peak hours", "Energy, peak hours"]
    await meter.play(60)
    assert told == [("Tempo", "Heures Creuses")]
    await home.restart(meter)
    meter.coordinator.signals.contract.connect(told.append)
    house.change_contract("tempo")  # as it was, and nobody has accepted what was between
    await meter.play(70)
    assert told[1:] == [None]


async def test_the_tariffs_to_choose_from_are_those_of_the_contract_in_force(home: Home) -> None:
    house = Household(contract="base", mode="historic")
    meter = await home.hears(house, 2 * KNOWN)
    assert options(home) == ["base"]
    house.change_contract("ejp")
    await meter.play(3 * KNOWN)
    assert options(home) == ["ejp_normal", "ejp_peak"]


async def test_a_contract_that_changed_while_nobody_listened_has_its_own_names(
    home: Home,
) -> None:
    house = Household(contract="tempo", colours={})
    meter = await home.hears(house, 2 * KNOWN)
    await home.unload(meter)
    house.change_contract("base")
    assert meter.entry
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(2 * KNOWN)
    assert home.state(TARIFF) == "base"
    assert home.registered("sensor.linky_easf01").original_name == "Energy imported"


async def test_no_tariff_is_in_force_while_nothing_is_received(home: Home) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:00:00")
    meter = await home.hears(house)
    assert home.state(TARIFF) == "peak"
    await meter.fall_silent()
    assert home.state(TARIFF) == "unavailable"
    house.advance(3600)
    await meter.play()
    assert home.state(TARIFF) == "off_peak"


@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize(
    ("contract", "at", "is_on"),
    [
        ("hphc", "2026-01-12T19:00:00", "off"),
        ("hphc", "2026-01-12T23:30:00", "on"),
        ("tempo", "2026-01-12T23:30:00", "on"),
        ("base", "2026-01-12T23:30:00", None),
    ],
)
async def test_off_peak_hours_are_one_flag_under_every_contract_that_has_them(
    home: Home, mode: Literal["standard", "historic"], contract: str, at: str, is_on: str | None
) -> None:
    await news(home, Household(mode=mode, contract=contract, start=at), 70)
    assert home.state("binary_sensor.linky_off_peak") == is_on
