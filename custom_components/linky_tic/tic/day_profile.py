"""Reads PJOURF+1 and PPOINTE: the slots of a day, each with its start, register and contact.

54E does not say whether the digits of an hour are decimal or hexadecimal, and meters use both: a
profile tells how its coding was decided. Nothing here raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
import re
from typing import Final, NamedTuple

_BLOCKS: Final = 11
_UNUSED: Final = "NONUTILE"
_BLOCK: Final = re.compile(r"[0-9A-F]{8}|NONUTILE")
_DAY: Final = 24 * 60
"""Minutes."""
_OFF_PEAK: Final = 8 * 60
"""Minutes of off-peak in a day of a contract with two registers."""
_NEVER_OFF_PEAK: Final = frozenset((*range(8 * 60, 11 * 60), *range(17 * 60, 20 * 60)))
"""Minutes of the day that are never off-peak in the grid tariffs of France (TURPE 6 and 7)."""


class Coding(StrEnum):
    """The base of the digits of hour and minute: a property of the meter, for both labels."""

    DECIMAL = "decimal"
    HEXADECIMAL = "hexadecimal"


class Decision(StrEnum):
    """How the coding of a profile was decided, the surest first."""

    PROVEN = "proven"  # it can be read in this coding only: worth remembering for the meter
    SAME = "same"  # both codings read the same
    REMEMBERED = "remembered"  # what this meter has been known to use
    EIGHT_HOURS = "eight_hours"  # only this reading gives a register its eight hours
    AMBIGUOUS = "ambiguous"  # nothing: what holds is what both codings say


class Contact(StrEnum):
    """What a slot does to the dry contact; `TEMPO`: as the meter's Tempo configuration says."""

    UNCHANGED = "unchanged"
    TEMPO = "tempo"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Slot:
    """What holds from `start` (legal time) to the next slot, or to midnight.

    `register` is the supplier's register, 1 to 10, None to leave it as it was.
    """

    start: time
    register: int | None
    contact: Contact


class DayProfile(NamedTuple):
    """The slots of a day, their coding, and how it was decided.

    Where it was not decided, `coding` is None and `possible` has the slots of both codings.
    """

    possible: tuple[tuple[Slot, ...], ...]
    coding: Coding | None
    decision: Decision

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots; none if the coding was not decided."""
        return self.possible[0] if self.coding else ()


_BASES: Final[Mapping[Coding, int]] = {Coding.DECIMAL: 10, Coding.HEXADECIMAL: 16}
_CONTACTS: Final = tuple(Contact)
_LAST_REGISTER: Final = 10


def read_profile(text: str, remembered: Coding | None = None) -> DayProfile | None:
    """Read the 98 characters of a profile; `remembered` is the coding this meter has used before.

    None unless all of it is well formed: a checksum may miss that four characters were lost.
    """
    possible = slots_by_coding(text)
    if not possible:
        return None
    coding, decision = _decide(possible, remembered)
    slots = tuple(possible.values()) if coding is None else (possible[coding],)
    return DayProfile(slots, coding, decision)


@lru_cache(maxsize=16)
def slots_by_coding(text: str) -> Mapping[Coding, tuple[Slot, ...]]:
    """Return the slots in each coding in which the profile is a valid day."""
    blocks = _used_blocks(text)
    if blocks is None:
        return {}
    possible = {coding: _read(blocks, base) for coding, base in _BASES.items()}
    return {one: slots for one, slots in possible.items() if slots is not None}


def registers_of(text: str) -> set[int]:
    """Return the supplier's registers that a profile switches to, whatever its coding."""
    slots = next(iter(slots_by_coding(text).values()), ())
    return {slot.register for slot in slots if slot.register is not None}


def _used_blocks(text: str) -> list[str] | None:
    """Return the used blocks; None if the text is malformed or a used one follows an unused one."""
    blocks = text.split(" ")
    if len(blocks) != _BLOCKS or not all(map(_BLOCK.fullmatch, blocks)):
        return None
    used = [block for block in blocks if block != _UNUSED]
    return used if used == blocks[: len(used)] else None


def _read(blocks: Iterable[str], base: int) -> tuple[Slot, ...] | None:
    try:
        slots = tuple(_read_slot(block, base) for block in blocks)
    except ValueError:  # no hour of this base
        return None
    return slots if all(one.start < other.start for one, other in pairwise(slots)) else None


def _read_slot(block: str, base: int) -> Slot:
    """Read hour, minute and the sixteen bits (54E 6.2.3): contact 15-14, register 3-0."""
    start = time(int(block[:2], base), int(block[2:4], base))
    action = int(block[4:], 16)
    register = action & 0xF
    is_register = 1 <= register <= _LAST_REGISTER
    return Slot(start, register if is_register else None, _CONTACTS[action >> 14])


def _decide(
    possible: Mapping[Coding, tuple[Slot, ...]], remembered: Coding | None
) -> tuple[Coding | None, Decision]:
    if len(possible) == 1:
        return next(iter(possible)), Decision.PROVEN
    if possible[Coding.DECIMAL] == possible[Coding.HEXADECIMAL]:
        return Coding.DECIMAL, Decision.SAME
    if remembered is not None:
        return remembered, Decision.REMEMBERED
    likely = [coding for coding, slots in possible.items() if _has_off_peak_hours(slots)]
    if len(likely) == 1:
        return likely[0], Decision.EIGHT_HOURS
    return None, Decision.AMBIGUOUS


def _has_off_peak_hours(slots: tuple[Slot, ...]) -> bool:
    """Whether a register has eight hours in the day, all of them where off-peak may be."""
    hours: dict[int | None, list[int]] = {}
    register = None
    starts = [slot.start.hour * 60 + slot.start.minute for slot in slots]
    for slot, (start, end) in zip(slots, pairwise([*starts, _DAY]), strict=True):
        register = slot.register or register
        hours.setdefault(register, []).extend(range(start, end))
    return any(
        register and len(minutes) == _OFF_PEAK and _NEVER_OFF_PEAK.isdisjoint(minutes)
        for register, minutes in hours.items()
    )
