"""A new counter goes on with the statistics of the old one, wherever it starts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.tasks import PurgeTask
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import utcnow
import pytest

from custom_components.linky_tic.history.index_start import Index, async_start_from

from ..course import PERIOD, Course, course_of_time

SENSOR: Final = "sensor.linky_east"
OLD: Final = 25_000_000
STARTS: Final = [0, OLD * 75 // 100, OLD * 95 // 100, OLD * 125 // 100]


@pytest.fixture
async def course(
    recorder_mock: Recorder, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Course]:
    await async_setup_component(hass, "sensor", {})
    with course_of_time(hass, monkeypatch) as course:
        yield course


def show(hass: HomeAssistant, watt_hours: int | None, unit: str = "kWh") -> None:
    """Set the state of an index; None: not heard."""
    kind = "reactive_energy" if unit == "kvarh" else "energy"
    attributes = {
        "state_class": "total_increasing",
        "unit_of_measurement": unit,
        "device_class": kind,
    }
    state = "unavailable" if watt_hours is None else str(watt_hours / 1000)
    hass.states.async_set(SENSOR, state, attributes)


async def lived(hass: HomeAssistant, course: Course, watt_hours: int) -> None:
    """A period in which the index is seen first, then its growth."""
    show(hass, watt_hours)
    await course.end_period()
    show(hass, watt_hours + 100)
    course.at(2)
    show(hass, None)


async def replaced(hass: HomeAssistant, course: Course, watt_hours: int) -> None:
    """Another counter, which grows by 10 Wh as soon as it is seen, and by 20 in the next period."""
    await async_start_from(hass, [Index(SENSOR, watt_hours, "Wh")])
    show(hass, watt_hours + 10)
    await course.end_period()
    show(hass, watt_hours + 30)
    await course.end_period()


@pytest.mark.parametrize("start", STARTS)
async def test_a_counter_replaced_within_minutes_adds_no_step(
    hass: HomeAssistant, course: Course, start: int
) -> None:
    await lived(hass, course, OLD)
    course.at(3)
    await replaced(hass, course, start)
    assert await course.sums(SENSOR) == pytest.approx([0, 0.1, 0.13])


@pytest.mark.parametrize("start", STARTS)
async def test_a_counter_replaced_later_adds_no_step(
    hass: HomeAssistant, course: Course, start: int
) -> None:
    await lived(hass, course, OLD)
    for _ in range(3):
        await course.end_period()
    await replaced(hass, course, start)
    assert await course.sums(SENSOR) == pytest.approx([0, 0.1, 0.13])


async def test_a_counter_replaced_before_the_period_was_compiled_adds_no_step(
    hass: HomeAssistant, course: Course
) -> None:
    await lived(hass, course, OLD)
    course.period += PERIOD
    course.at(0.1)  # six seconds after its end; the recorder takes its time
    await replaced(hass, course, 0)
    assert await course.sums(SENSOR) == pytest.approx([0, 0.1, 0.13])


async def test_a_counter_replaced_in_its_first_period_adds_no_step(
    hass: HomeAssistant, course: Course
) -> None:
    show(hass, OLD)
    await replaced(hass, course, 0)
    assert await course.sums(SENSOR) == pytest.approx([0, 0.03])


async def test_hourly_statistics_go_on_too(hass: HomeAssistant, course: Course) -> None:
    await lived(hass, course, OLD)
    while course.period.minute != 55:
        await course.end_period()
    await replaced(hass, course, 0)
    while course.period.hour == 9:
        await course.end_period()
    assert await course.sums(SENSOR, hourly=True) == pytest.approx([0.1, 0.13])


async def test_a_counter_whose_short_term_rows_are_purged_goes_on_with_the_hourly_ones(
    hass: HomeAssistant, course: Course
) -> None:
    await lived(hass, course, OLD)
    while course.period.hour == 8:
        await course.end_period()
    course.period += timedelta(days=20)
    course.at(1)
    get_instance(hass).queue_task(
        PurgeTask(utcnow() - timedelta(days=10), repack=False, apply_filter=False)
    )
    assert await course.sums(SENSOR) == []
    await replaced(hass, course, 0)
    assert await course.sums(SENSOR) == pytest.approx([0.1, 0.13])


async def test_reactive_energy_has_its_own_units(hass: HomeAssistant, course: Course) -> None:
    show(hass, OLD, "kvarh")
    await course.end_period()
    await async_start_from(hass, [Index(SENSOR, 50, "varh")])
    show(hass, 60, "kvarh")
    await course.end_period()
    await course.end_period()
    assert await course.sums(SENSOR) == pytest.approx([0, 0, 0.01])


async def test_an_entity_without_statistics_stays_without(
    hass: HomeAssistant, course: Course
) -> None:
    await async_start_from(hass, [Index(SENSOR, 50, "Wh")])
    assert await course.sums(SENSOR) == []


async def test_without_a_recorder_there_is_nothing_to_do(hass: HomeAssistant) -> None:
    await async_start_from(hass, [Index(SENSOR, 50, "Wh")])
    assert "recorder" not in hass.config.components
