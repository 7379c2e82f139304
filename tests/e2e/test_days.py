"""The days of a meter in a launched Home Assistant: tomorrow's hours, and after a restart."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from simulator import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import HomeAssistant
from .processes import wait_for

ONE: Final = timedelta(days=1)
PARIS: Final = ZoneInfo("Europe/Paris")
CALENDAR: Final = "calendar.linky_tariff"
SLOTS: Final = [("00:00", "06:30", 1), ("06:30", "22:30", 2), ("22:30", "00:00", 1)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    folder = tmp_path_factory.mktemp("days")
    line = Line(Household(contract="hphc", start=datetime.now(PARIS)))
    with ExitStack() as stack:
        port = stack.enter_context(PtyPort(line, folder / "linky"))
        home = stack.enter_context(HomeAssistant(folder / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_meter(port.url)
        wait_for(lambda: CALENDAR in home.client.states(), "the calendar")
        yield home


def at(date: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(date, time(hour, minute), PARIS)


def tomorrow(home: HomeAssistant) -> list[tuple[str, str, int]]:
    (entry,) = home.client.command("config_entries/get", domain="linky_tic")
    answer: Json = home.client.command(
        "call_service",
        domain="linky_tic",
        service="get_schedule",
        service_data={"config_entry_id": entry["entry_id"]},
        return_response=True,
    )
    slots = answer["response"]["tomorrow"]["slots"]
    return [(slot["start"][11:16], slot["end"][11:16], slot["index"]) for slot in slots]


def events(home: HomeAssistant, day: date) -> list[tuple[datetime, datetime]]:
    start, end = (quote(at(one, 0).isoformat()) for one in (day, day + ONE))
    found = home.client.get(f"/api/calendars/{CALENDAR}?start={start}&end={end}")
    edges = [[one[edge]["dateTime"] for edge in ("start", "end")] for one in found]
    return [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in edges]


def test_tomorrow_is_known_as_soon_as_the_meter_is_heard(home: HomeAssistant) -> None:
    day = datetime.now(PARIS).date() + ONE
    wait_for(lambda: tomorrow(home) == SLOTS, "the slots of tomorrow")
    # The night begins today, if today is known already.
    (_, morning), *_, evening = events(home, day)
    assert (morning, evening) == (at(day, 6, 30), (at(day, 22, 30), at(day + ONE, 0)))


def test_tomorrow_is_known_after_a_restart(home: HomeAssistant) -> None:
    home.restart()
    wait_for(lambda: CALENDAR in home.client.states(), "the calendar")
    wait_for(lambda: tomorrow(home) == SLOTS, "the slots of tomorrow")
    assert list(home.complaints()) == []
