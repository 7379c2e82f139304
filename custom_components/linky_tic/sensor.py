"""A sensor for every label that the meter sends: what each quantity is in Home Assistant's terms.

The catalogue says what a label is; here one row a quantity says how it is shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, override

from homeassistant.components.sensor import (
    DOMAIN as PLATFORM,
    RestoreSensor,
    SensorDeviceClass as Device,
    SensorEntity,
    SensorStateClass as State,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfReactiveEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .counters import COUNTERS, CounterSensor
from .entity import LinkyEntity
from .tic import Absence, Label, Mode, Quantity

PARALLEL_UPDATES = 0


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
_PEAKS: Final = frozenset({_Q.IMPORTED_PEAK, _Q.IMPORTED_PEAK_YESTERDAY})


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make a sensor of each label that this meter sends, now and when a new one comes."""
    coordinator = entry.runtime_data

    @callback
    def add(labels: Iterable[Label]) -> None:
        async_add_entities([_sensor(coordinator, label) for label in labels])

    async_add_entities(CounterSensor(coordinator, counter) for counter in COUNTERS)
    entry.async_on_unload(coordinator.listen_for_labels(add))


class LabelSensor(LinkyEntity, SensorEntity):
    """What one label says."""

    _unrecorded_attributes = frozenset({"time"})

    def __init__(self, coordinator: LinkyCoordinator, label: Label) -> None:
        super().__init__(coordinator, PLATFORM, label.name)
        self._label = label
        shown = SHOWN[label.quantity]
        self._attr_device_class = shown.device
        self._attr_state_class = shown.state
        self._attr_entity_category = shown.category
        self._attr_native_unit_of_measurement = label.unit
        self._attr_suggested_unit_of_measurement = shown.suggested_unit
        self._attr_suggested_display_precision = shown.precision
        self._attr_translation_key, self._attr_translation_placeholders = _name(
            label, phases=coordinator.receiver.meter.phases
        )
        self._attr_entity_registry_enabled_default = _is_on(label, coordinator)

    @override
    def _read(self) -> None:
        reading = self.coordinator.reading(self._key)
        self._attr_native_value = reading.value if reading else None
        if self._label.horodate and self._label.unit:
            self._attr_extra_state_attributes = {"time": reading.time if reading else None}


class LatchedSensor(LabelSensor, RestoreSensor):
    """What a label that is sent only once has said last."""

    _unrecorded_attributes = frozenset({"confirmed"})

    @override
    async def async_added_to_hass(self) -> None:
        if data := await self.async_get_last_sensor_data():
            self._attr_native_value = data.native_value
        await super().async_added_to_hass()

    @override
    def _read(self) -> None:
        if reading := self.coordinator.reading(self._key):
            self._attr_native_value = reading.value
            self._attr_extra_state_attributes = {"confirmed": reading.confirmed}


def _sensor(coordinator: LinkyCoordinator, label: Label) -> LabelSensor:
    kind = LatchedSensor if label.absence is Absence.LATCH else LabelSensor
    return kind(coordinator, label)


def _name(label: Label, *, phases: int | None) -> tuple[str, dict[str, str]]:
    """Give the key of a label's name and what fills it: the quantity's, by phase or register."""
    if label.quantity is Quantity.SUPPLIER_ENERGY and label.mode is Mode.HISTORIC:
        return f"{label.quantity}_{label.name.lower()}", {}
    if label.register is not None:
        return label.quantity, {"register": str(label.register)}
    if label.phase is not None and (phases == 3 or label.phase > 1):  # noqa: PLR2004 - phases
        return f"{label.quantity}_phase", {"phase": str(label.phase)}
    return label.quantity, {}


def _is_on(label: Label, coordinator: LinkyCoordinator) -> bool:
    """Whether a label is enabled by default: what a household looks at, under its contract."""
    if label.quantity is Quantity.SUPPLIER_ENERGY and label.mode is Mode.STANDARD:
        return label.register in coordinator.registers_in_use()
    if label.quantity in _PEAKS and label.phase is not None:
        return False
    if label.absence is Absence.EVENT and coordinator.reading(label.name):
        return True  # the event is on already
    return SHOWN[label.quantity].on
