"""A repair belongs to its meter's entry, in a launched Home Assistant: hidden while that is off."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import CONFIGURATION, HomeAssistant
from .processes import wait_for


@dataclass
class House:
    home: HomeAssistant
    entry: str
    meter: Household

    def repairs(self) -> list[str]:
        """What the page of repairs shows of ours, by the key of its text."""
        listed = self.home.client.command("repairs/list_issues")["issues"]
        return [one["translation_key"] for one in listed if one["domain"] == "linky_tic"]

    def disable(self, by: str | None) -> None:
        command: dict[str, Json] = {"entry_id": self.entry, "disabled_by": by}
        self.home.client.command("config_entries/disable", **command)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("repairs")
    meter = Household()
    with ExitStack() as stack:
        configuration = f"{CONFIGURATION}\nrepairs:\n"
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=configuration))
        port = stack.enter_context(PtyPort(Line(meter), folder / "linky"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        entry = home.client.add_meter(port.url)
        yield House(home, entry["entry_id"], meter)


def test_a_repair_is_hidden_while_its_entry_is_off_and_gone_with_it(house: House) -> None:
    assert house.repairs() == []
    house.meter.switch_mode("historic")
    wait_for(lambda: house.repairs() == ["mode_changed"], "the repair")
    house.disable("user")
    assert house.repairs() == []
    house.disable(None)
    wait_for(lambda: house.repairs() == ["mode_changed"], "the repair again")
    house.home.client.delete(f"/api/config/config_entries/entry/{house.entry}")
    assert house.repairs() == []


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
