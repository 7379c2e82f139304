"""The sensor description of each quantity: device class, state class, category and unit.

A row applies to the sensors of all labels of its quantities; its key is not used. Only what most
households look at is on by default, not the details for technicians, nor what another entity shows.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.sensor import (
    SensorDeviceClass as Device,
    SensorEntityDescription as Description,
    SensorStateClass as State,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfReactiveEnergy

from ..tic import Quantity

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC
_Q = Quantity


def _row(
    device: Device | None = None,
    state: State | None = None,
    category: EntityCategory | None = None,
    *,
    unit: str | None = None,
    on: bool = False,
) -> Description:
    """Return a description; `unit` is the suggested unit of an index."""
    is_number = device not in {None, Device.TIMESTAMP}
    return Description(
        key="",
        device_class=device,
        state_class=state,
        entity_category=category,
        suggested_unit_of_measurement=unit,
        suggested_display_precision=2 if unit else 0 if is_number else None,
        entity_registry_enabled_default=on,
    )


_KWH: Final = UnitOfEnergy.KILO_WATT_HOUR
_KVARH: Final = UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR
_ROWS: Final[Mapping[tuple[Quantity, ...], Description]] = {
    (_Q.TOTAL_ENERGY, _Q.SUPPLIER_ENERGY, _Q.EXPORTED_ENERGY): _row(
        Device.ENERGY, State.TOTAL_INCREASING, unit=_KWH, on=True
    ),
    (_Q.DISTRIBUTOR_ENERGY,): _row(Device.ENERGY, State.TOTAL_INCREASING, unit=_KWH),
    (_Q.REACTIVE_ENERGY,): _row(Device.REACTIVE_ENERGY, State.TOTAL_INCREASING, unit=_KVARH),
    (_Q.IMPORTED_POWER, _Q.EXPORTED_POWER): _row(Device.APPARENT_POWER, State.MEASUREMENT, on=True),
    (
        *(_Q.IMPORTED_PEAK, _Q.IMPORTED_PEAK_YESTERDAY),
        *(_Q.EXPORTED_PEAK, _Q.EXPORTED_PEAK_YESTERDAY),
    ): _row(Device.APPARENT_POWER, State.MEASUREMENT),
    (
        *(_Q.IMPORTED_LOAD, _Q.IMPORTED_LOAD_PREVIOUS),
        *(_Q.EXPORTED_LOAD, _Q.EXPORTED_LOAD_PREVIOUS),
    ): _row(Device.POWER, State.MEASUREMENT),
    (_Q.CURRENT, _Q.OVERRUN_CURRENT): _row(Device.CURRENT, State.MEASUREMENT),
    (_Q.VOLTAGE, _Q.MEAN_VOLTAGE): _row(Device.VOLTAGE, State.MEASUREMENT),
    (_Q.SUBSCRIBED_POWER, _Q.CUT_OFF_POWER): _row(Device.APPARENT_POWER, category=_DIAGNOSTIC),
    (_Q.SUBSCRIBED_CURRENT, _Q.HIGHEST_CURRENT): _row(Device.CURRENT, category=_DIAGNOSTIC),
    (_Q.CLOCK,): _row(Device.TIMESTAMP, category=_DIAGNOSTIC),
    (_Q.PEAK_START, _Q.PEAK_END): _row(Device.TIMESTAMP),
    (_Q.PEAK_NOTICE,): _row(Device.DURATION),
    (
        *(_Q.TARIFF_NAME, _Q.TARIFF_NUMBER, _Q.TARIFF_PERIOD, _Q.TOMORROW),
        *(_Q.MESSAGE, _Q.SHORT_MESSAGE),
    ): _row(),
    (
        *(_Q.ADDRESS, _Q.VERSION, _Q.METERING_POINT, _Q.CALENDAR_NAME, _Q.TARIFF_OPTION),
        *(_Q.SCHEDULE_GROUP, _Q.STATUS, _Q.RELAYS, _Q.STATUS_WORD, _Q.MISSING_PHASES),
        *(_Q.DAY_NUMBER, _Q.NEXT_DAY_NUMBER, _Q.NEXT_DAY_PROFILE, _Q.PEAK_DAY_PROFILE),
    ): _row(category=_DIAGNOSTIC),
}
SENSOR_DESCRIPTIONS: Final[Mapping[Quantity, Description]] = MappingProxyType(
    {quantity: row for quantities, row in _ROWS.items() for quantity in quantities}
)
