"""The French pages are written with the typography of French, and tell what the English ones do."""

import json
from pathlib import Path
import re
from typing import Final

import pytest

from .pages import ENGLISH, FRENCH, ROOT, name

NOT_PROSE: Final = re.compile(
    r"^ *```.*?^ *```|`[^`\n]*`|\]\([^)]*\)|<[^>\n]+>|https?://\S+", re.DOTALL | re.MULTILINE
)
PAIRS: Final = list(zip(FRENCH, ENGLISH, strict=True))


def shape(page: Path) -> list[str]:
    """Give the order of headings, tables, code, anchors and pictures, whatever they say."""
    parts = r"^ *(#+ |```\w+|<!-- table: \w+|\| ---|!\[|<details|<img)|<a id=\"([a-z-]+)\"></a>$"
    found = re.findall(parts, page.read_text(), re.MULTILINE)
    return ["".join(one) for one in found]


@pytest.mark.parametrize("page", FRENCH, ids=name)
def test_apostrophes_are_typographic(page: Path) -> None:
    prose = NOT_PROSE.sub("", page.read_text())
    assert [line for line in prose.splitlines() if "'" in line] == []


@pytest.mark.parametrize("page", FRENCH, ids=name)
def test_no_line_can_begin_with_a_mark(page: Path) -> None:
    prose = NOT_PROSE.sub("", page.read_text())
    assert re.findall(r"[^|] [;:!?»%](?= |$)", prose, re.MULTILINE) == []
    assert re.findall(r"« \w*", prose) == []


@pytest.mark.parametrize(("french", "english"), PAIRS, ids=[name(one) for one, _ in PAIRS])
def test_a_french_page_has_the_parts_of_the_english_one(french: Path, english: Path) -> None:
    assert shape(french) == shape(english)
    assert re.search(rf"\]\((\.\./en/)?{re.escape(english.name)}\)", french.read_text())
    assert re.search(rf"\]\((\.\./fr/)?{re.escape(french.name)}\)", english.read_text())


@pytest.mark.parametrize(
    "page", [one for one in (*ENGLISH, *FRENCH) if one.stem == "index"], ids=name
)
def test_the_pages_say_which_version_they_describe(page: Path) -> None:
    manifest = ROOT / "custom_components" / "linky_tic" / "manifest.json"
    assert f" version {json.loads(manifest.read_text())['version']}." in page.read_text()


def test_both_languages_have_the_same_pages() -> None:
    assert [page.name for page in FRENCH[1:]] == [page.name for page in ENGLISH[1:]]
