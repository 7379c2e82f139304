"""The days of a meter: which register counts from when to when, and what colours and peaks change.

It knows what was announced, in the meter's own time, and turns it into instants; it does not know
what time it is, nor how a profile came to be known. A day without a profile is unknown.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import chain, pairwise
from typing import Final, NamedTuple

from ..tariff.tempo import PEAK_OF_COLOUR, TEMPO_START, register_of_colour
from ..tic import (
    MAINLAND,
    Coding,
    Contact,
    Decision,
    LegalTime,
    Slot,
    read_profile,
    slots_by_coding,
)

_DAY: Final = timedelta(days=1)


class DayProfile(NamedTuple):
    """The profile of a day, and its number in the supplier's calendar where it was told.

    It was `announced` as PJOURF+1 the day before; otherwise it is that of another day with the same
    number, which the register in force bears out.
    """

    text: str
    number: int | None
    announced: bool = True


class MobilePeak(NamedTuple):
    """Mobile peak 1, 2 or 3, in the meter's time (naive), from DPM to FPM.

    `profile` is what PPOINTE has said of it, None if it was not heard. The hours of its second day
    are those of the same profile.
    """

    number: int
    begin: datetime
    end: datetime
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class SchedulePeriod:
    """What is in force for a while; None is not known, but for `peak`, where it is no peak."""

    begin: datetime
    end: datetime
    register: int | None
    contact: Contact | None
    peak: int | None = None

    def within(self, begin: datetime, end: datetime) -> SchedulePeriod:
        """Give the part of it between two instants; it may be empty."""
        return replace(self, begin=max(self.begin, begin), end=min(self.end, end))

    def continues_in(self, other: SchedulePeriod) -> bool:
        """Whether the two are one, cut by a midnight."""
        return replace(self, begin=other.begin, end=other.end) == other and self.end == other.begin


@dataclass(frozen=True, slots=True)
class Day:
    """The periods of a day of the meter's, from its midnight to its midnight."""

    date: date
    periods: tuple[SchedulePeriod, ...]
    coding: Coding | None
    decision: Decision
    announced: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A `register` comes into force; it is None for a peak whose profile is not known."""

    at: datetime
    register: int | None


_State = tuple[int | None, Contact | None]
"""A register and the position of the dry contact."""
_UNKNOWN: Final[_State] = (None, None)


@dataclass(frozen=True)
class DaySchedules:
    """All that is known of the days of one meter.

    `coding` is the one that it is known to use. `colours` are those of Tempo days, which run from
    06:00 to 06:00; None where the contract has none.
    """

    profiles: Mapping[date, DayProfile] = field(default_factory=dict)
    peaks: tuple[MobilePeak, ...] = ()
    coding: Coding | None = None
    legal: LegalTime = MAINLAND
    colours: Mapping[date, str] | None = None

    def day(self, day: date) -> Day | None:
        announced = self.profiles.get(day)
        profile = read_profile(announced.text, self.coding) if announced else None
        if announced is None or profile is None or not profile.possible[0]:
            return None
        periods = reduce(_agreed, (self._build_periods(day, slots) for slots in profile.possible))
        return Day(day, tuple(periods), profile.coding, profile.decision, announced.announced)

    def usual_register(self, in_use: Collection[int] = ()) -> int | None:
        """Give the register with most hours, the peaks left aside, of all days that are known.

        None where they have one register of several that are in use: it may be the unusual one.

        Hours in which the contact is closed are off-peak and count last; of two registers with as
        many hours it is the higher, off-peak being the first.
        """
        hours: dict[int, tuple[timedelta, timedelta]] = {}
        for period in chain.from_iterable(map(self._periods, self.profiles)):
            if period.register is not None and period.peak is None:
                length = period.end - period.begin
                is_open = period.contact is not Contact.CLOSED
                open_, total = hours.get(period.register, (timedelta(), timedelta()))
                hours[period.register] = open_ + length * is_open, total + length
        if len(hours) == 1 and len(in_use) > 1:
            return None
        return max(hours, key=lambda register: (hours[register], register), default=None)

    def unusual_periods(self, days: Iterable[date], usual: int | None) -> list[SchedulePeriod]:
        """Give what a calendar shows: the registers that are not the usual one, and the peaks.

        What goes on after midnight is one period.
        """
        found: list[SchedulePeriod] = []
        for period in chain.from_iterable(map(self._periods, days)):
            if period.peak is None and period.register in {None, usual}:
                continue
            if found and found[-1].continues_in(period):
                found[-1] = replace(found[-1], end=period.end)
            else:
                found.append(period)
        return found

    def next_change(self, now: datetime) -> Change | None:
        """Give the next change of register, None when none is to come or it is not known."""
        today = self.legal.day_of(now)
        periods = [
            one for day in (today, today + _DAY) for one in self._periods(day) if one.end > now
        ]
        if not periods or periods[0].begin > now:
            return None
        for current, coming in pairwise(periods):
            if current.register is None or (coming.register is None and coming.peak is None):
                return None
            if coming.register != current.register:
                return Change(coming.begin, coming.register)
        return None

    def next_boundary(self, now: datetime) -> datetime:
        """Give the instant from which something else is in force, or another day is today."""
        today = self.legal.day_of(now)
        edges = (one.begin for one in self._periods(today) if one.begin > now)
        return next(edges, self.legal.at(datetime.combine(today + _DAY, time.min)))

    def _periods(self, day: date) -> tuple[SchedulePeriod, ...]:
        known = self.day(day)
        return known.periods if known else ()

    def _build_periods(self, day: date, slots: tuple[Slot, ...]) -> list[SchedulePeriod]:
        base = _periods_of_states(day, _states_of_slots(slots, self._state_at_end(day - _DAY)))
        add = self._with_peaks if self.colours is None else self._with_colours
        return list(self._to_instants(add(day, base)))

    def _state_at_end(self, day: date) -> _State:
        """Give the state in which a day ends: the next begins in it, until a slot changes it."""
        profile = self.profiles.get(day)
        slots = next(iter(slots_by_coding(profile.text).values()), ()) if profile else ()
        return _states_of_slots(slots, _UNKNOWN)[-1][1] if slots else _UNKNOWN

    def _to_instants(self, periods: Iterable[SchedulePeriod]) -> Iterator[SchedulePeriod]:
        """Place periods of the meter's time; empty ones, or of an hour left out, are none."""
        for period in periods:
            begin, end = self.legal.at(period.begin), self.legal.at(period.end)
            if begin < end:
                yield replace(period, begin=begin, end=end)

    def _with_colours(self, day: date, base: list[SchedulePeriod]) -> Iterator[SchedulePeriod]:
        """Give the hours of every day, which a profile tells, the registers of their colour."""
        begin, end = base[0].begin, base[-1].end
        start = datetime.combine(day, time.min) + TEMPO_START
        for tempo_day, first, last in ((day - _DAY, begin, start), (day, start, end)):
            colour = (self.colours or {}).get(tempo_day)
            peak = PEAK_OF_COLOUR.get(colour or "")
            for period in (one.within(first, last) for one in base):
                register = register_of_colour(period.register, colour)
                yield replace(period, register=register, peak=peak)

    def _with_peaks(self, day: date, base: list[SchedulePeriod]) -> list[SchedulePeriod]:
        first, last, periods = base[0].begin, base[-1].end, base
        for peak in sorted(self.peaks, key=lambda peak: peak.begin):
            begin, end = max(peak.begin, first), min(peak.end, last)
            if begin < end:
                before = (one.within(first, begin) for one in periods)
                inside = (one.within(begin, end) for one in self._peak_periods(peak, day, base))
                after = (one.within(end, last) for one in periods)
                periods = [one for one in (*before, *inside, *after) if one.begin < one.end]
        return periods

    def _peak_periods(
        self, peak: MobilePeak, day: date, base: list[SchedulePeriod]
    ) -> list[SchedulePeriod]:
        """Give the whole day as the profile of a peak has it; without one it is not known."""
        profile = read_profile(peak.profile or "", self.coding)
        slots = profile.slots if profile else ()
        if not slots:
            return [SchedulePeriod(base[0].begin, base[-1].end, None, None, peak.number)]
        if peak.begin < base[0].begin:
            before = _states_of_slots(slots, _UNKNOWN)[-1][1]
        else:
            before = next((one.register, one.contact) for one in base if peak.begin < one.end)
        return _periods_of_states(day, _states_of_slots(slots, before), peak.number)


