"""The grid sources that a meter gives the Energy dashboard, as Home Assistant writes them.

It knows a meter's entities and prices, and nothing of what the dashboard holds. One source an index
in use, since each has its price. The total (EAST) is their sum, and the grid operator's indexes
count the same once more: they are in none, so that a contract which gains a tariff gains a source.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from homeassistant.components.energy.data import GridSourceType
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from ..cost.costs import COSTED
from ..cost.prices import PRICE_EXPORT, price_key
from ..reporting.rules import ACTIVE_POWER
from ..tariff.names import tariff_name

EXPORTED: Final = "EAIT"
_USABLE: Final = frozenset({None, er.RegistryEntryDisabler.INTEGRATION})
"""What a person has disabled is not for us to show."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What one register counts: its statistic, and the name of its tariff."""

    register: int
    statistic: str
    name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """The statistics of one meter that a dashboard may take."""

    imported: tuple[Imported, ...]
    exported: str | None
    power: str | None

    @property
    def statistics(self) -> tuple[str, ...]:
        """All of them, in the order of the sources."""
        others = (one for one in (self.exported, self.power) if one is not None)
        return (*(one.statistic for one in self.imported), *others)

    def only(self, registers: Collection[int]) -> Offer:
        """Leave out what people do not want, such as the indexes of a contract that has ended.

        Those cannot be told from the indexes of a rare tariff: that of a peak day, or a week-end.
        """
        wanted = tuple(one for one in self.imported if one.register in registers)
        return Offer(wanted, self.exported, self.power if wanted else None)

    def without(self, used: Collection[str]) -> Offer:
        """Leave out what a dashboard has already.

        The power is of the whole meter: where one of its indexes has been added, so was a power.
        """
        left = tuple(one for one in self.imported if one.statistic not in used)
        is_first = len(left) == len(self.imported)
        exported = None if self.exported in used else self.exported
        power = self.power if left and is_first and self.power not in used else None
        return Offer(left, exported, power)


def offer(coordinator: LinkyCoordinator) -> Offer:
    """Look what a meter has that a dashboard may take; nothing is imported before it is heard."""
    imported = []
    for register in sorted(coordinator.tariffs.registers):
        label = coordinator.tariffs.label_of(register)
        statistic = entity_of(coordinator, label) if label else None
        if statistic:
            imported.append(Imported(register, statistic, tariff_name(coordinator, register)))
    exported = entity_of(coordinator, EXPORTED) if EXPORTED in coordinator.readings else None
    return Offer(tuple(imported), exported, entity_of(coordinator, ACTIVE_POWER))


def entity_of(coordinator: LinkyCoordinator, key: str) -> str | None:
    """Give the entity id of a label or key, as people may have changed it; None if disabled."""
    registry = er.async_get(coordinator.hass)
    entity_id = registry.async_get_entity_id(SENSOR, DOMAIN, f"{coordinator.address}_{key}")
    entity = registry.async_get(entity_id) if entity_id else None
    return entity_id if entity and entity.disabled_by in _USABLE else None


def indexes_of(coordinator: LinkyCoordinator) -> set[str]:
    """Give the statistics of all indexes that a meter has ever had, in both modes."""
    return {one for one in (entity_of(coordinator, name) for name in COSTED) if one is not None}


def grid_sources(coordinator: LinkyCoordinator, offered: Offer) -> list[GridSourceType]:
    """Write what is offered as sources; what is exported and the power go on the first one."""
    sources = [
        _source(one.statistic, entity_of(coordinator, price_key(one.register)), one.name)
        for one in offered.imported
    ]
    if offered.exported:
        if not sources:
            sources.append(_source(None, None, coordinator.entry.title))
        sources[0]["stat_energy_to"] = offered.exported
        sources[0]["entity_energy_price_export"] = entity_of(coordinator, PRICE_EXPORT)
    if offered.power and sources:
        sources[0]["stat_rate"] = offered.power
    return sources


def _source(statistic: str | None, price: str | None, name: str) -> GridSourceType:
    return {
        "type": "grid",
        "stat_energy_from": statistic,
        "stat_energy_to": None,
        "stat_cost": None,
        "entity_energy_price": price,
        "number_energy_price": None,
        "stat_compensation": None,
        "entity_energy_price_export": None,
        "number_energy_price_export": None,
        "cost_adjustment_day": 0.0,
        "name": name,
    }
