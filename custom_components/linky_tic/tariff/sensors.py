"""The sensor of the tariff in force, in the same words in both modes where both know them."""

from abc import abstractmethod
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from ..coordinator import LinkyCoordinator
from ..entities.derived import (
    DerivedBinarySensor,
    DerivedBinarySensorDescription,
    DerivedSensor,
    DerivedSensorDescription,
)
from ..tic import KNOWN_TARIFFS, TARIFF_SLUGS, Readings, read_contract, unnamed
from .tariffs import CURRENT_TARIFF

TARIFF_NAMES: Final = (
    *(slug for _, slug, *_ in KNOWN_TARIFFS),
    *(unnamed(register) for register in range(1, 11)),
)
"""The names that are translated; a supplier's texts are not."""


_OFF_PEAK: Final = "off_peak"
_WITH_OFF_PEAK: Final = frozenset({_OFF_PEAK, "tempo"})
"""Contracts that have off-peak hours."""


def _has_off_peak(readings: Readings) -> bool:
    contract = read_contract(readings)
    return contract is not None and contract.name in _WITH_OFF_PEAK


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


class OffPeakSensor(DerivedBinarySensor):
    """On in off-peak hours; unknown in a tariff that only its supplier understands."""

    @override
    def _read(self) -> None:
        current = self.coordinator.tariffs.current
        is_understood = current is not None and current.name in TARIFF_SLUGS
        self._attr_is_on = _OFF_PEAK in current.name if current and is_understood else None


TARIFF_FLAGS: Final = (
    DerivedBinarySensorDescription(
        key=_OFF_PEAK,
        kind=OffPeakSensor,
        sources=(CURRENT_TARIFF, "NGTF", "OPTARIF"),
        applies=_has_off_peak,
    ),
)
TARIFF_VALUES: Final = (
    DerivedSensorDescription(
        key=CURRENT_TARIFF,
        kind=CurrentTariffSensor,
        sources=(CURRENT_TARIFF,),
        applies=_is_told,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
