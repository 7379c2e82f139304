"""The repair flows: another meter, a new mode or contract, and former names of tariffs."""

from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN, UNKNOWN
from .coordinator import LinkyConfigEntry
from .health.issues import Issue
from .history.replacement import async_replace_meter
from .setup.money_steps import async_open_money_steps
from .tariff.former_names import automations_with_former_names


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    entry = hass.config_entries.async_get_entry(str((data or {}).get("entry_id")))
    if entry and issue_id.startswith(Issue.OTHER_METER):
        return OtherMeterFlow(entry)
    if entry and issue_id.startswith((Issue.MODE_CHANGED, Issue.CONTRACT_CHANGED)):
        return NewIndexesFlow(entry)
    if entry and issue_id.startswith(Issue.TARIFF_NAMES):
        return FormerNamesFlow(entry)
    return ConfirmRepairFlow()


class MeterFlow(RepairsFlow):
    def __init__(self, entry: LinkyConfigEntry) -> None:
        self._entry = entry


class NewIndexesFlow(MeterFlow, ConfirmRepairFlow):
    """Explains a change of mode or contract, then asks for sources and prices of new indexes."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Continue with the options flow of the meter, if there is something to add."""
        if user_input is None:
            return await super().async_step_confirm()
        if self._entry.state is ConfigEntryState.LOADED:
            self._entry.runtime_data.tariffs.accept_contract()
        is_there = self.hass.config_entries.async_get_entry(self._entry.entry_id)
        flow_id = await async_open_money_steps(self.hass, self._entry) if is_there else None
        next_flow = (FlowType.OPTIONS_FLOW, flow_id) if flow_id else None
        return self.async_create_entry(data={}, next_flow=next_flow)


class FormerNamesFlow(MeterFlow, ConfirmRepairFlow):
    """Lists the automations that still use former names of tariffs."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """List the automations as they are when the dialog is opened."""
        shown = await super().async_step_confirm(user_input)
        if facts := shown.get("description_placeholders"):
            address = self._entry.unique_id or ""
            found = automations_with_former_names(self.hass, address, facts["names"])
            automations = "\n".join(f"- {one}" for one in found or (UNKNOWN,))
            shown["description_placeholders"] = {**facts, "automations": automations}
        return shown


class OtherMeterFlow(MeterFlow):
    """Asks whether the meter was replaced, or the adapter was moved to another meter."""

    async def async_step_init(self, _user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_menu(
            step_id="init",
            menu_options=["replaced", "elsewhere"],
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    async def async_step_replaced(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Move the entry and its history to the new meter."""
        if self._entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        other_address = self._entry.runtime_data.other_address
        if other_address is None:
            return self.async_abort(reason="not_heard")
        if self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, other_address):
            return self.async_abort(reason="already_configured")
        port = self._entry.data[CONF_PORT]
        if not await async_replace_meter(self.hass, self._entry, other_address, port):
            return self.async_abort(reason="not_loaded")
        return self.async_create_entry(data={})

    async def async_step_elsewhere(
        self, _user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Disable the entry, so that its port is free for an entry of the other meter."""
        entries = self.hass.config_entries
        if entries.async_get_entry(self._entry.entry_id):  # it was not deleted meanwhile
            await entries.async_set_disabled_by(self._entry.entry_id, ConfigEntryDisabler.USER)
        return self.async_create_entry(data={})
