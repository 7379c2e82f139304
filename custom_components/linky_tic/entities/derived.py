"""What a household wants to know: facts that labels tell together, one row each, as entities.

How a fact is reckoned from readings is `tic/`'s business, where it has to do with the meter; here
stand the shape of a row and the two kinds of entity that rows become.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.components.sensor import (
    DOMAIN as SENSOR,
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry, LinkyCoordinator
from ..entity import LinkyEntity
from ..meter.signals import Signal, Signals
from ..tic import Frame, Reading

type Readings = Mapping[str, Reading]


def _unknown(_readings: Readings) -> None:
    """Stand in a row where readings alone tell nothing.

    A part that reckons by itself has an entity of its own class, which asks it.
    """


def never(_readings: Readings) -> bool:
    """Stand in a row that no reading makes true: it is given, as a price is."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact[T]:
    """What all rows say.

    `key` is that of the entity, and of its name unless `name` is. It is reckoned anew when one of
    `sources` changes: labels, or keys of parts that reckon by themselves. A meter has it as soon
    as it sends one of `sources`, or when `applies` says so of its readings; then for good.

    `read` gives it, None while it is not known. Where it gives None though the meter has been heard
    for so long that what was not sent is absent, `absent` gives what that means.
    """

    key: str
    sources: tuple[str, ...]
    read: Callable[[Readings], T | None] = _unknown
    absent: Callable[[Readings], T | None] = _unknown
    signal: Callable[[Signals], Signal[*tuple[()]]] | None = None
    applies: Callable[[Readings], bool] | None = None
    category: EntityCategory | None = None
    on: bool = True
    name: str | None = None
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def reckon(self, readings: Readings, *, is_settled: bool) -> T | None:
        """Give it; whether what has not been sent by now is absent, is whether it `is_settled`."""
        value = self.read(readings)
        return self.absent(readings) if value is None and is_settled else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Fact[bool]):
    """What is so or not."""

    device: BinarySensorDeviceClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Fact[str | float | datetime]):
    """A number, an instant, a text, or a word of `options` (slugs, which translations name).

    `rule` is the reporting rule of one that moves with what it is reckoned from. It is reckoned
    when a frame ends: of what is shown some is late, and half a frame tells two moments at once.
    """

    rule: str | None = None
    device: SensorDeviceClass | None = None
    state: SensorStateClass | None = None
    unit: str | None = None
    precision: int | None = None
    options: tuple[str, ...] = ()


class FactEntity[T](LinkyEntity):
    """A fact as an entity: touched only when what it shows has changed."""

    def __init__(self, coordinator: LinkyCoordinator, platform: str, fact: Fact[T]) -> None:
        super().__init__(coordinator, platform, fact.key)
        self._fact = fact
        self._told: object = None
        self._attr_translation_key = fact.name or fact.key
        self._attr_translation_placeholders = dict(fact.placeholders)
        self._attr_entity_category = fact.category
        self._attr_entity_registry_enabled_default = fact.on

    @override
    async def async_added_to_hass(self) -> None:
        for name in self._listened():
            self.async_on_remove(self.coordinator.signals.state.connect(name, self._refresh))
        if self._fact.signal:
            signal = self._fact.signal(self.coordinator.signals)
            self.async_on_remove(signal.connect(self._refresh))
        self._read()
        self._told = self._shown()

    def _listened(self) -> tuple[str, ...]:
        return self._fact.sources

    @override
    def _refresh(self) -> None:
        self._read()
        if (shown := self._shown()) != self._told:
            self._told = shown
            self.async_write_ha_state()

    def _reckon(self) -> T | None:
        is_settled = self.coordinator.freshness.is_settled
        return self._fact.reckon(self.coordinator.readings, is_settled=is_settled)

    @abstractmethod
    def _shown(self) -> object:
        """Give all that may differ in what is shown."""


class ValueSensor(FactEntity[str | float | datetime], SensorEntity):
    """A value."""

    def __init__(self, coordinator: LinkyCoordinator, fact: Value) -> None:
        super().__init__(coordinator, SENSOR, fact)
        self._rule = fact.rule
        self._offered: str | float | datetime | None = None
        self._attr_device_class = SensorDeviceClass.ENUM if fact.options else fact.device
        self._attr_state_class = fact.state
        self._attr_native_unit_of_measurement = fact.unit
        self._attr_suggested_display_precision = fact.precision
        if fact.options:
            self._attr_options = list(fact.options)

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


class FlagSensor(FactEntity[bool], BinarySensorEntity):
    """A flag."""

    def __init__(self, coordinator: LinkyCoordinator, fact: Flag) -> None:
        super().__init__(coordinator, BINARY_SENSOR, fact)
        self._attr_device_class = fact.device

    @override
    def _read(self) -> None:
        self._attr_is_on = self._reckon()

    @override
    def _shown(self) -> object:
        return self.available, self._attr_is_on


@callback
def add_facts[F: Fact[object]](
    entry: LinkyConfigEntry,
    platform: str,
    facts: Iterable[F],
    make: Callable[[LinkyCoordinator, F], Entity],
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Make the entity of each fact that this meter has: now, or once its readings show it."""
    coordinator = entry.runtime_data
    waiting: dict[str, tuple[F, list[CALLBACK_TYPE]]] = {fact.key: (fact, []) for fact in facts}

    @callback
    def look(keys: Iterable[str]) -> None:
        found = [key for key in keys if _has(coordinator, platform, waiting[key][0])]
        rows = []
        for key in found:
            fact, ends = waiting.pop(key)
            rows.append(fact)
            for end in ends:
                end()
        if rows:
            async_add_entities([make(coordinator, fact) for fact in rows])

    entry.async_on_unload(coordinator.known.listen(lambda _labels: look([*waiting])))
    for fact, ends in waiting.values():
        if fact.applies not in {None, never}:  # what its sources say may be evidence, at any time
            look_at_it = partial(look, (fact.key,))
            ends.extend(coordinator.signals.state.connect(one, look_at_it) for one in fact.sources)


def _has(coordinator: LinkyCoordinator, platform: str, fact: Fact[object]) -> bool:
    """Whether a meter has a fact: what has been one of its entities stays one."""
    unique_id = f"{coordinator.address}_{fact.key}"
    if er.async_get(coordinator.hass).async_get_entity_id(platform, DOMAIN, unique_id):
        return True
    if fact.applies is not None:
        return fact.applies(coordinator.readings)
    return any(source in coordinator.known.labels for source in fact.sources)
