"""A module that the tests do not reach is named, however well they reach the others."""

from pathlib import Path

from coverage import CoverageData
import pytest

from scripts import covered

MODULE = "\n".join(f"a{number} = {number}" for number in range(1, 21))


def measured(folder: Path, **reached: int) -> str:
    """The file that says how many lines of modules of twenty lines were reached."""
    data = CoverageData(str(folder / ".coverage"))
    for name, lines in reached.items():
        path = folder / f"{name}.py"
        path.write_text(MODULE)
        data.add_lines({str(path): range(1, lines + 1)})
    data.write()
    return data.data_filename()


def test_modules_that_are_reached_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert covered.main(measured(tmp_path, one=20, other=20), tmp_path) == 0
    assert capsys.readouterr().out == "2 of 2 modules are covered\n"


def test_one_that_is_not_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert covered.main(measured(tmp_path, good=20, bad=19), tmp_path) == 1
    assert capsys.readouterr().out.startswith("bad.py: 95.0 %, and more than 95 % are asked for\n")


def test_nothing_that_was_measured_is_no_success(tmp_path: Path) -> None:
    assert covered.main(measured(tmp_path, good=20), tmp_path / "elsewhere") == 1
