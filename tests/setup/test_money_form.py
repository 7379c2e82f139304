"""The forms for prices and for the energy dashboard."""

import asyncio
from typing import Final

from homeassistant.components.energy.data import EnergyManager
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.cost.prices import Prices
from custom_components.linky_tic.setup import money_steps, port_dialog
from custom_components.linky_tic.setup.money_form import MoneyForm
from simulator import Household

from ..bills import amount, house, in_france
from ..home import Home
from ..test_translations import leaves, placeholders, texts
from .money_dialog import (
    OFF_PEAK,
    PEAK,
    PRICES,
    SOMEONES,
    Json,
    fields,
    hears,
    hold,
    show,
    sources,
    stored,
    submit,
    summary,
)

_USUAL: Final = (money_steps._MAX_WAIT, money_steps._POLL_INTERVAL)


def test_how_long_a_dialog_waits() -> None:
    assert _USUAL == (8.0, 0.2)
    assert port_dialog._TIMEOUT == 15.0


async def test_prices_are_stored_and_become_sensors(home: Home) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter, "prices"), PRICES)
    assert stored(meter) == {
        "reporting": "realtime",
        "prices": {OFF_PEAK: 0.16, PEAK: 0.21},
        "standing_charge": 15.0,
    }
    assert home.state("sensor.linky_price_2") == "0.21"
    assert amount(home, "sensor.linky_cost_today") >= 0.5


async def test_prices_are_shown_as_they_were_given_and_can_be_taken_away(home: Home) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter, "prices"), PRICES)
    form = await show(meter, "prices")
    shown = {"price_1": "0.16", "price_2": "0.21", "standing_charge": "15", "since": "now"}
    assert fields(form) == shown
    await submit(meter, form, {"price_2": "0.3"})
    assert stored(meter) == {"reporting": "realtime", "prices": {PEAK: 0.3}}


async def test_what_was_given_is_told_back_in_cents_and_can_be_corrected(home: Home) -> None:
    meter = await hears(home)
    await in_france(home.hass)
    home.hass.config.language = "fr"
    await async_get_translations(home.hass, "fr", "selector", [DOMAIN])
    typed = {"price_1": "0,1579", "price_2": "0.21456 €", "standing_charge": "15,5"}
    done = await submit(meter, await show(meter, "prices"), typed)
    assert [line.partition("\N{NO-BREAK SPACE}: ")[2] for line in summary(done)] == [
        "15,79 c€ par kWh",
        "21,456 c€ par kWh",
        "15,50 € par mois",
    ]
    options = home.hass.config_entries.options
    form = await options.async_configure(done["flow_id"], {"next_step_id": "prices"})
    assert fields(form)["price_1"] == "0,1579"
    done = await submit(meter, form, {**typed, "price_2": "0,22"})
    assert stored(meter)["prices"] == {OFF_PEAK: 0.1579, PEAK: 0.22}
    ended = await options.async_configure(done["flow_id"], {"next_step_id": "finish"})
    assert (ended["type"], ended["data"]) == (FlowResultType.CREATE_ENTRY, stored(meter))


@pytest.mark.parametrize("typed", ["1579", "15,79", "2.01"])
async def test_a_price_that_can_hardly_be_meant_is_believed_only_when_it_is_confirmed(
    home: Home, typed: str
) -> None:
    meter = await hears(home)
    form = await submit(meter, await show(meter, "prices"), {"price_1": typed, "price_2": "2"})
    assert form["errors"] == {"price_1": "much"}
    assert fields(form)["price_1"] == typed
    assert "prices" not in stored(meter)
    await submit(meter, form, {"price_1": typed, "price_2": "2", "sure": True})
    assert stored(meter)["prices"] == {OFF_PEAK: float(typed.replace(",", ".")), PEAK: 2.0}


@pytest.mark.parametrize(
    ("since", "first_counts"), [("now", True), ("today", False), ("month", False)]
)
async def test_a_wrong_price_can_be_taken_back_for_what_was_counted(
    home: Home, since: str, *, first_counts: bool
) -> None:
    meter = await hears(home)
    house(meter).set_load(9000)
    wrong = {"price_1": "1.9", "price_2": "1.9"}
    await submit(meter, await show(meter, "prices"), wrong)
    home.clock.now += 3600
    house(meter).advance(3600)
    await meter.play()
    counted = amount(home, "sensor.linky_cost_today")
    assert counted > 9
    right = {"price_1": "0.19", "price_2": "0.19", "since": since}
    await submit(meter, await show(meter, "prices"), right)
    assert (amount(home, "sensor.linky_cost_today") > counted / 2) is first_counts


