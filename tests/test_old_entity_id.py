"""An entity that takes the entity id of another integration goes on with its statistics."""

from collections.abc import AsyncIterator
from typing import Final

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from simulator import Household

from .course import Course, course_of_time
from .home import Home

OLD: Final = "sensor.linky_index_option_base"
INDEX: Final = 25_000_000
BEFORE: Final = 1_000  # Wh used between the last state of the old sensor and our first


@pytest.fixture
async def course(
    recorder_mock: Recorder, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Course]:
    await async_setup_component(hass, "sensor", {})
    with course_of_time(hass, monkeypatch) as course:
        yield course


async def lived(
    home: Home, course: Course, watt_hours: int, unit: str = "kWh", sensor: str = OLD
) -> None:
    """Another integration's sensor has statistics, and is gone."""
    attributes = {
        "state_class": "total_increasing",
        "unit_of_measurement": unit,
        "device_class": "energy",
    }
    number = watt_hours / 1000 if unit == "kWh" else watt_hours
    home.hass.states.async_set(sensor, str(number), attributes)
    await course.end_period()
    home.hass.states.async_remove(sensor)


@pytest.mark.parametrize("unit", ["Wh", "kWh"])
async def test_the_statistics_go_on_with_what_was_used_in_between(
    course: Course, home: Home, unit: str
) -> None:
    house = Household(mode="historic", contract="base", index=INDEX)
    await lived(home, course, INDEX - BEFORE, unit)
    meter = await home.hears(house)
    await course.end_period()
    er.async_get(home.hass).async_update_entity("sensor.linky_base", new_entity_id=OLD)
    await meter.play(5)
    await course.end_period()
    sums = await course.sums(OLD)
    used = sums[-1] - sums[0]
    assert used == pytest.approx(BEFORE / 1000, abs=0.2)
    assert home.state(OLD) == str(int(house.truth["BASE"]) / 1000)


async def test_statistics_that_were_given_our_entity_id_before_go_on_too(
    course: Course, home: Home
) -> None:
    await lived(home, course, INDEX - BEFORE, sensor="sensor.linky_base")
    await home.hears(Household(mode="historic", contract="base", index=INDEX))
    await course.end_period()
    sums = await course.sums("sensor.linky_base")
    assert sums[-1] - sums[0] == pytest.approx(BEFORE / 1000, abs=0.2)


async def test_the_entity_id_that_was_given_is_kept(home: Home) -> None:
    meter = await home.hears(Household(mode="historic", contract="base"))
    er.async_get(home.hass).async_update_entity("sensor.linky_base", new_entity_id=OLD)
    await home.restart(meter)
    await meter.play(5)
    assert home.state(OLD) not in {None, "unknown", "unavailable"}
    assert home.state("sensor.linky_base") is None
