"""A line is followed through silence, loss, busy ports and changes of speed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import fcntl
from itertools import pairwise
from operator import gt
import os
from pathlib import Path
import termios
import time
from typing import Final

import pytest

from custom_components.linky_tic.line import (
    SILENCE,
    Cause,
    Link,
    PortUnavailable,
    detection,
    link as link_module,
    reception,
)
from custom_components.linky_tic.line.port import Port
from custom_components.linky_tic.tic import Event, ModeChanged, Reading, Receiver
from simulator.faults import Silence, SwitchMode
from simulator.household import Household
from simulator.line import Line, Replay
from simulator.ports import PtyPort, TcpPort

from ..access_server import access_server
from ..waiting import HANGS, until

pytestmark = pytest.mark.usefixtures("all_is_closed")

_CAPTURES: Final = Path(__file__).parents[1] / "data" / "captures"
_PACE: Final = 8.0
_INTERVAL: Final = 0.3
_USUAL: Final = tuple(
    getattr(link_module, name)
    for name in ("_CHECK_INTERVAL", "_FIRST_WAIT", "_LONGEST_WAIT", "_PATH_INTERVAL")
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the times pass as fast as the simulated meters speak; no speed is doubted."""
    monkeypatch.setattr(detection, "TRYING", dict.fromkeys(detection.SPEEDS, HANGS))
    for patience in ("TRYING_SILENCE", "DOUBT", "DOUBT_SILENCE"):
        monkeypatch.setattr(detection, patience, HANGS)
    monkeypatch.setattr(link_module, "_CHECK_INTERVAL", 0.1)
    monkeypatch.setattr(link_module, "_FIRST_WAIT", 0.05)
    monkeypatch.setattr(link_module, "_LONGEST_WAIT", 0.2)
    monkeypatch.setattr(link_module, "_PATH_INTERVAL", 0.05)


