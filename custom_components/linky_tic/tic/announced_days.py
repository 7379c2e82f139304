"""What a meter says of its days, noted frame by frame: the profile of which day, each peak's own.

It knows frames, readings and our time, which come in; it does not know what is done with its
notes. PJOURF+1 is about the day after the DATE of its own frame, PPOINTE about the nearest peak
that has not begun: so nothing is noted from a frame in which one of them was damaged.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from .day_schedule import Agenda, Peak
from .events import Reading
from .frames import Frame
from .legal_time import MAINLAND, LegalTime, legal_time_of
from .schedule import Coding, Decision, coding_shown, read_schedule, readings_of
from .tempo import colour_tomorrow, has_colours

_PEAK_LABELS: Final = tuple((n, f"DPM{n}", f"FPM{n}") for n in (1, 2, 3))
_LABELS: Final = (
    "PJOURF+1",
    "NJOURF",
    "NJOURF+1",
    "PPOINTE",
    "STGE",
    *(name for _, *names in _PEAK_LABELS for name in names),
)
_ONE_DAY: Final = timedelta(days=1)
_TEMPO_BEGINS: Final = time(6)
_COLOURS: Final[Mapping[str, int]] = MappingProxyType({"white": 1, "red": 2})
"""Colour -> its mobile peak (captures)."""
_TURN: Final = time(23, 59, 57)
"""A frame that begins later may end in the next day."""
_SAME_TIME: Final = timedelta(minutes=5)
"""Two clocks that are not further apart show the same time."""
_SURE: Final = 12
"""Frames in which the meter's clock must be another than ours before it is believed: more than
it takes to learn the time of an island."""
_HALF_DAY: Final = timedelta(hours=12)
_PROMPT: Final = timedelta(seconds=30)
"""Between two frames that show a change of register, for the time of the change to be known."""
_LASTS: Final = timedelta(days=2)
"""How long what is over is kept: it says how today began."""


class Note(NamedTuple):
    """The profile of a day, and its number in the supplier's calendar where it was told."""

    profile: str
    number: int | None


