"""Reads and writes the rows of statistics in the tables of the recorder.

Each adoption is written in one transaction, in the recorder's thread.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
import time
from typing import Any, Final, Literal, NamedTuple, override

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticMetaData
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    UNIT_CLASS_TO_UNIT_CONVERTER,
    get_metadata,
    get_metadata_with_session,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.dt import utc_from_timestamp
from homeassistant.util.unit_conversion import BaseUnitConverter
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ..exceptions import unwritten
from .joining import HOUR, StatisticRow
from .records import Record

_TABLES: Final = (Statistics, StatisticsShortTerm)
_EPOCH: Final = utc_from_timestamp(0)
_KILO_UNITS: Final[dict[str | None, str]] = {
    "energy": UnitOfEnergy.KILO_WATT_HOUR,
    "reactive_energy": UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
}
"""Unit class -> the unit with which an index is checked; totals of other classes are no index."""


class History(NamedTuple):
    """A statistic in the recorder: its hourly rows, and its 5-minute rows of the last days."""

    meta: StatisticMetaData
    hours: list[StatisticRow]
    short_term: list[StatisticRow]

    @property
    def unit(self) -> str | None:
        return self.meta["unit_of_measurement"]

    @property
    def quantity(self) -> str | None:
        """The unit class of the statistic, derived from its unit if it is not set."""
        converter = _converter(self.meta)
        return converter.UNIT_CLASS if converter else None

    @property
    def per_kwh(self) -> float | None:
        """A kWh or kvarh in the unit of the statistic; None if it is not a total of energy."""
        unit = _KILO_UNITS.get(self.quantity) if self.meta["has_sum"] else None
        return _factor(self.meta, unit) if unit else None

    @property
    def rows(self) -> list[StatisticRow]:
        return [*self.hours, *self.short_term]

    @property
    def first(self) -> StatisticRow:
        """The earliest row; raises `ValueError` if there is no row."""
        return min(self.rows, key=lambda row: row.start)

    @property
    def last(self) -> StatisticRow:
        """The row that the recorder continues from; raises `IndexError` if there is no row."""
        return [*self.short_term[-1:], *self.hours[-1:]][0]


async def async_drain(recorder: Recorder) -> None:
    """Wait until the recorder has finished all tasks queued so far."""
    done = recorder.hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done


async def async_history(
    hass: HomeAssistant, statistic_id: str, unit: str | None = None
) -> History | None:
    """Read all rows of a statistic, in `unit` or in its own unit; None if there is no row."""
    await async_drain(get_instance(hass))
    return await get_instance(hass).async_add_executor_job(_history, hass, statistic_id, unit)


def _history(hass: HomeAssistant, statistic_id: str, unit: str | None) -> History | None:
    found = get_metadata(hass, statistic_ids={statistic_id})
    if not found:
        return None
    history = History(found[statistic_id][1], [], [])
    quantity, shown = history.quantity, unit or history.unit
    units = {quantity: shown} if quantity and shown else None
    hours = _rows(hass, statistic_id, "hour", units)
    short_term = _rows(hass, statistic_id, "5minute", units)
    return history._replace(hours=hours, short_term=short_term) if hours or short_term else None


def _rows(
    hass: HomeAssistant,
    statistic_id: str,
    period: Literal["hour", "5minute"],
    units: dict[str, str] | None,
) -> list[StatisticRow]:
    found = statistics_during_period(
        hass, _EPOCH, None, {statistic_id}, period, units, {"state", "sum", "mean", "min", "max"}
    )
    rows: list[dict[str, Any]] = [dict(row) for row in found.get(statistic_id, [])]
    return [StatisticRow._make(map(row.get, StatisticRow._fields)) for row in rows]


def _converter(meta: StatisticMetaData) -> type[BaseUnitConverter] | None:
    by_class = UNIT_CLASS_TO_UNIT_CONVERTER.get(meta["unit_class"])
    return by_class or STATISTIC_UNIT_TO_UNIT_CONVERTER.get(meta["unit_of_measurement"])


def _factor(meta: StatisticMetaData, unit: str | None) -> float:
    converter = _converter(meta)
    return converter.convert(1.0, unit, meta["unit_of_measurement"]) if converter else 1.0


async def async_insert(
    hass: HomeAssistant,
    entity_id: str,
    record: Record,
    hours: Sequence[StatisticRow],
    short_term: Sequence[StatisticRow],
) -> None:
    """Insert the old rows before ours; raises `HomeAssistantError` if the recorder fails."""

    def insert_rows(session: Session) -> None:
        ours, _ = _metadata(hass, session, entity_id)[entity_id]
        for table, rows in zip(_TABLES, (hours, short_term), strict=True):
            if rows:
                session.execute(insert(table), [_columns(row, ours) for row in rows])
        if record.offset is not None:
            _shift_sums(session, ours, record.begun, record.offset)

    await _transact(hass, entity_id, insert_rows)


async def async_delete_rows(hass: HomeAssistant, entity_id: str, record: Record) -> None:
    """Delete inserted rows and restore our sums; raises `HomeAssistantError`."""

    def delete_rows(session: Session) -> None:
        if not (found := _metadata(hass, session, entity_id)):
            return  # the statistic was deleted
        ours, meta = found[entity_id]
        first = Statistics.metadata_id == ours, Statistics.start_ts == record.start
        if session.scalar(select(Statistics.id).where(*first)) is None:
            return  # nothing was inserted
        for table in _TABLES:
            inserted = table.start_ts >= record.start, table.start_ts < record.end + HOUR
            session.execute(delete(table).where(table.metadata_id == ours, *inserted))
        if record.offset is not None:  # the unit may have changed since
            _shift_sums(session, ours, record.begun, -record.offset * _factor(meta, record.unit))

    await _transact(hass, entity_id, delete_rows)


def _metadata(
    hass: HomeAssistant, session: Session, entity_id: str
) -> dict[str, tuple[int, StatisticMetaData]]:
    return get_metadata_with_session(get_instance(hass), session, statistic_ids={entity_id})


def _columns(row: StatisticRow, metadata_id: int) -> dict[str, float | None]:
    details = {"state": row.state, "sum": row.sum, "mean": row.mean, "min": row.min, "max": row.max}
    return {"metadata_id": metadata_id, "created_ts": time.time(), "start_ts": row.start, **details}


def _shift_sums(session: Session, ours: int, begun: float, offset: float) -> None:
    """Add `offset` to our sums from `begun` on; of hourly rows, from the hour that contains it."""
    for table in _TABLES:
        since = begun // HOUR * HOUR if table is Statistics else begun
        of_it = table.metadata_id == ours, table.start_ts >= since
        session.execute(update(table).where(*of_it).values(sum=table.sum + offset))


@dataclass(slots=True)
class _TransactionTask(RecorderTask):
    do: Callable[[Session], None]
    done: asyncio.Future[bool]

    @override
    def run(self, instance: Recorder) -> None:
        is_done = False
        try:
            with session_scope(session=instance.get_session()) as session:
                self.do(session)
            is_done = True
        finally:
            instance.hass.loop.call_soon_threadsafe(self.done.set_result, is_done)


async def _transact(hass: HomeAssistant, entity_id: str, do: Callable[[Session], None]) -> None:
    done: asyncio.Future[bool] = hass.loop.create_future()
    get_instance(hass).queue_task(_TransactionTask(do, done))
    if not await done:
        raise unwritten(entity_id)
