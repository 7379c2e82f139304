"""Texts become values, horodates aware datetimes, and nothing raises."""

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.tic import CATALOGUE, Mode
from custom_components.linky_tic.tic.values import Horodate, read_horodate, read_value

STANDARD = CATALOGUE[Mode.STANDARD]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def instant(text: str) -> str:
    """A horodate, in UTC."""
    read = read_horodate(text)
    assert read is not None
    return read.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E251026025959", "2025-10-26T00:59:59Z"),
        ("H251026020000", "2025-10-26T01:00:00Z"),
        ("H260329015959", "2026-03-29T00:59:59Z"),
        ("E260329030000", "2026-03-29T01:00:00Z"),
        ("H081225223518", "2008-12-25T21:35:18Z"),
        ("E090714074553", "2009-07-14T05:45:53Z"),
        ("H260701120000", "2026-07-01T11:00:00Z"),  # the letter is trusted, not the calendar
        (" 250211060000", "2025-02-11T05:00:00Z"),
        (" 250711060000", "2025-07-11T04:00:00Z"),
    ],
)
def test_the_season_letter_tells_the_offset(text: str, expected: str) -> None:
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("letter", "degraded"), [("H", False), ("E", False), ("h", True), ("e", True)]
)
def test_a_lower_case_letter_says_that_the_clock_had_lost_the_time(
    letter: str, *, degraded: bool
) -> None:
    read = read_horodate(f"{letter}261123184424")
    assert read is not None
    assert read.degraded is degraded
    assert read.time == read_horodate(f"{letter.upper()}261123184424").time  # type: ignore[union-attr]  # read just above


def test_a_horodate_without_season_follows_the_rules_of_paris() -> None:
    paris = ZoneInfo("Europe/Paris")
    for year, month, day, hour in product(
        (2024, 2026, 2031), range(1, 13), (1, 25, 28), (1, 6, 22)
    ):
        local = datetime(year, month, day, hour, tzinfo=paris)
        read = read_horodate(f" {local:%y%m%d%H}0000")
        assert read is not None
        assert read.time == local


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H26112318442",
        "H2611231844",
        "H261123240000",
        "H26112318:44Z",
        "H26-W47184424",
        "H2611231844245",
        "X261123184424",
        "H261323184424",
        "H260230184424",
        "H261123244424",
        "H261123186024",
        "H26112318442 ",
        "H\uff1261123184424",
        "H²61123184424",
        "261123184424H",
    ],
)
def test_what_is_no_horodate_is_none(text: str) -> None:
    assert read_horodate(text) is None


@given(st.text(max_size=20))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(read_horodate(text), Horodate | None)


def test_overseas_the_legal_time_is_shifted() -> None:
    reunion = read_horodate("H261123150000", timedelta(hours=3))
    assert reunion is not None
    assert reunion.time == datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert reunion.time.utcoffset() == timedelta(hours=4)


@pytest.mark.parametrize(("hours", "utc"), [(0, 4), (3, 2), (-5, 10)])
def test_without_a_season_it_is_summer_on_the_mainland_alone(hours: int, utc: int) -> None:
    peak = read_horodate(" 260714060000", timedelta(hours=hours))
    assert peak is not None
    assert peak.time == datetime(2026, 7, 14, utc, tzinfo=UTC)


@pytest.mark.parametrize(
    ("label", "data", "value"),
    [
        ("EAST", "012345678", 12_345_678),
        ("EASF08", "000000008", 8),
        ("RELAIS", "010", 10),
        ("NTARF", "08", 8),
        ("ADSC", "021961000000", "021961000000"),
        ("PRM", "01234567890123", "01234567890123"),
        ("VTIC", "02", "02"),
        ("STGE", "003A0401", "003A0401"),
        ("NGTF", "     TEMPO      ", "TEMPO"),
        ("LTARF", "                ", ""),
        ("PREF", "06", 6),
    ],
)
def test_a_value_is_a_number_or_a_trimmed_text(label: str, data: str, value: object) -> None:
    read = read_value(STANDARD[label], data, None)
    assert (type(read), read) == (type(value), value)


def test_the_value_of_a_date_is_its_horodate() -> None:
    stamp = read_horodate("H261123184424")
    assert stamp is not None
    for label, data in (("DATE", ""), ("DPM1", "00"), ("FPM3", "00")):
        assert read_value(STANDARD[label], data, stamp) == stamp.time
        assert read_value(STANDARD[label], data, None) is None
    assert read_value(STANDARD["SMAXSN"], "04520", stamp) == 4520
    assert read_value(STANDARD["SMAXSN"], "04520", None) is None
