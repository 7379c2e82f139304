"""A clock on the wall and instants, on the days of 23 and 25 hours too, and on islands."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.linky_tic.tic import MAINLAND, LegalTime
from custom_components.linky_tic.tic.legal_time import island_of
from custom_components.linky_tic.tic.values import read_horodate

PARIS = ZoneInfo("Europe/Paris")
REUNION = LegalTime(timedelta(hours=4))


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2031])
def test_the_mainland_follows_the_rules_of_paris_hour_by_hour(year: int) -> None:
    instant = datetime(year, 1, 1, tzinfo=UTC)
    while instant.year == year:
        local = MAINLAND.of(instant)
        paris = instant.astimezone(PARIS)
        assert local.isoformat() == paris.isoformat()
        if not paris.fold:  # of an hour that comes twice, the first
            assert MAINLAND.at(local.replace(tzinfo=None)) == instant
        instant += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)]
)
def test_a_day_has_the_hours_that_the_season_leaves_it(day: str, hours: int) -> None:
    begin = datetime.fromisoformat(day)
    length = MAINLAND.at(begin + timedelta(days=1)) - MAINLAND.at(begin)
    assert length == timedelta(hours=hours)


def test_an_hour_that_is_left_out_is_when_the_clock_jumps_over_it() -> None:
    for shown in ("02:00", "02:30", "02:59", "03:00"):
        jumped = MAINLAND.at(datetime.fromisoformat(f"2026-03-29T{shown}"))
        assert jumped.isoformat() == "2026-03-29T03:00:00+02:00"
    after = MAINLAND.at(datetime.fromisoformat("2026-10-25T03:00"))
    assert after.isoformat() == "2026-10-25T03:00:00+01:00"


def test_an_island_has_no_summer_time() -> None:
    shown = REUNION.at(datetime.fromisoformat("2026-07-01T06:00"))
    assert shown.isoformat() == "2026-07-01T06:00:00+04:00"
    assert REUNION.day_of(datetime(2026, 6, 30, 21, tzinfo=UTC)) == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("horodate", "overseas", "kept"),
    [
        ("H260115120000", 0, MAINLAND),
        ("E260715120000", 0, MAINLAND),
        ("H260715120000", 0, LegalTime(timedelta(hours=1))),  # the letter is believed
        ("E260329030000", 0, MAINLAND),
        ("H260329020010", 0, MAINLAND),  # a letter that is late by seconds
        ("E261025023000", 0, MAINLAND),
        ("H261025023000", 0, MAINLAND),
        ("H260715120000", 180, REUNION),
        ("H260115120000", -300, LegalTime(timedelta(hours=-4))),
    ],
)
def test_the_clock_of_a_meter_tells_its_legal_time(
    horodate: str, overseas: int, kept: LegalTime
) -> None:
    stamp = read_horodate(horodate, timedelta(minutes=overseas))
    assert stamp
    assert LegalTime(island_of(stamp.time)) == kept
