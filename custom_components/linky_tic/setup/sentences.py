"""Whole sentences as facts of a text: what a form or a menu cannot put together by itself.

They are translations of the house's language, kept as options of a selector that nobody shows.
"""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_get_translations,
)

from ..const import DOMAIN
from .amounts import currency, rounded

_CATEGORY: Final = "selector"
_KEY: Final = f"component.{DOMAIN}.{_CATEGORY}.sentences.options"


async def async_load_sentences(hass: HomeAssistant) -> None:
    """Read them before the integration is set up, as the first dialog does."""
    await async_get_translations(hass, hass.config.language, _CATEGORY, [DOMAIN])


@callback
def told(hass: HomeAssistant, sentence: str, amount: float = 0.0, **facts: str) -> str:
    """Say a sentence; {amount} is an amount, {cents} its hundredfold, {currency} what it is in."""
    texts = async_get_cached_translations(hass, hass.config.language, _CATEGORY, DOMAIN)
    return texts[f"{_KEY}.{sentence}"].format(
        amount=rounded(hass, amount),
        cents=rounded(hass, 100 * amount),
        currency=currency(hass),
        **facts,
    )
