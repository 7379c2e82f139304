"""A household sees how near it is to its subscribed power, in both modes, on each phase."""

from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT
import pytest

from simulator import Household

from ..home import KNOWN, Home, complaints

PHASES: Final = (1, 2, 3)


def house(watts: int, **options: Any) -> Household:  # noqa: ANN401 - the simulator's
    """A house that draws one power and nothing else."""
    made = Household(living=False, breaker=False, **options)
    made.set_load(watts)
    return made


def phases(home: Home, key: str) -> list[str | None]:
    return [home.value(f"{key}_phase_{phase}") for phase in PHASES]


async def test_what_is_left_goes_below_nothing(home: Home) -> None:
    lives = house(4500)
    meter = await home.hears(lives)
    assert (home.value("power_margin"), home.value("load")) == ("4500", "50.0")
    lives.set_load(9900)
    await meter.play(2)
    assert (home.value("power_margin"), home.value("load")) == ("-900", "110.0")
    assert phases(home, "power_margin") == [None, None, None]


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


async def test_what_the_sensors_are(home: Home, caplog: pytest.LogCaptureFixture) -> None:
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
    assert home.registered("sensor.linky_load_phase_1").disabled
    assert not complaints(caplog)
