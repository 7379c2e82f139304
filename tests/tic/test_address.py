"""An address tells maker, year and model, and is shown without its number."""

from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.tic import Identity, Model, hashed, identify, mask
from custom_components.linky_tic.tic.address import MODELS


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("041961000000", Identity("Landis+Gyr", 2019, Model("Linky 60 A G3", 1))),
        ("811763000000", Identity("Sagemcom", 2017, Model("Linky 60 A G1", 3))),
        ("021067000000", Identity("Sagemcom", 2010, Model("Linky 90 A G1 (pilot)", 1))),
        ("138705016492", Identity(None, 1987, Model("Electronic meter", 1))),
        ("028028000000", Identity("Sagemcom", 1980, Model("Electronic meter", 1))),
        ("027961000000", Identity("Sagemcom", 2079, Model("Linky 60 A G3", 1))),
        ("0221DC000000", Identity("Sagemcom", 2021, None)),
        ("99XX99000000", Identity(None, None, None)),
        ("", Identity(None, None, None)),
    ],
)
def test_an_address_is_read(address: str, expected: Identity) -> None:
    assert identify(address) == expected


def test_the_types_of_the_linky_family_and_of_those_before_it_tell_their_phases() -> None:
    linky = {1: "60 61 62 64 65 67 70 75 86", 3: "63 68 71 76 87"}
    older = {
        1: "01 05 11 15 20 22 23 25 28 29 90 72",  # Hexing's 72 and 74 are no Linky
        3: "09 21 26 27 30 31 32 91 74 06 07 10 12 33 34 35 36",  # ... and those above 36 kVA
    }
    known = [(kind, model.is_linky, model.phases) for kind, model in sorted(MODELS.items())]
    assert known == sorted(
        (kind, family is linky, phases)
        for family in (linky, older)
        for phases, kinds in family.items()
        for kind in kinds.split()
    )


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
