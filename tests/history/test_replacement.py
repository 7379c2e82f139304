"""A meter that replaces another takes over its entities, its device and its history."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.history.index_history import history_of
from custom_components.linky_tic.history.replacement import async_replace_meter
from simulator import Household
from simulator.line import Line

from ..course import Course, course_of_time
from ..home import ADDRESS, KNOWN, OTHER_ADDRESS, Home, Meter
from ..old_sensor import rows_of

OLD: Final = 25_000_000
STARTS: Final = [0, OLD * 75 // 100, OLD * 95 // 100, OLD * 125 // 100]


@pytest.fixture
async def course(
    recorder_mock: Recorder, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Course]:
    with course_of_time(hass, monkeypatch) as course:
        yield course


async def replace(meter: Meter) -> bool:
    """Answer that the meter on the line replaces the old one."""
    other_address = meter.coordinator.other_address
    assert other_address
    assert meter.entry
    return await async_replace_meter(meter._hass, meter.entry, other_address, meter.port.url)


async def swapped(
    home: Home, house: Household, start: int = 0, *, noise: float = 0, parity: str = "even"
) -> Meter:
    """A meter that has lived, then another one in its place."""
    house.set_load(9000)
    line = Line(house, noise=noise, parity=parity)
    meter = await home.hears(line, 3 * KNOWN, house.address)
    house.replace_meter(OTHER_ADDRESS, start)
    await meter.play(2 * KNOWN)
    return meter


async def assert_no_step(course: Course, name: str) -> None:
    """See that the sums of a statistic have grown by no more than what was used."""
    sums = await course.sums(f"sensor.linky_{name}")
    assert sums == sorted(sums)
    assert 0 < sums[-1] < 0.2


@pytest.mark.parametrize("start", STARTS)
async def test_the_statistics_go_on_without_a_step(course: Course, home: Home, start: int) -> None:
    house = Household(index=OLD)
    meter = await swapped(home, house, start)
    assert await replace(meter)
    for _ in range(2):
        await meter.play(5)
        await course.end_period()
    await assert_no_step(course, "east")
    await assert_no_step(course, "easf01")
    assert home.value("east") == str(int(house.truth["EAST"]) / 1000)


@pytest.mark.parametrize("parity", ["even", "stripped"])
async def test_a_noisy_line_makes_no_step_either(course: Course, home: Home, parity: str) -> None:
    meter = await swapped(home, Household(index=OLD), noise=1e-3, parity=parity)
    assert await replace(meter)
    for _ in range(2):
        await meter.play(10)
        await course.end_period()
    await assert_no_step(course, "east")
    await assert_no_step(course, "easf01")


@pytest.mark.parametrize("phases", [1, 3])
async def test_the_historic_indexes_go_on_too(course: Course, home: Home, phases: int) -> None:
    house = Household(mode="historic", contract="hphc", index=OLD, phases=phases)
    meter = await swapped(home, house)
    assert await replace(meter)
    for _ in range(2):
        await meter.play(5)
        await course.end_period()
    await assert_no_step(course, "hchp")


async def test_the_new_address_stands_wherever_the_old_one_stood(home: Home) -> None:
    meter = await swapped(home, Household())
    assert meter.entry
    before = {one.entity_id: one.unique_id for one in entities(home, meter)}
    assert await replace(meter)
    after = {one.entity_id: one.unique_id for one in entities(home, meter)}
    moved = {name: key.replace(ADDRESS, OTHER_ADDRESS) for name, key in before.items()}
    assert after == moved
    assert meter.entry.unique_id == OTHER_ADDRESS
    registry = dr.async_get(home.hass)
    (device,) = dr.async_entries_for_config_entry(registry, meter.entry.entry_id)
    assert device.identifiers == {(DOMAIN, OTHER_ADDRESS)}
    assert (device.serial_number, device.name) == (OTHER_ADDRESS, "Linky")
    assert (device.manufacturer, device.model) == ("Sagemcom", "Linky 90 A G3 (2019)")


def entities(home: Home, meter: Meter) -> list[er.RegistryEntry]:
    assert meter.entry
    return er.async_entries_for_config_entry(er.async_get(home.hass), meter.entry.entry_id)


async def test_an_entry_that_cannot_be_unloaded_stays_as_it_is(home: Home) -> None:
    meter = await swapped(home, Household())
    assert meter.entry
    meter.entry._async_set_state(home.hass, ConfigEntryState.SETUP_IN_PROGRESS, None)
    assert not await replace(meter)
    meter.entry._async_set_state(home.hass, ConfigEntryState.LOADED, None)
    assert meter.entry.unique_id == ADDRESS


async def test_an_entry_that_is_reloaded_meanwhile_becomes_the_new_meters(home: Home) -> None:
    meter = await swapped(home, Household())
    assert meter.entry
    entries, entry_id = home.hass.config_entries, meter.entry.entry_id
    replacing = home.hass.async_create_task(replace(meter))
    reloads = [home.hass.async_create_task(entries.async_reload(entry_id)) for _ in range(2)]
    assert await replacing
    await asyncio.gather(*reloads)
    assert (meter.entry.unique_id, meter.entry.state) == (OTHER_ADDRESS, ConfigEntryState.LOADED)
    await meter.play()
    assert home.state("binary_sensor.linky_link") == "on"


async def test_who_answers_the_same_a_second_time_changes_nothing(home: Home) -> None:
    meter = await swapped(home, Household())
    entry = meter.entry
    assert entry
    url = meter.port.url
    for _ in range(2):
        assert await async_replace_meter(home.hass, entry, OTHER_ADDRESS, url)
    assert (entry.unique_id, entry.state) == (OTHER_ADDRESS, ConfigEntryState.LOADED)
    assert all(one.unique_id.startswith(OTHER_ADDRESS) for one in entities(home, meter))


async def test_a_meter_that_is_added_meanwhile_replaces_none(home: Home) -> None:
    meter = await swapped(home, Household())
    entry = meter.entry
    assert entry
    other = MockConfigEntry(domain=DOMAIN, unique_id=OTHER_ADDRESS)

    @callback
    def unloading() -> None:
        end()
        other.add_to_hass(home.hass)

    end = entry.async_on_state_change(unloading)
    assert not await replace(meter)
    assert (entry.unique_id, entry.state) == (ADDRESS, ConfigEntryState.LOADED)
    assert all(one.unique_id.startswith(ADDRESS) for one in entities(home, meter))


async def test_the_statistics_of_others_are_compiled_when_their_time_has_come(
    course: Course, home: Home
) -> None:
    freezer = "sensor.freezer"
    attributes = {"state_class": "measurement", "unit_of_measurement": "°C"}
    home.hass.states.async_set(freezer, "-18", attributes)
    meter = await swapped(home, Household(index=OLD))
    assert await replace(meter)
    await meter.play(5)
    course.at(4.9)
    home.hass.states.async_set(freezer, "5", attributes)
    await course.end_period()
    (row,) = await rows_of(home.hass, freezer, "5minute")
    assert (row["min"], row["max"]) == (-18, 5)


async def test_the_statistics_of_others_are_compiled_whatever_is_kept_of_an_index(
    course: Course, home: Home
) -> None:
    freezer = "sensor.freezer"
    attributes = {"state_class": "measurement", "unit_of_measurement": "°C"}
    meter = await home.hears(Household(index=OLD))
    await meter.play(5)
    await course.end_period()
    history_of(home.hass)._counting.counters["sensor.linky_east"].owed = "?"  # type: ignore[assignment]
    home.hass.states.async_set(freezer, "-18", attributes)
    await course.end_period()
    (row,) = await rows_of(home.hass, freezer, "5minute")
    assert row["mean"] == -18
