"""The sums of a statistic that starts anew, put right in the recorder's own tables.

It knows the recorder's tables and starts, nothing of meters. Tried on Home Assistant 2026.10 and
2026.11.

Every five minutes the recorder makes a row, whose sum has grown by the difference between the state
in the row before and the last state of its time. The row in which a statistic starts is made like
any other; in the same transaction its sum is shifted by what is wrong, so that nobody sees it, and
the next row goes on from there. Other statistics are not touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.statistics import (
    get_latest_short_term_statistics_with_session,
)
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .counting import Start, can_follow

_PERIOD: Final = 300.0
_HOUR: Final = 3600.0
_MOST_UNSAVED: Final = 10_000
"""Wh by which the last row may be newer than what was kept: a quarter of an hour at 40 kW."""
_LONGEST: Final = 172_800.0
"""Seconds for which the first row of a statistic is waited for."""


class SumRow(NamedTuple):
    """When a row begins, its last state, and the sum up to there, in the unit of the statistic."""

    begin: float
    state: float
    sum: float


class Compiled(NamedTuple):
    """Rows that are new, by when they begin, and the one from which the recorder went on."""

    before: SumRow | None
    since: float
    until: float


def last_row(hass: HomeAssistant, session: Session, statistic: str, now: float) -> SumRow | None:
    """Give the row from which the recorder goes on: an hourly one where the others are purged."""
    short = get_latest_short_term_statistics_with_session(
        hass, session, {statistic}, {"state", "sum"}
    )
    for row in short.get(statistic, []):
        if row["state"] is not None and row["sum"] is not None:
            return SumRow(row["start"], row["state"], row["sum"])
    hours = (
        select(Statistics.start_ts, Statistics.state, Statistics.sum)
        .join(StatisticsMeta, Statistics.metadata_id == StatisticsMeta.id)
        .where(StatisticsMeta.statistic_id == statistic, Statistics.start_ts <= now)
        .where(Statistics.state.is_not(None), Statistics.sum.is_not(None))
    )
    found = session.execute(hours.order_by(Statistics.start_ts.desc()).limit(1)).first()
    return SumRow(*found) if found else None


def put_right(session: Session, statistic: str, starts: Sequence[Start], compiled: Compiled) -> int:
    """Put right the rows in which a statistic starts; give how many starts have a row by now.

    A start of a time to come was noted while the clock was ahead.
    """
    now = compiled.until
    meta = select(StatisticsMeta.id, StatisticsMeta.unit_of_measurement)
    found = session.execute(meta.where(StatisticsMeta.statistic_id == statistic)).first()
    if found is None:  # a sensor that people leave out of the recorder has none
        return sum(one.at < now - _LONGEST for one in starts)
    unit = _unit_per_base(found.unit_of_measurement)
    before, settled, shift = compiled.before, 0, 0.0
    for new in _new_rows(session, found.id, compiled):
        row = new._replace(sum=new.sum + shift)
        begun = [one for one in starts[settled:] if one.at < row.begin + _PERIOD or one.at > now]
        if begun:
            wrong = _right_sum(before, row, begun, unit) - row.sum
            _shift(session, found.id, compiled._replace(since=row.begin), wrong)
            row = row._replace(sum=row.sum + wrong)
            shift += wrong
            settled += len(begun)
        before = row
    return settled


def corrected(
    session: Session, starts: Mapping[str, Sequence[Start]], period: float
) -> tuple[dict[str, list[Start]], dict[str, int]]:
    """Have statistics begin where those that they take over from have a last row.

    Gives the starts, and the value of each such row. After a crash it is newer than what was kept.
    """
    known: dict[str, int] = {}
    for one in (one for some in starts.values() for one in some):
        is_final = one.at < period + _PERIOD and one.taken_from not in starts
        if is_final and (value := _newer_state(session, one)):
            known[one.taken_from] = value
    return {
        statistic: [replace(one, begin=known.get(one.taken_from, one.begin)) for one in some]
        for statistic, some in starts.items()
    }, known


def _newer_state(session: Session, start: Start) -> int | None:
    """Give the last state of the statistic that a start takes over from, if it is newer."""
    table = StatisticsShortTerm
    rows = (
        select(table.state, StatisticsMeta.unit_of_measurement)
        .join(StatisticsMeta, table.metadata_id == StatisticsMeta.id)
        .where(StatisticsMeta.statistic_id == start.taken_from, table.start_ts <= start.at)
        .where(table.state.is_not(None))
    )
    row = session.execute(rows.order_by(table.start_ts.desc()).limit(1)).first()
    if row is None or start.begin is None:
        return None
    value = round(row.state / _unit_per_base(row.unit_of_measurement))
    is_newer = start.begin < value <= start.first
    return value if is_newer and value - start.begin <= _MOST_UNSAVED else None


def _new_rows(session: Session, metadata_id: int, new: Compiled) -> list[SumRow]:
    table = StatisticsShortTerm
    rows = (
        select(table.start_ts, table.state, table.sum)
        .where(table.metadata_id == metadata_id, table.start_ts.between(new.since, new.until))
        .where(table.state.is_not(None), table.sum.is_not(None))
    )
    return [SumRow(*row) for row in session.execute(rows.order_by(table.start_ts))]


def _shift(session: Session, metadata_id: int, new: Compiled, wrong: float) -> None:
    """Add to the sums of new rows, and of the hours from the first one's on."""
    hour = new.since // _HOUR * _HOUR
    for table, since in ((StatisticsShortTerm, new.since), (Statistics, hour)):
        of_it = (table.metadata_id == metadata_id, table.start_ts.between(since, new.until))
        shifted = update(table).where(*of_it).values(sum=table.sum + wrong)
        session.execute(shifted, execution_options={"synchronize_session": False})


def _right_sum(before: SumRow | None, row: SumRow, starts: Sequence[Start], unit: float) -> float:
    """Give the sum that a row should have, in which a statistic has started, once or more.

    It never falls, whatever was lost of what is kept.
    """
    start, *later = starts
    if before is None:
        grown = row.state - unit * (start.first if start.begin is None else start.begin)
    else:
        skipped = _skipped(start, before.state / unit, start.at - before.begin - _PERIOD)
        grown = before.sum + row.state - before.state - unit * skipped
    total = grown - unit * sum(
        one.begin - one.counted
        for one in later
        if one.begin is not None and one.counted is not None
    )
    return max(total, before.sum if before else 0.0)


def _skipped(start: Start, before: float, seconds: float) -> float:
    """Give what lies between the value that is counted up to and the one that is counted from."""
    is_next = can_follow(before, start.first, seconds)
    if start.begin is None:
        return 0.0 if is_next else start.first - before
    counted = before if start.counted is None else start.counted
    # A cut, as when a meter is replaced, may have lost what was heard last.
    return start.begin - (counted if is_next else max(counted, before))


def _unit_per_base(unit: str | None) -> float:
    """Give a Wh or varh in the unit of a statistic."""
    for converter, base in (
        (EnergyConverter, UnitOfEnergy.WATT_HOUR),
        (ReactiveEnergyConverter, UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR),
    ):
        if unit in converter.VALID_UNITS:
            return converter.convert(1.0, base, unit)
    return 1.0
