"""The decoder works alone: no Home Assistant, no port, no clock, only the standard library."""

import ast
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from .referee import DATA

TIC = Path(__file__).parents[2] / "custom_components" / "linky_tic" / "tic"
MODULES = sorted(TIC.glob("*.py"))
OUTSIDE = {"asyncio", "calendar", "io", "logging", "os", "pathlib", "socket", "threading", "time"}

READS_A_FRAME = """
import sys
from tic import Receiver, Reading
receiver = Receiver()
with open(sys.argv[1], "rb") as file:
    stream = file.read()
events = [event for _ in range(4) for event in receiver.feed(stream, 1.0)]
readings = {event.label.name: event.value for event in events if isinstance(event, Reading)}
assert readings["VTIC"] == "02", readings
assert not any(name.startswith("homeassistant") for name in sys.modules)
print("alone")
"""


@pytest.mark.parametrize("python", [sys.executable, shutil.which("python3") or sys.executable])
def test_copied_to_another_folder_it_reads_a_frame(python: str, tmp_path: Path) -> None:
    shutil.copytree(TIC, tmp_path / "tic", ignore=shutil.ignore_patterns("__pycache__"))
    ran = subprocess.run(
        [python, "-S", "-W", "error", "-c", READS_A_FRAME, DATA / "frames" / "std_mono_hc.bin"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("alone\n", "")


def imported(tree: ast.Module) -> set[str]:
    """The roots of the modules that a source imports from outside its package."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").partition(".")[0])
    return names


def test_it_imports_no_more_than_the_standard_library_without_its_doors() -> None:
    for module in MODULES:
        names = imported(ast.parse(module.read_text(encoding="utf-8")))
        assert names <= sys.stdlib_module_names
        assert not names & OUTSIDE


def test_it_never_leaves_its_package() -> None:
    for module in MODULES:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        levels = {node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert levels <= {0, 1}


def test_it_waits_for_nothing_opens_nothing_and_asks_no_clock() -> None:
    for module in MODULES:
        tree = ast.parse(module.read_text(encoding="utf-8"))
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        assert not called & {
            "open",
            "print",
            "input",
            "now",
            "today",
            "utcnow",
            "strptime",
            "sleep",
        }
        waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
        assert not any(isinstance(node, waiting) for node in ast.walk(tree))
