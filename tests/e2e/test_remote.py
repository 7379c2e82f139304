"""Meters at the other end of a network, in a launched Home Assistant: bridges good and bad."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
import json
from threading import Event, Thread

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import TcpPort
from tests.access_server import access_server

from .client import Json, Refused
from .home_assistant import HomeAssistant
from .processes import HeldPort, wait_for
from .relay import Relay

SILENT = {None, "unknown", "unavailable"}
# An ESP that starts, and what a telnet server says first.
NONSENSE = (
    b"\r\n ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n" + b"\xff\xfb\x01\xff\xfd\x00" * 40
)
INDEX = {"standard": "east", "historic": "hchp"}


def meter(number: int, **options: Json) -> Household:
    return Household(contract="hphc", address=f"041961{number:06}", seed=number, **options)


def line(number: int, parity: str = "even") -> Line:
    return Line(meter(number), parity=parity)


@contextmanager
def ser2net() -> Iterator[str]:
    """Serve a Historique meter at the speed that a client asks for, from a thread."""
    source = Line(meter(3, mode="historic"))
    began, over, url = Event(), Event(), [""]

    async def serve() -> None:
        async with access_server(source, pace=1) as server:
            url[0] = server.url
            began.set()
            await asyncio.to_thread(over.wait)

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    began.wait()
    try:
        yield url[0]
    finally:
        over.set()
        thread.join()


@dataclass
class House:
    """A Home Assistant that hears meters over a network."""

    home: HomeAssistant
    relays: dict[str, Relay]
    slugs: dict[str, str]

    def state(self, name: str, label: str = "east") -> str | None:
        state = self.home.client.states().get(f"sensor.{self.slugs[name]}_{label}")
        return state and str(state["state"])

    def says(self, line: str) -> bool:
        """Whether the log has a line."""
        return line in self.home.log.read_text()

    def knows(self, name: str, label: str = "east") -> bool:
        return self.state(name, label) not in SILENT


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:

        def bridge(number: int, parity: str = "even") -> str:
            return stack.enter_context(TcpPort(line(number, parity))).url

        relays = {
            "slow": Relay(bridge(4), late=1.5),
            "power cut": Relay(bridge(5)),
            "restarted": Relay(bridge(6), greeting=NONSENSE),
        }
        urls = {
            "with parity": bridge(1),
            "without parity": bridge(2, "stripped"),
            "access server": stack.enter_context(ser2net()),
        } | {name: stack.enter_context(relay).url for name, relay in relays.items()}
        home = stack.enter_context(HomeAssistant(tmp_path_factory.mktemp("remote") / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        with ThreadPoolExecutor(len(urls)) as several:
            entries = dict(
                zip(urls, several.map(home.client.add_meter, urls.values()), strict=True)
            )
        # Its power is to show that it is heard: by default it is told when it moves enough.
        every = {"reporting": "realtime"}
        home.client.set_options(entries["restarted"]["entry_id"], every, "reporting")
        slugs = {name: entry["title"].lower().replace(" ", "_") for name, entry in entries.items()}
        yield House(home, relays, slugs)


@pytest.mark.parametrize(
    "name", ["with parity", "without parity", "slow", "power cut", "restarted"]
)
def test_a_meter_is_heard_over_any_bridge(house: House, name: str) -> None:
    wait_for(lambda: house.knows(name), "the index")


def test_an_access_server_is_asked_for_the_speed_of_the_meter(house: House) -> None:
    wait_for(lambda: house.knows("access server", "hchp"), "the index")


def test_a_bridge_that_restarts_and_talks_nonsense_is_heard_again(house: House) -> None:
    relay = house.relays["restarted"]
    wait_for(lambda: house.knows("restarted"), "the index")
    relay.stop()
    assert house.knows("restarted")  # a short absence is none
    relay.start()
    power = house.state("restarted", "sinsts")
    wait_for(lambda: house.state("restarted", "sinsts") != power, "the power moving")


def test_a_connection_that_died_without_a_word_is_replaced(house: House) -> None:
    wait_for(lambda: house.knows("power cut"), "the index")
    house.relays["power cut"].vanish()
    for said in ("no longer heard", "heard again"):
        wait_for(partial(house.says, f"The meter 041961••••05 is {said}"), said, 0.5)
    wait_for(lambda: house.knows("power cut"), "its index", 0.5)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("socket://meter.invalid:20108", "port_refused"),
        ("rfc2217://meter.invalid:20108", "port_refused"),
        ("socket://127.0.0.1:{closed}", "port_refused"),
        ("socket://127.0.0.1", "port_invalid"),
        ("192.168.1.2:20108", "port_invalid"),
        ("esphome-hass://esphome/01KD?port_name=tic", "port_refused"),
    ],
)
def test_a_wrong_host_is_told_and_nothing_is_added(house: House, host: str, told: str) -> None:
    nobody = HeldPort()  # listens there
    with pytest.raises(Refused) as refusal:
        house.home.client.add_meter(host.format(closed=nobody.number))
    assert json.loads(str(refusal.value))["errors"] == {"base": told}


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
