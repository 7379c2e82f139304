"""Find automations that still compare a tariff with the supplier's text, and raise a repair.

Until 1.0, entities showed "HEURE CREUSE" in Standard where they showed `off_peak` in Historique.
Automations and scripts are only listed in the repair, never changed.
"""

from collections.abc import Iterator
import json
import re
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_component import DATA_INSTANCES

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from ..health.issues import Issue, RepairIssues
from .tariffs import CURRENT_TARIFF

_ENTITIES: Final = (
    (Platform.SENSOR, CURRENT_TARIFF),
    (Platform.SENSOR, "next_tariff"),
    (Platform.EVENT, "events"),
    (Platform.CALENDAR, "tariff"),
)
"""The entities that show the name of a tariff."""
_TEXT: Final = re.compile("“(.*?)”")
"""A former name, in the placeholders of the repair."""


@callback
def report_former_names(coordinator: LinkyCoordinator, hass: HomeAssistant) -> None:
    """Raise the repair, once after the update to 1.0, if an automation uses a former name."""
    former = coordinator.tariffs.pop_former_names()
    names = ", ".join(f"“{text}” → `{slug}`" for text, slug in former.items())
    if automations_with_former_names(hass, coordinator.address, names):
        RepairIssues(hass, coordinator.entry.entry_id).create(Issue.TARIFF_NAMES, {"names": names})


def automations_with_former_names(hass: HomeAssistant, address: str, names: str) -> list[str]:
    """Return the automations and scripts that use one of the former names in `names`.

    The repair does not store them, as Home Assistant adds its data to bug reports.
    """
    former = _TEXT.findall(names)
    return sorted(_matching_automations(hass, address, former)) if former else []


def _matching_automations(hass: HomeAssistant, address: str, former: list[str]) -> Iterator[str]:
    """Yield those that contain a former name and one of our entities, or an action of the entry."""
    registry = er.async_get(hass)
    ids = [
        registry.async_get_entity_id(platform, DOMAIN, f"{address}_{key}")
        for platform, key in _ENTITIES
    ]
    if entry := hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, address):
        ids.append(entry.entry_id)
    ours = re.compile("|".join(re.escape(one) for one in ids if one) or "(?!)")
    words = (r"\s+".join(map(re.escape, text.split())) for text in former)
    texts = re.compile(rf"""(?<=["'])({"|".join(words)})(?=["'\\])""")
    for domain in ("automation", "script"):
        component = hass.data.get(DATA_INSTANCES, {}).get(domain)
        for entity in component.entities if component else ():
            config = json.dumps(getattr(entity, "raw_config", None), default=str)
            if ours.search(config) and texts.search(config):
                yield f"{entity.name} (`{entity.entity_id}`)"
