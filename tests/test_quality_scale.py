"""All rules of Home Assistant's quality scale are answered, and what an answer names exists."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import metadata
from importlib.resources import files
import json
from pathlib import Path
import re
from typing import Final, NamedTuple

from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.linky_tic import PLATFORMS
from custom_components.linky_tic.const import DOMAIN

from .home import Home

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / DOMAIN

# developers.home-assistant.io, docs/core/integration-quality-scale, autumn 2026.
TIERS: Final[Mapping[str, str]] = {
    "bronze": """
        action-setup appropriate-polling brands common-modules config-flow-test-coverage config-flow
        dependency-transparency docs-actions docs-triggers docs-conditions
        docs-high-level-description docs-installation-instructions docs-removal-instructions
        entity-event-setup entity-unique-id has-entity-name runtime-data test-before-configure
        test-before-setup unique-config-entry
    """,
    "silver": """
        action-exceptions config-entry-unloading docs-configuration-parameters
        docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
        parallel-updates reauthentication-flow test-coverage
    """,
    "gold": """
        devices diagnostics discovery-update-info discovery docs-data-update docs-examples
        docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
        docs-use-cases dynamic-devices entity-category entity-device-class
        entity-disabled-by-default entity-translations exception-translations icon-translations
        reconfiguration-flow repair-issues stale-devices
    """,
    "platinum": "async-dependency inject-websession strict-typing",
}
RULES: Final = [rule for rules in TIERS.values() for rule in rules.split()]
PROOF: Final = re.compile(r"([\w./-]+\.(?:json|md|py|toml|ya?ml))(?:::(\w+)|#([\w-]+))?")


class Answer(NamedTuple):
    """What we say of a rule."""

    status: str
    comment: str


class Proof(NamedTuple):
    """What an answer names: a file, and at times a test or a heading in it."""

    path: Path
    test: str
    heading: str


def answers() -> Mapping[str, Answer]:
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    return {rule: Answer(**answer) for rule, answer in rules.items()}


def proofs(comment: str) -> list[Proof]:
    return [Proof(ROOT / path, test, heading) for path, test, heading in PROOF.findall(comment)]


def headings(path: Path) -> Iterator[str]:
    """The anchors that GitHub makes of a page's headings."""
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            title = re.sub(r"[^\w\s-]", "", line.lstrip("#").strip().lower())
            yield title.replace(" ", "-")


def exists(proof: Proof) -> bool:
    if not proof.path.is_file():
        return False
    if proof.test:
        test = re.compile(rf"^(?:async )?def {proof.test}\(", re.MULTILINE)
        return test.search(proof.path.read_text()) is not None
    return not proof.heading or proof.heading in headings(proof.path)


def test_no_rule_is_missing_and_none_is_unknown() -> None:
    assert len(RULES) == len(set(RULES)) == 54
    assert answers().keys() == set(RULES)
    assert {one.status for one in answers().values()} <= {"done", "exempt"}
    assert [rule for rule, one in answers().items() if not one.comment.endswith(".")] == []


def test_what_an_answer_names_exists() -> None:
    done = (one.comment for one in answers().values() if one.status == "done")
    assert [comment for comment in done if not proofs(comment)] == []
    named = {proof for one in answers().values() for proof in proofs(one.comment)}
    assert [proof for proof in named if not exists(proof)] == []


def test_a_proof_that_is_gone_is_noticed() -> None:
    (gone,) = proofs("tests/test_quality_scale.py::test_that_nobody_wrote.")
    assert not exists(gone)
    assert not exists(gone._replace(path=ROOT / "nowhere.py"))
    assert not exists(Proof(ROOT / "README.md", "", "a-heading-that-nobody-wrote"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_platform_limits_updates_that_there_are_not(platform: str) -> None:
    module = import_module(f"custom_components.{DOMAIN}.{platform}")
    assert module.PARALLEL_UPDATES == 0


async def test_every_entity_has_an_entity_name_and_is_not_polled(home: Home) -> None:
    await home.hears()
    registered = er.async_get(home.hass).entities.values()
    assert all(one.has_entity_name for one in registered if one.platform == DOMAIN)
    live = [
        entity
        for platform in PLATFORMS
        for entity in home.hass.data[DATA_INSTANCES][platform].entities
        if entity.platform.platform_name == DOMAIN
    ]
    assert len(live) > 10
    assert not any(entity.should_poll for entity in live)


def test_requirements_are_free_and_typed() -> None:
    requirements: list[str] = json.loads((INTEGRATION / "manifest.json").read_text())[
        "requirements"
    ]
    for requirement in requirements:
        name = re.split(r"[<>=~!]", requirement)[0]
        assert metadata(name)["License-Expression"] in {"Apache-2.0", "BSD-3-Clause", "MIT"}
        assert files(name).joinpath("py.typed").is_file()
