"""Each blueprint at work: a simulated meter on one side, appliances of a house on the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any, Final

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import utcnow
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from simulator import Household
from simulator.line import Line
from tests.home import KNOWN, Home, Meter
from tests.waiting import until

BLUEPRINTS: Final = Path(__file__).parents[2] / "blueprints" / "automation" / "linky_tic"
NAMES: Final = sorted(path.name for path in BLUEPRINTS.iterdir())


def imported(hass: HomeAssistant, name: str) -> None:
    folder = Path(hass.config.path("blueprints", "automation", "linky_tic"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(BLUEPRINTS / name, folder)


async def furnish(
    hass: HomeAssistant, name: str, appliances: tuple[str, ...] = (), **inputs: object
) -> None:
    """Import a blueprint, and make an automation and the appliances that it switches."""
    imported(hass, name)
    await async_setup_component(hass, "homeassistant", {})
    switches = {appliance: {"initial": True} for appliance in appliances}
    await async_setup_component(hass, "input_boolean", {"input_boolean": switches})
    uses = {"use_blueprint": {"path": f"linky_tic/{name}", "input": inputs}}
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: {"alias": "Test", **uses}})
    await hass.async_block_till_done()
    assert hass.states.get("automation.test")


async def later(hass: HomeAssistant, seconds: float) -> None:
    """Let the time of automations go on."""
    async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds))
    await hass.async_block_till_done()
    await asyncio.sleep(0)


def on(home: Home, *appliances: str) -> list[str | None]:
    return [home.state(f"input_boolean.{appliance}") for appliance in appliances]


def house(meter: Meter) -> Household:
    assert isinstance(meter.source, Line)
    return meter.source.house


@pytest.mark.parametrize("name", NAMES)
def test_a_blueprint_is_one_that_home_assistant_imports(name: str) -> None:
    blueprint = Blueprint(
        load_yaml_dict(BLUEPRINTS / name),
        path=name,
        expected_domain=AUTOMATION,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    assert str(blueprint.metadata["source_url"]).endswith(f"blueprints/automation/linky_tic/{name}")
    assert not blueprint.validate()


SHEDDING: Final = {
    "power": "sensor.linky_sinsts",
    "loads": ["input_boolean.heater", "input_boolean.oven"],
}


class Shedding:
    """A house whose loads are shed; no more time passes than what is needed for what comes."""

    def __init__(self, home: Home, meter: Meter) -> None:
        self._home = home
        self._house = house(meter)

    async def draws(self, watts: int) -> None:
        self._house.set_load(watts)
        shown = str(watts)
        await until(lambda: self._home.state("sensor.linky_sinsts") == shown)

    async def comes_to(self, *states: str) -> None:
        """Let time pass, five minutes at a stroke, until the heater (and the oven) are so."""
        loads = ("heater", "oven")[: len(states)]
        while on(self._home, *loads) != [*states]:
            await self._pass_time()

    async def lets_time_pass(self) -> None:
        """Let an hour pass, with all that is done after each of its strokes."""
        for _ in range(12):
            await self._pass_time()

    async def _pass_time(self) -> None:
        """Pass five minutes, and do all that follows: a task that waits is not waited for."""
        async_fire_time_changed(self._home.hass, utcnow() + timedelta(minutes=5, seconds=1))
        for _ in range(100):
            await asyncio.sleep(0)


@asynccontextmanager
async def shedding(home: Home, meter: Meter) -> AsyncIterator[Shedding]:
    async with meter.playing():
        yield Shedding(home, meter)
    await until(lambda: is_idle(home))


async def test_a_load_is_shed_and_given_back_when_there_is_room(home: Home) -> None:
    meter = await home.hears(Household(pref=6, breaker=False))
    await furnish(home.hass, "shed_loads.yaml", ("heater", "oven"), **SHEDDING)
    async with shedding(home, meter) as sheds:
        await sheds.draws(7000)
        await sheds.comes_to("off", "on")
        await sheds.draws(5000)
        await sheds.lets_time_pass()
        assert on(home, "heater", "oven") == ["off", "on"]
        await sheds.draws(1000)
        await sheds.comes_to("on", "on")


@pytest.mark.usefixtures("as_delivered")
@pytest.mark.parametrize("chosen", ["sinsts", "share"])
async def test_the_share_is_found_whatever_it_is_called(home: Home, chosen: str) -> None:
    meter = await home.hears(Household(pref=6, breaker=False))
    renamed = "sensor.linky_share"
    er.async_get(home.hass).async_update_entity("sensor.linky_load", new_entity_id=renamed)
    await home.hass.async_block_till_done()
    inputs = {**SHEDDING, "power": f"sensor.linky_{chosen}", "loads": ["input_boolean.heater"]}
    await furnish(home.hass, "shed_loads.yaml", ("heater",), **inputs)
    async with shedding(home, meter) as sheds:
        await sheds.draws(7000)
        await sheds.comes_to("off")
        await sheds.draws(1000)
        await sheds.comes_to("on")


async def test_the_subscribed_power_may_be_typed_instead_of_heard(home: Home) -> None:
    meter = await home.hears(Household(pref=9, breaker=False))
    await furnish(home.hass, "shed_loads.yaml", ("heater", "oven"), **SHEDDING, subscribed=6)
    async with shedding(home, meter) as sheds:
        await sheds.draws(7000)
        await sheds.comes_to("off")
        await sheds.draws(1000)
        await sheds.comes_to("on", "on")


async def test_all_loads_are_shed_while_it_is_too_much(home: Home) -> None:
    meter = await home.hears(Household(pref=6, breaker=False))
    await furnish(home.hass, "shed_loads.yaml", ("heater", "oven"), **SHEDDING)
    async with shedding(home, meter) as sheds:
        await sheds.draws(8000)
        await sheds.comes_to("off", "off")
        await sheds.draws(500)
        await sheds.comes_to("off", "on")
        await sheds.comes_to("on", "on")


def is_idle(home: Home) -> bool:
    automation = home.hass.states.get("automation.test")
    return automation is not None and automation.attributes["current"] == 0


async def test_water_is_heated_while_the_meter_closes_its_contact(home: Home) -> None:
    source = Household(contract="hphc", start="2026-11-23T22:29:40")
    meter = await home.hears(source)
    await furnish(
        home.hass,
        "water_heater.yaml",
        ("heater",),
        follow="binary_sensor.linky_dry_contact",
        heater={"entity_id": "input_boolean.heater"},
    )
    await turn_off(home, "heater")
    await meter.play(30)
    assert on(home, "heater") == ["on"]
    source.advance(8 * 3600)
    home.clock.now += 8 * 3600
    await meter.play(KNOWN)
    assert on(home, "heater") == ["off"]


async def test_water_is_heated_in_the_tariffs_that_are_chosen(home: Home) -> None:
    source = Household(mode="historic", contract="hphc", start="2026-11-23T22:29:40")
    meter = await home.hears(source)
    assert home.state("sensor.linky_current_tariff") == "peak"
    await furnish(
        home.hass,
        "water_heater.yaml",
        ("heater",),
        follow="sensor.linky_current_tariff",
        states=["off_peak"],
        heater={"entity_id": "input_boolean.heater"},
    )
    await turn_off(home, "heater")
    await meter.play(30)
    assert on(home, "heater") == ["on"]


async def test_a_red_day_is_told_when_the_meter_knows(home: Home) -> None:
    colours: dict[Any, str | None] = {}
    source = Household(contract="tempo", start="2026-11-23T19:59:50", colours=colours)
    colours[(source.local_now + timedelta(days=1)).date()] = "red"
    meter = await home.hears(source, 3)
    told: list[str] = []
    home.hass.bus.async_listen("told", lambda event: told.append(event.data["message"]))
    await furnish(
        home.hass,
        "tomorrow.yaml",
        tomorrow=["sensor.linky_tempo_tomorrow"],
        notices=["sensor.linky_peak_notice"],
        tell=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
    )
    assert home.state("sensor.linky_tempo_tomorrow") == "not_announced"
    await meter.play(20)
    assert home.state("sensor.linky_tempo_tomorrow") == "red"
    await home.hass.async_block_till_done()
    assert len(told) == 1
    assert "red" in told[0].lower()


async def test_an_overload_and_a_silent_meter_are_told(home: Home) -> None:
    meter = await home.hears(Household(pref=6, breaker=False))
    told: list[str] = []
    home.hass.bus.async_listen("told", lambda event: told.append(event.data["message"]))
    await furnish(
        home.hass,
        "alerts.yaml",
        problems=["binary_sensor.linky_over_subscribed_power", "binary_sensor.linky_overvoltage"],
        links=["binary_sensor.linky_link"],
        silent_after={"minutes": 10},
        tell=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
    )
    house(meter).set_load(7000)
    await meter.play()
    assert len(told) == 1
    await meter.fall_silent()
    assert home.state("binary_sensor.linky_link") == "off"
    await later(home.hass, 601)
    assert len(told) == 2


async def test_a_surplus_is_used_and_no_import_bought_for_it(home: Home) -> None:
    source = Household(producer=True, breaker=False)
    source.set_load(300)
    source.set_solar(0)
    meter = await home.hears(source)
    await furnish(
        home.hass,
        "solar_surplus.yaml",
        ("boiler",),
        power="sensor.linky_active_power",
        appliance="input_boolean.boiler",
        watts=1500,
    )
    await turn_off(home, "boiler")
    source.set_solar(2600)
    await meter.play(30)
    await later(home.hass, 121)
    assert on(home, "boiler") == ["on"]
    source.set_solar(100)
    source.set_load(1800)
    await meter.play(30)
    await later(home.hass, 302)
    assert on(home, "boiler") == ["off"]


async def turn_off(home: Home, appliance: str) -> None:
    target = {"entity_id": f"input_boolean.{appliance}"}
    await home.hass.services.async_call("input_boolean", "turn_off", target, blocking=True)


async def test_an_appliance_that_is_ready_starts_with_the_off_peak_hours(home: Home) -> None:
    source = Household(contract="hphc", start="2026-11-23T22:29:40")
    meter = await home.hears(source)
    await furnish(
        home.hass,
        "off_peak_appliance.yaml",
        ("washing_machine", "ready"),
        off_peak="binary_sensor.linky_off_peak",
        request="input_boolean.ready",
        appliance={"entity_id": "input_boolean.washing_machine"},
    )
    await turn_off(home, "washing_machine")
    assert on(home, "washing_machine", "ready") == ["off", "on"]
    await meter.play(30)
    assert on(home, "washing_machine", "ready") == ["on", "off"]


async def test_the_cost_of_a_day_is_told_where_it_is_above_what_was_chosen(
    home: Home,
) -> None:
    await furnish(
        home.hass,
        "day_cost.yaml",
        cost="sensor.linky_cost_today",
        at="21:00:00",
        above=1,
        tell=[{"event": "told", "event_data": {"message": "{{ message }}"}}],
    )
    told = async_capture_events(home.hass, "told")
    for cost in ("0.5", "3.42"):
        attributes = {"friendly_name": "Cost today", "unit_of_measurement": "EUR"}
        home.hass.states.async_set("sensor.linky_cost_today", cost, attributes)
        its_hour = {"entity_id": "automation.test", "skip_condition": False}
        await home.hass.services.async_call(AUTOMATION, "trigger", its_hour, blocking=True)
        await home.hass.async_block_till_done()
    await home.hass.services.async_call(
        AUTOMATION, "turn_off", {"entity_id": "automation.test"}, blocking=True
    )
    assert [event.data["message"] for event in told] == ["Cost today : 3.42 EUR"]
