"""Turn the texts of NGTF, OPTARIF and LTARF into slugs, for well-known contracts and tariffs.

Spaces, case, accents and usual abbreviations do not matter. A text that is not in the tables is
the supplier's own, and has no slug.
"""

from collections.abc import Mapping
from functools import lru_cache
import re
from typing import Final
import unicodedata

from ..tic import CATALOGUE, Mode

# fmt: off
#   contract    slug                    PTEC    index of Historique
KNOWN_TARIFFS: Final = (
    ("base",     "base",                 "TH..", "BASE"),  # also sent for all other contracts
    ("off_peak", "off_peak",             "HC..", "HCHC"),
    ("off_peak", "peak",                 "HP..", "HCHP"),
    ("ejp",      "ejp_normal",           "HN..", "EJPHN"),
    ("ejp",      "ejp_peak",             "PM..", "EJPHPM"),
    ("tempo",    "tempo_blue_off_peak",  "HCJB", "BBRHCJB"),
    ("tempo",    "tempo_blue_peak",      "HPJB", "BBRHPJB"),
    ("tempo",    "tempo_white_off_peak", "HCJW", "BBRHCJW"),
    ("tempo",    "tempo_white_peak",     "HPJW", "BBRHPJW"),
    ("tempo",    "tempo_red_off_peak",   "HCJR", "BBRHCJR"),
    ("tempo",    "tempo_red_peak",       "HPJR", "BBRHPJR"),
)
# fmt: on
TARIFF_SLUGS: Final = frozenset(slug for _, slug, *_ in KNOWN_TARIFFS)
USUAL_SLUGS: Final = frozenset({"base", "peak", "ejp_normal", "tempo_blue_peak"})
"""The tariff of each contract that is in force most of the time."""
REGISTER_SLUGS: Final[Mapping[str, Mapping[int, str]]] = {
    contract: {
        register: slug
        for one, slug, _, label in KNOWN_TARIFFS
        if one == contract and (register := CATALOGUE[Mode.HISTORIC][label].register)
    }
    for contract, *_ in KNOWN_TARIFFS
}
"""Contract -> register (54E 6.1, the same in Standard) -> slug."""

_HOURS: Final = r"(?:H|HRE?S?|HEURES?)?"
_OFF_PEAK: Final = rf"(?:HC|{_HOURS}CREUSES?)"
_PEAK: Final = rf"(?:HP|{_HOURS}PLEINES?)"
_DAYS: Final = r"(?:J|JRS?|JOURS?)?"
_COLOURS: Final[Mapping[str, str]] = {
    "blue": rf"(?:{_DAYS}BLEUE?S?|JB)",
    "white": rf"(?:{_DAYS}BLANC(?:HE)?S?|JW)",
    "red": rf"(?:{_DAYS}ROUGES?|JR)",
}


_CONTRACTS: Final[Mapping[str, str]] = {
    "base": r"(?:OPTION|TARIF)?BASE|TOUTES?HEURES?|TH",
    "off_peak": rf"(?:OPTION)?(?:(?:{_PEAK}(?:ET)?)?{_OFF_PEAK}|{_OFF_PEAK}(?:ET)?{_PEAK})",
    # OPTARIF is BBRx for Tempo; its last character is the programme of the contacts.
    "tempo": r"(?:OPTION|TARIF)?TEMPO|BBR[0-9A-Z]?|BLEUBLANCROUGE",
    "ejp": r"(?:OPTION|TARIF)?EJP|EFFACEMENTJOURSDEPOINTE",
}
_TARIFFS: Final[Mapping[str, str]] = {
    "base": r"BASE|(?:HEURES?)?DEBASE|TOUTES?HEURES?|TH",
    "off_peak": _OFF_PEAK,
    "peak": _PEAK,
    "ejp_normal": rf"(?:EJP)?(?:HN|{_HOURS}NORMALES?)",
    "ejp_peak": rf"(?:EJP)?(?:PM|{_HOURS}(?:DE)?POINTES?(?:MOBILES?)?)",
    **{
        f"tempo_{colour}_{hours}": rf"{words}{days}|{days}{words}"
        for colour, days in _COLOURS.items()
        for hours, words in (("off_peak", _OFF_PEAK), ("peak", _PEAK))
    },
}
_EJP_ONLY: Final = re.compile(r"(?:EJP.*|.*POINTES?MOBILES?)")
"""The texts that mean EJP under any contract; others may use "normal" and "pointe" differently."""


@lru_cache(maxsize=32)
def contract_slug(text: str) -> str | None:
    """Return the slug of a contract, None when its name is the supplier's own."""
    return _slug(_CONTRACTS, text)


@lru_cache(maxsize=32)
def tariff_slug(text: str, calendar: str | None = None) -> str | None:
    """Return the slug of a tariff under the contract named `calendar`, None when it has none.

    Under a contract of the tables, only its own tariffs have slugs.
    """
    slug = _slug(_TARIFFS, text)
    contract = contract_slug(calendar or "")
    if slug is None or (contract and slug not in REGISTER_SLUGS[contract].values()):
        return None
    is_ejp = contract == "ejp" or not calendar or _EJP_ONLY.fullmatch(_normalise(text))
    return slug if is_ejp or not slug.startswith("ejp") else None


def _slug(patterns: Mapping[str, str], text: str) -> str | None:
    letters = _normalise(text)
    return next((slug for slug, one in patterns.items() if re.fullmatch(one, letters)), None)


def _normalise(text: str) -> str:
    """Return only the letters and digits of a text, in upper case and without accents."""
    plain = unicodedata.normalize("NFKD", text).upper()
    return "".join(one for one in plain if one.isascii() and one.isalnum())
