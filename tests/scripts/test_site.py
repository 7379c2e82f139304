"""The site has every page, and its links lead where those of the pages do."""

from pathlib import Path

import pytest

from scripts import site
from tests.pages import ENGLISH, FRENCH


@pytest.mark.parametrize("pages", [ENGLISH[1:], FRENCH[1:]], ids=["en", "fr"])
def test_every_page_is_in_the_menu(pages: tuple[Path, ...]) -> None:
    menu = [f"{page}.md" for _, _, names in site.PAGES for page in names]
    assert sorted(menu) == sorted(page.name for page in pages)


@pytest.mark.parametrize(
    ("shown", "led"),
    [
        ("[a](energy.md#by-hand)", "[a](energy.md#by-hand)"),
        ("![a](../images/a.png)", "![a](images/a.png)"),
        ('<img src="../images/a.png">', '<img src="../images/a.png">'),
        ("[a](../errors.md)", f"[a]({site.SOURCE}/docs/errors.md)"),
        ("[a](../../LICENSE)", f"[a]({site.SOURCE}/LICENSE)"),
        ("[Français](../fr/mqtt.md)", '<a href="../../fr/mqtt/" target="_self">Français</a>'),
        ("[English](../en/index.md)", '<a href="../en/" target="_self">English</a>'),
    ],
)
def test_a_link_that_leads_out_of_the_language_is_one_of_the_site(shown: str, led: str) -> None:
    assert site.inside(shown) == led


def test_a_site_says_its_version_in_its_language(tmp_path: Path) -> None:
    assert site.settings("fr", tmp_path)["copyright"].startswith("Documentation de la version 1.")
    assert site.settings("en", tmp_path)["theme"]["language"] == "en"
