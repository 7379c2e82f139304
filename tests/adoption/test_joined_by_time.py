"""Statistics without an index are joined by time: no hour counts twice, and gaps stay gaps."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.helpers import entity_registry as er
from homeassistant.util.dt import as_local
import pytest

from ..course import MORNING, Course
from ..home import Home
from ..old_sensor import (
    BEFORE,
    HOUR,
    NEW,
    OLD,
    adopt,
    counted,
    hears,
    recorded,
    rows_of,
    settled,
    undo,
)

EXTERNAL = "linky:12345678901234"
USED = [1.0, 2.0, 0.5, 4.0]
"""kWh of each hour before our first row, and of each hour of ours."""


def summed(end: datetime) -> Iterator[StatisticData]:
    """Hourly rows that have a sum but no index."""
    total = 500.0
    for number, used in enumerate(USED):
        total += used
        yield StatisticData(start=end - (len(USED) - number) * HOUR, sum=total)


async def external(home: Home, rows: Iterable[StatisticData]) -> None:
    meta = StatisticMetaData(
        statistic_id=EXTERNAL,
        unit_of_measurement="kWh",
        unit_class="energy",
        has_sum=True,
        mean_type=StatisticMeanType.NONE,
        name="Linky",
        source="linky",
    )
    async_add_external_statistics(home.hass, meta, list(rows))
    await settled(home.hass)


def used(rows: list[dict[str, float]]) -> list[float]:
    """The kWh of each hour except the first."""
    return [after["sum"] - before["sum"] for before, after in pairwise(rows)]


async def by_hour(home: Home, course: Course) -> list[dict[str, float]]:
    while course.period.hour == MORNING.hour:
        await course.end_period()
    return await rows_of(home.hass, NEW)


@pytest.mark.parametrize("gap", [0, 5])
async def test_external_statistics_go_before_ours(course: Course, home: Home, gap: int) -> None:
    await external(home, summed(MORNING - gap * HOUR))
    await hears(home, course)
    (own,) = await by_hour(home, course)
    answer = await adopt(home.hass, old_statistic=EXTERNAL)
    assert answer["methods"] == {"time": "possible"}
    assert "joined_by_time" in answer["warnings"]
    assert await rows_of(home.hass, NEW) == [own]
    await adopt(home.hass, old_statistic=EXTERNAL, dry_run=False)
    rows = await rows_of(home.hass, NEW)
    assert used(rows) == pytest.approx([*USED[1:], own["sum"]])
    assert rows[-1]["start"] - rows[-2]["end"] == gap * 3600


@pytest.mark.parametrize(("method", "adopted"), [("import", NEW), ("entity_id", OLD)])
async def test_older_rows_are_inserted_before_adopted_ones(
    course: Course, home: Home, method: str, adopted: str
) -> None:
    await external(home, summed(MORNING - 4 * HOUR))
    await recorded(home.hass, counted(MORNING, BEFORE, starts_at=10))
    await hears(home, course)
    await by_hour(home, course)
    await adopt(home.hass, method=method, dry_run=False)
    later = used(await rows_of(home.hass, adopted))
    await adopt(home.hass, old_statistic=EXTERNAL, entity_id=adopted, dry_run=False)
    assert used(await rows_of(home.hass, adopted)) == pytest.approx([*USED[1:], 0, *later])


async def test_hours_that_are_ours_are_not_counted_twice(course: Course, home: Home) -> None:
    await external(home, summed(MORNING + HOUR))
    await hears(home, course)
    (own,) = await by_hour(home, course)
    await adopt(home.hass, old_statistic=EXTERNAL, dry_run=False)
    assert used(await rows_of(home.hass, NEW)) == pytest.approx([*USED[1:-1], own["sum"]])


async def test_a_daily_row_lasts_the_whole_day(course: Course, home: Home) -> None:
    """ha-linky has daily rows if Enedis has no hourly data; ours begin on the last of them."""
    midnight = MORNING.replace(hour=0)
    rows = [StatisticData(start=midnight - n * 24 * HOUR, sum=50.0 - n) for n in range(9, -1, -1)]
    await external(home, rows)
    await hears(home, course)
    (own,) = await by_hour(home, course)
    answer = await adopt(home.hass, old_statistic=EXTERNAL, dry_run=False)
    assert [row["sum"] for row in await rows_of(home.hass, NEW)] == pytest.approx(
        [*range(41, 50), 49 + own["sum"]]
    )
    assert answer["will"]["leave_out_hours"] == 1
    assert answer["join"]["old_until"] == as_local(midnight).isoformat()


async def test_it_is_undone(course: Course, home: Home) -> None:
    await external(home, summed(MORNING))
    await hears(home, course)
    before = await by_hour(home, course)
    await adopt(home.hass, old_statistic=EXTERNAL, dry_run=False)
    await undo(home.hass)
    assert await rows_of(home.hass, NEW) == before


async def test_a_utility_meter_is_joined_by_time(course: Course, home: Home) -> None:
    """The states of a utility meter restart every day; those of a Riemann sum are no index."""
    rows = list(summed(MORNING))
    for number, row in enumerate(rows):
        row["state"] = float(number % 2)
    await recorded(home.hass, rows)
    await hears(home, course)
    (own,) = await by_hour(home, course)
    answer = await adopt(home.hass, dry_run=False)
    assert answer["method"] == "time"
    assert used(await rows_of(home.hass, NEW)) == pytest.approx([*USED[1:], own["sum"]])


@pytest.mark.parametrize("is_told", [True, False])
async def test_a_riemann_sum_is_too(course: Course, home: Home, *, is_told: bool) -> None:
    rows = list(summed(MORNING))
    for row in rows:
        row["state"] = row["sum"]
    await recorded(home.hass, rows)
    if not is_told:
        registry = er.async_get(home.hass)
        name = OLD.partition(".")[2]
        registry.async_get_or_create("sensor", "integration", "1", suggested_object_id=name)
    await hears(home, course)
    (own,) = await by_hour(home, course)
    await adopt(home.hass, dry_run=False, **({"method": "time"} if is_told else {}))
    assert used(await rows_of(home.hass, NEW)) == pytest.approx([*USED[1:], own["sum"]])
