"""Amounts are parsed and formatted in the language and currency of the system."""

import re

from homeassistant.core import HomeAssistant
import pytest

from custom_components.linky_tic.setup.texts import (
    as_typed,
    async_load_sentences,
    currency,
    format_amount,
    parse_amount,
    sentence,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0,1579", 0.1579),
        (".5", 0.5),
        ("12.", 12.0),
        (" 1 579 ", 1579.0),
        ("0.2 €", 0.2),
        ("0,21456 eur / kWh", 0.21456),
        ("0.2/kWh", 0.2),
        ("999999999", 999_999_999.0),
    ],
)
def test_an_amount_is_read_as_it_is_typed(text: str, amount: float) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "-1", "1.234,56", "nan", "1e3", "0,1,5", "1000000000", "1 c"])
def test_what_is_no_amount_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_amount(text)


@pytest.mark.parametrize(
    ("amount", "shown", "typed"),
    [
        (15, "15.00", "15"),
        (0.1, "0.10", "0.1"),
        (21.456, "21.456", "21.456"),
        (0.15791, "0.1579", "0.15791"),
        (0.123456, "0.1235", "0.123456"),
    ],
)
def test_an_amount_has_two_to_four_digits_and_is_typed_with_those_it_has(
    hass: HomeAssistant, amount: float, shown: str, typed: str
) -> None:
    assert (format_amount(hass, amount), as_typed(hass, amount)) == (shown, typed)
    hass.config.language = "fr-CA"
    assert (format_amount(hass, amount), as_typed(hass, amount)) == (
        shown.replace(".", ","),
        typed.replace(".", ","),
    )


async def test_a_sentence_tells_an_amount_in_the_currency_of_the_house_and_in_cents(
    hass: HomeAssistant,
) -> None:
    await async_load_sentences(hass)
    hass.config.currency = "EUR"
    assert sentence(hass, "amount", 15.5) == "15.50 €"
    assert sentence(hass, "by_kwh", 0.1579, name="Base") == "Base: 15.79 c a kWh"
    hass.config.currency = "XPF"
    assert currency(hass) == "XPF"
    assert sentence(hass, "by_month", 1800) == "Standing charge: 1800.00 XPF a month"
