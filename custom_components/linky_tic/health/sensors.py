"""The counters of the line as diagnostic sensors: one row each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import DOMAIN as PLATFORM, SensorEntity, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfRatio

from ..coordinator import LinkyCoordinator
from ..entity import LinkyEntity
from ..tic import Reason
from .line_quality import LineQuality


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter: the key of its entity and where its value stands."""

    key: str
    value: Callable[[LineQuality], float | None]
    unit: str | None = None
    on: bool = False


COUNTERS: Final = (
    Counter("line_quality", lambda line: line.good_share, UnitOfRatio.PERCENTAGE, on=True),
    Counter("good_groups", lambda line: line.receiver.good_groups),
    Counter("checksum_errors", lambda line: line.rejected(Reason.CHECKSUM)),
    Counter("parity_errors", lambda line: line.receiver.wire.parity_errors),
    Counter("format_errors", lambda line: line.rejected(Reason.FORMAT, Reason.DAMAGED)),
    Counter("held_groups", lambda line: line.rejected(Reason.HELD)),
    Counter("complete_frames", lambda line: line.receiver.counters.complete_frames),
    Counter("reconnections", lambda line: line.link.reconnections),
)


class CounterSensor(LinkyEntity, SensorEntity):
    """One counter of the line; it is there whether the meter is heard or not."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: LinkyCoordinator, counter: Counter) -> None:
        super().__init__(coordinator, PLATFORM, counter.key)
        self._counter = counter
        self._attr_translation_key = counter.key
        self._attr_native_unit_of_measurement = counter.unit
        self._attr_entity_registry_enabled_default = counter.on
        self._attr_state_class = (
            SensorStateClass.MEASUREMENT if counter.unit else SensorStateClass.TOTAL_INCREASING
        )
        self._attr_suggested_display_precision = 1 if counter.unit else 0

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
        self._attr_native_value = self._counter.value(self.coordinator.health.quality)
