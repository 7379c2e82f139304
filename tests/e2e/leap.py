"""A meter whose time is set forward when a test is ready for what comes then."""

from typing import override

from simulator.line import Burst, Line


class Leaping(Line):
    """Before its next frame, lets the time pass that `ahead` says: seconds, from any thread."""

    ahead = 0.0

    @override
    def next(self) -> Burst:
        seconds, self.ahead = self.ahead, 0.0
        if seconds:
            self.house.advance(seconds)
        return super().next()
