"""What GitHub is told: the checks that run there, and what it asks people for."""

from pathlib import Path
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

ROOT: Final = Path(__file__).parents[1]
FORMS: Final = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
KINDS: Final = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = load_yaml_dict(str(workflow))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_the_checks_of_home_assistant_and_of_the_store_run_there() -> None:
    used = {step.get("uses", "").partition("@")[0] for path in WORKFLOWS for step in steps(path)}
    assert used >= {"home-assistant/actions/hassfest", "hacs/action"}


def test_what_runs_there_is_what_runs_here() -> None:
    run = {step.get("run") for path in WORKFLOWS for step in steps(path)}
    said = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in said if line.startswith("scripts/")] == [
        "scripts/test",
        "scripts/test --rest",
    ]
    assert {"scripts/test", "scripts/test --rest"} <= run


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_says_what_it_may_do_and_ends(path: Path) -> None:
    workflow = load_yaml_dict(str(path))
    assert "permissions" in workflow
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_is_one_that_github_shows(path: Path) -> None:
    form = load_yaml_dict(str(path))
    assert {"name", "description", "body"} <= form.keys()
    assert {field["type"] for field in form["body"]} <= KINDS
    asked = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in asked)
    ids = [field["id"] for field in asked]
    assert len(ids) == len(set(ids)) > 0


def test_a_report_is_asked_for_the_diagnostics_file() -> None:
    problem = next(path for path in FORMS if path.stem == "problem")
    fields = {field.get("id"): field for field in load_yaml_dict(str(problem))["body"]}
    assert "Download diagnostics" in fields["diagnostics"]["attributes"]["description"]
    assert fields["version"]["validations"]["required"]


def test_what_should_not_be_public_has_its_own_way() -> None:
    contacts = load_yaml_dict(str(ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml"))
    private = contacts["contact_links"][0]["url"]
    assert private in (ROOT / "SECURITY.md").read_text()
