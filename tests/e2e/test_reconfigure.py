"""The port of a meter is changed in a launched Home Assistant, from USB to the network and back."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import Port, PtyPort, TcpPort

from .client import FLOWS, Client, Json
from .home_assistant import HomeAssistant
from .processes import wait_for

pytestmark = pytest.mark.story

ADDRESS = "041961000000"
NEW_ADDRESS = "021975000001"
INDEX = "sensor.linky_east"


@dataclass
class House:
    """One Home Assistant; its meter on an adapter and on a bridge, and a new meter on another."""

    home: HomeAssistant
    entry: str
    adapter: Port
    bridge: Port
    silence: Path
    new: Port

    @property
    def client(self) -> Client:
        return self.home.client

    def state(self, entity: str = INDEX) -> str:
        return str(self.client.states().get(entity, {"state": ""})["state"])

    def wait_for_value(self) -> None:
        def is_known() -> bool:
            return self.state() not in {"", "unknown", "unavailable"}

        wait_for(is_known, "a value")

    def asked(self) -> Json:
        return self.client.post(FLOWS, {"handler": "linky_tic", "entry_id": self.entry})

    def answered(self, form: Json, answer: Json) -> Json:
        return self.client.settled(self.client.post(f"{FLOWS}/{form['flow_id']}", answer))

    def changed(self, port: str) -> Json:
        return self.answered(self.asked(), {"port": port})

    def entities(self) -> dict[str, str]:
        listed = self.client.command("config/entity_registry/list")
        return {one["entity_id"]: one["id"] for one in listed if one["platform"] == "linky_tic"}

    def entry_state(self) -> str:
        entries = self.client.command("config_entries/get", domain="linky_tic")
        return str(entries[0]["state"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("reconfigure")
    meters = [Household(address=ADDRESS), Household(address=ADDRESS)]
    new = Household(address=NEW_ADDRESS, index=2000)
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home"))
        adapter = stack.enter_context(PtyPort(Line(meters[0]), folder / "adapter"))
        bridge = stack.enter_context(TcpPort(Line(meters[1])))
        new_adapter = stack.enter_context(PtyPort(Line(new), folder / "new"))
        silence = PtyPort(Line(new), folder / "silence")
        silence.replug()
        stack.callback(silence.unplug)
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        entry = home.client.add_meter(adapter.url)["entry_id"]
        house = House(home, entry, adapter, bridge, Path(silence.url), new_adapter)
        house.wait_for_value()
        yield house


def test_the_meter_moves_to_the_network_with_all_its_entities(house: House) -> None:
    before, form = house.entities(), house.asked()
    assert form["step_id"] == "reconfigure"
    assert form["description_placeholders"]["title"] == "Linky"
    done = house.answered(form, {"port": house.bridge.url})
    assert (done["type"], done["reason"]) == ("abort", "port_changed")
    wait_for(house.bridge._listened_to, "the bridge in use")
    house.wait_for_value()
    assert house.entities() == before
    assert not house.adapter._listened_to()


def test_a_port_that_is_missing_leaves_the_meter_where_it_is(house: House) -> None:
    form = house.changed("/dev/ttyNONE")
    assert (form["step_id"], form["errors"]) == ("reconfigure", {"base": "port_missing"})
    assert house.entry_state() == "loaded"
    house.client.delete(f"{FLOWS}/{form['flow_id']}")
    house.wait_for_value()
    assert house.bridge._listened_to()


def test_a_dialog_that_is_closed_gives_the_port_back(house: House) -> None:
    form = house.asked()
    house.client.post(f"{FLOWS}/{form['flow_id']}", {"port": str(house.silence)})
    wait_for(lambda: house.entry_state() == "not_loaded", "the port left")
    house.client.delete(f"{FLOWS}/{form['flow_id']}")
    wait_for(lambda: house.entry_state() == "loaded", "the port taken again")
    house.wait_for_value()


def test_another_meter_takes_over_when_it_replaces_the_old_one(house: House) -> None:
    before, menu = house.entities(), house.changed(house.new.url)
    assert (menu["type"], menu["menu_options"]) == ("menu", ["replaced", "reconfigure"])
    assert house.entry_state() == "loaded"
    done = house.answered(menu, {"next_step_id": "replaced"})
    assert (done["type"], done["reason"]) == ("abort", "replaced")
    wait_for(lambda: house.state().startswith("2."), "the new meter's index")
    assert house.entities() == before
    devices = house.client.command("config/device_registry/list")
    assert [one["serial_number"] for one in devices if one["name"] == "Linky"] == [NEW_ADDRESS]


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
