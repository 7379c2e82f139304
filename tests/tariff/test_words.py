"""The words of suppliers that everybody knows, and whole texts that are not among them."""

import pytest

from custom_components.linky_tic.tariff.words import contract_slug, tariff_slug

TEXTS = {
    "base": ("      BASE      ", "Toutes Heures", "TH"),
    "off_peak": (
        *(" HEURE  CREUSE  ", "HEURES CREUSES", "heures creuses", "H.CREUSES", "H CREUSE"),
        *("HC", "H.C.", "CREUSE", "HRS CREUSES"),
    ),
    "peak": (" HEURE  PLEINE  ", "HEURES PLEINES", "H. PLEINES", "HP", "PLEINES"),
    "ejp_normal": ("HEURES  NORMALES", "HEURE NORMALE", "HN"),
    "ejp_peak": (" POINTE  MOBILE ", "POINTES MOBILES", "HEURES DE POINTE", "PM"),
    "tempo_blue_off_peak": ("    HC  BLEU    ", "BLEU HC", "HCJB", "HC JOURS BLEUS"),
    "tempo_white_peak": ("   HP  BLANC    ", "HP BLANCHE", "PLEINES BLANC", "HPJW"),
    "tempo_red_peak": ("HP ROUGE", "Heures Pleines Rouge", "HP JOUR ROUGE"),
    None: (
        *(" INDEX NON CONSO", "HP MERCREDI", "HEURE WEEK-END", "HC NUIT", "HEURE SUPER CREUSE"),
        *("INDEX INACTIF 2", "", "CREUX", "HEURE ECO", "HCHP", "BLEU", "PLEINE LUNE"),
    ),
}


@pytest.mark.parametrize("slug", TEXTS)
def test_a_whole_text_has_a_slug(slug: str | None) -> None:
    assert {tariff_slug(text) for text in TEXTS[slug]} == {slug}


@pytest.mark.parametrize(
    ("text", "calendar", "slug"),
    [
        ("HEURE CREUSE", "H PLEINE/CREUSE", "off_peak"),
        ("HEURE CREUSE", "HC et Week-End", "off_peak"),
        ("HEURE CREUSE", "B00000000", "off_peak"),
        ("HEURES NORMALES", "EJP", "ejp_normal"),
        ("HEURES NORMALES", "OFFRE SOLEIL", None),  # "normal" hours exist in other contracts
        ("POINTE MOBILE", "OFFRE SOLEIL", "ejp_peak"),
        ("HP", "EJP", None),  # it might be its "heures de pointe"
        ("HC BLEU", "H PLEINE/CREUSE", None),
        ("BASE", "TEMPO", None),
    ],
)
def test_a_known_contract_has_only_its_own_tariffs(
    text: str, calendar: str, slug: str | None
) -> None:
    assert tariff_slug(text, calendar) == slug


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("H PLEINE/CREUSE ", "off_peak"),
        ("HC/HP", "off_peak"),
        ("HEURES CREUSES", "off_peak"),
        ("HP ET HC", "off_peak"),
        ("      BASE      ", "base"),
        ("     TEMPO      ", "tempo"),
        ("      EJP       ", "ejp"),
        (" HC et Week-End ", None),
        ("HC SEM WE MERCR ", None),
        ("   PRODUCTEUR   ", None),
        ("      B00000000", None),
        ("", None),
    ],
)
def test_a_contract_is_known_by_its_whole_name(text: str, contract: str | None) -> None:
    assert contract_slug(text) == contract
