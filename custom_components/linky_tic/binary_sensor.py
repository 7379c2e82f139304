"""The binary sensors: the connection to the meter, warnings, and those of several labels."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from homeassistant.components.binary_sensor import DOMAIN as PLATFORM, BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedBinarySensorDescription, add_derived
from .entities.status import STATUS_FLAGS
from .tariff.sensors import TARIFF_FLAGS
from .tic import LABELS, Label, Quantity

PARALLEL_UPDATES = 0

DERIVED: Final[tuple[DerivedBinarySensorDescription, ...]] = (*STATUS_FLAGS, *TARIFF_FLAGS)
"""The rows of binary sensors that are computed from several labels."""
_WARNINGS: Final[Mapping[Quantity, BinarySensorDeviceClass | None]] = {
    Quantity.OVERRUN_CURRENT: BinarySensorDeviceClass.PROBLEM,
    Quantity.PEAK_NOTICE: None,
}


def _is_sent(label: Label, meter: LinkyCoordinator) -> bool | None:
    """Return whether the meter sends a warning.

    Return None for a label of the other mode, and until enough frames were read after a start.
    """
    if label.name in meter.readings:
        return True
    return False if meter.is_settled and meter.mode is label.mode else None


LINK: Final = DerivedBinarySensorDescription(
    key="link",
    value=lambda meter: meter.is_recognised,
    needs_line=False,
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)
WARNINGS: Final = tuple(
    DerivedBinarySensorDescription(
        key=label.name,
        value=partial(_is_sent, label),
        sources=(label.name,),
        device_class=_WARNINGS[label.quantity],
        entity_registry_enabled_default=False,
        translation_key=f"{label.quantity}_phase" if label.phase else label.quantity,
        translation_placeholders={"phase": str(label.phase)} if label.phase else None,
    )
    for label in LABELS.values()
    if label.quantity in _WARNINGS
)
"""Labels that vanish instead of returning to zero; off by default, as other entities show them."""


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors that this meter has."""
    add_derived(entry, PLATFORM, (LINK, *WARNINGS, *DERIVED), async_add_entities)
