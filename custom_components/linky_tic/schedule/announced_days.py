"""Collect, frame by frame, what a meter announces: profiles of days, Tempo colours, mobile peaks.

PJOURF+1 is about the day after the DATE of its own frame, PPOINTE about the nearest peak that has
not begun. So a frame in which one of these groups is damaged is not used, nor one that no second
frame has repeated, as midnight may have passed between its groups.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from homeassistant.util.json import JsonObjectType

from ..tariff.contract import read_contract
from ..tariff.tempo import COLOUR_OF_PEAK, COLOURS, TEMPO_START, colour_in_force, colour_tomorrow
from ..tic import (
    Coding,
    Decision,
    Frame,
    LegalTime,
    MeterClock,
    Readings,
    Slot,
    number_of,
    read_profile,
    slots_by_coding,
)
from .announced_peaks import KEPT_FOR, PEAK_LABELS, read_peaks, update_peaks
from .day_schedule import DaySchedules, KnownProfile, MobilePeak

_LABELS: Final = (
    *("OPTARIF", "PTEC", "DEMAIN", "NGTF", "STGE", "NTARF"),
    *("NJOURF", "NJOURF+1", "PJOURF+1", "PPOINTE"),
    *PEAK_LABELS,
)
_DAY: Final = timedelta(days=1)
_MARGIN: Final = timedelta(minutes=2)
"""Time before and after a change of register in which the one in force proves nothing."""


class ChangedHours(NamedTuple):
    """The number of a day's profile whose hours changed, with its text before and now."""

    number: int
    before: str
    now: str


