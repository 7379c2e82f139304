"""The counters of the line as diagnostic sensors: one row each."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import EntityCategory, UnitOfRatio

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription
from ..tic import Reason
from .line_quality import LineQuality

_COUNTED: Final[Mapping[str, Callable[[LineQuality], float | None]]] = {
    "line_quality": lambda line: line.good_share,
    "good_groups": lambda line: line.receiver.good_groups,
    "checksum_errors": lambda line: line.rejected(Reason.CHECKSUM),
    "parity_errors": lambda line: line.receiver.wire.parity_errors,
    "format_errors": lambda line: line.rejected(Reason.FORMAT, Reason.DAMAGED),
    "held_groups": lambda line: line.rejected(Reason.HELD),
    "complete_frames": lambda line: line.receiver.counters.complete_frames,
    "reconnections": lambda line: line.link.reconnections,
}


def _counted(key: str, meter: LinkyCoordinator) -> float | None:
    return _COUNTED[key](meter.health.quality)


LINE_COUNTERS: Final = tuple(
    DerivedSensorDescription(
        key=key,
        value=partial(_counted, key),
        signal=lambda signals: signals.counters,
        needs_line=False,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,  # a line that is bad is told by a repair
        state_class=SensorStateClass.MEASUREMENT if is_share else SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE if is_share else None,
        suggested_display_precision=1 if is_share else 0,
    )
    for key in _COUNTED
    for is_share in (key == "line_quality",)
)
