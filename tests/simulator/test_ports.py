"""Ports: their pace, and what happens when nobody reads, or the plug is pulled."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import select
import socket
import termios
from threading import Event
from time import monotonic
from typing import override

import pytest

from simulator import Household, ports
from simulator.faults import Unplug
from simulator.line import Burst, Line
from simulator.ports import PtyPort, TcpPort, pieces

from ..waiting import HANGS
from .reading import as_dict, read


@contextmanager
def reader(path: str, *, speed: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    if speed is not None:
        settings = termios.tcgetattr(descriptor)
        settings[4] = settings[5] = speed
        termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def collect(descriptor: int, size: int, seconds: float = HANGS) -> bytes:
    data, deadline = b"", monotonic() + seconds
    while len(data) < size and monotonic() < deadline:
        if select.select([descriptor], [], [], 0.1)[0]:
            data += os.read(descriptor, 4096)
    return data


def whole_frames(data: bytes) -> list[bytes]:
    characters = bytes(byte & 0x7F for byte in data)
    start, end = characters.index(2), characters.rindex(3) + 1
    return [frame + b"\x03" for frame in characters[start:end].split(b"\x03")[:-1]]


def line(**options: str) -> Line:
    return Line(Household(contract="hphc", mode=options.get("mode", "standard")))


def eventually(path: Path, *, there: bool) -> bool:
    comes(lambda: path.exists() == there)
    return path.exists() == there


def comes(look: Callable[[], bool]) -> None:
    deadline = monotonic() + HANGS
    while monotonic() < deadline and not look():
        select.select([], [], [], 0.01)


def test_bytes_come_in_the_chunks_of_a_uart() -> None:
    chunks = list(pieces(Burst(bytes(865), 0.92, 9600), 1))
    assert {len(data) for data, _ in chunks} == {15, 10, 0}
    assert sum(seconds for _, seconds in chunks) == pytest.approx(0.92)
    assert {len(data) for data, _ in pieces(Burst(bytes(5000), 6, 9600), 1000)} == {1024, 904, 0}


class Waits(Event):
    """Time that passes while it is waited for, until a minute is over; `late` is how much more."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.late = 0.0

    @override
    def wait(self, timeout: float | None = None) -> bool:
        self.now += (timeout or 0.0) + self.late
        self.late = 0.0
        return self.is_set()

    @override
    def is_set(self) -> bool:
        return self.now >= 60


def played(monkeypatch: pytest.MonkeyPatch, path: Path, speed: float, late: float = 0) -> int:
    """How many bytes a port has for its readers in a minute; the machine may be late once."""
    port, waits = PtyPort(line(), path, speed=speed), Waits()
    port._stop, waits.late = waits, late
    monkeypatch.setattr(ports, "monotonic", lambda: waits.now)
    port._play()
    return port.bytes_lost


@pytest.mark.parametrize("speed", [1, 20])
def test_a_port_keeps_the_pace_of_the_wire(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, speed: float
) -> None:
    assert played(monkeypatch, tmp_path, speed) == pytest.approx(60 * 940 * speed, rel=0.02)