async def test_prices_hold_from_now_on_or_for_the_day_or_the_month(home: Home) -> None:
    coordinator = (await hears(home)).coordinator
    form, periods = MoneyForm(coordinator, Prices.chosen({}), [1], exports=False), []
    given: list[Json] = [{}, {"since": "now"}, {"since": "today"}, {"since": "month"}]
    for one in given:
        assert form.read(one)
        periods.append(form.period)
    costs = coordinator.costs
    assert periods == [None, None, costs.today, costs.today.month_to_date]


async def test_a_standing_charge_has_a_bound_of_its_own(home: Home) -> None:
    meter = await hears(home)
    form = await submit(meter, await show(meter, "prices"), {"standing_charge": "500"})
    assert form["step_id"] == "done"
    form = await submit(meter, await show(meter, "prices"), {"standing_charge": "500.01"})
    assert form["errors"] == {"standing_charge": "much"}


@pytest.mark.parametrize(
    "typed", ["-0.1", "1.234,56", "nan", "inf", "1e3", "cher", "0,1,5", "9" * 400]
)
async def test_what_is_no_amount_is_refused(home: Home, typed: str) -> None:
    meter = await hears(home)
    form = await submit(meter, await show(meter, "prices"), {"price_1": typed})
    assert form["errors"] == {"price_1": "no_amount"}
    assert "prices" not in stored(meter)


async def test_an_export_price_is_asked_for_if_the_meter_exports(home: Home) -> None:
    meter = await hears(home, contract="base", producer=True)
    form = await show(meter, "prices")
    assert list(fields(form)) == ["price_1", "export_price", "standing_charge"]
    done = await submit(meter, form, {"price_1": "0.16", "export_price": "0.13"})
    assert [line.rpartition(": ")[2] for line in summary(done)] == [
        "16.00 c a kWh",
        "13.00 c a kWh",
    ]


async def test_the_step_shows_each_tariff_once_and_adds_what_is_ticked(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home, producer=True)
    form = await show(meter)
    assert list(fields(form)) == [
        "add_1",
        "price_1",
        "add_2",
        "price_2",
        "add_export",
        "export_price",
        "standing_charge",
    ]
    assert "sensor." not in str(form["description_placeholders"])
    done = await submit(meter, form, {**PRICES, "export_price": 0.13})
    assert "3 sources added" in summary(done)[0]
    first, second, injection = sources(manager)
    assert first["stat_energy_from"] == "sensor.linky_easf01"
    assert first["entity_energy_price"] == "sensor.linky_price_1"
    assert first["stat_rate"] == "sensor.linky_active_power"
    assert second["entity_energy_price"] == "sensor.linky_price_2"
    assert injection["stat_energy_to"] == "sensor.linky_eait"
    assert injection["entity_energy_price_export"] == "sensor.linky_price_export"
    assert home.state("sensor.linky_price_2") == "0.21"


async def test_a_price_can_be_corrected_before_the_meter_has_spoken_again(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home, producer=True)
    options = home.hass.config_entries.options
    form = await options.async_configure((await show(meter))["flow_id"], PRICES)
    await home.hass.async_block_till_done()  # it is set up again
    form = await options.async_configure(form["flow_id"], {"next_step_id": "prices"})
    assert {"price_1", "price_2", "export_price"} <= fields(form).keys()


async def test_a_total_sale_is_solar_production_and_its_own_consumption_is_not_ticked(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home, contract="producer", producer=True)
    await hold(manager, SOMEONES)  # which measures the house, not the production
    form = await show(meter)
    assert [key for key in fields(form) if key.startswith("add")] == ["add_production", "add_1"]
    assert (form["description_placeholders"] or {})["tariff_1"] == "Own consumption of this meter"
    assert (fields(form)["add_1"], fields(form)["add_production"]) == (False, True)
    done = await submit(meter, form, {"export_price": "0.13"})
    assert "1 source added" in summary(done)[0]
    assert [(one["type"], one["stat_energy_from"]) for one in sources(manager)[1:]] == [
        ("solar", "sensor.linky_eait")
    ]


async def test_an_index_of_a_contract_that_has_ended_can_be_left_out(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), {**PRICES, "add_1": False})
    assert [one["stat_energy_from"] for one in sources(manager)] == ["sensor.linky_easf02"]
    assert sources(manager)[0]["stat_rate"] == "sensor.linky_active_power"


async def test_prices_are_stored_even_if_no_source_is_ticked(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    done = await submit(meter, await show(meter), {**PRICES, "add_1": False, "add_2": False})
    assert "No source" in summary(done)[0]
    assert sources(manager) == []
    assert stored(meter)["prices"] == {OFF_PEAK: 0.16, PEAK: 0.21}


async def test_nothing_is_added_twice(home: Home, manager: EnergyManager) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), PRICES)
    before = sources(manager)
    again = await show(meter)
    assert (again["type"], again["reason"]) == (FlowResultType.ABORT, "nothing_to_add")
    assert sources(manager) == before


