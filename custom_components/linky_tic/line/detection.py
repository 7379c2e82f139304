"""The speed of a line, found by trying: which one now, and for how long.

Only the times of bytes and good groups matter. The mode tells nothing of the speed: some adapters
send Historique at 9600.
"""

from itertools import cycle
from math import inf
from typing import Final

from ..tic import Mode

SPEEDS: Final = (9600, 1200)
"""Standard's and Historique's (54E 5.3.5, notices of older meters)."""
RELAY_SPEEDS: Final = (115200, 57600, 38400, 19200)
"""Of adapters that send on what they have read at a speed of their own; tried at set-up alone."""

PAUSE: Final = 4.0
"""Seconds without a byte that make a silence. 33 ms at most inside a frame (54E 5.3.6), but an
adapter that stores a whole Historique frame before it sends it on pauses for 3 s."""

TRYING: Final = {9600: 2.0, 1200: 4.0} | dict.fromkeys(RELAY_SPEEDS, 3.5)
"""Seconds of bytes without a good group after which a speed is wrong. The longest group lasts
0.2 s; at 1200 the receiver may take 2 s to unlearn what it took for the line's parity at 9600;
a relay may send whole frames, one in 3 s in Historique."""
TRYING_SILENCE: Final = 5.0
"""Seconds of silence at an untried speed: some hardware drops characters without a stop bit."""
DOUBT: Final = 10.0
"""Seconds of bytes without a good group after which the speed or the mode has changed (54E A)."""
DOUBT_SILENCE: Final = 20.0
"""As `TRYING_SILENCE`, at a speed that was good: remote readings interrupt the frames for long."""

METER_SPEEDS: Final = {Mode.STANDARD: SPEEDS[0], Mode.HISTORIC: SPEEDS[1]}
"""What the meter itself uses, where a bridge hides the speed behind a plain TCP connection."""


class Detection:
    """The speed of one line since it was opened. Times are seconds of one clock.

    `speed` is tried first, then the meter's own; after two rounds of these, each of `others`.
    """

    def __init__(self, speed: int, now: float, others: tuple[int, ...] = ()) -> None:
        self.speed = speed
        self.is_good = False
        self.received_at = -inf
        self._since = now
        self._next = cycle(round_of(speed, others))
        next(self._next)

    def received(self, now: float, *, good: bool) -> None:
        """Note when bytes came, and whether they completed a good group."""
        if good or now - self.received_at > PAUSE:
            self._since = now
        self.is_good |= good
        self.received_at = now

    def patience(self, now: float) -> float:
        """Seconds until the next speed is to be tried."""
        if now - self.received_at > PAUSE:
            limit = DOUBT_SILENCE if self.is_good else TRYING_SILENCE
        else:
            limit = DOUBT if self.is_good else TRYING[self.speed]
        return self._since + limit - now

    def next_speed(self, now: float) -> int:
        """Change to the next speed, and return it."""
        self.speed = next(self._next)
        self.is_good = False
        self._since = now
        return self.speed


def round_of(speed: int, others: tuple[int, ...]) -> tuple[int, ...]:
    """Return the speeds to be tried, in order; after the last one it begins again."""
    usual = tuple(dict.fromkeys((speed, *SPEEDS)))
    return (*usual, *usual, *others) if others else usual
