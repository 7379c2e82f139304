"""A clock that was set, and time that has passed: each limit is met, and missed by a second."""

from typing import Final

import pytest

from custom_components.linky_tic.cost.clock import Leap

SINCE: Final = 1_000_000.0
A_DAY: Final = 86_400.0


def leap(seconds: float, meter_ahead: float | None = None) -> Leap:
    return Leap(SINCE, seconds, {}, meter_ahead)


@pytest.mark.parametrize("seconds", [7200.0, -7200.0])
def test_the_new_time_is_believed_after_a_day(seconds: float) -> None:
    assert not leap(seconds).is_over(SINCE + seconds + A_DAY)
    assert leap(seconds).is_over(SINCE + seconds + A_DAY + 1)


@pytest.mark.parametrize(
    ("seconds", "back", "after", "is_undone"),
    [
        (7200.0, -3601.0, 0.0, True),
        (7200.0, -3600.0, 0.0, False),
        (7200.0, -7200.0, -1.0, False),  # further back than where it came from
        (7200.0, 3601.0, 0.0, False),  # on, and not back
        (7200.0, 0.0, 0.0, False),
        (0.0, 7200.0, 0.0, False),
        (-20_000.0, 10_001.0, 0.0, True),
        (-20_000.0, 10_000.0, 0.0, False),
    ],
)
def test_a_leap_is_undone_by_one_of_half_of_it_and_of_an_hour(
    seconds: float, back: float, after: float, *, is_undone: bool
) -> None:
    assert leap(seconds).is_undone_by(back, SINCE + after) is is_undone


@pytest.mark.parametrize(
    ("seconds", "back", "is_false"),
    [
        (7201.0, 7201.0, True),
        (7200.0, 7200.0, False),
        (10_000.0, 6401.0, True),
        (10_000.0, 6400.0, False),
        (10_000.0, 13_600.0, False),
        (A_DAY, 0.0, False),
    ],
)
def test_a_clock_has_leapt_where_that_of_the_meter_has_not(
    seconds: float, back: float, *, is_false: bool
) -> None:
    assert leap(seconds, 5.0).is_false(SINCE + 2 * A_DAY, 5.0 - back) is is_false


@pytest.mark.parametrize("ahead", [(None, None), (None, 5.0), (5.0, None)])
@pytest.mark.parametrize(
    ("seconds", "passed", "used", "is_false"),
    [
        (3601.0, 3599.0, 5, True),
        (3600.0, 0.0, 0, False),
        (3601.0, 3600.0, 0, False),
        (7200.0, 0.0, 9, True),
        (7200.0, 0.0, 10, False),
    ],
)
def test_without_two_times_of_a_meter_a_leap_of_hours_needs_that_something_was_used(
    ahead: tuple[float | None, float | None],
    seconds: float,
    passed: float,
    used: int,
    *,
    is_false: bool,
) -> None:
    before, after = ahead
    one = leap(seconds, before)
    one.used += used
    assert one.is_false(SINCE + seconds + passed, after) is is_false
