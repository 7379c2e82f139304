"""The rows of a statistic, read and written: the recorder's part in adopting another one's.

It knows the recorder's tables and nothing of meters. What is written is written in one transaction
of the recorder's own thread: all of it, or nothing.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple, override

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import Base, Statistics, StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticMetaData
from homeassistant.components.recorder.statistics import (
    STATISTIC_UNIT_TO_UNIT_CONVERTER,
    UNIT_CLASS_TO_UNIT_CONVERTER,
    cache_latest_short_term_statistic_id_for_metadata_id,
    get_metadata,
    get_metadata_with_session,
    get_short_term_statistics_run_cache,
)
from homeassistant.components.recorder.tasks import RecorderTask, SynchronizeTask
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import BaseUnitConverter
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from .joining import HOUR, StatisticRow
from .records import Record, Sums

_HOURS: Final = Base.metadata.tables[Statistics.__tablename__]
_TABLES: Final = (_HOURS, Base.metadata.tables[StatisticsShortTerm.__tablename__])
_PERIOD: Final = 300.0
_VALUES: Final = ("state", "sum", "mean", "min", "max")
_KILO: Final[Mapping[str | None, str]] = MappingProxyType(
    {
        "energy": UnitOfEnergy.KILO_WATT_HOUR,
        "reactive_energy": UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
    }
)
"""Class of units -> the unit in which an index is reasoned about; other totals are no index."""
_LAST_DIGITS: Final = 1e-6
"""Less than any meter counts, and more than what two sums of floats differ by."""


class History(NamedTuple):
    """What the recorder has of a statistic: by the hour, and the last days by five minutes."""

    meta: StatisticMetaData
    hours: list[StatisticRow]
    periods: list[StatisticRow]

    @property
    def rows(self) -> list[StatisticRow]:
        """Give the rows of either length."""
        return [*self.hours, *self.periods]

    @property
    def first(self) -> StatisticRow:
        """Give the row with which it begins; there is one."""
        return min(self.rows, key=lambda row: row.start)

    @property
    def last(self) -> StatisticRow:
        """Give the row from which the recorder goes on; there is one."""
        return [*self.periods[-1:], *self.hours[-1:]][0]


async def settle(recorder: Recorder) -> None:
    """Wait until the recorder has done what was asked of it, the task in progress included."""
    done = recorder.hass.loop.create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done


async def async_history(
    hass: HomeAssistant, statistic_id: str, unit: str | None = None
) -> History | None:
    """Read a statistic whole, in a unit of the same quantity or its own; None: there is no row."""
    await settle(get_instance(hass))
    return await get_instance(hass).async_add_executor_job(_history, hass, statistic_id, unit)


def _history(hass: HomeAssistant, statistic_id: str, unit: str | None) -> History | None:
    found = get_metadata(hass, statistic_ids={statistic_id})
    if statistic_id not in found:
        return None
    metadata_id, meta = found[statistic_id]
    factor = _factor(meta, unit)
    with session_scope(hass=hass, read_only=True) as session:
        hours, periods = (_rows(session, table, metadata_id, factor) for table in _TABLES)
    return History(meta, hours, periods) if hours or periods else None


def _rows(session: Session, table: Table, metadata_id: int, factor: float) -> list[StatisticRow]:
    length = HOUR if table is _HOURS else _PERIOD
    columns = select(table.c.start_ts, *(table.c[one] for one in _VALUES))
    of_it = columns.where(table.c.metadata_id == metadata_id).order_by(table.c.start_ts)
    return [
        StatisticRow(
            start, start + length, *(None if one is None else one * factor for one in values)
        )
        for start, *values in session.execute(of_it)
    ]


def _factor(meta: StatisticMetaData, unit: str | None) -> float:
    """Give what a statistic's values are multiplied by to be in another unit of its quantity."""
    converter, own = _converter(meta), meta["unit_of_measurement"]
    is_known = converter and {own, unit} <= converter.VALID_UNITS
    return converter.convert(1.0, own, unit) if converter and is_known else 1.0


def quantity_of(meta: StatisticMetaData) -> str | None:
    """Give what a statistic is of, as a class of units: a sensor without one tells by its unit."""
    converter = _converter(meta)
    return converter.UNIT_CLASS if converter else None


def _converter(meta: StatisticMetaData) -> type[BaseUnitConverter] | None:
    by_class = UNIT_CLASS_TO_UNIT_CONVERTER.get(meta["unit_class"])
    return by_class or STATISTIC_UNIT_TO_UNIT_CONVERTER.get(meta["unit_of_measurement"])