class Diary:
    """The notes on one meter. `ahead` is what its clock adds to ours, zero when both agree."""

    def __init__(self) -> None:
        self.profiles: dict[date, Note] = {}
        self.peaks: tuple[Peak, ...] = ()
        self.coding: Coding | None = None
        self.legal: LegalTime = MAINLAND
        self.ahead = timedelta()
        self.tempo = False
        self._apart = 0
        self._season: tuple[object, ...] = ()
        self._register: tuple[object, datetime] | None = None
        self._seen: tuple[object, ...] = ()

    def agenda(self) -> Agenda:
        """Give the days as far as they are known."""
        profiles = {day: note.profile for day, note in self.profiles.items()}
        return Agenda(profiles, self.peaks, self.coding, self.legal, tempo=self.tempo)

    def heard(self, frame: Frame, readings: Mapping[str, Reading], now: datetime) -> bool:
        """Take a frame of this meter, at our time `now`; whether there is anything new."""
        clock = readings.get("DATE")
        is_new = self._compare_clocks(clock, now)
        local = self._local(clock, now)
        is_new |= self._watch_register(readings, local, now)
        seen = (local.date(), *map(readings.get, _LABELS))
        if seen == self._seen or local.time() >= _TURN or not _says(frame, readings):
            return is_new
        self._seen = seen
        is_new |= self._note_profile(readings, local.date())
        is_new |= self._note_peaks(frame, readings, local)
        return is_new

    def _compare_clocks(self, clock: Reading | None, now: datetime) -> bool:
        """Learn what time the meter keeps. One that has lost it teaches nothing."""
        if clock is None or clock.degraded or not isinstance(clock.value, datetime):
            return False
        before = self.legal, self.ahead
        season = clock.value.tzinfo, clock.value.month
        if season != self._season:
            self._season, self.legal = season, legal_time_of(clock.value)
        apart = clock.value - now
        self._apart = self._apart + 1 if abs(apart - self.ahead) > _SAME_TIME else 0
        if self._apart >= _SURE:
            self.ahead = apart if abs(apart) > _SAME_TIME else timedelta()
        return (self.legal, self.ahead) != before

    def _local(self, clock: Reading | None, now: datetime) -> datetime:
        """Give the legal time that the meter goes by: its clock's, as long as that makes sense."""
        if clock is None or not isinstance(clock.value, datetime):
            return self.legal.of(now + self.ahead)
        if clock.degraded and abs(clock.value - now - self.ahead) > _HALF_DAY:
            return self.legal.of(now + self.ahead)
        return clock.value

    def _watch_register(
        self, readings: Mapping[str, Reading], local: datetime, now: datetime
    ) -> bool:
        """Learn the coding from a change of register that the profile in force announces."""
        reading = readings.get("NTARF")
        before, self._register = self._register, (reading and reading.value, now)
        if reading is None or not isinstance(reading.value, int) or before is None:
            return False
        if before[0] in {None, reading.value} or now - before[1] > _PROMPT:
            return False
        return self._learn(
            coding_shown(self._in_force(readings, local), local.time(), reading.value)
        )

    def _in_force(self, readings: Mapping[str, Reading], local: datetime) -> str:
        """Give the profile that the meter follows.

        On the first day it is tomorrow's if the number is the same: good enough to compare with,
        not to be shown.
        """
        for peak in self.peaks:
            if peak.profile and peak.begin <= local < peak.end:
                return peak.profile
        if note := self.profiles.get(local.date()):
            return note.profile
        numbers = [readings.get(name) for name in ("NJOURF", "NJOURF+1")]
        profile = readings.get("PJOURF+1")
        if profile and numbers[0] and numbers[1] and numbers[0].value == numbers[1].value:
            return profile.raw
        return ""

    def _learn(self, coding: Coding | None) -> bool:
        if coding in {None, self.coding}:
            return False
        self.coding = coding
        return True

    def _learn_from(self, profile: str) -> bool:
        schedule = read_schedule(profile)
        is_proven = schedule is not None and schedule.decision is Decision.PROVEN
        return self._learn(schedule.coding) if schedule and is_proven else False

    def _note_profile(self, readings: Mapping[str, Reading], today: date) -> bool:
        """Note tomorrow's profile; forget today's when its number is not the one announced."""
        profiles = {day: note for day, note in self.profiles.items() if day >= today - _LASTS}
        number, profile = _number(readings, "NJOURF"), readings.get("PJOURF+1")
        note = profiles.get(today)
        if note and None not in {number, note.number} and number != note.number:
            del profiles[today]
        if profile and any(readings_of(profile.raw).values()):  # all of it is sound
            profiles[today + _ONE_DAY] = Note(profile.raw, _number(readings, "NJOURF+1"))
        is_new = profiles != self.profiles
        self.profiles = profiles
        return bool(profile and self._learn_from(profile.raw)) or is_new

    def _note_peaks(self, frame: Frame, readings: Mapping[str, Reading], local: datetime) -> bool:
        """Note the peaks that are announced, and of the next one its profile."""
        before = self.peaks, self.tempo
        self.tempo = has_colours(readings)
        heard = self._peaks_of(readings, local)
        told = {(peak.number, peak.begin): peak for peak in heard}
        for peak in self.peaks:
            key = peak.number, peak.begin
            if key in told:
                told[key] = told[key]._replace(profile=peak.profile)
            elif peak.end <= local:
                if peak.end > local - _LASTS:
                    told[key] = peak
            elif self._may_come(peak, heard, frame, readings):
                told[key] = peak
            elif peak.begin < local:
                told[key] = peak._replace(end=local)
        is_new = self._note_peak_profile(readings, told, local)
        self.peaks = tuple(sorted(told.values(), key=lambda peak: (peak.begin, peak.number)))
        return is_new or (self.peaks, self.tempo) != before

    def _may_come(
        self, peak: Peak, heard: list[Peak], frame: Frame, readings: Mapping[str, Reading]
    ) -> bool:
        """Whether a peak that is not told any more may still hold.

        An earlier one of its number stands before it, or it has not been told yet since the line
        is heard: it is taken back only by a frame without a fault in which its place is empty.
        """
        same = [one.begin for one in heard if one.number == peak.number]
        if same:
            return min(same) < peak.begin
        is_there = any(group.name == f"DPM{peak.number}" for group in frame.groups)
        if frame.complete and "PJOURF+1" in readings and not is_there:
            return False
        self._seen = ()
        return True

    def _note_peak_profile(
        self,
        readings: Mapping[str, Reading],
        peaks: dict[tuple[int, datetime], Peak],
        local: datetime,
    ) -> bool:
        profile = readings.get("PPOINTE")
        waiting = [key for key, peak in peaks.items() if peak.begin > local]
        if profile is None or not waiting:
            return False
        nearest = min(waiting, key=lambda key: key[1])
        peaks[nearest] = peaks[nearest]._replace(profile=profile.raw)
        return self._learn_from(profile.raw)

    def _peaks_of(self, readings: Mapping[str, Reading], local: datetime) -> list[Peak]:
        """Give the peaks that stand in the frame. Their stamps have no season: legal time's."""
        peaks = []
        for number, *names in _PEAK_LABELS:
            begin, end = (self._instant(readings.get(name)) for name in names)
            if begin and end and begin < end:
                peaks.append(Peak(number, begin, end))
        coloured = self._coloured(readings, local)
        if coloured and not any(one.begin <= coloured.begin < one.end for one in peaks):
            peaks.append(coloured)
        return peaks

    def _coloured(self, readings: Mapping[str, Reading], local: datetime) -> Peak | None:
        """Give tomorrow's peak as STGE tells its colour: DPM has the first of two white days only.

        Not before 06:00: which day is tomorrow then, for the meter, nobody has seen.
        """
        number = _COLOURS.get(colour_tomorrow(readings) or "")
        if number is None or local.time() < _TEMPO_BEGINS:
            return None
        day = local.date() + _ONE_DAY
        begin, end = (self.legal.at(one, _TEMPO_BEGINS) for one in (day, day + _ONE_DAY))
        return Peak(number, begin, end)

    def _instant(self, reading: Reading | None) -> datetime | None:
        if reading is None or not isinstance(reading.value, datetime):
            return None
        return self.legal.at(reading.value.date(), reading.value.time())


def _number(readings: Mapping[str, Reading], name: str) -> int | None:
    reading = readings.get(name)
    return reading.value if reading and isinstance(reading.value, int) else None


def _says(frame: Frame, readings: Mapping[str, Reading]) -> bool:
    """Whether a frame says itself all that is read of it, nothing being left of one before."""
    said = {group.name: (group.data, group.horodate) for group in frame.groups}
    return all(
        name in said and _is_said(readings[name], *said[name])
        for name in ("DATE", *_LABELS)
        if name in readings
    )


def _is_said(reading: Reading, data: str, horodate: str | None) -> bool:
    if horodate is None or not isinstance(reading.value, datetime):
        return data == reading.raw
    return horodate[1:] == f"{reading.value:%y%m%d%H%M%S}"