class AnnouncedDays:
    """What one meter has announced.

    `profiles`: date -> profile; None for a day whose hours stay unknown, as they were changed
    during it or do not match the register in force. `contract`: the name of their contract.
    `changed`: the hours that the last frame has changed.
    """

    def __init__(self) -> None:
        self.profiles: dict[date, KnownProfile | None] = {}
        self.peaks: tuple[MobilePeak, ...] = ()
        self.coding: Coding | None = None
        self.is_coding_proven = False
        self.is_tempo = False
        self.contract: str | None = None
        self.colours: dict[date, str] = {}
        self.changed: ChangedHours | None = None
        self.clock = MeterClock()
        self._last_values: tuple[object, ...] = ()
        self._processed_values: tuple[object, ...] = ()
        self._is_first_profile = True

    def read(self, kept: Mapping[str, Any]) -> None:
        """Read what `written` gave; another shape raises an error of any type."""
        profiles, colours = kept["profiles"], kept.get("colours")
        coding, island, ahead = (kept.get(key) for key in ("coding", "island", "ahead"))
        self.profiles = {date.fromisoformat(day): _profile(one) for day, one in profiles.items()}
        self.peaks = tuple(
            MobilePeak(number, _naive(begin), _naive(end), profile)
            for number, begin, end, profile in kept["peaks"]
        )
        self.is_tempo, self.contract = colours is not None, kept.get("contract")
        self.colours = {date.fromisoformat(day): one for day, one in (colours or {}).items()}
        self.coding, self.is_coding_proven = coding and Coding(coding), kept.get("proven", False)
        self.clock.is_known = ahead is not None
        self.clock.legal = LegalTime(
            None if island is None else timedelta(seconds=island), timedelta(seconds=ahead or 0)
        )

    @property
    def written(self) -> JsonObjectType:
        """What is stored."""
        legal, coding = self.clock.legal, self.coding
        colours = {day.isoformat(): colour for day, colour in self.colours.items()}
        return {
            "profiles": {day.isoformat(): one and list(one) for day, one in self.profiles.items()},
            "peaks": [
                [peak.number, peak.begin.isoformat(), peak.end.isoformat(), peak.profile]
                for peak in self.peaks
            ],
            "colours": dict(colours) if self.is_tempo else None,
            "contract": self.contract,
            "coding": coding and coding.value,
            "proven": self.is_coding_proven,
            "island": None if legal.island is None else legal.island.total_seconds(),
            "ahead": legal.ahead.total_seconds() if self.clock.is_known else None,
        }

    def schedules(self) -> DaySchedules:
        """Return the known days; none while the meter's clock cannot be trusted."""
        if self.clock.is_in_doubt:
            return DaySchedules(coding=self.coding, legal=self.clock.legal)
        known = {day: one for day, one in self.profiles.items() if one}
        colours = self.colours if self.is_tempo else None
        return DaySchedules(known, self.peaks, self.coding, self.clock.legal, colours)

    def end_frame(self, frame: Frame, readings: Readings, now: datetime, *, is_tempo: bool) -> bool:
        """Take a frame received at `now`, by Home Assistant's clock; return whether it has news.

        `is_tempo`: whether the contract is Tempo, which a frame alone may not show.
        """
        self.changed = None
        clock = readings.get("DATE")
        sent = (one.horodate for one in frame.heard if one and one.name == "DATE")
        is_new = self.clock.compare(clock, now, next(sent, None))
        if clock is not None and self.clock.is_in_doubt:
            return is_new
        local = self.clock.local(clock, now)
        minute = self.clock.legal, local.date(), local.hour, local.minute
        values = (*minute, is_tempo, *map(readings.get, _LABELS))
        if values == self._processed_values or not _sends_all(frame, readings):
            return is_new
        if values != self._last_values:
            self._last_values = values
            return is_new
        self._processed_values = values
        before = self.written
        was = self.is_tempo, self.contract
        self.is_tempo = is_tempo
        if contract := read_contract(readings, is_tempo=is_tempo):
            self.contract = contract.name
        is_same = was in {(is_tempo, self.contract), (is_tempo, None)}
        self._update_colours(readings, local)
        known = (peak for peak in self.peaks if is_same or peak.end <= local)
        self.peaks = () if self.is_tempo else update_peaks(known, frame, readings, local)
        self._update_profiles(readings, local, is_same_contract=is_same)
        self._learn_coding(readings, local)
        return is_new or before != self.written

    def _update_colours(self, readings: Readings, local: datetime) -> None:
        """Update the colours of Tempo days, those in force and those announced.

        Before 06:00 no announced colour is used: whether STGE then means the day that begins at
        06:00 or the next one is in no document and no capture.
        """
        oldest = local.date() - KEPT_FOR
        colours = {day: one for day, one in self.colours.items() if day >= oldest}
        self.colours = colours if self.is_tempo else {}
        if not self.is_tempo:
            return
        tomorrow = local.date() + _DAY
        begun = (local - TEMPO_START - _MARGIN).date()
        if begun == local.date():
            colours.pop(tomorrow, None)
            if (announced := colour_tomorrow(readings)) in COLOURS:
                colours[tomorrow] = str(announced)
        for peak in read_peaks(readings):
            if colour := COLOUR_OF_PEAK.get(peak.number):
                colours[peak.begin.date()] = colour
        is_near = begun != (local - TEMPO_START + _MARGIN).date()
        if not is_near and (colour := colour_in_force(readings)):
            colours[begun] = colour

    def _update_profiles(
        self, readings: Readings, local: datetime, *, is_same_contract: bool
    ) -> None:
        today, tomorrow = local.date(), _announced_profile(readings)
        if tomorrow:
            self._detect_changed_hours(tomorrow)
        known = self.profiles if is_same_contract else {}
        self.profiles = {day: one for day, one in known.items() if day >= today - KEPT_FOR}
        if tomorrow:
            self.profiles[today + _DAY] = tomorrow
        if self.changed and is_same_contract:
            self.profiles[today] = None
        number = number_of(readings, "NJOURF")
        own = self.profiles.get(today)
        if own and own.number is not None and number not in {None, own.number}:
            del self.profiles[today]
        is_as_tomorrow = tomorrow and number is not None and number == tomorrow.number
        self._update_today(today, tomorrow if is_as_tomorrow else None, readings, local)

    def _update_today(
        self, today: date, other: KnownProfile | None, readings: Readings, local: datetime
    ) -> None:
        """Set today's profile to `other`, a day of the same number, if the register confirms it.

        A known profile becomes None if `other` or the register in force contradicts it.
        """
        own, register = self.profiles.get(today), self._base_register(readings, local)
        if own and other and other.text != own.text:
            self.profiles[today] = None
        elif register is None:
            return
        elif own and not self._codings_for(own, register, local):
            self.profiles[today] = None
        elif other and today not in self.profiles and self._is_confirmed(other, register, local):
            self.profiles[today] = other._replace(announced=False)

    def _detect_changed_hours(self, now: KnownProfile) -> None:
        """Set `changed` if the hours of a number changed; not at the first one after a start."""
        is_first, self._is_first_profile = self._is_first_profile, False
        if is_first or now.number is None:
            return
        latest = (self.profiles[day] for day in sorted(self.profiles, reverse=True))
        same = (one.text for one in latest if one and one.number == now.number)
        before = next(same, now.text)
        if before != now.text:
            self.changed = ChangedHours(now.number, before, now.text)

    def _is_confirmed(self, profile: KnownProfile, register: int, local: datetime) -> bool:
        """Whether a profile has this register now, in a coding that the meter may use."""
        return {register} in self._registers(profile, local).values()

    def _codings_for(self, profile: KnownProfile, register: int, local: datetime) -> list[Coding]:
        """Return the codings in which a profile may have this register now."""
        registers = self._registers(profile, local)
        return [coding for coding, found in registers.items() if {register, None} & found]

    def _registers(
        self, profile: KnownProfile, local: datetime
    ) -> Mapping[Coding, set[int | None]]:
        """Return, by possible coding, the registers of a profile near now; None is not known."""
        possible = slots_by_coding(profile.text)
        coding = self.coding
        if self.is_coding_proven and coding and coding in possible:
            possible = {coding: possible[coding]}
        return {one: _registers_near(slots, local) for one, slots in possible.items()}

    def _base_register(self, readings: Readings, local: datetime) -> int | None:
        """Return the register in force as the day's profile has it; None during a peak.

        The profiles of Tempo are those of a blue day: the result is blue's register 1 or 2.
        """
        register = number_of(readings, "NTARF")
        if register is None or not self.is_tempo:
            in_peak = any(peak.begin - _MARGIN <= local < peak.end + _MARGIN for peak in self.peaks)
            return None if in_peak else register
        return 2 - register % 2

    def _learn_coding(self, readings: Readings, local: datetime) -> None:
        """Learn in which coding this meter sends the hours of a profile.

        It is proven by a text that is valid in one coding only, and assumed where the register in
        force is that of one coding only.
        """
        for name in ("PJOURF+1", "PPOINTE"):
            profile = read_profile(readings[name].raw) if name in readings else None
            if profile and profile.decision is Decision.PROVEN:
                self.coding, self.is_coding_proven = profile.coding, True
                return
        register, own = self._base_register(readings, local), self.profiles.get(local.date())
        if register is not None and own:
            fitting = self._codings_for(own, register, local)
            self.coding = fitting[0] if len(fitting) == 1 else self.coding


