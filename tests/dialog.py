"""Drives the flows of a meter through the flow manager, as the front end does."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USB,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryDisabler,
    ConfigFlowContext,
    ConfigFlowResult,
)
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.service_info.usb import UsbServiceInfo
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic.const import CONF_MODE, CONF_SLUG, CONF_SPEED, DOMAIN

from .home import ADDRESS, Meter
from .waiting import HANGS

DATA: Final = {CONF_SLUG: "linky", CONF_SPEED: 9600, CONF_MODE: "standard"}
"""The data of the entry of a simulated meter, without its port."""
LOOK: Final = 0.02
"""Seconds between two checks of a progress step."""


async def choose(hass: HomeAssistant, entry: ConfigEntry, step: str) -> ConfigFlowResult:
    """Open the options of an entry, and choose a step in the menu."""
    options = hass.config_entries.options
    menu = await options.async_init(entry.entry_id)
    return await options.async_configure(menu["flow_id"], {"next_step_id": step})


class Dialog:
    """One flow; `result` is its last result."""

    def __init__(self, hass: HomeAssistant, result: ConfigFlowResult) -> None:
        self.result = result
        self._flows = hass.config_entries.flow

    @classmethod
    async def open(cls, hass: HomeAssistant) -> Self:
        result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
        return cls(hass, result)

    @classmethod
    async def about(cls, hass: HomeAssistant, entry: ConfigEntry) -> Self:
        """The dialog that changes the port of an entry."""
        context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
        return cls(hass, await hass.config_entries.flow.async_init(DOMAIN, context=context))

    @classmethod
    async def offered(cls, hass: HomeAssistant, adapter: UsbServiceInfo) -> Self:
        """The flow started by the discovery of an adapter."""
        context = ConfigFlowContext(source=SOURCE_USB)
        result = await hass.config_entries.flow.async_init(DOMAIN, context=context, data=adapter)
        return cls(hass, result)

    @classmethod
    async def on(cls, hass: HomeAssistant, port: object) -> Self:
        """A flow in which a port was chosen."""
        dialog = await cls.open(hass)
        await dialog.submit({CONF_PORT: str(port)})
        return dialog

    @property
    def step(self) -> str | None:
        """The id of the form that is shown, or None."""
        return self.result["step_id"] if self.result["type"] is FlowResultType.FORM else None

    @property
    def menu(self) -> object:
        """The options of the menu that is shown, or None."""
        return self.result.get("menu_options")

    @property
    def is_listening(self) -> bool:
        return self.result["type"] is FlowResultType.SHOW_PROGRESS

    @property
    def abort(self) -> str | None:
        """The reason for which the flow was aborted, or None."""
        return self.result.get("reason")

    @property
    def error(self) -> str | None:
        return (self.result["errors"] or {}).get("base")

    @property
    def told(self) -> Mapping[str, str]:
        """The placeholders of the texts."""
        return self.result["description_placeholders"] or {}

    @property
    def port(self) -> str | None:
        """The value of the field when the form is shown."""
        assert self.result["data_schema"]
        (field,) = self.result["data_schema"].schema
        assert field == CONF_PORT
        return (field.description or {}).get("suggested_value")

    @property
    def entry(self) -> ConfigEntry:
        """The entry that the dialog has made."""
        assert self.result["type"] is FlowResultType.CREATE_ENTRY
        return self.result["result"]

    async def submit(self, data: dict[str, Any] | None = None) -> None:
        self.result = await self._flows.async_configure(self.result["flow_id"], data or {})

    async def take(self, option: str) -> None:
        """Choose an option of the menu."""
        await self.submit({"next_step_id": option})

    async def look(self) -> None:
        """Get the current step, as the front end does after an update, or when it is reloaded."""
        self.result = await self._flows.async_configure(self.result["flow_id"])

    async def listened(self) -> Self:
        """Wait for the end of the progress."""
        async with asyncio.timeout(HANGS):
            while self.is_listening:
                await asyncio.sleep(LOOK)
                await self.look()
        return self

    def close(self) -> None:
        self._flows.async_abort(self.result["flow_id"])


async def heard(hass: HomeAssistant, port: object) -> Dialog:
    """A flow that has listened to a port: it shows the confirmation, or an error."""
    return await (await Dialog.on(hass, port)).listened()


async def added(hass: HomeAssistant, port: object) -> ConfigEntry:
    """Go through the whole dialog."""
    dialog = await heard(hass, port)
    await dialog.submit()
    return dialog.entry


def configured(
    hass: HomeAssistant,
    port: str,
    address: str = ADDRESS,
    *,
    slug: str = "linky",
    disabled: bool = False,
) -> None:
    """Have an entry there already, not running."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Linky",
        unique_id=address,
        data={CONF_PORT: port, **DATA, CONF_SLUG: slug},
        disabled_by=ConfigEntryDisabler.USER if disabled else None,
    )
    entry.add_to_hass(hass)


def alias(meter: Meter) -> str:
    """Another name of a meter's port."""
    path = Path(meter.port.url).with_name("alias")
    path.symlink_to(Path(meter.port.url).readlink())
    return str(path)
