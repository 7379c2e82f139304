"""A household sees how near it is to its subscribed power, in both modes, on each phase."""

from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    EVENT_STATE_CHANGED,
)
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from custom_components.linky_tic.const import CONF_REPORTING
from custom_components.linky_tic.reporting.rules import Preset
from simulator import Household

from ..home import KNOWN, Home, Meter, complaints

PHASES: Final = (1, 2, 3)
NEAR_STANDARD: Final = ("standard", 8700, 9500)
NEAR_HISTORIC: Final = ("historic", 9700, 10_800)  # watts: a current counts 200 V


def house(watts: int, **options: Any) -> Household:  # noqa: ANN401 - the simulator's
    """A house that draws one power and nothing else."""
    made = Household(living=False, breaker=False, **options)
    made.set_load(watts)
    return made


async def unrest(
    home: Home, lives: Household, preset: Preset, watts: tuple[int, int], phase: int | None = None
) -> Meter:
    """A house that is told as often as it may be."""
    meter = home.meter(lives)
    await home.add(meter, lives.address, options={CONF_REPORTING: preset.value})
    for frame in range(60):
        lives.set_load(watts[frame % 2], phase=phase)
        await meter.play(1)
    return meter


async def within_five_seconds(meter: Meter) -> None:
    until = meter._clock.now + 5
    while meter._clock.now < until:
        await meter.play(1)


def phases(home: Home, key: str) -> list[str | None]:
    return [home.value(f"{key}_phase_{phase}") for phase in PHASES]


async def test_the_margin_can_be_negative(home: Home) -> None:
    lives = house(4500)
    meter = await home.hears(lives)
    assert (home.value("power_margin"), home.value("load")) == ("4500", "50.0")
    lives.set_load(9900)
    await meter.play(2)
    assert (home.value("power_margin"), home.value("load")) == ("-900", "110.0")
    assert phases(home, "power_margin") == [None, None, None]


@pytest.mark.parametrize(("mode", "near", "over"), [NEAR_STANDARD, NEAR_HISTORIC])
@pytest.mark.parametrize("preset", [Preset.BALANCED, Preset.ECONOMY])
async def test_the_margin_is_updated_within_seconds_near_the_limit(
    home: Home, preset: Preset, mode: str, near: int, over: int
) -> None:
    lives = house(0, mode=mode)
    meter = await unrest(home, lives, preset, (400, 1900))
    lives.set_load(near)
    await within_five_seconds(meter)
    assert int(home.value("power_margin") or 9999) < 500
    assert float(home.value("load") or 0) > 95
    lives.set_load(over)
    await within_five_seconds(meter)
    assert int(home.value("power_margin") or 9999) < 0
    assert float(home.value("load") or 0) > 100


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_the_margin_of_a_phase_is_updated_within_seconds_near_the_limit(
    home: Home, mode: str
) -> None:
    lives = house(0, phases=3, mode=mode)
    meter = await unrest(home, lives, Preset.BALANCED, (400, 900), phase=2)
    lives.set_load(5000, phase=2)
    await within_five_seconds(meter)
    assert int(home.value("power_margin_phase_2") or 9999) < 0
    assert float(home.value("load_phase_2") or 0) > 100
    assert int(home.value("power_margin_phase_1") or 0) > 3000


async def test_a_load_that_moves_from_phase_to_phase_is_not_counted_twice(home: Home) -> None:
    """The currents of Historique come one after the other."""
    lives = house(0, phases=3, mode="historic")
    lives.set_load(2000, phase=3)
    meter = await home.hears(lives, address=lives.address)
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) and state.entity_id == "sensor.linky_power_margin":
            seen.append(state.state)

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    lives.set_load(2000, phase=1)
    for _ in range(2):
        home.clock.now += 10
        burst = meter.source.next().data
        half = bytes(octet & 0x7F for octet in burst).index(b"IINST2")
        await meter.send(burst[:half])
        await meter.send(burst[half:])
    await home.hass.async_block_till_done()
    assert home.value("iinst1") == "9"
    assert seen == []


async def test_the_margin_of_historique_is_gone_when_its_warning_comes(home: Home) -> None:
    """Both compare amperes at 200 V."""
    lives = house(10_050, mode="historic")
    meter = await home.hears(lives)
    assert (lives.truth["IINST"], lives.truth["ISOUSC"]) == ("045", "45")
    assert (home.value("power_margin"), home.value("load")) == ("0", "100.0")
    assert home.state("binary_sensor.linky_over_subscribed_power") == "off"
    lives.set_load(11_000)
    await meter.play(2)
    assert float(home.value("power_margin") or 0) < 0
    assert home.state("binary_sensor.linky_over_subscribed_power") == "on"


@pytest.mark.usefixtures("all_enabled")
async def test_one_phase_of_three_may_be_over_though_the_house_is_not(home: Home) -> None:
    lives = house(0, phases=3)
    lives.set_load(4400, phase=2)
    await home.hears(lives, address=lives.address)
    assert home.value("power_margin") == "7600"
    assert phases(home, "power_margin") == ["4000", "-400", "4000"]
    assert phases(home, "load") == ["0.0", "110.0", "0.0"]


@pytest.mark.usefixtures("all_enabled")
async def test_phases_in_historique_are_measured_as_their_warnings_are(home: Home) -> None:
    lives = house(0, phases=3, mode="historic")
    lives.set_load(2340, phase=2)
    await home.hears(lives, address=lives.address)
    assert lives.truth["IINST2"] == "010"
    assert home.value("power_margin") == "10000"
    assert phases(home, "power_margin") == ["4000", "2000", "4000"]
    assert phases(home, "load") == ["0.0", "50.0", "0.0"]


async def test_a_house_that_exports_draws_nothing(home: Home) -> None:
    lives = house(200, producer=True, start="2026-06-21T13:00:00")
    lives.set_solar(2500)
    await home.hears(lives)
    assert (home.value("power_margin"), home.value("load")) == ("9000", "0.0")


async def test_a_pilot_meter_is_measured_by_its_cut_off(home: Home) -> None:
    pilot = house(1000, pilot=True)
    await home.hears(pilot, address=pilot.address)
    assert home.value("pref") == "0"
    assert home.value("power_margin") == str(int(pilot.truth["PCOUP"]) * 1000 - 1000)


async def test_a_subscription_that_changes_is_followed(home: Home) -> None:
    lives = house(3000)
    meter = await home.hears(lives)
    lives.pref = 6
    await meter.play(2)
    assert (home.value("power_margin"), home.value("load")) == ("3000", "50.0")


async def test_the_margin_goes_on_when_the_mode_changes(home: Home) -> None:
    lives = house(3000)
    meter = await home.hears(lives)
    lives.switch_mode("historic")
    await meter.play(2 * KNOWN)
    assert home.value("power_margin") == str((45 - int(lives.truth["IINST"])) * 200)


async def test_the_power_sensors(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    await home.hears(house(1000, phases=3), address="041963000000")
    margin = home.hass.states.get("sensor.linky_power_margin_phase_1")
    assert margin
    assert margin.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.APPARENT_POWER
    assert margin.attributes[ATTR_UNIT_OF_MEASUREMENT] == "VA"
    assert margin.attributes["state_class"] == SensorStateClass.MEASUREMENT
    assert margin.name == "Linky Margin below the subscribed power, phase 1"
    load = home.hass.states.get("sensor.linky_load")
    assert load
    assert load.attributes[ATTR_UNIT_OF_MEASUREMENT] == "%"
    assert not complaints(caplog)
