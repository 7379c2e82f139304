"""The dialogs about a meter, driven as the front end drives them, through the flow manager."""

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
"""What the entry of a first simulated meter holds, besides its port."""
LOOK: Final = 0.02
"""Seconds between two looks at a progress."""


async def choose(hass: HomeAssistant, entry: ConfigEntry, step: str) -> ConfigFlowResult:
    """Open the options of an entry at one of the menu's steps."""
    options = hass.config_entries.options
    menu = await options.async_init(entry.entry_id)
    return await options.async_configure(menu["flow_id"], {"next_step_id": step})


class Dialog:
    """One dialog; `result` is what it shows."""

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
        """The dialog that an adapter opens which says what it is for."""
        context = ConfigFlowContext(source=SOURCE_USB)
        result = await hass.config_entries.flow.async_init(DOMAIN, context=context, data=adapter)
        return cls(hass, result)

    @classmethod
    async def on(cls, hass: HomeAssistant, port: object) -> Self:
        """A dialog where a port has been chosen."""
        dialog = await cls.open(hass)
        await dialog.submit({CONF_PORT: str(port)})
        return dialog

    @property
    def step(self) -> str | None:
        """The form shown; None when it is none."""
        return self.result["step_id"] if self.result["type"] is FlowResultType.FORM else None

    @property
    def menu(self) -> object:
        """What a menu offers; None when none is shown."""
        return self.result.get("menu_options")

    @property
    def is_listening(self) -> bool:
        return self.result["type"] is FlowResultType.SHOW_PROGRESS

    @property
    def abort(self) -> str | None:
        """Why the dialog has ended; None while it has not."""
        return self.result.get("reason")

    @property
    def error(self) -> str | None:
        return (self.result["errors"] or {}).get("base")

    @property
    def told(self) -> Mapping[str, str]:
        """The facts given to the texts."""
        return self.result["description_placeholders"] or {}

    @property
    def port(self) -> str | None:
        """What the field holds before anything is typed."""
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
        """Take what a menu offers."""
        await self.submit({"next_step_id": option})

    async def look(self) -> None:
        """Ask for what is shown, as a front end does that was told of a change, or reloaded."""
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
    """A dialog that has listened to a port: it asks to confirm, or says what went wrong."""
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
