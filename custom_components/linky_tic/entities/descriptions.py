"""How each quantity is shown in Home Assistant's terms: one row a quantity, never a label.

It knows quantities and the sensor platform's vocabulary, nothing of readings or entities.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass as Device,
    SensorStateClass as State,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfReactiveEnergy

from ..tic import Quantity


@dataclass(frozen=True, slots=True)
class Shown:
    """How a quantity is shown; `on` is whether it is enabled by default."""

    device: Device | None = None
    state: State | None = None
    category: EntityCategory | None = None
    on: bool = True
    suggested_unit: str | None = None
    precision: int | None = None


_INDEX: Final = Shown(
    Device.ENERGY, State.TOTAL_INCREASING, suggested_unit=UnitOfEnergy.KILO_WATT_HOUR, precision=2
)
_POWER: Final = Shown(Device.APPARENT_POWER, State.MEASUREMENT, precision=0)
_LOAD: Final = Shown(Device.POWER, State.MEASUREMENT, precision=0)
_CURRENT: Final = Shown(Device.CURRENT, State.MEASUREMENT, precision=0)
_CONTRACT: Final = Shown(Device.APPARENT_POWER, category=EntityCategory.DIAGNOSTIC, precision=0)
_TIME: Final = Shown(Device.TIMESTAMP, on=False)
_TEXT: Final = Shown()
_RAW: Final = Shown(category=EntityCategory.DIAGNOSTIC, on=False)
_Q = Quantity

SHOWN: Final[Mapping[Quantity, Shown]] = MappingProxyType(
    {
        _Q.ADDRESS: _RAW,
        _Q.VERSION: _RAW,
        _Q.CLOCK: Shown(Device.TIMESTAMP, category=EntityCategory.DIAGNOSTIC, on=False),
        _Q.CALENDAR_NAME: Shown(category=EntityCategory.DIAGNOSTIC),
        _Q.TARIFF_NAME: _TEXT,
        _Q.TOTAL_ENERGY: _INDEX,
        _Q.SUPPLIER_ENERGY: _INDEX,
        _Q.DISTRIBUTOR_ENERGY: Shown(
            Device.ENERGY,
            State.TOTAL_INCREASING,
            on=False,
            suggested_unit=UnitOfEnergy.KILO_WATT_HOUR,
            precision=2,
        ),
        _Q.EXPORTED_ENERGY: _INDEX,
        _Q.REACTIVE_ENERGY: Shown(
            Device.REACTIVE_ENERGY,
            State.TOTAL_INCREASING,
            on=False,
            suggested_unit=UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
            precision=2,
        ),
        _Q.CURRENT: _CURRENT,
        _Q.VOLTAGE: Shown(Device.VOLTAGE, State.MEASUREMENT, precision=0),
        _Q.SUBSCRIBED_POWER: _CONTRACT,
        _Q.CUT_OFF_POWER: _CONTRACT,
        _Q.IMPORTED_POWER: _POWER,
        _Q.EXPORTED_POWER: _POWER,
        _Q.IMPORTED_PEAK: _POWER,
        _Q.IMPORTED_PEAK_YESTERDAY: _POWER,
        _Q.EXPORTED_PEAK: _POWER,
        _Q.EXPORTED_PEAK_YESTERDAY: _POWER,
        _Q.IMPORTED_LOAD: _LOAD,
        _Q.IMPORTED_LOAD_PREVIOUS: Shown(Device.POWER, State.MEASUREMENT, on=False, precision=0),
        _Q.EXPORTED_LOAD: _LOAD,
        _Q.EXPORTED_LOAD_PREVIOUS: Shown(Device.POWER, State.MEASUREMENT, on=False, precision=0),
        _Q.MEAN_VOLTAGE: Shown(Device.VOLTAGE, State.MEASUREMENT, on=False, precision=0),
        _Q.STATUS: _RAW,
        _Q.PEAK_START: _TIME,
        _Q.PEAK_END: _TIME,
        _Q.MESSAGE: _TEXT,
        _Q.SHORT_MESSAGE: _TEXT,
        _Q.METERING_POINT: _RAW,
        _Q.RELAYS: _RAW,
        _Q.TARIFF_NUMBER: _TEXT,
        _Q.DAY_NUMBER: _RAW,
        _Q.NEXT_DAY_NUMBER: _RAW,
        _Q.NEXT_DAY_PROFILE: _RAW,
        _Q.PEAK_DAY_PROFILE: _RAW,
        _Q.TARIFF_OPTION: Shown(category=EntityCategory.DIAGNOSTIC),
        _Q.SUBSCRIBED_CURRENT: Shown(
            Device.CURRENT, category=EntityCategory.DIAGNOSTIC, precision=0
        ),
        _Q.PEAK_NOTICE: Shown(Device.DURATION, on=False),
        _Q.TARIFF_PERIOD: _TEXT,
        _Q.TOMORROW: _TEXT,
        _Q.OVERRUN_CURRENT: _CURRENT,
        _Q.HIGHEST_CURRENT: Shown(
            Device.CURRENT, category=EntityCategory.DIAGNOSTIC, on=False, precision=0
        ),
        _Q.SCHEDULE_GROUP: _RAW,
        _Q.STATUS_WORD: _RAW,
        _Q.MISSING_PHASES: _RAW,
    }
)
