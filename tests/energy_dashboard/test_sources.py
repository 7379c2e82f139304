"""The grid sources of a meter: one for each index in use, none that counts the same again."""

from typing import Any, Final

from homeassistant.components.energy import async_get_manager
from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA
from homeassistant.components.recorder import Recorder
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.linky_tic.cost.prices import Prices
from custom_components.linky_tic.energy_dashboard.preferences import (
    async_add_sources,
    async_used_statistics,
)
from custom_components.linky_tic.energy_dashboard.sources import available_sources, energy_sources
from simulator import Household

from ..bills import house, in_france, pays
from ..home import KNOWN, Home, Meter
from ..test_unusual_meters import Says
from ..tic.streams import standard

type Json = dict[str, Any]

TEMPO: Final = ("bbrhcjb", "bbrhpjb", "bbrhcjw", "bbrhpjw", "bbrhcjr", "bbrhpjr")
CONTRACTS: Final = [
    ({"contract": "base"}, ["easf01"]),
    ({"contract": "hphc"}, ["easf01", "easf02"]),
    ({"contract": "hphc", "phases": 3}, ["easf01", "easf02"]),
    ({"contract": "tempo"}, [f"easf0{n}" for n in range(1, 7)]),
    ({"contract": "weekend"}, ["easf01", "easf02", "easf03"]),
    ({"contract": "hphc", "pilot": True}, ["easf01", "easf02"]),
    ({"contract": "base", "mode": "historic"}, ["base"]),
    ({"contract": "hphc", "mode": "historic"}, ["hchc", "hchp"]),
    ({"contract": "hphc", "mode": "historic", "phases": 3}, ["hchc", "hchp"]),
    ({"contract": "ejp", "mode": "historic"}, ["ejphn", "ejphpm"]),
    ({"contract": "tempo", "mode": "historic"}, list(TEMPO)),
    ({"contract": "weekend", "mode": "historic"}, ["base"]),
]


def proposed(meter: Meter) -> list[Json]:
    """The sources that are ticked at first, as Home Assistant itself reads them."""
    coordinator = meter.coordinator
    sources = ENERGY_SOURCE_SCHEMA(
        [*energy_sources(coordinator, available_sources(coordinator).preselected)]
    )
    return [dict(one) for one in sources]


async def hears(home: Home, **options: Any) -> Meter:  # noqa: ANN401 - the simulator's
    lives = Household(**options)
    return await home.hears(lives, 3 * KNOWN, lives.address)


@pytest.mark.parametrize(("options", "labels"), CONTRACTS, ids=str)
async def test_each_index_in_use_is_a_source(
    home: Home, options: dict[str, Any], labels: list[str]
) -> None:
    sources = proposed(await hears(home, **options))
    assert [one["stat_energy_from"] for one in sources] == [
        f"sensor.linky_{label}" for label in labels
    ]
    assert {one["stat_energy_to"] for one in sources} == {None}
    assert all(one["name"] for one in sources)


async def test_the_power_is_on_the_first_source_alone(home: Home) -> None:
    sources = proposed(await hears(home, contract="tempo"))
    assert sources[0] | {"name": ""} == {
        "type": "grid",
        "name": "",
        "stat_energy_from": "sensor.linky_easf01",
        "stat_energy_to": None,
        "stat_cost": None,
        "stat_compensation": None,
        "entity_energy_price": None,
        "number_energy_price": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
        "stat_rate": "sensor.linky_active_power",
    }
    assert not [one for one in sources[1:] if "stat_rate" in one]


@pytest.mark.parametrize("contract", ["base", "hphc"])
async def test_what_is_exported_is_a_source_of_its_own(home: Home, contract: str) -> None:
    *imported, exported = proposed(await hears(home, contract=contract, producer=True))
    assert {one["stat_energy_to"] for one in imported} == {None}
    assert (exported["stat_energy_from"], exported["stat_energy_to"], exported["name"]) == (
        None,
        "sensor.linky_eait",
        "Injection",
    )


async def test_what_a_total_sale_meter_exports_is_solar_production(home: Home) -> None:
    meter = await hears(home, contract="producer", producer=True)
    assert proposed(meter) == [
        {
            "type": "solar",
            "stat_energy_from": "sensor.linky_eait",
            "config_entry_solar_forecast": None,
            "name": "Production",
        }
    ]


