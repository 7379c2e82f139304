"""The tables of the documentation say what the code says."""

from pathlib import Path

import pytest

from custom_components.linky_tic.tic import CATALOGUE, Mode
from scripts import docs

PAGE = "before\n<!-- table: standard -->\nold\n<!-- end of table -->\nafter\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
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
    assert text.startswith("before\n<!-- table: standard -->\n| Label |")
    assert text.endswith("|\n<!-- end of table -->\nafter\n")
    assert "old" not in text


def test_a_page_that_was_written_passes_the_check(page: Path) -> None:
    docs.main([str(page)])
    assert docs.main(["--check", str(page)]) == 0


@pytest.mark.parametrize("mode", Mode)
def test_a_table_names_every_label_or_the_ends_of_its_row(mode: Mode) -> None:
    table = docs.labels_of(mode)
    lone = [row.name for row in CATALOGUE[mode].values() if row.register is None]
    assert [name for name in lone if f"`{name}`" not in table] == []
    assert "{" not in table


def test_indexes_are_on_where_they_are_those_of_the_contract() -> None:
    table = docs.labels_of(Mode.STANDARD)
    (row,) = [line for line in table.splitlines() if "`EASF01` … `EASF10`" in line]
    assert row.endswith("| energy | on: those of the contract |")


def test_a_maximum_per_phase_is_off_and_the_whole_house_s_is_on() -> None:
    states = {
        line.split("|")[1].strip(): line.split("|")[-2].strip()
        for line in docs.labels_of(Mode.STANDARD).splitlines()
    }
    assert states["`SMAXSN`, `SMAXN`"] == "on"
    assert states["`SMAXSN1`, `SMAXSN2`, `SMAXSN3`"] == "off"
