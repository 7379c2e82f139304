"""The sums of new rows are put right, and those of all that is later; nothing else is touched."""

from typing import Final

from homeassistant.components.recorder.db_schema import Statistics, StatisticsShortTerm
import pytest
from sqlalchemy import select

from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.history.sums import Newest, go_on, newest, put_right
from custom_components.linky_tic.tic import LABELS

from .tables import NOON, OTHER, A, B, Row, Tables

METER: Final = "0123"
HOUR: Final = 3600
PERIOD: Final = 300


def counted(label: str = "EASF01", index: int = 100_000, name: str = A) -> Counting:
    """Statistics that have counted up to an index, in Wh."""
    counting = Counting()
    counting.recorded(name, METER, LABELS[label], index, NOON)
    return counting


def show(counting: Counting, value: int, name: str = A, label: str = "EASF01") -> None:
    counting.shown(name, METER, LABELS[label], value, NOON + PERIOD)


def test_a_new_row_goes_on_from_the_one_before_and_its_hour_ends_with_it(tables: Tables) -> None:
    for name in (A, OTHER):
        tables.add(StatisticsShortTerm, name, (0, 100.0, 5.0))
        tables.add(Statistics, name, (-HOUR, 100.0, 5.0))
    before = newest(tables.session)
    assert before == Newest(2, 2)
    for name in (OTHER, A):
        tables.add(StatisticsShortTerm, name, (PERIOD, 100.5, 999.0))
        tables.add(Statistics, name, (0, 100.5, 999.0))
    counting = counted()
    show(counting, 100_500)
    put_right(tables.session, counting, before)
    assert tables.rows(StatisticsShortTerm, A) == [(0, 100.0, 5.0), (PERIOD, 100.5, 5.5)]
    assert tables.rows(Statistics, A) == [(-HOUR, 100.0, 5.0), (0, 100.5, 5.5)]
    assert tables.rows(StatisticsShortTerm, OTHER) == [(0, 100.0, 5.0), (PERIOD, 100.5, 999.0)]
    assert tables.rows(Statistics, OTHER) == [(-HOUR, 100.0, 5.0), (0, 100.5, 999.0)]


def test_the_first_row_of_all_begins_with_what_it_gains(tables: Tables) -> None:
    assert newest(tables.session) == Newest(0, 0)
    tables.add(StatisticsShortTerm, A, (0, 100.5, 999.0))
    counting = counted()
    show(counting, 100_500)
    put_right(tables.session, counting, Newest(0, 0))
    assert tables.rows(StatisticsShortTerm, A) == [(0, 100.5, 0.5)]


def test_a_sum_goes_on_from_its_hours_where_the_rest_is_purged(tables: Tables) -> None:
    for name in (A, B, OTHER):
        tables.add(Statistics, name, (-2 * HOUR, 3.0, 700.0), (-HOUR, 4.0, 800.0))
    tables.add(StatisticsShortTerm, B, (-PERIOD, 4.0, 800.0))
    before = newest(tables.session)
    for name, total in ((A, 0.0), (B, 800.5), (OTHER, 0.0)):
        tables.add(StatisticsShortTerm, name, (0, 0.5, total), (PERIOD, 0.75, total + 0.25))
        tables.add(Statistics, name, (0, 0.75, total + 0.25))
    go_on(tables.session, {A, B}, before)
    for name, total in ((A, 800.0), (B, 800.5), (OTHER, 0.0)):
        periods = tables.rows(StatisticsShortTerm, name)
        assert periods[-2:] == [(0, 0.5, total), (PERIOD, 0.75, total + 0.25)]
        hours = tables.rows(Statistics, name)
        assert hours == [(-2 * HOUR, 3.0, 700.0), (-HOUR, 4.0, 800.0), (0, 0.75, total + 0.25)]


def test_rows_of_a_clock_that_was_ahead_gain_as_much(tables: Tables) -> None:
    """Those of before, and hours that have ended before, do not; nor do rows of others."""
    periods = [(0, 100.0, 5.0), (4 * HOUR, 100.3, 7.0), (2 * PERIOD, 100.2, 6.0)]
    hours = [(-HOUR, 100.0, 5.0), (4 * HOUR, 100.3, 7.0), (0, 100.2, 6.0)]
    for name in (OTHER, A):
        tables.add(StatisticsShortTerm, name, *periods)
        tables.add(Statistics, name, *hours)
    before = newest(tables.session)
    tables.add(StatisticsShortTerm, A, (PERIOD, 100.5, 999.0))
    counting = counted()
    show(counting, 100_500)
    put_right(tables.session, counting, before)
    assert tables.rows(StatisticsShortTerm, A) == [
        (0, 100.0, 5.0),
        (PERIOD, 100.5, 5.5),
        (2 * PERIOD, 100.2, 6.5),
        (4 * HOUR, 100.3, 7.5),
    ]
    assert tables.rows(Statistics, A) == [
        (-HOUR, 100.0, 5.0),
        (0, 100.2, 6.5),
        (4 * HOUR, 100.3, 7.5),
    ]
    assert tables.rows(StatisticsShortTerm, OTHER) == sorted(periods)
    assert tables.rows(Statistics, OTHER) == sorted(hours)


