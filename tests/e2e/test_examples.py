"""What the pages show to be copied, taken from there and put to use in a launched Home Assistant.

Automations are saved and set off, actions are called, messages on MQTT are read by the expressions
that the pages give. Where a program that reads them is not installed, its part is skipped.
"""

from collections.abc import Iterator
import json
from pathlib import Path
import re
import shutil
import socket
import subprocess
import tomllib
from typing import Final

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Json, Refused
from .pages import (
    AUTOMATIONS,
    CALLS,
    COMPARISONS,
    EVCC,
    FLOWS,
    MESSAGES,
    MQTT,
    PIPES,
    SCRIPTS,
    SER2NET,
    TELEGRAF,
    Example,
    examples,
    ids,
)
from .pasted import ADDRESS, BASE, LIVING, OLDER, SAID, House, living
from .processes import ROOT, Child, HeldPort, listens, wait_for

TESTED: Final = (
    AUTOMATIONS,
    SCRIPTS,
    CALLS,
    COMPARISONS,
    MQTT,
    EVCC,
    SER2NET,
    FLOWS,
    MESSAGES,
    TELEGRAF,
    PIPES,
)
ELSEWHERE: Final = {"ini", "sh"}
"""Read by the loader of a Pi; the commands of this repository."""
WORKS: Final = ("finished", None)
NUMBER: Final = r"-?\d+(?:[.,]\d{2,3})?"  # rounded, as people are told it: cents, or Wh in a kWh
JQ: Final = shutil.which("jq")
NODE: Final = shutil.which("node")
SERVER: Final = shutil.which("ser2net") or shutil.which("ser2net", path="/usr/sbin")
FRAMES: Final = 2000  # bytes, a whole one among them
RUN: Final = """
const [func, payload] = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(new Function("msg", func)({payload})));
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with living(tmp_path_factory.mktemp("examples")) as house:
        yield house


def test_every_block_of_a_page_has_a_test() -> None:
    tested = [one for some in TESTED for one in some]
    assert all(TESTED)
    assert {one.kind for one in examples() if one not in tested} == ELSEWHERE


@pytest.mark.parametrize("example", SCRIPTS, ids=ids(SCRIPTS))
def test_an_answer_is_told(house: House, example: Example) -> None:
    entry = ("01JD7XAMPLE0000000000000000", house.entries["linky"])
    house.automate(example.name, example.read(entry))
    house.set_off(example.name)
    wait_for(lambda: WORKS in house.runs(example.name), "a run")
    kwh = house.frame()["EAST"]["value"] / 1000
    told = [float(one.removesuffix(" kWh")) for one in house.told(f"{NUMBER} kWh")]
    assert told[-1] == pytest.approx(kwh, abs=2)


@pytest.mark.parametrize("example", COMPARISONS, ids=ids(COMPARISONS))
def test_contracts_are_understood_and_there_is_no_whole_day_yet(
    house: House, example: Example
) -> None:
    call = example.read(("01JD7XAMPLE0000000000000000", house.entries["linky"]))
    with pytest.raises(Refused, match="no whole day"):
        house.act(call["action"], **call["data"])


def tables(page: Path) -> list[set[str]]:
    """The names that begin the rows of each table of a page."""
    found = re.findall(r"(?:^\|.*\n)+", page.read_text(), re.MULTILINE)
    rows = [re.findall(r"^\| (`[a-z_`, ]+`) \|", table, re.MULTILINE) for table in found]
    return [{*re.findall(r"`([a-z_]+)`", " ".join(some))} for some in rows if some]


def keys_of(answer: Json) -> set[str]:
    if isinstance(answer, list):
        return {key for one in answer for key in keys_of(one)}
    if not isinstance(answer, dict):
        return set()
    return {*answer, *keys_of([*answer.values()])}


@pytest.mark.parametrize("page", ["docs/en/actions.md", "docs/fr/actions.md"])
@pytest.mark.parametrize("action", ["get_frame", "get_schedule", "energy_sources"])
def test_an_action_answers_what_the_page_says(house: House, action: str, page: str) -> None:
    (told,) = re.findall(
        rf"^\| `linky_tic\.{action}` \| (.*) \|$", (ROOT / page).read_text(), re.MULTILINE
    )
    keys = {one.partition(":")[0].rstrip() for one in re.findall(r"`([^`.]+)`", told)}
    answer = house.act(f"linky_tic.{action}", config_entry_id=house.entries["linky"])
    assert keys - keys_of(answer) == set()
    assert keys


@pytest.mark.parametrize("example", MESSAGES, ids=ids(MESSAGES))
def test_a_message_has_the_keys_that_the_page_shows(house: House, example: Example) -> None:
    shown, frame = json.loads(example.text), house.frame()
    assert {key: keys_of(one) - keys_of(frame.get(key)) for key, one in shown.items()} == {
        key: set() for key in shown
    }


@pytest.mark.parametrize("example", MQTT, ids=ids(MQTT))
def test_a_sensor_by_hand_has_the_value_of_the_meter(house: House, example: Example) -> None:
    topics = [(f"<{word}>", ADDRESS) for word in ("address", "adresse")]
    settings = json.dumps(example.read(*topics)["mqtt"])  # JSON is YAML
    configuration = LIVING.replace("mqtt:", f"mqtt: {settings}")
    (house.home.folder / "configuration.yaml").write_text(configuration)
    assert house.home.client.post("/api/config/core/check_config")["errors"] is None
    house.home.client.post("/api/services/mqtt/reload")

    def by_hand() -> Json:
        states = house.home.client.states().values()
        return [one for one in states if one["attributes"].get("friendly_name") == "Linky EAST"]

    (sensor,) = wait_for(by_hand, "the sensor")
    wait_for(lambda: house.knows(sensor["entity_id"]), "its value")
    state = house.home.client.states()[sensor["entity_id"]]
    assert float(state["state"]) == pytest.approx(house.frame()["EAST"]["value"], abs=100)
    assert state["attributes"]["unit_of_measurement"] == "Wh"


def jq(expression: str, frame: Json) -> float:
    found = subprocess.run(
        [JQ or "", expression], input=json.dumps(frame), capture_output=True, text=True, check=True
    )
    return float(found.stdout)


with_jq: Final = pytest.mark.skipif(JQ is None, reason="needs jq")


@with_jq
@pytest.mark.parametrize("example", PIPES, ids=ids(PIPES))
def test_a_pipe_prints_the_power_in_both_modes(house: House, example: Example) -> None:
    ((expression),) = re.findall(r"\| jq --unbuffered '(.*)'", example.text)
    for address, label in ((ADDRESS, "SINSTS"), (OLDER, "PAPP")):
        frame = house.frame(address)
        assert jq(expression, frame) == frame[label]["value"]


@with_jq
@pytest.mark.parametrize("example", EVCC, ids=ids(EVCC))
def test_evcc_is_given_power_and_energy_in_both_modes(house: House, example: Example) -> None:
    power, energy = (example.read()["meters"][0][key]["jq"] for key in ("power", "energy"))
    other_power, other_energy = re.findall(
        r"# .*Historique\s*: (\.\w+\.value(?: / 1000)?)", example.text
    )
    new, old = house.frame(), house.frame(OLDER)
    assert jq(power, new) == new["SINSTS"]["value"]
    assert jq(energy, new) == new["EAST"]["value"] / 1000
    assert jq(other_power, old) == old["PAPP"]["value"]
    assert jq(other_energy, old) == old["BASE"]["value"] / 1000


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("example", FLOWS, ids=ids(FLOWS))
def test_a_flow_gives_power_and_energy_in_both_modes(house: House, example: Example) -> None:
    (function,) = [one["func"] for one in json.loads(example.text) if one["type"] == "function"]
    for address, power, index in ((ADDRESS, "SINSTS", "EAST"), (OLDER, "PAPP", "BASE")):
        frame = house.frame(address)
        text = json.dumps([function, frame])
        run = subprocess.run(
            [NODE or "", "-e", RUN], input=text, capture_output=True, text=True, check=True
        )
        said = {"power": frame[power]["value"], "energy": frame[index]["value"] / 1000}
        assert json.loads(run.stdout) == {"payload": said, "topic": "house/linky"}


@pytest.mark.parametrize("example", TELEGRAF, ids=ids(TELEGRAF))
def test_telegraf_s_settings_are_toml_and_subscribe_to_us(example: Example) -> None:
    (reader,) = tomllib.loads(example.text)["inputs"]["mqtt_consumer"]
    assert reader["topics"] == ["linky_tic/+"]


@pytest.mark.skipif(SERVER is None, reason="needs ser2net")
@pytest.mark.parametrize("example", SER2NET, ids=ids(SER2NET))
def test_ser2net_hands_on_the_meter(tmp_path: Path, example: Example) -> None:
    held = HeldPort()
    number = held.number
    settings = example.text.replace("20108", str(number)).replace(
        "/dev/ttyUSB0", str(tmp_path / "tty")
    )
    (tmp_path / "ser2net.yaml").write_text(settings)
    command: list[str | Path] = [SERVER or "", "-n", "-c", tmp_path / "ser2net.yaml"]
    with PtyPort(Line(Household()), tmp_path / "tty"), Child(command, tmp_path / "log"):
        wait_for(lambda: listens(number), "ser2net")
        with socket.create_connection(("127.0.0.1", number)) as client:
            heard = client.makefile("rb").read(FRAMES)
    assert b"\nEAST\t" in bytes(one & 0x7F for one in heard)


def test_an_old_statistic_is_adopted_and_given_back_as_the_page_says(house: House) -> None:
    for adopt, undo in zip(CALLS[::2], CALLS[1::2], strict=True):
        call = adopt.read()
        answer = house.act(call["action"], **call["data"])
        of_answer, of_warnings = tables(adopt.page)
        assert of_answer - keys_of(answer) == set()
        assert {*answer["warnings"]} <= of_warnings
        assert answer["dry_run"] is True
        assert house.knows(BASE)
        for method, undone in ((None, undo.read()["data"]), ("import", {"entity_id": BASE})):
            way = {"method": method} if method else {}
            house.act(call["action"], **call["data"], **way, dry_run=False)
            house.act(undo.read()["action"], **undone)
            wait_for(lambda: house.knows(BASE), "the index under its name")


def effect(automation: Json) -> str:
    """The pattern of the message of an automation, its templates replaced by what they may say."""
    (action,) = automation["actions"]
    parts = re.split(r"\{\{.*?\}\}", action["data"]["message"])
    said = NUMBER if any(parts) else re.escape(SAID)
    return said.join(map(re.escape, parts))


@pytest.mark.parametrize("example", AUTOMATIONS, ids=ids(AUTOMATIONS))
def test_an_automation_does_what_it_says(house: House, example: Example) -> None:
    automation = example.read()
    if automation["triggers"][0]["trigger"] == "time":
        house.set_off(example.name)
    wait_for(lambda: WORKS in house.runs(example.name), "a run")
    if automation["actions"][0]["action"] == "switch.turn_on":
        assert house.state(automation["actions"][0]["target"]["entity_id"]) == "on"
    else:
        assert house.told(effect(automation))


def test_nothing_is_said_of_it_in_the_log(house: House) -> None:
    assert list(house.home.complaints()) == []
    assert "components.automation" not in house.home.log.read_text()
