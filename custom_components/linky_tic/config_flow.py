"""How a meter is added: a port is chosen, listened to, and what was heard is confirmed.

Nothing is asked that can be heard, and no port is opened that was not chosen.
"""

import asyncio
from collections.abc import Mapping
from itertools import count
import os
from typing import Any, Final, Self, override

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import SerialPortSelector
import voluptuous as vol

from .const import CONF_MODE, CONF_SLUG, CONF_SPEED, DEFAULT_SLUG, DEFAULT_TITLE, DOMAIN, LOGGER
from .link import Heard, NoAddress, NoSignal, NotTic, PortUnavailable, listen, name_of
from .options_flow import LinkyOptionsFlow
from .port_names import async_real_names, async_stable_name
from .tic import Mode, identify, mask

_PORT_SCHEMA: Final = vol.Schema({vol.Required(CONF_PORT): SerialPortSelector()})
_LISTENING: Final = 15.0
"""Seconds in which a meter is heard, whatever its speed and mode."""
_PATIENCE: Final = 300.0
"""Seconds after which a dialog that waits for its confirmation no longer keeps its port."""
_UNKNOWN: Final = "–"
_MODES: Final[Mapping[Mode, str]] = {Mode.STANDARD: "Standard", Mode.HISTORIC: "Historique"}
"""The names that the modes bear on the meter's own display, in every language."""

_CONTRACTS: Final[Mapping[str, str]] = {"HC": "Heures Creuses", "EJP": "EJP", "BBR": "Tempo"}
"""How the code of OPTARIF begins -> the contract's name; Standard mode spells it out."""


class LinkyConfigFlow(ConfigFlow, domain=DOMAIN):
    """The dialog that adds one meter."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        self._port = ""
        self._real_port: str | None = None
        self._kept_until = float("inf")
        self._failure: str | None = None
        self._facts: Mapping[str, str] = {}
        self._hearing: asyncio.Task[Heard]  # from the step `listen` on

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        return LinkyOptionsFlow()

    @property
    def kept_port(self) -> str | None:
        """The port that no other dialog may open meanwhile; a dialog left alone keeps none."""
        return self._real_port if self.hass.loop.time() < self._kept_until else None

    @override
    def is_matching(self, other_flow: Self) -> bool:
        return self.kept_port is not None and self.kept_port == other_flow.kept_port

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if user_input is None:
            return self._ask_for_port()
        self._port = await async_stable_name(self.hass, user_input[CONF_PORT].strip())
        self._failure = None
        await self._keep_port()
        hearing = listen(self._port, seconds=_LISTENING, progress=self.async_update_progress)
        self._hearing = self.hass.async_create_background_task(hearing, f"{DOMAIN} listening")
        return await self.async_step_listen()

    async def async_step_listen(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for the meter; a progress step may only lead to the end of its progress."""
        if self._hearing.done():
            next_step = "failed" if self._hearing.exception() else "heard"
            return self.async_show_progress_done(next_step_id=next_step)
        return self.async_show_progress(
            step_id="listen",
            progress_action="listen",
            description_placeholders={"port": name_of(self._port)},
            progress_task=self._hearing,
        )

    async def async_step_failed(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what went wrong where another port can be chosen."""
        self._real_port = None
        self._failure, self._facts = _explain(self._hearing.exception())
        return self._ask_for_port()

    async def async_step_heard(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take what was heard to the confirmation, unless the meter is a known one."""
        heard = self._hearing.result()
        await self.async_set_unique_id(heard.address, raise_on_progress=False)
        self._abort_if_known(heard)
        self._kept_until = self.hass.loop.time() + _PATIENCE
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what was heard, and add the meter; there is nothing to fill in."""
        heard = self._hearing.result()
        if user_input is None:  # also what a browser that is reloaded asks for
            return self.async_show_form(
                step_id="confirm", description_placeholders=_describe(heard), last_step=True
            )
        self._abort_if_known(heard)
        taken = {entry.data.get(CONF_SLUG) for entry in self._async_current_entries()}
        number = next(number for number in count(1) if _slug(number) not in taken)
        title = DEFAULT_TITLE if number == 1 else f"{DEFAULT_TITLE} {number}"
        return self.async_create_entry(
            title=title, data={**self._line(heard), CONF_SLUG: _slug(number)}
        )

    def _ask_for_port(self) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                _PORT_SCHEMA, {CONF_PORT: self._port} if self._port else {}
            ),
            errors={"base": self._failure} if self._failure else None,
            description_placeholders={"port": name_of(self._port), **self._facts},
            last_step=False,
        )

    def _abort_if_known(self, heard: Heard) -> None:
        """A meter that has an entry is on this port from now on."""
        entries = self.hass.config_entries
        if entry := entries.async_entry_for_domain_unique_id(DOMAIN, heard.address):
            self._abort_if_unique_id_configured(
                self._line(heard), description_placeholders=_owner(entry.title, self._port)
            )

    async def _keep_port(self) -> None:
        """Abort before the port is opened, when an entry or another dialog of ours holds it."""
        entries = [entry for entry in self._async_current_entries() if not entry.disabled_by]
        ports = [self._port, *(entry.data[CONF_PORT] for entry in entries)]
        self._real_port, *taken = await async_real_names(self.hass, ports)
        self._kept_until = float("inf")
        for entry, port in zip(entries, taken, strict=True):
            if port == self._real_port:
                raise AbortFlow("already_configured", _owner(entry.title, entry.data[CONF_PORT]))
        if self.hass.config_entries.flow.async_has_matching_flow(self):
            raise AbortFlow("already_in_progress", {"port": name_of(self._port)})

    def _line(self, heard: Heard) -> dict[str, Any]:
        return {CONF_PORT: self._port, CONF_SPEED: heard.speed, CONF_MODE: heard.mode.value}


def _slug(number: int) -> str:
    return DEFAULT_SLUG if number == 1 else f"{DEFAULT_SLUG}_{number}"


def _owner(title: str, port: str) -> dict[str, str]:
    return {"title": title, "port": name_of(port)}


def _explain(error: BaseException | None) -> tuple[str, dict[str, str]]:
    """Give the key of an error's text, and the facts that the text tells."""
    match error:
        case PortUnavailable(cause=cause, errno=number):
            return f"port_{cause}", {"error": os.strerror(number) if number else _UNKNOWN}
        case NoSignal(seconds=seconds):
            return "no_signal", {"seconds": f"{seconds:.0f}"}
        case NotTic(received=received):
            return "not_tic", {"received": str(received)}
        case NoAddress():
            return "no_address", {}
    LOGGER.error("Listening to the port failed", exc_info=error)
    return "unknown", {}


def _describe(heard: Heard) -> dict[str, str]:
    identity = identify(heard.address)
    facts = {
        "address": mask(heard.address),
        "maker": identity.maker,
        "year": identity.year,
        "model": identity.model and identity.model.name,
        "mode": _MODES[heard.mode],
        "speed": heard.speed,
        "phases": heard.phases,
        "contract": _contract(heard),
        "good": heard.good,
        "bad": heard.bad,
    }
    return {name: _UNKNOWN if fact is None else str(fact) for name, fact in facts.items()}


def _contract(heard: Heard) -> str | None:
    if heard.contract is None or heard.mode is Mode.STANDARD:
        return heard.contract
    named = (name for code, name in _CONTRACTS.items() if heard.contract.startswith(code))
    return next(named, heard.contract)
