"""What was built on the texts of suppliers is told of once, after the release that named them."""

from typing import Any, Final

from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.health.issues import Issue, issue_id
from simulator import Household

from ..home import KNOWN, Home, Meter

TARIFF: Final = "sensor.linky_current_tariff"


def waits_for(text: str, entity: str = TARIFF) -> dict[str, Any]:
    """An automation that compares a state."""
    return {
        "alias": f"Waits for {text}",
        "triggers": [{"trigger": "state", "entity_id": entity, "to": text}],
        "actions": [],
    }


async def told(home: Home, *automations: dict[str, Any]) -> tuple[Meter, str | None]:
    """Update a meter whose registers were called by their texts; what the repair says."""
    meter = await home.hears(Household(contract="hphc"))
    assert meter.entry
    await async_setup_component(home.hass, "automation", {"automation": list(automations)})
    store = meter.coordinator.store
    await home.unload(meter)
    store.keep("tariff_slugs", None)  # as before 1.0
    await store.flush()
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(KNOWN)
    return meter, repair(home, meter)


def repair(home: Home, meter: Meter) -> str | None:
    assert meter.entry
    id_ = issue_id(meter.entry.entry_id, Issue.TARIFF_NAMES)
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, id_)
    return ((issue.translation_placeholders or {})["automations"]) if issue else None


async def test_an_automation_that_waits_for_a_former_name_is_told_of_once(home: Home) -> None:
    meter, automations = await told(
        home,
        waits_for("HEURE  CREUSE"),
        waits_for("off_peak"),
        waits_for("HEURE CREUSE", "sensor.another"),
        waits_for("HEURE CREUSE DOUCE"),
    )
    assert automations == "- Waits for HEURE  CREUSE (`automation.waits_for_heure_creuse`)"
    assert meter.entry
    ir.async_delete_issue(home.hass, DOMAIN, issue_id(meter.entry.entry_id, Issue.TARIFF_NAMES))
    await home.restart(meter)
    assert repair(home, meter) is None


async def test_nobody_is_told_who_has_built_nothing_on_it(home: Home) -> None:
    assert (await told(home, waits_for("off_peak")))[1] is None


async def test_a_contract_that_is_new_at_the_same_start_has_no_name_for_a_former_text(
    home: Home,
) -> None:
    meter = await home.hears(Household(contract="hphc"))
    tariffs = meter.coordinator.tariffs
    meter.coordinator.store.keep("tariff_slugs", None)
    meter.coordinator.store.keep("tariff_names", {"2": "HEURE  PLEINE", "9": "NUIT"})
    tariffs.restore()
    tariffs._follower.texts = {}
    assert tariffs.take_former_names().keys() <= {"HEURE  PLEINE"}
