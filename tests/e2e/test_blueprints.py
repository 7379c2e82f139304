"""Each blueprint in a launched Home Assistant: imported, made into an automation, and put to work.

On one side simulated meters, whose entities are found by what they are; on the other, appliances
that can be switched, and the notifications of the house.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from simulator.faults import Silence
from simulator.household import Household
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import CONFIGURATION, HomeAssistant
from .leap import Leaping
from .processes import ROOT, wait_for

BLUEPRINTS: Final = ROOT / "blueprints" / "automation" / "linky_tic"
LIVING: Final = f"{CONFIGURATION}automation: !include automations.yaml\ninput_boolean:\n"
WATTS: Final = 300  # of each house, until it is told otherwise
METERS: Final[dict[str, dict[str, Json]]] = {
    "loaded": {"pref": 6},
    "overloaded": {"pref": 6},
    "off-peak": {"contract": "hphc", "start": "2026-11-23T12:00:00"},
    # Told at 20:00 what tomorrow is: that comes once its automation is made.
    "tempo": {
        "contract": "tempo",
        "start": "2026-11-23T19:00:00",
        "colours": {date(2026, 11, 24): "red"},
    },
    "ejp": {"mode": "historic", "contract": "ejp", "ejp_days": ()},
    "sunny": {"producer": True},
    "end of the line": {"producer": True},
    "silent": {},
}
SHORTLY: Final = {"seconds": 2}


@dataclass
class Village:
    """A Home Assistant, the meters that it hears, and what is made there."""

    home: HomeAssistant
    lines: dict[str, Leaping]

    def meter(self, name: str) -> Household:
        return self.lines[name].house

    def entity(self, name: str, key: str) -> str:
        """The id of what a meter tells under a key, once it does."""
        wanted = f"{self.meter(name).address}_{key}"

        def found() -> str:
            registry = self.home.client.command("config/entity_registry/list")
            return next((one["entity_id"] for one in registry if one["unique_id"] == wanted), "")

        return wait_for(found, f"{key} of the {name} meter")

    def state(self, entity_id: str) -> str:
        state = self.home.client.states().get(entity_id, {"state": "missing"})
        return str(state["state"])

    def wait(self, entity_id: str, state: str) -> None:
        wait_for(lambda: self.state(entity_id) == state, f"{entity_id} {state}")

    def appliance(self, name: str, *, running: bool = False) -> str:
        """A switch that somebody has made in the settings, and turned on or off."""
        self.home.client.command("input_boolean/create", name=name)
        entity_id = f"input_boolean.{name}"
        action = "turn_on" if running else "turn_off"
        self.home.client.post(f"/api/services/input_boolean/{action}", {"entity_id": entity_id})
        return entity_id

    def imports(self, blueprint: Path) -> None:
        """Save a blueprint, as the dialog does once it has fetched it."""
        where = {"domain": "automation", "path": f"linky_tic/{blueprint.name}"}
        self.home.client.command("blueprint/save", yaml=blueprint.read_text(), **where)

    def automate(self, blueprint: str, name: str, **inputs: Json) -> None:
        """Make an automation of an imported blueprint, as the editor does when it is saved."""
        uses = {"path": f"linky_tic/{blueprint}.yaml", "input": inputs}
        automation = {"alias": name, "use_blueprint": uses}
        self.home.client.post(f"/api/config/automation/config/{name}", automation)
        self.wait(f"automation.{name}", "on")

    def notified(self, text: str) -> None:
        def notifications() -> list[str]:
            told = self.home.client.command("persistent_notification/get")
            return [one["message"] for one in told if text in one["message"]]

        wait_for(notifications, text)


def household(number: int, options: dict[str, Json]) -> Household:
    kind = 3 if options.get("phases") == 3 else 1
    meter = Household(address=f"04196{kind}{number:06}", seed=number, breaker=False, **options)
    meter.set_load(WATTS)
    meter.set_solar(0)
    return meter


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    folder = tmp_path_factory.mktemp("blueprints")
    home = HomeAssistant(folder / "home", configuration=LIVING)
    (folder / "home" / "automations.yaml").write_text("[]")
    with ExitStack() as stack:
        stack.enter_context(home)
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        houses = [household(number, one) for number, one in enumerate(METERS.values(), 1)]
        village = Village(home, dict(zip(METERS, map(Leaping, houses), strict=True)))
        ports = [
            stack.enter_context(PtyPort(line, folder / f"linky_{number}"))
            for number, line in enumerate(village.lines.values())
        ]
        with ThreadPoolExecutor(len(ports)) as several:
            list(several.map(home.client.add_meter, [port.url for port in ports]))
        for path in BLUEPRINTS.iterdir():
            village.imports(path)
        begin(village)
        yield village


def begin(village: Village) -> None:
    """Start what takes a minute: a line that is silent counts as lost."""
    link = village.entity("silent", "link")
    village.automate("alerts", "silence", links=[link], silent_after=SHORTLY)
    village.lines["silent"].inject(Silence(1e6))
    colour = village.entity("tempo", "tempo_tomorrow")
    village.automate("tomorrow", "red", tomorrow=[colour])
    village.wait(colour, "not_announced")


def test_each_blueprint_is_imported(village: Village) -> None:
    known = village.home.client.command("blueprint/list", domain="automation")
    ours = {path for path in known if path.startswith("linky_tic/")}
    assert ours == {f"linky_tic/{path.name}" for path in BLUEPRINTS.iterdir()}
    assert all(known[path]["metadata"]["name"].startswith("Linky: ") for path in ours)


def test_an_appliance_is_shed_and_given_back(village: Village) -> None:
    heater, oven = (village.appliance(name, running=True) for name in ("radiator", "oven"))
    village.automate(
        "shed_loads",
        "shedding",
        power=village.entity("loaded", "SINSTS"),
        loads=[heater, oven],
        shed_after={"seconds": 20},  # by then the meter says that there is less
        restore_after=SHORTLY,
    )
    village.meter("loaded").set_load(7000)
    village.wait(heater, "off")
    village.meter("loaded").set_load(5000)  # neither too much nor room enough
    village.wait(village.entity("loaded", "SINSTS"), "5000")
    assert village.state(oven) == "on"
    village.meter("loaded").set_load(1000)
    village.wait(heater, "on")


def test_an_overload_is_told(village: Village) -> None:
    problems = [village.entity("overloaded", "over_subscribed_power")]
    village.automate("alerts", "alerts", problems=problems)
    village.meter("overloaded").set_load(7000)
    village.notified("Dépassement de la puissance souscrite : Problème")


def test_water_is_heated_in_the_off_peak_hours_of_the_meter(village: Village) -> None:
    states = {"off_peak": "on", "current_tariff": "off_peak"}
    heaters = [village.appliance(f"heater_{number}") for number in range(len(states))]
    for heater, (key, state) in zip(heaters, states.items(), strict=True):
        village.automate(
            "water_heater",
            f"heats_{key.lower()}",
            follow=village.entity("off-peak", key),
            states=[state],
            heater={"entity_id": heater},
        )
    for hours, state in (((11, 17), "on"), ((1, 7), "off")):
        start, end = hours
        village.meter("off-peak").change_contract(off_peak=((start * 60, end * 60),))
        for heater in heaters:
            village.wait(heater, state)


def test_a_surplus_is_used_and_nothing_is_bought_for_it(village: Village) -> None:
    boiler, power = village.appliance("boiler"), village.entity("sunny", "active_power")
    village.automate(
        "solar_surplus",
        "surplus",
        power=power,
        appliance=boiler,
        watts=1500,
        on_after=SHORTLY,
        off_after=SHORTLY,
    )
    village.meter("sunny").set_solar(3300)
    village.wait(boiler, "on")
    village.meter("sunny").set_solar(100)
    village.meter("sunny").set_load(1800)
    village.wait(boiler, "off")


def test_a_mobile_peak_is_told_beforehand(village: Village) -> None:
    village.automate("tomorrow", "peak", notices=[village.entity("ejp", "peak_notice")])
    meter = village.meter("ejp")
    meter.order_peak(1, *(meter.local_now + timedelta(minutes=more) for more in (25, 60)))
    village.notified("Préavis de pointe mobile : Pointe 1")


def test_a_red_day_is_told_the_evening_before(village: Village) -> None:
    line = village.lines["tempo"]
    line.ahead = 3600 - line.house.elapsed
    village.notified("Couleur Tempo du lendemain : Rouge")


def test_a_silent_meter_is_told(village: Village) -> None:
    village.notified("Liaison avec le compteur : Déconnecté")


def test_nothing_is_said_of_it_in_the_log(village: Village) -> None:
    assert list(village.home.complaints()) == []
    said = village.home.log.read_text()
    assert "blueprint" not in said
    assert "components.automation" not in said
