"""The id of an index that is gone may become another integration's: its rows are not ours."""

from itertools import pairwise
from typing import Final

from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Household

from ..course import Course
from ..home import Home

START: Final = 25_000_000
INDEX: Final = "sensor.linky_east"
LIKE_IT: Final = "sensor.freezer"
ENERGY: Final = {
    "state_class": "total_increasing",
    "unit_of_measurement": "kWh",
    "device_class": "energy",
}


async def gains(course: Course, name: str) -> list[float]:
    """What each row of a statistic adds to the one before, in kWh."""
    sums = await course.sums(name)
    return [round(now - before, 6) for before, now in pairwise(sums)]


@pytest.mark.parametrize("is_entry", [True, False])
async def test_what_another_integration_shows_under_the_id_is_counted_as_it_shows_it(
    course: Course, home: Home, *, is_entry: bool
) -> None:
    meter = await home.hears(Household(index=START))
    assert meter.entry
    await course.end_period()
    if is_entry:
        await home.hass.config_entries.async_remove(meter.entry.entry_id)
    else:
        await home.unload(meter)
        er.async_get(home.hass).async_remove(INDEX)
    await course.end_period()
    for value in (30_000.0, 30_000.5, 3.0, 30_000.25):
        for name in (INDEX, LIKE_IT):
            home.hass.states.async_set(name, str(value), ENERGY)
        await course.end_period()
    assert (await gains(course, LIKE_IT)) == [0.5, 3.0, 29_997.25]
    assert (await gains(course, INDEX))[-3:] == [0.5, 3.0, 29_997.25]


async def test_what_another_integration_has_counted_of_the_same_meter_is_counted_once(
    course: Course, home: Home
) -> None:
    house = Household(index=START)
    house.set_load(6000)
    meter = await home.hears(house)
    assert meter.entry
    await course.end_period()
    await home.unload(meter)
    er.async_get(home.hass).async_remove(INDEX)
    first = int(house.truth["EAST"])
    await course.end_period()
    for _ in range(3):
        house.advance(300)
        house.frame()
        home.hass.states.async_set(INDEX, f"{int(house.truth['EAST']) / 1000}", ENERGY)
        await course.end_period()
    home.hass.states.async_remove(INDEX)
    house.advance(300)
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play()
    await course.end_period()
    sums = await course.sums(INDEX)
    assert sums == sorted(sums)
    assert sums[-1] - sums[0] == pytest.approx((int(house.truth["EAST"]) - first) / 1000, abs=2e-3)
