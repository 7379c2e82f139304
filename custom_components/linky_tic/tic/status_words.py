"""The bits of STGE and RELAIS, as tables.

A value that the tables do not name is None, never an error: reserved codes exist, and a newer meter
may use them. The dry contact is 0 for closed in STGE, but 0 for open in RELAIS. Source: 54E 6.2.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .events import Readings, text_of

Meaning = str | int | bool | None
"""The value of a field: a word, the number of a tariff register, a flag; None: not defined."""


@dataclass(frozen=True, slots=True)
class Field:
    """Bits `low` to `low + width - 1`, lowest is 0; `meanings` in the order of their values."""

    slug: str
    low: int
    width: int
    meanings: tuple[Meaning, ...]

    def read(self, word: int) -> Meaning:
        value = word >> self.low & (1 << self.width) - 1
        return self.meanings[value] if value < len(self.meanings) else None


_BREAKER: Final = (
    "closed",
    "open_over_power",
    "open_overvoltage",
    "open_load_shedding",
    "open_remote_order",  # by PLC or Euridis
    "open_overheated_above_switching_current",
    "open_overheated_below_switching_current",
)
_NO_YES: Final = (False, True)
_COLOURS: Final = ("not_announced", "blue", "white", "red")
_PEAKS: Final = ("none", "pm1", "pm2", "pm3")
_UNUSED: Final = ()

# fmt: off
#     slug                     low width meanings
STATUS: Final = (
    Field("dry_contact",           0, 1, ("closed", "open")),
    Field("breaker",               1, 3, _BREAKER),
    Field("terminal_cover",        4, 1, ("closed", "open")),
    Field("unused_5",              5, 1, _UNUSED),
    Field("overvoltage",           6, 1, _NO_YES),
    Field("over_subscribed_power", 7, 1, _NO_YES),
    Field("producer",              8, 1, _NO_YES),
    Field("exporting",             9, 1, _NO_YES),
    Field("provider_tariff",      10, 4, tuple(range(1, 11))),  # from 0 here, from 1 in NTARF
    Field("distributor_tariff",   14, 2, tuple(range(1, 5))),
    Field("clock_degraded",       16, 1, _NO_YES),
    Field("tic_mode",             17, 1, ("historic", "standard")),
    Field("unused_18",            18, 1, _UNUSED),
    Field("euridis",              19, 2, ("disabled", "enabled", None, "enabled_secure")),
    Field("plc_status",           21, 2, ("new_unlock", "new_lock", "registered")),
    Field("plc_synchronised",     23, 1, _NO_YES),
    Field("tempo_today",          24, 2, _COLOURS),
    Field("tempo_tomorrow",       26, 2, _COLOURS),
    Field("peak_notice",          28, 2, _PEAKS),
    Field("peak_in_progress",     30, 2, _PEAKS),
)
"""The 32 bits of STGE."""

RELAYS: Final = tuple(Field(f"relay_{n}", n - 1, 1, ("open", "closed")) for n in range(1, 9))
"""The 8 bits of RELAIS: the dry contact, then virtual contacts 1 to 7."""
# fmt: on


@lru_cache(maxsize=16)
def decode_status(text: str) -> Mapping[str, Meaning]:
    """Return the value of each field of STGE by its slug; all None for an empty text.

    Cached, as it rarely changes and many entities ask for it.
    """
    used = (field for field in STATUS if field.meanings)
    return {field.slug: field.read(int(text, 16)) if text else None for field in used}


def status_of(readings: Readings) -> Mapping[str, Meaning]:
    """Return the value of each field of STGE by its slug; all None if STGE is not sent."""
    return decode_status(text_of(readings, "STGE") or "")
