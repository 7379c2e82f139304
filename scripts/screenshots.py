"""The pictures of the documentation, taken of a Home Assistant that listens to a simulated meter.

It launches both, looks at them in each language, and writes `docs/images`.
"""

import argparse
from contextlib import ExitStack
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import FloatRect, Page

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort
from tests.e2e.browser import DESKTOP, SCREENSHOTS, SETTLED, Person, person
from tests.e2e.home_assistant import HomeAssistant
from tests.e2e.processes import ROOT, wait_for

IMAGES: Final = ROOT / "docs" / "images"
DIALOG: Final[FloatRect] = {"x": 330, "y": 245, "width": 620, "height": 410}
DEVICE: Final = {"width": 1240, "height": 860}
LANGUAGES: Final = ("en", "fr")
ADD: Final = {"en": "Add integration", "fr": "Ajouter une intégration"}
SEARCH: Final = {"en": "Search for a brand name", "fr": "Rechercher un nom de marque"}
TYPE: Final = {"en": "Enter manually", "fr": "Saisir manuellement"}
NEXT: Final = {"en": "Next", "fr": "Suivant"}
FOUND: Final = {"en": "Meter found", "fr": "Compteur trouvé"}
CLOSE: Final = {"en": "Close", "fr": "Fermer"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.parse_args()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        home = stack.enter_context(HomeAssistant(folder / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        line = Line(Household(contract="hphc", seed=1))
        port = stack.enter_context(PtyPort(line, folder / "linky"))
        somebody = stack.enter_context(person(home.client.url))
        for language in LANGUAGES:
            log_in(home, somebody.page, language)
            somebody.page.set_viewport_size(
                {"width": DESKTOP["width"], "height": DESKTOP["height"]}
            )
            look_at_set_up(somebody, language, str(port.url))
        home.client.add_meter(port.url)
        for language in LANGUAGES:
            speak(home, language)
            log_in(home, somebody.page, language)
            somebody.page.set_viewport_size({"width": DEVICE["width"], "height": DEVICE["height"]})
            look_at_device(somebody, language, device_of(home))


def speak(home: HomeAssistant, language: str) -> None:
    """Give the entities their names in a language, and wait for their values."""
    home.client.command("config/core/update", language=language)
    (entry,) = home.client.get("/api/config/config_entries/entry?domain=linky_tic")
    home.client.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload")
    wait_for(lambda: is_known(home, "sensor.linky_active_power"), 180, "the estimated power")


def device_of(home: HomeAssistant) -> str:
    devices = home.client.command("config/device_registry/list")
    (meter,) = [one for one in devices if one["manufacturer"] == "Landis+Gyr"]
    return str(meter["id"])


def look_at_set_up(somebody: Person, language: str, port: str) -> None:
    """Let the dialog hear the meter, and close it."""
    somebody.visit("/config/integrations/dashboard")
    somebody.press(ADD[language])
    somebody.page.get_by_placeholder(SEARCH[language]).fill("linky")
    somebody.press("Linky TIC")
    somebody.press("Port")
    somebody.choose(TYPE[language])
    somebody.fill("Port*", port)
    somebody.press(NEXT[language])
    somebody.read(FOUND[language])
    take(somebody.page, "setup", language, DIALOG)
    somebody.press(CLOSE[language])
    somebody.page.wait_for_timeout(SETTLED * 1000)


def look_at_device(somebody: Person, language: str, device: str) -> None:
    """Look at the sensors of the meter, as they are by default."""
    somebody.visit(f"/config/devices/device/{device}")
    somebody.read("Linky 60 A")
    take(somebody.page, "device", language)


def take(page: Page, name: str, language: str, clip: FloatRect | None = None) -> None:
    page.wait_for_timeout(3 * SETTLED * 1000)
    suffix = "" if language == "en" else f".{language}"
    page.screenshot(path=IMAGES / f"{name}{suffix}.png", clip=clip)
    print(f"screenshots: {name}{suffix}.png")


def is_known(home: HomeAssistant, entity_id: str) -> bool:
    state = home.client.states().get(entity_id)
    return state is not None and state["state"] not in {"unknown", "unavailable"}


def log_in(home: HomeAssistant, page: Page, language: str) -> None:
    page.goto(f"{home.client.url}/manifest.json")
    page.evaluate(
        """([tokens, language]) => {
            localStorage.setItem("hassTokens", tokens);
            localStorage.setItem("selectedLanguage", language);
            localStorage.setItem("dockedSidebar", '"auto"');
        }""",
        [json.dumps(home.client.tokens), json.dumps(language)],
    )


if __name__ == "__main__":
    main()
