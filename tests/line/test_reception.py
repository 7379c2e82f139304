"""The last bytes of a line are kept for a bug report, and no more than that."""

from typing import override

from custom_components.linky_tic.line.reception import KEPT, STALLED, Reception
from custom_components.linky_tic.tic import Receiver
from simulator import Household
from simulator.line import Burst, Line

from ..home import Home


def test_how_long_a_connection_may_be_mute_and_how_much_is_kept() -> None:
    assert (STALLED, KEPT) == (60.0, 8192)


async def test_a_port_is_read_as_its_bytes_come_unless_told_otherwise(pty: tuple[int, str]) -> None:
    port = await Reception(Receiver(), 9600, lambda *_: None).open(pty[1])
    assert port._protocol._interval == 0
    await port.close()


class Recorded(Line):
    """A meter, and all that it has sent."""

    def __init__(self) -> None:
        super().__init__(Household(), noise=1e-3)
        self.sent = b""

    @override
    def next(self) -> Burst:
        burst = super().next()
        self.sent += burst.data
        return burst


async def test_the_last_bytes_are_kept_as_they_came(home: Home) -> None:
    recorded = Recorded()
    meter = await home.hears(recorded, 3)
    assert meter.coordinator.link.reception.recent == recorded.sent
    await meter.play(30)
    assert len(recorded.sent) > 3 * KEPT
    assert meter.coordinator.link.reception.recent == recorded.sent[-KEPT:]
    assert meter.coordinator.link.reception.received == len(recorded.sent)


async def test_what_is_kept_is_bounded(home: Home) -> None:
    meter = await home.hears(Recorded(), 60)
    assert len(meter.coordinator.link.reception._recent) <= 2 * KEPT
