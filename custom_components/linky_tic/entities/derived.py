"""Entities that are computed from several labels, each described by a row of a table.

The rows are in `status.py`, in the `sensors.py` of the rooms that compute the values, and those of
the link and of warnings in `binary_sensor.py`.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import DOMAIN as SENSOR, SensorEntity, SensorEntityDescription
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry, LinkyCoordinator
from ..entity import LinkyEntity
from ..meter.signals import Signal, Signals
from ..tic import Readings

type Value = str | float | datetime | None


def of_readings(
    read: Callable[[Readings], Value], absent: Callable[[Readings], Value] | None = None
) -> Callable[[LinkyCoordinator], Value]:
    """Return the `value` function of a row that only needs the current readings.

    If `read` returns None once enough frames were received to know which labels are not sent, the
    value is that of `absent`.
    """

    def value(coordinator: LinkyCoordinator) -> Value:
        found = read(coordinator.readings)
        if found is None and absent and coordinator.is_settled:
            return absent(coordinator.readings)
        return found

    return value


@dataclass(frozen=True, kw_only=True)
class DerivedRow:
    """What an entity shows, and which meters have it.

    The state is updated by the state signal of the row's key, by each of `signals`, and when a
    label of `sources` changes (a sensor with a `rule`: at the end of a frame). It is added once the
    meter sends one of `sources`, if there are any, and `applies` returns True, if that is given.
    """

    entity: Callable[[LinkyCoordinator, Any], Entity]
    value: Callable[[LinkyCoordinator], Value]
    """The state to show, None while it is unknown."""
    attributes: Callable[[LinkyCoordinator], Mapping[str, Any]] | None = None
    sources: tuple[str, ...] = ()
    signals: Callable[[Signals], tuple[Signal, ...]] = lambda _: ()
    applies: Callable[[LinkyCoordinator], bool | None] | None = None
    """Whether this meter has it, such as by its contract or an option; None while that is not
    known: then a meter has it that had it before."""
    needs_line: bool = True
    """Whether it is unavailable while nothing is received from the meter."""
    enabled_under_tempo: bool = True
    """Whether it is enabled by default under Tempo too, which has many entities already."""


class DerivedEntity(LinkyEntity):
    """The entity of a row."""

    def __init__(self, coordinator: LinkyCoordinator, description: DerivedDescription) -> None:
        super().__init__(coordinator, description.key)
        self.entity_description = description
        self._row: DerivedRow = description
        self._attr_translation_key = description.translation_key or description.key
        if not description.enabled_under_tempo and coordinator.tariffs.is_tempo:
            self._attr_entity_registry_enabled_default = False

    @property
    @override
    def available(self) -> bool:
        return not self._row.needs_line or super().available

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        signals = self.coordinator.signals
        for signal in self._row.signals(signals):
            self.async_on_remove(signal.connect(self._refresh))
        for end in self._connect_sources(signals):
            self.async_on_remove(end)

    def _connect_sources(self, signals: Signals) -> list[CALLBACK_TYPE]:
        return [signals.state.connect(name, self._refresh) for name in self._row.sources]

    @override
    def _update_state(self) -> None:
        self._set_value(self._row.value(self.coordinator))
        if self._row.attributes:
            self._attr_extra_state_attributes = dict(self._row.attributes(self.coordinator))

    @abstractmethod
    def _set_value(self, value: Value) -> None: ...


class DerivedSensor(DerivedEntity, SensorEntity):
    entity_description: DerivedSensorDescription
    _platform = SENSOR
    _unrecorded_attributes = frozenset({"date", "days", "unknown_days", "window"})

    @override
    def _connect_sources(self, signals: Signals) -> list[CALLBACK_TYPE]:
        rule = self.entity_description.rule
        if not rule:
            return super()._connect_sources(signals)
        report = partial(self.coordinator.reporter.report, self._key, rule)
        return [signals.frame.connect(lambda *_: report(self._row.value(self.coordinator)))]

    @override
    def _set_value(self, value: Value) -> None:
        self._attr_native_value = value


class DerivedBinarySensor(DerivedEntity, BinarySensorEntity):
    _platform = BINARY_SENSOR

    @override
    def _set_value(self, value: Value) -> None:
        self._attr_is_on = None if value is None else bool(value)


@dataclass(frozen=True, kw_only=True)
class DerivedBinarySensorDescription(BinarySensorEntityDescription, DerivedRow):
    entity: Callable[[LinkyCoordinator, Any], Entity] = DerivedBinarySensor


@dataclass(frozen=True, kw_only=True)
class DerivedSensorDescription(SensorEntityDescription, DerivedRow):
    """The row of a sensor: a number, an instant, a text, or one of `options` (slugs).

    `rule`: the reporting rule of a value that changes with its sources. It is computed at the end
    of a frame, when all its sources are of the same time.
    """

    rule: str | None = None
    entity: Callable[[LinkyCoordinator, Any], Entity] = DerivedSensor


type DerivedDescription = DerivedBinarySensorDescription | DerivedSensorDescription


@callback
def add_derived(
    entry: LinkyConfigEntry,
    platform: str,
    descriptions: Iterable[DerivedDescription],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entity of each row that this meter has, now or once its readings show that.

    An error in one row is logged, and the others are added.
    """
    coordinator = entry.runtime_data
    signals = coordinator.signals
    added: set[str] = set()

    def add(row: DerivedDescription, *_: object) -> None:
        if row.key not in added and _exists(coordinator, platform, row):
            entity = row.entity(coordinator, row)
            added.add(row.key)
            async_add_entities([entity])

    for row in descriptions:
        try_add = partial(coordinator.guard, add, row)
        ends = [coordinator.known_labels.listen(try_add)]
        if row.applies:  # try again when a source changes
            ends += [signals.state.connect(name, try_add) for name in (row.key, *row.sources)]
            ends += [signal.connect(try_add) for signal in row.signals(signals)]
        for end in ends:
            entry.async_on_unload(end)


def sends(*labels: str) -> Callable[[LinkyCoordinator], bool]:
    """Return a condition for `applies`: whether the meter sends one of these labels."""
    return lambda coordinator: not coordinator.known_labels.labels.keys().isdisjoint(labels)


def _exists(coordinator: LinkyCoordinator, platform: str, description: DerivedDescription) -> bool:
    """Whether the meter has the entity of a row."""
    if description.sources and not sends(*description.sources)(coordinator):
        return False
    applies = description.applies(coordinator) if description.applies else True
    if applies is not None:
        return applies
    unique_id = f"{coordinator.address}_{description.key}"
    registry = er.async_get(coordinator.hass)
    return registry.async_get_entity_id(platform, DOMAIN, unique_id) is not None
