"""A line that is read at a pace wakes its reader seldom, and nothing is lost or late by it."""

import asyncio
from collections.abc import Awaitable, Callable
import os
import socket
import time
from typing import Final, override

import pytest
import serial_asyncio
import serialx

from custom_components.linky_tic.line.pacing import PacedProtocol, _read_from
from custom_components.linky_tic.line.port import Port, PortUnavailable

from ..descriptors import open_files
from ..waiting import HANGS, until

pytestmark = pytest.mark.usefixtures("all_is_closed")

_PACE: Final = 0.1
_PACES: Final = [0.0, _PACE]
_BYTES: Final = bytes(range(256)) * 2

type Opener = Callable[..., Awaitable[tuple[asyncio.Transport, asyncio.Protocol]]]


class Heard:
    """Chunks, and when they came."""

    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.times: list[float] = []

    def __call__(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self.times.append(time.monotonic())

    async def wait_for(self, size: int) -> None:
        await until(lambda: sum(map(len, self.chunks)) >= size)


async def _trickle(write: Callable[[bytes], object]) -> None:
    """Write as a UART delivers, but faster."""
    for start in range(0, len(_BYTES), 8):
        write(_BYTES[start : start + 8])
        await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    "connect", [serialx.create_serial_connection, serial_asyncio.create_serial_connection]
)
@pytest.mark.parametrize("interval", _PACES)
async def test_the_protocol_runs_under_serialx_and_pyserial_asyncio(
    connect: Opener, pty: tuple[int, str], interval: float
) -> None:
    master, path = pty
    loop = asyncio.get_running_loop()
    heard, lost = Heard(), loop.create_future()
    line = PacedProtocol(heard, lost.set_result, interval)
    transport, protocol = await connect(loop, lambda: line, path, baudrate=9600)
    assert protocol is line
    await asyncio.sleep(0)  # pyserial-asyncio begins to read a moment later
    await _trickle(lambda data: os.write(master, data))
    await heard.wait_for(len(_BYTES))
    assert b"".join(heard.chunks) == _BYTES
    transport.close()
    assert await asyncio.wait_for(lost, HANGS) is None
    await until(lambda: path not in open_files())  # pyserial-asyncio gives it back after that


@pytest.mark.parametrize("interval", _PACES)
async def test_the_protocol_runs_on_a_bare_tcp_connection(interval: float) -> None:
    loop = asyncio.get_running_loop()
    heard, lost = Heard(), loop.create_future()
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport, _ = await loop.create_connection(
            lambda: PacedProtocol(heard, lost.set_result, interval), *server.getsockname()
        )
        client, _ = server.accept()
        with client:
            await _trickle(client.sendall)
            await heard.wait_for(len(_BYTES))
        assert b"".join(heard.chunks) == _BYTES
        assert await asyncio.wait_for(lost, HANGS) is None
        transport.close()


async def test_what_comes_between_two_beats_comes_as_one_chunk(pty: tuple[int, str]) -> None:
    heard = Heard()
    port = await Port.open(pty[1], 9600, heard, _PACE)
    began = time.monotonic()
    await _trickle(lambda data: os.write(pty[0], data))
    await heard.wait_for(len(_BYTES))
    assert len(heard.chunks) <= (time.monotonic() - began) / _PACE + 2
    await port.close()


async def test_nobody_wakes_for_a_silent_line_and_its_next_byte_is_heard_at_once(
    pty: tuple[int, str],
) -> None:
    heard = Heard()
    port = await Port.open(pty[1], 9600, heard, _PACE)
    os.write(pty[0], b"\n")
    await heard.wait_for(1)
    await until(lambda: port._protocol._timer is None)
    os.write(pty[0], b"\r")
    await heard.wait_for(2)
    assert heard.chunks == [b"\n", b"\r"]
    await port.close()


async def test_a_transport_that_cannot_pause_gives_each_chunk_at_once() -> None:
    heard = Heard()
    line = PacedProtocol(heard, lambda _error: None, _PACE)
    line.connection_made(asyncio.Transport())
    line.data_received(b"\n")
    line.data_received(b"\r")
    assert heard.chunks == [b"\n", b"\r"]
    assert (line._timer, line._interval) == (None, 0.0)


class Paused(asyncio.Transport):
    """A transport, and whether it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[str] = []

    @override
    def pause_reading(self) -> None:
        self.turns.append("pause")

    @override
    def resume_reading(self) -> None:
        self.turns.append("resume")

    @override
    def is_closing(self) -> bool:
        return self.turns[-1:] == ["close"]

    @override
    def close(self) -> None:
        self.turns.append("close")


async def test_all_lines_of_one_pace_are_read_at_the_same_beats() -> None:
    loop = asyncio.get_running_loop()
    line = PacedProtocol(Heard(), lambda _: None, 1000.0)
    transport = Paused()
    line.connection_made(transport)
    began = loop.time()
    line.data_received(b"\n")
    assert line._timer
    beat = line._timer.when()
    assert beat % 1000.0 == 0
    assert 0 <= beat - began <= 1000.0
    line.data_received(b"\r")
    assert line._timer.when() == beat
    timer = line._timer
    line.hold()
    assert timer.cancelled()
    assert line._timer is not timer
    line.release()
    assert transport.turns == ["pause", "pause", "resume"]
    transport.close()
    line._read()
    assert transport.turns[3:] == ["close"]


async def test_a_line_that_is_lost_is_read_no_more() -> None:
    lost: list[Exception | None] = []
    line = PacedProtocol(Heard(), lost.append, 1000.0)
    transport = Paused()
    line.connection_made(transport)
    line.data_received(b"\n")
    timer = line._timer
    assert timer
    line.connection_lost(None)
    assert (timer.cancelled(), line._timer, lost) == (True, None, [None])
    line._read()
    line.hold()
    line.release()
    assert transport.turns == ["pause"]


async def test_a_device_that_goes_between_two_beats_is_lost_at_the_next_one() -> None:
    master, slave = os.openpty()
    heard = Heard()
    port = await Port.open(os.ttyname(slave), 9600, heard, _PACE)
    os.close(slave)
    os.write(master, b"\n")
    await heard.wait_for(1)
    os.close(master)
    with pytest.raises(PortUnavailable):
        await port.wait(HANGS)
    await port.close()


async def test_as_much_as_a_terminal_holds_is_read_at_once() -> None:
    reader, writer = os.pipe()
    os.write(writer, bytes(5000))
    assert len(_read_from(reader)) == 4096
    assert len(_read_from(reader)) == 5000 - 4096
    os.close(writer)
    os.close(reader)
    assert _read_from(reader) == b""


async def test_a_line_that_is_told_bytes_without_a_transport_hears_them() -> None:
    heard = Heard()
    line = PacedProtocol(heard, lambda _: None, _PACE)
    line.data_received(b"\n")
    assert (heard.chunks, line._timer) == ([b"\n"], None)
