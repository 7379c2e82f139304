"""The steps for prices and the dashboard after a change of mode, contract or price."""

import asyncio

from homeassistant.components.energy.data import EnergyManager
from homeassistant.components.energy.validate import async_validate
from homeassistant.core import Event, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.linky_tic.setup import money_steps
from simulator import Household

from ..bills import house
from ..home import KNOWN, Home
from .money_dialog import (
    OFF_PEAK,
    PEAK,
    PRICES,
    Json,
    fields,
    hears,
    hold,
    show,
    sources,
    stored,
    submit,
)


async def test_home_assistant_finds_nothing_to_say_but_that_statistics_are_to_come(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), PRICES)
    await meter.play(60)
    await async_wait_recording_done(home.hass)
    found = await async_validate(home.hass)
    assert {issue for one in found.energy_sources for issue in one.issues} == {
        "statistics_not_defined"
    }


async def test_a_next_flow_begins_with_the_first_step_that_has_a_form(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    assert meter.entry
    options = home.hass.config_entries.options
    form = await options.async_init(meter.entry.entry_id, data={})
    assert form["step_id"] == "energy"
    await submit(meter, form, PRICES)
    assert (await options.async_init(meter.entry.entry_id, data={}))["step_id"] == "prices"


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_a_meter_without_readings_is_waited_for_until_it_has_sent_its_tariff(
    home: Home, manager: EnergyManager, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money_steps, "_POLL_INTERVAL", 0.0)
    meter = home.meter(Household(contract="hphc", mode=mode))
    meter.learned, meter.counted = {}, {}
    entry = await home.add(meter)
    opened = asyncio.create_task(
        home.hass.config_entries.options.async_init(entry.entry_id, data={})
    )
    while not opened.done():
        for group in meter.source.next().data.splitlines(keepends=True):
            await meter.send(group)
            await asyncio.sleep(0)
    form = await opened
    assert form["step_id"] == "energy"
    assert list(fields(form)) == ["add_1", "price_1", "add_2", "price_2", "standing_charge"]
    assert {(form["description_placeholders"] or {})[f"tariff_{one}"] for one in (1, 2)} == {
        "Off-peak",
        "Peak",
    }


async def test_existing_sources_are_neither_added_again_nor_changed(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), PRICES)
    kept, _ = sources(manager)
    kept |= {"name": "La nuit", "entity_energy_price": None, "number_energy_price": 0.1}
    await hold(manager, kept)
    form = await show(meter)
    assert list(fields(form)) == ["add_2", "price_2", "standing_charge"]
    await submit(meter, form, {"price_2": 0.25})
    assert stored(meter)["prices"] == {OFF_PEAK: 0.16, PEAK: 0.25}
    assert sources(manager)[0] == kept
    assert sources(manager)[1]["stat_energy_from"] == "sensor.linky_easf02"
    assert "stat_rate" not in sources(manager)[1]
    assert len(sources(manager)) == 2


async def test_sources_of_other_types_need_no_confirmation(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    solar = {"type": "solar", "stat_energy_from": "sensor.roof", "name": "Roof"}
    await hold(manager, solar)
    form = await show(meter)
    assert "beside" not in fields(form)
    await submit(meter, form, {})
    assert [one["type"] for one in sources(manager)] == ["solar", "grid", "grid"]


async def test_a_source_whose_price_is_not_known_has_none(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), {"price_2": 0.21})
    assert [one["entity_energy_price"] for one in sources(manager)] == [
        None,
        "sensor.linky_price_2",
    ]


async def test_a_disabled_entity_is_enabled_if_a_source_uses_it(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    registry = er.async_get(home.hass)
    registry.async_update_entity(
        "sensor.linky_easf02", disabled_by=er.RegistryEntryDisabler.INTEGRATION
    )
    await submit(meter, await show(meter), PRICES)
    entity = registry.async_get("sensor.linky_easf02")
    assert entity
    assert not entity.disabled_by
    assert home.state("sensor.linky_easf02") is not None


async def test_no_entity_is_enabled_that_is_enabled_from_the_start(
    home: Home, manager: EnergyManager
) -> None:
    """Home Assistant would set the entry up once more, half a minute later."""
    meter = await hears(home)
    enabled = []

    @callback
    def note(event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        if event.data["action"] == "update" and "disabled_by" in event.data["changes"]:
            enabled.append(event.data["entity_id"])

    home.hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, note)
    await submit(meter, await show(meter), {"price_1": 0.16})
    await submit(meter, await show(meter, "prices"), PRICES)
    assert enabled == []
    prices = [source["entity_energy_price"] for source in sources(manager)]
    assert [home.state(price) for price in prices] == ["0.16", "0.21"]


async def test_what_is_exported_later_gets_a_source_of_its_own(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), PRICES)
    house(meter).producer = True
    await meter.play(3 * KNOWN)
    await submit(meter, await show(meter), {"export_price": 0.13})
    *_, added = sources(manager)
    assert (added["stat_energy_from"], added["stat_energy_to"]) == (None, "sensor.linky_eait")
    assert added["entity_energy_price_export"] == "sensor.linky_price_export"
    assert "stat_rate" not in added
    assert len(sources(manager)) == 3


async def test_another_mode_adds_its_indexes_beside_the_old_ones(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home, mode="historic")
    await submit(meter, await show(meter), PRICES)
    house(meter).switch_mode("standard")
    await meter.play(40)
    form = await show(meter)
    assert "beside" not in fields(form)
    await submit(meter, form, PRICES)
    assert [one["stat_energy_from"] for one in sources(manager)] == [
        "sensor.linky_hchc",
        "sensor.linky_hchp",
        "sensor.linky_easf01",
        "sensor.linky_easf02",
    ]
    assert [one for one in sources(manager) if "stat_rate" in one] == sources(manager)[:1]


async def test_after_a_change_of_contract_every_tariff_without_a_price_is_asked_for(
    home: Home, manager: EnergyManager
) -> None:
    meter = await hears(home)
    await submit(meter, await show(meter), PRICES)
    house(meter).change_contract("tempo")
    await meter.play(3 * KNOWN)
    form = await show(meter)
    assert list(fields(form))[:5] == ["present_1", "present_2", "add_3", "price_3", "add_4"]
    typed = {"present_1": "0,12", "price_3": "0,15", "add_6": False}
    await submit(meter, form, typed)
    assert [one["stat_energy_from"][-2:] for one in sources(manager)] == [
        "01",
        "02",
        "03",
        "04",
        "05",
    ]
    assert stored(meter)["prices"] == {
        "off_peak": 0.16,
        "peak": 0.21,
        "tempo_blue_off_peak": 0.12,
        "tempo_white_off_peak": 0.15,
    }


@pytest.mark.parametrize("step", ["prices", "done", "compare", "mirror", "reporting"])
async def test_a_meter_that_is_deleted_before_a_form_is_sent_ends_the_dialog(
    home: Home, step: str
) -> None:
    meter = await hears(home)
    assert meter.entry
    form = await show(meter, "prices" if step == "done" else step)
    typed: Json = {"reporting": "economy"} if step == "reporting" else {}
    if step == "done":
        await submit(meter, form, {"price_1": "0.2"})
        typed = {"next_step_id": "finish"}
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    ended = await home.hass.config_entries.options.async_configure(form["flow_id"], typed)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "not_loaded")
