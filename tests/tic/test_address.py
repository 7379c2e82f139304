"""An address tells maker, year and model, and is shown without its number."""

from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.tic import Identity, Model, identify, mask
from custom_components.linky_tic.tic.address import MODELS


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("041961000000", Identity("Landis+Gyr", 2019, Model("Linky 60 A G3", 1))),
        ("811763000000", Identity("Sagemcom", 2017, Model("Linky 60 A G1", 3))),
        ("021067000000", Identity("Sagemcom", 2010, Model("Linky 90 A G1 (pilot)", 1))),
        ("138705016492", Identity(None, 1987, Model("Electronic meter", 1))),
        ("0221DC000000", Identity("Sagemcom", 2021, None)),
        ("99XX99000000", Identity(None, None, None)),
        ("", Identity(None, None, None)),
    ],
)
def test_an_address_is_read(address: str, expected: Identity) -> None:
    assert identify(address) == expected


@pytest.mark.parametrize("kind", ["72", "73", "74"])
def test_hexing_meters_between_linky_types_are_no_linky(kind: str) -> None:
    assert kind not in MODELS


@pytest.mark.parametrize(
    "kind", ["60", "61", "62", "63", "64", "65", "67", "68", "70", "71", "75", "76", "86", "87"]
)
def test_every_type_of_the_linky_family_is_known(kind: str) -> None:
    assert "Linky" in MODELS[kind].name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("041961000000", "041961••••00"),
        ("12345678901234", "123456••••••34"),
        ("12345678", "••••••••"),
        ("", ""),
    ],
)
def test_the_number_is_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(max_size=30))
def test_nothing_makes_them_raise(text: str) -> None:
    identify(text)
    assert len(mask(text)) == len(text)
