"""Tempo colours and mobile peaks: when the meter knows, and what it says of them."""

from datetime import date

from simulator import Household

from .reading import as_dict

COLOURS = {date(2026, 1, 14): "blue", date(2026, 1, 15): "white", date(2026, 1, 16): "red"}


def tempo(start: str, mode: str = "standard") -> Household:
    return Household(mode=mode, contract="tempo", start=start, colours=COLOURS)


def colours(house: Household) -> tuple[int, int]:
    status = int(as_dict(house.frame())["STGE"], 16)
    return status >> 24 & 3, status >> 26 & 3


def test_tomorrow_is_announced_at_eight_in_the_evening() -> None:
    house = tempo("2026-01-14T19:59:50")
    groups = as_dict(house.frame())
    assert colours(house) == (1, 0)
    assert "DPM1" not in groups
    house.advance(15)
    groups = as_dict(house.frame())
    assert colours(house) == (1, 2)
    assert house.horodates["DPM1"] == " 260115060000"
    assert house.horodates["FPM1"] == " 260116060000"
    assert groups["PPOINTE"].startswith("00004003 06004004 22004003 NONUTILE")


def test_the_colour_changes_at_six() -> None:
    house = tempo("2026-01-15T05:59:50")
    assert colours(house) == (1, 2)
    house.advance(15)
    assert colours(house) == (2, 0)
    assert "PPOINTE" not in house.truth
    assert int(house.truth["STGE"], 16) >> 30 == 1
    assert "DPM1" in house.truth
    assert house.truth["PJOURF+1"].startswith("00004001 06004002 22004001 NONUTILE")


def test_the_running_peak_and_the_next_one_are_both_told() -> None:
    house = tempo("2026-01-15T21:00:00")
    groups = as_dict(house.frame())
    assert {"DPM1", "FPM1", "DPM2", "FPM2"} <= set(groups)
    assert groups["PPOINTE"].startswith("00004005 06004006 22004005 NONUTILE")
    assert groups["LTARF"] == "   HP  BLANC    "


def test_the_historic_mode_names_tomorrow_too() -> None:
    house = tempo("2026-01-15T19:59:00", "historic")
    assert as_dict(house.frame())["DEMAIN"] == "----"
    house.advance(70)
    groups = as_dict(house.frame())
    assert (groups["DEMAIN"], groups["PTEC"]) == ("ROUG", "HPJW")


def test_a_meter_may_never_hear_of_a_colour() -> None:
    missed = {date(2026, 1, 14): "blue", date(2026, 1, 15): None}
    house = Household(contract="tempo", start="2026-01-14T21:00:00", colours=missed)
    assert colours(house) == (1, 0)
    assert not any(label.startswith("DPM") for label in house.truth)


def test_an_ejp_peak_is_preceded_by_half_an_hour_of_notice() -> None:
    house = Household(contract="ejp", start="2026-01-15T06:29:30", ejp_days=[date(2026, 1, 15)])
    notices = []
    for _ in range(4):
        status = int(as_dict(house.frame())["STGE"], 16)
        notices.append((status >> 28 & 3, status >> 30))
        house.advance(15 * 60)
    assert notices == [(0, 0), (1, 0), (1, 0), (0, 1)]


def test_the_notice_has_its_group_in_the_historic_mode() -> None:
    house = Household(
        mode="historic", contract="ejp", start="2026-01-15T06:31:00", ejp_days=[date(2026, 1, 15)]
    )
    assert as_dict(house.frame())["PEJP"] == "30"
    house.advance(30 * 60)
    groups = as_dict(house.frame())
    assert "PEJP" not in groups
    assert groups["PTEC"] == "PM.."


def test_days_that_nobody_scripted_are_drawn_from_the_seed() -> None:
    winter = [date(2026, 1, day) for day in range(1, 32)]
    peaks = Household(contract="tempo", seed=3).meter.peaks
    drawn = [peaks.colour(day) for day in winter]
    assert drawn == [Household(contract="tempo", seed=3).meter.peaks.colour(day) for day in winter]
    assert set(drawn) == {"blue", "white", "red"}
    assert peaks.colour(date(2026, 7, 1)) == "blue"
