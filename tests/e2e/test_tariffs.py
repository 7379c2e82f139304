"""Tariffs have their names from the first minute on, and a change of tariff is told with them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from simulator.household import Household
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import HomeAssistant
from .leap import Leaping
from .processes import wait_for

pytestmark = pytest.mark.story

EVENTS = "event.linky_events"
TARIFF = "sensor.linky_current_tariff"
PEAK, OFF_PEAK = "sensor.linky_easf02", "sensor.linky_easf01"


@dataclass
class House:
    """A meter half an hour before its off-peak hours, and the home that hears it."""

    home: HomeAssistant
    line: Leaping


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("tariffs")
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        meter = Household(contract="hphc", start="2026-11-23T22:00:00", index=20_000_000)
        line = Leaping(meter)
        port = stack.enter_context(PtyPort(line, folder / "linky"))
        home.client.add_meter(port.url)
        yield House(home, line)


def name(home: HomeAssistant, entity: str) -> str:
    state = home.client.states().get(entity, {"attributes": {}})
    return str(state["attributes"].get("friendly_name"))


def test_indexes_bear_the_names_of_their_tariffs(house: House) -> None:
    home = house.home
    wait_for(lambda: name(home, PEAK) == "Linky Énergie heures pleines", "the peak hours' name")
    assert name(home, OFF_PEAK) == "Linky Énergie heures creuses"


def test_the_change_is_told(house: House) -> None:
    home = house.home
    wait_for(lambda: state(home, TARIFF)["state"] == "peak", "the tariff")
    house.line.ahead = 1800 - house.line.house.elapsed
    wait_for(lambda: state(home, EVENTS)["state"].startswith("20"), "the event")
    attributes = state(home, EVENTS)["attributes"]
    assert attributes["event_type"] == "tariff_changed"
    assert (attributes["from"], attributes["to"]) == ("peak", "off_peak")


def test_nothing_is_said_of_it_in_the_log(house: House) -> None:
    assert list(house.home.complaints()) == []


def state(home: HomeAssistant, entity: str) -> Json:
    return home.client.states()[entity]
