"""What each row makes of its entity, as people have it: its statistics and pages depend on that."""

from collections.abc import Iterator
import csv
from pathlib import Path
from typing import Final

from custom_components.linky_tic.binary_sensor import DERIVED as FLAGS, LINK, WARNINGS
from custom_components.linky_tic.entities.derived import DerivedDescription
from custom_components.linky_tic.entities.descriptions import SENSOR_DESCRIPTIONS
from custom_components.linky_tic.health.sensors import LINE_COUNTERS
from custom_components.linky_tic.sensor import DERIVED as VALUES

TABLE: Final = Path(__file__).parents[1] / "data" / "entities.csv"
COLUMNS: Final = {
    # column of the table: attribute of a row
    "class": "device_class",
    "state": "state_class",
    "unit": "native_unit_of_measurement",
    "suggested": "suggested_unit_of_measurement",
    "digits": "suggested_display_precision",
    "category": "entity_category",
    "on": "entity_registry_enabled_default",
    "on under Tempo": "enabled_under_tempo",
    "needs the line": "needs_line",
    "rule": "rule",
    "name": "translation_key",
    "in it": "translation_placeholders",
    "sources": "sources",
    "options": "options",
}
DERIVED: Final[tuple[DerivedDescription, ...]] = (
    *(*LINE_COUNTERS, *VALUES),
    *(LINK, *WARNINGS, *FLAGS),
)


def rows() -> Iterator[dict[str, str]]:
    """Every row: of what is derived by its key, of a label's sensor by its quantity."""
    named = [(one.key, one) for one in DERIVED] + [*SENSOR_DESCRIPTIONS.items()]
    for key, row in named:
        yield {"key": str(key)} | {
            column: said(getattr(row, attribute, None)) for column, attribute in COLUMNS.items()
        }


def said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        value = (*value.values(),)
    return " ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def test_every_entity_is_as_in_the_list() -> None:
    with TABLE.open(encoding="utf-8", newline="") as table:
        assert [*rows()] == [*csv.DictReader(table)]
