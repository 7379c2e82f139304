"""What was announced of a meter's days as JSON, and back: what a restart must not lose.

It knows the shape in which it is stored, nothing of what it means.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..tic import COLOURS, AnnouncedDays, Coding, LegalTime, Note, Peak


def as_stored(days: AnnouncedDays) -> JsonObjectType:
    """Give what is to be stored."""
    island = days.clock.legal.island
    return {
        "profiles": {day.isoformat(): list(map(list, notes)) for day, notes in days.notes.items()},
        "peaks": [
            [peak.number, peak.begin.isoformat(), peak.end.isoformat(), peak.profile]
            for peak in days.peaks
        ],
        "colours": {day.isoformat(): one for day, one in days.colours.items()}
        if days.is_tempo
        else None,
        "calendar": days.calendar,
        "coding": days.coding.value if days.coding else None,
        "proven": days.is_coding_proven,
        "island": None if island is None else island.total_seconds(),
        "ahead": days.clock.legal.ahead.total_seconds() if days.clock.is_known else None,
    }


def take_up(stored: JsonObjectType, days: AnnouncedDays) -> None:
    """Put back what was stored; what is not as it was written is left out."""
    if stored.get("whole_days"):  # it was noted by another calendar than the meter's
        return
    days.notes = dict(_notes(stored.get("profiles")))
    days.peaks = tuple(_peaks(stored.get("peaks")))
    days.is_tempo = isinstance(stored.get("colours"), dict)
    days.colours = dict(_colours(stored.get("colours")))
    days.calendar = calendar if isinstance(calendar := stored.get("calendar"), str) else None
    if (coding := stored.get("coding")) in set(Coding):
        days.coding = Coding(str(coding))
        days.is_coding_proven = stored.get("proven") is True
    island, ahead = (_seconds(stored.get(key)) for key in ("island", "ahead"))
    days.clock.legal = LegalTime(island, ahead or timedelta())
    days.clock.is_known = ahead is not None


def _seconds(stored: JsonValueType) -> timedelta | None:
    return timedelta(seconds=stored) if isinstance(stored, int | float) else None


def _notes(stored: JsonValueType) -> Iterator[tuple[date, tuple[Note, ...]]]:
    for day, notes in stored.items() if isinstance(stored, dict) else ():
        match dt_util.parse_date(day), notes:
            case date() as date_, [str(profile), int() | None as number]:  # before 1.0
                yield date_, (Note(profile, number),)
            case date() as date_, list():
                yield date_, tuple(filter(None, map(_note, notes)))
            case _:
                pass


def _note(stored: JsonValueType) -> Note | None:
    match stored:
        case [str(profile), int() | None as number, bool(announced)]:
            return Note(profile, number, announced)
        case _:
            return None


def _colours(stored: JsonValueType) -> Iterator[tuple[date, str]]:
    for day, colour in stored.items() if isinstance(stored, dict) else ():
        if (date_ := dt_util.parse_date(day)) and colour in COLOURS:
            yield date_, str(colour)


def _peaks(stored: JsonValueType) -> Iterator[Peak]:
    for peak in stored if isinstance(stored, list) else ():
        match peak:
            case [int(number), str(first), str(last), str() | None as profile]:
                begin, end = map(dt_util.parse_datetime, (first, last))
                if begin and end:  # they had a zone before 1.0, that of the meter's time
                    begin, end = (one.replace(tzinfo=None) for one in (begin, end))
                    yield Peak(number, begin, end, profile)
            case _:
                pass
