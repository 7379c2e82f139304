"""Whether time has passed, or the clock of the machine was set.

Time has passed if the machine's monotonic clock has counted it too. Otherwise a machine that was
off for a night and one whose clock is wrong look alike. So the account is kept for a day as it was
before the leap, and is restored if the clock leaps back.
"""

from dataclasses import dataclass
from typing import Final

from homeassistant.util.json import JsonObjectType

AN_HOUR: Final = 3600.0
"""Seconds: a shorter leap is ignored, and a leap without consumption is doubted for as long."""
A_DAY: Final = 86400.0
"""Seconds after a leap within which a leap back undoes it."""
_NOTHING: Final = 5.0
"""W that any house uses on average over hours."""


@dataclass(slots=True)
class Leap:
    """The last leap of the clock, while it may still prove to be false."""

    since: float
    """The time before it (seconds since 1970)."""
    seconds: float
    """By how much the clock went forward; negative: back."""
    before: JsonObjectType
    """The account as it was stored before it."""
    meter_ahead: float | None = None
    """Seconds by which the meter's clock was ahead of ours before it; None: it sends no time."""
    used: int = 0
    """Wh counted between the last frames before it and the first ones after."""

    def is_over(self, now: float) -> bool:
        return now > self.since + self.seconds + A_DAY

    def is_undone_by(self, seconds: float, now: float) -> bool:
        """Whether a leap by `seconds` to `now` leads back, so that the time between was false."""
        is_back = self.seconds * seconds < 0 and now >= self.since
        return is_back and abs(seconds) > max(AN_HOUR, abs(self.seconds) / 2)

    def is_false(self, now: float, meter_ahead: float | None) -> bool:
        """Whether the clock was set ahead without time having passed.

        The meter's clock has not leapt with it; if the meter sends no time, hardly anything was
        used.
        """
        if meter_ahead is not None and self.meter_ahead is not None:
            back = self.meter_ahead - meter_ahead
            return self.seconds > 2 * AN_HOUR and abs(self.seconds - back) < AN_HOUR
        is_new = self.seconds > AN_HOUR and now - self.seconds - self.since < AN_HOUR
        return is_new and self.used < self.seconds / AN_HOUR * _NOTHING
