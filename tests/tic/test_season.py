"""Days of a season are counted where they are known, and unknown where they are not."""

from datetime import date, timedelta
from typing import Final

import pytest

from custom_components.linky_tic.tic.season import (
    DAY_KINDS,
    _easter,
    ejp_season,
    may_be_red,
    may_be_white,
    tally,
    tempo_season,
)

DAY: Final = timedelta(days=1)
FIRST: Final = date(2026, 9, 1)


def known(last: date, **colours: str) -> dict[date, str]:
    """Blue days from September on, but for those of other colours: `d1120="red"`."""
    days = {FIRST + DAY * one: "blue" for one in range((last - FIRST).days + 1)}
    others = {name.removeprefix("d"): colour for name, colour in colours.items()}
    return days | {date(2026, int(one[:2]), int(one[2:])): kind for one, kind in others.items()}


def test_a_season_of_tempo_runs_from_september_to_august() -> None:
    assert tempo_season(date(2026, 8, 31)) == (date(2025, 9, 1), date(2026, 8, 31))
    assert tempo_season(FIRST) == (FIRST, date(2027, 8, 31))
    assert [tempo_season(date(year, 9, 1)).length for year in (2026, 2027)] == [365, 366]
    assert ejp_season(date(2026, 10, 31)) == (date(2025, 11, 1), date(2026, 3, 31))
    assert ejp_season(date(2026, 11, 1)) == (date(2026, 11, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("day", "red", "white"),
    [
        ("2026-11-03", True, True),  # a Tuesday
        ("2026-11-07", False, True),  # a Saturday
        ("2026-11-08", False, False),  # a Sunday
        ("2027-11-01", False, True),  # a Monday
        ("2026-12-01", True, True),
        ("2026-12-11", True, True),
        ("2027-01-11", True, True),
        ("2027-02-01", True, True),
        ("2026-03-02", True, True),
        ("2026-11-11", False, True),
        ("2026-12-25", False, True),
        ("2027-01-01", False, True),
        ("2027-03-29", False, True),  # Easter Monday
        ("2024-04-01", False, True),  # April, and Easter Monday
        ("2027-03-31", True, True),
        ("2026-10-30", False, True),
    ],
)
def test_some_days_are_never_red_or_white(day: str, *, red: bool, white: bool) -> None:
    assert (may_be_red(date.fromisoformat(day)), may_be_white(date.fromisoformat(day))) == (
        red,
        white,
    )


@pytest.mark.parametrize(
    "sunday",
    ["1700-04-11", "1707-04-24", "1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19",
     "2000-04-23", "2008-03-23", "2011-04-24", "2025-04-20", "2026-04-05", "2027-03-28",
     "2032-03-28", "2035-03-25", "2049-04-18", "2076-04-19", "2100-03-28", "2106-04-18",
     "2285-03-22", "2400-04-16", "3165-04-18"],
)  # fmt: skip
def test_easter_is_that_of_the_calendars(sunday: str) -> None:
    easter = date.fromisoformat(sunday)
    assert _easter(easter.year) == easter


def test_what_has_been_is_counted_and_what_is_left() -> None:
    today = date(2026, 11, 24)
    days = known(today, d1120="red", d1123="red", d1107="white", d1124="white") | {
        today + DAY: "red"  # announced, and not begun
    }
    red, white, blue = (tally(kind, days, today) for kind in ("red", "white", "blue"))
    assert (red.so_far, red.left, white.so_far, white.left) == (2, 20, 2, 41)
    assert (blue.so_far, blue.left) == (81, 300 - 81)
    assert red.days == (date(2026, 11, 20), date(2026, 11, 23))


def test_unknown_days_leave_those_counts_open_to_which_they_may_add() -> None:
    today = date(2026, 11, 24)
    days = known(today, d1120="red")
    del days[date(2026, 11, 7)], days[date(2026, 10, 1)]  # a Saturday, and before November
    red, white, blue = (tally(kind, days, today) for kind in ("red", "white", "blue"))
    assert (red.so_far, red.unknown) == (1, ())
    assert (white.so_far, white.left, len(white.unknown)) == (None, None, 2)
    assert (blue.so_far, len(blue.unknown)) == (None, 2)


def test_when_all_have_been_unknown_days_add_nothing() -> None:
    today = date(2027, 3, 31)
    red = [day for day in (date(2026, 11, 2) + DAY * one for one in range(60)) if may_be_red(day)]
    found = tally("red", dict.fromkeys(red[:22], "red"), today)
    assert (found.so_far, found.left) == (22, 0)


def test_peaks_of_ejp_are_those_of_the_winter() -> None:
    days = {date(2026, 11, 1) + DAY * one: "normal" for one in range(24)}
    days[date(2026, 11, 20)] = "peak"
    found = tally("peak", days, date(2026, 11, 24))
    assert (found.so_far, found.left) == (1, 21)
    assert tally("peak", days, date(2026, 11, 26)).so_far is None
    assert DAY_KINDS["peak"].begins == timedelta(hours=7)
    assert {DAY_KINDS[one].begins for one in ("red", "white", "blue")} == {timedelta(hours=6)}
