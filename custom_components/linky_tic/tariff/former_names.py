"""Automations that wait for the text of a supplier where a tariff has a name of ours today.

Until 1.0, the Standard mode showed "HEURE CREUSE" where Historique said `off_peak`. It knows which
automations and scripts name both one of our entities and such a text; it changes none of them.
"""

from collections.abc import Iterator, Mapping
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
)
"""What says the name of a tariff."""


@callback
def tell_of_former_names(coordinator: LinkyCoordinator, hass: HomeAssistant) -> None:
    """Raise the repair, once after the release that brought the names, where anybody needs it."""
    former = coordinator.tariffs.take_former_names()
    if not former:
        return
    found = sorted(_that_wait(hass, coordinator, former))
    if found:
        names = ", ".join(f"“{text}” → `{slug}`" for text, slug in former.items())
        facts = {"automations": "\n".join(f"- {one}" for one in found), "names": names}
        RepairIssues(hass, coordinator.entry.entry_id).create(Issue.TARIFF_NAMES, facts)


def _that_wait(
    hass: HomeAssistant, coordinator: LinkyCoordinator, former: Mapping[str, str]
) -> Iterator[str]:
    """Give the automations and scripts in which one of our entities and a former name stand."""
    registry, address = er.async_get(hass), coordinator.address
    ids = [
        registry.async_get_entity_id(platform, DOMAIN, f"{address}_{key}")
        for platform, key in _ENTITIES
    ]
    ours = re.compile("|".join(re.escape(one) for one in ids if one) or "(?!)")
    words = (r"\s+".join(map(re.escape, text.split())) for text in former)
    texts = re.compile(rf"""(?<=["'])({"|".join(words)})(?=["'\\])""")
    for domain in ("automation", "script"):
        component = hass.data.get(DATA_INSTANCES, {}).get(domain)
        for entity in component.entities if component else ():
            config = json.dumps(getattr(entity, "raw_config", None), default=str)
            if ours.search(config) and texts.search(config):
                yield f"{entity.name} (`{entity.entity_id}`)"
