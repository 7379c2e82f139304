"""How each quantity is shown in Home Assistant's terms: one row a quantity, never a label.

A row is what the sensors of all labels of its quantity have in common; its key is not used. What
is on by default is what a household looks at: what is a bit of a register, what another entity
says as well, and what only a technician asks for, is off.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass as Device,
    SensorEntityDescription as Row,
    SensorStateClass as State,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfReactiveEnergy

from ..tic import Quantity

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC


def _measured(device: Device | None, *, on: bool = False) -> Row:
    return Row(
        key="",
        device_class=device,
        state_class=State.MEASUREMENT,
        suggested_display_precision=0,
        entity_registry_enabled_default=on,
    )


def _index(device: Device, unit: str, *, on: bool) -> Row:
    return Row(
        key="",
        device_class=device,
        state_class=State.TOTAL_INCREASING,
        suggested_unit_of_measurement=unit,
        suggested_display_precision=2,
        entity_registry_enabled_default=on,
    )


def _said(
    device: Device | None = None, category: EntityCategory | None = None, *, on: bool = False
) -> Row:
    """Describe what is shown as it is said: an instant, a text, a setting of the contract."""
    precision = None if device in {None, Device.TIMESTAMP} else 0
    return Row(
        key="",
        device_class=device,
        entity_category=category,
        suggested_display_precision=precision,
        entity_registry_enabled_default=on,
    )


_ENERGY: Final = _index(Device.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, on=True)
_RAW: Final = _said(category=_DIAGNOSTIC)
_Q = Quantity

SHOWN: Final[Mapping[Quantity, Row]] = MappingProxyType(
    {
        _Q.ADDRESS: _RAW,
        _Q.VERSION: _RAW,
        _Q.CLOCK: _said(Device.TIMESTAMP, _DIAGNOSTIC),
        _Q.CALENDAR_NAME: _RAW,
        _Q.TARIFF_NAME: _said(),
        _Q.TOTAL_ENERGY: _ENERGY,
        _Q.SUPPLIER_ENERGY: _ENERGY,
        _Q.DISTRIBUTOR_ENERGY: _index(Device.ENERGY, UnitOfEnergy.KILO_WATT_HOUR, on=False),
        _Q.EXPORTED_ENERGY: _ENERGY,
        _Q.REACTIVE_ENERGY: _index(
            Device.REACTIVE_ENERGY, UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR, on=False
        ),
        _Q.CURRENT: _measured(Device.CURRENT),
        _Q.VOLTAGE: _measured(Device.VOLTAGE),
        _Q.SUBSCRIBED_POWER: _said(Device.APPARENT_POWER, _DIAGNOSTIC),
        _Q.CUT_OFF_POWER: _said(Device.APPARENT_POWER, _DIAGNOSTIC),
        _Q.IMPORTED_POWER: _measured(Device.APPARENT_POWER, on=True),
        _Q.EXPORTED_POWER: _measured(Device.APPARENT_POWER, on=True),
        _Q.IMPORTED_PEAK: _measured(Device.APPARENT_POWER),
        _Q.IMPORTED_PEAK_YESTERDAY: _measured(Device.APPARENT_POWER),
        _Q.EXPORTED_PEAK: _measured(Device.APPARENT_POWER),
        _Q.EXPORTED_PEAK_YESTERDAY: _measured(Device.APPARENT_POWER),
        _Q.IMPORTED_LOAD: _measured(Device.POWER),
        _Q.IMPORTED_LOAD_PREVIOUS: _measured(Device.POWER),
        _Q.EXPORTED_LOAD: _measured(Device.POWER),
        _Q.EXPORTED_LOAD_PREVIOUS: _measured(Device.POWER),
        _Q.MEAN_VOLTAGE: _measured(Device.VOLTAGE),
        _Q.STATUS: _RAW,
        _Q.PEAK_START: _said(Device.TIMESTAMP),
        _Q.PEAK_END: _said(Device.TIMESTAMP),
        _Q.MESSAGE: _said(),
        _Q.SHORT_MESSAGE: _said(),
        _Q.METERING_POINT: _RAW,
        _Q.RELAYS: _RAW,
        _Q.TARIFF_NUMBER: _said(),
        _Q.DAY_NUMBER: _RAW,
        _Q.NEXT_DAY_NUMBER: _RAW,
        _Q.NEXT_DAY_PROFILE: _RAW,
        _Q.PEAK_DAY_PROFILE: _RAW,
        _Q.TARIFF_OPTION: _RAW,
        _Q.SUBSCRIBED_CURRENT: _said(Device.CURRENT, _DIAGNOSTIC),
        _Q.PEAK_NOTICE: _said(Device.DURATION),
        _Q.TARIFF_PERIOD: _said(),
        _Q.TOMORROW: _said(),
        _Q.OVERRUN_CURRENT: _measured(Device.CURRENT),
        _Q.HIGHEST_CURRENT: _said(Device.CURRENT, _DIAGNOSTIC),
        _Q.SCHEDULE_GROUP: _RAW,
        _Q.STATUS_WORD: _RAW,
        _Q.MISSING_PHASES: _RAW,
    }
)
