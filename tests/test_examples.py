"""What the documentation shows is taken by Home Assistant, and what it names exists."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.automation.config import (
    ValidationStatus,
    async_validate_config_item,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import slugify
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.linky_tic import binary_sensor, sensor
from custom_components.linky_tic.health.sensors import LINE_COUNTERS
from custom_components.linky_tic.tic import CATALOGUE, Mode

from .pages import PAGES, name

ENTITY: Final = re.compile(r"\b(?:binary_sensor|calendar|event|sensor)\.linky_\w+")
OLD: Final = {"sensor.linky_index_option_base"}  # what another integration made
ENTITIES: Final = {
    *(f"sensor.linky_{slugify(name)}" for mode in Mode for name in CATALOGUE[mode]),
    *(f"sensor.linky_{one.key}" for one in sensor.DERIVED),
    *(f"sensor.linky_{one.key}" for one in LINE_COUNTERS),
    *(f"binary_sensor.linky_{one.key}" for one in binary_sensor.DERIVED),
    *(f"binary_sensor.linky_{name}" for name in ("link", "adps", "adir1", "pejp")),
    "calendar.linky_tariff",
    "event.linky_events",
}


def automations(page: Path) -> Iterator[dict[str, Any]]:
    """Give what a page shows that has triggers."""
    for block in re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE):
        if "triggers:" in block:
            yield parse_yaml(block)  # type: ignore[misc]  # a mapping, since it has a key


EXAMPLES: Final = [(name(page), one) for page in PAGES for one in automations(page)]


@pytest.mark.parametrize(
    ("page", "example"), EXAMPLES, ids=[f"{page}-{i}" for i, (page, _) in enumerate(EXAMPLES)]
)
async def test_an_example_is_an_automation(
    hass: HomeAssistant, page: str, example: dict[str, Any]
) -> None:
    automation = await async_validate_config_item(hass, "example", {"alias": page, **example})
    assert automation is not None
    assert automation.validation_status is ValidationStatus.OK


def test_an_entity_that_a_page_names_exists() -> None:
    named = {(entity, name(page)) for page in PAGES for entity in ENTITY.findall(page.read_text())}
    assert [one for one in named if one[0] not in ENTITIES | OLD] == []


def test_json_that_a_page_shows_is_json() -> None:
    json_block = re.compile(r"^```json\n(.*?)^```", re.DOTALL | re.MULTILINE)
    assert all(json.loads(one) for page in PAGES for one in json_block.findall(page.read_text()))


def test_a_label_that_an_expression_takes_exists() -> None:
    taken = re.compile(r"\.([A-Z][A-Z0-9]{3,})\b")
    labels = {label for page in PAGES for label in taken.findall(page.read_text())}
    assert labels <= {label for mode in Mode for label in CATALOGUE[mode]}
