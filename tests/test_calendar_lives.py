"""Days and week-ends of calendars, lived through."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from simulator import Household
from simulator.tariff import CONTRACTS, Day

from .calendar_days import DaysOfAHome, days_of
from .home import Home
from .test_calendar import CALENDAR, CHANGE, NEXT, events, hours


@pytest.fixture
async def days(home: Home) -> AsyncIterator[DaysOfAHome]:
    await home.hass.config.async_set_time_zone("Europe/Paris")
    with days_of(home) as days:
        yield days


async def test_it_follows_the_hours_without_the_line(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T21:00:00"))
    for time in ("2026-11-23T21:01:00", "2026-11-24T00:01:00"):
        await days.wait_until(time)
    said = []
    for hour in (3, 6, 7, 22, 23):
        await days.wait_until(f"2026-11-24T{hour:02}:31:00", frames=0)
        said.append((days.home.state(CALENDAR), days.home.state(CHANGE), days.home.state(NEXT)))
    morning, evening = "2026-11-24T05:30:00+00:00", "2026-11-24T21:30:00+00:00"
    assert said == [
        ("on", morning, "peak"),
        ("off", evening, "off_peak"),
        ("off", evening, "off_peak"),
        ("on", "2026-11-25T05:30:00+00:00", "peak"),
        ("on", "2026-11-25T05:30:00+00:00", "peak"),
    ]


async def test_it_catches_up_after_the_machine_has_slept(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T05:00:00")
    await days.sleep(2 * 3600)
    assert days.home.state(CALENDAR) == "off"
    assert days.home.state(CHANGE) == "2026-11-24T21:30:00+00:00"


async def test_the_whole_weekend_is_an_event(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="weekend", start="2026-11-26T23:59:00"))  # a Thursday
    await days.wait_until("2026-11-27T23:00:00")
    assert hours(await events(days.home)) == [
        "27T00:00 27T06:30",
        "27T22:30 28T00:00",
        "28T00:00 28T06:30",
        "28T06:30 28T22:30",
        "28T22:30 29T00:00",
    ]
    assert days.home.state(NEXT) == "HEURE WEEK-END"


async def test_a_white_day_is_an_event_from_six_to_six(days: DaysOfAHome) -> None:
    colours = {date(2026, 11, day): "blue" for day in range(20, 30)} | {date(2026, 11, 25): "white"}
    await days.hears(Household(contract="tempo", colours=colours, start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T21:00:00")
    assert await events(days.home) == [
        "24T00:00 24T06:00 Blue, off-peak",
        "24T22:00 25T06:00 Blue, off-peak",
        "25T06:00 25T22:00 White, peak",
        "25T22:00 26T00:00 White, off-peak",
    ]
    await days.wait_until("2026-11-25T05:00:00")
    assert days.home.state(NEXT) == "tempo_white_peak"
    await days.wait_until("2026-11-25T12:00:00")
    assert days.home.state(CALENDAR) == "on"
    assert days.home.state(CHANGE) == "2026-11-25T21:00:00+00:00"


async def test_off_peak_goes_on_all_week_end(days: DaysOfAHome) -> None:
    contract = replace(
        CONTRACTS["hphc"],
        days=(*CONTRACTS["hphc"].days, Day(0xC001, 0xC001)),
        week=(0,) * 5 + (1, 1),
    )
    house = Household(contract="hphc", start="2026-11-26T23:59:00")  # a Thursday
    house.meter.contract = contract
    await days.hears(house)
    for time, end in (
        ("2026-11-27T23:00:00", "29T00:00"),
        ("2026-11-28T10:00:00", "30T00:00"),
        ("2026-11-29T10:00:00", "30T06:30"),
    ):
        await days.wait_until(time)
        assert days.home.state(CALENDAR) == "on"
        state = days.home.hass.states.get(CALENDAR)
        assert state
        assert state.attributes["end_time"][8:16] == end.replace("T", " ")
    await days.wait_until("2026-11-30T10:00:00")
    assert days.home.state(CALENDAR) == "off"


async def test_an_ejp_day_is_an_event_from_seven_to_one(days: DaysOfAHome) -> None:
    days_ = [date(2026, 11, 25)]
    await days.hears(Household(contract="ejp", ejp_days=days_, start="2026-11-24T21:00:00"))
    assert hours(await events(days.home)) == ["25T07:00 26T00:00"]
    await days.wait_until("2026-11-25T12:00:00")
    assert days.home.state(CALENDAR) == "on"
    assert days.home.state(CHANGE) == "2026-11-26T00:00:00+00:00"
    await days.wait_until("2026-11-26T01:30:00")
    assert days.home.state(CALENDAR) == "off"


async def test_it_ends_with_the_days_that_it_knows_after_a_change_to_historique(
    days: DaysOfAHome,
) -> None:
    """A calendar is on or off and never unknown: off would say that no cheap hours are in force."""
    await days.hears(Household(contract="hphc", start="2026-11-23T23:00:00"))
    days.house.switch_mode("historic")
    await days.wait_until("2026-11-24T01:00:00")
    assert days.home.state("sensor.linky_east") == "unknown"
    assert days.home.state(CALENDAR) == "on"
    await days.wait_until("2026-11-25T01:00:00")
    assert days.home.state(CALENDAR) == "unavailable"
    assert days.home.state(CHANGE) == days.home.state(NEXT) == "unknown"
