"""What the confirmation tells of a meter that was heard, and what to expect of an unusual one."""

from typing import Final

from homeassistant.core import HomeAssistant

from ..const import CONTRACT_NAMES, MODE_NAMES, UNKNOWN
from ..line import Heard
from ..tic import LABELS, Mode, Quantity, identify, mask, option_slug
from .texts import async_load_sentences, sentence

_TIC_VERSION: Final = "02"
"""The version of the TIC that the catalogue is of (VTIC, 54E 6.2.1)."""


async def async_describe(hass: HomeAssistant, heard: Heard) -> dict[str, str]:
    """Give the facts of the text."""
    await async_load_sentences(hass)
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
    quantities = {LABELS[name].quantity for name in heard.labels}
    if quantities <= {Quantity.ADDRESS} and heard.bad < heard.good:
        return sentence(hass, "standby")
    if heard.tic_version and heard.tic_version != _TIC_VERSION:
        return sentence(hass, "version", version=heard.tic_version, known=_TIC_VERSION)
    return ""


def _contract(heard: Heard) -> str | None:
    """Name the contract, which Standard mode spells out."""
    if heard.contract is None or heard.mode is Mode.STANDARD:
        return heard.contract
    return CONTRACT_NAMES.get(option_slug(heard.contract) or "", heard.contract)
