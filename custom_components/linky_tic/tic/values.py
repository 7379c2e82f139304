"""Reads the text of a group as a typed value: a number, a trimmed text, an aware datetime.

It never raises: what cannot be read is None. Whether a value can be true is judged in `gate.py`.
Source: 54E 6.2.1 (horodates), 6.2.3 (formats).
"""

from datetime import datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Final, NamedTuple

from .catalogue import Kind, Label
from .groups import HORODATE_SIZE
from .legal_time import HOUR, is_summer

Value = int | str | datetime | None
"""The value of a group: a number in its label's unit, a text, an instant."""

SEASONS: Final = {"H": 1, "E": 2, "h": 1, "e": 2}
"""Season letter -> hours ahead of UTC in mainland France; lower case: the clock is degraded."""
_STAMPS: Final = 16
"""Horodates kept: several groups of a frame are stamped with the same half hour or day."""


class Horodate(NamedTuple):
    """A time stamp of the meter; `degraded` when its clock had lost the time."""

    time: datetime
    degraded: bool


@lru_cache(_STAMPS)
def read_horodate(text: str, overseas: timedelta = timedelta(0)) -> Horodate | None:
    """Read SAAMMJJhhmmss; `overseas` is what the meter's legal time adds to mainland time.

    None when the thirteen characters are not a season letter and a real date.
    """
    season, digits = text[:1], text[1:]
    if len(text) != HORODATE_SIZE or not (digits.isascii() and digits.isdigit()):
        return None
    if digits[6:8] == "24":  # newer versions of Python read 240000 as a time of the next day
        return None
    try:
        local = datetime.fromisoformat(f"20{digits[:6]}T{digits[6:]}")
    except ValueError:
        return None
    hours = SEASONS.get(season)
    if season == " ":
        hours = 2 if is_summer(local) and not overseas else 1  # islands have no summer time
    if hours is None:
        return None
    return Horodate(local.replace(tzinfo=_zone(hours, overseas)), season in "he")


@cache
def _zone(hours: int, overseas: timedelta) -> timezone:
    return timezone(hours * HOUR + overseas)


def read_value(label: Label, data: str, horodate: Horodate | None) -> Value:
    """Return the typed value of a group whose size and characters are those of its label.

    None for a number out of its label's range, and for a value whose horodate is no real date.
    """
    if label.horodate and horodate is None:
        return None
    if label.kind is Kind.NUMBER:
        number = int(data)
        return number if label.least <= number <= label.most else None
    return horodate.time if horodate else data.strip()
