"""What energy costs a kWh: prices as given, and the one in force."""

from typing import Final

from homeassistant.components.sensor import ATTR_STATE_CLASS
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
)
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.linky_tic.cost.prices import Prices

from ..bills import OFF_PEAK, OPTIONS, PEAK, house, in_france, pays, reprice
from ..home import KNOWN, Home

PRICES: Final = {"sensor.linky_price_1": str(OFF_PEAK), "sensor.linky_price_2": str(PEAK)}


async def test_each_priced_register_has_its_price_and_no_other(home: Home) -> None:
    await pays(home, "2026-11-23T12:00:00")
    assert {one: home.state(one) for one in PRICES} == PRICES
    assert home.state("sensor.linky_price_3") is None
    assert home.state("sensor.linky_price_export") is None


async def test_a_price_is_in_the_currency_of_the_house_by_kwh(home: Home) -> None:
    await in_france(home.hass)
    home.hass.config.currency = "CHF"
    meter = home.meter()
    await home.add(meter, options=OPTIONS)
    for name in ("price_1", "price"):
        state = home.hass.states.get(f"sensor.linky_{name}")
        assert state
        assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "CHF/kWh"
        assert ATTR_DEVICE_CLASS not in state.attributes


async def test_no_price_makes_no_entity(home: Home) -> None:
    await home.hears()
    keys = {one.unique_id.partition("_")[2] for one in er.async_get(home.hass).entities.values()}
    assert not [key for key in keys if key.startswith(("price", "cost", "revenue"))]
    assert {"energy_today", "energy_yesterday"} <= keys


async def test_the_price_in_force_follows_the_tariff(home: Home) -> None:
    meter = await pays(home, "2026-11-23T22:29:50")
    assert home.state("sensor.linky_price") == str(PEAK)
    await meter.play(20)
    assert home.state("sensor.linky_price") == str(OFF_PEAK)


async def test_the_price_in_force_is_known_in_historique(home: Home) -> None:
    await pays(home, "2026-11-23T12:00:00", mode="historic")
    assert home.state("sensor.linky_price") == str(PEAK)


async def test_a_price_is_known_without_the_line_and_the_one_in_force_is_not(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    await home.restart(meter)
    assert home.state("sensor.linky_price_1") == str(OFF_PEAK)
    assert home.state("sensor.linky_price") == STATE_UNAVAILABLE


async def test_a_price_that_is_taken_away_can_be_deleted(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    await reprice(home, meter, prices={"2": PEAK})
    state = home.hass.states.get("sensor.linky_price_1")
    assert state is None or state.attributes[ATTR_RESTORED]
    assert home.state("sensor.linky_price_2") == str(PEAK)


def name_of(home: Home, register: int) -> str:
    state = home.hass.states.get(f"sensor.linky_price_{register}")
    assert state
    return state.name


@pytest.mark.parametrize(
    ("contract", "first"),
    [("hphc", "Off-peak"), ("base", "Base"), ("tempo", "Blue, off-peak"), ("ejp", "Normal (EJP)")],
)
async def test_a_price_is_named_by_its_tariff_in_historique(
    home: Home, contract: str, first: str
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic", contract=contract)
    await reprice(home, meter, prices={"1": OFF_PEAK, "2": PEAK})
    meter.coordinator.store.keep("historic_tariffs", None)
    await home.restart(meter)
    await meter.play(KNOWN)  # it was never heard before, and reloads
    assert name_of(home, 1) == f"Linky Price · {first}"
    await home.restart(meter)
    assert name_of(home, 1) == f"Linky Price · {first}"


async def test_a_price_is_renamed_with_the_contract_and_without_a_reload(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic", contract="hphc")
    house(meter).change_contract("tempo")
    coordinator = meter.coordinator
    await meter.play(12)
    assert name_of(home, 2) == "Linky Price · Blue, peak"
    house(meter).change_contract("base")
    await meter.play(12)
    assert name_of(home, 1) == "Linky Price · Base"
    assert meter.coordinator is coordinator


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_a_price_of_the_former_contract_can_be_deleted_after_a_restart(
    home: Home, mode: str
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode=mode, contract="hphc")
    house(meter).change_contract("base")
    await meter.play(80)
    await home.restart(meter)
    await meter.play(KNOWN)
    state = home.hass.states.get("sensor.linky_price_2")
    assert state is None or state.attributes[ATTR_RESTORED]
    assert home.state("sensor.linky_price_1") == str(OFF_PEAK)


@pytest.mark.parametrize("contract", ["base", "hphc"])
async def test_a_price_is_there_once_its_tariff_has_a_register(home: Home, contract: str) -> None:
    """After a start at which nothing is known yet of what registers are called."""
    meter = await pays(home, "2026-11-23T12:00:00", contract=contract)
    for kept in ("tariff_names", "tariff_calendar", "historic_tariffs", "contracts"):
        meter.coordinator.store.keep(kept, None)
    await home.restart(meter)
    await meter.play(3 * KNOWN)
    assert home.state("sensor.linky_price_1") == str(OFF_PEAK)
    assert home.state("sensor.linky_price_3") is None


async def test_constant_prices_keep_no_statistics(home: Home) -> None:
    await pays(home, "2026-11-23T12:00:00")
    state = home.hass.states.get("sensor.linky_price_1")
    assert state
    assert ATTR_STATE_CLASS not in state.attributes


def test_options_hold_what_was_given_and_nothing_else() -> None:
    assert Prices().options == {}
    given = {"prices": {"index_3": 0.2, "peak": 0.3}, "standing_charge": 12.5, "export_price": 0.1}
    assert Prices.chosen(given).options == given


def test_what_was_typed_for_a_register_is_of_its_tariff_once_that_is_known() -> None:
    typed = Prices.chosen({"prices": {"1": 0.16, "2": 0.21, "3": 0.3}})
    named = typed.named({1: "off_peak", 2: "peak"})
    assert named.by_tariff == {"off_peak": 0.16, "peak": 0.21, "index_3": 0.3}
    assert named.named({1: "base", 2: "peak", 3: "peak"}).by_tariff == {
        "off_peak": 0.16,
        "peak": 0.21,
    }
