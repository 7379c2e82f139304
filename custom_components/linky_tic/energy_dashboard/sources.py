"""Builds the sources of a meter for the energy dashboard, in Home Assistant's own format.

Each index in use is one source, since it has its own price; exported energy is another. The total
(EAST) and the grid operator's indexes count the same energy again, so they are not used.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, SourceType
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from ..cost.prices import PRICE_EXPORT, price_key
from ..cost.registers import COSTED
from ..reporting.rules import ACTIVE_POWER
from ..tariff.sensors import tariff_name
from ..tic import Readings, text_of

EXPORT_LABEL: Final = "EAIT"
INJECTION: Final = "Injection"
PRODUCTION: Final = "Production"
"""Names of the sources of exported energy: the same words in English and in French."""
_TOTAL_SALE: Final = ("PRODUCTEUR", "PRODUCTION", "NONCONSO")
"""Words in the name of the contract (NGTF) or tariff (LTARF), spaces removed, by which a meter is
known to count the production of an installation alone."""
_NOT_DISABLED_BY_USER: Final = frozenset({None, er.RegistryEntryDisabler.INTEGRATION})
"""Entities that the user has disabled are not used."""
_GRID: Final = {"type": "grid", "cost_adjustment_day": 0.0}


@dataclass(frozen=True, slots=True)
class ImportedIndex:
    register: int
    statistic: str
    name: str


@dataclass(frozen=True, slots=True)
class MeterSources:
    """The statistics of one meter that can be sources of the dashboard.

    `is_production`: the meter exports all that is produced behind it. `other_sources` names the
    dashboard's grid sources that do not come from this meter but may count the same energy.
    """

    imported: tuple[ImportedIndex, ...]
    exported: str | None
    power: str | None
    is_production: bool = False
    other_sources: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.imported and self.exported is None

    @property
    def preselected(self) -> MeterSources:
        """The sources ticked at first: of a production meter, only the exported energy."""
        registers = () if self.is_production else [one.register for one in self.imported]
        return self.only(registers, exported=True)

    def only(self, registers: Collection[int], *, exported: bool) -> MeterSources:
        """Keep the sources of these registers, and the exported energy if `exported`.

        The user chooses: an index of a former contract cannot be told from one of a rare tariff.
        """
        wanted = tuple(one for one in self.imported if one.register in registers)
        power = self.power if wanted else None
        return replace(
            self, imported=wanted, exported=self.exported if exported else None, power=power
        )

    def without(self, used: Collection[str]) -> MeterSources:
        """Leave out the statistics in `used`, which the dashboard already has.

        The power belongs to the whole meter, so it is only added with the first of its indexes.
        """
        left = [one.register for one in self.imported if one.statistic not in used]
        is_first = len(left) == len(self.imported) and self.power not in used
        lacked = self.only(left, exported=self.exported not in used)
        return lacked if is_first else replace(lacked, power=None)


def available_sources(coordinator: LinkyCoordinator) -> MeterSources:
    """Return the sources that a meter has; none is imported until the meter has sent an index."""
    imported = []
    for register in sorted(coordinator.tariffs.registers):
        label = coordinator.tariffs.labels.get(register)
        statistic = entity_id_of(coordinator, label) if label else None
        if statistic:
            imported.append(ImportedIndex(register, statistic, tariff_name(coordinator, register)))
    readings = coordinator.readings
    exported = entity_id_of(coordinator, EXPORT_LABEL) if EXPORT_LABEL in readings else None
    power = entity_id_of(coordinator, ACTIVE_POWER)
    return MeterSources(tuple(imported), exported, power, is_total_sale(readings))


def is_total_sale(readings: Readings) -> bool:
    """Whether all production is sold (total sale), by the name of the contract or tariff."""
    names = (text_of(readings, label) or "" for label in ("NGTF", "LTARF"))
    letters = ["".join(name.upper().split()) for name in names]
    return any(word in name for word in _TOTAL_SALE for name in letters)


def entity_id_of(coordinator: LinkyCoordinator, key: str) -> str | None:
    """Return the current entity id of a label or key; None if missing or disabled by the user."""
    registry = er.async_get(coordinator.hass)
    entity_id = registry.async_get_entity_id(SENSOR, DOMAIN, f"{coordinator.address}_{key}")
    entity = registry.async_get(entity_id) if entity_id else None
    return entity_id if entity and entity.disabled_by in _NOT_DISABLED_BY_USER else None


def index_statistics(coordinator: LinkyCoordinator) -> set[str]:
    """Return the statistics of all indexes of a meter, in Historique and Standard mode."""
    return {one for one in (entity_id_of(coordinator, name) for name in COSTED) if one is not None}


def energy_sources(coordinator: LinkyCoordinator, available: MeterSources) -> list[SourceType]:
    """Build the dashboard's sources; the power is set on the first source that imports energy."""
    sources: list[dict[str, object]] = [
        {
            **_GRID,
            "name": one.name,
            "stat_energy_from": one.statistic,
            "entity_energy_price": entity_id_of(coordinator, price_key(one.register)),
        }
        for one in available.imported
    ]
    if available.power and sources:
        sources[0]["stat_rate"] = available.power
    if available.exported and available.is_production:
        solar = {"type": "solar", "name": PRODUCTION, "config_entry_solar_forecast": None}
        sources.append({**solar, "stat_energy_from": available.exported})
    elif available.exported:
        price = entity_id_of(coordinator, PRICE_EXPORT)
        exported = {"stat_energy_to": available.exported, "entity_energy_price_export": price}
        sources.append({**_GRID, "name": INJECTION, **exported})
    written: list[SourceType] = ENERGY_SOURCE_SCHEMA(sources)
    return written
