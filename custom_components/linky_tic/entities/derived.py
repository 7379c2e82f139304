"""What a household wants to know: facts that labels tell together, one row each, as entities.

How a fact is reckoned from readings is `tic/`'s business, where it has to do with the meter; here
stand the shape of a row and the two kinds of entity that rows become.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, override

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import (
    DOMAIN as SENSOR,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry, LinkyCoordinator
from ..entity import LinkyEntity
from ..meter.signals import Signal, Signals
from ..tic import LABELS, Frame, Readings, has_colours

type Value = str | float | datetime | None


def is_tempo(coordinator: LinkyCoordinator) -> bool:
    """Whether the contract is Tempo, whose six indexes and colours fill the page of the device."""
    names = coordinator.tariffs.names.values()  # those of the last time, before a first frame
    return has_colours(coordinator.readings) or any(name.startswith("tempo") for name in names)


def _unknown(_readings: Readings) -> None:
    """Stand in a row where readings alone tell nothing: a class of its own asks its room."""


@dataclass(frozen=True, kw_only=True)
class Derived:
    """How a row is derived from what the meter says.

    It is reckoned anew when one of `sources` changes: labels, or keys of rooms that reckon by
    themselves. A meter has it as soon as it sends one of `sources`, or when `applies` says so of
    its readings; then for good.

    `read` gives it, None while it is not known. Where it gives None though the meter has been heard
    for so long that what was not sent is absent, `absent` gives what that means.
    """

    kind: Callable[[LinkyCoordinator, Any], Entity]
    """The class of its entity: one of its own asks a room, not the readings alone."""
    sources: tuple[str, ...]
    read: Callable[[Readings], Value] = _unknown
    absent: Callable[[Readings], Value] = _unknown
    signal: Callable[[Signals], Signal[*tuple[()]]] | None = None
    applies: Callable[[Readings], bool] | None = None
    is_given: bool = False
    """Whether it is there because of what people have given, such as a price, and goes with it."""
    is_on_under_tempo: bool = True
    """Whether it is enabled by default where there are six indexes and the colours already."""

    def reckon(self, readings: Readings, *, is_settled: bool) -> Value:
        """Give it; whether what has not been sent by now is absent, is whether it `is_settled`."""
        value = self.read(readings)
        return self.absent(readings) if value is None and is_settled else value


class DerivedEntity(LinkyEntity):
    """A row as an entity: touched only when what it shows has changed."""

    def __init__(
        self, coordinator: LinkyCoordinator, platform: str, description: DerivedDescription
    ) -> None:
        super().__init__(coordinator, platform, description.key)
        self.entity_description = description
        self._derived: Derived = description
        self._told: object = None
        self._attr_translation_key = description.translation_key or description.key
        if not description.is_on_under_tempo and is_tempo(coordinator):
            self._attr_entity_registry_enabled_default = False

    @override
    async def async_added_to_hass(self) -> None:
        signals = self.coordinator.signals
        heard = [signals.state.connect(name, self._refresh) for name in self._listened()]
        if self._derived.signal:
            heard.append(self._derived.signal(signals).connect(self._refresh))
        for end in heard:
            self.async_on_remove(end)
        self._read()
        self._told = self._shown()

    def _listened(self) -> tuple[str, ...]:
        return self._derived.sources

    @override
    def _refresh(self) -> None:
        self._read()
        if (shown := self._shown()) != self._told:
            self._told = shown
            self.async_write_ha_state()

    def _reckon(self) -> Value:
        is_settled = self.coordinator.freshness.is_settled
        return self._derived.reckon(self.coordinator.readings, is_settled=is_settled)

    @abstractmethod
    def _shown(self) -> object:
        """Give all that may differ in what is shown."""


class DerivedSensor(DerivedEntity, SensorEntity):
    """A value."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, SENSOR, description)
        self._rule = description.rule
        self._offered: Value = None
        if description.options:
            self._attr_device_class = SensorDeviceClass.ENUM

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self._rule:
            self.async_on_remove(self.coordinator.signals.frame.connect(self._end_frame))

    @override
    def _listened(self) -> tuple[str, ...]:
        return (self._key,) if self._rule else super()._listened()

    def _end_frame(self, _frame: Frame, _readings: Readings, _now: float) -> None:
        value = self._reckon()
        if self._rule and value != self._offered:
            self._offered = value
            self.coordinator.reporter.report(self._key, self._rule, value)

    @override
    def _read(self) -> None:
        self._attr_native_value = self._reckon()

    @override
    def _shown(self) -> object:
        return self.available, self._attr_native_value


class DerivedBinarySensor(DerivedEntity, BinarySensorEntity):
    """A flag."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedBinarySensorDescription
    ) -> None:
        super().__init__(coordinator, BINARY_SENSOR, description)

    @override
    def _read(self) -> None:
        value = self._reckon()
        self._attr_is_on = None if value is None else bool(value)

    @override
    def _shown(self) -> object:
        return self.available, self._attr_is_on


@dataclass(frozen=True, kw_only=True)
class DerivedBinarySensorDescription(BinarySensorEntityDescription, Derived):
    """What is so or not."""

    kind: Callable[[LinkyCoordinator, Any], Entity] = DerivedBinarySensor


@dataclass(frozen=True, kw_only=True)
class DerivedSensorDescription(SensorEntityDescription, Derived):
    """A number, an instant, a text, or a word of `options` (slugs, which translations name).

    `rule` is the reporting rule of one that moves with what it is derived from. It is reckoned
    when a frame ends: of what is shown some is late, and half a frame tells two moments at once.
    """

    rule: str | None = None
    kind: Callable[[LinkyCoordinator, Any], Entity] = DerivedSensor


type DerivedDescription = DerivedBinarySensorDescription | DerivedSensorDescription


@callback
def add_derived(
    entry: LinkyConfigEntry,
    platform: str,
    descriptions: Iterable[DerivedDescription],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make the entity of each row that this meter has: now, or once its readings show it."""
    coordinator = entry.runtime_data
    waiting = {description.key: description for description in descriptions}

    @callback
    def add(*keys: str) -> None:
        rows = [waiting[key] for key in keys if key in waiting]
        found = [waiting.pop(row.key) for row in rows if _has(coordinator, platform, row)]
        if found:
            async_add_entities([row.kind(coordinator, row) for row in found])

    entry.async_on_unload(coordinator.known_labels.listen(lambda _labels: add(*waiting)))
    for description in waiting.values():
        if description.applies or description.is_given:  # any change of a source may show it
            for source in description.sources:
                entry.async_on_unload(
                    coordinator.signals.state.connect(source, partial(add, description.key))
                )


def _has(coordinator: LinkyCoordinator, platform: str, description: DerivedDescription) -> bool:
    """Whether a meter has a row: one that it has had stays, unless its reason is gone."""
    if description.is_given:
        return description.key in coordinator.costs.keys
    unique_id = f"{coordinator.address}_{description.key}"
    registry = er.async_get(coordinator.hass)
    if registry.async_get_entity_id(platform, DOMAIN, unique_id):
        return _can_be_said(coordinator, description)
    if description.applies is not None:
        return description.applies(coordinator.readings)
    return any(source in coordinator.known_labels.labels for source in description.sources)


def _can_be_said(coordinator: LinkyCoordinator, description: DerivedDescription) -> bool:
    """Whether the mode that is spoken has one of the labels that a row is derived from."""
    modes = {LABELS[source].mode for source in description.sources if source in LABELS}
    return not modes or coordinator.mode in {None, *modes}
