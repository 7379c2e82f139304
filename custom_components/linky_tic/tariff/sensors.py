"""The sensors of the tariff in force and of off-peak hours, with the same states in both modes."""

from collections.abc import Callable
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import callback

from ..coordinator import LinkyCoordinator
from ..entities.derived import (
    DerivedBinarySensorDescription,
    DerivedSensor,
    DerivedSensorDescription,
    Value,
)
from ..entity import entity_text
from .in_force import numbered_name
from .tariffs import CURRENT_TARIFF
from .words import KNOWN_TARIFFS, TARIFF_SLUGS

TARIFF_NAMES: Final = (
    *(slug for _, slug, *_ in KNOWN_TARIFFS),
    *(numbered_name(register) for register in range(1, 11)),
)
"""The names of tariffs that have a translation; the texts of suppliers have none."""
_OFF_PEAK: Final = "off_peak"


@callback
def tariff_name(coordinator: LinkyCoordinator, register: int) -> str:
    """Return the name of a register's tariff, translated to Home Assistant's language if it can."""
    name = coordinator.tariffs.name_of(register)
    return entity_text(coordinator.hass, f"sensor.{CURRENT_TARIFF}.state.{name}") or name


def contract_is(*contracts: str) -> Callable[[LinkyCoordinator], bool | None]:
    """Return a condition for `applies`: whether the contract is one of these."""

    def applies(coordinator: LinkyCoordinator) -> bool | None:
        contract = coordinator.tariffs.contract
        return contract and contract.name in contracts

    return applies


def under_tempo(coordinator: LinkyCoordinator) -> bool | None:
    """Whether the contract is Tempo: some meters send its colours and no name of a contract."""
    return coordinator.tariffs.is_tempo or contract_is("tempo")(coordinator)


class TariffSensor(DerivedSensor):
    """A tariff: a slug or the meter's text. The options are the tariffs of the contract."""

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        tariffs = self.coordinator.tariffs
        names = [tariffs.name_of(register) for register in sorted(tariffs.registers)]
        self._attr_options = list(dict.fromkeys((*names, *([str(value)] if value else ()))))


def current_tariff_name(meter: LinkyCoordinator) -> str | None:
    current = meter.tariffs.current
    return current.name if current else None


def _is_off_peak(meter: LinkyCoordinator) -> bool | None:
    """Return whether the hours are off-peak; None under a name that is not in our tables."""
    name = current_tariff_name(meter)
    return _OFF_PEAK in name if name in TARIFF_SLUGS else None


TARIFF_FLAGS: Final = (
    DerivedBinarySensorDescription(
        key=_OFF_PEAK,
        value=_is_off_peak,
        sources=("NGTF", "OPTARIF"),
        signals=lambda signals: (signals.tariff,),
        applies=contract_is(_OFF_PEAK, "tempo"),
    ),
)
TARIFF_VALUES: Final = (
    DerivedSensorDescription(
        key=CURRENT_TARIFF,
        entity=TariffSensor,
        value=current_tariff_name,
        attributes=lambda meter: {"text": meter.tariffs.text},
        sources=("NTARF", "LTARF", "PTEC"),
        signals=lambda signals: (signals.tariff,),
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
