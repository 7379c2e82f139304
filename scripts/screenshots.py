"""The pictures of the documentation, taken of a Home Assistant that listens to a simulated meter.

It launches both, looks at them in each language, and writes `docs/images`.
"""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
import json
from pathlib import Path
from tempfile import TemporaryDirectory
import time
from typing import Final, Literal
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import FloatRect, Page, ViewportSize

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort
from tests.e2e.browser import DESKTOP, PHONE, SCREENSHOTS, SETTLED, Person, person
from tests.e2e.client import Client
from tests.e2e.history import KILO, Shown, lived, move_in
from tests.e2e.home_assistant import HomeAssistant
from tests.e2e.processes import ROOT, wait_for

IMAGES: Final = ROOT / "docs" / "images"
DIALOG: Final[FloatRect] = {"x": 330, "y": 245, "width": 620, "height": 410}
DEVICE: Final[ViewportSize] = {"width": 1240, "height": 860}
BOARD: Final[ViewportSize] = {"width": 1280, "height": 720}
ENERGY: Final[ViewportSize] = {"width": 1280, "height": 1220}
GLANCE: Final[ViewportSize] = {"width": 1280, "height": 820}
COLOURS: Final = 256  # of a picture: what is drawn here has few
DRAWN: Final = 8  # seconds that the graphs of the Energy dashboard take
SLOTS: Final = 20  # seconds until the hours of tomorrow are known
HOUSE: Final = {"contract": "hphc", "seed": 1}
DAYS: Final = 29  # that the house has lived: a month to be paid
LIVED: Final = 20  # seconds that it takes
LOOKS: Final[tuple[tuple[str, Literal["light", "dark"], ViewportSize], ...]] = (
    ("overview", "light", GLANCE),
    ("dashboard", "light", BOARD),
    ("dashboard_phone", "dark", PHONE),
)
FAKETIME: Final = "LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1"
"""The command of that name stands between a signal and what it launches."""
PARIS: Final = ZoneInfo("Europe/Paris")
TARIFFS: Final = {"EASF01": "off_peak", "EASF02": "peak"}
PAID: Final = {"price_1": "0.1579", "price_2": "0.2081", "standing_charge": "16.2"}
WEEK: Final = "localStorage.setItem('energy-default-period-_energy_dashboard', 'now-7d')"
LANGUAGES: Final = ("en", "fr")
TOTALS: Final = {"en": "Totals", "fr": "Totaux"}
NOW: Final = {"en": "Now", "fr": "En ce moment"}
ADD: Final = {"en": "Add integration", "fr": "Ajouter une intégration"}
SEARCH: Final = {"en": "Search for a brand name", "fr": "Rechercher un nom de marque"}
TYPE: Final = {"en": "Enter manually", "fr": "Saisir manuellement"}
NEXT: Final = {"en": "Next", "fr": "Suivant"}
FOUND: Final = {"en": "Meter found", "fr": "Compteur trouvé"}
CLOSE: Final = {"en": "Close", "fr": "Fermer"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__)
    parser.add_argument(
        "--later",
        type=float,
        default=0,
        help="hours from now, by Debian's libfaketime, at which the dashboards are looked at",
    )
    later = parser.parse_args().later
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with living() as (stack, home):
        look_at_meter(stack, home)
    with living(later) as (stack, home):
        look_at_dashboards(stack, home, later)


@contextmanager
def living(later: float = 0) -> Iterator[tuple[ExitStack, HomeAssistant]]:
    """Launch a Home Assistant for which it is some hours later."""
    launcher = ("env", FAKETIME, f"FAKETIME={later:+g}h") if later else ()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        home = stack.enter_context(HomeAssistant(folder / "home", launcher=launcher))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        yield stack, home


def look_at_meter(stack: ExitStack, home: HomeAssistant) -> None:
    """Look at how a meter is set up, and at its device."""
    port = stack.enter_context(
        PtyPort(Line(Household(contract="hphc", seed=1)), home.folder / "linky")
    )
    somebody = stack.enter_context(person(home.client.url))
    for language in LANGUAGES:
        sit_down(somebody, home, language, DESKTOP)
        look_at_set_up(somebody, language, str(port.url))
    home.client.add_meter(port.url)
    for language in LANGUAGES:
        speak(home, language)
        sit_down(somebody, home, language, DEVICE)
        look_at_device(somebody, language, device_of(home))