def _announced_profile(readings: Readings) -> KnownProfile | None:
    """Return the profile of tomorrow, None if it is missing or invalid."""
    profile = readings.get("PJOURF+1")
    if profile is None or not any(slots_by_coding(profile.raw).values()):
        return None
    return KnownProfile(profile.raw, number_of(readings, "NJOURF+1"))


def _registers_near(slots: tuple[Slot, ...], local: datetime) -> set[int | None]:
    found: set[int | None] = set()
    for moment in (local - _MARGIN, local, local + _MARGIN):
        is_today, time = moment.date() == local.date(), moment.time()
        begun = [slot.register for slot in slots if slot.register and slot.start <= time]
        found.add(begun[-1] if begun and is_today else None)
    return found


def _sends_all(frame: Frame, readings: Readings) -> bool:
    """Whether the frame itself sent all readings that are used, and none is from one before."""
    values = {one.name: (one.data, one.horodate and one.horodate[1:]) for one in frame.groups}
    return all(
        values.get(name) == (one.raw, one.time and f"{one.time:%y%m%d%H%M%S}")
        for name in ("DATE", *_LABELS)
        if (one := readings.get(name))
    )


def _profile(kept: list[Any] | None) -> KnownProfile | None:
    """Read the profile of a day, None if its hours are unknown; before 1.0 it was in a list."""
    profiles = [kept] if kept and isinstance(kept[0], str) else kept or []
    return KnownProfile(*profiles[0]) if len(profiles) == 1 else None


def _naive(kept: str) -> datetime:
    """Read a time of the meter's clock; before 1.0 it was stored with its time zone."""
    return datetime.fromisoformat(kept).replace(tzinfo=None)
