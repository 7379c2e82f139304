"""The energy of a meter hour by hour, as the recorder's statistics have it, by tariff.

It knows rows of sums, nothing of meters or of money. An hour is known when its sums and those of
the hour before are there: what the first hour after a gap has gained is of some hour in the gap.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

HOUR: Final = timedelta(hours=1)
_NOTHING: Final = 0.0005
"""kWh, half a Wh: rows are rounded."""


@dataclass(frozen=True, slots=True)
class Hours:
    """kWh by tariff of each known hour (its aware beginning), and what is not known."""

    known: Mapping[datetime, Mapping[str, float]]
    missing: tuple[datetime, ...] = ()
    energy_missing: float = 0.0
    """kWh that were counted in missing hours."""

    @property
    def by_tariff(self) -> dict[str, float]:
        """The kWh of all known hours."""
        summed = defaultdict[str, float](float)
        for counted in self.known.values():
            for tariff, energy in counted.items():
                summed[tariff] += energy
        return dict(summed)

    @property
    def energy(self) -> float:
        """The same under all tariffs."""
        return sum(self.by_tariff.values())


def hours_of(
    statistics: Iterable[tuple[str, Mapping[datetime, float]]], start: datetime, end: datetime
) -> Hours:
    """Take the sums (kWh) by beginning of the hour of each index, with the tariff that it counts.

    Rows before `start` are looked at too, for where the sums stood.
    """
    placed = defaultdict[datetime, dict[str, float]](dict)
    unplaced = defaultdict[datetime, float](float)
    for tariff, sums in statistics:
        for before, hour in pairwise(sorted(sums)):
            gain, is_next = sums[hour] - sums[before], hour - before == HOUR
            if abs(gain) > _NOTHING and (gain < 0 or not is_next):
                unplaced[hour] += max(0.0, gain)
            elif is_next:
                placed[hour][tariff] = placed[hour].get(tariff, 0.0) + gain
    hours = [start + n * HOUR for n in range((end - start) // HOUR)]
    known = {hour: placed[hour] for hour in hours if hour in placed and hour not in unplaced}
    missing = tuple(hour for hour in hours if hour not in known)
    lost = sum(unplaced.get(hour, 0.0) + sum(placed.get(hour, {}).values()) for hour in missing)
    return Hours(known, missing, lost)