def look_at_dashboards(stack: ExitStack, home: HomeAssistant, later: float) -> None:
    """Look at a house that has been there for a week, on a desk and on a phone."""
    # Lived before there is a line: one that has to wait is late, as its meter's clock then is.
    _, shown = lived(DAYS, datetime.now(UTC) + timedelta(hours=later), HOUSE)
    now = datetime.now(UTC) + timedelta(hours=later, seconds=LIVED)
    move_in(stack, home, {"linky": HOUSE}, DAYS, now)
    count_since_the_first(home, shown)
    client = home.client
    wait_for(lambda: is_known(home, "sensor.linky_easf02"), "the indexes")
    client.set_options(entry_of(client), PAID, "prices")
    board = {"url_path": "linky-board", "mode": "storage", "title": "Linky"}
    client.command("lovelace/dashboards/create", require_admin=False, **board)
    config = {"strategy": {"type": "custom:linky-tic"}}
    client.command("lovelace/config/save", url_path="linky-board", config=config)
    somebody = stack.enter_context(person(client.url))
    if later:
        somebody.page.clock.install(time=now)
    for language in LANGUAGES:
        speak(home, language)
        time.sleep(SLOTS)
        for name, scheme, size in LOOKS:
            somebody.page.emulate_media(color_scheme=scheme)
            sit_down(somebody, home, language, size)
            somebody.visit("/linky-board/meter-1")
            somebody.read(NOW[language])
            take(somebody.page, name, language)
    for language in LANGUAGES:
        speak(home, language)
        fill_in_energy(home.client)
        look_at_energy(somebody, home, language)


def fill_in_energy(client: Client) -> None:
    """Add the meter to an empty Energy dashboard, with its names in the present language."""
    client.command("energy/save_prefs", energy_sources=[])
    client.set_options(entry_of(client), PAID, "energy")


def entry_of(client: Client) -> str:
    (entry,) = client.get("/api/config/config_entries/entry?domain=linky_tic")
    return str(entry["entry_id"])


def count_since_the_first(home: HomeAssistant, shown: Mapping[str, list[Shown]]) -> None:
    """Enter into the meter's ledger what the house used before anybody heard it."""
    home.stop()
    (path,) = (home.folder / ".storage").glob("linky_tic.*.memory")
    kept = json.loads(path.read_text())
    ledger = kept["data"]["ledger"]
    ledger["rows"] += [
        [day, tariff, None, KILO * used]
        for label, tariff in TARIFFS.items()
        for day, used in by_day(shown[label])
    ]
    ledger["times"][1] = shown["EAST"][0].at
    path.write_text(json.dumps(kept))
    home.start()
    home.client.wait_until_running()


def by_day(moments: list[Shown]) -> Iterator[tuple[str, float]]:
    """Give what an index has gained on each local day."""
    days = groupby(moments, lambda one: datetime.fromtimestamp(one.at, PARIS).date())
    ends = [(day.isoformat(), [*some][-1].value) for day, some in days]
    yield from ((day, end - start) for (_, start), (day, end) in pairwise(ends))


def look_at_energy(somebody: Person, home: HomeAssistant, language: str) -> None:
    """Look at the last week on the Energy dashboard."""
    somebody.page.emulate_media(color_scheme="light")
    sit_down(somebody, home, language, ENERGY)
    somebody.page.evaluate(WEEK)
    for _ in range(2):  # at first its words may come too late for the titles
        somebody.visit("/energy/electricity")
        somebody.page.wait_for_timeout(DRAWN * 1000)
    somebody.read(TOTALS[language])
    take(somebody.page, "energy", language)


def sit_down(somebody: Person, home: HomeAssistant, language: str, size: ViewportSize) -> None:
    somebody.log_in(home.client.tokens, language, "auto" if size is not PHONE else "always_hidden")
    somebody.page.set_viewport_size(size)


def speak(home: HomeAssistant, language: str) -> None:
    """Give the entities their names in a language, and wait for their values."""
    home.client.command("config/core/update", language=language)
    home.client.post(f"/api/config/config_entries/entry/{entry_of(home.client)}/reload")
    wait_for(lambda: is_known(home, "sensor.linky_active_power"), "the estimated power")


def device_of(home: HomeAssistant) -> str:
    devices = home.client.command("config/device_registry/list")
    (meter,) = [one for one in devices if one["manufacturer"] == "Landis+Gyr"]
    return str(meter["id"])


def look_at_set_up(somebody: Person, language: str, port: str) -> None:
    """Let the dialog hear the meter, and close it."""
    somebody.visit("/config/integrations/dashboard")
    somebody.press(ADD[language])
    somebody.page.get_by_placeholder(SEARCH[language]).fill("linky")
    somebody.press("Linky Direct")
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
    picture = IMAGES / f"{name}{suffix}.png"
    page.screenshot(path=picture, clip=clip)
    with Image.open(picture) as whole:
        whole.quantize(COLOURS, Image.Quantize.MEDIANCUT).save(picture, optimize=True)
    print(f"screenshots: {name}{suffix}.png")


def is_known(home: HomeAssistant, entity_id: str) -> bool:
    state = home.client.states().get(entity_id)
    return state is not None and state["state"] not in {"unknown", "unavailable"}


if __name__ == "__main__":
    main()
