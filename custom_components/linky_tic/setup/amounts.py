"""Amounts of money as people type and read them; what an amount is for is not known here."""

import re
from typing import Final

from homeassistant.core import HomeAssistant

_SPACES: Final = re.compile(r"\s")
_NUMBER: Final = re.compile(r"(\d{1,9}(?:[.,]\d*)?|[.,]\d+)(?:€|EUR)?(?:/KWH)?")
"""A comma is a point; a text with both is not understood, since either may part thousands."""
_SYMBOLS: Final = {"EUR": "€"}


def read_amount(text: str) -> float:
    """Read what was typed; raises `ValueError` where that is no amount, such as a negative one."""
    found = _NUMBER.fullmatch(_SPACES.sub("", text).upper())
    if found is None:
        raise ValueError(text)
    return float(found[1].replace(",", "."))


def currency(hass: HomeAssistant) -> str:
    """Give the currency of the house, as it is written after an amount."""
    return _SYMBOLS.get(hass.config.currency, hass.config.currency)


def typed(hass: HomeAssistant, amount: float) -> str:
    """Write an amount as a person of the house types it."""
    return _local(hass, f"{amount:.6f}".rstrip("0").rstrip("."))


def rounded(hass: HomeAssistant, amount: float) -> str:
    """Write two digits behind the point, up to four where they say something."""
    text = f"{amount:.4f}"
    return _local(hass, text[:-2] + text[-2:].rstrip("0"))


def _local(hass: HomeAssistant, number: str) -> str:
    return number.replace(".", ",") if hass.config.language.startswith("fr") else number