def _agreed(one: list[SchedulePeriod], other: list[SchedulePeriod]) -> list[SchedulePeriod]:
    """Give what two readings of a day both say; where they differ, nothing is known."""
    begins = sorted({period.begin for period in chain(one, other)})
    found = []
    for begin, end in pairwise([*begins, one[-1].end]):
        first, second = (
            next(period for period in reversed(day) if period.begin <= begin).within(begin, end)
            for day in (one, other)
        )
        found.append(first if first == second else replace(first, register=None, contact=None))
    return found


def _periods_of_states(
    day: date, states: list[tuple[time, _State]], peak: int | None = None
) -> list[SchedulePeriod]:
    begins = [(datetime.combine(day, start), state) for start, state in states]
    midnight = datetime.combine(day + _DAY, time.min)
    return [
        SchedulePeriod(begin, end, *state, peak)
        for (begin, state), (end, _) in pairwise([*begins, (midnight, _UNKNOWN)])
    ]


def _states_of_slots(slots: tuple[Slot, ...], before: _State) -> list[tuple[time, _State]]:
    """Give what holds from when on, from midnight; what a slot leaves unchanged stays."""
    states = [] if slots[0].start == time.min else [(time.min, before)]
    for slot in slots:
        register, contact = before
        if slot.contact is not Contact.UNCHANGED:
            contact = slot.contact
        before = (slot.register or register, contact)
        states.append((slot.start, before))
    return states
