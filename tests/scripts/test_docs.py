"""The tables of the documentation say what the code says."""

from collections.abc import Callable
from pathlib import Path
import re

import pytest

from custom_components.linky_tic.tic import CATALOGUE, Mode
from scripts import docs
from scripts.tongues import ENGLISH, FRENCH, ROOT, Tongue

HOME_ASSISTANTS = {
    "unavailable",
    "indisponible",
    "indisponibles",
    "unknown",
    "inconnue",
}  # words of its own front end
PAGE = "before\n<!-- table: standard -->\nold\n<!-- end of table -->\nafter\n"


@pytest.fixture(params=["en", "fr"])
def page(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / str(request.param) / "page.md"
    path.parent.mkdir()
    path.write_text(PAGE)
    return path


def test_the_tables_of_the_documentation_are_not_stale() -> None:
    assert [path for path, _ in docs.stale(docs.PAGES)] == []


def test_a_check_fails_on_a_stale_page_and_leaves_it(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert docs.main(["--check", str(page)]) == 1
    assert page.read_text() == PAGE
    assert "stale" in capsys.readouterr().out


def test_writing_changes_the_table_and_nothing_around_it(page: Path) -> None:
    assert docs.main([str(page)]) == 0
    text = page.read_text()
    head = "Étiquette" if page.parent.name == "fr" else "Label"
    assert text.startswith(f"before\n<!-- table: standard -->\n| {head} |")
    assert text.endswith("|\n<!-- end of table -->\nafter\n")
    assert "old" not in text


def test_a_page_that_was_written_passes_the_check(page: Path) -> None:
    docs.main([str(page)])
    assert docs.main(["--check", str(page)]) == 0


def test_a_french_page_has_the_french_names_of_the_entities(tmp_path: Path) -> None:
    page = tmp_path / "fr" / "page.md"
    page.parent.mkdir()
    page.write_text(PAGE)
    docs.main([str(page)])
    row = "| `EAST` | Énergie consommée totale | Wh, affiché en kWh | energy | activée |"
    assert row in page.read_text()


@pytest.mark.parametrize("table", [docs.facts, docs.counters, docs.TABLES["economy"]])
def test_a_french_table_says_nothing_in_english(table: Callable[[Tongue], str]) -> None:
    english = {cell for cell in re.split(r"\s*[|\n]\s*", table(ENGLISH)) if " " in cell}
    french = {cell for cell in re.split(r"\s*[|\n]\s*", table(FRENCH)) if " " in cell}
    assert english & french == set()


def test_a_number_is_written_as_its_language_writes_it() -> None:
    assert ENGLISH.measure(0.5, "V") == "0.5 V"
    assert FRENCH.measure(0.5, "V") == "0,5\N{NO-BREAK SPACE}V"


@pytest.mark.parametrize("mode", Mode)
def test_a_table_names_every_label_or_the_ends_of_its_row(mode: Mode) -> None:
    table = docs.labels_of(mode)
    lone = [row.name for row in CATALOGUE[mode].values() if row.register is None]
    assert [name for name in lone if f"`{name}`" not in table] == []
    assert "{" not in table


def test_indexes_are_on_where_they_are_those_of_the_contract() -> None:
    table = docs.labels_of(Mode.STANDARD)
    (row,) = [line for line in table.splitlines() if "`EASF01` … `EASF10`" in line]
    assert row.endswith("| energy | enabled: those of the contract |")


def test_the_rule_of_a_power_is_told_with_its_unit() -> None:
    assert "| Apparent power imported; Apparent power exported | 25 VA" in docs.TABLES["balanced"](
        ENGLISH
    )


def test_each_of_the_forty_errors_names_tests_that_exist() -> None:
    page = (ROOT / "docs" / "errors.md").read_text()
    rows = [line.split(" | ") for line in page.splitlines() if re.match(r"\| \d", line)]
    assert [row[0] for row in rows] == [f"| {number}" for number in range(1, 41)]
    for row in rows:
        proofs = re.findall(r"`([^:`]+)::(\w+)`", row[-1])
        assert proofs
        for file, test in proofs:
            assert f"def {test}(" in (ROOT / "tests" / file).read_text()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_symptom_that_is_quoted_is_one_that_people_are_told(language: str) -> None:
    page = (ROOT / "docs" / language / "troubleshooting.md").read_text()
    symptoms = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    quoted = [part for symptom in symptoms for part in re.findall(r"\*(.+?)\*", symptom)]
    quoted += re.findall(r"^### (.*….*)$", page, re.MULTILINE)
    said = (ROOT / f"custom_components/linky_tic/translations/{language}.json").read_text()
    fragments = {piece.strip() for part in quoted for piece in part.split("…")} - HOME_ASSISTANTS
    assert len(fragments) > 10
    assert {fragment for fragment in fragments if fragment not in said} == set()
