"""Somebody tries to break it, in a launched Home Assistant: nothing breaks, nothing is left."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
import fcntl
import json
import os
from pathlib import Path
import subprocess

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .broker import Broker, Subscriber
from .client import Json, Refused
from .home_assistant import CONFIGURATION, HomeAssistant
from .processes import wait_for

TOPIC = "linky_tic/041961000000"
# Root, but for the right to open what its mode forbids.
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
DISK = "8m"  # the recorder's database and its journal, and little more
LONG = f"/{'a' * 5000}"
TIMES = 10
SPREAD = 0.5  # of the objects of one meter: it remembers more the longer it listens
GROWTH = 15_000  # kB that ten lives of an entry may cost, of the 600 kB that one weighs


@dataclass
class House:
    """A meter, a broker, Home Assistant between the two, and a port for experiments."""

    home: HomeAssistant
    broker: Broker
    port: PtyPort
    spare: PtyPort
    disk: Path

    def entry(self, domain: str = "linky_tic") -> Json:
        entries = self.home.client.get(f"/api/config/config_entries/entry?domain={domain}")
        return next(iter(entries), {})

    def power(self) -> str:
        return str(self.home.client.states().get("sensor.linky_sinsts", {"state": ""})["state"])

    def wait_for_life(self) -> None:
        """Wait until the power takes another value."""
        before = self.power()
        wait_for(lambda: self.power() not in {before, "unavailable", "unknown", ""}, "life")

    def told(self, port: str) -> str:
        """What the dialog says of a port that is of no use."""
        with pytest.raises(Refused) as refusal:
            self.home.client.add_meter(port)
        return str(json.loads(str(refusal.value))["errors"]["base"])

    def disable(self, by: str | None) -> None:
        arguments = {"entry_id": self.entry()["entry_id"], "disabled_by": by}
        self.home.client.command("config_entries/disable", **arguments)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a file system of its own to a folder, where that is allowed; else a mere folder."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK}", "linky", folder)
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            unmount = ("umount", "--lazy", folder)
            subprocess.run(unmount, check=False)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("hostile")
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk"))
        recorder = f"recorder:\n  commit_interval: 1\n  db_url: sqlite:///{disk}/states.db\n"
        configuration = CONFIGURATION.replace("recorder:\n", recorder) + "head_count:\n"
        broker = stack.enter_context(Broker(folder))
        launcher = UNPRIVILEGED if os.geteuid() == 0 else ()
        home = HomeAssistant(folder / "home", configuration=configuration, launcher=launcher)
        stack.enter_context(home)
        port = stack.enter_context(PtyPort(Line(Household(seed=1)), folder / "linky"))
        spare = stack.enter_context(PtyPort(Line(Household(seed=2)), folder / "spare"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        entry = home.client.add_meter(port.url)
        realtime = {"reporting": "realtime"}
        home.client.set_options(entry["entry_id"], realtime, "reporting")
        yield House(home, broker, port, spare, disk)


@pytest.mark.parametrize(
    "port",
    ["/dev/null", "/dev", "/etc/passwd", "/dev/tty\0", LONG, "foo://bar", "../../dev"],
    ids=lambda port: ascii(port[:12]),
)
def test_what_is_no_port_is_told(house: House, port: str) -> None:
    assert house.told(port) == "port_invalid"


def test_a_port_that_another_program_holds_is_told(house: House) -> None:
    holder = os.open(house.spare.url, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    assert house.told(house.spare.url) == "port_busy"
    os.close(holder)


def test_a_port_that_may_not_be_opened_is_told(house: House) -> None:
    device = Path(house.spare.url).resolve()
    device.chmod(0)
    assert house.told(house.spare.url) == "port_permission"
    device.chmod(0o620)


def test_a_right_that_is_given_later_is_noticed(house: House) -> None:
    device = Path(house.port.url).resolve()
    device.chmod(0)
    house.disable("user")
    house.disable(None)
    wait_for(lambda: house.entry()["state"] == "setup_retry", "the refusal")
    assert house.entry()["error_reason_translation_key"] == "port_permission"
    device.chmod(0o620)
    wait_for(lambda: house.entry()["state"] == "loaded", "the port opened")
    house.wait_for_life()


def test_it_goes_on_without_the_broker_that_was_removed(house: House) -> None:
    entry_id = house.entry("mqtt")["entry_id"]
    house.home.client.delete(f"/api/config/config_entries/entry/{entry_id}")
    house.wait_for_life()
    house.home.client.add_broker(house.broker.port)
    with Subscriber(house.broker.port, TOPIC) as mqtt:
        assert mqtt.wait_for(3)


def test_ten_lives_of_an_entry_leave_nothing_behind(house: House) -> None:
    counts = []
    for turn in range(TIMES + 1):
        house.disable("user")
        wait_for(lambda: house.entry()["state"] == "not_loaded", "the entry gone")
        assert house.home.client.count_heads()["ports"] == 0
        house.disable(None)
        house.wait_for_life()
        if turn in {0, TIMES}:  # the first life warms up what lasts
            counts.append((house.home.client.count_heads(), memory(house.home)))
    (before, weight), (after, heavier) = counts
    assert after["ports"] == after["coordinators"] == 1
    for kind in ("descriptors", "tasks", "threads"):  # one a life would be ten
        assert after[kind] < before[kind] + TIMES, kind
    assert after["objects"] <= before["objects"] * (1 + SPREAD)
    assert heavier - weight < GROWTH


def memory(home: HomeAssistant) -> int:
    """What a Home Assistant holds, in kB."""
    assert home.child
    status = Path(f"/proc/{home.child.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_it_goes_on_when_the_disk_of_the_recorder_is_full(house: House) -> None:
    if not house.disk.is_mount():
        pytest.skip("no file system may be mounted here")
    filler = house.disk / "filler"
    with pytest.raises(OSError, match="No space"):
        fill(filler)
    with Subscriber(house.broker.port, TOPIC) as mqtt:
        assert mqtt.wait_for(10)
        house.wait_for_life()
    filler.unlink()
    house.wait_for_life()


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
