"""Reads the preferences of the energy dashboard, and adds the sources of a meter to them.

Existing sources are never removed. The only change made to one is that a source of this meter that
has no price gets the price entered later.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeGuard

from homeassistant.components.energy import DOMAIN as ENERGY, async_get_manager
from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA, GridSourceType, SourceType
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from ..cost.prices import EXPORT, PRICE_EXPORT, Prices, price_key
from .sources import MeterSources, available_sources, energy_sources, index_statistics

_PRICE_KEYS: Final = (
    "entity_energy_price",
    "entity_energy_price_export",
    "stat_cost",
    "stat_compensation",
    "number_energy_price",
    "number_energy_price_export",
)


def is_set_up(hass: HomeAssistant) -> bool:
    return ENERGY in hass.config.components


async def async_missing_sources(coordinator: LinkyCoordinator) -> MeterSources:
    """Return the sources of a meter that the dashboard does not have yet."""
    sources = await _stored_sources(coordinator.hass)
    ours = index_statistics(coordinator)
    others = tuple(_display_name(source) for source in sources if _is_other_meter(source, ours))
    used = {one for source in sources for one in _statistics_of(source)}
    return replace(available_sources(coordinator).without(used), other_sources=others)


async def async_used_statistics(hass: HomeAssistant) -> set[str]:
    """Return the ids of all statistics that the dashboard uses."""
    if not is_set_up(hass):
        return set()
    return {one for source in await _stored_sources(hass) for one in _statistics_of(source)}


async def async_add_sources(
    coordinator: LinkyCoordinator, added: MeterSources, prices: Prices
) -> int:
    """Append sources to the dashboard and return how many were added.

    Raises `vol.Invalid` if Home Assistant refuses the list of sources. The price entities get their
    states when the entry is reloaded with the prices.
    """
    if added.is_empty:
        return 0
    _register_price_entities(coordinator, added, prices)
    new = energy_sources(coordinator, added)
    _enable_entities(coordinator.hass, new)
    sources = [*await _stored_sources(coordinator.hass), *new]
    ENERGY_SOURCE_SCHEMA(sources)
    await _save_sources(coordinator.hass, sources)
    return len(new)


async def async_add_prices(coordinator: LinkyCoordinator, prices: Prices) -> None:
    """Set the price of this meter's sources that were added before a price was known."""
    if not is_set_up(coordinator.hass):
        return
    held = await _stored_sources(coordinator.hass)
    used = {one for source in held if _is_without_price(source) for one in _statistics_of(source)}
    available = available_sources(coordinator)
    registers = [one.register for one in available.imported if one.statistic in used]
    available = available.only(registers, exported=available.exported in used)
    _register_price_entities(coordinator, available, prices)
    ours = energy_sources(coordinator, available)
    priced = [_with_price(source, ours) for source in held]
    if priced != held:
        _enable_entities(coordinator.hass, [one for one in priced if one not in held])
        await _save_sources(coordinator.hass, priced)


def _is_without_price(source: SourceType) -> TypeGuard[GridSourceType]:
    return source["type"] == "grid" and not any(source.get(key) for key in _PRICE_KEYS)


def _with_price(source: SourceType, ours: Iterable[SourceType]) -> SourceType:
    if not _is_without_price(source):
        return source
    counted = source.get("stat_energy_from"), source.get("stat_energy_to")
    for one in ours:
        if one["type"] == "grid" and counted == (one["stat_energy_from"], one["stat_energy_to"]):
            if price := one["entity_energy_price"]:
                return {**source, "entity_energy_price": price}
            if price := one["entity_energy_price_export"]:
                return {**source, "entity_energy_price_export": price}
    return source


async def _save_sources(hass: HomeAssistant, sources: list[SourceType]) -> None:
    manager = await async_get_manager(hass)
    held = manager.data or manager.default_preferences()
    await manager.async_update({**held, "energy_sources": sources})


async def _stored_sources(hass: HomeAssistant) -> list[SourceType]:
    manager = await async_get_manager(hass)
    return manager.data["energy_sources"] if manager.data else []


def _statistics_of(source: Mapping[str, object]) -> Iterable[str]:
    for key, value in source.items():
        if isinstance(value, Mapping):
            yield from _statistics_of(value)
        elif key.startswith("stat_") and isinstance(value, str):
            yield value


def _is_other_meter(source: Mapping[str, object], ours: set[str]) -> bool:
    """Whether a grid source uses no index of this meter; `ours` are all of them, EAST included."""
    if source["type"] != "grid":
        return False
    return (source.get("stat_energy_from") or source.get("stat_energy_to")) not in ours


def _display_name(source: Mapping[str, object]) -> str:
    statistic = next(iter(_statistics_of(source)), "")
    return str(source.get("name") or statistic)


def _enable_entities(hass: HomeAssistant, sources: Iterable[SourceType]) -> None:
    """Enable the entities used by the sources that are disabled by default."""
    registry = er.async_get(hass)
    prices = {source.get(key) for source in sources for key in _PRICE_KEYS}
    for entity_id in {one for source in sources for one in _statistics_of(source)} | prices:
        entity = registry.async_get(str(entity_id))
        if entity and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            registry.async_update_entity(entity.entity_id, disabled_by=None)


def _register_price_entities(
    coordinator: LinkyCoordinator, available: MeterSources, prices: Prices
) -> None:
    """Register the price entities that sources refer to, enabled: enabling later would reload."""
    tariffs = {
        price_key(one.register): coordinator.tariffs.name_of(one.register)
        for one in available.imported
    }
    if available.exported:
        tariffs[PRICE_EXPORT] = EXPORT
    for key, tariff in tariffs.items():
        if prices.of(tariff) is not None:
            er.async_get(coordinator.hass).async_get_or_create(
                SENSOR,
                DOMAIN,
                f"{coordinator.address}_{key}",
                suggested_object_id=f"{coordinator.slug}_{key}",
                config_entry=coordinator.entry,
            )
