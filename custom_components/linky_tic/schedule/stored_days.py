"""What was announced of a meter's days as JSON, and back: what a restart must not lose.

It knows the shape in which it is stored, nothing of what it means.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.util.json import JsonObjectType

from ..tic import AnnouncedDays, Coding, LegalTime, MobilePeak, Note


def to_json(days: AnnouncedDays) -> JsonObjectType:
    """Give what is to be stored."""
    legal, coding = days.clock.legal, days.coding
    colours = {day.isoformat(): colour for day, colour in days.colours.items()}
    return {
        "profiles": {day.isoformat(): list(map(list, notes)) for day, notes in days.notes.items()},
        "peaks": [
            [peak.number, peak.begin.isoformat(), peak.end.isoformat(), peak.profile]
            for peak in days.peaks
        ],
        "colours": dict(colours) if days.is_tempo else None,
        "contract": days.contract,
        "coding": coding and coding.value,
        "proven": days.is_coding_proven,
        "island": None if legal.island is None else legal.island.total_seconds(),
        "ahead": legal.ahead.total_seconds() if days.clock.is_known else None,
    }


def from_json(stored: Mapping[str, Any], days: AnnouncedDays) -> None:  # Any: JSON
    """Put back what was stored; raises if it was not written here."""
    notes, colours = stored["profiles"], stored.get("colours")
    coding, island, ahead = (stored.get(key) for key in ("coding", "island", "ahead"))
    days.notes = {date.fromisoformat(day): _notes(kept) for day, kept in notes.items()}
    days.peaks = tuple(
        MobilePeak(number, _naive(begin), _naive(end), profile)
        for number, begin, end, profile in stored["peaks"]
    )
    days.is_tempo = colours is not None
    days.colours = {date.fromisoformat(day): one for day, one in (colours or {}).items()}
    days.contract = stored.get("contract")
    days.coding, days.is_coding_proven = coding and Coding(coding), stored.get("proven", False)
    days.clock.is_known = ahead is not None
    days.clock.legal = LegalTime(
        None if island is None else timedelta(seconds=island), timedelta(seconds=ahead or 0)
    )


def _notes(kept: list[Any]) -> tuple[Note, ...]:
    """Read the notes of a day, of which there was one before 1.0."""
    return tuple(Note(*one) for one in ([kept] if isinstance(kept[0], str) else kept))


def _naive(kept: str) -> datetime:
    """Read an instant in the meter's time, which had a zone before 1.0: that of this time."""
    return datetime.fromisoformat(kept).replace(tzinfo=None)
