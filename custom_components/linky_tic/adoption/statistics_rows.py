"""The rows of a statistic, read and written: the recorder's part in adopting another one's.

It knows the recorder and nothing of meters. What is written is queued, and done in this order; what
is read is as it is when all that has been done.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from inspect import signature
from itertools import batched
from typing import Any, Final, Literal, NamedTuple

from homeassistant.components.recorder import DOMAIN as RECORDER, Recorder, get_instance
from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    UNIT_CLASS_TO_UNIT_CONVERTER,
    StatisticsRow,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import BaseUnitConverter

from .joining import Row

type _Table = type[Statistics | StatisticsShortTerm]

HOURS: Final = Statistics
PERIODS: Final = StatisticsShortTerm
_COLUMNS: Final = ("state", "sum", "mean", "min", "max")
_BEGINNING: Final = datetime.fromtimestamp(0, UTC)
_AT_ONCE: Final = 1000
"""Rows of one task: the recorder goes on with what happens in the house in between."""


class History(NamedTuple):
    """What the recorder has of a statistic: by the hour, and the last days by five minutes."""

    meta: StatisticMetaData
    hours: list[Row]
    periods: list[Row]

    @property
    def first(self) -> Row:
        """Give the row with which it begins; there is one."""
        return min([*self.hours[:1], *self.periods[:1]], key=lambda row: row.start)

    @property
    def last(self) -> Row:
        """Give the row from which the recorder goes on; there is one."""
        return [*self.periods[-1:], *self.hours[-1:]][0]


def is_loaded(hass: HomeAssistant) -> bool:
    """Whether there is a recorder."""
    return RECORDER in hass.config.components


async def settle(recorder: Recorder) -> None:
    """Wait until the recorder has done what was asked of it, the task in progress included."""
    done = recorder.hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done


async def async_meta(hass: HomeAssistant, statistic_id: str) -> StatisticMetaData | None:
    """Give what the recorder knows of a statistic; None: there is none."""
    await settle(get_instance(hass))
    return await get_instance(hass).async_add_executor_job(_meta, hass, statistic_id)


def _meta(hass: HomeAssistant, statistic_id: str) -> StatisticMetaData | None:
    known = get_metadata(hass, statistic_ids={statistic_id}).get(statistic_id)
    return known[1] if known else None


async def async_history(
    hass: HomeAssistant, statistic_id: str, unit: str | None = None
) -> History | None:
    """Read a statistic whole, in a unit of the same quantity or its own; None: there is no row."""
    await settle(get_instance(hass))
    return await get_instance(hass).async_add_executor_job(_history, hass, statistic_id, unit)


def _history(hass: HomeAssistant, statistic_id: str, unit: str | None) -> History | None:
    meta = _meta(hass, statistic_id)
    if meta is None:
        return None
    converter = _converter(meta)
    wanted = unit or meta["unit_of_measurement"]
    units = {converter.UNIT_CLASS: wanted} if converter and wanted else {}

    def rows(period: Literal["hour", "5minute"]) -> list[Row]:
        found = statistics_during_period(
            hass,
            _BEGINNING,
            None,
            {statistic_id},
            period,
            units,
            set(_COLUMNS),
        )
        return [_row(one) for one in found.get(statistic_id, [])]

    history = History(meta, rows("hour"), rows("5minute"))
    return history if history.hours or history.periods else None


def _row(row: StatisticsRow) -> Row:
    return Row(
        row["start"],
        row["end"],
        row.get("state"),
        row.get("sum"),
        row.get("mean"),
        row.get("min"),
        row.get("max"),
    )


def quantity_of(meta: StatisticMetaData) -> str | None:
    """Give what a statistic is of, as a class of units: a sensor without one tells by its unit."""
    converter = _converter(meta)
    return converter.UNIT_CLASS if converter else None


def _converter(meta: StatisticMetaData) -> type[BaseUnitConverter] | None:
    by_class = UNIT_CLASS_TO_UNIT_CONVERTER.get(meta["unit_class"])
    return by_class or STATISTIC_UNIT_TO_UNIT_CONVERTER.get(meta["unit_of_measurement"])


def in_unit(meta: StatisticMetaData, value: float, unit: str) -> float:
    """Convert a value to the unit of a statistic."""
    converter = _converter(meta)
    return converter.convert(value, unit, meta["unit_of_measurement"]) if converter else value


def write(
    recorder: Recorder, meta: StatisticMetaData, rows: Sequence[Row], table: _Table = HOURS
) -> None:
    """Insert rows, and put them in the place of those of the same start."""
    for some in batched(rows, _AT_ONCE, strict=False):
        recorder.async_import_statistics(meta, [_data(row) for row in some], table)


def _data(row: Row) -> StatisticData:
    data = StatisticData(start=datetime.fromtimestamp(row.start, UTC))
    for column in _COLUMNS:
        if (value := getattr(row, column)) is not None:
            data[column] = value
    return data


def shift(
    recorder: Recorder, statistic_id: str, start: float, offset: float, unit: str | None
) -> None:
    """Add to all sums from a row on, hourly and by five minutes."""
    instant = datetime.fromtimestamp(start, UTC)
    # What has no unit is not converted, whatever is said here.
    recorder.async_adjust_statistics(statistic_id, instant, offset, unit or "")


def can_clear(recorder: Recorder) -> bool:
    """Whether this Home Assistant can clear a part of a statistic: 2026.11 was the first."""
    return "start_time" in signature(recorder.async_clear_statistics).parameters


def clear(recorder: Recorder, statistic_id: str, start: float, end: float) -> None:
    """Take out the rows from a start to before another."""
    # By name: they are unknown to the Home Assistants that have no such thing.
    between: dict[str, Any] = {
        "start_time": datetime.fromtimestamp(start, UTC),
        "end_time": datetime.fromtimestamp(end, UTC),
    }
    recorder.async_clear_statistics([statistic_id], **between)
