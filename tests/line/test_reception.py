"""The last bytes of a line are kept for a bug report, and no more than that."""

from types import SimpleNamespace
from typing import override

import pytest

from custom_components.linky_tic.line import PortUnavailable, reception
from custom_components.linky_tic.line.reception import KEPT, STALLED, Reception
from custom_components.linky_tic.tic import Receiver
from simulator import Household
from simulator.line import Burst, Line
from simulator.ports import TcpPort

from ..home import Home


def test_how_long_a_connection_may_be_mute_and_how_much_is_kept() -> None:
    assert (STALLED, KEPT) == (60.0, 8192)


async def test_a_port_is_read_as_its_bytes_come_unless_told_otherwise(pty: tuple[int, str]) -> None:
    port = await Reception(Receiver(), 9600, lambda *_: None).open(pty[1])
    assert port._protocol._interval == 0
    await port.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time of receptions: `now`, in seconds."""
    clock = SimpleNamespace(now=100.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(reception, "time", clock)
    return clock


async def test_a_speed_is_changed_when_its_time_is_over_to_the_second(
    pty: tuple[int, str], clock: SimpleNamespace
) -> None:
    line = Reception(Receiver(), 9600, lambda *_: None)
    port = await line.open(pty[1])
    speeds = []
    for clock.now in (104.9, 105.0, 109.9, 110.0):
        await line.watch(port, 0.0)
        speeds.append(line._detection.speed)
    assert speeds == [9600, 1200, 1200, 9600]
    await port.close()


async def test_a_connection_is_half_open_after_more_than_a_minute_without_a_byte(
    clock: SimpleNamespace,
) -> None:
    with TcpPort(Line(Household()), speed=1.0) as bridge:
        bridge.frozen = True
        line = Reception(Receiver(), 9600, lambda *_: None)
        port = await line.open(bridge.url)
        port.opened_at = 100.0
        clock.now = 160.0
        await line.watch(port, 0.0)
        clock.now = 160.1
        with pytest.raises(PortUnavailable):
            await line.watch(port, 0.0)
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
