"""What the dialogs put into their texts: amounts as people type and read them, whole sentences.

A sentence is a translation in the house's language, kept as an option of a selector that nobody
shows, since a form or a menu cannot put it together by itself.
"""

from math import nan
import re
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations, async_get_translations

from ..const import DOMAIN

_CATEGORY: Final = "selector"
_KEY: Final = f"component.{DOMAIN}.{_CATEGORY}.sentences.options"
_NUMBER: Final = re.compile(r"(\d{1,9}(?:[.,]\d*)?|[.,]\d+)(?:€|EUR)?(?:/KWH)?")
"""A comma is a point; a text with both is not understood, since either may part thousands."""
_SYMBOLS: Final = {"EUR": "€"}


async def async_load_sentences(hass: HomeAssistant) -> None:
    """Read them before the integration is set up, as the first dialog does."""
    await async_get_translations(hass, hass.config.language, _CATEGORY, [DOMAIN])


@callback
def sentence(hass: HomeAssistant, key: str, amount: float = nan, **placeholders: str) -> str:
    """Give a sentence; {amount} is an amount, {cents} its hundredfold, {currency} its unit."""
    texts = async_get_cached_translations(hass, hass.config.language, _CATEGORY, DOMAIN)
    return texts[f"{_KEY}.{key}"].format(
        amount=format_amount(hass, amount),
        cents=format_amount(hass, 100 * amount),
        currency=currency(hass),
        **placeholders,
    )


def parse_amount(text: str) -> float:
    """Read what was typed; raises `ValueError` where that is no amount, such as a negative one."""
    found = _NUMBER.fullmatch("".join(text.split()).upper())
    if found is None:
        raise ValueError(text)
    return float(found[1].replace(",", "."))


def currency(hass: HomeAssistant) -> str:
    """Give the currency of the house, as it is written after an amount."""
    return _SYMBOLS.get(hass.config.currency, hass.config.currency)


def as_typed(hass: HomeAssistant, amount: float) -> str:
    """Write an amount as a person of the house types it."""
    return _localized(hass, f"{amount:.6f}".rstrip("0").rstrip("."))


def format_amount(hass: HomeAssistant, amount: float) -> str:
    """Write two digits behind the point, up to four where they say something."""
    text = f"{amount:.4f}"
    return _localized(hass, text[:-2] + text[-2:].rstrip("0"))


def _localized(hass: HomeAssistant, number: str) -> str:
    return number.replace(".", ",") if hass.config.language.startswith("fr") else number
