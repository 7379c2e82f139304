"""The Energy dashboard of a launched Home Assistant, filled in by a step for each kind of meter."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import OPTIONS, Json
from .home_assistant import RECORDING, HomeAssistant
from .processes import wait_for

pytestmark = pytest.mark.story

METERS: Mapping[str, Mapping[str, object]] = {
    "linky": {"contract": "hphc", "producer": True},
    "linky_2": {"contract": "base", "address": "041961000002"},
    "linky_3": {"contract": "tempo", "address": "041961000003"},
    "linky_4": {"contract": "hphc", "mode": "historic", "address": "041961000004"},
    "linky_5": {"contract": "base", "phases": 3, "producer": True, "address": "041963000005"},
}
INDEXES = {
    "linky": ["easf01", "easf02"],
    "linky_2": ["easf01"],
    "linky_3": [f"easf0{number}" for number in range(1, 7)],
    "linky_4": ["hchc", "hchp"],
    "linky_5": ["easf01"],
}
PRICES = {f"price_{number}": 0.1 + number / 100 for number in range(1, 7)}
SOMEONES = {"type": "solar", "stat_energy_from": "sensor.roof", "name": "Roof"}


@dataclass
class House:
    home: HomeAssistant
    entries: dict[str, str]

    def form(self, name: str) -> Json:
        return self.home.client.options(self.entries[name], "energy")

    def submit(self, form: Json, *, tick: bool) -> Json:
        """Type a price in each field; the form takes no other."""
        named = {field["name"] for field in form["data_schema"]}
        data: dict[str, Json] = {key: price for key, price in PRICES.items() if key in named}
        if "export_price" in named:
            data["export_price"] = 0.13
        if "beside" in named:
            data["beside"] = {"anyway": tick}
        data["standing_charge"] = 15.5
        return self.home.client.post(f"{OPTIONS}/{form['flow_id']}", data)

    def sources(self) -> list[Json]:
        return list(self.home.client.command("energy/get_prefs")["energy_sources"])

    def knows(self, *entity_ids: str) -> bool:
        """Whether entities have values."""
        states = self.home.client.states()
        found = {states.get(one, {"state": "unknown"})["state"] for one in entity_ids}
        return not found & {"unknown", "unavailable"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("energy")
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=RECORDING))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.command("energy/save_prefs", energy_sources=[SOMEONES])
        house = House(home, {})
        for name, options in METERS.items():
            meter = Household(breaker=False, **options)  # type: ignore[arg-type] # any of its own
            meter.set_load(2000)
            port = stack.enter_context(PtyPort(Line(meter), folder / name))
            house.entries[name] = home.client.add_meter(port.url)["entry_id"]
        yield house


@pytest.mark.parametrize("name", METERS)
def test_the_step_adds_each_index_with_its_price(house: House, name: str) -> None:
    wait_for(lambda: house.form(name)["type"] == "form", "the indexes heard")
    before = house.sources()
    form = house.form(name)
    if name != "linky":  # the meters before are others' sources
        form = house.submit(form, tick=False)
        assert form["errors"] == {"base": "counted_twice"}
        assert house.sources() == before
    assert house.submit(form, tick=True)["step_id"] == "done"
    added = house.sources()[len(before) :]
    assert house.sources()[: len(before)] == before
    if "producer" in METERS[name]:
        assert added.pop()["stat_energy_to"] == f"sensor.{name}_eait"
    assert [one["stat_energy_from"] for one in added] == [
        f"sensor.{name}_{index}" for index in INDEXES[name]
    ]
    assert [one["entity_energy_price"] for one in added] == [
        f"sensor.{name}_price_{number}" for number in range(1, len(added) + 1)
    ]
    assert [one.get("stat_rate") for one in added] == [
        f"sensor.{name}_active_power",
        *[None] * (len(added) - 1),
    ]


def test_home_assistant_finds_nothing_to_say(house: House) -> None:
    powers = [f"sensor.{name}_active_power" for name in METERS]
    wait_for(lambda: house.knows(*powers), "every power")
    for name in METERS:
        assert house.knows(f"sensor.{name}_price", f"sensor.{name}_cost_month")
    house.home.client.compile_statistics(1)
    _roof, *ours = house.home.client.command("energy/validate")["energy_sources"]
    exports = sum("producer" in options for options in METERS.values())
    assert ours == [[]] * (sum(map(len, INDEXES.values())) + exports)


def test_home_assistant_keeps_a_cost_of_each_source(house: House) -> None:
    costs = house.home.client.command("energy/info")["cost_sensors"]
    wanted = {f"sensor.{name}_{index}" for name in METERS for index in INDEXES[name]}
    assert wanted <= costs.keys()
    assert {"sensor.linky_eait", "sensor.linky_5_eait"} <= costs.keys()
    kept = [costs[statistic] for statistic in wanted]
    wait_for(lambda: house.knows(*kept), "every cost")


@pytest.mark.parametrize("name", METERS)
def test_nothing_is_added_twice(house: House, name: str) -> None:
    before = house.sources()
    again = house.form(name)
    assert (again["type"], again["reason"]) == ("abort", "nothing_to_add")
    assert house.sources() == before


def test_everything_is_as_it_was_after_a_restart(house: House) -> None:
    before = house.sources()
    house.home.restart()
    assert house.sources() == before
    wait_for(lambda: house.knows("sensor.linky_cost_today"), "a cost")
    assert house.form("linky")["reason"] == "nothing_to_add"


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
