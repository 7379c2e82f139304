"""The French pages are written with the typography of French, and tell what the English ones do."""

from pathlib import Path
import re
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted([*ROOT.glob("*.fr.md"), *ROOT.glob("docs/*.fr.md")])
NOT_PROSE: Final = re.compile(
    r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)|<[^>\n]+>|https?://\S+", re.DOTALL | re.MULTILINE
)


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(".fr.md", ".md"))


def shape(page: Path) -> list[str]:
    """Give the order of headings, tables, code and pictures of a page, whatever they say."""
    found = re.findall(r"^(#+ |```\w+|<!-- table: \w+|!\[)", page.read_text(), re.MULTILINE)
    return [str(one) for one in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_apostrophes_are_typographic(page: Path) -> None:
    prose = NOT_PROSE.sub("", page.read_text())
    assert [line for line in prose.splitlines() if "'" in line] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_can_begin_with_a_mark(page: Path) -> None:
    prose = NOT_PROSE.sub("", page.read_text())
    assert re.findall(r"[^|] [;:!?»%](?= |$)", prose, re.MULTILINE) == []
    assert re.findall(r"« \w*", prose) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_french_page_has_the_parts_of_the_english_one(page: Path) -> None:
    assert shape(page) == shape(english(page))
    assert f"]({english(page).name})" in page.read_text()
    assert f"]({page.name})" in english(page).read_text()
