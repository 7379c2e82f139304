"""The whole road at once: meter, broker and Home Assistant launched, joined, shown, and stopped.

How each of them is launched and spoken to is known to tests/e2e.
"""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, field
import json
from pathlib import Path
import secrets
import signal
import sys
import tempfile
import time
from typing import override

from tests.e2e.broker import Broker, Subscriber
from tests.e2e.client import Json, Refused
from tests.e2e.home_assistant import HomeAssistant
from tests.e2e.processes import ROOT, Child, wait_for

USER = "linky"
TOPIC = "linky_tic/+"
PACE = 5  # seconds between two lines of live values
# Looked at in both modes; those the meter does not say are not shown.
WATCHED = (
    "SINSTS",
    "PAPP",
    "URMS1",
    "IRMS1",
    "IINST",
    "EAST",
    "BASE",
    "HCHC",
    "HCHP",
    "BBRHCJB",
    "BBRHPJB",
    "NTARF",
    "PTEC",
)


@dataclass
class Sight:
    """What one side has shown of the watched labels, and whether any of it has moved."""

    newest: dict[str, str] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)

    def see(self, values: dict[str, str]) -> None:
        self.moved |= {
            label for label, value in values.items() if self.newest.get(label, value) != value
        }
        self.newest |= values

    @override
    def __str__(self) -> str:
        shown = [f"{label} {self.newest[label]}" for label in WATCHED if label in self.newest]
        return "  ".join(shown) or "nothing yet"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--port", help="a real meter (/dev/..., socket://...), not the simulator")
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--seconds", type=float, help="stop then; fail unless values moved")
    until.add_argument("--keep", action="store_true", help="run until Ctrl-C (the default)")
    parser.add_argument("simulator", nargs="*", help="after --: arguments of python -m simulator")
    return parser.parse_args()


def simulated_meter(house: ExitStack, folder: Path, options: list[str]) -> str:
    port, log = folder / "linky", folder / "simulator.log"
    options = options or ["--mode", "standard", "--contract", "hphc"]
    child = house.enter_context(
        Child([sys.executable, "-m", "simulator", "--pty", port, *options], log)
    )

    def there() -> bool:
        if not child.alive:
            raise ChildProcessError(f"the simulator ended:\n{log.read_text()}")
        return port.exists()

    wait_for(there, "the simulator's port")
    return str(port)


def join(home: HomeAssistant, broker: Broker, port: str, password: str) -> None:
    """Everything a person would click: account, MQTT, then our own config flow."""
    home.client.onboard(USER, password)
    home.client.wait_until_running()
    home.client.add_broker(broker.port)
    print(f"Listening to {port} through the config flow...", flush=True)
    entry = home.client.add_meter(port)
    home.client.set_options(entry["entry_id"], {"reporting": "realtime"}, "reporting")
    print(f"\n  Home Assistant  {home.client.url}")
    print(f"  login           {USER} / {password}")
    print(f"  meter           {entry['title']}")
    print(
        f"  MQTT            mosquitto_sub -h 127.0.0.1 -p {broker.port} -v -t 'linky_tic/#'\n",
        flush=True,
    )


def seen_by_home_assistant(home: HomeAssistant) -> dict[str, str]:
    states = home.client.states()
    shown: dict[str, str] = {}
    for label in WATCHED:
        state: Json = states.get(f"sensor.linky_{label.lower()}")
        if state and state["state"] not in {"unknown", "unavailable"}:
            unit = state["attributes"].get("unit_of_measurement", "")
            shown[label] = f"{state['state']} {unit}".strip()
    return shown


def seen_by_mqtt(subscriber: Subscriber) -> dict[str, str]:
    messages = subscriber.messages()
    if not messages:
        return {}
    groups: Json = json.loads(messages[-1][1])
    return {
        label: f"{groups[label]['value']} {groups[label].get('unit', '')}".strip()
        for label in WATCHED
        if label in groups
    }


def watch(
    home: HomeAssistant, subscriber: Subscriber, seconds: float | None
) -> tuple[Sight, Sight]:
    in_home, in_mqtt = Sight(), Sight()
    complained = 0
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        in_home.see(seen_by_home_assistant(home))
        in_mqtt.see(seen_by_mqtt(subscriber))
        now = time.strftime("%H:%M:%S")
        print(f"{now}  Home Assistant  {in_home}\n          MQTT            {in_mqtt}", flush=True)
        complaints = list(home.complaints())
        print(*complaints[complained:], sep="\n", end="" if len(complaints) == complained else "\n")
        complained = len(complaints)
        time.sleep(PACE if until is None else max(0, min(PACE, until - time.monotonic())))
    return in_home, in_mqtt


def verdict(in_home: Sight, in_mqtt: Sight) -> int:
    sides = {"Home Assistant": in_home, "MQTT": in_mqtt}
    for name, sight in sides.items():
        print(f"{name}: {', '.join(sorted(sight.moved)) or 'NOTHING'} moved")
    return 0 if all(sight.moved for sight in sides.values()) else 1


def demo(options: argparse.Namespace, folder: Path) -> int:
    with ExitStack() as house:
        broker = house.enter_context(Broker(folder, 1883))
        subscriber = house.enter_context(Subscriber(broker.port, TOPIC))
        port = options.port or simulated_meter(house, folder, options.simulator)
        print("Starting Home Assistant...", flush=True)
        home = house.enter_context(HomeAssistant(folder / "home-assistant", 8123))
        try:
            join(home, broker, port, secrets.token_urlsafe(6))
            sights = watch(home, subscriber, options.seconds)
        except Refused, OSError:
            print(*home.complaints(), sep="\n")
            raise
        return verdict(*sights)


def leave(number: int, _frame: object) -> None:
    # A second signal must not interrupt the stopping of the children.
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(0 if number == signal.SIGINT else 128 + number)


def main() -> int:
    options = arguments()
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, leave)
    folder = tempfile.TemporaryDirectory(
        prefix="demo-", dir=ROOT / ".cache", ignore_cleanup_errors=True
    )
    with folder as name:
        try:
            return demo(options, Path(name))
        except (Refused, OSError) as error:
            print(f"demo: {error}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
