"""Adopting the statistics of an old sensor leaves no gap and counts nothing twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from sqlite3 import OperationalError
from typing import Any

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import async_change_statistics_unit
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.dt import as_local
import pytest
from sqlalchemy import event

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.diagnostics import async_get_config_entry_diagnostics

from ..course import MORNING, Course
from ..home import Home, Meter
from ..old_sensor import (
    BEFORE,
    HOUR,
    INDEX,
    NEW,
    OLD,
    adopt,
    counted,
    hears,
    lives,
    meant,
    recorded,
    refusal,
    rows_of,
    sums_of,
    undo,
)

type Json = dict[str, Any]


async def hour_ends(course: Course) -> None:
    hour = course.period.hour
    while course.period.hour == hour:
        await course.end_period()


async def imports(home: Home, **data: object) -> Any:  # noqa: ANN401 - an answer
    return await adopt(home.hass, method="import", dry_run=False, **data)


def starts(rows: list[Any]) -> list[datetime]:
    return [datetime.fromtimestamp(row["start"], MORNING.tzinfo) for row in rows]


def stored(hass_storage: Json, meter: Meter) -> Json | None:
    assert meter.entry
    return hass_storage.get(f"{DOMAIN}.{meter.entry.entry_id}.adopted")


async def test_the_old_hours_go_before_ours_and_the_sums_go_on(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    grown = (await sums_of(home.hass, NEW))[-1]
    answer = await imports(home)
    assert answer["warnings"] == []
    sums = [1000, 1005, 1009, 1010, 1010 + grown]
    assert await sums_of(home.hass, NEW) == pytest.approx(sums)
    await hour_ends(course)
    rows = await rows_of(home.hass, NEW)
    assert [row["sum"] for row in rows] == pytest.approx([1000, 1005, 1009, 1010 + grown])
    assert [row["state"] for row in rows] == pytest.approx([*BEFORE, INDEX / 1000 + grown])
    assert all(later - start == HOUR for start, later in pairwise(starts(rows)))


async def test_the_hour_within_which_ours_began_is_given_its_sum_back(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    for _ in range(4):
        await course.end_period()
    await hears(home, course)
    answer = await imports(home)
    await hour_ends(course)
    *_, joined = await rows_of(home.hass, NEW)
    await undo(home.hass)
    (alone,) = await rows_of(home.hass, NEW)
    offset = answer["will"]["shift_sums_by"]
    assert (alone["start"], alone["sum"]) == (
        joined["start"],
        pytest.approx(joined["sum"] - offset),
    )


async def test_old_rows_are_converted_to_our_unit(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, [one * 1000 for one in BEFORE], 1e6), "Wh")
    await hears(home, course)
    answer = await imports(home)
    assert (await sums_of(home.hass, NEW))[:4] == pytest.approx([1000, 1005, 1009, 1010])
    assert (answer["old"]["unit"], answer["new"]["unit"]) == ("Wh", "kWh")


async def test_hours_in_which_both_were_recorded_stay_ours(course: Course, home: Home) -> None:
    """The old rows have other values there, so that a copied one would be noticed."""
    await hears(home, course)
    await hour_ends(course)
    ours = await sums_of(home.hass, NEW)
    late = [*BEFORE, 25100.0, 25200.0]
    await recorded(home.hass, counted(MORNING + 2 * HOUR, late))
    answer = await imports(home)
    assert answer["will"]["insert_hours"] == 3
    assert answer["will"]["leave_out_hours"] == 2
    sums = await sums_of(home.hass, NEW)
    assert sums == pytest.approx([1000, 1005, 1009, *(1010 + one for one in ours)])


async def test_hours_in_which_ours_was_away_stay_as_they_are_and_that_is_told(
    course: Course, home: Home
) -> None:
    meter = await hears(home, course)
    await hour_ends(course)
    await home.unload(meter)
    for _ in range(3):  # it was still there when the first of them began
        await hour_ends(course)
    assert meter.entry
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(5)
    await course.end_period()
    await recorded(home.hass, counted(MORNING + 4 * HOUR, [*BEFORE, *[25000.0] * 4]))
    ours = await sums_of(home.hass, NEW)
    answer = await imports(home)
    assert answer["will"]["leave_out_in_gaps_hours"] == 2
    assert answer["warnings"] == ["gaps_stay"]
    sums = await sums_of(home.hass, NEW)
    assert sums == pytest.approx([1000, 1005, 1009, *(1010 + one for one in ours)])


async def test_energy_of_the_gap_between_both_sensors_is_in_our_first_hour(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING - timedelta(days=5), [24800.0, 24900.0]))
    await hears(home, course)
    answer = await imports(home)
    assert (await sums_of(home.hass, NEW))[:3] == pytest.approx([1000, 1100, 1200])
    assert answer["join"]["used_in_between"] == pytest.approx(100)
    assert answer["warnings"] == ["gap", "doubtful_hours"]


async def test_a_meter_that_was_replaced_in_the_old_days_stays_so(
    course: Course, home: Home
) -> None:
    rows = list(counted(MORNING, [60000.0, 60001.0, 24997.0, 24998.0]))
    for row, total in zip(rows, [10.0, 11.0, 11.5, 12.5], strict=True):
        row["sum"] = total
    await recorded(home.hass, rows)
    await hears(home, course)
    answer = await imports(home)
    assert (await sums_of(home.hass, NEW))[:5] == pytest.approx([10, 11, 11.5, 12.5, 14.5])
    assert answer["doubtful_hours"] == []


@pytest.mark.parametrize("last", [25000.5, 0.0], ids=["rounded up", "zero"])
async def test_last_hours_with_another_index_are_left_out_and_counted_once(
    course: Course, home: Home, last: float
) -> None:
    await recorded(home.hass, counted(MORNING, [*BEFORE, last]))
    await hears(home, course)
    answer = await imports(home)
    assert "last_hours_left_out" in answer["warnings"]
    assert (await sums_of(home.hass, NEW))[:4] == pytest.approx([1000, 1005, 1009, 1010])


async def test_an_hour_that_no_meter_can_have_counted_is_told(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, [4000.0, *BEFORE]))
    await hears(home, course)
    answer = await adopt(home.hass)
    assert answer["doubtful_hours"] == [
        {"start": as_local(MORNING - 3 * HOUR).isoformat(), "growth": 20990.0}
    ]
    assert answer["doubtful_hours_count"] == 1
    assert answer["warnings"] == ["doubtful_hours"]


async def test_ten_doubtful_hours_are_listed_and_all_are_counted(
    course: Course, home: Home
) -> None:
    leaps = [4000.0 + 500 * number for number in range(12)]
    await recorded(home.hass, counted(MORNING, [*leaps, *BEFORE]))
    await hears(home, course)
    answer = await adopt(home.hass, method="import")
    assert answer["doubtful_hours_count"] == 12
    assert len(answer["doubtful_hours"]) == 10
    assert answer["old"]["hours"] == answer["will"]["insert_hours"] == 15
    for told in (answer["old"], answer["will"]):
        assert told["from"] == as_local(MORNING - 15 * HOUR).isoformat()
        assert told["to"] == as_local(MORNING).isoformat()


@pytest.mark.parametrize(("hours", "own"), [(1, 1 / 12), (2, 1 / 12), (1, 1)])
async def test_more_than_two_hours_that_nobody_recorded_are_a_gap(
    course: Course, home: Home, hours: int, own: float
) -> None:
    await recorded(home.hass, counted(MORNING - hours * HOUR, BEFORE))
    await hears(home, course)
    if own == 1:
        await hour_ends(course)
    answer = await adopt(home.hass, method="import")
    assert answer["join"]["hours"] == round(hours + own, 6)
    assert answer["warnings"] == (["gap"] if hours == 2 else [])


async def test_the_sensor_before_the_old_one_goes_before_its_hours(
    course: Course, home: Home
) -> None:
    oldest = "sensor.teleinfo_index"
    await recorded(home.hass, counted(MORNING - 3 * HOUR, [24980.0, 24989.0]), statistic_id=oldest)
    await recorded(home.hass, counted(MORNING, BEFORE, 5))
    await hears(home, course)
    ours = await sums_of(home.hass, NEW)
    await imports(home)
    once = await sums_of(home.hass, NEW)
    await imports(home, old_statistic=oldest)
    assert (await sums_of(home.hass, NEW))[:6] == pytest.approx(
        [1000, 1009, 1010, 1015, 1019, 1020]
    )
    for old in (OLD, oldest):
        with refusal("adopt_already"):
            await imports(home, old_statistic=old)
    for left in (once, ours):
        await undo(home.hass)
        assert await sums_of(home.hass, NEW) == left


@pytest.mark.parametrize(("unit", "factor"), [("VA", 1.0), ("kVA", 0.001)])
async def test_means_are_inserted_and_nothing_is_summed(
    course: Course, home: Home, unit: str, factor: float
) -> None:
    power = "sensor.linky_papp"
    means = meant(MORNING, [100 * factor, 300 * factor])
    await recorded(home.hass, means, unit, is_total=False)
    await hears(home, course)
    before = await rows_of(home.hass, power, "5minute")
    taken_over = await adopt(home.hass, entity_id=power)
    assert (taken_over["method"], taken_over["join"]) == ("entity_id", None)
    answer = await imports(home, entity_id=power)
    rows = await rows_of(home.hass, power)
    assert [(row["min"], row["mean"], row["max"]) for row in rows] == [
        (50, 100, 200),
        (150, 300, 600),
    ]
    assert await rows_of(home.hass, power, "5minute") == before
    assert answer["join"] is answer["will"]["shift_sums_by"] is None
    assert answer["will"]["shift_rows"] == 0


async def test_5_minute_rows_of_the_last_days_are_inserted_too(course: Course, home: Home) -> None:
    await lives(home, course)
    await hears(home, course)
    before = await rows_of(home.hass, NEW, "5minute")
    await imports(home)
    short_term = await rows_of(home.hass, NEW, "5minute")
    assert [row["sum"] for row in short_term[:13]] == pytest.approx(
        [*(number / 10 for number in range(12)), 2.0]
    )
    await undo(home.hass)
    assert await rows_of(home.hass, NEW, "5minute") == before


async def test_a_dry_run_is_the_default_and_writes_nothing(
    course: Course, home: Home, hass_storage: Json
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    before = await rows_of(home.hass, NEW, "5minute")
    answer = await adopt(home.hass, method="import")
    assert answer["dry_run"]
    assert await rows_of(home.hass, NEW) == []
    assert await rows_of(home.hass, NEW, "5minute") == before
    assert stored(hass_storage, meter) is None
    assert answer["will"] == (await imports(home))["will"]


async def test_the_record_goes_with_the_entry(
    course: Course, home: Home, hass_storage: Json
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await imports(home)
    kept = stored(hass_storage, meter)
    assert kept
    assert kept["version"] == 1
    assert kept["data"] == {
        "BASE": [
            {
                "method": "import",
                "old": OLD,
                "former": NEW,
                "unit": "kWh",
                "start": (MORNING - 3 * HOUR).timestamp(),
                "end": (MORNING - HOUR).timestamp(),
                "begun": MORNING.timestamp(),
                "offset": pytest.approx(1010),
            }
        ]
    }
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    assert stored(hass_storage, meter) is None


async def test_a_bug_report_tells_what_was_adopted(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await imports(home)
    told = await async_get_config_entry_diagnostics(home.hass, meter.coordinator.entry)
    assert told["adopted"] == {
        "BASE": [{"method": "import", "unit": "kWh", "offset": pytest.approx(1010)}]
    }


@contextmanager
def no_room_left(hass: HomeAssistant) -> Iterator[None]:
    """Let the database fail at the last statement of an adoption."""

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE statistics_short_term"):
            raise OperationalError("database or disk is full")

    engine = get_instance(hass).engine
    event.listen(engine, "before_cursor_execute", fail)
    yield
    event.remove(engine, "before_cursor_execute", fail)


async def test_what_the_recorder_could_not_write_is_told_and_may_be_asked_for_again(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    before = await rows_of(home.hass, NEW, "5minute")
    with (
        no_room_left(home.hass),
        pytest.raises(HomeAssistantError, match="recorder could not write"),
    ):
        await imports(home)
    assert await rows_of(home.hass, NEW) == []
    assert await rows_of(home.hass, NEW, "5minute") == before
    await imports(home)
    assert (await sums_of(home.hass, NEW))[:4] == pytest.approx([1000, 1005, 1009, 1010])


async def test_deleted_statistics_need_no_undoing(
    course: Course, home: Home, hass_storage: Json
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await imports(home)
    get_instance(home.hass).async_clear_statistics([NEW])
    await undo(home.hass)
    assert await rows_of(home.hass, NEW) == []
    assert stored(hass_storage, meter) is None


async def test_only_the_sums_of_an_old_sensor_with_sums_and_means_are_adopted(
    course: Course, home: Home
) -> None:
    rows = list(counted(MORNING, BEFORE))
    for row in rows:
        row["mean"] = 1.0
    await recorded(home.hass, rows)
    await hears(home, course)
    await imports(home)
    assert [row.get("mean") for row in await rows_of(home.hass, NEW)] == [None] * 3


async def test_an_import_that_is_undone_leaves_no_trace(
    course: Course, home: Home, hass_storage: Json
) -> None:
    await recorded(home.hass, counted(MORNING, [one + 1 / 3 for one in BEFORE], 1 / 7))
    meter = await hears(home, course)
    await hour_ends(course)
    before = [await rows_of(home.hass, NEW, one) for one in ("hour", "5minute")]
    await imports(home)
    assert [await rows_of(home.hass, NEW, one) for one in ("hour", "5minute")] != before
    await undo(home.hass)
    assert [await rows_of(home.hass, NEW, one) for one in ("hour", "5minute")] == before
    assert stored(hass_storage, meter) is None


async def test_rows_recorded_after_an_import_keep_their_growth_when_it_is_undone(
    course: Course, home: Home
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await imports(home)
    await meter.play(5)
    await course.end_period()
    after = await sums_of(home.hass, NEW)
    await undo(home.hass)
    sums = await sums_of(home.hass, NEW)
    assert sums == pytest.approx([one - 1010 for one in after[3:]])


async def test_inserted_means_are_deleted_when_undone(course: Course, home: Home) -> None:
    power = "sensor.linky_papp"
    await recorded(home.hass, meant(MORNING, [100.0]), "VA", is_total=False)
    await hears(home, course)
    await imports(home, entity_id=power)
    await undo(home.hass, power)
    assert await rows_of(home.hass, power) == []


@pytest.mark.parametrize("is_undone_first", [True, False])
async def test_an_interrupted_import_is_done_once(
    course: Course, home: Home, hass_storage: Json, *, is_undone_first: bool
) -> None:
    """Home Assistant has stopped after the record was stored, but before rows were inserted."""
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    await hour_ends(course)
    before = await sums_of(home.hass, NEW)
    await imports(home)
    after, kept = await sums_of(home.hass, NEW), stored(hass_storage, meter)
    await undo(home.hass)
    assert meter.entry
    hass_storage[f"{DOMAIN}.{meter.entry.entry_id}.adopted"] = kept
    if is_undone_first:
        await undo(home.hass)
        assert await sums_of(home.hass, NEW) == before
    await imports(home)
    assert await sums_of(home.hass, NEW) == after
    with refusal("adopt_already"):
        await imports(home)
    await undo(home.hass)
    assert (await sums_of(home.hass, NEW), stored(hass_storage, meter)) == (before, None)


async def test_what_an_earlier_release_has_adopted_is_undone(
    course: Course, home: Home, hass_storage: Json
) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    meter = await hears(home, course)
    before = await sums_of(home.hass, NEW)
    await imports(home)
    kept = stored(hass_storage, meter)
    assert kept
    kept["data"]["BASE"][0] |= {"is_done": True, "hours": [], "periods": [[1.0, 2.0]]}
    await undo(home.hass)
    assert await sums_of(home.hass, NEW) == before


async def test_it_is_undone_after_somebody_has_changed_the_unit(course: Course, home: Home) -> None:
    await recorded(home.hass, counted(MORNING, BEFORE))
    await hears(home, course)
    before = await sums_of(home.hass, NEW)
    await imports(home)
    await async_change_statistics_unit(
        home.hass, NEW, new_unit_of_measurement="Wh", old_unit_of_measurement="kWh"
    )
    await undo(home.hass)
    assert await sums_of(home.hass, NEW) == pytest.approx(before)
