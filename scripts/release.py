"""What has to be true before a version is released, and the zip that is released.

It changes nothing but `dist/`. At a tag (`--tag`, in the workflow of a release) it asks only what a
tag can tell, with nothing but Python's standard library.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
import json
from pathlib import Path
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Final
import zipfile

ROOT: Final = Path(__file__).parents[1]
DOMAIN: Final = "linky_tic"
INTEGRATION: Final = Path("custom_components") / DOMAIN
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")
"""A release is MAJOR.MINOR.PATCH; nothing else is published."""
_SECTION: Final = re.compile(
    r"^## \[(?P<name>[^]]+)\](?: - (?P<date>\S+))?$\n(?P<text>.*?)(?=^## |^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)
_NEEDED: Final = ("__init__.py", "manifest.json", "config_flow.py", "translations/en.json")
_LOAD: Final = f"""
import importlib, pkgutil
import custom_components.{DOMAIN} as integration
for module in pkgutil.walk_packages(integration.__path__, integration.__name__ + "."):
    importlib.import_module(module.name)
print(integration.__file__)
"""
"""Imports every module of what was unpacked, as Home Assistant does when it sets the entry up."""


class Amiss(Exception):
    """The first thing that keeps a release from being made, in words for who makes it."""


@dataclass(frozen=True)
class Release:
    """A working copy to release from, at a tag if one is given, and where the zip goes."""

    root: Path
    archive: Path
    tag: str | None = None

    @property
    def version(self) -> str:
        """The version, from the one place where it stands."""
        manifest = json.loads((self.root / INTEGRATION / "manifest.json").read_text())
        return str(manifest["version"])

    def git(self, *arguments: str) -> str:
        """Give what a git command says."""
        command = [shutil.which("git") or "git", "-C", str(self.root), *arguments]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Amiss(f"git {arguments[0]} fails: {done.stderr.strip()}")
        return done.stdout.strip()

    def sections(self) -> dict[str, re.Match[str]]:
        """Give the sections of the changelog by their names."""
        text = (self.root / "CHANGELOG.md").read_text()
        return {section["name"]: section for section in _SECTION.finditer(text)}


def check_tree(release: Release) -> None:
    """Nothing is released that is not committed."""
    if changes := release.git("status", "--porcelain"):
        raise Amiss(f"there are changes that are not committed:\n{changes}")


def check_branch(release: Release) -> None:
    """Only main is released."""
    if (branch := release.git("branch", "--show-current")) != "main":
        raise Amiss(f"this is not main but {branch or 'no branch'}")


def check_version(release: Release) -> None:
    """The version is a new one, greater than all that were tagged."""
    version = _numbers(release.version)
    for tag in release.git("tag", "--list", "v[0-9]*").splitlines():
        if version <= _numbers(tag.removeprefix("v")):
            raise Amiss(f"{release.version} is not greater than {tag}: raise it in manifest.json")


def check_tag(release: Release) -> None:
    """The tag says what the manifest says."""
    if release.tag != f"v{release.version}":
        raise Amiss(f"the tag is {release.tag}, the version of the manifest {release.version}")


def check_changelog(release: Release) -> None:
    """The changelog has a section of this version, of a day that has come, and no leftovers."""
    sections = release.sections()
    section = sections.get(release.version)
    if not section or not re.search(r"^### .+\n\n- ", section["text"], re.MULTILINE):
        raise Amiss(f"CHANGELOG.md says nothing of {release.version}")
    if "Unreleased" in sections and sections["Unreleased"]["text"].strip():
        raise Amiss("CHANGELOG.md has unreleased entries: move them to the version's section")
    if _day(section["date"]) > datetime.now(UTC).date():
        raise Amiss(f"the day of {release.version} in CHANGELOG.md has not come: {section['date']}")
    if f"\n[{release.version}]: https://" not in (release.root / "CHANGELOG.md").read_text():
        raise Amiss(f"CHANGELOG.md has no link for [{release.version}]")


def check_tests(release: Release) -> None:
    """All that CI asks for passes here."""
    if subprocess.run([release.root / "scripts" / "test", "--all"], check=False).returncode:
        raise Amiss("scripts/test --all fails")


def build(release: Release) -> None:
    """Make the zip: the content of the integration's folder at its root, as committed."""
    release.archive.parent.mkdir(parents=True, exist_ok=True)
    tree = f"HEAD:{INTEGRATION.as_posix()}"
    release.git("archive", "--format=zip", f"--output={release.archive.resolve()}", tree)


def check_content(release: Release) -> None:
    """What is needed is at the root of the zip, and the version in it is the one released."""
    with zipfile.ZipFile(release.archive) as archive:
        names = set(archive.namelist())
        if missing := [name for name in _NEEDED if name not in names]:
            raise Amiss(f"{', '.join(missing)} not at the root of {release.archive.name}")
        if json.loads(archive.read("manifest.json"))["version"] != release.version:
            raise Amiss(f"{release.archive.name} holds another version than {release.version}")


def check_loading(release: Release) -> None:
    """What was zipped can be unpacked and imported whole, by itself."""
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / INTEGRATION
        zipfile.ZipFile(release.archive).extractall(unpacked)
        done = subprocess.run(
            [sys.executable, "-c", _LOAD], cwd=folder, check=False, capture_output=True, text=True
        )
        if done.returncode or not done.stdout.startswith(str(unpacked)):
            raise Amiss(f"{release.archive.name} cannot be imported:\n{done.stderr.strip()}")


type Step = tuple[str, Callable[[Release], None]]

HERE: Final[Sequence[Step]] = (
    ("everything is committed", check_tree),
    ("this is main", check_branch),
    ("the version is a new one", check_version),
    ("the changelog tells of it", check_changelog),
    ("the zip is made", build),
    ("the zip is what HACS and people expect", check_content),
    ("the zip can be loaded", check_loading),
    ("the tests pass", check_tests),
)
"""Before a tag is set; what takes long comes last."""
AT_TAG: Final[Sequence[Step]] = (
    ("the tag is that of the version", check_tag),
    ("the changelog tells of it", check_changelog),
    ("the zip is made", build),
    ("the zip is what HACS and people expect", check_content),
)


def failures(release: Release, steps: Sequence[Step]) -> Iterator[str]:
    """Say what is true, step by step, and give the first thing that is not."""
    for claim, step in steps:
        try:
            step(release)
        except Amiss as error:
            yield f"NOT {claim}: {error}"
            return
        print(f"ok  {claim}", flush=True)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Check, build, and say what comes next."""
    parser = argparse.ArgumentParser(prog="scripts/release", description=__doc__)
    parser.add_argument("--tag", help="check a tag that exists, as the workflow does")
    parser.add_argument("--zip", type=Path, default=root / "dist" / f"{DOMAIN}.zip", dest="archive")
    options = parser.parse_args(arguments)
    release = Release(root, options.archive, options.tag)
    for failure in failures(release, AT_TAG if release.tag else HERE):
        print(failure, file=sys.stderr)
        return 1
    print(f"{release.archive} is ready")
    if not release.tag:
        tag = f"v{release.version}"
        print(f"Next: git tag -a {tag} -m {tag} && git push origin main {tag}")
        print("Then publish a release of that tag on GitHub: its workflow adds the zip.")
    return 0


def _numbers(version: str) -> tuple[int, ...]:
    if not (match := _VERSION.fullmatch(version)):
        raise Amiss(f"{version} is no version like 1.2.3")
    return tuple(int(number) for number in match.groups())


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Amiss(f"a section of CHANGELOG.md has no day like 2026-11-25 but {text}") from None


if __name__ == "__main__":
    sys.exit(main())
