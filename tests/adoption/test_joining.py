"""Where old rows and ours are joined, computed from rows without a recorder."""

from typing import Final

import pytest

from custom_components.linky_tic.adoption.joining import (
    HOUR,
    StatisticRow,
    earlier,
    find_join,
    follows,
    implausible_rows,
    is_index,
    join_by_time,
    rows_in_gaps,
)

from ..tic.streams import luck

BEGUN: Final = 1_800_000_000.0 // HOUR * HOUR


def hour(number: int, state: float | None, total: float | None) -> StatisticRow:
    """A row; `number` counts the hours from that of our first row."""
    start = BEGUN + number * HOUR
    return StatisticRow(start, start + HOUR, state, total)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("per_kwh", [1.0, 1000.0])
def test_what_is_summed_up_is_what_the_index_has_grown_by(seed: int, per_kwh: float) -> None:
    """Both sensors recorded the same meter, with a gap or an overlap of any length."""
    chance = luck(seed)
    index, meter = chance.uniform(0, 90_000), {}
    for number in range(-200, 50):
        meter[number] = index = index + chance.uniform(0, 9)
    stop = chance.randrange(-100, 30)
    base, ours_base = meter[-200] - chance.uniform(0, 100), meter[0]
    old = [hour(n, meter[n] * per_kwh, (meter[n] - base) * per_kwh) for n in range(-200, stop)]
    ours = [hour(n, meter[n] * per_kwh, (meter[n] - ours_base) * per_kwh) for n in range(50)]
    join = find_join(earlier(old, ours[0]), ours[0], per_kwh)
    assert join
    sums = [row.sum for row in earlier(old, ours[0])]
    sums += [(row.sum or 0) + join.offset for row in ours]
    assert sums[-1] == pytest.approx((meter[49] - base) * per_kwh)
    assert sums == sorted(sums, key=lambda total: total or 0)


def test_without_our_index_there_is_no_join() -> None:
    assert find_join([hour(-1, 10, 1)], hour(0, None, 0), 1) is None
    assert find_join([hour(-1, 10, 1)], hour(0, 11, None), 1) is None


def test_old_hours_without_an_index_are_passed_over() -> None:
    join = find_join([hour(-3, 10, 1), hour(-2, None, 2), hour(-1, 11, None)], hour(0, 12, 0), 1)
    assert join
    assert (join.before.state, join.offset) == (10, 3)


def test_an_index_that_fits_is_not_looked_for_further_back_than_two_days() -> None:
    """Further back, the index of any other meter may once have had the value of ours."""
    for count, is_found in ((48, True), (49, False)):
        others = [hour(-number, 5000, 100) for number in range(count, 0, -1)]
        join = find_join([hour(-count - 1, 1000, 50), *others], hour(0, 1001, 0), 1)
        assert (join is not None) is is_found


def test_no_more_is_counted_than_a_breaker_lets_pass() -> None:
    first = hour(0, 1100, 0)
    assert find_join([hour(-1, 1000, 1)], first, 1) is None
    assert find_join([hour(-4, 1000, 1)], first, 1)


def test_an_index_that_has_not_moved_joins_its_last_hour() -> None:
    join = find_join([hour(-2, 9, 1), hour(-1, 10, 2)], hour(0, 10, 0.5), 1)
    assert join
    assert (join.before.state, join.offset) == (10, 1.5)


@pytest.mark.parametrize("per_kwh", [1.0, 1000.0])
@pytest.mark.parametrize(
    ("counted", "is_adopted", "own"),
    [(41.0, False, 41.0), (41.01, False, 0.0), (90.0, False, 0.0), (9.0, True, 0.0)],
)
def test_a_sum_that_no_hour_can_count_is_not_taken_for_our_own(
    per_kwh: float, counted: float, own: float, *, is_adopted: bool
) -> None:
    rows = [hour(-2, None, 1 * per_kwh), hour(-1, None, 2 * per_kwh)]
    join = join_by_time(rows, hour(0, None, counted * per_kwh), per_kwh, is_adopted=is_adopted)
    assert join
    assert join.offset == pytest.approx((2 + own - counted) * per_kwh)


