"""A person at a browser: presses, fills in and reads what is on the screen, in French.

It knows Chromium and how Home Assistant's pages are built; it knows nothing of what they show.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import re
import shutil

from playwright.sync_api import Error, Locator, Page, ViewportSize, sync_playwright

from ..waiting import HANGS
from .client import Json
from .processes import ROOT, wait_for

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SCREENSHOTS = ROOT / ".cache" / "screenshots"
SETTLED = 0.6  # seconds that what slides or fades takes
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# As root there is no sandbox; the rest keeps Chromium from asking the internet for anything.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Person:
    """Somebody who looks at one Home Assistant; `clicks` counts what is pressed or clicked into."""

    clicks = 0

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    def visit(self, path: str) -> None:
        """Go to a page; the front end, on its way to one of its own, may call that off."""

        def arrives() -> bool:
            try:
                self.page.goto(f"{self._url}{path}")
            except Error as error:
                if "ERR_ABORTED" not in str(error):
                    raise
                return False
            return True

        wait_for(arrives, path)

    def log_in(self, tokens: Json, language: str = "fr", sidebar: str = "always_hidden") -> None:
        """Be somebody whom the front end knows already, who reads a language."""
        kept = {"hassTokens": tokens, "selectedLanguage": language, "dockedSidebar": sidebar}
        self.visit("/manifest.json")
        self.page.evaluate(
            "kept => kept.forEach(([key, value]) => localStorage.setItem(key, value))",
            [[key, json.dumps(value)] for key, value in kept.items()],
        )

    def create_account(self, name: str, password: str) -> Json:
        """Do what a new Home Assistant asks first; returns the front end's own tokens."""
        self.visit("/")
        self.press("Créer ma maison connectée")
        self.fill("Nom*", name)
        self.fill("Nom d'utilisateur*", name.lower())
        self.fill("Mot de passe*", password)
        self.fill("Confirmer le mot de passe*", password)
        self.look("onboarding")
        self.press("Créer un compte")
        read = "localStorage.getItem('hassTokens')"
        tokens = wait_for(lambda: self.page.evaluate(read), "the account")
        return json.loads(tokens)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name).filter(visible=True)

    def press(self, name: str, number: int = 0) -> None:
        self._click(self.button(name).nth(number))

    def open(self, link: str) -> None:
        self._click(self.page.get_by_role("link", name=link).filter(visible=True).first)

    def choose(self, option: str, role: Json = "option") -> None:
        self._click(self.page.get_by_role(role, name=option).filter(visible=True).first)

    def pick(self, text: str) -> None:
        """Press a line of a list."""
        self._click(self.page.get_by_text(text).filter(visible=True).first)

    def switch(self, name: str) -> None:
        # What is drawn over a switch takes the pointer.
        self.page.get_by_role("switch", name=name).press("Space")

    def fill(self, field: str, text: str) -> None:
        self.fill_in(self.page.get_by_role("textbox", name=field, exact=True), text)

    def fill_in(self, field: Locator, text: str) -> None:
        self.clicks += 1
        field.fill(text)

    def _click(self, one: Locator) -> None:
        self.clicks += 1
        one.click()

    def read(self, text: str) -> str:
        """Wait until a text is on the screen; returns all that is."""
        try:
            self.page.get_by_text(text).filter(visible=True).first.wait_for()
        except Error:
            self.look("not read")
            raise
        return self.page.locator("body").aria_snapshot()

    def sees(self, *texts: str) -> str:
        """Wait until all of these are on the screen; returns all that is."""

        def all_of_them() -> str:
            shown = self.page.locator("body").aria_snapshot()
            return shown if all(text in shown for text in texts) else ""

        return wait_for(all_of_them, ", ".join(texts))

    def look(self, name: str) -> None:
        """Keep what is on the screen, and what a phone would show of it."""
        for size, suffix in ((PHONE, "phone"), (DESKTOP, "desktop")):
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(SETTLED * 1000)
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{suffix}.png")


@contextmanager
def person(url: str) -> Iterator[Person]:
    """Open a browser that has never been anywhere."""
    if CHROMIUM is None:
        raise FileNotFoundError("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(locale="fr-FR", timezone_id="Europe/Paris")
        page.set_default_timeout(HANGS * 1000)
        try:
            yield Person(page, url)
        finally:
            browser.close()
