"""Corrects the sums of the statistics of indexes, in the recorder's own tables.

Every five minutes the recorder makes a row of each statistic. By how much its sum must grow is
decided in `counting.py`; the row is corrected in the same transaction, so that nobody sees it
wrong. If there are rows of a later time, since a clock was ahead or was set back, their sums grow
by as much, so no sum falls. An hour that the clock has skipped has no hourly row.
"""

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Any, Final, NamedTuple

from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsRuns,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.models import StatisticDataTimestamp
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter
from sqlalchemy import ColumnElement, Update, func, select, update
from sqlalchemy.orm import Session

from .counting import Counting

type _Table = type[Statistics | StatisticsShortTerm]

_HOUR: Final = 3600.0
_LENGTHS: Final[dict[_Table, float]] = {StatisticsShortTerm: 300.0, Statistics: _HOUR}
"""Seconds of a row of each table; their order is that of `Newest`."""
_NOTHING: Final = 1e-9
"""Less than a Wh in any unit, and more than what two sums of floats differ by."""
_LAST_MINUTE: Final = 55
"""The minute at which the last period of an hour begins, with which the recorder sums it up."""


class Row(NamedTuple):
    """A row of a statistic: when it begins, its state in Wh or varh, its sum in the unit shown.

    `unit` is a Wh or varh in that unit.
    """

    name: str
    metadata_id: int
    begin: float
    state: int
    sum: float
    unit: float


class Newest(NamedTuple):
    """The ids of the newest rows before the recorder compiles."""

    period: int
    hour: int


def newest(session: Session) -> Newest:
    return Newest(*(session.scalar(select(func.max(one.id))) or 0 for one in _LENGTHS))


def put_right(session: Session, counting: Counting, before: Newest) -> bool:
    """Count all new rows, and correct their sums; whether there are any."""
    order = {name: number for number, name in enumerate(counting.counters)}
    periods = StatisticsShortTerm
    made = _rows(session, periods, periods.id > before.period)
    new = [row for row in made if counting.has_row(row.name, row.begin)]
    new.sort(key=lambda row: (row.begin, order[row.name]))
    for row in new:
        found = None
        if counting.counters[row.name].is_moved and (last := _last_row(session, row.name, before)):
            found = last.state, row.begin - last.begin
        gain = counting.compiled(row.name, row.state, found) * row.unit
        total = _sum_before(session, row, before) + gain
        _write(session, row, total, gain, before)
    run = select(StatisticsRuns.start).order_by(StatisticsRuns.run_id.desc()).limit(1)
    start = session.scalar(run)
    if start and start.minute == _LAST_MINUTE:
        hour = start.replace(minute=0, tzinfo=UTC).timestamp()
        for name in order:
            if counting.has_row(name, hour):
                _add_hour(session, name, hour)
    return bool(new)


def go_on(session: Session, names: Collection[str], before: Newest) -> None:
    """Let statistics go on from their last hourly sum where the five-minute rows are purged.

    After ten days without a value, the recorder would begin their sums at 0 again.
    """
    of_ours = select(StatisticsMeta.id).where(StatisticsMeta.statistic_id.in_(names))
    for key in session.scalars(of_ours).all():
        last_period, last_hour = (
            _sum_at(session, key, table, table.id <= newest_id, table.start_ts.desc())
            for table, newest_id in zip(_LENGTHS, before, strict=True)
        )
        if last_period is None and last_hour:
            for table, newest_id in zip(_LENGTHS, before, strict=True):
                new = _update(table, key).where(table.id > newest_id)
                session.execute(new.values(sum=table.sum + last_hour))


def last_row(hass: HomeAssistant, name: str) -> Row | None:
    """Return the five-minute row of a statistic that was made last."""
    with session_scope(hass=hass, read_only=True) as session:
        made_last = StatisticsShortTerm.id.desc()
        is_of_it = StatisticsMeta.statistic_id == name
        return next(_rows(session, StatisticsShortTerm, is_of_it, made_last), None)