@pytest.mark.parametrize(
    ("periods", "hours", "total"),
    [
        ([], [(-2 * HOUR, 90.0, 3.0), (-HOUR, 100.0, 4.0), (0, 101.0, 8.0)], 4.5),
        ([(-PERIOD, 100.0, 5.0)], [(-HOUR, 100.0, 4.0)], 5.5),
        ([(-PERIOD, 100.0, 5.0)], [(-HOUR, 100.0, 6.0)], 6.5),
        # Of before all others: from the sum with which they begin.
        ([(2 * PERIOD, 100.0, 3.0), (PERIOD, 100.0, 2.0)], [(HOUR, 100.0, 3.0)], 2.5),
        ([(2 * PERIOD, 100.0, 3.0)], [(HOUR, 100.0, 3.0), (0, 100.0, 2.0)], 2.5),
    ],
)
def test_a_row_goes_on_from_the_hours_where_no_other_is_left(
    tables: Tables, periods: list[Row], hours: list[Row], total: float
) -> None:
    tables.add(StatisticsShortTerm, OTHER, (-PERIOD, 1.0, 50.0), (PERIOD, 1.0, 0.5))
    tables.add(StatisticsShortTerm, A, *periods)
    tables.add(Statistics, A, *hours)
    before = newest(tables.session)
    tables.add(StatisticsShortTerm, A, (0, 100.5, 999.0))
    counting = counted()
    show(counting, 100_500)
    put_right(tables.session, counting, before)
    assert {row[0]: row[2] for row in tables.rows(StatisticsShortTerm, A)}[0] == total


@pytest.mark.parametrize("is_counted_first", [A, B])
def test_a_register_is_counted_by_the_row_of_before_or_in_the_order_in_which_it_is_shown(
    tables: Tables, is_counted_first: str
) -> None:
    """Whatever the order in which the recorder has made them."""
    before = newest(tables.session)
    counting = counted()
    counting.recorded(B, METER, LABELS["HCHC"], 100_000, NOON)
    if is_counted_first == A:
        tables.add(StatisticsShortTerm, B, (PERIOD, 100.5, 0.0))
        tables.add(StatisticsShortTerm, A, (PERIOD, 100.5, 0.0))
    else:
        tables.add(StatisticsShortTerm, A, (PERIOD, 100.5, 0.0))
        tables.add(StatisticsShortTerm, B, (0, 100.5, 0.0))
    show(counting, 100_500)
    show(counting, 100_500, B, "HCHC")
    put_right(tables.session, counting, before)
    gains = {name: tables.rows(StatisticsShortTerm, name)[0][2] for name in (A, B)}
    assert gains == {name: 0.5 * (name == is_counted_first) for name in (A, B)}


@pytest.mark.parametrize("is_purged", [False, True])
def test_a_statistic_that_has_moved_goes_on_from_the_last_row_that_is_there(
    tables: Tables, *, is_purged: bool
) -> None:
    if not is_purged:
        tables.add(StatisticsShortTerm, A, (-PERIOD, 98.0, 4.0), (0, 99.0, 5.0))
    tables.add(Statistics, A, (-2 * HOUR, 97.0, 4.0), (-HOUR, 98.0, 5.0))
    tables.add(StatisticsShortTerm, OTHER, (0, 1.0, 5.0))
    before = newest(tables.session)
    tables.add(StatisticsShortTerm, A, (PERIOD, 100.5, 999.0))
    tables.add(Statistics, A, (0, 100.5, 999.0))
    counting = counted(name="sensor.former")
    counting.renamed("sensor.former", A)
    show(counting, 100_500)
    put_right(tables.session, counting, before)
    gain = 2.5 if is_purged else 1.5
    assert tables.rows(StatisticsShortTerm, A)[-1] == (PERIOD, 100.5, 5 + gain)


@pytest.mark.parametrize(
    ("minute", "last_hour", "period", "is_added"),
    [
        (55, -2 * HOUR, -PERIOD, True),
        (55, None, -PERIOD, True),
        (55, -HOUR, -PERIOD, False),
        (50, -2 * HOUR, -PERIOD, False),
        (55, -2 * HOUR, 0, False),  # of the hour that ends, of which the recorder makes a row
    ],
)
def test_an_hour_that_the_clock_has_skipped_is_made_up_for_with_the_next(
    tables: Tables, minute: int, last_hour: int | None, period: int, *, is_added: bool
) -> None:
    tables.add(StatisticsShortTerm, A, (period - PERIOD, 99.0, 4.0) if period else (0, 99.5, 5.0))
    if period:
        tables.add(StatisticsShortTerm, A, (period, 99.5, 5.0))
    tables.add(StatisticsShortTerm, OTHER, (-2 * PERIOD, 1.0, 1.0))
    hours: list[Row] = [] if last_hour is None else [(last_hour, 99.0, 4.0)]
    tables.add(Statistics, A, *hours)
    tables.add(Statistics, OTHER, (-2 * HOUR, 1.0, 1.0), (-HOUR, 1.0, 1.0))
    tables.run(55)
    tables.run(minute)
    put_right(tables.session, counted(), newest(tables.session))
    assert tables.rows(Statistics, A) == [*hours, *([(0, 99.5, 5.0)] if is_added else [])]
    made = [one.created_ts for one in tables.session.scalars(select(Statistics))]
    assert (NOON + HOUR in made) is is_added


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("Wh", 1.0), ("MWh", 1e-6), ("kvarh", 1e-3), ("varh", 1.0), (None, 1.0), ("rpm", 1.0)],
)
def test_rows_are_in_the_unit_of_their_statistic(
    tables: Tables, unit: str | None, factor: float
) -> None:
    tables.ids[A] = tables.statistic("sensor.c", unit)
    tables.add(StatisticsShortTerm, A, (PERIOD, 100_500 * factor, 0.0))
    counting = counted(name="sensor.c")
    show(counting, 100_500, "sensor.c")
    put_right(tables.session, counting, Newest(0, 0))
    assert tables.rows(StatisticsShortTerm, A)[0][2] == pytest.approx(500 * factor)
