"""Finds which rows of an old statistic can be inserted before ours, and where the two join.

"Ours" is the statistic of this integration's sensor. All numbers are in its unit.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ..tic import can_follow

HOUR: Final = 3600.0
_MAX_LEFT_OUT: Final = 48 * HOUR
"""Seconds of the last old rows that may be left out: an old sensor may end with rounded values, or
0. Further back, an index that matches ours could be another one by chance."""
_ROWS_COMPARED: Final = 8
"""Number of last rows of which the shortest interval is taken: rows may be missing."""
_NOTHING: Final = 1e-3
"""Wh: less than any meter counts, but more than the rounding error of sums of floats."""


class StatisticRow(NamedTuple):
    """A row of a statistic, from `start` to `end` in seconds since 1970."""

    start: float
    end: float
    state: float | None = None
    sum: float | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None


class Join(NamedTuple):
    """Where the old statistic is joined to ours."""

    before: StatisticRow
    """The last old row to insert."""
    offset: float
    """What is added to all our sums, so that they continue the old ones."""


def earlier(rows: Sequence[StatisticRow], first: StatisticRow) -> list[StatisticRow]:
    """Return the rows before the hour of our first row, with only the kind of values that we have.

    That hour may not be compiled yet, but its row will be ours. An old sensor may have had both
    kinds of values: a total (state, sum) and a measurement (mean, min, max).
    """
    begun = first.start // HOUR * HOUR
    before = [row for row in rows if row.start < begun]
    if first.sum is None:
        return [row._replace(state=None, sum=None) for row in before if row.mean is not None]
    return [row._replace(mean=None, min=None, max=None) for row in before if row.sum is not None]


def rows_in_gaps(rows: Sequence[StatisticRow], ours: Sequence[StatisticRow]) -> list[StatisticRow]:
    """Return the hourly rows between our first and last row that only the old sensor has.

    `ours`: our hourly and 5-minute rows, since the current hour has only the latter.
    """
    known = {row.start // HOUR * HOUR for row in ours}
    missing = {*range(int(min(known)), int(max(known)), int(HOUR))} - known
    return [row for row in rows if row.start in missing]


def find_join(rows: Sequence[StatisticRow], first: StatisticRow, per_kwh: float) -> Join | None:
    """Find the last old row whose index our first one can follow; None if there is none.

    `per_kwh`: a kWh in the unit of the rows. What later old rows have counted is in our first row.
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
    """Join our first row to the last old row that ends before it; None if there is none.

    Nothing is counted for the time between them, which is unknown without an index. Our first row
    keeps what it counted, unless it was adopted itself. Daily rows are taken as lasting a day.
    """
    steps = (later.start - row.start for row, later in pairwise(rows[-_ROWS_COMPARED:]))
    length = min(steps, default=HOUR)
    ended = [row for row in rows if row.start + length <= first.start // HOUR * HOUR]
    if not ended or ended[-1].sum is None or first.sum is None:
        return None
    before = ended[-1]._replace(end=ended[-1].start + length)
    gain, seconds = 1000 * first.sum / per_kwh, first.end - first.start
    is_its_own = not is_adopted and can_follow(0, gain, seconds)
    counted = first.sum if is_its_own else 0.0
    return Join(before, ended[-1].sum + counted - first.sum)


def is_index(rows: Sequence[StatisticRow]) -> bool:
    """Whether there are states and none is lower than the one before, as with an index.

    A total by day or month falls; the statistics of other programs have no states.
    """
    states = [row.state for row in rows if row.state is not None]
    return bool(states) and all(after >= before for before, after in pairwise(states))


def follows(before: StatisticRow, after: StatisticRow, per_kwh: float) -> bool:
    """Whether a meter can count from the index of one row to that of a later one in that time."""
    if before.state is None or after.state is None:
        return False
    index, later = (1000 * row / per_kwh for row in (before.state, after.state))
    return can_follow(index, later, after.end - before.end)


def implausible_rows(rows: Sequence[StatisticRow], per_kwh: float) -> Iterator[tuple[float, float]]:
    """Yield start and growth of rows whose sum fell or rose too fast; they are adopted as is."""
    summed = ((row.start, row.sum) for row in rows if row.sum is not None)
    for (start, before), (later, total) in pairwise(summed):
        gain = 1000 * (total - before) / per_kwh
        if gain < -_NOTHING or not can_follow(0, gain, later - start):
            yield later, total - before
