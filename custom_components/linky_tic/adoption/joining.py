"""What an old statistic's rows become before our own: which go over, and where the two join.

Every number is in the unit of our own statistic: rows are converted where they are read.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ..tic import ROUNDING, can_gain

HOUR: Final = 3600.0
_MAX_LEFT_OUT: Final = 48 * HOUR
"""Of the last hours of an old sensor, so many may be wrong: rounded up, or a 0 as it was removed.

Looked for further back, a row that fits could be that of any other index.
"""
_ROWS_COMPARED: Final = 8
"""Rows that tell how far apart they are, though some are missing."""
_NOTHING: Final = 1e-3
"""Wh: less than any meter counts, and more than what two sums of floats differ by."""


class StatisticRow(NamedTuple):
    """A row of statistics, from `start` to `end` in seconds since 1970."""

    start: float
    end: float
    state: float | None = None
    sum: float | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None


class Join(NamedTuple):
    """The last old row, whose index our first one can follow."""

    before: StatisticRow
    offset: float
    """What all our own sums have to grow by, so that they go on from the old one."""


def earlier(rows: Sequence[StatisticRow], first: StatisticRow) -> list[StatisticRow]:
    """Give what rows say of a total, or of a measurement, before the hour in which we begin.

    That hour is ours, even while the recorder has not compiled it yet: it would find it taken. An
    old sensor may have been both.
    """
    begun = first.start // HOUR * HOUR
    before = [row for row in rows if row.start < begun]
    if first.sum is None:
        return [row._replace(state=None, sum=None) for row in before if row.mean is not None]
    return [row._replace(mean=None, min=None, max=None) for row in before if row.sum is not None]


def rows_in_gaps(rows: Sequence[StatisticRow], ours: Sequence[StatisticRow]) -> list[StatisticRow]:
    """Give the hours that only the old sensor has, between our first row and our last.

    `ours` are our rows of either length: the hour that goes on has short ones alone.
    """
    known = {row.start // HOUR * HOUR for row in ours}
    missing = {*range(int(min(known)), int(max(known)), int(HOUR))} - known
    return [row for row in rows if row.start in missing]


def find_join(rows: Sequence[StatisticRow], first: StatisticRow, per_kwh: float) -> Join | None:
    """Find the last old row that our first one can follow; `per_kwh` is a kWh in their unit.

    Later rows are left out: what they counted is in our first row then, once.
    """
    if first.state is None or first.sum is None:
        return None
    for before in reversed(rows):
        if rows[-1].start - before.start > _MAX_LEFT_OUT:
            break
        if before.state is None or before.sum is None:
            continue
        energy = first.state - before.state
        if energy >= 0 and follows(before, first, per_kwh):
            return Join(before, before.sum + energy - first.sum)
    return None


def join_by_time(
    rows: Sequence[StatisticRow], first: StatisticRow, per_kwh: float, *, is_adopted: bool
) -> Join | None:
    """Join the last old row that ends before our first hour, to what that has counted itself.

    That of a row which was adopted before is not known. Between the two nothing is counted: what
    has no index tells nothing of a gap. Where there is a row a day, it is of the whole day.
    """
    steps = (later.start - row.start for row, later in pairwise(rows[-_ROWS_COMPARED:]))
    length = min(steps, default=HOUR)
    ended = [row for row in rows if row.start + length <= first.start // HOUR * HOUR]
    if not ended or ended[-1].sum is None or first.sum is None:
        return None
    before = ended[-1]._replace(end=ended[-1].start + length)
    is_its_own = not is_adopted and can_gain(1000 * first.sum / per_kwh, first.end - first.start)
    counted = first.sum if is_its_own else 0.0
    return Join(before, ended[-1].sum + counted - first.sum)


def is_index(rows: Sequence[StatisticRow]) -> bool:
    """Whether states can be those of an index, which never falls; a meter of a day or month does.

    What has no states was not made from an index at all.
    """
    states = [row.state for row in rows if row.state is not None]
    return bool(states) and all(after >= before for before, after in pairwise(states))


def follows(before: StatisticRow, after: StatisticRow, per_kwh: float) -> bool:
    """Whether the index of a row can be that of an earlier one after the time between them."""
    if before.state is None or after.state is None:
        return False
    gain = 1000 * (after.state - before.state) / per_kwh
    return can_gain(gain, after.end - before.end, ROUNDING)


def implausible_rows(rows: Sequence[StatisticRow], per_kwh: float) -> Iterator[tuple[float, float]]:
    """Find hours in which a sum grew by what no meter counts, and by how much: it goes over so."""
    summed = ((row.start, row.sum) for row in rows if row.sum is not None)
    for (start, before), (later, total) in pairwise(summed):
        gain = 1000 * (total - before) / per_kwh
        if gain < -_NOTHING or not can_gain(gain, later - start, ROUNDING):
            yield later, total - before
