"""The config flow: adds a meter, or changes its port.

The user chooses a port, the flow listens to it, and the user confirms the meter that was found. All
else is read from the line. Entries change only after a meter was heard.
"""

import asyncio
from itertools import count
import time
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntryState,
    ConfigFlowResult,
    FlowType,
    OperationNotAllowed,
    OptionsFlow,
)
from homeassistant.const import CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow, UnknownFlow
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
from homeassistant.helpers.service_info.usb import UsbServiceInfo

from .const import CONF_MODE, CONF_SLUG, DEFAULT_SLUG, DEFAULT_TITLE, DOMAIN
from .coordinator import LinkyConfigEntry
from .history.replacement import async_replace_meter
from .line import name_of
from .mirror import async_publisher
from .setup.money_steps import async_open_money_steps
from .setup.options_flow import LinkyOptionsFlow
from .setup.port_dialog import HEARD, PortDialog, async_describe, entry_names
from .tic import mask

_MAX_AGE: Final = 600.0
"""Seconds after which the readings taken by the flow are too old to be the first states."""


class LinkyConfigFlow(PortDialog, domain=DOMAIN):
    """The config flow of a meter; the options have a flow of their own."""

    VERSION = 1
    MINOR_VERSION = 1  # later ones may only add data: Home Assistant loads entries of any
    _has_freed_port = False

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: LinkyConfigEntry) -> OptionsFlow:
        return LinkyOptionsFlow()

    # Choose a port

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if user_input is None:
            return self.ask_for_port(SOURCE_USER)
        await self.reserve_port(user_input[CONF_PORT])
        return await self._listen()

    @override
    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Handle the discovery of an adapter made for the TIC; the manifest lists them."""
        await self.async_set_unique_id(f"usb_{discovery_info.serial_number}")  # to ignore it
        self._abort_if_unique_id_configured()
        await self.set_discovered_port(discovery_info.device, discovery_info.serial_number or "")
        name = discovery_info.description or discovery_info.serial_number or self.port
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_usb_confirm()

    async def async_step_usb_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for permission before the port is opened."""
        if user_input is None:
            self._set_confirm_only()
            return self.async_show_form(
                step_id="usb_confirm",
                description_placeholders={
                    **self.context["title_placeholders"],
                    "port": name_of(self.port),
                },
                last_step=False,
            )
        await self.reserve_port(self.port)
        return await self._listen()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new port of an entry, and unload the entry while listening to it."""
        entry = self._entry
        if user_input is None:
            self.port = self.port or entry.data[CONF_PORT]
            return self.ask_for_port(SOURCE_RECONFIGURE, title=entry.title)
        await self.reserve_port(user_input[CONF_PORT])
        await self._free_port(entry)
        return await self._listen()

    # Handle an MQTT broker

    @override
    async def async_step_mqtt(self, discovery_info: MqttServiceInfo) -> ConfigFlowResult:
        """Clear the retained topics of deleted meters, and add nothing.

        Without an entry, this step is all that Home Assistant runs of the integration: it is called
        when the birth message of Home Assistant is received (`mqtt` in the manifest).
        """
        await async_publisher(self.hass)
        return self.async_abort(reason="nothing_to_add")

    # Listen to the port

    async def _listen(self) -> ConfigFlowResult:
        if self.is_closed:  # the user has closed the dialog while the flow was waiting
            await self._restart_entry()
            raise UnknownFlow
        return await self.async_step_listen()

    async def async_step_listen(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show progress while listening; after that, Home Assistant only allows `progress_done`."""
        listening = self.start_listening()
        if not listening.done():
            return self.async_show_progress(
                step_id="listen",
                progress_action="listen",
                description_placeholders={"port": name_of(self.port)},
                progress_task=listening,
            )
        if listening.exception():
            return self.async_show_progress_done(next_step_id="failed")
        self.heard = listening.result()
        return self.async_show_progress_done(next_step_id="heard")

    async def async_step_failed(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the error in the form where another port can be chosen."""
        await self._restart_entry()
        is_change = self.source == SOURCE_RECONFIGURE
        return await (self.async_step_reconfigure if is_change else self.async_step_user)()

    async def async_step_heard(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return await self._finish_reconfigure()
        await self.async_set_unique_id(self.heard.address, raise_on_progress=False)
        return await self.async_step_known_meter()

    # Add a meter

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the meter that was heard, and add it once the user confirms."""
        if user_input is None:  # or the browser was reloaded
            facts = await async_describe(self.hass, self.heard)
            return self.async_show_form(step_id="confirm", description_placeholders=facts)
        if self._known_entry:  # added by another flow meanwhile
            return await self.async_step_known_meter()
        entries = self.hass.config_entries.async_entries(DOMAIN)
        taken = {entry.data.get(CONF_SLUG) for entry in entries}
        number = next(number for number in count(1) if _slug(number) not in taken)
        title = DEFAULT_TITLE if number == 1 else f"{DEFAULT_TITLE} {number}"
        data = {**self.line_data, CONF_MODE: self.heard.mode.value, CONF_SLUG: _slug(number)}
        if time.time() - self.heard.at < _MAX_AGE:
            self.hass.data.setdefault(HEARD, {})[self.heard.address] = self.heard
        return self.async_create_entry(title=title, data=data)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Continue with the energy dashboard and prices, once the meter is set up."""
        if flow_id := await async_open_money_steps(self.hass, result["result"]):
            result["next_flow"] = (FlowType.OPTIONS_FLOW, flow_id)
        return result

    async def async_step_known_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the existing entry of the meter should use this port from now on."""
        if not (entry := self._known_entry):
            return await self.async_step_confirm()
        if entry.data[CONF_PORT] == self.port:
            raise AbortFlow("already_configured", entry_names(entry))
        if user_input is not None:
            return self.async_update_reload_and_abort(
                entry, data_updates=self.line_data, reason="port_changed"
            )
        return self.async_show_form(
            step_id="known_meter",
            description_placeholders={**entry_names(entry), "new": name_of(self.port)},
        )

    @property
    def _known_entry(self) -> LinkyConfigEntry | None:
        entries = self.hass.config_entries
        return entries.async_entry_for_domain_unique_id(DOMAIN, self.heard.address)

    # Change the port of an entry

    async def _finish_reconfigure(self) -> ConfigFlowResult:
        entry = self._entry
        if self.heard.address == entry.unique_id:
            self._has_freed_port = False
            return self.async_update_reload_and_abort(
                entry, data_updates=self.line_data, reason="port_changed"
            )
        await self._restart_entry()
        self._abort_if_known()
        return await self.async_step_other_meter()

    async def async_step_other_meter(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the meter was replaced, or another port should be chosen."""
        return self.async_show_menu(
            step_id="other_meter",
            menu_options=["replaced", SOURCE_RECONFIGURE],
            description_placeholders={
                "title": self._entry.title,
                "port": name_of(self.port),
                "old": mask(self._entry.unique_id or ""),
                "new": mask(self.heard.address),
            },
        )

    async def async_step_replaced(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Move the entry and its history to the new meter, even if the dialog is closed."""
        self._abort_if_known()
        entry = self._entry
        replacing = async_replace_meter(self.hass, entry, self.heard.address, self.port)
        task = self.hass.async_create_task(replacing, f"{DOMAIN} replacement")
        if await asyncio.shield(task):
            return self.async_abort(reason="replaced")
        return self.async_abort(
            reason="not_freed", description_placeholders=entry_names(self._entry)
        )

    @property
    def _entry(self) -> LinkyConfigEntry:
        entry = self.hass.config_entries.async_get_entry(self.context["entry_id"])
        if entry is None:
            raise AbortFlow("entry_removed")
        return entry

    def _abort_if_known(self) -> None:
        """Abort if the meter that was heard already has an entry."""
        if self._known_entry:
            raise AbortFlow("already_configured", entry_names(self._known_entry))

    async def _free_port(self, entry: LinkyConfigEntry) -> None:
        """Unload an entry, so that its port is free; aborts the flow if that fails.

        The new port may be the same one by another name, or the same bridge, for one client only.
        """
        try:
            self._has_freed_port = await self.hass.config_entries.async_unload(entry.entry_id)
        except OperationNotAllowed:  # it is being set up, or needs a restart of Home Assistant
            self._has_freed_port = False
        if not self._has_freed_port:
            raise AbortFlow("not_freed", entry_names(entry))

    async def _restart_entry(self) -> None:
        has_freed, self._has_freed_port = self._has_freed_port, False
        entry = self.hass.config_entries.async_get_entry(self.context.get("entry_id", ""))
        if has_freed and entry and entry.state is not ConfigEntryState.LOADED:
            await self.hass.config_entries.async_reload(entry.entry_id)

    @callback
    @override
    def async_remove(self) -> None:
        super().async_remove()
        if self._has_freed_port:
            self.hass.async_create_task(self._restart_entry(), f"{DOMAIN} dialog closed")


def _slug(number: int) -> str:
    return DEFAULT_SLUG if number == 1 else f"{DEFAULT_SLUG}_{number}"
