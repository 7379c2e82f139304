"""What the pages of the repository point to exists: files, headings, the help of repairs."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
import re
from typing import Final

import pytest

from custom_components.linky_tic.health.issues import Issue, learn_more

from .pages import ROOT

FOLDERS: Final = (".github", "bench", "blueprints", "docs", "scripts", "simulator", "tests")
PAGES: Final = sorted(
    [*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in ROOT.glob(f"{folder}/**/*.md"))]
)
CODE: Final = re.compile(r"^ *```.*?^ *```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LINK: Final = re.compile(
    r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)|(?:src|srcset|href)=\"([^\"]+)\"", re.MULTILINE
)
SITE: Final = "https://linky-tic.github.io/linky_tic/"
OLD: Final = """
    what-you-need installation setting-it-up changing-the-port options without-a-meter use-cases
    entities when-a-value-becomes-a-state energy-dashboard prices-and-costs dashboard automations
    actions mqtt wiring-and-ports usb-adapters the-uart-of-a-raspberry-pi over-the-network
    standard-or-historique how-values-are-guarded when-something-is-wrong limits removal
    why-serialx development
"""
"""The headings of the README from before there were pages: people have linked to them."""


def links(page: Path) -> Iterator[str]:
    """Give what a page points to, code left out."""
    for found in LINK.findall(CODE.sub("", page.read_text())):
        yield from filter(None, found)


@cache
def anchors(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings, and those that it has itself."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    given: Counter[str] = Counter()
    names = set(re.findall(r"<a id=\"([^\"]+)\"></a>", text))
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        words = re.sub(r"<[^>]+>", "", heading).lower()
        name = re.sub(r"[^\w -]", "", words).replace(" ", "-")
        names.add(f"{name}-{given[name]}" if given[name] else name)
        given[name] += 1
    return names


def in_site(address: str) -> str:
    """Give the path of the page that an address of the site shows, and its anchor."""
    path, _, anchor = address.removeprefix(SITE).partition("#")
    language, _, name = path.strip("/").partition("/")
    page = f"docs/{language or 'fr'}/{name or 'index'}.md"
    return f"{page}#{anchor}" if anchor else page


def is_there(page: Path, link: str) -> bool:
    """Whether a relative link of a page leads to a file and, if it names one, to a heading."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


def test_links_lead_to_files_and_headings_that_exist() -> None:
    every = [(page, link) for page in PAGES for link in links(page)]
    local = [one for one in every if not re.match(r"[a-z]+:", one[1])]
    ours = [(ROOT / "README.md", in_site(link)) for _, link in every if link.startswith(SITE)]
    assert [one for one in (*local, *ours) if not is_there(*one)] == []


def test_a_link_to_nowhere_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One heading\n# One heading\n```\n# no heading\n```\n[a](b.md) `[c](d.md)`\n")
    assert list(links(page)) == ["b.md"]
    assert not is_there(page, "b.md")
    assert is_there(page, "#one-heading-1")
    assert not is_there(page, "page.md#no-heading")


def test_the_headings_of_before_lead_on() -> None:
    assert set(OLD.split()) - anchors(ROOT / "README.md") == set()


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize("issue", Issue)
def test_a_repair_points_to_the_part_of_a_page_that_helps(issue: Issue, language: str) -> None:
    assert is_there(ROOT / "README.md", in_site(learn_more(issue, language)))
