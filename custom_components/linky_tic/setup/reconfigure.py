"""How the port of a meter is changed: nothing is lost, and nothing changes before it is heard.

The entry frees its port while the new one is listened to, which may be the same under another name
or a bridge that serves one client. It comes back at once when the new port is of no use.
"""

import asyncio
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
    OperationNotAllowed,
)
from homeassistant.const import CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..history.replacement import async_replace_meter
from ..line import name_of
from ..tic import mask
from .port_dialog import PortDialog, owner


class PortChange(PortDialog):
    """The steps of a dialog about an entry that is there already."""

    def __init__(self) -> None:
        super().__init__()
        self._is_freed = False

    @property
    def _entry(self) -> LinkyConfigEntry:
        entry = self.hass.config_entries.async_get_entry(self.context["entry_id"])
        if entry is None:
            raise AbortFlow("entry_removed")
        return entry

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the new port, and listen to it."""
        entry = self._entry
        self.asked_in = SOURCE_RECONFIGURE
        if user_input is None:
            self.port = self.port or entry.data[CONF_PORT]
            return self.ask_for_port({"title": entry.title})
        await self.choose(user_input[CONF_PORT])
        await self._free_port(entry)
        return await self.listen()

    @override
    async def async_step_failed(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        await self._come_back()
        return await super().async_step_failed()

    @override
    async def async_step_heard(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Move the entry to the port if its meter is there."""
        entry = self._entry
        if self.heard.address == entry.unique_id:
            self._is_freed = False
            return self.async_update_reload_and_abort(
                entry, data_updates=self.line, reason="port_changed"
            )
        await self._come_back()
        self._abort_if_known()
        self.wait_for_answer()
        return await self.async_step_other_meter()

    async def async_step_other_meter(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what another meter does there."""
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
        """Give the history to the new meter; a dialog that is closed does not stop halfway."""
        self._abort_if_known()
        entry = self._entry
        replacing = async_replace_meter(self.hass, entry, self.heard.address, self.port)
        task = self.hass.async_create_task(replacing, f"{DOMAIN} replacement")
        if await asyncio.shield(task):
            return self.async_abort(reason="replaced")
        return self.async_abort(reason="not_freed", description_placeholders=owner(entry))

    @callback
    @override
    def async_remove(self) -> None:
        super().async_remove()
        if self._is_freed:
            self.hass.async_create_task(self._close(), f"{DOMAIN} dialog closed")

    async def _close(self) -> None:
        await self.port_is_free()
        await self._come_back()

    async def _free_port(self, entry: LinkyConfigEntry) -> None:
        self._is_freed = True
        try:
            is_freed = await self.hass.config_entries.async_unload(entry.entry_id)
        except OperationNotAllowed:  # it is being set up, or nothing helps it but a restart
            is_freed = False
        if not is_freed:
            self._is_freed = False
            raise AbortFlow("not_freed", owner(entry))

    async def _come_back(self) -> None:
        """Have an entry that has freed its port run again, on that port."""
        if self._is_freed:
            self._is_freed = False
            entry = self.hass.config_entries.async_get_entry(self.context["entry_id"])
            if entry and entry.state is not ConfigEntryState.LOADED:
                await self.hass.config_entries.async_reload(entry.entry_id)

    def _abort_if_known(self) -> None:
        """A meter that has an entry keeps it."""
        entries = self.hass.config_entries
        if other := entries.async_entry_for_domain_unique_id(DOMAIN, self.heard.address):
            raise AbortFlow("already_configured", owner(other))
