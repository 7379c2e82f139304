"""The notes on a meter's days as JSON, and back: what a restart must not lose.

It knows the shape in which they are kept, nothing of what they mean.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..tic import Coding, Diary, LegalTime, Note, Peak


def as_kept(diary: Diary) -> JsonObjectType:
    """Give what is to be kept."""
    island = diary.legal.island
    return {
        "profiles": {
            day.isoformat(): [note.profile, note.number] for day, note in diary.profiles.items()
        },
        "peaks": [
            [peak.number, peak.begin.isoformat(), peak.end.isoformat(), peak.profile]
            for peak in diary.peaks
        ],
        "coding": diary.coding.value if diary.coding else None,
        "island": None if island is None else island.total_seconds(),
    }


def take_up(kept: JsonObjectType, diary: Diary) -> None:
    """Put into a diary what was kept of it; what is not as it was written is left out."""
    diary.profiles = dict(_profiles(kept.get("profiles")))
    diary.peaks = tuple(_peaks(kept.get("peaks")))
    if (coding := kept.get("coding")) in set(Coding):
        diary.coding = Coding(str(coding))
    if isinstance(island := kept.get("island"), int | float):
        diary.legal = LegalTime(timedelta(seconds=island))


def _profiles(kept: JsonValueType) -> Iterator[tuple[date, Note]]:
    for day, note in kept.items() if isinstance(kept, dict) else ():
        match dt_util.parse_date(day), note:
            case date() as date_, [str(profile), int() | None as number]:
                yield date_, Note(profile, number)
            case _:
                pass


def _peaks(kept: JsonValueType) -> Iterator[Peak]:
    for peak in kept if isinstance(kept, list) else ():
        match peak:
            case [int(number), str(first), str(last), str() | None as profile]:
                begin, end = map(dt_util.parse_datetime, (first, last))
                if begin and end:
                    yield Peak(number, begin, end, profile)
            case _:
                pass
