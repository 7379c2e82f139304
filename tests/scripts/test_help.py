"""Every script says what it does at once, on a machine where nothing is installed."""

from collections.abc import Callable
from pathlib import Path
import re
import subprocess
import sys
from typing import Final

import pytest

from bench.__main__ import arguments as bench
from scripts import decode, demo, docs, fuzz, mutate, release, screenshots, soak

ROOT: Final = Path(__file__).parents[2]
SCRIPTS: Final = sorted(
    path
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash")
)
PARSERS: Final[dict[str, Callable[[], object]]] = {
    "bench": bench,
    "decode": decode.main,
    "demo": demo.main,
    "docs": docs.main,
    "fuzz": fuzz.main,
    "mutate": mutate.main,
    "release": release.main,
    "screenshots": screenshots.main,
    "soak": soak.main,
}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with what every Linux has, and no Python."""
    for name in ("bash", "sed", "dirname"):
        (tmp_path / name).symlink_to(Path("/usr/bin") / name)
    return tmp_path


def said(script: Path, path: Path, word: str = "--help") -> str:
    done = subprocess.run(
        [script, word], check=True, capture_output=True, text=True, env={"PATH": str(path)}
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_help_needs_nothing(script: Path, bare: Path) -> None:
    text = said(script, bare)
    assert text == said(script, bare, "-h")
    assert len(text.splitlines()[0]) > 20
    assert "#" not in text


@pytest.mark.parametrize("name", PARSERS)
def test_help_names_every_option(
    name: str, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit):
        PARSERS[name]()
    options = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert options
    assert options <= set(re.findall(r"--[a-z]+", said(ROOT / "scripts" / name, bare)))
