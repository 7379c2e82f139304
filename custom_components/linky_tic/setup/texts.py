"""Formats and parses amounts, and builds the sentences that are inserted into texts of dialogs.

A sentence is a translation in the language of the system. It is stored as an option of a selector
that is not shown, since translations of forms and menus cannot contain conditions.
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
"""Comma or point as decimal mark; not both, since either may separate thousands."""
_SYMBOLS: Final = {"EUR": "€"}


async def async_load_sentences(hass: HomeAssistant) -> None:
    """Load the sentences; the first config flow needs them before the integration is set up."""
    await async_get_translations(hass, hass.config.language, _CATEGORY, [DOMAIN])


@callback
def sentence(hass: HomeAssistant, key: str, amount: float = nan, **placeholders: str) -> str:
    """Return a sentence; {amount} is an amount, {cents} 100 times as much, {currency} its unit."""
    texts = async_get_cached_translations(hass, hass.config.language, _CATEGORY, DOMAIN)
    return texts[f"{_KEY}.{key}"].format(
        amount=format_amount(hass, amount),
        cents=format_amount(hass, 100 * amount),
        currency=currency(hass),
        **placeholders,
    )


def parse_amount(text: str) -> float:
    """Parse an amount that was typed; raises `ValueError`, also for a negative one."""
    found = _NUMBER.fullmatch("".join(text.split()).upper())
    if found is None:
        raise ValueError(text)
    return float(found[1].replace(",", "."))


def currency(hass: HomeAssistant) -> str:
    """Return the currency of the system as it is written after an amount."""
    return _SYMBOLS.get(hass.config.currency, hass.config.currency)


def as_typed(hass: HomeAssistant, amount: float) -> str:
    """Format an amount as the user would type it, without rounding it to cents."""
    return _localized(hass, f"{amount:.6f}".rstrip("0").rstrip("."))


def format_amount(hass: HomeAssistant, amount: float) -> str:
    """Format an amount with two decimals, or up to four if these are not zero."""
    text = f"{amount:.4f}"
    return _localized(hass, text[:-2] + text[-2:].rstrip("0"))


def _localized(hass: HomeAssistant, number: str) -> str:
    return number.replace(".", ",") if hass.config.language.startswith("fr") else number
