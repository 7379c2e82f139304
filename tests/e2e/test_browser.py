"""A household's first hour with its meter, and its last minute: clicked through in a browser.

One house, in the order in which things happen there.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.faults import SwapMeter, SwitchMode
from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort, TcpPort

from .broker import Broker, Subscriber
from .browser import Person, person
from .client import Json
from .home_assistant import RECORDING, HomeAssistant
from .processes import wait_for
from .witness import Recorded

pytestmark = pytest.mark.story

ADDRESS, SUCCESSOR = "041961000000", "021975000001"
PASSWORD = "un long mot de passe"  # noqa: S105 - of a house that lasts two minutes
INDEX, NEW_INDEX, MOVED_INDEX = 25_000_000, 100, 2000  # Wh
MOST_TO_THE_METER, MOST_IN_ALL = 9, 15  # clicks
PRICES = ("0,1579", "0.2146", "15,5")  # two registers, and the standing charge of a month
POWER = "sensor.linky_active_power"
INDEXES = ["sensor.linky_easf01", "sensor.linky_easf02"]
OURS = "/config/integrations/integration/linky_tic"
SILENT = {"unknown", "unavailable"}
# Where Home Assistant keeps for a month what was deleted, for one who regrets it.
MEMORIES = {"core.device_registry", "core.entity_registry"}


@dataclass
class House:
    """A meter, a broker, a Home Assistant between the two, and somebody who looks at it."""

    home: HomeAssistant
    line: Line
    port: PtyPort
    broker: Broker
    person: Person
    folder: Path

    @property
    def states(self) -> dict[str, Json]:
        """The states of our entities."""
        client = self.home.client
        registered = client.command("config/entity_registry/list")
        ours = {one["entity_id"] for one in registered if one["platform"] == "linky_tic"}
        return {name: one for name, one in client.states().items() if name in ours}

    def state(self, label: str) -> str | None:
        state = self.home.client.states().get(f"sensor.linky_{label}")
        return state and str(state["state"])

    def known(self) -> set[str]:
        """Our entities that have a value."""
        return {name for name, one in self.states.items() if one["state"] not in SILENT}

    def wait_for_a_change(self, label: str) -> None:
        before = self.state(label)
        wait_for(lambda: self.state(label) != before, f"a change of {label}")

    @property
    def entry(self) -> Json:
        """Our entry; empty when there is none."""
        entries = self.home.client.get("/api/config/config_entries/entry?domain=linky_tic")
        return next(iter(entries), {})

    def issues(self) -> set[str]:
        issues = self.home.client.command("repairs/list_issues")["issues"]
        return {one["translation_key"] for one in issues if one["domain"] == "linky_tic"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("browser")
    line = Line(Household(contract="hphc", address=ADDRESS, index=INDEX, seed=1))
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(folder))
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=RECORDING))
        port = stack.enter_context(PtyPort(line, folder / "linky"))
        somebody = stack.enter_context(person(home.client.url))
        yield House(home, line, port, broker, somebody, folder / "home")


def test_the_first_user_makes_an_account(house: House) -> None:
    client = house.home.client
    client.log_in(house.person.create_account("Jeanne", PASSWORD))
    client.wait_until_running()
    client.add_broker(house.broker.port)
    house.person.visit("/")
    house.person.read("Bienvenue Jeanne")


def enter_port(person: Person, port: str) -> None:
    person.press("Port")
    person.choose("Saisir manuellement")
    person.fill("Port*", port)
    person.press("Suivant")


def test_a_port_that_is_not_there_is_told(house: House) -> None:
    person = house.person
    person.visit("/config/integrations/dashboard")
    begin(person)
    enter_port(person, "/dev/nowhere")
    person.read("Le port /dev/nowhere n’existe pas")
    person.look("port missing")


def begin(person: Person) -> None:
    person.press("Ajouter une intégration")
    person.page.get_by_placeholder("Rechercher un nom de marque").fill("linky")
    person.press("Linky Direct")


def test_from_the_port_to_the_energy_dashboard_in_fifteen_clicks(house: House) -> None:
    person, client = house.person, house.home.client
    person.visit("/config/integrations/dashboard")
    person.clicks = 2  # to come here: Paramètres, Appareils et services
    begin(person)
    enter_port(person, house.port.url)
    person.read("Compteur trouvé")
    person.sees("041961••••00", "Landis+Gyr, 2019", "Standard, 9600 bauds", "Heures Creuses")
    person.look("meter found")
    person.press("Ajouter ce compteur")
    person.read("Cochez ce qu’il faut ajouter")
    assert person.clicks <= MOST_TO_THE_METER
    asked = person.page.locator("ha-form").get_by_role("textbox").filter(visible=True)
    for field, price in enumerate(PRICES):
        person.fill_in(asked.nth(field), price)
    person.look("energy step")
    person.press("Enregistrer")
    person.read("2 sources ajoutées")
    person.sees("15,79 c€ par kWh", "21,46 c€ par kWh", "15,50 € par mois")
    person.look("energy done")
    person.pick("Tout est juste")
    person.read("Options enregistrées avec succès")
    person.press("Terminer")
    assert person.clicks <= MOST_IN_ALL
    sources = client.command("energy/get_prefs")["energy_sources"]
    assert [one["stat_energy_from"] for one in sources] == INDEXES
    wait_for(lambda: "sensor.linky_east" in house.known(), "a first value")


def test_the_page_of_the_meter_shows_what_it_says(house: House) -> None:
    person = house.person
    person.open("Linky Direct")
    person.open("1 appareil")
    person.read("Énergie consommée totale")
    person.sees("Linky 60 A G3 (2019)", "TIC 02", "Heures", "kWh", "VA")
    person.look("device")


def option(person: Person, item: str) -> None:
    person.visit(OURS)
    person.press("Configurer")
    person.pick(item)


def confirm(person: Person) -> None:
    person.press("Valider")
    person.read("Options enregistrées avec succès")
    person.press("Terminer")


def test_an_option_is_chosen_and_holds_at_once(house: House) -> None:
    person = house.person
    option(person, "Suivi du compteur")
    person.choose("Temps réel", role="radio")
    confirm(person)
    option(person, "Miroir MQTT")
    person.switch("Un sujet par étiquette")
    person.look("options")
    confirm(person)
    with Subscriber(house.broker.port, f"linky_tic/{ADDRESS}/SINSTS") as mqtt:
        assert mqtt.wait_for(1)
    for _ in range(3):
        house.wait_for_a_change("sinsts")


def test_the_energy_dashboard_takes_what_was_added(house: House) -> None:
    person, client = house.person, house.home.client
    house.line.house.set_load(5000)
    wait_for(lambda: house.known() >= {*INDEXES, POWER}, "the indexes and the power")
    client.compile_statistics(0)
    told = client.command("energy/validate")
    assert [issue for one in told["energy_sources"] for issue in one] == []
    person.visit("/energy")
    person.read("Énergie")
    person.look("energy dashboard")


def test_another_meter_is_asked_about_and_replaces_the_first(house: House) -> None:
    person = house.person
    house.line.inject(SwapMeter(SUCCESSOR, NEW_INDEX))
    wait_for(lambda: "other_meter" in house.issues(), "the question")
    assert house.state("east") == "unavailable"
    person.visit("/config/repairs")
    person.pick("Un autre compteur est sur la ligne de Linky")
    person.read("041961••••00")
    person.look("another meter")
    person.pick("garder le même historique")
    person.read("Le problème est corrigé")
    wait_for(lambda: "sensor.linky_east" in house.known(), "the index of the new meter")
    assert float(house.state("east") or 0) < 1
    assert not house.issues()


def test_after_a_restart_all_is_there_at_once_and_known_within_three_frames(house: House) -> None:
    before, known = house.states, house.known()
    house.home.client.compile_statistics(1)
    house.home.stop()
    house.port.unplug()
    house.home.start()
    house.home.client.wait_until_running()
    names = {name: one["attributes"]["friendly_name"] for name, one in house.states.items()}
    assert names == {name: one["attributes"]["friendly_name"] for name, one in before.items()}
    assert {one["state"] for one in house.states.values()} == {"unavailable"}
    house.port.replug()
    wait_for(house.port._listened_to, "the port opened")
    wait_for(lambda: house.known() >= known, "the first values")


def test_after_a_restart_the_statistics_go_on(house: House) -> None:
    house.home.client.compile_statistics(2)
    for entity in house.states:
        sums = Recorded(house.folder).sums(entity)
        assert sums == sorted(sums), f"{entity}: {sums}"
    # Home Assistant may have closed a period of its own meanwhile.
    assert len(Recorded(house.folder).sums("sensor.linky_east")) >= 3


def test_the_meter_moves_to_a_bridge_with_all_it_has(house: House) -> None:
    person, before = house.person, house.states.keys()
    line = Line(Household(contract="hphc", address=SUCCESSOR, index=MOVED_INDEX, seed=1))
    with TcpPort(line) as bridge:
        person.visit(OURS)
        person.press("Menu", 1)
        person.choose("Reconfigurer", role="menuitem")
        person.read("Changer le port de Linky")
        person.look("reconfigure")
        enter_port(person, bridge.url)
        person.read("Le port a été changé")
        person.look("reconfigured")
        wait_for(lambda: "sensor.linky_east" in house.known(), "the index over the bridge")
        assert float(house.state("east") or 0) * 1000 >= MOVED_INDEX
        assert house.states.keys() >= before
        line.inject(SwitchMode("historic"))
        wait_for(lambda: "mode_changed" in house.issues(), "a repair that lasts")


def test_what_is_removed_leaves_nothing_behind(house: House) -> None:
    client, person, entry_id = house.home.client, house.person, house.entry["entry_id"]
    assert house.issues() == {"mode_changed"}
    person.visit(OURS)
    person.press("Menu", 1)
    person.choose("Supprimer", role="menuitem")
    person.look("removal")
    person.press("Supprimer")
    wait_for(lambda: not house.entry, "the entry gone")
    person.visit(OURS)
    person.read("Aucune entrée")
    person.look("removed")
    assert house.states == {}
    assert house.issues() == set()
    for registry in ("entity", "device"):
        assert "linky_tic" not in str(client.command(f"config/{registry}_registry/list"))
    with Subscriber(house.broker.port) as mqtt:
        assert [topic for topic, _ in mqtt.retained() if topic.startswith("linky")] == []
    house.home.stop()
    assert holders(house.folder / ".storage", entry_id, ADDRESS, SUCCESSOR) <= MEMORIES


def holders(folder: Path, *traces: str) -> set[str]:
    """The files in which something can still be found."""
    return {
        file.name
        for file in folder.iterdir()
        if file.is_file() and any(trace in file.read_text() for trace in traces)
    }


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
