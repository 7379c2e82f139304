"""The season of a meter: counted from what is heard, kept, and found in the statistics."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from simulator import Household

from ..calendar_days import DaysOfAHome, days_of
from ..home import Home

RED: Final = "sensor.linky_tempo_red_days_left"
PEAKS: Final = "sensor.linky_ejp_peaks_left"
WHITE: Final = "sensor.linky_tempo_white_days_left"
COLOURS: Final = {date(2026, 9, 1): "red", date(2026, 9, 2): "white"}
"""As if the season began with them: its first days are all that has to be known."""


@pytest.fixture
def days(home: Home) -> Iterator[DaysOfAHome]:
    with days_of(home) as days:
        yield days


def told(home: Home, entity: str) -> tuple[str, int, int]:
    state = home.hass.states.get(entity)
    assert state
    return state.state, state.attributes["counted"], state.attributes["unknown"]


@pytest.mark.parametrize("mode", [{"mode": "standard"}, {"mode": "historic"}], ids=str)
async def test_the_colours_that_are_heard_are_counted_and_kept(
    days: DaysOfAHome, mode: dict[str, Any]
) -> None:
    await days.home.hass.config.async_set_time_zone("Europe/Paris")
    house = Household(**mode, contract="tempo", colours=COLOURS, start="2026-09-01T12:00:00")
    meter = await days.hears(house)
    assert told(days.home, RED) == ("21", 1, 0)
    await days.wait_until("2026-09-02T05:00:00")
    assert told(days.home, WHITE) == ("43", 0, 0)
    await days.wait_until("2026-09-02T06:30:00")
    await days.home.minutes()
    assert told(days.home, WHITE) == ("42", 1, 0)
    await days.home.restart(meter)
    assert (told(days.home, RED), told(days.home, WHITE)) == (("21", 1, 0), ("42", 1, 0))


async def test_days_that_nobody_has_heard_are_unknown(days: DaysOfAHome) -> None:
    house = Household(contract="tempo", colours=COLOURS, start="2026-11-04T12:00:00")
    await days.hears(house)
    state, _, unknown = told(days.home, RED)
    assert (state, unknown) == ("unknown", 2)  # Monday 2 and Tuesday 3; before, no day is red
    assert told(days.home, WHITE)[0] == "unknown"


async def test_there_is_no_season_without_tempo_or_ejp(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc"))
    assert days.home.state(RED) is None
    assert days.home.state(PEAKS) is None


async def test_peaks_of_ejp_are_counted(days: DaysOfAHome) -> None:
    day = date(2026, 11, 1)
    await days.hears(Household(contract="ejp", ejp_days=[day], start="2026-11-01T12:00:00"))
    assert told(days.home, PEAKS) == ("21", 1, 0)
    for moment, unknown in (("02T07:01:00", 0), ("02T07:30:00", 0), ("03T07:20:00", 0)):
        await days.wait_until(f"2026-11-{moment}")
        await days.home.minutes()
        assert told(days.home, PEAKS) == ("21", 1, unknown)
    await days.wait_until("2026-11-05T12:00:00")
    await days.home.minutes()
    assert told(days.home, PEAKS) == ("unknown", 1, 1)  # nobody has heard the fourth
