"""Computes what energy would have cost under a contract: its prices, off-peak hours and colours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
import re
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util

from ..tariff.in_force import TEMPO_NAMES
from ..tariff.tempo import COLOURS, TEMPO_START

CONTRACT_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "base": ("base",),
    "off_peak": ("off_peak", "peak"),
    "tempo": tuple(TEMPO_NAMES.values()),
}
"""Kind of contract -> its tariffs."""
_TIME: Final = r"\s*(\d\d?)(?:[:h]([0-5]\d)?)?\s*"
_SLOT: Final = re.compile(f"{_TIME}[-–]{_TIME}", re.IGNORECASE)
_DAY: Final = 24 * 60


def read_slots(text: str) -> frozenset[int]:
    """Parse slots such as `22:30-06:30, 12h-14h` into minutes of the day; raises `ValueError`.

    A slot that does not end later than it begins lasts until the next day.
    """
    minutes: set[int] = set()
    for part in re.split("[,;]", text):
        if (found := _SLOT.fullmatch(part)) is None:
            raise ValueError(part)
        begin, end = (60 * int(found[n]) + int(found[n + 1] or 0) for n in (1, 3))
        if max(begin, end) > _DAY:
            raise ValueError(part)
        minutes |= {minute % _DAY for minute in range(begin, end + _DAY * (end <= begin))}
    return frozenset(minutes)


_TEMPO_HOURS: Final = read_slots("22:00-06:00")


@dataclass(frozen=True, slots=True)
class PricedContract:
    """A contract as entered by the user; its kind follows from the tariffs in `prices`."""

    name: str
    prices: Mapping[str, float]
    standing_charge: float = 0.0
    off_peak_hours: frozenset[int] = frozenset()
    """Minutes of the day; for Tempo 22:00 to 06:00 if empty."""
    off_peak_days: frozenset[int] = frozenset()
    """Days of the week (Monday: 0) that are off-peak from midnight to midnight."""
    colours: Mapping[str, Iterable[date]] = field(default_factory=dict)
    """Tempo days entered by the user; if none of them is blue, all other days are."""

    @property
    def is_tempo(self) -> bool:
        return not set(CONTRACT_KINDS["tempo"]).isdisjoint(self.prices)

    @property
    def lacks_hours(self) -> bool:
        """Whether off-peak hours must be entered, but were not; those of Tempo are known."""
        return not (
            "base" in self.prices or self.is_tempo or self.off_peak_hours or self.off_peak_days
        )

    def tariff_shares(self, hour: datetime, colours: Mapping[date, str]) -> dict[str, float] | None:
        """Return the tariffs in force in an hour of local time, and the share of the hour of each.

        None if the colour of the day is needed and not in `colours`.
        """
        if "base" in self.prices:
            return {"base": 1.0}
        prefix = ""
        if self.is_tempo:
            if (colour := colours.get((hour - TEMPO_START).date(), self._default_colour)) is None:
                return None
            prefix = f"tempo_{colour}_"
        share = 1.0 if hour.weekday() in self.off_peak_days else self._off_peak_share(hour)
        shares = {f"{prefix}off_peak": share, f"{prefix}peak": 1 - share}
        return {tariff: one for tariff, one in shares.items() if one}

    @property
    def by_day(self) -> dict[date, str]:
        """Tempo day -> colour, as entered by the user."""
        return {day: colour for colour, listed in self.colours.items() for day in listed}

    @property
    def _default_colour(self) -> str | None:
        usual = COLOURS[0]
        return usual if any(self.colours.values()) and not self.colours.get(usual) else None

    def _off_peak_share(self, hour: datetime) -> float:
        minutes = self.off_peak_hours or (_TEMPO_HOURS if self.is_tempo else frozenset())
        begin = hour.hour * 60 + hour.minute
        return sum(minute % _DAY in minutes for minute in range(begin, begin + 60)) / 60


class ContractCost(NamedTuple):
    """The cost of a contract: kWh by tariff, prices by tariff, and what is uncertain."""

    by_tariff: Mapping[str, float]
    prices: Mapping[str, float]
    standing_charge: float
    doubt: float = 0.0
    """Maximum error of the cost, from hours in which the tariff changes."""
    unknown_days: tuple[date, ...] = ()

    @property
    def unpriced(self) -> list[str]:
        return [name for name, used in self.by_tariff.items() if used and name not in self.prices]

    @property
    def energy_cost(self) -> float | None:
        """The cost without the standing charge; None if a price or a colour is not known."""
        if self.unpriced or self.unknown_days:
            return None
        return sum(used * self.prices[name] for name, used in self.by_tariff.items() if used)

    @property
    def total(self) -> float | None:
        return None if self.energy_cost is None else self.energy_cost + self.standing_charge


def cost_of(
    contract: PricedContract,
    hours: Mapping[datetime, float],
    known: Mapping[date, str],
    months: float,
) -> ContractCost:
    """Compute the cost of `hours` (start -> kWh), and of the standing charge for `months`.

    `known` are the colours of Tempo days; those entered by the user take precedence.
    """
    colours = {**known, **contract.by_day}
    by_tariff = defaultdict[str, float](float)
    unknown: set[date] = set()
    doubt = 0.0
    for hour, energy in hours.items():
        local = dt_util.as_local(hour)
        shares = contract.tariff_shares(local, colours)
        if shares is None:
            unknown.add((local - TEMPO_START).date())
            continue
        for tariff, share in shares.items():
            by_tariff[tariff] += energy * share
        prices = [contract.prices.get(tariff, 0.0) for tariff in shares]
        doubt += energy * max(shares.values()) * (max(prices) - min(prices))
    standing = contract.standing_charge * months
    return ContractCost(by_tariff, contract.prices, standing, doubt, tuple(sorted(unknown)))
