"""Whether time has passed, or the clock of the machine was set.

Time that a clock which nobody sets has counted, too, has passed. Else a machine that was off for a
night and one whose clock is wrong look alike at first: what stood in the store before a leap is
kept for a day, and holds again where a leap back proves it false.
"""

from dataclasses import dataclass
from typing import Final

from homeassistant.util.json import JsonObjectType

AN_HOUR: Final = 3600.0
"""Seconds up to which a clock that moves is taken as it is: no day is lost by it.

For as long, a leap over which nothing was used is not believed.
"""
A_DAY: Final = 86400.0
"""Seconds for which a clock that has moved may still be put right."""
_NOTHING: Final = 5.0
"""W: no house that is lived in has used less for hours, but for seconds any does."""


@dataclass(slots=True)
class Leap:
    """The last leap of the time that is still doubted."""

    since: float
    """The last instant before it, in seconds since 1970."""
    seconds: float
    """By how much the time went on, or back."""
    before: JsonObjectType
    """What would have been stored before it."""
    meter_ahead: float | None = None
    """Seconds by which the meter's clock was ahead of ours before it, where it tells the time."""
    used: int = 0
    """Wh counted over it, between the last frames before and the first ones after."""

    def is_over(self, now: float) -> bool:
        return now > self.since + self.seconds + A_DAY

    def is_undone_by(self, seconds: float, now: float) -> bool:
        """Whether the time is back where it may have come by itself, so was false in between."""
        is_back = self.seconds * seconds < 0 and now >= self.since
        return is_back and abs(seconds) > max(AN_HOUR, abs(self.seconds) / 2)

    def is_false(self, now: float, meter_ahead: float | None) -> bool:
        """Whether the time was set ahead, as far as can be told, and has not passed.

        The meter's clock, where it tells the time, has not leapt; else hardly anything was used.
        """
        if meter_ahead is not None and self.meter_ahead is not None:
            back = self.meter_ahead - meter_ahead
            return self.seconds > 2 * AN_HOUR and abs(self.seconds - back) < AN_HOUR
        is_new = self.seconds > AN_HOUR and now - self.seconds - self.since < AN_HOUR
        return is_new and self.used < self.seconds / AN_HOUR * _NOTHING
