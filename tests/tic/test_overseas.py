"""An island's time is learned from a clock that is right by it, as often as it takes."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from custom_components.linky_tic.tic.meter_clock import Overseas, is_right

NOW: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""13:00 on the mainland."""
NONE, REUNION = timedelta(0), timedelta(hours=3)


def shown(ahead: timedelta, season: str = "H") -> str:
    """A clock that is ahead of that of the mainland."""
    return f"{season}{NOW + timedelta(hours=1) + ahead:%y%m%d%H%M%S}"


def learned(ahead: timedelta, times: int = 10, known: timedelta = NONE, season: str = "H") -> bool:
    """Whether the last of some frames brings a new offset, and none before."""
    overseas = Overseas(known)
    *before, last = (overseas.learn(shown(ahead, season), NOW.timestamp()) for _ in range(times))
    assert not any(before)
    assert overseas.offset == (known if not last else ahead)
    return last


def test_an_offset_is_believed_the_tenth_time() -> None:
    assert not learned(REUNION, times=9)
    assert learned(REUNION, times=10)
    assert learned(REUNION, times=10, known=-REUNION)
    assert learned(NONE, times=10, known=REUNION)


@pytest.mark.parametrize("between", [NONE, timedelta(hours=4), timedelta(minutes=7)])
def test_what_was_shown_otherwise_in_between_begins_the_count_anew(between: timedelta) -> None:
    overseas, now = Overseas(NONE), NOW.timestamp()
    for ahead in (*9 * [REUNION], between, *9 * [REUNION]):
        assert not overseas.learn(shown(ahead), now)
    assert overseas.learn(shown(REUNION), now)
    assert overseas.offset == REUNION


@pytest.mark.parametrize("hours", [13, -13, 0.5])
def test_an_island_is_whole_half_hours_away_and_thirteen_hours_at_most(hours: float) -> None:
    away, half = timedelta(hours=hours), timedelta(minutes=30)
    assert learned(away)
    assert not learned(away + (half if hours > 0 else -half)) or hours == 0.5
    assert not learned(away + timedelta(minutes=15))


@pytest.mark.parametrize("side", [1, -1])
def test_a_clock_may_be_a_minute_off(side: int) -> None:
    for seconds, right in ((60, True), (61, False)):
        off = timedelta(seconds=side * seconds)
        for island in (REUNION, side * timedelta(hours=13)):
            overseas = Overseas(NONE)
            told = [overseas.learn(shown(island + off), NOW.timestamp()) for _ in range(10)]
            assert told[-1] is right
        assert is_right(NOW + off, NOW.timestamp()) is right


@pytest.mark.parametrize("season", ["h", "X"])
def test_a_clock_that_has_lost_the_time_or_shows_none_teaches_nothing(season: str) -> None:
    assert not learned(REUNION, times=20, season=season)


def test_where_the_season_is_not_told_summer_is_no_island() -> None:
    july = datetime(2026, 7, 15, 12, tzinfo=UTC)
    for known, ahead, learned_ in ((REUNION, 2, NONE), (NONE, 4, REUNION)):
        overseas = Overseas(known)
        for _ in range(10):
            overseas.learn(f" {july + timedelta(hours=ahead):%y%m%d%H%M%S}", july.timestamp())
        assert overseas.offset == learned_