@pytest.mark.parametrize(("days", "is_of_a_day"), [(6, False), (7, True)])
def test_the_interval_of_rows_is_taken_from_the_last_eight(days: int, *, is_of_a_day: bool) -> None:
    hours = [hour(-24 * days - number, None, 1) for number in (2, 1)]
    rows = [*hours, *(hour(-24 * number, None, 1) for number in range(days - 1, -1, -1))]
    join = join_by_time(rows, hour(1, None, 0), 1, is_adopted=False)
    assert join
    length = 24 if is_of_a_day else 1
    assert join.before.end - join.before.start == length * HOUR
    assert join.before.start == BEGUN - (24 * HOUR if is_of_a_day else 0)


def test_a_single_row_lasts_an_hour_and_one_without_a_sum_is_not_joined() -> None:
    join = join_by_time([hour(-1, None, 1)], hour(0, None, 0), 1, is_adopted=False)
    assert join
    assert join.before.end == BEGUN
    for row, first in (
        (hour(0, None, 1), hour(0, None, 0)),
        (hour(-1, 1, None), hour(0, None, 0)),
        (hour(-1, None, 1), hour(0, 1, None)),
    ):
        assert join_by_time([row], first, 1, is_adopted=False) is None


def test_a_row_without_an_index_follows_no_other() -> None:
    assert not follows(hour(-1, None, 1), hour(0, 1, 0), 1)
    assert not follows(hour(-1, 1, 1), hour(0, None, 0), 1)


@pytest.mark.parametrize("per_kwh", [1.0, 1000.0])
def test_an_old_index_may_be_off_by_a_kwh(per_kwh: float) -> None:
    for gain, may_be in ((-1.0, True), (-1.0005, False), (41.0, True), (41.0005, False)):
        assert (
            follows(hour(-1, 10 * per_kwh, 1), hour(0, (10 + gain) * per_kwh, 1), per_kwh) is may_be
        )


def test_an_index_never_falls() -> None:
    assert is_index([hour(0, 1, 1), hour(1, None, 1), hour(2, 1, 1), hour(3, 2, 1)])
    assert not is_index([hour(0, 2, 1), hour(1, 1, 1)])
    assert not is_index([hour(0, None, 1)])


def test_the_hour_in_which_we_begin_is_ours() -> None:
    rows = [hour(-1, 1, 1), hour(0, 2, 2)]
    for start in (0, 1500, 3599):
        first = StatisticRow(BEGUN + start, BEGUN + start + 300, 2, 0)
        assert earlier(rows, first) == rows[:1]


def test_only_the_kind_of_values_that_our_sensor_has_is_adopted() -> None:
    both = StatisticRow(BEGUN - HOUR, BEGUN, 1, 1, 2, 1, 3)
    mean = StatisticRow(BEGUN, BEGUN + HOUR, mean=2)
    assert earlier([both, hour(-1, 1, 1)], mean) == [both._replace(state=None, sum=None)]
    total = both._replace(mean=None, min=None, max=None)
    assert earlier([both, both._replace(sum=None)], hour(0, 1, 1)) == [total]


def test_hours_in_which_ours_was_away_are_found() -> None:
    ours = [hour(0, 1, 1), hour(3, 1, 1), StatisticRow(BEGUN + 5.5 * HOUR, BEGUN + 5.6 * HOUR)]
    found = rows_in_gaps([hour(number, 1, 1) for number in range(-2, 9)], ours)
    assert [(row.start - BEGUN) / HOUR for row in found] == [1, 2, 4]


def test_a_sum_that_falls_or_leaps_is_doubtful() -> None:
    rows = [hour(0, 1, 1), hour(1, 2, 2), hour(2, 1, 1.5), hour(3, 90, 90), hour(30, 200, 200)]
    found = [((at - BEGUN) / HOUR, round(growth, 1)) for at, growth in implausible_rows(rows, 1)]
    assert found == [(2, -0.5), (3, 88.5)]


@pytest.mark.parametrize("per_kwh", [1.0, 1000.0])
def test_rounding_errors_of_floats_are_not_doubtful(per_kwh: float) -> None:
    for growth, is_doubtful in (
        (-1e-6, False),
        (-2e-6, True),
        (-1e-4, True),
        (41.0, False),
        (41.0005, True),
    ):
        rows = [hour(0, None, -min(growth, 0) * per_kwh), hour(1, None, max(growth, 0) * per_kwh)]
        assert any(implausible_rows(rows, per_kwh)) is is_doubtful
