"""The sensors of what comes next: when the tariff changes, and to which.

They are reckoned from the days that the meter has told, so they do not end with the line.
"""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass

from .days import DAYS
from .facts import Readings, Value, ValueSensor
from .tariffs import CURRENT_TARIFF
from .tic import registers_in_use, unnamed


def _changes(readings: Readings) -> bool:
    """Whether there is another tariff to change to: not so under BASE."""
    return "PJOURF+1" in readings and len(registers_in_use(readings)) > 1


class NextChangeSensor(ValueSensor):
    """The instant of the next change."""

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _read(self) -> None:
        change = self.coordinator.days.next_change
        self._attr_native_value = change.at if change else None


class NextTariffSensor(NextChangeSensor):
    """The name of the tariff that comes then."""

    @override
    def _read(self) -> None:
        change = self.coordinator.days.next_change
        index = change.index if change else None
        names = self.coordinator.tariffs.names
        self._attr_native_value = None if index is None else names.get(index, unnamed(index))


DAY_VALUES: Final = (
    Value(
        key="next_tariff_change",
        sources=(DAYS,),
        applies=_changes,
        device=SensorDeviceClass.TIMESTAMP,
    ),
    Value(key="next_tariff", sources=(DAYS, CURRENT_TARIFF), applies=_changes),
)
DAY_SENSORS: Final[Mapping[str, type[ValueSensor]]] = {
    "next_tariff_change": NextChangeSensor,
    "next_tariff": NextTariffSensor,
}
