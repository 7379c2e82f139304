"""Which adoptions are refused, and to whom: each with its own text, and nothing is written."""

from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from simulator import Household

from ..course import MORNING, Course
from ..home import Home
from ..old_sensor import (
    BEFORE,
    NEW,
    OLD,
    UNIT_CLASSES,
    adopt,
    counted,
    hears,
    meant,
    recorded,
    refusal,
    rows_of,
    undo,
)


async def test_what_is_no_sensor_of_ours_is_refused(course: Course, home: Home) -> None:
    await hears(home, course)
    for entity_id in ("sensor.roof", "binary_sensor.linky_adps"):
        with refusal("adopt_not_ours"):
            await adopt(home.hass, entity_id=entity_id)
        with refusal("adopt_not_ours"):
            await undo(home.hass, entity_id)


async def test_a_statistic_does_not_adopt_itself(course: Course, home: Home) -> None:
    await hears(home, course)
    with refusal("adopt_same"):
        await adopt(home.hass, old_statistic=NEW)


async def test_what_was_never_recorded_is_refused(course: Course, home: Home) -> None:
    await hears(home, course)
    with refusal("adopt_no_statistics"):
        await adopt(home.hass)


async def test_our_sensor_must_have_statistics(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await home.hears(Household(mode="historic", contract="base"))
    with refusal("adopt_too_soon"):
        await adopt(home.hass)


async def test_an_invalid_statistic_id_is_refused(course: Course, home: Home) -> None:
    await hears(home, course)
    for old_id in ("enedis", "binary_sensor.linky_adps"):
        with refusal("adopt_no_sensor"):
            await adopt(home.hass, old_statistic=old_id)


@pytest.mark.parametrize("unit", ["varh", "W", None])
async def test_another_quantity_is_refused(course: Course, home: Home, unit: str | None) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE), unit)
    await hears(home, course)
    with refusal("adopt_other_quantity") as refused:
        await adopt(home.hass)
    told = refused.value.translation_placeholders or {}
    assert (told["old_unit"], told["unit"]) == (unit or "–", "kWh")


async def test_watts_do_not_become_volt_amperes(course: Course, home: Home) -> None:
    await recorded(home.hass, meant(MORNING, [100.0]), "W", is_total=False)
    await hears(home, course)
    with refusal("adopt_other_quantity"):
        await adopt(home.hass, entity_id="sensor.linky_papp")


async def test_means_do_not_become_a_sum(course: Course, home: Home) -> None:
    await recorded(home.hass, meant(MORNING, [24999.0]), is_total=False)
    await hears(home, course)
    with refusal("adopt_other_kind"):
        await adopt(home.hass)


@pytest.mark.usefixtures("all_enabled")
async def test_a_total_that_is_no_index_is_refused(course: Course, home: Home) -> None:
    """A counter of frames is not an index of energy, so nothing can be joined to it."""
    await recorded(home.hass, counted(MORNING, [1.0, 2.0]), None)
    energy = "sensor.energy"
    await recorded(home.hass, counted(MORNING, [1.0, 2.0]), statistic_id=energy)
    await hears(home, course)
    with refusal("adopt_no_index"):
        await adopt(home.hass, entity_id="sensor.linky_good_groups")
    with refusal("adopt_other_quantity") as refused:
        await adopt(home.hass, entity_id="sensor.linky_good_groups", old_statistic=energy)
    told = refused.value.translation_placeholders or {}
    assert (told["old_unit"], told["unit"]) == ("kWh", "–")


@pytest.mark.parametrize("last", [12000.0, 60000.0])
async def test_another_index_is_refused_and_both_values_are_shown(
    course: Course, home: Home, last: float
) -> None:
    await recorded(home.hass, counted(MORNING, [last - 2, last - 1, last]))
    await hears(home, course)
    with refusal("adopt_index_differs") as refused:
        await adopt(home.hass)
    told = refused.value.translation_placeholders or {}
    assert (told["old_index"], told["index"]) == (f"{last:.2f} kWh", "25000.00 kWh")


async def test_an_index_that_is_not_known_is_told_as_such(course: Course, home: Home) -> None:
    rows = list(counted(MORNING, BEFORE))
    for row in rows:
        del row["state"]
    await recorded(home.hass, rows)
    await hears(home, course)
    with refusal("adopt_index_differs") as refused:
        await adopt(home.hass, method="entity_id")
    told = refused.value.translation_placeholders or {}
    assert (told["old_index"], told["index"]) == ("– kWh", "25000.00 kWh")


async def test_hours_that_are_all_later_than_ours_are_refused(course: Course, home: Home) -> None:
    await hears(home, course)
    home.hass.states.async_set(OLD, "25000")
    await course.end_period()
    while course.period.hour == MORNING.hour:
        await course.end_period()
    later = MORNING.replace(hour=MORNING.hour + 1)
    await recorded(home.hass, counted(later, [25000.0]))
    with refusal("adopt_nothing_before"):
        await adopt(home.hass)


async def test_without_a_recorder_there_is_nothing_to_adopt(home: Home) -> None:
    await home.hears(Household(mode="historic", contract="base"))
    with refusal("adopt_no_recorder"):
        await adopt(home.hass)
    with refusal("adopt_no_recorder"):
        await undo(home.hass)


async def test_who_is_no_admin_is_refused(
    course: Course, home: Home, hass_read_only_user: MockUser, hass_admin_user: MockUser
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    with pytest.raises(Unauthorized):
        await adopt(home.hass, hass_read_only_user)
    with pytest.raises(Unauthorized):
        await undo(home.hass, user=hass_read_only_user)
    assert await adopt(home.hass, hass_admin_user)


async def test_a_sensor_without_a_class_is_known_by_its_unit(
    course: Course, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sensor of ESPHome has the unit that its owner has written, and no unit class."""
    monkeypatch.delitem(UNIT_CLASSES, "Wh")
    await recorded(home.hass, counted(MORNING, [one * 1000 for one in BEFORE]), "Wh")
    await hears(home, course)
    await adopt(home.hass, method="import", dry_run=False)
    assert [row["state"] for row in await rows_of(home.hass, NEW)] == BEFORE
