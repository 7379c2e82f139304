"""The diagnostic sensors of the line: its quality and counters, one row each."""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import EntityCategory, UnitOfRatio

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription
from ..tic import Reason

_COUNTERS: Final[Mapping[str, Callable[[LinkyCoordinator], float | None]]] = {
    "line_quality": lambda meter: meter.health.quality.good_share,
    "good_groups": lambda meter: meter.receiver.counters.good_groups,
    "checksum_errors": lambda meter: meter.receiver.counters.rejections(Reason.CHECKSUM),
    "parity_errors": lambda meter: meter.receiver.wire.parity_errors,
    "format_errors": lambda meter: meter.receiver.counters.rejections(
        Reason.FORMAT, Reason.DAMAGED
    ),
    "held_groups": lambda meter: meter.receiver.counters.rejections(Reason.HELD),
    "complete_frames": lambda meter: meter.receiver.counters.complete_frames,
    "reconnections": lambda meter: meter.link.reconnections,
}


def _row(key: str, value: Callable[[LinkyCoordinator], float | None]) -> DerivedSensorDescription:
    is_share = key == "line_quality"
    return DerivedSensorDescription(
        key=key,
        value=value,
        signals=lambda signals: (signals.minute,),
        needs_line=False,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,  # repair issues report a bad line
        state_class=SensorStateClass.MEASUREMENT if is_share else SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE if is_share else None,
        suggested_display_precision=1 if is_share else 0,
    )


LINE_COUNTERS: Final = tuple(_row(key, value) for key, value in _COUNTERS.items())
