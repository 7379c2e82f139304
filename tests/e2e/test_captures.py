"""Real captures at the wire's pace into a launched Home Assistant: what it says of each label.

The referee reads the captures by itself: it shares no code with the integration.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
import json
from pathlib import Path
import re

import pytest

from simulator.line import Replay
from simulator.ports import PtyPort

from .broker import Broker, Subscriber
from .client import Json
from .home_assistant import HomeAssistant
from .processes import wait_for

pytestmark = pytest.mark.story

CAPTURES = Path(__file__).parents[1] / "data" / "captures"
PRIVATE = {"PRM", "MSG1", "MSG2"}
TIMES = {"DATE", "DPM1", "FPM1"}
KILO = {"energy", "reactive_energy"}
NUMBERS = {"RELAIS", "NTARF", "NJOURF", "NJOURF+1"}
SILENT = {"unknown", "unavailable"}


@dataclass(frozen=True)
class Recording:
    """A capture, the speed at which its meter spoke, and what the port makes of parity."""

    name: str
    address: str
    baud: int = 9600
    parity: str = "even"

    @property
    def said(self) -> dict[str, set[str]]:
        """Label -> every text that the meter sent for it, in groups that verify."""
        said = defaultdict(set)
        for group in re.split(rb"[\x00-\x08\x0a-\x1f]+", (CAPTURES / self.name).read_bytes()):
            covered = group[:-1] if b"\t" in group else group[:-2]
            if len(group) > 4 and (sum(covered) & 0x3F) + 0x20 == group[-1]:
                fields = covered.decode().split("\t" if b"\t" in group else " ", 1)
                *stamp, data = fields[1].removesuffix("\t").rsplit("\t", 1)
                said[fields[0]].add(stamp[0] if fields[0] in TIMES else data)
        return said


RECORDINGS = (
    Recording("standard_mono_base_100frames.bin", "061961738042"),
    Recording("standard_three_base.bin", "031776767429", parity="stripped"),
    Recording("standard_mono_producer_total.bin", "031864232376"),
    Recording("standard_three_tempo_white.bin", "041776682393"),
    Recording("historic_mono_hc_long.bin", "031328630784", 1200),
    Recording("historic_three_base.bin", "021630174178", 1200, "stripped"),
    Recording("historic_mono_tempo_red.bin", "021861657993", 1200),
)


@dataclass
class House:
    """A Home Assistant that listens to every recording, and the broker that it tells."""

    home: HomeAssistant
    mqtt: Subscriber

    def entities_of(self, recording: Recording) -> dict[str, str]:
        """Label -> its entity, be it disabled; and those of what labels tell together."""
        prefix = f"{recording.address}_"
        return {
            entity["unique_id"].removeprefix(prefix): entity["entity_id"]
            for entity in self.home.client.command("config/entity_registry/list")
            if entity["unique_id"].startswith(prefix)
        }

    def states_of(self, recording: Recording) -> dict[str, Json]:
        """Label -> the state of its sensor, when it has one that is known."""
        states = self.home.client.states()
        return {
            label: states[name]
            for label, name in self.entities_of(recording).items()
            if states.get(name, {"state": "unknown"})["state"] not in SILENT
        }

    def has_all(self) -> bool:
        """Whether every label has its entity."""
        return all(self.entities_of(one).keys() >= one.said.keys() for one in RECORDINGS)

    def enable_all(self) -> None:
        client = self.home.client
        for entity in client.command("config/entity_registry/list"):
            if entity["platform"] == "linky_tic" and entity["disabled_by"]:
                name = entity["entity_id"]
                client.command("config/entity_registry/update", entity_id=name, disabled_by=None)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("captures")
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder))
        mqtt = stack.enter_context(Subscriber(broker.port, "linky_tic/+"))
        home = stack.enter_context(HomeAssistant(folder / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        for number, one in enumerate(RECORDINGS):
            replay = Replay(CAPTURES / one.name, one.baud, parity=one.parity)
            port = stack.enter_context(PtyPort(replay, folder / f"linky{number}"))
            home.client.add_meter(port.url)
        house = House(home, mqtt)
        wait_for(house.has_all, "every label's entity", pause=1)
        house.enable_all()
        yield house


def moment(horodate: str) -> datetime:
    """An instant of the captures, whose peaks, without a season, are of the winter."""
    hours = 2 if horodate[0] in "Ee" else 1
    return datetime.strptime(f"{horodate[1:]}+0{hours}00", "%y%m%d%H%M%S%z")


def is_said(label: str, state: Json, texts: set[str]) -> bool:
    """Whether a state is one that the meter sent for its label."""
    shown = state["state"]
    if label in TIMES:
        return datetime.fromisoformat(shown) in map(moment, texts)
    if state["attributes"].get("device_class") in KILO:
        return round(float(shown) * 1000) in map(int, texts)
    if "unit_of_measurement" in state["attributes"] or label in NUMBERS:
        return shown in {str(int(text)) for text in texts}
    return shown in {text.strip() for text in texts}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.name.removesuffix(".bin"))
def test_every_label_has_its_entity_with_a_value_of_the_wire(
    house: House, recording: Recording
) -> None:
    said = recording.said

    def all_of_them() -> dict[str, Json]:
        states = house.states_of(recording)
        return states if states.keys() >= said.keys() else {}

    states = wait_for(all_of_them, f"every label of {recording.name}", pause=1)
    assert [label for label in said if not is_said(label, states[label], said[label])] == []


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.name.removesuffix(".bin"))
def test_the_mirror_says_the_same(house: House, recording: Recording) -> None:
    said = {label: texts for label, texts in recording.said.items() if label not in PRIVATE}

    def all_of_them() -> Json:
        """The newest message that has every label: right after a start, some may be held."""
        newest = json.loads(house.mqtt.newest(f"linky_tic/{recording.address}") or b"{}")
        return newest if newest.keys() >= said.keys() else {}

    newest = wait_for(all_of_them, f"a message with all that {recording.name} says", pause=1)
    assert newest.keys() - {"_meter"} == said.keys()
    for label, texts in said.items():
        value = newest[label]["value"]
        if label in TIMES:
            assert datetime.fromisoformat(value) in map(moment, texts)
        else:
            assert str(value) in {
                str(int(text)) if isinstance(value, int) else text.strip() for text in texts
            }


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
