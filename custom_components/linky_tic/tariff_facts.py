"""The sensor of the tariff in force, in the same words in both modes where both know them."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from .coordinator import LinkyCoordinator
from .facts import Readings, Value, ValueSensor
from .tariffs import CURRENT_TARIFF
from .tic import KNOWN_TARIFFS, unnamed

_SLUGS: Final = (
    *(known.slug for known in KNOWN_TARIFFS),
    *(unnamed(register) for register in range(1, 11)),
)
"""The names that are translated; a supplier's texts are not."""


def _is_told(readings: Readings) -> bool:
    return "NTARF" in readings or "PTEC" in readings


class CurrentTariffSensor(ValueSensor):
    """A slug, or the text that the meter shows; the options are the tariffs of the contract."""

    def __init__(self, coordinator: LinkyCoordinator, fact: Value) -> None:
        super().__init__(coordinator, fact)
        self._read()

    @override
    def _read(self) -> None:
        tariffs = self.coordinator.tariffs
        current = tariffs.current
        self._attr_native_value = current.name if current else None
        names = [tariffs.name_of(register) for register in sorted(tariffs.registers)]
        self._attr_options = list(dict.fromkeys((*names, *([current.name] if current else ()))))

    @override
    def _shown(self) -> object:
        return super()._shown(), self._attr_options


TARIFF_VALUES: Final = (
    Value(
        key=CURRENT_TARIFF,
        sources=(CURRENT_TARIFF,),
        applies=_is_told,
        device=SensorDeviceClass.ENUM,
        options=_SLUGS,
    ),
)
TARIFF_SENSORS: Final[Mapping[str, type[ValueSensor]]] = {CURRENT_TARIFF: CurrentTariffSensor}
