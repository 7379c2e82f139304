"""An address tells maker, year and model, and is shown without its number."""

from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.tic import Identity, hashed, identify, mask
from custom_components.linky_tic.tic.address import MODELS


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("041961000000", Identity("Landis+Gyr", 2019, "Linky 60 A G3")),
        ("811763000000", Identity("Sagemcom", 2017, "Linky 60 A G1")),
        ("021067000000", Identity("Sagemcom", 2010, "Linky 90 A G1 (pilot)")),
        ("138705016492", Identity(None, 1987, "Electronic meter")),
        ("028028000000", Identity("Sagemcom", 1980, "Electronic meter")),
        ("027961000000", Identity("Sagemcom", 2079, "Linky 60 A G3")),
        ("0221DC000000", Identity("Sagemcom", 2021, None)),
        ("99XX99000000", Identity(None, None, None)),
        ("", Identity(None, None, None)),
    ],
)
def test_an_address_is_read(address: str, expected: Identity) -> None:
    assert identify(address) == expected


def test_the_meters_of_the_linky_family_have_a_breaker_and_those_before_them_none() -> None:
    linky = "60 61 62 63 64 65 67 68 70 71 75 76 86 87"
    older = "01 05 06 07 09 10 11 12 15 20 21 22 23 25 26 27 28 29 30 31 32 33 34 35 36 72 74 90 91"
    assert sorted(MODELS) == sorted(f"{linky} {older}".split())
    for kind in MODELS:
        assert identify(f"0419{kind}000000").has_breaker is (kind in linky.split())
    assert identify("041999000000").has_breaker  # it may be a Linky of a later list


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("041961000000", "041961••••00"),
        ("12345678901234", "123456••••••34"),
        ("12345678", "••••••••"),
        ("123456789", "123456•89"),
        ("", ""),
    ],
)
def test_the_number_is_hidden(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(max_size=30))
def test_nothing_makes_them_raise(text: str) -> None:
    identify(text)
    assert len(mask(text)) == len(text)


def test_files_know_a_meter_by_the_same_hash_in_every_release() -> None:
    assert hashed("041928000001") == "5200c30c257a351f"
