"""How a meter is added: a port is chosen, listened to, and what was heard is confirmed.

Nothing is asked that can be heard, and no port is opened that was not chosen. What Home Assistant
asks for by this name is here; how a port is chosen and changed is told by its neighbours.
"""

from collections.abc import Mapping
from itertools import count
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlowResult,
    FlowType,
    OptionsFlow,
)
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service_info.usb import UsbServiceInfo

from .const import CONF_MODE, CONF_SLUG, DEFAULT_SLUG, DEFAULT_TITLE, DOMAIN, MODE_NAMES
from .coordinator import LinkyConfigEntry
from .line import Heard, name_of
from .setup.hearing import keep_heard
from .setup.money_steps import async_open_money_steps
from .setup.options_flow import LinkyOptionsFlow
from .setup.port_dialog import UNKNOWN, owner
from .setup.reconfigure import PortChange
from .setup.sentences import async_load_sentences, told
from .tic import CATALOGUE, Mode, Quantity, identify, mask

_CONTRACTS: Final[Mapping[str, str]] = {"HC": "Heures Creuses", "EJP": "EJP", "BBR": "Tempo"}
"""How the code of OPTARIF begins -> the contract's name; Standard mode spells it out."""


TIC_VERSION: Final = "02"
"""The version of the TIC that the catalogue is of (VTIC, 54E 6.2.1)."""
_ADDRESSES: Final = frozenset(
    name
    for rows in CATALOGUE.values()
    for name, row in rows.items()
    if row.quantity is Quantity.ADDRESS
)


class LinkyConfigFlow(PortChange, domain=DOMAIN):
    """The dialogs about a meter: it is added, or its port is changed."""

    VERSION = 1
    MINOR_VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: LinkyConfigEntry) -> OptionsFlow:
        return LinkyOptionsFlow()

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if user_input is None:
            return self.ask_for_port()
        await self.choose(user_input[CONF_PORT])
        return await self.listen()

    @override
    async def async_step_usb(self, discovery_info: UsbServiceInfo) -> ConfigFlowResult:
        """Offer an adapter that says itself what it is for; the manifest says which ones do."""
        await self.async_set_unique_id(f"usb_{discovery_info.serial_number}")  # ignored: for ever
        self._abort_if_unique_id_configured()
        await self.find(discovery_info.device, discovery_info.serial_number or "")
        name = discovery_info.description or discovery_info.serial_number or self.port
        self.context["title_placeholders"] = {"name": name}
        return await self.async_step_usb_confirm()

    async def async_step_usb_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Open nothing before somebody has agreed."""
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
        await self.choose(self.port)
        return await self.listen()

    @override
    async def async_step_heard(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take what was heard to the confirmation, unless the meter is a known one."""
        if self.source == SOURCE_RECONFIGURE:
            return await super().async_step_heard()
        await self.async_set_unique_id(self.heard.address, raise_on_progress=False)
        self.wait_for_answer()
        return (
            await self.async_step_known_meter() if self._known else await self.async_step_confirm()
        )

    async def async_step_known_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether a meter that has an entry is to be listened to here from now on."""
        if not (entry := self._known):
            return await self.async_step_confirm()
        if entry.data[CONF_PORT] == self.port:
            return self.async_abort(
                reason="already_configured", description_placeholders=owner(entry)
            )
        if user_input is not None:
            return self.async_update_reload_and_abort(
                entry, data_updates=self.line, reason="port_changed"
            )
        return self.async_show_form(
            step_id="known_meter",
            description_placeholders={**owner(entry), "new": name_of(self.port)},
            last_step=True,
        )

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was heard, and add the meter; there is nothing to fill in."""
        if user_input is None:  # also what a browser that is reloaded asks for
            await async_load_sentences(self.hass)
            return self.async_show_form(
                step_id="confirm", description_placeholders=_describe(self.hass, self.heard)
            )
        if self._known:  # meanwhile
            return await self.async_step_known_meter()
        taken = {
            entry.data.get(CONF_SLUG) for entry in self.hass.config_entries.async_entries(DOMAIN)
        }
        number = next(number for number in count(1) if _slug(number) not in taken)
        title = DEFAULT_TITLE if number == 1 else f"{DEFAULT_TITLE} {number}"
        data = {**self.line, CONF_MODE: self.heard.mode.value, CONF_SLUG: _slug(number)}
        keep_heard(self.hass, self.heard)
        return self.async_create_entry(title=title, data=data)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on with the Energy dashboard and prices, once the meter is set up."""
        if flow_id := await async_open_money_steps(self.hass, result["result"]):
            result["next_flow"] = (FlowType.OPTIONS_FLOW, flow_id)
        return result

    @property
    def _known(self) -> LinkyConfigEntry | None:
        """The entry that the meter has already."""
        entries = self.hass.config_entries
        return entries.async_entry_for_domain_unique_id(DOMAIN, self.heard.address)


def _slug(number: int) -> str:
    return DEFAULT_SLUG if number == 1 else f"{DEFAULT_SLUG}_{number}"


def _describe(hass: HomeAssistant, heard: Heard) -> dict[str, str]:
    identity = identify(heard.address)
    facts = {
        "address": mask(heard.address),
        "maker": identity.maker,
        "year": identity.year,
        "model": identity.model and identity.model.name,
        "mode": MODE_NAMES[heard.mode],
        "speed": heard.speed,
        "phases": heard.phases,
        "contract": _contract(heard),
        "good": heard.good,
        "bad": heard.bad,
        "hint": _hint(hass, heard),
    }
    return {name: UNKNOWN if fact is None else str(fact) for name, fact in facts.items()}


def _hint(hass: HomeAssistant, heard: Heard) -> str:
    """Say what to expect of a meter that says next to nothing, or speaks another version."""
    if heard.labels <= _ADDRESSES and not heard.bad:
        return told(hass, "standby")
    if heard.tic_version and heard.tic_version != TIC_VERSION:
        return told(hass, "version", version=heard.tic_version, known=TIC_VERSION)
    return ""


def _contract(heard: Heard) -> str | None:
    if heard.contract is None or heard.mode is Mode.STANDARD:
        return heard.contract
    named = (name for code, name in _CONTRACTS.items() if heard.contract.startswith(code))
    return next(named, heard.contract)
