"""A Home Assistant into which the examples of the pages are pasted, and what they wait for.

It hears a meter, and an older one whose index another integration has recorded before.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
from typing import Final

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .broker import Broker, Subscriber
from .client import Json
from .home_assistant import RECORDING, HomeAssistant
from .pages import AUTOMATIONS
from .processes import wait_for

ADDRESS: Final = "041961000001"
OLDER: Final = "031764000002"
OLD: Final = "sensor.linky_index_option_base"
BASE: Final = "sensor.linky_base"
SAID: Final = "COUPURE PREVUE LE 26 DE 9H A 10H"  # 32 characters, as MSG1 has
SWITCHES: Final = {
    name: {"name": name, "turn_on": [], "turn_off": []}
    for one in AUTOMATIONS
    for name in re.findall(r"entity_id: switch\.(\w+)", one.text)
}
LIVING: Final = f"""{RECORDING}
automation: !include automations.yaml
template:
  - switch: {json.dumps([*SWITCHES.values()])}
"""
OVER: Final = ((60, 61),)  # off-peak hours, in minutes of the day
NOW: Final = ((0, 720), (720, 1439))


@dataclass
class House:
    """A Home Assistant that hears two meters, and who listens to its broker."""

    home: HomeAssistant
    meters: dict[str, Household]
    mqtt: Subscriber
    entries: dict[str, str] = field(default_factory=dict)

    def state(self, entity_id: str) -> str:
        return str(self.home.client.states().get(entity_id, {"state": "unknown"})["state"])

    def knows(self, *entity_ids: str) -> bool:
        return not {self.state(one) for one in entity_ids} & {"unknown", "unavailable"}

    def act(self, action: str, **data: Json) -> Json:
        path = f"/api/services/{action.replace('.', '/')}?return_response"
        return self.home.client.post(path, data)["service_response"]

    def automate(self, name: str, automation: Mapping[str, Json]) -> None:
        """Paste it into the editor, in YAML mode, and save."""
        made = {"alias": name, "triggers": [], **automation}
        self.home.client.post(f"/api/config/automation/config/{name}", made)
        wait_for(lambda: self.state(f"automation.{name}") == "on", name)

    def set_off(self, name: str) -> None:
        data = {"entity_id": f"automation.{name}"}
        self.home.client.post("/api/services/automation/trigger", data)

    def runs(self, name: str) -> list[Json]:
        """How each run of an automation ended."""
        runs = self.home.client.command("trace/list", domain="automation", item_id=name)
        return [(one["script_execution"], one.get("error")) for one in runs]

    def told(self, pattern: str) -> list[str]:
        told = self.home.client.command("persistent_notification/get")
        return [one["message"] for one in told if re.fullmatch(pattern, one["message"])]

    def frame(self, address: str = ADDRESS) -> Json:
        topic = f"linky_tic/{address}"
        return json.loads(wait_for(lambda: self.mqtt.newest(topic), "a frame") or "")


@contextmanager
def living(folder: Path) -> Iterator[House]:
    """Launch it with everything pasted that has to wait for something, and that coming."""
    meters = {
        "linky": Household(contract="hphc", address=ADDRESS, off_peak=OVER, pref=6, breaker=False),
        "older": Household(mode="historic", address=OLDER, index=25_000_000, breaker=False),
    }
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder))
        home = HomeAssistant(folder / "home", configuration=LIVING)
        (folder / "home" / "automations.yaml").write_text("[]")
        stack.enter_context(home)
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        house = House(home, meters, stack.enter_context(Subscriber(broker.port)))
        for name, meter in meters.items():
            meter.set_load(300)
            port = stack.enter_context(PtyPort(Line(meter), folder / name))
            house.entries[name] = home.client.add_meter(port.url)["entry_id"]
        live(house)
        yield house


def live(house: House) -> None:
    """Save every automation, then let happen what they wait for."""
    prices = {"price_1": 0.1, "price_2": 0.2, "standing_charge": 15.5}
    house.home.client.set_options(house.entries["linky"], prices, "prices")
    known = [f"sensor.linky_{key}" for key in ("current_tariff", "load", "cost_today")]
    wait_for(lambda: house.knows(*known), "the meter")
    for one in AUTOMATIONS:
        house.automate(one.name, one.read())
    meter = house.meters["linky"]
    meter.set_load(5700)
    meter.change_contract(off_peak=NOW)
    meter.message = SAID
    move_out(house)


def old_hours() -> list[Json]:
    """Two days of an older sensor, in Wh, up to what our index begins with."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return [
        {
            "start": (hour - timedelta(hours=48 - number)).isoformat(),
            "state": 24_990_000 + 200 * number,
            "sum": 200 * number,
        }
        for number in range(48)
    ]


def move_out(house: House) -> None:
    """The older meter was heard by another integration, and is called as on the page."""
    command = house.home.client.command
    wait_for(lambda: house.knows("sensor.linky_2_base"), "the index")
    command("config/entity_registry/update", entity_id="sensor.linky_2_base", new_entity_id=BASE)
    metadata = {
        "statistic_id": OLD,
        "source": "recorder",
        "name": None,
        "unit_of_measurement": "Wh",
        "unit_class": "energy",
        "has_sum": True,
        "mean_type": 0,
    }
    command("recorder/import_statistics", metadata=metadata, stats=old_hours())
    wait_for(lambda: house.knows(BASE), "the index under its name")
    house.home.client.compile_statistics(0)