@pytest.fixture
def meter_at_1200(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have 9600 given up soon."""
    monkeypatch.setattr(detection, "TRYING", {9600: 0.3, 1200: HANGS})


@pytest.fixture
def doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a speed that was good given up soon."""
    monkeypatch.setattr(detection, "DOUBT", 0.6)


class Clock:
    """The time of links, which a test sets forward."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self.time = time.time

    def monotonic(self) -> float:
        """Seconds, with what was added."""
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(link_module, "time", clock)
    return clock


class Followed:
    """A link with its own receiver, and all that it has told."""

    def __init__(self, port: str, speed: int = 9600, interval: float = 0.0) -> None:
        self.events: list[Event] = []
        self.states: list[bool] = []
        self.link = Link(
            port,
            Receiver(),
            speed=speed,
            on_events=self._tell,
            on_state=self.states.append,
        )
        self.link.interval = interval

    @property
    def turns(self) -> list[str]:
        return [what for _, what in self.link.history]

    def _tell(self, events: list[Event], now: float) -> None:
        assert abs(time.time() - now) < HANGS
        self.events += events

    def look(self) -> None:
        """Look for silence now."""
        self.link._check_silence()

    def has(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.events)


@asynccontextmanager
async def _following(
    port: str, speed: int = 9600, interval: float = 0.0
) -> AsyncIterator[Followed]:
    followed = Followed(port, speed, interval)
    await followed.link.open()
    running = asyncio.create_task(followed.link.run())
    try:
        yield followed
    finally:
        await followed.link.close()
    assert running.done()


def _meter(tmp_path: Path, name: str = "standard_mono_hphc", speed: int = 9600) -> PtyPort:
    recording = Replay(_CAPTURES / f"{name}.bin", speed)
    return PtyPort(recording, tmp_path / "tty", speed=_PACE, uart=True)


async def test_readings_come_and_the_meter_is_heard(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            assert followed.states == []
            await until(lambda: followed.has(Reading))
            assert followed.link.is_heard
    assert followed.states == [True]
    assert followed.turns == ["opened", "heard", "9600 standard"]
    assert followed.link.reconnections == 0


@pytest.mark.usefixtures("meter_at_1200")
async def test_the_speed_and_mode_that_work_are_remembered(tmp_path: Path) -> None:
    with _meter(tmp_path, "historic_mono_hc_long", 1200) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
    assert followed.link.reception.speed == 1200


async def test_a_meter_not_heard_for_a_while_is_told_so_and_its_return_too(
    tmp_path: Path, clock: Clock
) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
            followed.look()
            assert followed.states == [True]
            clock.ahead += SILENCE
            followed.look()
            assert followed.states == [True, False]
            await until(lambda: followed.link.is_heard)
    assert followed.states == [True, False, True]
    assert followed.link.reconnections == 0


async def test_a_port_that_is_plugged_in_again_is_heard_again(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.has(Reading))
            meter.unplug()
            await until(lambda: followed.turns[-1] == "lost failed")
            followed.events.clear()
            meter.replug()
            await until(lambda: followed.has(Reading))
    assert followed.link.reconnections == 1
    assert followed.states == [True]  # a short absence is none


@pytest.mark.usefixtures("meter_at_1200")
async def test_a_port_comes_back_at_the_speed_that_worked(tmp_path: Path) -> None:
    with _meter(tmp_path, "historic_mono_hc_long", 1200) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
            meter.unplug()
            await until(lambda: followed.turns[-1] == "lost failed")
            meter.replug()
            await until(lambda: followed.link.reconnections == 1)
            assert _speed_of(meter.url) == termios.B1200


@contextmanager
def _stolen(port: str) -> Iterator[None]:
    """Hold a port that has just appeared, before a link has had its turn."""
    thief = os.open(port, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(thief, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        os.close(thief)


async def test_a_port_that_somebody_else_took_is_tried_again(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
            meter.unplug()
            await until(lambda: followed.turns[-1] == "lost failed")
            meter.replug()
            with _stolen(meter.url):
                await until(lambda: followed.turns[-1] == Cause.BUSY)
            await until(lambda: followed.link.reconnections == 1)


@pytest.mark.usefixtures("doubtful")
async def test_a_mode_switch_is_heard_on_the_open_port(tmp_path: Path) -> None:
    line = Line(Household(), script=[(6, SwitchMode("historic"))])
    with PtyPort(line, tmp_path / "tty", speed=_PACE, uart=True) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.has(ModeChanged))
    assert followed.link.reception.speed == 1200
    assert followed.link.reconnections == 0
    assert followed.states == [True]


@pytest.mark.usefixtures("doubtful")
async def test_the_supplier_switches_a_meter_to_standard(tmp_path: Path) -> None:
    line = Line(Household(mode="historic"), script=[(10, SwitchMode("standard"))])
    with PtyPort(line, tmp_path / "tty", speed=_PACE, uart=True) as meter:
        async with _following(meter.url, 1200) as followed:
            await until(lambda: followed.has(ModeChanged))
    assert followed.link.reception.speed == 9600
    assert followed.link.reconnections == 0


async def test_a_bridge_that_restarts_is_connected_to_again() -> None:
    with TcpPort(Line(Household(), parity="stripped"), speed=_PACE) as bridge:
        async with _following(bridge.url) as followed:
            await until(lambda: followed.has(Reading))
            bridge.unplug()
            await until(lambda: followed.turns[-1] == Cause.REFUSED)
            bridge.replug()
            followed.events.clear()
            await until(lambda: followed.has(Reading))
    assert followed.link.reconnections == 1


async def test_a_half_open_connection_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "STALLED", 0.4)
    with TcpPort(Line(Household()), speed=_PACE) as bridge:
        async with _following(bridge.url) as followed:
            await until(lambda: followed.link.is_heard)
            bridge.frozen = True
            await until(lambda: followed.link.reconnections)
            bridge.frozen = False
            followed.events.clear()
            await until(lambda: followed.has(Reading))
    assert "lost refused" in followed.turns


@pytest.mark.usefixtures("meter_at_1200")
async def test_an_access_server_is_followed_to_the_speed_of_the_meter() -> None:
    recording = Replay(_CAPTURES / "historic_mono_hc_long.bin", 1200)
    async with (
        access_server(recording, pace=_PACE) as server,
        _following(server.url) as followed,
    ):
        await until(lambda: followed.has(Reading))
    assert server.speeds == [9600, 1200]


@pytest.mark.parametrize("kind", [PtyPort, TcpPort])
async def test_a_line_read_now_and_then_is_heard_lost_and_found(
    tmp_path: Path, kind: type[PtyPort | TcpPort]
) -> None:
    line = Line(Household())
    port = PtyPort(line, tmp_path / "tty") if kind is PtyPort else TcpPort(line)
    with port as meter:
        async with _following(meter.url, interval=_INTERVAL) as followed:
            await until(lambda: followed.has(Reading))
            meter.unplug()
            await until(lambda: any(turn.startswith("lost") for turn in followed.turns))
            meter.replug()
            await until(lambda: followed.link.reconnections == 1)
            followed.events.clear()
            await until(lambda: followed.has(Reading))
    assert followed.states == [True]


@pytest.mark.usefixtures("meter_at_1200")
async def test_an_access_server_is_read_now_and_then_at_the_speed_of_the_meter() -> None:
    recording = Replay(_CAPTURES / "historic_mono_hc_long.bin", 1200)
    async with (
        access_server(recording, pace=_PACE) as server,
        _following(server.url, interval=_INTERVAL) as followed,
    ):
        await until(lambda: followed.has(Reading))
    assert server.speeds == [9600, 1200]


async def test_a_port_that_does_not_open_is_tried_after_1_2_4_and_at_last_30_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _USUAL == (5.0, 1.0, 30.0, 1.0)
    monkeypatch.setattr(link_module, "_LONGEST_WAIT", 30.0)
    followed = Followed("/dev/serial/by-id/none")
    waits: list[float] = []

    async def wait() -> None:
        waits.append(followed.link._wait)

    followed.link._wait = 1.0
    monkeypatch.setattr(followed.link, "_wait_for_port", wait)
    running = asyncio.create_task(followed.link.run())
    await until(lambda: len(waits) >= 7)
    await followed.link.close()
    assert running.done()
    assert waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert followed.turns == ["missing"]
    assert followed.link.history.maxlen == 64


async def test_a_port_that_is_there_is_waited_for_to_the_second_and_one_that_comes_back_is_not(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 1000 + clock.ahead)
    monkeypatch.setattr(link_module, "_PATH_INTERVAL", 1.0)
    path = tmp_path / "tty"
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.ahead += seconds
        if len(slept) == 7:
            path.touch()

    monkeypatch.setattr(asyncio, "sleep", sleep)
    for url in ("socket://bridge", str(path)):
        link = Followed(url).link
        link._wait = 2.5
        await link._wait_for_port()
    assert slept == [1.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0]


async def test_a_host_that_hangs_up_at_once_is_asked_less_and_less_often() -> None:
    calls: list[float] = []

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(time.monotonic())
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    number = server.sockets[0].getsockname()[1]
    async with server, _following(f"socket://127.0.0.1:{number}") as followed:
        await until(lambda: len(calls) == 6)
        assert followed.link._wait == 0.2
    waits = [after - before for before, after in pairwise(calls[:6])]
    assert all(map(gt, waits, (0.04, 0.09, 0.19, 0.19, 0.19), strict=True))


async def test_the_wait_is_short_again_once_a_group_was_good(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
            meter.unplug()
            await until(lambda: followed.turns[-1] == "lost failed")
            meter.replug()
            with _stolen(meter.url):
                await until(lambda: followed.link._wait == 0.2)
                assert followed.turns.count(Cause.BUSY) == 1
            await until(lambda: followed.link._wait == 0.05)


async def test_a_port_that_cannot_be_opened_is_said_at_once() -> None:
    with pytest.raises(PortUnavailable) as failure:
        await Followed("/dev/serial/by-id/none").link.open()
    assert failure.value.cause is Cause.MISSING


async def test_a_link_that_was_never_opened_finds_its_port_by_itself(tmp_path: Path) -> None:
    meter = _meter(tmp_path)
    followed = Followed(meter.url)
    running = asyncio.create_task(followed.link.run())
    await asyncio.sleep(0)  # it has looked for the port
    with meter:
        await until(lambda: followed.link.is_heard)
        await followed.link.close()
    assert running.cancelled()


async def test_closing_is_possible_at_any_time(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        followed = Followed(meter.url)
        await followed.link.close()
        await followed.link.open()
        await followed.link.close()
        await followed.link.close()
        assert not (await _busy(meter.url))


async def test_a_link_closed_before_it_runs_does_not_open_its_port_again(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        followed = Followed(meter.url)
        await followed.link.open()
        running = asyncio.create_task(followed.link.run())
        await followed.link.close()
        await asyncio.wait((running,), timeout=HANGS)
        assert running.done()
        assert not await _busy(meter.url)


async def test_whether_the_meter_is_heard_is_not_known_before_it_is_heard_or_silent(
    tmp_path: Path, clock: Clock
) -> None:
    line = Line(Household(), script=[(0, Silence(1000))])
    with PtyPort(line, tmp_path / "tty", speed=_PACE) as meter:
        async with _following(meter.url) as followed:
            followed.look()
            assert followed.link.is_heard is None
            clock.ahead += SILENCE
            followed.look()
    assert followed.states == [False]


async def test_a_meter_is_silent_after_a_minute(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = float(round(time.monotonic()))  # 60 s more are 60 s, whatever the time
    monkeypatch.setattr(clock, "monotonic", lambda: now + clock.ahead)
    line = Line(Household(), script=[(0, Silence(1000))])
    with PtyPort(line, tmp_path / "tty", speed=_PACE) as meter:
        async with _following(meter.url) as followed:
            for ahead in (59.5, 60.0, 61.0):
                clock.ahead = ahead
                followed.look()
                assert followed.states == ([] if ahead < 60 else [False])


async def test_silence_is_looked_for_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "SILENCE", 0.05)
    line = Line(Household(), script=[(0, Silence(1000))])
    with PtyPort(line, tmp_path / "tty", speed=_PACE) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.states)
    assert followed.states == [False]


async def test_silence_is_looked_for_while_a_port_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "SILENCE", 0.05)
    followed = Followed(str(tmp_path / "tty"))
    running = asyncio.create_task(followed.link.run())
    await until(lambda: followed.states)
    await followed.link.close()
    assert followed.states == [False]
    assert running.done()


async def test_closing_does_not_wait_for_a_port_that_is_missing(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        async with _following(meter.url) as followed:
            await until(lambda: followed.link.is_heard)
            meter.unplug()
            await until(lambda: followed.turns[-1] == "lost failed")
            await followed.link.close()


async def test_a_run_that_is_cancelled_closes_the_port(tmp_path: Path) -> None:
    with _meter(tmp_path) as meter:
        followed = Followed(meter.url)
        await followed.link.open()
        running = asyncio.create_task(followed.link.run())
        await until(lambda: followed.link.is_heard)
        running.cancel()
        await asyncio.wait((running,))
        assert not await _busy(meter.url)


def _speed_of(port: str) -> int:
    with Path(port).open("rb") as device:
        return int(termios.tcgetattr(device)[4])


async def _busy(port: str) -> bool:
    try:
        opened = await Port.open(port, 9600, bytearray().extend)
    except PortUnavailable:
        return True
    await opened.close()
    return False
