"""The base of the config flow: it asks for a port, reserves it for one flow, and listens to it.

Only a port that the user has chosen is opened.
"""

import asyncio
from collections.abc import Sequence
import os
from typing import Any, Final, Self, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import SerialPortSelector
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import CONF_SPEED, DOMAIN, LOGGER, MODE_NAMES, UNKNOWN
from ..coordinator import LinkyConfigEntry
from ..line import Heard, NotHeard, PortUnavailable, listen, name_of
from ..tariff.contract import read_contract
from ..tic import LABELS, Quantity, identify, mask, text_of
from .port_names import async_real_names, async_stable_name, is_name_of
from .texts import async_load_sentences, sentence

HEARD: Final[HassKey[dict[str, Heard]]] = HassKey(f"{DOMAIN}.heard")
"""Address -> the readings taken by the config flow: the new entry starts with these states."""
_PORT_SCHEMA: Final = vol.Schema({vol.Required(CONF_PORT): SerialPortSelector()})
_TIMEOUT: Final = 15.0
"""Seconds that suffice to receive a frame, whatever the speed and mode of the meter."""
_TIC_VERSION: Final = "02"
"""The version of the TIC that the catalogue describes (VTIC, 54E 6.2.1)."""


class PortDialog(ConfigFlow):
    """A config flow that asks for a port and listens to it; `heard` is then the meter found."""

    heard: Heard

    def __init__(self) -> None:
        self.port = ""
        self.is_closed = False
        self._real_port: str | None = None
        self._listening: asyncio.Task[Heard] | None = None

    @property
    def reserved_port(self) -> str | None:
        """The port that no other flow may open until listening has ended; None if there is none."""
        return None if self._listening and self._listening.done() else self._real_port

    @property
    def line_data(self) -> dict[str, Any]:
        """The port and the speed of the meter, as the entry stores them."""
        return {CONF_PORT: self.port, CONF_SPEED: self.heard.speed}

    @override
    def is_matching(self, other_flow: Self) -> bool:
        return self.reserved_port is not None and self.reserved_port == other_flow.reserved_port

    @callback
    @override
    def async_remove(self) -> None:
        self.is_closed = True

    async def reserve_port(self, port: str) -> None:
        """Reserve a port for this flow; aborts if an enabled entry or another flow uses it."""
        self.port = await async_stable_name(self.hass, port.strip())
        self._listening = None
        running = [entry for entry in self._other_entries() if not entry.disabled_by]
        self._real_port = await self._check_is_free(running)
        if self.hass.config_entries.flow.async_has_matching_flow(self):
            raise AbortFlow("already_in_progress", {"port": name_of(self.port)})

    async def set_discovered_port(self, port: str, serial_number: str) -> None:
        """Set the port of a discovered adapter; aborts if an entry uses it, even a disabled one."""
        for entry in self._other_entries():  # by name: udev may not have created the link yet
            if serial_number and is_name_of(entry.data[CONF_PORT], serial_number):
                raise AbortFlow("already_configured", entry_names(entry))
        self.port = await async_stable_name(self.hass, port)
        await self._check_is_free(self._other_entries())

    async def _check_is_free(self, entries: Sequence[LinkyConfigEntry]) -> str:
        """Return the real name of the port; aborts if it is the port of one of the entries."""
        ports = [self.port, *(entry.data[CONF_PORT] for entry in entries)]
        real_port, *taken = await async_real_names(self.hass, ports)
        if real_port in taken:
            raise AbortFlow("already_configured", entry_names(entries[taken.index(real_port)]))
        return real_port

    def _other_entries(self) -> list[LinkyConfigEntry]:
        """Return all entries except the one that is being reconfigured."""
        entries = self.hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        return [entry for entry in entries if entry.entry_id != self.context.get("entry_id")]

    def start_listening(self) -> asyncio.Task[Heard]:
        """Start listening to the chosen port, unless the task already exists, and return it."""
        if self._listening is None:
            hearing = listen(self.port, seconds=_TIMEOUT, progress=self.async_update_progress)
            name = f"{DOMAIN} listening"
            self._listening = self.hass.async_create_background_task(hearing, name)
        return self._listening

    def ask_for_port(self, step_id: str, **facts: str) -> ConfigFlowResult:
        """Show the form that asks for a port, with the error of the last attempt to listen."""
        failure = self._listening.exception() if self._listening else None
        error, details = _error_text(failure) if failure else (None, {})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                _PORT_SCHEMA, {CONF_PORT: self.port} if self.port else {}
            ),
            errors={"base": error} if error else None,
            description_placeholders={"port": name_of(self.port), **facts, **details},
            last_step=False,
        )


def entry_names(entry: LinkyConfigEntry) -> dict[str, str]:
    """Return the placeholders of texts that name an entry and its port."""
    return {"title": entry.title, "port": name_of(entry.data[CONF_PORT])}


def _error_text(error: BaseException) -> tuple[str, dict[str, str]]:
    """Return the translation key of an error, and its placeholders."""
    match error:
        case PortUnavailable(cause=cause, errno=number):
            return f"port_{cause}", {"error": os.strerror(number) if number else UNKNOWN}
        case NotHeard(missing=missing, facts=facts):
            return missing, {name: f"{fact:.0f}" for name, fact in facts.items()}
    LOGGER.error("Listening to the port failed", exc_info=error)
    return "unknown", {}


async def async_describe(hass: HomeAssistant, heard: Heard) -> dict[str, str]:
    """Return the placeholders of the confirmation: what is known of the meter that was heard."""
    await async_load_sentences(hass)
    identity, contract = identify(heard.address), read_contract(heard.readings)
    facts = {
        "address": mask(heard.address),
        "maker": identity.maker,
        "year": identity.year,
        "model": identity.model,
        "mode": MODE_NAMES[heard.mode],
        "speed": heard.speed,
        "phases": heard.phases,
        "contract": contract and contract.title,
        "good": heard.good,
        "bad": heard.bad,
        "hint": _hint(hass, heard),
    }
    return {name: UNKNOWN if fact is None else str(fact) for name, fact in facts.items()}


def _hint(hass: HomeAssistant, heard: Heard) -> str:
    """Return a note on a meter on standby or with another TIC version; else an empty text."""
    quantities = {LABELS[name].quantity for name in heard.labels}
    if quantities <= {Quantity.ADDRESS} and heard.bad < heard.good:
        return sentence(hass, "standby")
    version = text_of(heard.readings, "VTIC")
    if version and version != _TIC_VERSION:
        return sentence(hass, "version", version=version, known=_TIC_VERSION)
    return ""
