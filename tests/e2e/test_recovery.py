"""What comes back by itself: the port, the broker, Home Assistant; and what is left in the end."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from pathlib import Path

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .broker import MOSQUITTO, Broker, Subscriber
from .client import Json
from .home_assistant import HomeAssistant
from .processes import wait_for

pytestmark = pytest.mark.story

ADDRESS = "041961000000"
TOPIC = f"linky_tic/{ADDRESS}"
POWER = "sensor.linky_sinsts"


@dataclass
class House:
    """A simulated meter, a broker, and the Home Assistant between the two."""

    home: HomeAssistant
    port: PtyPort
    broker: Broker
    entry: Json

    def state(self, entity: str = POWER) -> str:
        """The state of an entity; empty when Home Assistant does not know it."""
        return str(self.home.client.states().get(entity, {"state": ""})["state"])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("recovery")
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder))
        home = stack.enter_context(HomeAssistant(folder / "home"))
        meter = Household(mode="standard", contract="hphc", seed=1)
        port = stack.enter_context(PtyPort(Line(meter), folder / "linky"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        entry = home.client.add_meter(port.url)
        house = House(home, port, broker, entry)
        wait_for(lambda: house.state().isdigit(), "a first value")
        yield house


def received(payload: bytes | None) -> datetime:
    """When a mirrored frame was received; long ago when there is none."""
    text = json.loads(payload)["_meter"]["received"] if payload else "2000-01-01T00:00:00+00:00"
    return datetime.fromisoformat(text)


def test_a_port_that_comes_back_gives_data_within_15_seconds(house: House) -> None:
    with Subscriber(house.broker.port, TOPIC) as mqtt:
        house.port.unplug()
        wait_for(lambda: house.state() == "unavailable", "the silence noticed", 1)
        assert house.state("binary_sensor.linky_link") == "off"
        back = datetime.now(UTC)
        house.port.replug()
        wait_for(lambda: received(mqtt.newest(TOPIC)) > back, "a frame mirrored")
        wait_for(lambda: house.state().isdigit(), "the value shown")


def test_the_mirror_goes_on_when_the_broker_is_killed_and_restarted(house: House) -> None:
    house.broker.kill()
    power = house.state()
    wait_for(lambda: house.state() != power, "the meter heard meanwhile")
    back = datetime.now(UTC)
    house.broker.start()
    with Subscriber(house.broker.port, f"{TOPIC}/#") as mqtt:
        wait_for(lambda: received(mqtt.newest(TOPIC)) > back, "the mirror")
        wait_for(lambda: mqtt.newest(f"{TOPIC}/availability") == b"online", "availability")


def test_after_a_restart_entities_are_there_at_once_and_know_within_three_frames(
    house: House,
) -> None:
    before = set(house.home.client.states())
    house.home.stop()
    house.home.start()
    house.home.client.wait_until_running()
    ours = {name for name in before if ".linky_" in name}
    assert ours <= house.home.client.states().keys()
    assert house.home.client.states()[POWER]["attributes"]["friendly_name"]

    def unknown() -> list[str]:
        states = house.home.client.states()
        return [name for name in ours if states[name]["state"] == "unavailable"]

    wait_for(lambda: not unknown(), "every entity with a value")


def test_what_is_removed_leaves_nothing_behind(house: House) -> None:
    """Though the broker is away, and back when nothing of the integration is loaded any more."""
    client = house.home.client
    house.broker.stop()
    client.delete(f"/api/config/config_entries/entry/{house.entry['entry_id']}")
    assert not [name for name in client.states() if ".linky_" in name]
    assert not [
        one
        for one in client.command("config/device_registry/list")
        if ["linky_tic", ADDRESS] in one["identifiers"]
    ]
    house.home.stop()
    house.broker.start()
    with Subscriber(house.broker.port, f"{TOPIC}/#") as mqtt:
        wait_for(lambda: not MOSQUITTO or len(dict(mqtt.messages())) == 2, "what is left")
        house.home.start()
        wait_for(lambda: not any(dict(mqtt.messages()).values()), "nothing left")


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []


def test_the_log_says_once_that_the_line_is_lost_and_back(house: House) -> None:
    log = Path(house.home.log).read_text(encoding="utf-8")
    assert log.count("is no longer heard") == 1
    assert log.count("is heard again") == 1
