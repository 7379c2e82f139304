"""A name that is learned is shown by a reload, which a launched Home Assistant hardly notices."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import RECORDING, HomeAssistant
from .processes import wait_for

EVENTS = "event.linky_events"
PEAK, OFF_PEAK, TOTAL = "sensor.linky_easf02", "sensor.linky_easf01", "sensor.linky_east"
GAP = 10.0  # seconds for which a reload may hide a value: four frames and the port


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    """A home that hears a meter from a minute before its off-peak hours."""
    folder = tmp_path_factory.mktemp("tariffs")
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=RECORDING))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        meter = Household(contract="hphc", start="2026-11-23T22:28:50", index=20_000_000)
        port = stack.enter_context(PtyPort(Line(meter), folder / "linky"))
        home.client.add_meter(port.url)
        yield home


def name(home: HomeAssistant, entity: str) -> str:
    state = home.client.states().get(entity, {"attributes": {}})
    return str(state["attributes"].get("friendly_name"))


def test_indexes_bear_the_names_that_the_meter_shows(home: HomeAssistant) -> None:
    wait_for(lambda: name(home, PEAK) == "Linky Index 2 · HEURE PLEINE", "the peak hours' name")
    assert name(home, OFF_PEAK) == "Linky Index 1"
    wait_for(lambda: name(home, OFF_PEAK) == "Linky Index 1 · HEURE CREUSE", "the other's name")


def test_the_change_was_told_before_the_reload(home: HomeAssistant) -> None:
    wait_for(lambda: state(home, EVENTS)["state"].startswith("20"), "the event again")
    attributes = state(home, EVENTS)["attributes"]
    assert attributes["event_type"] == "tariff_changed"
    assert (attributes["from"], attributes["to"]) == ("HEURE PLEINE", "HEURE CREUSE")


def test_a_reload_hides_a_value_for_a_moment_and_loses_nothing(home: HomeAssistant) -> None:
    wait_for(lambda: is_value(recorded(home)[-1]), "a value in the database")
    rows = recorded(home)
    shown = [row for row in rows if is_value(row)]
    hidden = [row for row in rows if row["state"] == "unavailable"]
    gaps = [
        min(seconds_between(row, one) for one in shown if one["last_changed"] > row["last_changed"])
        for row in hidden
    ]
    assert gaps
    assert max(gaps) < GAP


def test_nothing_is_said_of_it_in_the_log(home: HomeAssistant) -> None:
    assert list(home.complaints()) == []


def state(home: HomeAssistant, entity: str) -> Json:
    return home.client.states()[entity]


def recorded(home: HomeAssistant) -> list[Json]:
    """The history of the total."""
    path = f"/api/history/period?filter_entity_id={TOTAL}&minimal_response"
    return list(home.client.get(path)[0])


def is_value(row: Json) -> bool:
    return bool(row["state"][0].isdigit())


def seconds_between(row: Json, after: Json) -> float:
    start, end = (datetime.fromisoformat(one["last_changed"]) for one in (row, after))
    return (end - start).total_seconds()