def kilo_of(meta: StatisticMetaData) -> float | None:
    """Give a kWh or kvarh in the unit of a sum; None: it is no index of a meter."""
    unit = _KILO.get(quantity_of(meta)) if meta["has_sum"] else None
    return 1 / _factor(meta, unit) if unit else None


async def async_insert(hass: HomeAssistant, entity_id: str, record: Record) -> bool:
    """Insert an old statistic's rows before ours; False: nothing was written, see the log."""
    return await _at_once(hass, lambda session: _insert(hass, session, entity_id, record))


async def async_take_out(hass: HomeAssistant, entity_id: str, record: Record) -> bool:
    """Take inserted rows out, and give ours the sums they had; False as above."""
    return await _at_once(hass, lambda session: _take_out(hass, session, entity_id, record))


@dataclass(slots=True)
class _AtOnce(RecorderTask):
    """Something that is done in one transaction, or not at all."""

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


async def _at_once(hass: HomeAssistant, do: Callable[[Session], None]) -> bool:
    done: asyncio.Future[bool] = hass.loop.create_future()
    get_instance(hass).queue_task(_AtOnce(do, done))
    return await done


def _insert(hass: HomeAssistant, session: Session, entity_id: str, record: Record) -> None:
    ids = {entity_id, record.old}
    found = get_metadata_with_session(get_instance(hass), session, statistic_ids=ids)
    (ours, _), (old, meta) = found[entity_id], found[record.old]
    for table in _TABLES:
        columns, rows = _old_rows(table, old, _factor(meta, record.unit), record)
        rows = rows.add_columns(literal(ours))
        session.execute(insert(table).from_select([*columns, "metadata_id"], rows))
    if record.offset is not None:
        _shift(session, ours, record.begun, record.offset)


def _old_rows(
    table: Table, old: int, factor: float, record: Record
) -> tuple[list[str], Select[Any]]:
    """Take what rows say of a total, or of a measurement: an old sensor may have been both."""
    told = ["state", "sum"] if record.offset is not None else ["mean", "min", "max"]
    columns = ["created_ts", "start_ts", *told]
    values = [table.c[one] * factor if one in told else table.c[one] for one in columns]
    of_it = table.c.metadata_id == old, table.c[told[-1]].is_not(None)
    return columns, select(*values).where(*of_it, _inserted(table, record))


def _inserted(table: Table, record: Record) -> ColumnElement[bool]:
    return and_(table.c.start_ts >= record.start, table.c.start_ts < record.end + HOUR)


def _shift(session: Session, ours: int, begun: float, offset: float) -> None:
    """Add to all our sums from a row on, and to those of the hours from that hour on."""
    for table in _TABLES:
        since = begun // HOUR * HOUR if table is _HOURS else begun
        of_it = table.c.metadata_id == ours, table.c.start_ts >= since
        session.execute(update(table).where(*of_it).values(sum=table.c.sum + offset))


def _take_out(hass: HomeAssistant, session: Session, entity_id: str, record: Record) -> None:
    found = get_metadata_with_session(get_instance(hass), session, statistic_ids={entity_id})
    if entity_id not in found:
        return  # somebody has deleted all of it
    ours, meta = found[entity_id]
    first = _HOURS.c.metadata_id == ours, _HOURS.c.start_ts == record.start
    if session.execute(select(_HOURS.c.id).where(*first)).first() is None:
        return  # nothing was inserted
    factor = 1 / _factor(meta, record.unit)  # somebody may have changed the unit
    for table in _TABLES:
        inserted = table.c.metadata_id == ours, _inserted(table, record)
        session.execute(delete(table).where(*inserted))
    if record.offset is not None:
        _shift(session, ours, record.begun, -record.offset * factor)
        for table, sums in zip(_TABLES, (record.hours, record.periods), strict=True):
            _restore(session, table, ours, [(at, total * factor) for at, total in sums])
    # The recorder remembers which row is the newest, and it may be gone.
    run_cache = get_short_term_statistics_run_cache(hass)
    cache_latest_short_term_statistic_id_for_metadata_id(run_cache, session, ours)


def _restore(session: Session, table: Table, ours: int, sums: Sums) -> None:
    """Give rows the sums they had, to the last digit; one that somebody has changed stays so."""
    is_same = func.abs(table.c.sum - bindparam("was")) < _LAST_DIGITS
    of_it = table.c.metadata_id == ours, table.c.start_ts == bindparam("at"), is_same
    values = [{"at": start, "was": total} for start, total in sums]
    if values:
        session.execute(update(table).where(*of_it).values(sum=bindparam("was")), values)
