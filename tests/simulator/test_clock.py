"""The time of a meter."""

from datetime import UTC, datetime, timedelta

import pytest

from simulator.clock import SECOND, Clock, from_legal


@pytest.mark.parametrize(
    ("horodate", "utc"),
    [
        ("E251026025959", "2025-10-26T00:59:59"),
        ("H251026020000", "2025-10-26T01:00:00"),
        ("H260329015959", "2026-03-29T00:59:59"),
        ("E260329030000", "2026-03-29T01:00:00"),
        ("H081225223518", "2008-12-25T21:35:18"),
        ("E090714074553", "2009-07-14T05:45:53"),
    ],
)
def test_the_season_letter_and_the_hours_follow_the_legal_time(horodate: str, utc: str) -> None:
    second = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp())
    assert Clock(second * SECOND).horodate(second) == horodate


def test_a_degraded_clock_writes_small_letters_and_the_time_that_it_believes() -> None:
    clock = Clock(0, error=3600, degraded=True)
    assert clock.horodate(0) == "h700101020000"


def test_a_meter_overseas_knows_no_summer() -> None:
    second = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp())
    assert Clock(0, utc_offset=-4 * 3600).horodate(second) == "H260701080000"


def test_a_time_without_a_zone_is_legal_time() -> None:
    summer = datetime(2026, 7, 1, 12)  # noqa: DTZ001  (the legal time of a date has no zone)
    assert from_legal(summer) == from_legal(datetime(2026, 7, 1, 10, tzinfo=UTC))
    winter = summer + timedelta(days=180)
    assert from_legal(winter) == from_legal(datetime(2026, 12, 28, 11, tzinfo=UTC))
