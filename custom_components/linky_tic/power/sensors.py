"""The sensors of the estimated active power: watts, and the power factor.

The Energy dashboard's view of what is drawn now takes watts alone, and no meter sends any.
"""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfPower

from ..entities.derived import DerivedSensorDescription
from ..reporting.rules import ACTIVE_POWER, POWER_FACTOR
from ..tic import Quantity, Readings

_INDEXES: Final = frozenset({Quantity.TOTAL_ENERGY, Quantity.SUPPLIER_ENERGY})


def _can_be_estimated(readings: Readings) -> bool:
    quantities = {reading.label.quantity for reading in readings.values()}
    return bool(quantities & _INDEXES) and Quantity.IMPORTED_POWER in quantities


POWER_VALUES: Final = (
    DerivedSensorDescription(
        key=ACTIVE_POWER,
        value=lambda meter: meter.active_power.watts,
        attributes=lambda meter: {"window": meter.active_power.window},
        applies=_can_be_estimated,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    ),
    DerivedSensorDescription(
        key=POWER_FACTOR,
        value=lambda meter: meter.active_power.factor,
        applies=_can_be_estimated,
        device_class=SensorDeviceClass.POWER_FACTOR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
    ),
)
