"""The last bytes of a line are kept for a bug report, and no more than that."""

from custom_components.linky_tic.reception import KEPT
from simulator import Household
from simulator.line import Burst, Line

from .home import Home


class Recorded:
    """A meter, and all that it has sent."""

    def __init__(self) -> None:
        self.sent = b""
        self._line = Line(Household(), noise=1e-3)

    def next(self) -> Burst:
        burst = self._line.next()
        self.sent += burst.data
        return burst


async def test_the_last_bytes_are_kept_as_they_came(home: Home) -> None:
    recorded = Recorded()
    meter = await home.hears(recorded, 3)
    assert meter.coordinator.link.recent == recorded.sent
    await meter.play(30)
    assert len(recorded.sent) > 3 * KEPT
    assert meter.coordinator.link.recent == recorded.sent[-KEPT:]
    assert meter.coordinator.link.received == len(recorded.sent)


async def test_what_is_kept_is_bounded(home: Home) -> None:
    meter = await home.hears(Recorded(), 60)
    assert len(meter.coordinator.link._reception._recent) <= 2 * KEPT
