"""What waits under a reporting rule is told in time, and before a silence whatever its time."""

from collections import Counter
from datetime import timedelta

from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.linky_tic.const import CONF_REPORTING
from custom_components.linky_tic.reporting.rules import Preset
from simulator import Household

from ..home import KNOWN, Home, Meter


async def _hears(home: Home, house: Household, preset: Preset) -> Meter:
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: preset.value})
    await meter.play(KNOWN)
    return meter


@pytest.mark.parametrize("preset", [Preset.BALANCED, Preset.ECONOMY])
async def test_the_last_value_before_a_silence_is_shown_without_another_byte(
    home: Home, preset: Preset
) -> None:
    house = Household(living=False)
    house.set_load(400)
    meter = await _hears(home, house, preset)
    before = home.value("sinsts")
    house.set_load(410)
    await meter.play(2)
    assert home.value("sinsts") == before
    await home.minutes()
    assert home.value("sinsts") == house.truth["SINSTS"].lstrip("0") != before


async def test_what_waits_on_a_line_that_speaks_is_not_told_before_its_time(home: Home) -> None:
    house = Household(living=False)
    house.set_load(400)
    meter = await _hears(home, house, Preset.ECONOMY)
    before = home.value("sinsts")
    house.set_load(410)
    for _ in range(20):
        await meter.play(1)
        async_fire_time_changed(home.hass, utcnow() + timedelta(seconds=6))
    assert home.value("sinsts") == before


async def test_nothing_is_told_by_itself_once_the_meter_is_unloaded(home: Home) -> None:
    house = Household(living=False)
    house.set_load(400)
    meter = await _hears(home, house, Preset.ECONOMY)
    house.set_load(410)
    await meter.play(2)
    teller = meter.coordinator.teller
    assert teller._timer
    await home.unload(meter)
    assert not teller._timer


async def _lives_restlessly(
    home: Home, house: Household, meter: Meter, *entities: str
) -> Counter[str]:
    """Switch a load every eight seconds; how often each entity was told."""
    told = Counter[str]()
    async_track_state_change_event(
        home.hass, entities, lambda event: told.update([event.data["entity_id"]])
    )
    for turn in range(80):
        home.clock.now += 8
        house.set_load((400, 1900)[turn % 2])
        await meter.play(2)
    await home.hass.async_block_till_done()
    return told


async def test_what_moves_with_a_power_is_told_less_often_than_it_and_right_in_the_end(
    home: Home,
) -> None:
    house = Household(living=False, pref=9)
    meter = await _hears(home, house, Preset.BALANCED)
    rows = await _lives_restlessly(
        home, house, meter, "sensor.linky_sinsts", "sensor.linky_power_margin"
    )
    assert 0 < 2 * rows["sensor.linky_power_margin"] < rows["sensor.linky_sinsts"]
    await home.minutes()
    assert home.value("power_margin") == str(9000 - int(house.truth["SINSTS"]))


async def test_the_power_of_a_phase_is_told_less_often_than_that_of_the_house(home: Home) -> None:
    house = Household(living=False, phases=3)
    meter = home.meter(house)
    await home.add(meter, house.address, options={CONF_REPORTING: Preset.BALANCED.value})
    await meter.play(KNOWN)
    rows = await _lives_restlessly(
        home, house, meter, "sensor.linky_sinsts", "sensor.linky_sinsts1"
    )
    assert 0 < 2 * rows["sensor.linky_sinsts1"] < rows["sensor.linky_sinsts"]
