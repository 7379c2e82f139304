"""Days of a season are counted where they are known, and unknown where they are not."""

from datetime import date, timedelta
from typing import Final

import pytest

from custom_components.linky_tic.season.tally import DAY_KINDS, tally

DAY: Final = timedelta(days=1)
FIRST: Final = date(2026, 9, 1)
RED, WHITE, PEAK = (DAY_KINDS[kind] for kind in ("red", "white", "peak"))


def known(last: date, **colours: str) -> dict[date, str]:
    """Blue days from September on, but for those of other colours: `d1120="red"`."""
    days = {FIRST + DAY * one: "blue" for one in range((last - FIRST).days + 1)}
    others = {name.removeprefix("d"): colour for name, colour in colours.items()}
    return days | {date(2026, int(one[:2]), int(one[2:])): kind for one, kind in others.items()}


def test_a_season_of_tempo_runs_from_september_to_august() -> None:
    assert RED.season(date(2026, 8, 31)) == (date(2025, 9, 1), date(2026, 8, 31))
    assert RED.season(FIRST) == (FIRST, date(2027, 8, 31))
    assert [DAY_KINDS["blue"].number(days) for days in (365, 366)] == [300, 301]
    assert PEAK.season(date(2026, 10, 31)) == (date(2025, 11, 1), date(2026, 3, 31))
    assert PEAK.season(date(2026, 11, 1)) == (date(2026, 11, 1), date(2027, 3, 31))


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
        ("2026-04-01", False, True),
        ("2027-03-31", True, True),
        ("2026-10-30", False, True),
    ],
)
def test_some_days_are_never_red_or_white(day: str, *, red: bool, white: bool) -> None:
    assert (RED.may_be(date.fromisoformat(day)), WHITE.may_be(date.fromisoformat(day))) == (
        red,
        white,
    )


def test_past_days_and_days_left_are_counted() -> None:
    today = date(2026, 11, 24)
    days = known(today, d1120="red", d1123="red", d1107="white", d1124="white") | {
        today + DAY: "red"  # announced, and not begun
    }
    red, white, blue = (tally(kind, days, today) for kind in ("red", "white", "blue"))
    assert (red.so_far, red.left, white.so_far, white.left) == (2, 20, 2, 41)
    assert (blue.so_far, blue.left) == (81, 300 - 81)
    assert red.days == (date(2026, 11, 20), date(2026, 11, 23))


def test_a_count_is_unknown_while_an_unknown_day_may_add_to_it() -> None:
    today = date(2026, 11, 24)
    days = known(today, d1120="red")
    del days[date(2026, 11, 7)], days[date(2026, 10, 1)]  # a Saturday, and before November
    red, white, blue = (tally(kind, days, today) for kind in ("red", "white", "blue"))
    assert (red.so_far, red.unknown) == (1, ())
    assert (white.so_far, white.left, len(white.unknown)) == (None, None, 2)
    assert (blue.so_far, len(blue.unknown)) == (None, 2)


def test_unknown_days_do_not_matter_once_all_days_of_a_kind_have_been() -> None:
    today = date(2027, 3, 31)
    red = [day for day in (date(2026, 11, 2) + DAY * one for one in range(60)) if RED.may_be(day)]
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