def test_what_a_busy_machine_is_late_with_is_let_go(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert played(monkeypatch, tmp_path, 1, late=30) == pytest.approx(30.5 * 940, rel=0.02)


def test_a_pty_gives_what_the_meter_says(tmp_path: Path) -> None:
    with PtyPort(line(), tmp_path / "linky", speed=20) as port, reader(port.url) as descriptor:
        assert "EAST" in as_dict(whole_frames(collect(descriptor, 1800))[0])


def test_as_fast_as_it_is_read_nothing_is_lost(tmp_path: Path) -> None:
    with (
        PtyPort(line(), tmp_path / "linky", speed=None) as port,
        reader(port.url) as descriptor,
    ):
        frames = whole_frames(collect(descriptor, 300_000))
        assert len(frames) > 300
        assert all("PJOURF+1" in as_dict(frame) for frame in frames)
        assert port.bytes_lost == 0


def test_a_reader_that_comes_back_hears_the_present(tmp_path: Path) -> None:
    source = line()
    with PtyPort(source, tmp_path / "linky", speed=20) as port:
        with reader(port.url):
            unread = port.bytes_lost
            comes(lambda: port.bytes_lost > unread + 5_000)  # its buffer is full
        left = source.house.horodates["DATE"]
        # Of two chunks that are lost, the second was written after the reader had gone.
        before = port.bytes_lost
        comes(lambda: port.bytes_lost > before)
        between = port.bytes_lost
        comes(lambda: port.bytes_lost > between)
        with reader(port.url) as descriptor:
            first = whole_frames(collect(descriptor, 3_000))[0]
        assert next(group.horodate for group in read(first) if group.label == "DATE") >= left


def test_a_slow_reader_loses_bytes_and_holds_up_nobody(tmp_path: Path) -> None:
    source = line()
    with PtyPort(source, tmp_path / "linky", speed=50) as port, reader(port.url):
        comes(lambda: source.house.elapsed > 25)
        assert port.bytes_lost > 5_000


def test_a_plug_that_is_pulled_takes_its_link_and_comes_back_under_it(tmp_path: Path) -> None:
    link = tmp_path / "linky"
    with PtyPort(line(), link, speed=10) as port:
        with reader(port.url) as descriptor:
            collect(descriptor, 500)
            port.unplug()
            assert not link.is_symlink()
            with pytest.raises(OSError, match="Input/output error"):
                os.write(descriptor, b"anybody there?")
        port.replug()
        with reader(port.url) as descriptor:
            assert whole_frames(collect(descriptor, 2_000))
    assert not link.is_symlink()


def test_the_source_may_pull_the_plug(tmp_path: Path) -> None:
    link = tmp_path / "linky"
    source = Line(Household(), script=[(2, Unplug(10))])
    with PtyPort(source, link, speed=10):
        assert eventually(link, there=False)
        assert eventually(link, there=True)


def test_a_link_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "linky").write_text("precious")
    with pytest.raises(FileExistsError), PtyPort(line(), tmp_path / "linky"):
        pass
    assert (tmp_path / "linky").read_text() == "precious"


def test_what_a_reader_says_is_ignored(tmp_path: Path) -> None:
    with PtyPort(line(), tmp_path / "linky", speed=10) as port, reader(port.url) as descriptor:
        os.write(descriptor, b"AT\r\n" * 100)
        assert whole_frames(collect(descriptor, 3_000))


@pytest.mark.parametrize(
    ("mode", "right"), [("standard", termios.B9600), ("historic", termios.B1200)]
)
def test_a_uart_makes_garbage_at_the_wrong_speed(tmp_path: Path, mode: str, right: int) -> None:
    with PtyPort(line(mode=mode), tmp_path / "linky", speed=20, uart=True) as port:
        wrong = termios.B1200 if right == termios.B9600 else termios.B9600
        with reader(port.url, speed=wrong) as descriptor:
            garbage = bytes(byte & 0x7F for byte in collect(descriptor, 1_000, 3))
            assert b"SC" not in garbage
        with reader(port.url, speed=right) as descriptor:
            collect(descriptor, 300)
            assert whole_frames(collect(descriptor, 3_000))


def test_tcp_clients_all_hear_the_same(tmp_path: Path) -> None:
    with TcpPort(line(), speed=10) as port:
        host, number = port.url.removeprefix("socket://").split(":")
        with (
            socket.create_connection((host, int(number))) as one,
            socket.create_connection((host, int(number))) as two,
        ):
            first = set(whole_frames(collect(one.fileno(), 5_000)))
            second = set(whole_frames(collect(two.fileno(), 5_000)))
        assert len(first & second) >= 3


def test_a_tcp_port_comes_back_at_the_same_address() -> None:
    with TcpPort(line(), speed=10) as port:
        address = ("127.0.0.1", int(port.url.rsplit(":", 1)[1]))
        with socket.create_connection(address) as client:
            collect(client.fileno(), 100)
            port.unplug()
            client.settimeout(HANGS)
            while client.recv(4096):
                pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        port.replug()
        with socket.create_connection(address) as client:
            assert whole_frames(collect(client.fileno(), 2_000))


def test_a_frozen_tcp_port_stays_connected_and_says_nothing() -> None:
    with TcpPort(line(), speed=10) as port:
        address = ("127.0.0.1", int(port.url.rsplit(":", 1)[1]))
        with socket.create_connection(address) as client:
            collect(client.fileno(), 100)
            with port._lock:  # nothing is on its way
                port.frozen = True
            collect(client.fileno(), 100_000, 0.2)
            client.settimeout(0.3)
            with pytest.raises(TimeoutError):
                client.recv(1)


def test_a_tcp_client_that_leaves_or_lags_holds_up_nobody() -> None:
    source = line()
    with TcpPort(source, speed=None) as port:
        address = ("127.0.0.1", int(port.url.rsplit(":", 1)[1]))
        with socket.create_connection(address) as client:
            assert whole_frames(collect(client.fileno(), 5_000))
        with socket.create_connection(address) as client:
            assert whole_frames(collect(client.fileno(), 5_000))
