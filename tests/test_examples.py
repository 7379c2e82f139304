"""The automations that the documentation shows are ones that Home Assistant takes."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.automation.config import (
    ValidationStatus,
    async_validate_config_item,
)
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import parse_yaml
import pytest

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md")])
ENTITY: Final = re.compile(r"(?:binary_sensor|calendar|event|sensor)\.linky_\w+")


def automations(page: Path) -> Iterator[dict[str, Any]]:
    """Give what a page shows that has triggers."""
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        if "triggers:" in block:
            yield parse_yaml(block)  # type: ignore[misc]  # a mapping, since it has a key


EXAMPLES: Final = [(page.name, one) for page in PAGES for one in automations(page)]


@pytest.mark.parametrize(
    ("page", "example"), EXAMPLES, ids=[f"{page}-{i}" for i, (page, _) in enumerate(EXAMPLES)]
)
async def test_an_example_is_an_automation(
    hass: HomeAssistant, page: str, example: dict[str, Any]
) -> None:
    automation = await async_validate_config_item(hass, "example", {"alias": page, **example})
    assert automation is not None
    assert automation.validation_status is ValidationStatus.OK
