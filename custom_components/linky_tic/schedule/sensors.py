"""The sensors of what comes next: when the tariff changes, and to which.

They are reckoned from the days that the meter has told, so they do not end with the line.
"""

from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from ..entities.derived import DerivedSensor, DerivedSensorDescription
from ..tariff.sensors import TARIFF_NAMES, TariffSensor
from ..tariff.tariffs import CURRENT_TARIFF
from ..tic import Readings, registers_in_use


def _changes(readings: Readings) -> bool:
    """Whether there is another tariff to change to: not so under BASE."""
    return "PJOURF+1" in readings and len(registers_in_use(readings)) > 1


class NextChangeSensor(DerivedSensor):
    """The instant of the next change."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _read(self) -> None:
        change = self.coordinator.days.next_change
        self._attr_native_value = change.at if change else None


class NextTariffSensor(TariffSensor):
    """The name of the tariff that comes then."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _tariff(self) -> str | None:
        change = self.coordinator.days.next_change
        if change is None or change.register is None:
            return None
        return self.coordinator.tariffs.name_of(change.register)


DAY_VALUES: Final = (
    DerivedSensorDescription(
        key="next_tariff_change",
        kind=NextChangeSensor,
        sources=(CURRENT_TARIFF,),
        signal=lambda signals: signals.days,
        applies=_changes,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    DerivedSensorDescription(
        key="next_tariff",
        kind=NextTariffSensor,
        is_on_under_tempo=False,
        sources=(CURRENT_TARIFF,),
        signal=lambda signals: signals.days,
        applies=_changes,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
