"""The dashboard of whatever meter is there, as a person sees it: in both languages, on any screen.

The pictures are kept beside those of the other browser tests, for whoever wants to look.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .browser import DESKTOP, PHONE, SCREENSHOTS, Person, person
from .history import move_in
from .home_assistant import HomeAssistant
from .processes import wait_for

TABLET: Final = {"width": 820, "height": 1180}
HOUSES: Final[dict[str, dict[str, Any]]] = {
    "tempo-producer": {"contract": "tempo", "phases": 3, "producer": True, "seed": 2},
    "base": {"contract": "base", "seed": 1},
    "historic": {"mode": "historic", "contract": "hphc", "seed": 4, "address": "031764000002"},
    "historic-base": {"mode": "historic", "seed": 5, "address": "031764000003"},
}
LOOKS: Final = (("fr", "light", DESKTOP), ("fr", "dark", PHONE), ("en", "light", TABLET))
TITLES: Final = {
    "fr": ("En ce moment", "Énergie"),
    "en": ("Now", "Energy"),
}
BROKEN: Final = (
    *("Erreur de configuration", "Configuration error", "Entité non trouvée"),
    *("Aucune statistique", "No statistics found"),
)
DAYS: Final = 1.3  # that the houses have been there: a part of yesterday, whatever the hour
TALL: Final = {390: 4200, 820: 2900, 1280: 1900}  # pixels: all of a page at once, by its width


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HomeAssistant, Person]]:
    folder = tmp_path_factory.mktemp("dashboard")
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home"))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        move_in(stack, home, HOUSES, DAYS, datetime.now(UTC))
        yield home, stack.enter_context(person(home.client.url))


def test_the_dashboard_is_offered_to_whoever_makes_a_new_one(
    house: tuple[HomeAssistant, Person],
) -> None:
    home, somebody = house
    somebody.log_in(home.client.tokens)
    somebody.visit("/config/lovelace/dashboards")
    somebody.press("Ajouter un tableau de bord")
    somebody.sees("Linky", "Votre compteur")
    somebody.look("new dashboard")
    dashboard = {"url_path": "linky-board", "mode": "storage", "title": "Linky"}
    home.client.command("lovelace/dashboards/create", require_admin=False, **dashboard)
    config = {"strategy": {"type": "custom:linky-tic"}}
    home.client.command("lovelace/config/save", url_path="linky-board", config=config)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
@pytest.mark.parametrize("number", range(len(HOUSES)), ids=HOUSES)
def test_each_meter_has_a_page_without_a_fault(
    house: tuple[HomeAssistant, Person], number: int, look: tuple[str, str, dict[str, int]]
) -> None:
    home, somebody = house
    language, scheme, size = look
    page = somebody.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    somebody.log_in(home.client.tokens, language)
    page.set_viewport_size({"width": size["width"], "height": TALL[size["width"]]})
    somebody.visit(f"/linky-board/meter-{number + 1}")
    somebody.sees(*TITLES[language], "VA")
    page.wait_for_timeout(1500)  # charts draw themselves: for the picture
    shown = somebody.sees()
    name = f"dashboard-{list(HOUSES)[number]}-{language}-{scheme}-{size['width']}"
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert not [text for text in BROKEN if text in shown]
    somebody.visit(f"/linky-board/meter-{number + 1}-technical")
    somebody.read({"fr": "Liaison", "en": "Line"}[language])
    assert not [text for text in BROKEN if text in page.locator("body").aria_snapshot()]


def test_a_new_meter_shows_what_is_known_and_is_told_of_when_it_is_lost(
    house: tuple[HomeAssistant, Person],
) -> None:
    home, somebody = house
    page, number = somebody.page, len(HOUSES) + 1
    page.set_viewport_size(PHONE)
    roof = Household(contract="producer", producer=True, solar=3000, address="041961000009")
    prefix = f"sensor.linky_{number}"
    with PtyPort(Line(roof), home.folder / "roof") as port:
        home.client.add_meter(port.url)
        wait_for(lambda: f"{prefix}_eait" in home.client.states(), "the index of the roof")
        somebody.log_in(home.client.tokens)
        somebody.visit(f"/linky-board/meter-{number}")
        shown = somebody.sees("Production", "Énergie injectée totale")
        assert not [text for text in (*BROKEN, "Combien ça coûte") if text in shown]
    somebody.sees("n’est plus reçu", "bornes I1 et I2")
