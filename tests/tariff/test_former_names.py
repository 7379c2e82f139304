"""What was built on the texts of suppliers is told of once, after the release that named them."""

import json
from typing import Any, Final

from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.health.issues import Issue, issue_id
from simulator import Household

from ..home import KNOWN, Home, Meter
from ..test_repairs import answer, ask

TARIFF: Final = "sensor.linky_current_tariff"
CALENDAR: Final = "calendar.linky_tariff"
ENTRY: Final = "ID_OF_THE_ENTRY"


def waits_for(text: str, entity: str = TARIFF) -> dict[str, Any]:
    """An automation that compares a state."""
    return {
        "alias": f"Waits for {text}",
        "triggers": [{"trigger": "state", "entity_id": entity, "to": text}],
        "actions": [],
    }


async def update(home: Home, *automations: dict[str, Any]) -> Meter:
    """Update a meter whose registers were called by their texts."""
    meter = await home.hears(Household(contract="hphc"))
    assert meter.entry
    written = json.dumps(automations).replace(ENTRY, meter.entry.entry_id)
    await async_setup_component(home.hass, "automation", {"automation": json.loads(written)})
    store = meter.coordinator.store
    await home.unload(meter)
    store.keep("tariff_slugs", None)  # as before 1.0
    await store.flush()
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(KNOWN)
    return meter


async def told(home: Home, meter: Meter) -> str:
    """What the dialog of the repair tells of automations."""
    dialog = await ask(home, meter, Issue.TARIFF_NAMES)
    return (dialog["description_placeholders"] or {})["automations"]


def repair(home: Home, meter: Meter) -> ir.IssueEntry | None:
    assert meter.entry
    id_ = issue_id(meter.entry.entry_id, Issue.TARIFF_NAMES)
    return ir.async_get(home.hass).async_get_issue(DOMAIN, id_)


async def test_an_automation_that_waits_for_a_former_name_is_reported_once(home: Home) -> None:
    meter = await update(
        home,
        waits_for("HEURE  CREUSE"),
        waits_for("off_peak"),
        waits_for("HEURE CREUSE", "sensor.another"),
        waits_for("HEURE CREUSE DOUCE"),
    )
    issue = repair(home, meter)
    assert issue
    assert "waits" not in str(issue.to_json()).lower()  # Home Assistant joins it to bug reports
    waiting = "- Waits for HEURE  CREUSE (`automation.waits_for_heure_creuse`)"
    assert await told(home, meter) == waiting
    dialog = await ask(home, meter, Issue.TARIFF_NAMES)
    await answer(home, dialog)
    await home.restart(meter)
    assert repair(home, meter) is None


async def test_an_automation_that_was_corrected_meanwhile_is_not_listed(home: Home) -> None:
    meter = await update(home, waits_for("HEURE CREUSE"))
    registry = er.async_get(home.hass)
    registry.async_update_entity(TARIFF, new_entity_id="sensor.jeanne")
    assert await told(home, meter) == "- –"


async def test_automations_on_the_calendar_or_an_action_are_listed_too(home: Home) -> None:
    begins = {
        "alias": "Begins",
        "triggers": [{"trigger": "state", "entity_id": CALENDAR, "to": "on"}],
        "conditions": ["{{ trigger.to_state.attributes.message == 'HEURE CREUSE' }}"],
        "actions": [],
    }
    asks = {
        "alias": "Asks",
        "triggers": [],
        "actions": [
            {
                "action": "linky_tic.get_schedule",
                "data": {"config_entry_id": ENTRY},
                "response_variable": "days",
            },
            {"condition": "template", "value_template": "{{ 'HEURE CREUSE' in days.today }}"},
        ],
    }
    meter = await update(home, begins, asks)
    waiting = "- Asks (`automation.asks`)\n- Begins (`automation.begins`)"
    assert await told(home, meter) == waiting


async def test_there_is_no_repair_if_no_automation_uses_a_former_name(home: Home) -> None:
    assert repair(home, await update(home, waits_for("off_peak"))) is None


async def test_a_contract_that_is_new_at_the_same_start_has_no_name_for_a_former_text(
    home: Home,
) -> None:
    meter = await home.hears(Household(contract="hphc"))
    tariffs = meter.coordinator.tariffs
    meter.coordinator.store.keep("tariff_slugs", None)
    meter.coordinator.store.keep("tariff_names", {"2": "HEURE  PLEINE", "9": "NUIT"})
    tariffs.restore()
    tariffs._follower.texts = {}
    assert tariffs.pop_former_names().keys() <= {"HEURE  PLEINE"}
