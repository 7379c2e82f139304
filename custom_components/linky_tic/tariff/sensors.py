"""The sensor of the tariff in force, in the same words in both modes where both know them."""

from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from ..coordinator import LinkyCoordinator
from ..entities.derived import (
    DerivedBinarySensorDescription,
    DerivedSensor,
    DerivedSensorDescription,
    Value,
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

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        tariffs = self.coordinator.tariffs
        names = [tariffs.name_of(register) for register in sorted(tariffs.registers)]
        self._attr_options = list(dict.fromkeys((*names, *([str(value)] if value else ()))))


def current_name(meter: LinkyCoordinator) -> str | None:
    """Name the tariff in force."""
    current = meter.tariffs.current
    return current.name if current else None


def _is_off_peak(meter: LinkyCoordinator) -> bool | None:
    """Tell of off-peak hours; unknown in a tariff that only its supplier understands."""
    name = current_name(meter)
    return _OFF_PEAK in name if name in TARIFF_SLUGS else None


TARIFF_FLAGS: Final = (
    DerivedBinarySensorDescription(
        key=_OFF_PEAK,
        value=_is_off_peak,
        sources=("NGTF", "OPTARIF"),
        signals=lambda signals: (signals.tariff,),
        applies=_has_off_peak,
    ),
)
TARIFF_VALUES: Final = (
    DerivedSensorDescription(
        key=CURRENT_TARIFF,
        kind=TariffSensor,
        value=current_name,
        attributes=lambda meter: {"text": meter.tariffs.text},
        sources=("LTARF", "PTEC"),
        signals=lambda signals: (signals.tariff,),
        applies=_is_told,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
