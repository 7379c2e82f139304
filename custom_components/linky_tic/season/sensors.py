"""The sensors of a season: days of each colour so far and left, or peaks of EJP."""

from collections.abc import Mapping
from typing import Final, override

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensor, DerivedSensorDescription
from ..tic import COLOURS, Readings, has_colours, read_contract
from .days import SEASON

_LEFT: Final = "_left"


def _has_ejp(readings: Readings) -> bool:
    contract = read_contract(readings)
    return contract is not None and contract.name == "ejp"


class SeasonSensor(DerivedSensor):
    """How many days of a kind there have been in this season, or are left; known without the line.

    It is unknown while days are unknown that may be of this kind.
    """

    _unrecorded_attributes = frozenset({"days", "unknown_days"})

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._is_left = description.key.endswith(_LEFT)
        self._kind = _KIND_OF[description.key]

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _read(self) -> None:
        found = self.coordinator.season.tally(self._kind)
        self._attr_native_value = found.left if self._is_left else found.so_far
        self._attr_extra_state_attributes = {
            "season": f"{found.season.first.year}-{found.season.last.year}",
            "counted": len(found.days),
            "unknown": len(found.unknown),
        }
        if not self._is_left:
            self._attr_extra_state_attributes |= {
                "days": [day.isoformat() for day in found.days],
                "unknown_days": [day.isoformat() for day in found.unknown],
            }

    @override
    def _shown(self) -> object:
        return super()._shown(), self._attr_extra_state_attributes


_KIND_OF: Final[Mapping[str, str]] = {
    **{f"tempo_{colour}_days{left}": colour for colour in COLOURS for left in ("", _LEFT)},
    **{f"ejp_peaks{left}": "peak" for left in ("", _LEFT)},
}
_ENABLED: Final = frozenset({"tempo_red_days_left", "ejp_peaks_left"})

SEASON_VALUES: Final = tuple(
    DerivedSensorDescription(
        key=key,
        kind=SeasonSensor,
        sources=(SEASON,),
        applies=_has_ejp if kind == "peak" else has_colours,
        suggested_display_precision=0,
        entity_registry_enabled_default=key in _ENABLED,
    )
    for key, kind in _KIND_OF.items()
)
