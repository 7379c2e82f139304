"""The mobile peaks that a meter tells of, frame by frame: DPM, FPM, and the profile in PPOINTE.

It knows frames and the meter's own time. PPOINTE is about the nearest peak that has not begun, and
what is told no more once it has begun is kept: it tells how its hours go on.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ..tic import Frame, Readings, naive
from .day_schedule import MobilePeak

_LABELS: Final = tuple((number, f"DPM{number}", f"FPM{number}") for number in (1, 2, 3))
PEAK_LABELS: Final = tuple(name for _, *names in _LABELS for name in names)
KEPT_FOR: Final = timedelta(days=8)
"""How long what is over is kept: it tells how today began, and what is usual in a week."""


def update_peaks(
    before: Iterable[MobilePeak], frame: Frame, readings: Readings, local: datetime
) -> tuple[MobilePeak, ...]:
    """Give the peaks that are known once a frame has ended, at a time of the meter's."""
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
    """Give the peaks that stand in the frame; their stamps have no season."""
    peaks = []
    for number, *names in _LABELS:
        begin, end = (naive(readings.get(name)) for name in names)
        if begin and end and begin < end:
            peaks.append(MobilePeak(number, begin, end))
    return peaks


def _is_withdrawn(
    peak: MobilePeak, heard: Iterable[MobilePeak], frame: Frame, readings: Readings
) -> bool:
    """Whether a peak that is not told any more does not hold: a frame without a fault shows it.

    An earlier one of its number may stand before it.
    """
    if others := [one for one in heard if one.number == peak.number]:
        return all(one.begin > peak.begin for one in others)
    is_there = any(group.name == f"DPM{peak.number}" for group in frame.groups)
    return frame.complete and "PJOURF+1" in readings and not is_there
