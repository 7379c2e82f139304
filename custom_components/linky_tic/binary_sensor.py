"""What is either so or not: whether the meter is heard, and the warnings that come and go."""

from collections.abc import Iterable
from typing import Final, override

from homeassistant.components.binary_sensor import (
    DOMAIN as PLATFORM,
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .entities.derived import DerivedBinarySensorDescription, add_derived
from .entities.status import STATUS_FLAGS
from .entity import LinkyEntity
from .tariff.sensors import TARIFF_FLAGS
from .tic import Label, Quantity

PARALLEL_UPDATES = 0

DERIVED: Final[tuple[DerivedBinarySensorDescription, ...]] = (*STATUS_FLAGS, *TARIFF_FLAGS)
"""What labels tell together, each room its own rows."""
_WARNINGS: Final = frozenset({Quantity.OVERRUN_CURRENT, Quantity.PEAK_NOTICE})
"""Quantities whose groups vanish instead of returning to zero: their presence is the state."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make the link's sensor, and one for each warning that this meter may send."""
    coordinator = entry.runtime_data

    @callback
    def add(labels: Iterable[Label]) -> None:
        warnings = [label for label in labels if label.quantity in _WARNINGS]
        async_add_entities([WarningSensor(coordinator, label) for label in warnings])

    async_add_entities([LinkSensor(coordinator)])
    add_derived(entry, PLATFORM, DERIVED, async_add_entities)
    entry.async_on_unload(coordinator.known_labels.listen(add))


class LinkSensor(LinkyEntity, BinarySensorEntity):
    """Whether the meter is heard; it is available above all when it is not."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = "link"

    def __init__(self, coordinator: LinkyCoordinator) -> None:
        super().__init__(coordinator, PLATFORM, "link")

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _read(self) -> None:
        is_known = self.coordinator.link.is_connected is not None
        self._attr_is_on = self.coordinator.is_available if is_known else None


class WarningSensor(LinkyEntity, BinarySensorEntity):
    """Whether a warning is being sent; what it means to a household is told by other entities."""

    _attr_entity_registry_enabled_default = False

    def __init__(self, coordinator: LinkyCoordinator, label: Label) -> None:
        super().__init__(coordinator, PLATFORM, label.name)
        if label.quantity is Quantity.OVERRUN_CURRENT:
            self._attr_device_class = BinarySensorDeviceClass.PROBLEM
        self._attr_translation_key = label.quantity
        if label.phase:
            self._attr_translation_key = f"{label.quantity}_phase"
            self._attr_translation_placeholders = {"phase": str(label.phase)}

    @override
    def _read(self) -> None:
        is_sent = self.coordinator.reading(self._key) is not None
        # One that is not heard yet, after a restart, may be on all the same.
        self._attr_is_on = is_sent if is_sent or self.coordinator.freshness.is_settled else None