@pytest.mark.parametrize("statistic", ["sensor.shelly", "sensor.linky_east"])
async def test_sources_beside_others_that_count_the_same_are_added_only_with_a_tick(
    home: Home, manager: EnergyManager, statistic: str
) -> None:
    meter = await hears(home)
    await hold(manager, {**SOMEONES, "stat_energy_from": statistic})
    form = await show(meter)
    assert (form["description_placeholders"] or {})["others"] == "Shelly"
    assert form["data_schema"]
    assert form["data_schema"].schema["beside"].options == {"collapsed": False}
    for unticked in ({}, {"beside": {"anyway": False}}):
        form = await submit(meter, form, {**PRICES, **unticked})
        assert form["errors"] == {"base": "counted_twice"}
        assert fields(form)["price_1"] == str(PRICES["price_1"])
        assert len(sources(manager)) == 1
    await submit(meter, form, {**PRICES, "beside": {"anyway": True}})
    assert sources(manager)[0] == {**SOMEONES, "stat_energy_from": statistic}
    assert len(sources(manager)) == 3


async def test_a_price_that_is_given_later_is_given_to_the_source_that_had_none(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home, producer=True)
    await submit(meter, await show(meter), {})
    off_peak, peak, injection = sources(manager)
    await hold(manager, off_peak, injection)
    form = await show(meter)
    assert list(fields(form)) == ["present_1", "add_2", "price_2", "standing_charge"]
    peak |= {"number_energy_price": 0.1}
    await hold(
        manager, off_peak, peak, injection, {"type": "solar", "stat_energy_from": "sensor.r"}
    )
    others = [*sources(manager)[1:2], *sources(manager)[3:]]
    await submit(meter, await show(meter, "prices"), {**PRICES, "export_price": "0.13"})
    assert sources(manager)[0]["entity_energy_price"] == "sensor.linky_price_1"
    assert sources(manager)[2]["entity_energy_price_export"] == "sensor.linky_price_export"
    assert [*sources(manager)[1:2], *sources(manager)[3:]] == others


async def test_a_list_that_home_assistant_refuses_is_not_written(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    broken = {"type": "solar", "stat_energy_from": "sensor.roof", "of another time": True}
    await hold(manager, broken)
    form = await submit(meter, await show(meter), PRICES)
    assert form["errors"] == {"base": "energy_refused"}
    assert sources(manager) == [broken]


async def test_without_an_energy_dashboard_the_step_says_so(home: Home) -> None:
    done = await show(await hears(home))
    assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "energy_not_set_up")


@pytest.mark.parametrize("step", ["prices", "energy"])
async def test_a_meter_that_was_not_heard_or_set_up_has_no_indexes_to_show(
    home: Home, manager: EnergyManager, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(money_steps, "_MAX_WAIT", 0.0)
    meter = home.meter()
    await home.add(meter)
    assert (await show(meter, step))["reason"] == "not_heard"
    await home.unload(meter)
    assert (await show(meter, step))["reason"] == "not_loaded"


async def test_a_meter_that_is_heard_in_a_moment_is_waited_for(home: Home) -> None:
    meter = home.meter(Household(contract="hphc"))
    await home.add(meter)
    async with meter.playing():
        assert list(fields(await show(meter, "prices")))[:2] == ["price_1", "price_2"]


@pytest.mark.parametrize("step", ["prices", "energy"])
async def test_every_fact_and_field_of_a_step_has_its_text(
    home: Home, manager: EnergyManager, step: str
) -> None:
    meter = await hears(home, producer=True)
    await hold(manager, SOMEONES)
    form = await show(meter, step)
    said = texts("en")["options"]["step"][step]
    told = set[str]().union(*(placeholders(text) for _, text in leaves(said)))
    assert (form["description_placeholders"] or {}).keys() >= told - {"doubt"}
    named = {*said["data"], *said.get("sections", {})}
    assert set(fields(form)) <= named


async def test_a_meter_that_is_deleted_meanwhile_ends_the_dialog(home: Home) -> None:
    meter = home.meter(Household(contract="hphc"))
    await home.add(meter)
    assert meter.entry
    flow = home.hass.config_entries.options
    menu = await flow.async_init(meter.entry.entry_id)
    asking = asyncio.ensure_future(
        flow.async_configure(menu["flow_id"], {"next_step_id": "prices"})
    )
    await asyncio.sleep(0)  # it waits for the meter's first words
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    assert (await asking)["reason"] == "not_loaded"
