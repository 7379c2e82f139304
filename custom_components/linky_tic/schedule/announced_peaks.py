"""Collect, frame by frame, the mobile peaks that a meter announces in DPM, FPM and PPOINTE.

PPOINTE has the profile of the nearest peak that has not begun. The meter may stop sending it once
the peak has begun, so it is kept for the hours of the peak that are left. Times are the meter's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ..tic import Frame, Readings, naive
from .day_schedule import MobilePeak

_LABELS: Final = tuple((number, f"DPM{number}", f"FPM{number}") for number in (1, 2, 3))
PEAK_LABELS: Final = tuple(name for _, *names in _LABELS for name in names)
KEPT_FOR: Final = timedelta(days=8)
"""How long past days and peaks are kept, to know how today began and what is usual in a week."""


def update_peaks(
    before: Iterable[MobilePeak], frame: Frame, readings: Readings, local: datetime
) -> tuple[MobilePeak, ...]:
    """Return the peaks known at the end of a frame; `local` is the meter's time."""
    heard = read_peaks(readings)
    found = {(peak.number, peak.begin): peak for peak in heard}
    for peak in before:
        key = peak.number, peak.begin
        if key in found:
            found[key] = found[key]._replace(profile=peak.profile)
        elif peak.end <= local:
            if peak.end > local - KEPT_FOR:
                found[key] = peak
        elif not _is_withdrawn(peak, heard, frame, readings):
            found[key] = peak
        elif peak.begin < local:
            found[key] = peak._replace(end=local)
    waiting = [key for key, peak in found.items() if peak.begin > local]
    if waiting and (profile := readings.get("PPOINTE")):
        nearest = min(waiting, key=lambda key: key[1])
        found[nearest] = found[nearest]._replace(profile=profile.raw)
    return tuple(sorted(found.values(), key=lambda peak: (peak.begin, peak.number)))


def read_peaks(readings: Readings) -> list[MobilePeak]:
    """Return the peaks that the meter sends now; their times have no season letter."""
    peaks = []
    for number, *names in _LABELS:
        begin, end = (naive(readings.get(name)) for name in names)
        if begin and end and begin < end:
            peaks.append(MobilePeak(number, begin, end))
    return peaks


def _is_withdrawn(
    peak: MobilePeak, heard: Iterable[MobilePeak], frame: Frame, readings: Readings
) -> bool:
    """Whether the meter has cancelled a peak that it no longer sends.

    An earlier peak of its number only comes first; a later one has replaced it. Without another
    one, it is cancelled if a complete frame has no DPM of its number.
    """
    if others := [one for one in heard if one.number == peak.number]:
        return all(one.begin > peak.begin for one in others)
    is_there = any(group.name == f"DPM{peak.number}" for group in frame.groups)
    return frame.complete and "PJOURF+1" in readings and not is_there
