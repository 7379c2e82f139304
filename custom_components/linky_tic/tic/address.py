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


@dataclass(frozen=True, slots=True)
class Model:
    """A device type; `phases` is a hint only: the labels on the line tell."""

    name: str
    phases: int | None

    @property
    def is_linky(self) -> bool:
        """Whether the meter has a breaker of its own, which opens beyond the subscribed power."""
        return self.name.startswith("Linky")


_MONO_HISTORIC: Final = ("01", "05", "11", "15", "20", "22", "23", "25", "28", "29", "72")
_THREE_HISTORIC: Final = (
    *("09", "21", "26", "27", "30", "31", "32", "74"),
    *("06", "07", "10", "12", "33", "34", "35", "36"),  # of supplies above 36 kVA
)

MODELS: Final[Mapping[str, Model]] = (
    {
        "60": Model("Linky 60 A G1", 1),
        "61": Model("Linky 60 A G3", 1),
        "62": Model("Linky 90 A G1", 1),
        "63": Model("Linky 60 A G1", 3),
        "64": Model("Linky 60 A G3", 1),
        "65": Model("Linky 90 A G3", 1),
        "67": Model("Linky 90 A G1 (pilot)", 1),
        "68": Model("Linky 60 A G1 (pilot)", 3),
        "70": Model("Linky 60 A G3", 1),
        "71": Model("Linky 60 A G3", 3),
        "75": Model("Linky 90 A G3", 1),
        "76": Model("Linky 60 A G3", 3),
        "86": Model("Linky SEI 60 Hz", 1),
        "87": Model("Linky SEI 60 Hz", 3),
        "90": Model("Electronic meter (PLC)", 1),
        "91": Model("Electronic meter (PLC)", 3),
    }
    | dict.fromkeys(_MONO_HISTORIC, Model("Electronic meter", 1))
    | dict.fromkeys(_THREE_HISTORIC, Model("Electronic meter", 3))
)
"""Device type -> model. 72 and 74 are no Linky, though they stand between Linky types."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Maker, year of manufacture (four digits) and model of a meter; None: not in the lists."""

    maker: str | None
    year: int | None
    model: Model | None


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
