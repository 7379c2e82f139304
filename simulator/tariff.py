"""Knows the contracts: calendars, registers, names, day profiles, contacts.

Refuses to know what is consumed, and which days are special: `peaks.py` says that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

OPEN, CLOSED, TEMPO_RULE = 0x8000, 0xC000, 0x4000  # bits 15-14 of an action: the dry contact
VIRTUAL_1 = 0x0010  # bit 4 of an action: virtual contact 1
BLOCKS = 11  # in PJOURF+1 and PPOINTE
UNUSED = "NONUTILE"
MIDNIGHT = 24 * 60

Slots = tuple[tuple[int, int], ...]  # start and end, minutes of the day; an end may be tomorrow's


class Tariff(NamedTuple):
    """A supplier register and what the meter calls it."""

    register: int
    name: str  # LTARF
    period: str  # PTEC


class Slot(NamedTuple):
    """From a minute of the day, an action of 16 bits."""

    start: int
    action: int

    @property
    def register(self) -> int:
        return self.action & 0xF

    @property
    def closed(self) -> bool:
        """Of the dry contact; the Tempo rule closes it off-peak, in the registers that are odd."""
        if self.action & CLOSED == TEMPO_RULE:
            return bool(self.action & 1)
        return self.action & CLOSED == CLOSED

    @property
    def virtual(self) -> int:
        return self.action >> 4 & 0x7F


Profile = tuple[Slot, ...]


class Day(NamedTuple):
    """The actions of the two halves of a day: in the off-peak slots, and outside them."""

    off_peak: int
    peak: int

    def profile(self, off_peak: Slots) -> Profile:
        edges = {0: self.off_peak if _within(0, off_peak) else self.peak}
        for start, end in off_peak:
            edges[start % MIDNIGHT] = self.off_peak
            edges[end % MIDNIGHT] = self.peak
        slots = [Slot(*edge) for edge in sorted(edges.items())]
        changes = [now for before, now in pairwise(slots) if now.action != before.action]
        return (slots[0], *changes)


def _within(minute: int, slots: Slots) -> bool:
    return any(
        start <= minute < end if start < end else minute >= start or minute < end
        for start, end in slots
    )


@dataclass(frozen=True)
class Contract:
    """What a supplier programmes into a meter."""

    calendar: str  # NGTF
    option: str  # OPTARIF
    tariffs: tuple[Tariff, ...]
    indexes: tuple[tuple[str, int], ...]  # historic label, supplier register; 0: their total
    days: tuple[Day, ...]  # by NJOURF
    off_peak: Slots = ()
    week: tuple[int, ...] = (0,) * 7  # NJOURF of each day, Monday first
    peaks: Mapping[int, Day] = field(default_factory=dict)  # by number of mobile peak
    seasonal_grid: bool = False  # four grid registers (season, peak or not) instead of one

    def tariff(self, register: int) -> Tariff:
        return next(tariff for tariff in self.tariffs if tariff.register == register)

    def with_off_peak(self, off_peak: Slots) -> "Contract":
        return replace(self, off_peak=off_peak)


NIGHT: Slots = ((22 * 60 + 30, 6 * 60 + 30),)
TEMPO_NIGHT: Slots = ((22 * 60, 6 * 60),)

CONTRACTS: Mapping[str, Contract] = {
    "base": Contract(
        "      BASE      ", "BASE",
        (Tariff(1, "      BASE      ", "TH.."),),
        (("BASE", 1),),
        (Day(OPEN | 1, OPEN | 1),),
        seasonal_grid=True,
    ),
    "hphc": Contract(
        "H PLEINE/CREUSE ", "HC..",
        (Tariff(1, " HEURE  CREUSE  ", "HC.."), Tariff(2, " HEURE  PLEINE  ", "HP..")),
        (("HCHC", 1), ("HCHP", 2)),
        (Day(CLOSED | 1, OPEN | 2),),
        off_peak=NIGHT,
        seasonal_grid=True,
    ),
    "tempo": Contract(
        "     TEMPO      ", "BBR(",
        (
            Tariff(1, "    HC  BLEU    ", "HCJB"), Tariff(2, "    HP  BLEU    ", "HPJB"),
            Tariff(3, "   HC  BLANC    ", "HCJW"), Tariff(4, "   HP  BLANC    ", "HPJW"),
            Tariff(5, "    HC  ROUGE   ", "HCJR"), Tariff(6, "    HP  ROUGE   ", "HPJR"),
        ),
        (
            ("BBRHCJB", 1), ("BBRHPJB", 2), ("BBRHCJW", 3),
            ("BBRHPJW", 4), ("BBRHCJR", 5), ("BBRHPJR", 6),
        ),
        (Day(TEMPO_RULE | 1, TEMPO_RULE | 2),),
        off_peak=TEMPO_NIGHT,
        peaks={
            1: Day(TEMPO_RULE | 3, TEMPO_RULE | 4),
            2: Day(TEMPO_RULE | 5, TEMPO_RULE | 6),
        },
    ),
    "ejp": Contract(
        "      EJP       ", "EJP.",
        (Tariff(1, "HEURES  NORMALES", "HN.."), Tariff(2, " POINTE  MOBILE ", "PM..")),
        (("EJPHN", 1), ("EJPHPM", 2)),
        (Day(CLOSED | 1, CLOSED | 1),),
        peaks={1: Day(OPEN | 2, OPEN | 2)},
    ),
    # Not a historic contract: the historic mode shows it as BASE, whose index is the total.
    "weekend": Contract(
        " HC et Week-End ", "BASE",
        (
            Tariff(1, " HEURE  CREUSE  ", "TH.."), Tariff(2, " HEURE  PLEINE  ", "TH.."),
            Tariff(3, " HEURE WEEK-END ", "TH.."),
        ),
        (("BASE", 0),),
        (Day(CLOSED | VIRTUAL_1 | 1, OPEN | 2), Day(CLOSED | VIRTUAL_1 | 3, OPEN | 3)),
        off_peak=NIGHT,
        week=(0, 0, 0, 0, 0, 1, 1),
        seasonal_grid=True,
    ),
    # The second meter of a roof that sells everything: it consumes next to nothing.
    "producer": Contract(
        "   PRODUCTEUR   ", "BASE",
        (Tariff(1, " INDEX NON CONSO", "TH.."),),
        (("BASE", 0),),
        (Day(OPEN | 1, OPEN | 1),),
    ),
}  # fmt: skip


def profile_text(profile: Profile, *, hexadecimal: bool) -> str:
    """The 98 characters of PJOURF+1 and PPOINTE; some meters write the hours in hexadecimal."""
    hours = "{:02X}{:02X}" if hexadecimal else "{:02d}{:02d}"
    blocks = [hours.format(*divmod(slot.start, 60)) + f"{slot.action:04X}" for slot in profile]
    return " ".join((blocks + [UNUSED] * BLOCKS)[:BLOCKS])


def slot_at(profile: Profile, minute: int) -> Slot:
    return next(slot for slot in reversed(profile) if slot.start <= minute)


def grid_register(contract: Contract, now: datetime) -> int:
    """Four registers: peak and off-peak of the high season, November to March, then of the low."""
    if not contract.seasonal_grid:
        return 1
    off_peak = _within(now.hour * 60 + now.minute, contract.off_peak or NIGHT)
    high_season = now.month in {11, 12, 1, 2, 3}
    return (1 if high_season else 3) + off_peak
