"""A Home Assistant that hears many simulated meters, and what a person sees and answers there."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
import json
from pathlib import Path
import time

from simulator.faults import Fault
from simulator.household import Household
from simulator.ports import Port, PtyPort, TcpPort

from .broker import Broker, Subscriber
from .client import Json
from .home_assistant import RECORDING, HomeAssistant
from .processes import wait_for
from .witness import Recorded, Witness

SILENT = {None, "unknown", "unavailable"}


@dataclass
class Meter:
    """A simulated meter, its port, and its entry in Home Assistant."""

    witness: Witness
    port: Port
    entry: Json = field(default_factory=dict)

    @property
    def house(self) -> Household:
        return self.witness.line.house

    def suffer(self, *faults: Fault) -> None:
        for fault in faults:
            self.witness.line.inject(fault)


@dataclass
class Street:
    """A Home Assistant, the meters that it hears, and what it has made of them."""

    home: HomeAssistant
    mqtt: Subscriber
    meters: dict[str, Meter]
    recorded: Recorded
    began: float = field(default_factory=time.time)
    struck: float = 0  # when the faults began

    def entities(self, meter: Meter) -> dict[str, str]:
        """Label or key -> entity id."""
        return {
            one["unique_id"].partition("_")[2]: one["entity_id"]
            for one in self.home.client.command("config/entity_registry/list")
            if one["config_entry_id"] == meter.entry["entry_id"]
            and one["entity_id"].startswith(("sensor.", "binary_sensor."))
        }

    def state(self, name: str, label: str) -> str | None:
        entity = self.entities(self.meters[name]).get(label)
        state = self.home.client.states().get(entity or "")
        return state and str(state["state"])

    def knows(self, name: str, label: str) -> bool:
        return self.state(name, label) not in SILENT

    def asks(self, name: str, trouble: str) -> str:
        """The id of a meter's repair; empty when it is not shown."""
        wanted = f"{trouble}_{self.meters[name].entry['entry_id']}"
        issues = self.home.client.command("repairs/list_issues")["issues"]
        return wanted if wanted in {issue["issue_id"] for issue in issues} else ""

    def answer(self, issue: str, choice: str) -> Json:
        flows = "/api/repairs/issues/fix"
        menu = self.home.client.post(flows, {"handler": "linky_tic", "issue_id": issue})
        return self.home.client.post(f"{flows}/{menu['flow_id']}", {"next_step_id": choice})

    def mirrored(self, name: str) -> Json:
        """The newest frame of a meter on the broker."""
        address = self.meters[name].house.address
        return json.loads(self.mqtt.newest(f"linky_tic/{address}") or b"{}")

    def suffers(self, name: str, *faults: Fault, frames: int = 1) -> None:
        """Let faults strike a meter, and wait until frames and what comes after were heard."""
        meter = self.meters[name]
        meter.suffer(*faults)
        end = meter.house.elapsed + (frames + 1) * meter.house.frame_seconds
        wait_for(lambda: meter.house.elapsed > end, f"the frames of {name}")
        self.waits_to_hear(name)

    def waits_to_hear(self, name: str) -> None:
        """Wait until a whole frame of a meter comes from now on."""
        now = datetime.now(UTC)

        def is_heard() -> bool:
            frame = self.mirrored(name)
            return bool(frame) and datetime.fromisoformat(frame["_meter"]["received"]) > now

        wait_for(is_heard, f"{name} heard")

    def add(self, name: str) -> None:
        """Add a meter as a person does, and wait for its index."""
        meter = self.meters[name]
        index = "EAST" if meter.house.mode == "standard" else "HCHP"
        meter.entry = self.home.client.add_meter(meter.port.url)
        wait_for(lambda: self.knows(name, index), f"the index of {name}")


def _port(name: str, witness: Witness, folder: Path, kind: str) -> Port:
    if kind == "tcp":
        return TcpPort(witness)
    return PtyPort(witness, folder / name.replace(" ", "_"), uart=kind == "uart")


@contextmanager
def street(
    folder: Path, witnesses: Mapping[str, Witness], kinds: Mapping[str, str]
) -> Iterator[Street]:
    """Let meters live on their ports, `kinds` of them being "tcp" or "uart", and add them all."""
    home = HomeAssistant(folder / "home", configuration=RECORDING)
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder))
        mqtt = stack.enter_context(Subscriber(broker.port))
        stack.enter_context(home)
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        meters = {}
        for name, witness in witnesses.items():
            port = _port(name, witness, folder, kinds.get(name, "pty"))
            meters[name] = Meter(witness, stack.enter_context(port))
        street = Street(home, mqtt, meters, Recorded(folder / "home"))
        with ThreadPoolExecutor(7) as several:
            list(several.map(street.add, meters))
        yield street
