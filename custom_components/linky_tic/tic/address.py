"""Reads ADSC and ADCO: a meter's address, which is its serial number, as maker, year and model.

The tables are the Euridis lists (V3.04A, 27/03/2019); an unknown code is None, as the lists grow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_HASHED: Final = 16
"""Digits."""
_SHOWN_HEAD, _SHOWN_TAIL = 6, 2

MAKERS: Final[Mapping[str, str]] = {
    "01": "Monetel",
    "02": "Sagemcom",
    "03": "Itron",
    "04": "Landis+Gyr",
    "05": "Stepper Energie France",
    "06": "Itron",
    "07": "MAEC",
    "08": "Enerdis",
    "09": "Faure-Herman",
    "10": "SIS",
    "11": "Honeywell",
    "18": "Schneider",
    "21": "SCLE",
    "24": "Hager",
    "25": "Delta Dore",
    "26": "RIZ",
    "27": "Iskraemeco",
    "30": "Michaud",
    "31": "Hexing Electrical",
    "33": "Larsen & Toubro",
    "34": "Honeywell",
    "36": "Advanced Electronic Company",
    "37": "AEM",
    "38": "Zhejiang Chint",
    "39": "ZIV",
    "70": "Landis+Gyr",
    "71": "Stepper Energie France",
    "81": "Sagemcom",  # 81 to 85: extra codes of makers with over a million meters a year
    "82": "Landis+Gyr",
    "83": "Honeywell",
    "84": "Sagemcom",
    "85": "Itron",
}
"""Maker code -> the name the maker goes by today."""


_BEFORE_LINKY: Final = (
    *("01", "05", "11", "15", "20", "22", "23", "25", "28", "29", "72"),  # single-phase
    *("09", "21", "26", "27", "30", "31", "32", "74"),  # three-phase
    *("06", "07", "10", "12", "33", "34", "35", "36"),  # of supplies above 36 kVA
)
MODELS: Final[Mapping[str, str]] = {
    "60": "Linky 60 A G1",
    "61": "Linky 60 A G3",
    "62": "Linky 90 A G1",
    "63": "Linky 60 A G1",  # three-phase, as 68, 71 and 76
    "64": "Linky 60 A G3",
    "65": "Linky 90 A G3",
    "67": "Linky 90 A G1 (pilot)",
    "68": "Linky 60 A G1 (pilot)",
    "70": "Linky 60 A G3",
    "71": "Linky 60 A G3",
    "75": "Linky 90 A G3",
    "76": "Linky 60 A G3",
    "86": "Linky SEI 60 Hz",
    "87": "Linky SEI 60 Hz",
    "90": "Electronic meter (PLC)",
    "91": "Electronic meter (PLC)",
} | dict.fromkeys(_BEFORE_LINKY, "Electronic meter")
"""Device type -> model. 72 and 74 are no Linky, though they stand between Linky types."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Maker, year of manufacture (four digits) and model of a meter; None: not in the lists."""

    maker: str | None
    year: int | None
    model: str | None

    @property
    def has_breaker(self) -> bool:
        """Whether it opens beyond the subscribed power; meters before Linky do not."""
        return self.model is None or self.model.startswith("Linky")


def identify(address: str) -> Identity:
    """Read CCAATTNNNNNN: maker code, two digits of the year, type, number (Euridis list)."""
    digits = address[2:4]
    year = None
    if digits.isascii() and digits.isdigit():
        year = int(digits) + (1900 if int(digits) >= _FIRST_YEAR else 2000)
    return Identity(MAKERS.get(address[:2]), year, MODELS.get(address[4:6]))


_FIRST_YEAR: Final = 80
"""Two digits from which a year is of the last century: the oldest such meters are of the 1980s."""


def mask(address: str) -> str:
    """Hide the number of an address or of a metering point: maker, year and type stay."""
    hidden = len(address) - _SHOWN_HEAD - _SHOWN_TAIL
    if hidden <= 0:
        return "•" * len(address)
    return address[:_SHOWN_HEAD] + "•" * hidden + address[-_SHOWN_TAIL:]


def hashed(address: str) -> str:
    """Return the hash that stands for an address in stored files."""
    return sha256(address.encode()).hexdigest()[:_HASHED]
