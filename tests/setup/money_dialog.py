"""Helpers that go through the steps of the options for prices and the energy dashboard."""

from typing import Any, Final

from homeassistant.components.energy.data import EnergyManager
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType

from simulator import Household

from ..dialog import choose
from ..home import KNOWN, Home, Meter

type Json = dict[str, Any]

OFF_PEAK: Final = "off_peak"
PEAK: Final = "peak"
PRICES: Final = {"price_1": 0.16, "price_2": 0.21, "standing_charge": 15.0}
SOMEONES: Final = {
    "type": "grid",
    "stat_energy_from": "sensor.shelly",
    "stat_energy_to": None,
    "cost_adjustment_day": 0.0,
    "name": "Shelly",
}


async def hears(home: Home, **options: Any) -> Meter:  # noqa: ANN401 - the simulator's
    lives = Household(**{"contract": "hphc", "start": "2026-11-23T12:00:00"} | options)
    home.clock.now = lives.now.timestamp()
    return await home.hears(lives, 3 * KNOWN, lives.address)


async def show(meter: Meter, step: str = "energy") -> ConfigFlowResult:
    assert meter.entry
    return await choose(meter._hass, meter.entry, step)


async def submit(meter: Meter, form: ConfigFlowResult, data: Json) -> ConfigFlowResult:
    """Submit a form; the meter keeps sending frames to the reloaded entry."""
    options = meter._hass.config_entries.options
    done = await options.async_configure(form["flow_id"], data)
    await meter._hass.async_block_till_done()
    if done["type"] is FlowResultType.MENU:
        await meter.play()
    return done


def stored(meter: Meter) -> Json:
    """The options of the meter."""
    assert meter.entry
    return dict(meter.entry.options)


def summary(done: ConfigFlowResult) -> list[str]:
    """The summary that the last step shows."""
    assert (done["type"], done["step_id"]) == (FlowResultType.MENU, "done")
    lines = (done["description_placeholders"] or {})["summary"].split("\n")
    return [line.removeprefix("- ") for line in lines]


async def hold(manager: EnergyManager, *sources: Any) -> None:  # noqa: ANN401 - as they are stored
    held = manager.data or manager.default_preferences()
    await manager.async_update({**held, "energy_sources": [*sources]})


def sources(manager: EnergyManager) -> list[Json]:
    return [dict(one) for one in manager.data["energy_sources"]] if manager.data else []


def fields(form: ConfigFlowResult) -> dict[str, object]:
    """Field -> its value when the form is shown; checks that the form is not the last step."""
    assert form["last_step"] is False
    assert form["data_schema"]
    return {
        str(field): (field.description or {}).get("suggested_value")
        for field in form["data_schema"].schema
    }
