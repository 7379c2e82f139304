"""A release is stopped by the first thing amiss, and each thing amiss stops it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import shutil
import subprocess
import sys
from typing import Final
import zipfile

import pytest

from scripts import release
from scripts.release import INTEGRATION, main

TODAY: Final = datetime.now(UTC).date()
CHANGELOG: Final = f"""# Changelog

## [Unreleased]

## [1.2.0] - {TODAY}

### Added

- Something.

## [1.1.0] - 2026-01-01

### Fixed

- Something else.

[1.2.0]: https://example.org/compare/v1.1.0...v1.2.0
[1.1.0]: https://example.org/releases/v1.1.0
"""
OTHER_FILES: Final = {
    "config_flow.py": "from .const import DOMAIN\n",
    "const.py": "DOMAIN = 'linky_tic'\n",
    "__init__.py": "",
    "translations/en.json": "{}",
}


class Copy:
    """A working copy of a small integration, ready to be released as 1.2.0."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("CHANGELOG.md", CHANGELOG)
        self.write(".gitignore", "/dist/\n")
        self.command("test", "exit 0")
        self.integration("manifest.json", json.dumps({"version": "1.2.0"}))
        for name, text in OTHER_FILES.items():
            self.integration(name, text)
        self.commit()

    @property
    def archive(self) -> Path:
        return self.root / "dist" / "linky_tic.zip"

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
        command = ["/usr/bin/env", "git", "-C", str(self.root), *identity, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def command(self, name: str, text: str) -> None:
        self.write(f"scripts/{name}", f"#!/bin/sh\n{text}\n")
        (self.root / "scripts" / name).chmod(0o755)

    def integration(self, name: str, text: str) -> None:
        self.write(str(INTEGRATION / name), text)

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=a change")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()


def refusal(copy: Copy, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one thing that a release is refused for."""
    assert main(arguments, copy.root) == 1
    (line, *_) = capsys.readouterr().err.splitlines()
    return line


def test_what_is_ready_is_built_and_the_next_steps_are_said(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], copy.root) == 0
    said = capsys.readouterr().out
    assert said.count("ok  ") == len(release.HERE)
    assert "git push origin main v1.2.0" in said
    with zipfile.ZipFile(copy.archive) as archive:
        files = {name for name in archive.namelist() if not name.endswith("/")}
    assert files == {"manifest.json", *OTHER_FILES}


def tag(version: str) -> Callable[[Copy], None]:
    return lambda copy: copy.git("tag", version)


def edit(name: str, old: str, new: str) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        copy.replace(name, old, new)
        copy.commit()

    return change


def forget(name: str) -> Callable[[Copy], None]:
    def change(copy: Copy) -> None:
        (copy.root / INTEGRATION / name).unlink()
        copy.commit()

    return change


MANIFEST: Final = str(INTEGRATION / "manifest.json")
TOMORROW: Final = str(TODAY + timedelta(days=2))
AMISS: Final[dict[str, tuple[Callable[[Copy], None], str]]] = {
    "a change": (lambda copy: copy.write("new", ""), "everything is committed"),
    "branch": (lambda copy: copy.git("switch", "--quiet", "--create", "other"), "this is main"),
    "no branch": (lambda copy: copy.git("switch", "--quiet", "--detach"), "this is main"),
    "tagged": (tag("v1.2.0"), "the version is a new one"),
    "older": (tag("v1.10.0"), "the version is a new one"),
    "no version": (edit(MANIFEST, "1.2.0", "1.2.0b1"), "the version is a new one"),
    "no section": (edit("CHANGELOG.md", "[1.2.0]", "[1.3.0]"), "the changelog tells of it"),
    "empty": (edit("CHANGELOG.md", "- Something.", ""), "the changelog tells of it"),
    "no day": (edit("CHANGELOG.md", f" - {TODAY}", ""), "the changelog tells of it"),
    "no such day": (edit("CHANGELOG.md", str(TODAY), "2026-02-30"), "the changelog tells of it"),
    "a day to come": (edit("CHANGELOG.md", str(TODAY), TOMORROW), "the changelog tells of it"),
    "leftovers": (
        edit("CHANGELOG.md", "[Unreleased]\n", "[Unreleased]\n\n- More.\n"),
        "the changelog tells of it",
    ),
    "no link": (edit("CHANGELOG.md", "\n[1.2.0]: h", "\n[1.3.0]: h"), "the changelog tells of it"),
    "no flow": (forget("config_flow.py"), "the zip is what HACS and people expect"),
    "an import of what is not there": (
        edit(str(INTEGRATION / "const.py"), "DOMAIN", "import nowhere\nDOMAIN"),
        "the zip can be loaded",
    ),
    "tests": (edit("scripts/test", "exit 0", "exit 1"), "the tests pass"),
}


@pytest.mark.parametrize("name", AMISS)
def test_what_is_amiss_stops_the_release(
    copy: Copy, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    spoil, claim = AMISS[name]
    spoil(copy)
    assert refusal(copy, capsys).startswith(f"NOT {claim}: ")


def test_nothing_is_looked_at_after_the_first_thing_amiss(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    copy.write("new", "")
    assert main([], copy.root) == 1
    assert capsys.readouterr().out == ""
    assert not copy.archive.exists()


def test_a_folder_that_is_no_working_copy_is_refused(
    copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 1
    assert "git status fails" in capsys.readouterr().err


def test_a_tag_is_built_wherever_it_is_checked_out(
    copy: Copy, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy.git("tag", "v1.2.0")
    copy.git("switch", "--quiet", "--detach")
    archive = tmp_path / "elsewhere.zip"
    assert main(["--tag", "v1.2.0", "--zip", str(archive)], copy.root) == 0
    assert zipfile.is_zipfile(archive)
    assert "Next" not in capsys.readouterr().out


def test_a_tag_that_is_not_the_version_is_refused(
    copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refusal(copy, capsys, "--tag", "v1.3.0")
    assert line.startswith("NOT the tag is that of the version: the tag is v1.3.0, ")


def test_the_workflow_of_a_release_asks_the_same() -> None:
    workflow = (release.ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert 'python3 scripts/release.py --tag "$TAG" --zip' in workflow


def test_the_command_lets_nothing_be_imported_from_the_working_copy(copy: Copy) -> None:
    for name in ("release", "release.py", "command.sh"):
        shutil.copy(release.ROOT / "scripts" / name, copy.root / "scripts")
    for name in ("setup", "test"):
        copy.command(name, '[ -z "${PYTHONPATH:-}" ]')
    copy.write("custom_components/__init__.py", "")  # comes before a folder without one
    copy.write(".gitignore", "/.venv\n/dist/\n")
    (copy.root / ".venv").symlink_to(sys.prefix)
    copy.commit()
    command = [str(copy.root / "scripts" / "release")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_integration_of_this_copy_can_be_zipped_and_loaded(tmp_path: Path) -> None:
    ours = release.Release(release.ROOT, tmp_path / "linky_tic.zip")
    for step in (release.build, release.check_content, release.check_loading):
        step(ours)