@pytest.mark.parametrize(
    ("names", "sells"),
    [
        ((("NGTF", "   PRODUCTEUR   "), ("LTARF", " INDEX NON CONSO")), True),
        ((("LTARF", "INDEX NON CONSO "),), True),
        ((("NGTF", "PRODUCTEUR      "),), True),
        ((("NGTF", "      BASE      "), ("LTARF", "      BASE      ")), False),
        ((), False),
    ],
)
async def test_a_total_sale_is_told_by_the_contract_or_the_tariff(
    home: Home, names: tuple[tuple[str, str], ...], *, sells: bool
) -> None:
    meter = await home.hears(
        Says(standard(*names, ("EASF01", "000000012"), ("EAIT", "000420000"), ("NTARF", "01")))
    )
    assert available_sources(meter.coordinator).is_production is sells


async def test_a_source_takes_its_price_from_our_sensor(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    prices = [one["entity_energy_price"] for one in proposed(meter)]
    assert prices == ["sensor.linky_price_1", "sensor.linky_price_2"]
    assert {one["number_energy_price"] for one in proposed(meter)} == {None}


async def test_a_source_bears_the_name_that_the_meter_gives_its_tariff(home: Home) -> None:
    await in_france(home.hass)
    lives = Household(contract="weekend", start="2026-11-23T12:00:00")
    home.clock.now = lives.now.timestamp()
    meter = await home.hears(lives, 3 * KNOWN)
    assert [one["name"] for one in proposed(meter)][1] == "Peak"


async def test_entities_that_were_renamed_are_found(home: Home) -> None:
    meter = await hears(home)
    er.async_get(home.hass).async_update_entity(
        "sensor.linky_easf01", new_entity_id="sensor.compteur"
    )
    assert [one["stat_energy_from"] for one in proposed(meter)] == ["sensor.compteur"]


async def test_an_entity_that_a_person_has_disabled_is_left_out(home: Home) -> None:
    meter = await hears(home, contract="hphc")
    er.async_get(home.hass).async_update_entity(
        "sensor.linky_easf01", disabled_by=er.RegistryEntryDisabler.USER
    )
    assert [one["stat_energy_from"] for one in proposed(meter)] == ["sensor.linky_easf02"]


async def test_a_meter_that_sends_no_index_has_no_source(home: Home) -> None:
    meter = await home.hears(Says(standard(("PREF", "06"))))
    assert proposed(meter) == []


async def test_a_contract_that_gains_a_tariff_gains_a_source(home: Home) -> None:
    meter = await hears(home, contract="base")
    before = proposed(meter)
    house(meter).change_contract("hphc")
    await meter.play(3 * KNOWN)
    assert [one["stat_energy_from"] for one in proposed(meter)] == [
        before[0]["stat_energy_from"],
        "sensor.linky_easf02",
    ]


@pytest.mark.usefixtures("as_delivered")
async def test_the_price_of_a_tariff_is_enabled_where_a_source_takes_it(
    recorder_mock: Recorder, home: Home
) -> None:
    assert await async_setup_component(home.hass, "energy", {})
    meter = await home.hears(Household(contract="hphc"))
    prices = Prices.chosen({"prices": {"off_peak": 0.15, "peak": 0.2}})
    taken = available_sources(meter.coordinator).only({1}, exported=False)
    manager = await async_get_manager(home.hass)
    freezer: Json = {"stat_consumption": "sensor.freezer"}
    await manager.async_update({"device_consumption": [freezer]})  # type: ignore[typeddict-item] # shortened
    assert await async_add_sources(meter.coordinator, taken, prices) == 1
    assert manager.data
    assert [one["stat_consumption"] for one in manager.data["device_consumption"]] == [
        "sensor.freezer"
    ]
    used = await async_used_statistics(home.hass)
    assert used == {"sensor.linky_easf01", "sensor.linky_active_power"}
    assert not home.registered("sensor.linky_price_1").disabled
    assert er.async_get(home.hass).async_get("sensor.linky_price_2") is None
