"""What Home Assistant's and the store's own checks ask of the files beside the code.

The rules are those of hassfest and of the HACS action, which only run on GitHub.
"""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
import subprocess
import tomllib
from typing import Any, Final
from urllib.parse import urlparse

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.const import Platform, __version__
import pytest

type Json = dict[str, Any]  # files of Home Assistant's own shapes

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "linky_tic"
REQUIRED: Final = {
    "codeowners",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",  # asked for by the store
    "name",
    "version",
}
OPTIONAL: Final = {
    "after_dependencies",
    "config_flow",
    "dependencies",
    "import_executor",
    "loggers",
    "mqtt",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "usb",
}
STORE_KEYS: Final = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "render_readme",
    "zip_release",
}
# Always there, so hassfest lets everyone import them.
FREE: Final = {platform.value for platform in Platform} | {
    "frontend",
    "homeassistant",
    "persistent_notification",
    "system_health",
    "websocket_api",
}
RELEASE: Final = re.compile(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d")
PNG: Final = b"\x89PNG\r\n\x1a\n"
BRAND: Final = {
    "icon.png": 256,
    "icon@2x.png": 512,
    "logo.png": 256,
    "logo@2x.png": 512,
    "dark_logo.png": 256,
    "dark_logo@2x.png": 512,
}


@pytest.fixture
def manifest() -> Json:
    text = (INTEGRATION / "manifest.json").read_text()
    return dict(json.loads(text))


@pytest.fixture
def store() -> Json:
    return dict(json.loads((ROOT / "hacs.json").read_text()))


def test_the_manifest_begins_with_domain_and_name_and_goes_on_in_order(manifest: Json) -> None:
    rest = sorted(manifest.keys() - {"domain", "name"})
    assert list(manifest) == ["domain", "name", *rest]


def test_the_manifest_has_the_keys_it_must_have_and_none_that_is_unknown(manifest: Json) -> None:
    assert manifest.keys() >= REQUIRED
    assert manifest.keys() <= REQUIRED | OPTIONAL


def test_the_domain_is_the_name_of_the_folder(manifest: Json) -> None:
    assert manifest["domain"] == INTEGRATION.name


def test_links_of_the_manifest_are_secure_and_not_those_of_core(manifest: Json) -> None:
    for key in ("documentation", "issue_tracker"):
        link = urlparse(manifest[key])
        assert link.scheme == "https"
        assert link.netloc != "www.home-assistant.io"


def test_the_version_is_one_that_home_assistant_can_compare(manifest: Json) -> None:
    version = AwesomeVersion(manifest["version"], ensure_strategy=AwesomeVersionStrategy.SEMVER)
    assert version.valid


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]


def test_the_changelog_names_its_releases_in_the_form_it_announces() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text().splitlines()
    first, *releases = [line for line in lines if line.startswith("## ")]
    assert first == "## [Unreleased]"
    assert [line for line in releases if not RELEASE.fullmatch(line)] == []


def test_somebody_answers_for_the_code(manifest: Json) -> None:
    assert manifest["codeowners"]
    assert all(owner.startswith("@") for owner in manifest["codeowners"])


def test_requirements_do_not_pin_what_home_assistant_pins_itself(manifest: Json) -> None:
    assert all("==" not in requirement for requirement in manifest["requirements"])


def test_a_dependency_is_either_needed_or_waited_for(manifest: Json) -> None:
    assert not set(manifest["dependencies"]) & set(manifest["after_dependencies"])


def test_a_config_flow_that_is_announced_is_there(manifest: Json) -> None:
    assert manifest["config_flow"]
    assert (INTEGRATION / "config_flow.py").is_file()


def test_what_is_imported_from_other_integrations_is_declared(manifest: Json) -> None:
    declared = FREE | {*manifest["dependencies"], *manifest["after_dependencies"]}
    # A module of an integration's name is our platform for it.
    declared |= {path.stem for path in INTEGRATION.glob("*.py")}
    assert set(imported_integrations()) - declared == set()


def imported_integrations() -> Iterator[str]:
    for path in INTEGRATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.ImportFrom(module="homeassistant.components"):
                    yield from (alias.name for alias in node.names)
                case ast.ImportFrom(module=str(module)):
                    yield from component(module)
                case ast.Import():
                    yield from (name for alias in node.names for name in component(alias.name))


def component(module: str) -> list[str]:
    return module.split(".")[2:3] if module.startswith("homeassistant.components.") else []


def test_the_store_finds_one_manifest_alone() -> None:
    """It walks the clone, and takes what it finds first; it refuses when there are several."""
    found = subprocess.run(
        ["/usr/bin/env", "git", "-C", str(ROOT), "ls-files", "*manifest.json"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == ["custom_components/linky_tic/manifest.json"]


def test_the_store_knows_every_key_that_it_is_given(store: Json) -> None:
    assert {"name"} <= store.keys() <= STORE_KEYS


def test_the_store_shows_the_name_of_the_manifest(store: Json, manifest: Json) -> None:
    assert store["name"] == manifest["name"]


def test_the_oldest_home_assistant_admitted_is_one_that_is_tested(store: Json) -> None:
    floor = AwesomeVersion(store["homeassistant"])
    tested = AwesomeVersion(__version__)
    assert [floor.section(part) for part in (0, 1)] == [tested.section(part) for part in (0, 1)]
    assert floor <= tested


def test_the_store_is_told_the_country_by_its_code(store: Json) -> None:
    assert store["country"] == "FR"


@pytest.mark.parametrize(("name", "height"), BRAND.items())
def test_a_picture_of_the_brand_has_the_size_that_is_asked_for(name: str, height: int) -> None:
    data = (INTEGRATION / "brand" / name).read_bytes()
    assert data.startswith(PNG)
    # IHDR comes first: length, type, width, height, big-endian.
    actual_width, actual_height = struct.unpack(">II", data[16:24])
    assert actual_height == height
    assert actual_width == height if "icon" in name else actual_width > height


def test_the_brand_has_no_picture_that_home_assistant_does_not_ask_for() -> None:
    assert {path.name for path in (INTEGRATION / "brand").iterdir()} == BRAND.keys()


def test_the_oldest_home_assistant_that_is_admitted_runs_these_tests() -> None:
    assert json.loads((ROOT / "hacs.json").read_text())["homeassistant"] == __version__
