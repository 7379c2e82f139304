"""What an index's statistics count from: the recorder's last short-term row, put right.

It knows the recorder and nothing of meters. Tried on Home Assistant 2026.10 and 2026.11: the sum
of a total goes on from the state of that row, so a new counter begins where the row says.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_last_statistics,
    get_metadata,
    get_start_time,
)
from homeassistant.components.recorder.tasks import StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter

_PERIOD: Final = timedelta(minutes=5)
"""What a row of the short-term statistics is of."""


class Index(NamedTuple):
    """Where a new counter stands, in its unit, and which statistic it goes on with."""

    statistic_id: str
    value: float
    unit: str | None


async def async_start_from(hass: HomeAssistant, indexes: Iterable[Index]) -> None:
    """Make sums go on from these indexes: what is summed up stays as it is.

    Nothing is done for an entity of which the recorder has no statistics yet.
    """
    if "recorder" not in hass.config.components:
        return
    recorder = get_instance(hass)
    await _close_period(recorder)
    for index in indexes:
        found = await recorder.async_add_executor_job(_last_sum, hass, index.statistic_id)
        if found:
            meta, start, total = found
            state = _converted(index, meta["unit_of_measurement"])
            row = StatisticData(start=start, state=state, sum=total)
            recorder.async_import_statistics(meta, [row], StatisticsShortTerm)
    await settle(recorder)


async def _close_period(recorder: Recorder) -> None:
    """Compile the statistics up to this moment: what the old counter said is all summed up then.

    Of a period that is compiled again at its end, the recorder keeps the first result; what comes
    later in it counts in the next one.
    """
    previous = get_start_time()
    for start in (previous, previous + _PERIOD):
        recorder.queue_task(StatisticsTask(start, fire_events=True))
    await settle(recorder)


async def settle(recorder: Recorder) -> None:
    """Wait until the recorder has done what was asked of it, the task in progress included."""
    done = recorder.hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done


def _last_sum(
    hass: HomeAssistant, statistic_id: str
) -> tuple[StatisticMetaData, datetime, float] | None:
    """Give a statistic's metadata, the start of its newest row, and the sum so far; blocking.

    A meter away for more days than short-term rows are kept has hourly ones alone: a row is then
    made of the period that was just closed.
    """
    known = get_metadata(hass, statistic_ids={statistic_id}).get(statistic_id)
    for get_last in (get_last_short_term_statistics, get_last_statistics):
        rows = get_last(hass, 1, statistic_id, convert_units=False, types={"sum"})
        if known and (row := rows.get(statistic_id, [None])[0]):
            is_recent = get_last is get_last_short_term_statistics
            start = datetime.fromtimestamp(row["start"], UTC) if is_recent else get_start_time()
            return known[1], start, row.get("sum") or 0.0
    return None


def _converted(index: Index, statistic_unit: str | None) -> float:
    for converter in (EnergyConverter, ReactiveEnergyConverter):
        if {index.unit, statistic_unit} <= converter.VALID_UNITS:
            return converter.convert(index.value, index.unit, statistic_unit)
    return float(index.value)
