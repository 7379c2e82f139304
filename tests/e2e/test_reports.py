"""What people send when something is wrong, from a launched Home Assistant: nobody is in it."""

from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
import json
import re

import pytest
from websockets.sync.client import connect

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Client, Json
from .home_assistant import CONFIGURATION, HomeAssistant
from .processes import wait_for

ADDRESS = "041961738294"
PRM = "14862973510482"
MESSAGE = "QUATRE SAISONS  DES PEUPLIERS   "


@dataclass
class House:
    home: HomeAssistant
    entry: Json


def knows(home: HomeAssistant, entity: str) -> bool:
    state = home.client.states().get(entity)
    return state is not None and str(state["state"]).replace(".", "").isdigit()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("reports")
    meter = Household(address=ADDRESS, prm=PRM, message=MESSAGE, seed=2)
    with ExitStack() as stack:
        configuration = f"{CONFIGURATION}\ndiagnostics:\n"
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=configuration))
        port = stack.enter_context(PtyPort(Line(meter, noise=2e-5), folder / "linky"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        entry = home.client.add_meter(port.url)
        for label in ("sinsts", "east"):
            wait_for(partial(knows, home, f"sensor.linky_{label}"), f"a first {label}")
        yield House(home, entry)


def system_health(client: Client) -> Json:
    """What the page of system health shows of us, before anything is pending."""
    with connect(f"ws{client.url[4:]}/api/websocket", max_size=None, proxy=None) as socket:
        socket.recv()
        socket.send(json.dumps({"type": "auth", "access_token": client._token}))
        socket.recv()
        socket.send(json.dumps({"id": 1, "type": "system_health/info"}))
        socket.recv()
        return json.loads(socket.recv())["event"]["data"]["linky_tic"]["info"]


def test_the_file_of_a_bug_report_tells_nobody(house: House) -> None:
    file = house.home.client.get(f"/api/diagnostics/config_entry/{house.entry['entry_id']}")
    data = file["data"]
    capture = bytes(one & 0x7F for one in b64decode(data["line"]["capture_base64"]))
    told = json.dumps(data) + capture.decode()
    assert not [one for one in (ADDRESS[6:], PRM, "QUATRE", "PEUPLIERS") if one in told]
    assert data["versions"]["home_assistant"] == file["home_assistant"]["version"]
    assert data["meter"]["address"] == "041961••••94"
    assert "EAST" in data["readings"]


def test_the_page_of_system_health_has_a_line_of_the_meter(house: House) -> None:
    line = r"Standard, 9600 bauds\xa0: reçu il y a \d s, \d+\.\d\xa0% de groupes corrects"

    def is_told() -> bool:  # the share of good groups comes after the first group
        lines = system_health(house.home.client)
        assert lines.keys() == {"Linky"}
        return bool(re.fullmatch(line, lines["Linky"]))

    wait_for(is_told, "the line of the meter")


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
