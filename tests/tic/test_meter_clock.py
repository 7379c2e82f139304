"""The clock of a meter beside ours: when its error is in doubt, known, and learned anew."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from custom_components.linky_tic.tic import Reading
from custom_components.linky_tic.tic.catalogue import CATALOGUE, Mode
from custom_components.linky_tic.tic.meter_clock import MeterClock, naive

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DATE = CATALOGUE[Mode.STANDARD]["DATE"]
MAINLAND, REUNION = timedelta(hours=2), timedelta(hours=4)


def date(
    error: timedelta = timedelta(),
    *,
    now: datetime = NOON,
    offset: timedelta = MAINLAND,
    degraded: bool = False,
) -> Reading:
    shown = (now + error).astimezone(timezone(offset))
    return Reading(DATE, shown, "", shown, degraded, confirmed=True, at=0)


def compare(clock: MeterClock, times: int, error: timedelta, *, degraded: bool = False) -> None:
    for _ in range(times):
        clock.compare(date(error, degraded=degraded), NOON)


def doubts(clock: MeterClock) -> bool:
    return clock.is_in_doubt


def test_nothing_is_known_before_it_was_compared() -> None:
    clock = MeterClock()
    assert doubts(clock)
    assert not clock.compare(None, NOON)
    assert clock.compare(date(timedelta(minutes=1)), NOON)
    assert not doubts(clock)
    assert clock.legal.ahead == timedelta()


def test_the_same_reading_is_compared_once() -> None:
    clock, wrong = MeterClock(), date(timedelta(hours=1))
    for _ in range(20):
        clock.compare(wrong, NOON)
    assert clock.legal.ahead == timedelta()


def test_an_error_is_in_doubt_the_third_time_and_believed_the_twelfth() -> None:
    clock, hour = MeterClock(), timedelta(hours=1, microseconds=400_000)
    compare(clock, 1, timedelta())
    compare(clock, 2, hour)
    assert not doubts(clock)
    assert clock.compare(date(hour), NOON)
    assert doubts(clock)
    compare(clock, 8, hour)
    assert doubts(clock)
    assert clock.compare(date(hour), NOON)
    assert not doubts(clock)
    assert clock.legal.ahead == timedelta(hours=1)
    compare(clock, 2, timedelta(hours=2))
    assert not doubts(clock)


@pytest.mark.parametrize(("seconds", "ahead"), [(60, 0), (61, 61), (-60, 0), (-61, -61)])
def test_a_clock_that_is_right_to_the_minute_again_is_right(seconds: int, ahead: int) -> None:
    clock = MeterClock()
    compare(clock, 12, timedelta(hours=1))
    compare(clock, 12, timedelta(seconds=seconds))
    assert clock.legal.ahead == timedelta(seconds=ahead)


@pytest.mark.parametrize("seconds", [61, -61])
def test_more_than_a_minute_is_another_time(seconds: int) -> None:
    clock = MeterClock()
    compare(clock, 11, timedelta(seconds=seconds))
    assert doubts(clock)
    compare(clock, 1, timedelta(seconds=seconds))
    assert clock.legal.ahead == timedelta(seconds=seconds)
    compare(clock, 12, timedelta(seconds=-60 if seconds < 0 else 60))
    assert clock.legal.ahead == timedelta(seconds=seconds)
    compare(clock, 12, timedelta(seconds=-1 if seconds > 0 else 1))
    assert clock.legal.ahead == timedelta()


def test_a_right_time_in_between_takes_the_doubt_away() -> None:
    clock = MeterClock()
    for _ in range(6):
        compare(clock, 2, timedelta(hours=1))
        compare(clock, 1, timedelta())
    assert not doubts(clock)
    assert clock.legal.ahead == timedelta()


def test_the_error_is_in_doubt_while_a_time_that_goes_back_is_held() -> None:
    clock, right = MeterClock(), date()
    clock.compare(right, NOON)
    for sent in (None, "E260701139960", "E260701135900", "E260701150000"):
        assert not [True for _ in range(4) if clock.compare(right, NOON, sent) and doubts(clock)]
    assert [clock.compare(right, NOON, "E260701135859") for _ in range(3)] == [False, False, True]
    assert doubts(clock)
    compare(clock, 8, timedelta(minutes=-61))
    assert doubts(clock)
    compare(clock, 1, timedelta(minutes=-61))
    assert clock.legal.ahead == timedelta(minutes=-61)


@pytest.mark.parametrize("degraded", [False, True])
def test_an_island_is_learned_from_the_first_letter(degraded: bool) -> None:  # noqa: FBT001
    clock = MeterClock()
    assert clock.compare(date(offset=REUNION, degraded=degraded), NOON)
    assert clock.legal.island == REUNION


def test_the_time_it_goes_by_is_what_it_shows_or_else_ours() -> None:
    clock = MeterClock()
    compare(clock, 12, timedelta(hours=3))
    assert clock.local(date(timedelta(hours=5)), NOON) == datetime.fromisoformat("2026-07-01T19:00")
    assert clock.local(None, NOON) == datetime.fromisoformat("2026-07-01T17:00")
    assert naive(None) is None
