"""The days of a meter: which register counts from when to when, and what the mobile peaks change.

It knows day profiles by date, peaks by instant and legal time; it does not know what time it is,
nor how a profile came to be known. A day without a profile is unknown, and stays so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

from .legal_time import MAINLAND, LegalTime
from .schedule import Coding, Contact, Decision, Schedule, Slot, read_schedule

_DAY: Final = timedelta(days=1)
_COLOURS: Final[Mapping[int, Mapping[int | None, int]]] = MappingProxyType(
    {1: MappingProxyType({1: 3, 2: 4}), 2: MappingProxyType({1: 5, 2: 6})}
)
"""Mobile peak -> register of a blue day -> the one that white (PM1), red (PM2) put in its place.

Sources: 54E 6.1 (registers), captures (peaks).
"""


class Peak(NamedTuple):
    """Mobile peak 1, 2 or 3; `profile` is what PPOINTE has said of it, None if it was not heard.

    It lasts from DPM to FPM, whatever the midnight between: the hours of its second day are those
    of the same profile.
    """

    number: int
    begin: datetime
    end: datetime
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """What is in force for a while; None is not known, but for `peak`, where it is no peak."""

    begin: datetime
    end: datetime
    index: int | None
    contact: Contact | None
    peak: int | None = None

    def within(self, begin: datetime, end: datetime) -> "Period":
        """Give the part of it between two instants; it may be empty."""
        return replace(self, begin=max(self.begin, begin), end=min(self.end, end))

    def goes_on_in(self, other: "Period") -> bool:
        """Whether the two are one, cut by a midnight."""
        return replace(self, begin=other.begin, end=other.end) == other and self.end == other.begin


@dataclass(frozen=True, slots=True)
class Day:
    """The periods of a day, from midnight to midnight.

    `usual` is the register with most hours, the peaks left aside.
    """

    date: date
    periods: tuple[Period, ...]
    coding: Coding
    decision: Decision
    usual: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """Another register comes into force; `index` is None for a peak whose profile is not known."""

    at: datetime
    index: int | None


_State = tuple[int | None, Contact | None]
"""A register and the position of the dry contact."""
_UNKNOWN: Final[_State] = (None, None)


@dataclass(frozen=True)
class Agenda:
    """All that is known of the days of one meter.

    `coding` is the one it is known to use, `tempo` whether the status register speaks of colours.
    """

    profiles: Mapping[date, str] = field(default_factory=dict)
    peaks: tuple[Peak, ...] = ()
    coding: Coding | None = None
    legal: LegalTime = MAINLAND
    tempo: bool = False

    def day(self, day: date) -> Day | None:
        """Give a day, None when it is not known."""
        schedule = self._schedule(day)
        if schedule is None:
            return None
        base = self._placed(day, _states(schedule.slots, self._before(day)))
        periods = self._overlaid(day, base)
        return Day(day, tuple(periods), schedule.coding, schedule.decision, _usual(base))

    def unusual(self, days: Iterable[date]) -> list[Period]:
        """Give what a calendar shows: the registers that are not a day's usual one, and the peaks.

        What goes on after midnight is one period.
        """
        found: list[Period] = []
        for day in filter(None, map(self.day, days)):
            for period in day.periods:
                if period.peak is None and period.index in {None, day.usual}:
                    continue
                if found and found[-1].goes_on_in(period):
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
            if current.index is None or (coming.index is None and coming.peak is None):
                return None
            if coming.index != current.index:
                return Change(coming.begin, coming.index)
        return None

    def next_edge(self, now: datetime) -> datetime:
        """Give the instant from which something else is in force, or another day is today."""
        today = self.legal.day_of(now)
        edges = (one.begin for one in self._periods(today) if one.begin > now)
        return next(edges, self.legal.midnight(today + _DAY))

    def _periods(self, day: date) -> tuple[Period, ...]:
        known = self.day(day)
        return known.periods if known else ()

    def _schedule(self, day: date) -> Schedule | None:
        schedule = read_schedule(self.profiles.get(day, ""), self.coding)
        return schedule if schedule and schedule.slots else None

    def _before(self, day: date) -> _State:
        """Give what the day before ends with: what a slot leaves as it was, was so then."""
        schedule = self._schedule(day - _DAY)
        return _states(schedule.slots, _UNKNOWN)[-1][1] if schedule else _UNKNOWN

    def _placed(
        self, day: date, states: list[tuple[time, _State]], peak: int | None = None
    ) -> list[Period]:
        """Put states in their place in time; those of an hour that a day leaves out are none."""
        begins = [
            *(self.legal.at(day, start) for start, _ in states),
            self.legal.midnight(day + _DAY),
        ]
        periods = (
            Period(begin, end, *state, peak)
            for (begin, end), (_, state) in zip(pairwise(begins), states, strict=True)
        )
        return [period for period in periods if period.begin < period.end]

    def _overlaid(self, day: date, base: list[Period]) -> list[Period]:
        """Put the peaks of a day in the place of what its profile says."""
        periods = base
        for peak in sorted(self.peaks, key=lambda peak: peak.begin):
            begin, end = max(peak.begin, base[0].begin), min(peak.end, base[-1].end)
            if begin < end:
                inside = [one.within(begin, end) for one in self._of_peak(peak, day, base)]
                around = _cut(periods, begin, end)
                left = (one for one in chain(around, inside) if one.begin < one.end)
                periods = sorted(left, key=_begin)
        return periods

    def _of_peak(self, peak: Peak, day: date, base: list[Period]) -> list[Period]:
        """Give the whole day as the profile of a peak has it."""
        schedule = read_schedule(peak.profile or "", self.coding)
        if not schedule or not schedule.slots:
            return self._unheard(peak, base)
        if peak.begin < base[0].begin:
            before = _states(schedule.slots, _UNKNOWN)[-1][1]
        else:
            before = next((one.index, one.contact) for one in base if peak.begin < one.end)
        return self._placed(day, _states(schedule.slots, before), peak.number)

    def _unheard(self, peak: Peak, base: list[Period]) -> list[Period]:
        """Give a day of a peak whose PPOINTE was not heard: known for the colours of Tempo alone.

        White and red have the hours of blue.
        """
        if self.tempo and (registers := _COLOURS.get(peak.number)):
            return [replace(one, index=registers.get(one.index), peak=peak.number) for one in base]
        return [Period(base[0].begin, base[-1].end, None, None, peak.number)]


def _begin(period: Period) -> datetime:
    return period.begin


def _states(slots: tuple[Slot, ...], before: _State) -> list[tuple[time, _State]]:
    """Give what holds from when on, from midnight; what a slot leaves unchanged stays."""
    states = [] if slots[0].start == time.min else [(time.min, before)]
    for slot in slots:
        index, contact = before
        if slot.contact is not Contact.UNCHANGED:
            contact = slot.contact
        before = (slot.index or index, contact)
        states.append((slot.start, before))
    return states


def _cut(periods: Iterable[Period], begin: datetime, end: datetime) -> Iterator[Period]:
    """Give what is left of periods around a hole."""
    for period in periods:
        yield replace(period, end=min(period.end, begin))
        yield replace(period, begin=max(period.begin, end))


def _usual(periods: Iterable[Period]) -> int | None:
    """Give the register with most time; of two the higher, off-peak hours being the first."""
    times: dict[int, timedelta] = {}
    for period in periods:
        if period.index is not None:
            length = period.end - period.begin
            times[period.index] = times.get(period.index, timedelta()) + length
    return max(times, key=lambda index: (times[index], index), default=None)