def _last_row(session: Session, name: str, before: Newest) -> Row | None:
    """Return the last row before the new ones: an hourly one where the shorter ones are purged."""
    is_of_it = StatisticsMeta.statistic_id == name
    for table, newest_id in zip(_LENGTHS, before, strict=True):
        is_old = is_of_it & (table.id <= newest_id)
        if row := next(_rows(session, table, is_old, table.id.desc()), None):
            return row
    return None


def _rows(
    session: Session, table: _Table, where: ColumnElement[bool], *order: ColumnElement[Any]
) -> Iterator[Row]:
    """Return the rows that have a sum; with an order, only the first."""
    meta = StatisticsMeta
    columns = (meta.statistic_id, meta.id, table.start_ts, table.state, table.sum)
    query = select(*columns, meta.unit_of_measurement).join(meta, table.metadata_id == meta.id)
    query = query.where(table.state.is_not(None), table.sum.is_not(None), where)
    found = session.execute(query.order_by(*order).limit(1) if order else query)
    for name, key, begin, state, total, unit_name in found:
        unit = _unit_per_base(unit_name)
        yield Row(name, key, begin, round(state / unit), total, unit)


def _add_hour(session: Session, name: str, hour: float) -> None:
    """Add an hourly row to a statistic that has had no value in the hour that is over."""
    periods = StatisticsShortTerm
    is_over = (StatisticsMeta.statistic_id == name) & (periods.start_ts < hour)
    row = next(_rows(session, periods, is_over, periods.start_ts.desc()), None)
    if row is None:
        return
    of_it = Statistics.metadata_id == row.metadata_id
    last = session.scalar(select(func.max(Statistics.start_ts)).where(of_it))
    if last is None or last < row.begin // _HOUR * _HOUR:
        state = row.state * row.unit
        stat = StatisticDataTimestamp(start_ts=hour, state=state, sum=row.sum)
        session.add(Statistics.from_stats_ts(row.metadata_id, stat, hour + _HOUR))


def _sum_before(session: Session, row: Row, before: Newest) -> float:
    """Return the sum that a row goes on from: an hourly one where the shorter rows are purged.

    A row that begins before all others goes on from the sum of the first of them.
    """
    key = row.metadata_id
    earlier = [
        _sum_at(session, key, table, table.start_ts <= row.begin - length, table.start_ts.desc())
        for table, length in _LENGTHS.items()
    ]
    if known := [one for one in earlier if one is not None]:
        return max(known)
    later = [
        _sum_at(session, key, table, table.id <= newest_id, table.start_ts.asc())
        for table, newest_id in zip(_LENGTHS, before, strict=True)
    ]
    return min((one for one in later if one is not None), default=0.0)


def _sum_at(
    session: Session,
    key: int,
    table: _Table,
    where: ColumnElement[bool],
    order: ColumnElement[float | None],
) -> float | None:
    of_it = (table.metadata_id == key, table.sum.is_not(None), where)
    return session.scalar(select(table.sum).where(*of_it).order_by(order).limit(1))


def _update(table: _Table, key: int) -> Update:
    return (
        update(table).where(table.metadata_id == key).execution_options(synchronize_session=False)
    )


def _write(session: Session, row: Row, total: float, gain: float, before: Newest) -> None:
    """Write the sum of a row, and of its hour if that is new; add its gain to all later rows."""
    for (table, length), newest_id in zip(_LENGTHS.items(), before, strict=True):
        begin = row.begin // length * length
        of_it = _update(table, row.metadata_id)
        if abs(total - row.sum) > _NOTHING:
            new = of_it.where(table.start_ts == begin, table.id > newest_id)
            session.execute(new.values(sum=total))
        if gain:
            later = of_it.where(table.start_ts >= begin, table.id <= newest_id)
            session.execute(later.values(sum=table.sum + gain))


def _unit_per_base(unit: str | None) -> float:
    """Return the value of a Wh or varh in the unit of a statistic."""
    for converter, base in (
        (EnergyConverter, UnitOfEnergy.WATT_HOUR),
        (ReactiveEnergyConverter, UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR),
    ):
        if unit in converter.VALID_UNITS:
            return converter.convert(1.0, base, unit)
    return 1.0
