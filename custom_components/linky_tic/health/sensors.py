"""The counters of the line as diagnostic sensors: one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    DOMAIN as PLATFORM,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfRatio

from ..coordinator import LinkyCoordinator
from ..entity import LinkyEntity
from ..tic import Reason
from .line_quality import LineQuality


@dataclass(frozen=True, kw_only=True)
class CounterDescription(SensorEntityDescription):
    """A counter, off by default: a line that is bad is told by a repair. `value` reads it."""

    entity_registry_enabled_default: bool = False
    value: Callable[[LineQuality], float | None]


_COUNTED: Final[Mapping[str, Callable[[LineQuality], int]]] = {
    "good_groups": lambda line: line.receiver.good_groups,
    "checksum_errors": lambda line: line.rejected(Reason.CHECKSUM),
    "parity_errors": lambda line: line.receiver.wire.parity_errors,
    "format_errors": lambda line: line.rejected(Reason.FORMAT, Reason.DAMAGED),
    "held_groups": lambda line: line.rejected(Reason.HELD),
    "complete_frames": lambda line: line.receiver.counters.complete_frames,
    "reconnections": lambda line: line.link.reconnections,
}
LINE_COUNTERS: Final = (
    CounterDescription(
        key="line_quality",
        value=lambda line: line.good_share,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
    ),
    *(
        CounterDescription(
            key=key,
            value=value,
            state_class=SensorStateClass.TOTAL_INCREASING,
            suggested_display_precision=0,
        )
        for key, value in _COUNTED.items()
    ),
)


class CounterSensor(LinkyEntity, SensorEntity):
    """One counter of the line; it is there whether the meter is heard or not."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC

    entity_description: CounterDescription

    def __init__(self, coordinator: LinkyCoordinator, description: CounterDescription) -> None:
        super().__init__(coordinator, PLATFORM, description.key)
        self.entity_description = description
        self._attr_translation_key = description.key

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.signals.counters.connect(self._refresh))

    @override
    def _read(self) -> None:
        quality = self.coordinator.health.quality
        self._attr_native_value = self.entity_description.value(quality)
