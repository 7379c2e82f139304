"""The sums of the statistics of indexes, put right in the recorder's own tables.

It knows the recorder's tables and starts, nothing of meters. Tried on Home Assistant 2026.10 and
2026.11.

Every five minutes the recorder makes a row, whose sum should have grown by as much as the state
since the row before, and by what a start in between says. Where the recorder reckons otherwise the
sum is corrected in the same transaction, so that nobody sees it, and the next row goes on from
there. Other statistics are not touched.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.history import get_last_state_changes
from homeassistant.components.recorder.statistics import (
    get_latest_short_term_statistics_with_session,
)
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant, State
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from .counting import Start, can_follow

_PERIOD: Final = 300.0
_HOUR: Final = 3600.0
_NOTHING: Final = 1e-9
"""Less than a Wh in any unit, and more than what two sums of floats differ by."""
_LAST_STATES: Final = 20
"""States among which the last value is looked for: the others say that there is none."""


class SumRow(NamedTuple):
    """When a row begins, its last state, and the sum up to there, in the unit of the statistic."""

    begin: float
    state: float
    sum: float


class Before(NamedTuple):
    """What there is before the recorder compiles: the newest ids, and the row it goes on from.

    `counted` are the states that sums have counted last, as far as they are known, in Wh.
    """

    period_id: int
    hour_id: int
    rows: dict[str, SumRow]
    counted: dict[str, int]


def before_compiling(
    hass: HomeAssistant, session: Session, statistics: set[str], counted: dict[str, int]
) -> Before:
    """Give the rows from which the recorder goes on."""
    tables = (StatisticsShortTerm, Statistics)
    period_id, hour_id = (session.scalar(select(func.max(one.id))) or 0 for one in tables)
    latest = get_latest_short_term_statistics_with_session(
        hass, session, statistics, {"state", "sum"}
    )
    rows = {
        statistic: SumRow(row["start"], row["state"], row["sum"])
        for statistic, (row, *_) in latest.items()
        if row["state"] is not None and row["sum"] is not None
    }
    return Before(period_id, hour_id, rows, counted)


def put_right(
    session: Session, name: str, starts: Sequence[Start], shown: int, before: Before
) -> tuple[int, int] | None:
    """Put right the new rows of a statistic whose sensor shows a value now, if there are any.

    Gives how many of its starts have a row by now, and the last state that is counted, in Wh.
    """
    meta = select(StatisticsMeta.id, StatisticsMeta.unit_of_measurement)
    found = session.execute(meta.where(StatisticsMeta.statistic_id == name)).first()
    rows = _new_rows(session, found.id, before.period_id) if found else []
    if found is None or not rows:
        return None
    unit, settled = _unit_per_base(found.unit_of_measurement), 0
    last, hours = _row_before(session, found.id, before, name, rows[0]), {}
    if last and name in before.counted:
        last = last._replace(state=before.counted[name] * unit)
    for row in rows:
        left = starts[settled:]
        begun = _begun(left, shown, round(row.state / unit))
        if last and not begun and _is_of_another_time(row, last, left, shown, unit):
            right = row._replace(state=last.state, sum=last.sum)
        else:
            right = row._replace(sum=_right_sum(last, row, left[:begun], unit))
        if abs(right.sum - row.sum) > _NOTHING:
            _set_sum(session, StatisticsShortTerm, found.id, row.begin, right.sum)
        settled += begun
        last, hours[row.begin // _HOUR * _HOUR] = right, right.sum
    for hour in _new_hours(session, found.id, before.hour_id):
        if hour in hours:
            _set_sum(session, Statistics, found.id, hour, hours[hour])
    return settled, round((last or rows[-1]).state / unit)


def last_recorded(hass: HomeAssistant, name: str) -> tuple[int | None, int | None]:
    """Give the last value that is recorded of a statistic, and that of its last row, in Wh."""
    table = StatisticsShortTerm
    rows = (
        select(table.state, StatisticsMeta.unit_of_measurement)
        .join(StatisticsMeta, table.metadata_id == StatisticsMeta.id)
        .where(StatisticsMeta.statistic_id == name, table.state.is_not(None))
    )
    with session_scope(hass=hass, read_only=True) as session:
        found = session.execute(rows.order_by(table.start_ts.desc()).limit(1)).first()
    row = round(found.state / _unit_per_base(found.unit_of_measurement)) if found else None
    # What the recorder has written together is not in the order of time.
    states = get_last_state_changes(hass, _LAST_STATES, name).get(name, [])
    values = {one.last_updated: value for one in states if (value := _value(one)) is not None}
    return values[max(values)] if values else row, row


def _value(state: State) -> int | None:
    try:
        value = float(state.state)
    except ValueError:
        return None
    return round(value / _unit_per_base(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)))


def _new_rows(session: Session, metadata_id: int, period_id: int) -> list[SumRow]:
    table = StatisticsShortTerm
    rows = (
        select(table.start_ts, table.state, table.sum)
        .where(table.id > period_id, table.metadata_id == metadata_id)
        .where(table.state.is_not(None), table.sum.is_not(None))
    )
    return [SumRow(*row) for row in session.execute(rows.order_by(table.id))]


def _row_before(
    session: Session, metadata_id: int, before: Before, name: str, row: SumRow
) -> SumRow | None:
    """Give the row before the first new one: an hourly one where the others are purged.

    After a restart the recorder goes on from the row of the latest time, which was not made last
    if the clock was ahead then.
    """
    last = before.rows.get(name)
    if last and last.begin < row.begin:
        return last
    table: type[Statistics | StatisticsShortTerm] = Statistics
    newest, order = before.hour_id, table.start_ts
    if last:
        table = StatisticsShortTerm
        newest, order = before.period_id, table.id
    rows = (
        select(table.start_ts, table.state, table.sum)
        .where(table.metadata_id == metadata_id, table.id <= newest)
        .where(table.state.is_not(None), table.sum.is_not(None))
    )
    found = session.execute(rows.order_by(order.desc()).limit(1)).first()
    return SumRow(*found) if found else None


def _new_hours(session: Session, metadata_id: int, hour_id: int) -> Iterable[float]:
    new = (Statistics.metadata_id == metadata_id, Statistics.id > hour_id)
    return session.scalars(select(Statistics.start_ts).where(*new))


def _set_sum(
    session: Session,
    table: type[Statistics | StatisticsShortTerm],
    metadata_id: int,
    begin: float,
    total: float,
) -> None:
    row = (table.metadata_id == metadata_id, table.start_ts == begin)
    changed = update(table).where(*row).values(sum=total)
    session.execute(changed, execution_options={"synchronize_session": False})


def _begun(starts: Sequence[Start], shown: int, state: int) -> int:
    """Give how many starts a row has seen: its state is among the values since the last of them.

    Values tell it where times do not: the clock may have been set in between.
    """
    last: int | None = shown
    for number, start in reversed([*enumerate(starts)]):
        if start.first <= state and (last is None or state <= last):
            return number + 1
        last = start.counted
    return 0


def _is_of_another_time(
    row: SumRow, last: SumRow, starts: Sequence[Start], shown: int, unit: float
) -> bool:
    """Whether a row has a state that was not shown since the last one.

    A clock that is set back has the recorder look at states that it has compiled before.
    """
    before, state = round(last.state / unit), round(row.state / unit)
    most = starts[0].counted if starts else shown
    return state < before or (most is not None and state > most)


def _right_sum(before: SumRow | None, row: SumRow, starts: Sequence[Start], unit: float) -> float:
    """Give the sum that a row should have; it never falls, whatever was lost of what is kept."""
    if before is None:
        if not starts:
            return row.sum
        before, starts = SumRow(row.begin, unit * starts[0].begin, 0.0), starts[1:]
    skipped = 0.0
    for number, start in enumerate(starts):
        if number == 0:
            seconds = row.begin + _PERIOD - before.begin
            skipped += start.begin - _counted(start, before.state / unit, seconds)
        elif start.counted is not None:
            skipped += start.begin - start.counted
    return max(before.sum + row.state - before.state - unit * skipped, before.sum)


def _counted(start: Start, before: float, seconds: float) -> float:
    """Give up to which value a statistic has counted that had a row before its start."""
    if start.counted is not None:
        return max(start.counted, before)
    return start.begin if can_follow(before, start.begin, seconds) else before


def _unit_per_base(unit: str | None) -> float:
    """Give a Wh or varh in the unit of a statistic."""
    for converter, base in (
        (EnergyConverter, UnitOfEnergy.WATT_HOUR),
        (ReactiveEnergyConverter, UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR),
    ):
        if unit in converter.VALID_UNITS:
            return converter.convert(1.0, base, unit)
    return 1.0
