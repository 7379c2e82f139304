"""The sensors: one for each label that the meter sends, and those computed from several labels.

The catalogue describes labels, `entities/descriptions.py` their sensors. Each room has the rows of
the sensors that it computes.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import DOMAIN as PLATFORM, RestoreSensor, SensorEntity
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .cost.sensors import COST_VALUES
from .entities.derived import DerivedSensorDescription, add_derived
from .entities.descriptions import SENSOR_DESCRIPTIONS
from .entities.status import STATUS_VALUES
from .entity import LinkyEntity
from .health.sensors import LINE_COUNTERS
from .history.index_history import history_of
from .power.sensors import POWER_VALUES
from .schedule.sensors import DAY_VALUES
from .season.sensors import SEASON_VALUES
from .tariff.contract import registers_in_use
from .tariff.sensors import TARIFF_VALUES
from .tariff.words import TARIFF_SLUGS
from .tic import INDEXES, Absence, Label, Mode, Quantity, Reading

PARALLEL_UPDATES = 0

DERIVED: Final[tuple[DerivedSensorDescription, ...]] = (
    *STATUS_VALUES,
    *TARIFF_VALUES,
    *DAY_VALUES,
    *POWER_VALUES,
    *COST_VALUES,
    *SEASON_VALUES,
)
"""The rows of sensors that are computed from several labels."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: LinkyConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a sensor for each label that this meter sends, now and whenever a new one appears."""
    coordinator = entry.runtime_data

    @callback
    def add(labels: Iterable[Label]) -> None:
        made = (coordinator.guard(_make_sensor, coordinator, label) for label in labels)
        sensors = [*filter(None, made)]
        async_add_entities(sensors)
        for sensor in sensors:
            if isinstance(sensor, IndexSensor):
                entry.async_on_unload(sensor.connect_history())

    add_derived(entry, PLATFORM, (*LINE_COUNTERS, *DERIVED), async_add_entities)
    entry.async_on_unload(coordinator.known_labels.listen(add))
    enable = partial(_enable_registers, coordinator)
    entry.async_on_unload(coordinator.signals.tariff.connect(enable))


@callback
def _enable_registers(coordinator: LinkyCoordinator) -> None:
    """Enable the indexes of registers that have come into use, unless the user disabled them."""
    registry = er.async_get(coordinator.hass)
    for register in registers_in_use(coordinator.readings):
        unique_id = f"{coordinator.address}_EASF{register:02}"
        entity_id = registry.async_get_entity_id(PLATFORM, DOMAIN, unique_id)
        entity = registry.async_get(entity_id) if entity_id else None
        if entity and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            registry.async_update_entity(entity.entity_id, disabled_by=None)


class LabelSensor(LinkyEntity, SensorEntity):
    """The sensor of one label."""

    _platform = PLATFORM
    _unrecorded_attributes = frozenset({"time"})

    def __init__(self, coordinator: LinkyCoordinator, label: Label) -> None:
        super().__init__(coordinator, label.name)
        self._label = label
        self.entity_description = SENSOR_DESCRIPTIONS[label.quantity]
        self._attr_native_unit_of_measurement = label.unit
        self._attr_translation_key, self._attr_translation_placeholders = _name_of(
            label, phases=coordinator.receiver.meter.phases, tariff=_tariff_of(label, coordinator)
        )
        self._attr_entity_registry_enabled_default = _is_on_by_default(label, coordinator)

    @override
    def _update_state(self) -> None:
        reading = self.coordinator.readings.get(self._key)
        self._attr_native_value = reading.value if reading else None
        if self._label.horodate and self._label.unit:
            self._attr_extra_state_attributes = {"time": reading.time if reading else None}


class IndexSensor(LabelSensor):
    """The sensor of one index, which also reports its values to the history of its statistic."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.signals.tariff.connect(self._update_name))

    @override
    def _update_state(self) -> None:
        super()._update_state()
        value = self._attr_native_value
        if self.available and isinstance(value, int):
            history = history_of(self.hass)
            history.shown(self.entity_id, self.coordinator.address, self._label, value)

    @callback
    def _update_name(self) -> None:
        """Name the sensor after its tariff, once the name of that is known or changes."""
        name = _name_of(self._label, phases=None, tariff=_tariff_of(self._label, self.coordinator))
        if name != (self._attr_translation_key, self._attr_translation_placeholders):
            self._set_name(*name)
            self.async_write_ha_state()

    def connect_history(self) -> CALLBACK_TYPE:
        """Report all received values to the history; return a function that stops it.

        The platform calls this, as Home Assistant never adds a disabled entity, whose values are
        counted too.
        """
        if reading := self.coordinator.readings.get(self._key):
            self._report_reading(reading)
        return self.coordinator.signals.reading.connect(self._key, self._report_reading)

    def _report_reading(self, reading: Reading) -> None:
        if isinstance(reading.value, int):
            history = history_of(self.coordinator.hass)
            history.received(self.entity_id, self.coordinator.address, self._label, reading.value)


class LatchedSensor(LabelSensor, RestoreSensor):
    """The sensor of a label that is sent only once: it keeps the last value, also over restarts."""

    _unrecorded_attributes = frozenset({"confirmed"})

    @override
    async def async_added_to_hass(self) -> None:
        if data := await self.async_get_last_sensor_data():
            self._attr_native_value = data.native_value
        await super().async_added_to_hass()

    @override
    def _update_state(self) -> None:
        if reading := self.coordinator.readings.get(self._key):
            self._attr_native_value = reading.value
            self._attr_extra_state_attributes = {"confirmed": reading.confirmed}


def _make_sensor(coordinator: LinkyCoordinator, label: Label) -> LabelSensor:
    if label.quantity in INDEXES:
        return IndexSensor(coordinator, label)
    make = LatchedSensor if label.absence is Absence.LATCH else LabelSensor
    return make(coordinator, label)


def _tariff_of(label: Label, coordinator: LinkyCoordinator) -> str | None:
    """Return the tariff that a supplier's index counts, None while it is not known."""
    if label.quantity is not Quantity.SUPPLIER_ENERGY or label.register is None:
        return None
    return coordinator.tariffs.name_of_index(label)


def _name_of(label: Label, *, phases: int | None, tariff: str | None) -> tuple[str, dict[str, str]]:
    """Return the translation key and the placeholders of the name of a label's sensor."""
    if tariff in TARIFF_SLUGS:
        return f"{label.quantity}_{tariff}", {}
    if tariff is not None:
        return f"{label.quantity}_named", {"register": str(label.register), "tariff": tariff}
    if label.register is not None:
        return label.quantity, {"register": str(label.register)}
    if label.phase is not None and (phases == 3 or label.phase > 1):  # noqa: PLR2004 - phases
        return f"{label.quantity}_phase", {"phase": str(label.phase)}
    return label.quantity, {}


def _is_on_by_default(label: Label, coordinator: LinkyCoordinator) -> bool:
    """Whether the sensor of a label is enabled by default: if most households want it."""
    if label.quantity is Quantity.SUPPLIER_ENERGY and label.mode is Mode.STANDARD:
        return label.register in registers_in_use(coordinator.readings)
    if label.phase and coordinator.receiver.meter.phases == 3:  # noqa: PLR2004
        return False  # most households want only the sum of the phases
    return SENSOR_DESCRIPTIONS[label.quantity].entity_registry_enabled_default
