"""Statistics of a sensor of another integration, which are older than ours."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_import_statistics,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.linky_tic.const import DOMAIN
from simulator import Household

from .course import Course
from .home import Home, Meter
from .test_translations import texts

NEW: Final = "sensor.linky_base"
INDEX: Final = 25_000_000
BEFORE: Final = [24990.0, 24995.0, 24999.0]
"""kWh of an old sensor, hour by hour; our first index is 25000."""
OLD: Final = "sensor.linky_index_option_base"
HOUR: Final = timedelta(hours=1)
UNIT_CLASSES: Final[dict[str, str]] = {
    "Wh": "energy",
    "kWh": "energy",
    "varh": "reactive_energy",
    "VA": "apparent_power",
    "kVA": "apparent_power",
    "W": "power",
}

type Rows = list[tuple[datetime, float | None, float | None]]  # start, state, sum


def counted(
    end: datetime, indexes: Iterable[float], starts_at: float = 1000.0
) -> Iterator[StatisticData]:
    """Hourly rows of an index, the last of which ends at `end`, with sums since the first one."""
    states = list(indexes)
    for number, state in enumerate(states):
        yield StatisticData(
            start=end - (len(states) - number) * HOUR,
            state=state,
            sum=starts_at + state - states[0],
        )


def meant(end: datetime, means: Iterable[float]) -> Iterator[StatisticData]:
    """Hourly rows of a measurement, the last of which ends at `end`."""
    values = list(means)
    for number, mean in enumerate(values):
        start = end - (len(values) - number) * HOUR
        yield StatisticData(start=start, mean=mean, min=mean / 2, max=mean * 2)


async def recorded(
    hass: HomeAssistant,
    rows: Iterable[StatisticData],
    unit: str | None = "kWh",
    *,
    statistic_id: str = OLD,
    is_total: bool = True,
) -> None:
    """Insert the hourly rows of an old sensor into the recorder."""
    meta = StatisticMetaData(
        statistic_id=statistic_id,
        unit_of_measurement=unit,
        unit_class=UNIT_CLASSES.get(unit or ""),
        has_sum=is_total,
        mean_type=StatisticMeanType.NONE if is_total else StatisticMeanType.ARITHMETIC,
        name=None,
        source="recorder",
    )
    async_import_statistics(hass, meta, list(rows))
    await settled(hass)


async def settled(hass: HomeAssistant) -> None:
    done = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


async def rows_of(
    hass: HomeAssistant, statistic_id: str, period: Literal["hour", "5minute"] = "hour"
) -> list[Any]:
    """All rows of a statistic, as Home Assistant gives them."""
    await settled(hass)
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(
            hass,
            datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
            None,
            {statistic_id},
            period,
            {"energy": "kWh"},
            {"state", "sum", "mean", "min", "max"},
        )
    )
    return list(found.get(statistic_id, []))


async def sums_of(hass: HomeAssistant, statistic_id: str) -> list[float]:
    """The sums in kWh of the hourly rows, then of the 5-minute rows of the current hour."""
    hours = await rows_of(hass, statistic_id)
    periods = await rows_of(hass, statistic_id, "5minute")
    last = hours[-1]["end"] if hours else 0.0
    return [row["sum"] for row in (*hours, *(one for one in periods if one["start"] >= last))]


async def adopt(hass: HomeAssistant, user: MockUser | None = None, **data: object) -> Any:  # noqa: ANN401 - an answer
    """Call the action that adopts statistics, by default as a dry run."""
    asked = {"old_statistic": OLD, "entity_id": NEW} | data
    return await _act(hass, "adopt_statistics", asked, user)


async def undo(hass: HomeAssistant, entity_id: str = NEW, user: MockUser | None = None) -> Any:  # noqa: ANN401 - an answer
    return await _act(hass, "undo_adopted_statistics", {"entity_id": entity_id}, user)


async def _act(hass: HomeAssistant, name: str, data: dict[str, Any], user: MockUser | None) -> Any:  # noqa: ANN401 - an answer
    return await hass.services.async_call(
        DOMAIN,
        name,
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user.id if user else None),
    )


def refusal(key: str) -> AbstractContextManager[pytest.ExceptionInfo[ServiceValidationError]]:
    """Expect that an action is refused for this reason, with a text in both languages."""
    assert texts("en")["exceptions"][key]["message"]
    return pytest.raises(ServiceValidationError, check=lambda error: error.translation_key == key)


async def hears(home: Home, course: Course) -> Meter:
    """Our meter, heard since its index was 25000 kWh, with statistics."""
    meter = await home.hears(Household(mode="historic", contract="base", index=INDEX))
    await course.end_period()
    await meter.play(5)
    await course.end_period()
    return meter


async def lives(home: Home, course: Course, since: float = 24998.0) -> None:
    """An old sensor, recorded until the end of an hour, with 0.1 kWh in each five minutes."""
    hour, index = course.period.hour, since
    attributes = {
        "state_class": "total_increasing",
        "unit_of_measurement": "kWh",
        "device_class": "energy",
    }
    while course.period.hour == hour:
        home.hass.states.async_set(OLD, f"{index:.1f}", attributes)
        index += 0.1
        await course.end_period()
    home.hass.states.async_remove(OLD)
