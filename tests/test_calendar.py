"""The calendar of a meter: what it shows of today and tomorrow, in words, line or no line."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any, Final

import pytest

from simulator import Household
from simulator.line import Replay

from .calendar_days import DaysOfAHome, days_of
from .home import KNOWN, Home
from .schedule.test_day_schedule import profile
from .tic.streams import standard

CALENDAR: Final = "calendar.linky_tariff"
EVENING: Final = "2026-11-23T21:00:00"
CHANGE: Final = "sensor.linky_next_tariff_change"
NEXT: Final = "sensor.linky_next_tariff"


@pytest.fixture
async def days(home: Home) -> AsyncIterator[DaysOfAHome]:
    await home.hass.config.async_set_time_zone("Europe/Paris")
    with days_of(home) as days:
        yield days


async def events(
    home: Home, start: str = "2026-11-01T00:00:00", end: str = "2026-12-24T00:00:00"
) -> list[str]:
    """The events between two moments, by default all, as their hours and summary."""
    answer: Any = await home.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": start,
            "end_date_time": end,
        },
        blocking=True,
        return_response=True,
    )
    return [
        f"{event['start'][8:16]} {event['end'][8:16]} {event['summary']}"
        for event in answer[CALENDAR]["events"]
    ]


def hours(events: list[str]) -> list[str]:
    return [event[:17] for event in events]


async def test_off_peak_hours_are_events_from_the_first_minute_on(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:00:00"))
    assert days.home.state(CALENDAR) == "on"
    assert await events(days.home) == [
        "23T00:00 23T06:30 Off-peak",
        "23T22:30 24T06:30 Off-peak",
        "24T22:30 25T00:00 Off-peak",
    ]
    between = await events(days.home, "2026-11-23T06:30:00", "2026-11-24T22:30:00")
    assert hours(between) == ["23T22:30 24T06:30"]
    [calendar] = days.home.hass.data["entity_components"]["calendar"].entities
    days._time.move_to(datetime(2026, 11, 24, 5, 30, tzinfo=UTC))
    assert calendar.event.start == datetime(
        2026, 11, 24, 21, 30, tzinfo=UTC
    )  # at 06:30 to the second


async def test_a_week_end_is_shown_before_anything_is_known_of_the_week(
    days: DaysOfAHome,
) -> None:
    house = Household(contract="weekend", start="2026-11-28T12:00:00", index=3000)
    meter = await days.hears(house, learned={})
    await meter.play(2 * KNOWN)
    assert days.home.state(CALENDAR) == "on"
    assert {event[18:] for event in await events(days.home)} == {"HEURE WEEK-END"}


async def test_off_peak_hours_go_on_after_midnight(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T23:00:00")
    assert await events(days.home) == [
        "24T00:00 24T06:30 Off-peak",
        "24T22:30 25T06:30 Off-peak",
        "25T22:30 26T00:00 Off-peak",
    ]
    state = days.home.hass.states.get(CALENDAR)
    assert state
    assert (state.state, state.attributes["message"]) == ("on", "Off-peak")
    assert state.attributes["description"] == "Index 1 · Dry contact closed"
    await days.wait_until("2026-11-25T00:01:00", frames=1)
    moved = days.home.hass.states.get(CALENDAR)
    assert moved
    assert moved.attributes == state.attributes


async def test_it_is_there_after_a_restart_before_the_meter_is_heard(days: DaysOfAHome) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T01:00:00")
    await days.home.restart(meter)
    assert days.home.value("easf01") == "unavailable"
    assert days.home.state(CALENDAR) == "on"
    assert days.home.state(CHANGE) == "2026-11-24T05:30:00+00:00"


async def test_it_is_unavailable_while_today_is_unknown(
    days: DaysOfAHome,
) -> None:
    house = Household(contract="weekend", start="2026-11-27T21:00:00")  # a Friday
    meter = await days.hears(house)
    await days.home.restart(meter)
    assert days.home.state(CALENDAR) == "unavailable"
    assert days.home.state(CHANGE) == "unknown"


async def test_it_does_not_say_that_a_tariff_is_over_when_the_hours_are_no_longer_known(
    days: DaysOfAHome,
) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T12:00:00"))
    await days.wait_until("2026-11-23T23:00:00")
    assert days.home.state(CALENDAR) == "on"
    assert days.meter
    days.house.change_contract(off_peak=((2 * 60, 10 * 60),))
    await days.meter.play()
    assert days.home.state(CALENDAR) == "unavailable"
    await days.wait_until("2026-11-24T00:01:00")
    assert days.home.state(CALENDAR) == "off"


async def test_one_register_makes_neither_events_nor_changes(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="base", start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T00:01:00")
    assert days.home.state(CALENDAR) == "off"
    assert await events(days.home) == []
    assert days.home.state(CHANGE) is None
    assert days.home.state(NEXT) is None


async def test_there_is_no_calendar_in_historique(days: DaysOfAHome) -> None:
    await days.hears(Household(mode="historic", contract="hphc"))
    assert days.home.state(CALENDAR) is None
    assert days.home.state(CHANGE) is None


async def test_it_speaks_the_language_of_the_house(days: DaysOfAHome) -> None:
    days.home.hass.config.language = "fr"
    house = Household(contract="tempo", colours={date(2026, 11, 24): "red"}, start=EVENING)
    await days.hears(house)
    assert [event.split(" ", 2)[2] for event in await events(days.home)] == [
        "Bleu, heures creuses",
        "Rouge, heures pleines",
        "Rouge, heures creuses",
    ]
    assert days.home.registered(CALENDAR).original_name == "Programme tarifaire"


async def test_a_peak_whose_profile_nobody_heard_is_called_by_its_number(
    days: DaysOfAHome,
) -> None:
    frame = standard(
        ("DATE", "", "H261124210000"),
        ("DPM1", "00", " 261125070000"),
        ("FPM1", "00", " 261126010000"),
        ("NTARF", "01"),
        ("NJOURF", "00"),
        ("NJOURF+1", "00"),
        ("PJOURF+1", profile("0000C001")),
    )
    days.home.clock.now = datetime(2026, 11, 24, 20, tzinfo=UTC).timestamp()
    await days.pass_time(0)
    await days.home.hears(Replay(frame, 9600))
    assert await events(days.home) == ["25T07:00 26T00:00 Peak 1 (PM1)"]
    state = days.home.hass.states.get(CALENDAR)
    assert state
    assert state.attributes["description"] == "Peak 1 (PM1)"
