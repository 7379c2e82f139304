"""What the energy of some weeks would have cost under a contract: its prices, slots and colours.

It knows hours, prices by tariff and local days; nothing of meters. What cannot be known is None.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
import re
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util

from .hours import Hours

COLOURS: Final = ("blue", "white", "red")
TEMPO_TARIFFS: Final = frozenset(
    f"tempo_{colour}_{part}" for colour in COLOURS for part in ("off_peak", "peak")
)
TEMPO_SLOTS: Final = ((time(22), time(6)),)
_TEMPO_BEGINS: Final = timedelta(hours=6)
_DAY_MINUTES: Final = 24 * 60
_EDGE: Final = r"\s*(\d\d?)(?:[:h](\d\d)?)?\s*"
_SLOT: Final = re.compile(f"{_EDGE}[-–]{_EDGE}", re.IGNORECASE)

type Slot = tuple[time, time]
"""When off-peak hours begin and end; over midnight where the end is not later."""


def read_slots(text: str) -> tuple[Slot, ...]:
    """Read `22:30-06:30, 12:00-14:00`, with `h` in the place of `:` too; raises `ValueError`."""
    slots = []
    for part in text.split(","):
        if (found := _SLOT.fullmatch(part)) is None:
            raise ValueError(part)
        slots.append((_time(found[1], found[2]), _time(found[3], found[4])))
    return tuple(slots)


def _time(hours: str, minutes: str | None) -> time:
    return time(0 if hours == "24" else int(hours), int(minutes or 0))


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as typed: which tariffs it has is told by its prices."""

    name: str
    prices: Mapping[str, float]
    standing_charge: float = 0.0
    slots: tuple[Slot, ...] = ()
    off_peak_days: frozenset[int] = frozenset()
    """Days of the week, Monday being 0, that are off-peak from midnight to midnight."""
    colours: Mapping[date, str] = field(default_factory=dict)
    """Colours of Tempo days that somebody has given."""
    other_colour: str | None = None
    """That of the days that are neither given nor known, where all others were given."""

    @property
    def is_tempo(self) -> bool:
        """Whether days have colours."""
        return not TEMPO_TARIFFS.isdisjoint(self.prices)

    def parts(self, prefix: str, hour: datetime) -> dict[str, float]:
        """Give the tariffs in force in an hour of local time, and for which part of it each is."""
        if "base" in self.prices:
            return {"base": 1.0}
        share = 1.0 if hour.weekday() in self.off_peak_days else self._off_peak_share(hour)
        parts = {f"{prefix}off_peak": share, f"{prefix}peak": 1 - share}
        return {tariff: part for tariff, part in parts.items() if part}

    def _off_peak_share(self, hour: datetime) -> float:
        begin = hour.hour * 60 + hour.minute
        return min(1.0, sum(_overlap(begin, slot) for slot in self.slots) / 60)


class Sum(NamedTuple):
    """What a contract costs: currency by kind, kWh by tariff, and what is not sure of it."""

    energy: float | None
    standing_charge: float
    by_tariff: Mapping[str, float]
    doubt: float = 0.0
    """The most that the cost may be wrong by, since hours lie on both sides of a slot's edge."""
    unknown_days: tuple[date, ...] = ()
    """Days whose colour is not known."""
    unpriced: tuple[str, ...] = ()
    """Tariffs that have counted and have no price."""

    @property
    def total(self) -> float | None:
        """All that is paid."""
        return None if self.energy is None else self.energy + self.standing_charge


def cost_under(
    contract: Contract, hours: Hours, known: Mapping[date, str], first: date, last: date
) -> Sum:
    """Reckon what known hours would have cost, and the standing charge from a day to another.

    `known` are the colours of Tempo days; those that are typed come first.
    """
    colours = {**known, **contract.colours}
    by_tariff: dict[str, float] = {}
    unknown: set[date] = set()
    doubt = 0.0
    for hour, counted in hours.known.items():
        energy, local = sum(counted.values()), dt_util.as_local(hour)
        prefix = ""
        if contract.is_tempo:
            day = (local - _TEMPO_BEGINS).date()
            if (colour := colours.get(day, contract.other_colour)) is None:
                unknown.add(day)
                continue
            prefix = f"tempo_{colour}_"
        parts = contract.parts(prefix, local)
        for tariff, share in parts.items():
            by_tariff[tariff] = by_tariff.get(tariff, 0.0) + energy * share
        if len(parts) > 1:
            apart = [contract.prices.get(tariff, 0.0) for tariff in parts]
            doubt += energy * max(parts.values()) * (max(apart) - min(apart))
    standing = standing_charge(contract.standing_charge, first, last)
    return _summed(by_tariff, contract.prices, standing, doubt, unknown)


def cost_in_force(
    hours: Hours, prices: Mapping[str, float], charge: float, first: date, last: date
) -> Sum:
    """Reckon what the meter's own indexes have counted, at the prices in force."""
    by_tariff: dict[str, float] = {}
    for counted in hours.known.values():
        for tariff, energy in counted.items():
            by_tariff[tariff] = by_tariff.get(tariff, 0.0) + energy
    return _summed(by_tariff, prices, standing_charge(charge, first, last), 0.0, ())


def standing_charge(amount: float, first: date, last: date) -> float:
    """Give the share of a month's charge for some days, both ends included."""
    days = (first + timedelta(n) for n in range((last - first).days + 1))
    return sum(amount / monthrange(day.year, day.month)[1] for day in days)


def _summed(
    by_tariff: Mapping[str, float],
    prices: Mapping[str, float],
    standing: float,
    doubt: float,
    unknown: Iterable[date],
) -> Sum:
    unpriced = tuple(name for name, energy in by_tariff.items() if energy and name not in prices)
    unknown = tuple(sorted(unknown))
    energy = None
    if not unpriced and not unknown:
        energy = sum(used * prices.get(name, 0.0) for name, used in by_tariff.items())
    return Sum(energy, standing, by_tariff, doubt, unknown, unpriced)


def _overlap(begin: int, slot: Slot) -> int:
    """Give the minutes of a slot within the hour that begins at a minute of the day."""
    start, end = (edge.hour * 60 + edge.minute for edge in slot)
    if end <= start:
        end += _DAY_MINUTES
    return sum(
        max(0, min(begin + 60, end + shift) - max(begin, start + shift))
        for shift in (-_DAY_MINUTES, 0)
    )
