"""Maxima, load curve and mean voltages."""

import pytest

from simulator import Household
from simulator.metering import FILTER, Maximum, Mean, shared_out

from .reading import as_dict, read


def seconds_to_reach(ratio: float, load: float) -> int:
    maximum, seconds = Maximum(), 0
    while maximum.square < (1000 * ratio) ** 2:
        maximum.filter(round(1000 * load), 1, str)
        seconds += 1
    return seconds


def test_the_filter_is_as_slow_as_documented() -> None:
    assert FILTER == 0.008
    assert seconds_to_reach(1.3, 1.31) == 522
    assert seconds_to_reach(1.3, 1.4) == 247
    assert seconds_to_reach(1.3, 2.5) == 40
    assert seconds_to_reach(1.3, 5) == 9
    assert seconds_to_reach(1.3, 10) == 3


def test_the_breaker_opens_on_over_power_and_is_closed_again() -> None:
    house = Household(living=False, pref=6)
    house.set_load(12_000)
    house.advance(60)
    groups = as_dict(house.frame())
    assert int(groups["STGE"], 16) >> 7 & 1
    house.advance(20)
    groups = as_dict(house.frame())
    assert int(groups["STGE"], 16) >> 1 & 7 == 1
    assert groups["SINSTS"] == "00000"
    house.set_load(500)
    house.advance(60)
    assert int(as_dict(house.frame())["STGE"], 16) >> 1 & 7 == 0


def test_midnight_ends_a_day_of_maxima() -> None:
    house = Household(start="2026-11-23T23:59:30", living=False, phases=3)
    house.set_load(600)
    evening = as_dict(house.frame())
    stamp = house.horodates["SMAXSN2"]
    house.advance(60)
    morning = as_dict(house.frame())
    for phase in ("", "1", "2", "3"):
        assert morning[f"SMAXSN{phase}-1"] == evening[f"SMAXSN{phase}"] > "00000"
    assert house.horodates["SMAXSN2-1"] == stamp
    assert morning["SMAXSN"] < evening["SMAXSN"]
    assert house.horodates["SMAXSN"].startswith("H2611240000")


def test_the_days_of_the_calendar_move_at_midnight() -> None:
    house = Household(contract="weekend", start="2026-11-27T23:59:50")
    friday = as_dict(house.frame())
    house.advance(60)
    saturday = as_dict(house.frame())
    assert (friday["NJOURF"], friday["NJOURF+1"]) == ("00", "01")
    assert (saturday["NJOURF"], saturday["NJOURF+1"]) == ("01", "01")
    assert friday["PJOURF+1"].startswith("0000C013 06308003 2230C013 NONUTILE")


def test_load_curve_points_are_stamped_at_the_end_of_their_period_and_come_late() -> None:
    house = Household(start="2026-11-23T18:00:00", living=False, load_curve=10)
    house.set_load(900)
    house.advance(600)
    house.frame()
    assert house.horodates["CCASN"] == "H261123180000"
    house.advance(10)
    groups = as_dict(house.frame())
    assert house.horodates["CCASN"] == "H261123181000"
    assert house.horodates["CCASN-1"] == "H261123180000"
    assert 895 <= int(groups["CCASN"]) <= 900  # the first second was lived before the load
    assert house.horodates["UMOY1"] == "H261123181000"
    assert 225 < int(groups["UMOY1"]) < 240


@pytest.mark.parametrize("start", ["18:00:00", "23:59:58", "00:00:00"])
def test_no_value_changes_under_its_horodate(start: str) -> None:
    house = Household(start=f"2026-11-23T{start}", phases=3, load_curve=10, solar=3000)
    told: dict[tuple[str, str], str] = {}
    for _ in range(60):
        for label, horodate, data in read(house.frame()):
            if horodate:
                assert told.setdefault((label, horodate), data) == data
        house.advance(20)


def test_shares_add_up_exactly() -> None:
    assert shared_out(100, (1, 1, 1), 5) == [34, 33, 33, 0, 0]


def test_a_mean_starts_anew_when_it_is_taken() -> None:
    mean = Mean()
    for value in (1, 2, 6):
        mean.add(value, 1)
    assert mean.take() == 3
    mean.add(10, 2)
    assert mean.take() == 10
