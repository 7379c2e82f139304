"""Compute which register is in force when, from the profiles of days, Tempo colours and peaks.

Input is in the meter's own time, output in instants. A day without a profile is unknown.
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


class KnownProfile(NamedTuple):
    """The profile of a day as the meter sends it, and its number in the supplier's calendar.

    `announced`: it was in PJOURF+1 the day before. Otherwise it is the profile of another day with
    the same number, which the register in force has confirmed.
    """

    text: str
    number: int | None
    announced: bool = True


class MobilePeak(NamedTuple):
    """Mobile peak 1, 2 or 3, from DPM to FPM in the meter's time (naive).

    `profile` is its PPOINTE, None if that was not received. It also applies to the peak's second
    day, if there is one.
    """

    number: int
    begin: datetime
    end: datetime
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class SchedulePeriod:
    """A period with one register and contact (None: not known), and one `peak` (None: no peak)."""

    begin: datetime
    end: datetime
    register: int | None
    contact: Contact | None
    peak: int | None = None

    def within(self, begin: datetime, end: datetime) -> SchedulePeriod:
        """Return its part between two instants, which may be empty."""
        return replace(self, begin=max(self.begin, begin), end=min(self.end, end))

    def continues_in(self, other: SchedulePeriod) -> bool:
        """Whether the other one only continues this one, as after midnight."""
        return replace(self, begin=other.begin, end=other.end) == other and self.end == other.begin


@dataclass(frozen=True, slots=True)
class Day:
    """The periods of a day, from midnight to midnight of the meter's clock."""

    periods: tuple[SchedulePeriod, ...]
    coding: Coding | None
    decision: Decision
    announced: bool


_State = tuple[int | None, Contact | None]
"""A register and the position of the dry contact; None is not known."""
_UNKNOWN: Final[_State] = (None, None)


@dataclass(frozen=True)
class DaySchedules:
    """All that is known of the days of one meter.

    `coding`: how it sends hours, None while that is not known. `colours`: those of Tempo days,
    which begin at 06:00; None if the contract is not Tempo.
    """

    profiles: Mapping[date, KnownProfile] = field(default_factory=dict)
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
        return Day(tuple(periods), profile.coding, profile.decision, announced.announced)

    def usual_register(self, in_use: Collection[int] = ()) -> int | None:
        """Return the register with most hours in all known days, without the peaks.

        Return None if they have only one of several registers `in_use`, as it may not be the usual
        one. Hours with a closed contact are off-peak and count last. Of two registers with as many
        hours it is the higher, as off-peak is register 1.
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
        """Return the periods of peaks and of all registers but the usual one, for the calendar.

        A period that continues after midnight is one.
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

    def next_change(self, now: datetime) -> SchedulePeriod | None:
        """Return the period that brings the next register, None if none does or it is not known.

        The register of a peak without a profile is None.
        """
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
                return coming
        return None

    def next_boundary(self, now: datetime) -> datetime:
        """Return when the current period or the current day ends, whichever is first."""
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
        """Return the state at the end of a day, in which the next day begins."""
        profile = self.profiles.get(day)
        slots = next(iter(slots_by_coding(profile.text).values()), ()) if profile else ()
        return _states_of_slots(slots, _UNKNOWN)[-1][1] if slots else _UNKNOWN

    def _to_instants(self, periods: Iterable[SchedulePeriod]) -> Iterator[SchedulePeriod]:
        """Convert periods from the meter's time; skip empty ones, as in the hour that DST skips."""
        for period in periods:
            begin, end = self.legal.at(period.begin), self.legal.at(period.end)
            if begin < end:
                yield replace(period, begin=begin, end=end)

    def _with_colours(self, day: date, base: list[SchedulePeriod]) -> Iterator[SchedulePeriod]:
        """Yield the periods with the registers of their colour in place of those of blue."""
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
        """Return a whole day by the profile of a peak; its registers are None without a profile."""
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
    """Combine the periods of a day in two codings; the state is None where they differ."""
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
    """Return the start and state of each slot, from midnight; `before` holds until the first."""
    states = [] if slots[0].start == time.min else [(time.min, before)]
    for slot in slots:
        register, contact = before
        if slot.contact is not Contact.UNCHANGED:
            contact = slot.contact
        before = (slot.register or register, contact)
        states.append((slot.start, before))
    return states
