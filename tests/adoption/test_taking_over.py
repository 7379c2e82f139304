"""A sensor of ours takes over the entity id of a removed sensor, and gives it back."""

from datetime import timedelta
from typing import Any

from homeassistant.components.energy import async_get_manager
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import PurgeTask
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.dt import as_local, utc_from_timestamp, utcnow
import pytest

from custom_components.linky_tic.const import DOMAIN

from ..course import MORNING, Course
from ..home import Home, Meter, complaints
from ..old_sensor import (
    BEFORE,
    NEW,
    OLD,
    adopt,
    counted,
    hears,
    recorded,
    refusal,
    rows_of,
    settled,
    sums_of,
    undo,
)


async def goes_on(meter: Meter, course: Course) -> None:
    """Compile the 5-minute period in which the id changed, so that new data is in the next one."""
    await course.end_period()
    await meter.play(5)
    await course.end_period()


async def test_it_is_offered_first_where_the_old_sensor_is_gone(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    answer = await adopt(home.hass)
    assert answer["methods"] == {"entity_id": "possible", "import": "possible"}
    assert answer["method"] == "entity_id"
    assert answer["will"] == {"rename": NEW, "to": OLD, "leave_behind_hours": 0}
    ours = (await rows_of(home.hass, NEW, "5minute"))[-1]
    assert answer["join"]["new_until"] == as_local(utc_from_timestamp(ours["end"])).isoformat()
    assert answer["warnings"] == []
    assert home.state(NEW) is not None


async def test_hours_that_ours_would_leave_behind_are_told(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    while course.period.hour == MORNING.hour:
        await course.end_period()
    answer = await adopt(home.hass)
    assert answer["will"]["leave_behind_hours"] == 1
    assert answer["warnings"] == ["hours_left_behind"]


async def test_it_is_not_offered_while_the_old_sensor_is_there(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    home.hass.states.async_set(OLD, "24999.0")
    answer = await adopt(home.hass)
    assert answer["methods"] == {"entity_id": "old_is_there", "import": "possible"}
    assert answer["method"] == "import"
    with refusal("adopt_old_is_there"):
        await adopt(home.hass, method="entity_id")


@pytest.mark.parametrize("days", [0, 20], ids=["yesterday", "purged since"])
async def test_the_statistics_go_on_with_what_was_used_in_between(
    course: Course, home: Home, caplog: pytest.LogCaptureFixture, days: int
) -> None:
    """Without short-term rows, the recorder would restart the sum."""
    await recorded(home.hass, counted(MORNING - timedelta(days=days), BEFORE))
    meter = await hears(home, course)
    answer = await adopt(home.hass, dry_run=False)
    await goes_on(meter, course)
    assert answer["join"]["used_in_between"] == pytest.approx(1, abs=0.1)
    short_term = [row["sum"] for row in await rows_of(home.hass, OLD, "5minute")]
    assert short_term[-1] == pytest.approx(1010, abs=0.1)
    assert home.state(OLD) not in {None, "unknown", "unavailable"}
    assert home.state(NEW) is None
    assert complaints(caplog) == []


async def test_giving_the_id_back_lets_both_statistics_stay(
    course: Course, home: Home, hass_storage: dict[str, Any]
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    ours = await rows_of(home.hass, NEW, "5minute")
    await adopt(home.hass, dry_run=False)
    kept = hass_storage[f"{DOMAIN}.{meter.coordinator.entry.entry_id}.adopted"]["data"]["BASE"]
    (record,) = [{**one, "method": str(one["method"])} for one in kept]
    assert record == {"method": "entity_id", "old": OLD, "former": NEW, "unit": None, "start": 0.0,
                      "end": 0.0, "begun": 0.0, "offset": None}  # fmt: skip
    await goes_on(meter, course)
    answer = await undo(home.hass, OLD)
    assert answer["former_entity_id"] == NEW
    assert answer["from"] is answer["to"] is answer["sums_shifted_by"] is None
    theirs = await sums_of(home.hass, OLD)
    assert theirs[-1] == pytest.approx(1010, abs=0.1)
    await goes_on(meter, course)
    assert await sums_of(home.hass, OLD) == theirs
    after = await rows_of(home.hass, NEW, "5minute")
    assert after[: len(ours)] == ours
    grown = [row["sum"] - row["state"] for row in (ours[-1], after[-1])]
    assert grown[0] == pytest.approx(grown[1])
    with refusal("undo_nothing"):
        await undo(home.hass)


async def test_the_old_statistics_stay_where_ours_were_deleted(course: Course, home: Home) -> None:
    """The recorder moves the statistics of a renamed entity if the new id has none."""
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await adopt(home.hass, dry_run=False)
    get_instance(home.hass).async_clear_statistics([NEW])
    await goes_on(meter, course)
    theirs = await sums_of(home.hass, OLD)
    await undo(home.hass, OLD)
    await settled(home.hass)
    assert (await sums_of(home.hass, OLD))[: len(theirs)] == theirs
    assert await rows_of(home.hass, NEW, "5minute") == []


async def test_our_sum_goes_on_after_more_days_than_are_kept(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    while course.period.hour == MORNING.hour:
        await course.end_period()
    await adopt(home.hass, dry_run=False)
    course.period += timedelta(days=20)
    course.at(1)
    purge = PurgeTask(utcnow() - timedelta(days=10), repack=False, apply_filter=False)
    get_instance(home.hass).queue_task(purge)
    await undo(home.hass, OLD)
    await goes_on(meter, course)
    (hour, *_), short_term = await rows_of(home.hass, NEW), await rows_of(home.hass, NEW, "5minute")
    last = short_term[-1]
    assert last["sum"] - hour["sum"] == pytest.approx(last["state"] - hour["state"])


async def test_an_id_that_another_entity_has_taken_is_not_given_back(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    await adopt(home.hass, dry_run=False)
    home.hass.states.async_set(NEW, "1")
    with refusal("undo_id_taken"):
        await undo(home.hass, OLD)
    assert home.state(OLD) is not None


async def test_an_id_that_was_given_back_by_hand_needs_no_undoing(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    await adopt(home.hass, dry_run=False)
    er.async_get(home.hass).async_update_entity(OLD, new_entity_id=NEW)
    assert (await adopt(home.hass))["method"] == "entity_id"
    await undo(home.hass)
    with refusal("undo_nothing"):
        await undo(home.hass)


async def test_the_id_of_another_index_is_not_offered(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, [12000.0, 12001.0]))
    await hears(home, course)
    with refusal("adopt_index_differs"):
        await adopt(home.hass, method="entity_id")


async def test_the_answer_warns_if_the_dashboard_uses_our_entity_id(
    course: Course, home: Home
) -> None:
    await async_setup_component(home.hass, "energy", {})
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    manager = await async_get_manager(home.hass)
    sources = [{"type": "solar", "stat_energy_from": one} for one in (OLD, NEW)]
    await manager.async_update({"energy_sources": sources})  # type: ignore[typeddict-item] # shortened
    assert (await adopt(home.hass))["warnings"] == ["new_in_energy_dashboard"]
    assert "both_in_energy_dashboard" in (await adopt(home.hass, method="import"))["warnings"]
