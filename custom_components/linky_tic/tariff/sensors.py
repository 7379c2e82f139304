"""The sensor of the tariff in force, in the same words in both modes where both know them."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensor, DerivedSensorDescription, Readings
from ..tic import KNOWN_TARIFFS, unnamed
from .tariffs import CURRENT_TARIFF

TARIFF_NAMES: Final = (
    *(slug for _, slug, *_ in KNOWN_TARIFFS),
    *(unnamed(register) for register in range(1, 11)),
)
"""The names that are translated; a supplier's texts are not."""


def _is_told(readings: Readings) -> bool:
    return "NTARF" in readings or "PTEC" in readings


class TariffSensor(DerivedSensor):
    """A slug, or the text that the meter shows; the options are the tariffs of the contract."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._read()

    @override
    def _read(self) -> None:
        tariffs = self.coordinator.tariffs
        name = self._attr_native_value = self._tariff()
        names = [tariffs.name_of(register) for register in sorted(tariffs.registers)]
        self._attr_options = list(dict.fromkeys((*names, *([name] if name else ()))))

    @abstractmethod
    def _tariff(self) -> str | None:
        """Give the name to be shown."""

    @override
    def _shown(self) -> object:
        return super()._shown(), self._attr_options


class CurrentTariffSensor(TariffSensor):
    """The tariff in force, and beside its name the text that the meter shows for it."""

    @override
    def _read(self) -> None:
        super()._read()
        self._attr_extra_state_attributes = {"text": self.coordinator.tariffs.text}

    @override
    def _shown(self) -> object:
        return super()._shown(), self._attr_extra_state_attributes

    @override
    def _tariff(self) -> str | None:
        current = self.coordinator.tariffs.current
        return current.name if current else None


TARIFF_VALUES: Final = (
    DerivedSensorDescription(
        key=CURRENT_TARIFF,
        sources=(CURRENT_TARIFF,),
        applies=_is_told,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
TARIFF_SENSORS: Final[Mapping[str, type[DerivedSensor]]] = {CURRENT_TARIFF: CurrentTariffSensor}
