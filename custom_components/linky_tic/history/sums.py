"""The sums of a statistic that starts anew, put right in the recorder's own tables.

It knows the recorder and starts, nothing of meters. Tried on Home Assistant 2026.10 and 2026.11.

Every five minutes the recorder makes a row, whose sum has grown by the difference between the state
in the row before and the last state of its time. The row in which a statistic starts is made like
any other; just after that its sum and all later ones are shifted by what is wrong. What a row
should be is told by the row before it, so this can be done at any later time, and twice. Other
statistics are not touched.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
from homeassistant.components.recorder.statistics import (
    adjust_statistics,
    get_metadata_with_session,
)
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.components.recorder.util import session_scope
from homeassistant.const import UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.util.dt import utcnow
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from .counting import Start, can_follow

_PERIOD: Final = 300.0
_HOUR: Final = 3600.0
_LONGEST: Final = 172_800.0
"""Seconds for which the first row of a statistic is waited for."""
_NOTHING: Final = 1e-3
"""Wh: less than any meter counts, more than what two sums of floats differ by."""

type _Table = type[Statistics | StatisticsShortTerm]


class _Row(NamedTuple):
    """When a row begins and ends, its last state, and the sum up to there: in Wh or varh."""

    begin: float
    end: float
    state: float
    sum: float


@dataclass(slots=True)
class PutRight(RecorderTask):
    """Put right the sums of statistics, and tell of each the starts that have a row by now."""

    starts: Mapping[str, Sequence[Start]]
    on_settled: Callable[[str, Sequence[Start]], None]
    """Called in the recorder's thread."""

    @override
    def run(self, instance: Recorder) -> None:
        for statistic, starts in self.starts.items():
            waiting = list(starts)
            while waiting and (settled := _put_first_right(instance, statistic, waiting)):
                self.on_settled(statistic, settled)
                waiting = waiting[len(settled) :]


def _put_first_right(
    instance: Recorder, statistic: str, starts: Sequence[Start]
) -> Sequence[Start]:
    """Put right the row of the first of some starts; give those that lie in it."""
    with session_scope(session=instance.get_session(), read_only=True) as session:
        found = get_metadata_with_session(instance, session, statistic_ids={statistic})
        if statistic not in found:  # a sensor that people leave out of the recorder has none
            long_ago = utcnow().timestamp() - _LONGEST
            return [one for one in starts if one.at < long_ago]
        metadata_id, meta = found[statistic]
        rows = _Rows(session, metadata_id, _unit_per_base(meta["unit_of_measurement"]))
        row = rows.first_from(_begin(starts[0]))
        if row is None:
            return ()
        in_it = [one for one in starts if _begin(one) <= row.begin]
        wrong = row.sum - _right_sum(rows.last_before(row.begin), row, in_it)
    # What has no unit is not converted, whatever is said here.
    is_done = abs(wrong) < _NOTHING or adjust_statistics(
        instance,
        statistic,
        datetime.fromtimestamp(row.begin, UTC),
        -wrong * rows.per_base,
        meta["unit_of_measurement"] or "",
    )
    return in_it if is_done else ()


def _right_sum(before: _Row | None, row: _Row, starts: Sequence[Start]) -> float:
    """Give the sum that a row should have, in which a statistic has started, once or more."""
    start, *later = starts
    if before is None:
        begin = start.first if start.begin is None else start.begin
        grown = row.state - begin
    else:
        grown = before.sum + row.state - before.state - _skipped(start, before)
    return grown - sum(
        one.begin - one.counted
        for one in later
        if one.begin is not None and one.counted is not None
    )


def _skipped(start: Start, before: _Row) -> float:
    """Give what lies between the value that is counted up to and the one that is counted from."""
    is_next = can_follow(before.state, start.first, start.at - before.end)
    if start.begin is not None:
        counted = before.state if start.counted is None else start.counted
        if not is_next:  # a cut, as when a meter is replaced, may have lost what was heard last
            counted = max(counted, before.state)
        return start.begin - counted
    return 0.0 if is_next else start.first - before.state


def _begin(start: Start) -> float:
    """Give when the row of a start begins."""
    return start.at // _PERIOD * _PERIOD


class _Rows:
    """The rows of one statistic."""

    def __init__(self, session: Session, metadata_id: int, per_base: float) -> None:
        self.per_base = per_base
        self._session = session
        self._metadata_id = metadata_id

    def first_from(self, begin: float) -> _Row | None:
        """Give the first short-term row that begins at a time or later."""
        table = StatisticsShortTerm
        return self._row(table, table.start_ts >= begin, table.start_ts.asc())

    def last_before(self, begin: float) -> _Row | None:
        """Give the last row before a time: an hourly one where short-term ones are purged."""
        short, hourly = StatisticsShortTerm, Statistics
        hour = begin // _HOUR * _HOUR
        found = (
            self._row(short, short.start_ts < begin, short.start_ts.desc()),
            self._row(hourly, hourly.start_ts < hour, hourly.start_ts.desc()),
        )
        return max((row for row in found if row), key=lambda row: row.end, default=None)

    def _row(
        self, table: _Table, where: ColumnElement[bool], order: ColumnElement[float | None]
    ) -> _Row | None:
        is_counted = (table.state.is_not(None), table.sum.is_not(None))
        columns = select(table.start_ts, table.state, table.sum)
        of_it = columns.where(table.metadata_id == self._metadata_id, where, *is_counted)
        found = self._session.execute(of_it.order_by(order).limit(1)).first()
        if found is None:
            return None
        end = found.start_ts + (_PERIOD if table is StatisticsShortTerm else _HOUR)
        return _Row(found.start_ts, end, found.state / self.per_base, found.sum / self.per_base)


def _unit_per_base(unit: str | None) -> float:
    """Give a Wh or varh in the unit of a statistic."""
    for converter, base in (
        (EnergyConverter, UnitOfEnergy.WATT_HOUR),
        (ReactiveEnergyConverter, UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR),
    ):
        if unit in converter.VALID_UNITS:
            return converter.convert(1.0, base, unit)
    return 1.0
