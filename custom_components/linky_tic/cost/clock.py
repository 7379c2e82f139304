"""Whether time has passed, or the clock of the machine was set.

A machine that was off for a night and one whose clock is wrong look alike at first: what stood in
the store before a leap is kept for a day, and holds again where a leap back proves it false.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.util.json import JsonObjectType

AN_HOUR: Final = 3600.0
"""Seconds up to which a clock that moves is taken as it is: no day is lost by it."""
A_DAY: Final = 86400.0
"""Seconds for which a clock that has moved may still be put right."""
_BRIEF: Final = 20.0
"""Seconds for which a leap of days over which nothing was used is not believed."""


@dataclass(slots=True)
class Leap:
    """The last leap of the time that is still doubted."""

    since: float
    """The last instant before it, in seconds since 1970."""
    seconds: float
    """By how much the time went on, or back."""
    until: float
    """When the new time is believed."""
    before: Mapping[str, Any]
    """What would have been stored before it."""
    used: int = 0
    """Wh counted since."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave."""
        since, seconds, until = map(float, kept["times"])
        return cls(since, seconds, until, kept["before"])

    @property
    def written(self) -> JsonObjectType:
        """What is stored."""
        return {"times": [self.since, self.seconds, self.until], "before": dict(self.before)}

    def is_undone_by(self, seconds: float, now: float) -> bool:
        """Whether the time is back where it may have come by itself, so was false in between."""
        is_back = self.seconds * seconds < 0 and abs(seconds) > abs(self.seconds) / 2
        return is_back and now >= self.since

    def is_false(self, now: float, meter_time: float | None) -> bool:
        """Whether the time was set ahead, as far as can be told, and has not passed.

        The meter's own time, where it is told, has not leapt; else hardly anything was used.
        """
        if meter_time is not None and self.seconds > 2 * AN_HOUR:
            return abs(now - self.seconds - meter_time) < AN_HOUR
        is_new = self.seconds > A_DAY and now - self.seconds - self.since < _BRIEF
        return is_new and self.used < self.seconds / AN_HOUR  # below 1 W
