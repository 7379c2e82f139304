"""Ports are opened at 8N1 for ourselves alone, and their failures have names."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
import errno
import fcntl
import os
import socket
import termios
import time

from homeassistant.components.usb.serial_proxy_stub import register_serialx_transport
from homeassistant.core import Event
import pytest
import serialx

from custom_components.linky_tic.line import port as line
from custom_components.linky_tic.line.port import (
    Cause,
    Port,
    PortUnavailable,
    name_of,
    path_of,
    unavailable,
)

from ..waiting import HANGS

pytestmark = pytest.mark.usefixtures("all_is_closed")


_USUAL = (line._OPENING, line._BUSY, line._AGAIN, line._SETTING)


def test_how_long_a_port_is_waited_for() -> None:
    assert _USUAL == (10.0, 1.0, 0.05, 5.0)


async def _cause_of_opening(port: str) -> Cause:
    with pytest.raises(PortUnavailable) as failure:
        await Port.open(port, 9600, bytearray().extend)
    assert failure.value.port == port
    return failure.value.cause


async def test_a_port_is_opened_at_8n1_and_its_speed_changes_while_it_is_open(
    pty: tuple[int, str],
) -> None:
    master, path = pty
    port = await Port.open(path, 9600, bytearray().extend)
    _, _, flags, local, speed, *_ = termios.tcgetattr(master)
    assert flags & (termios.CSIZE | termios.PARENB | termios.CSTOPB) == termios.CS8
    assert not local & termios.ICANON
    assert speed == termios.B9600
    assert port._protocol._interval == 0
    await port.set_speed(1200)
    assert termios.tcgetattr(master)[4] == termios.B1200
    await port.close()
    await port.close()


@pytest.mark.parametrize("interval", [0.0, 0.002])
async def test_a_change_of_speed_while_bytes_pour_in_does_not_lose_the_line(
    pty: tuple[int, str], interval: float
) -> None:
    master, path = pty
    os.set_blocking(master, False)
    port = await Port.open(path, 9600, bytearray().extend, interval)
    with ThreadPoolExecutor(1) as meter:
        for change in range(250):
            pouring = meter.submit(_pour, master)
            await port.set_speed((9600, 1200)[change % 2])
            await port.wait(0)
            pouring.result()
    await port.close()


def _pour(master: int) -> None:
    for _ in range(16):
        with suppress(BlockingIOError):
            os.write(master, b"\0" * 16)
        time.sleep(0.0001)


async def test_a_lock_that_outlives_its_holder_for_a_moment_is_waited_for(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_BUSY", HANGS)
    held = os.open(pty[1], os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(held, fcntl.LOCK_EX)
    asyncio.get_running_loop().call_later(0.1, os.close, held)
    port = await Port.open(pty[1], 9600, bytearray().extend)
    await port.close()


async def test_a_port_held_by_somebody_else_is_busy(
    pty: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_BUSY", 0.1)
    port = await Port.open(pty[1], 9600, bytearray().extend)
    assert await _cause_of_opening(pty[1]) is Cause.BUSY
    await port.close()


@pytest.mark.parametrize(
    ("port", "cause"),
    [
        ("/dev/serial/by-id/none", Cause.MISSING),
        ("192.168.1.2:8888", Cause.INVALID),
        ("ttyUSB0", Cause.INVALID),
        ("/dev/null/tty", Cause.MISSING),
        ("/dev/null", Cause.INVALID),
        ("/dev", Cause.INVALID),
        ("", Cause.INVALID),
        ("/dev/tty\0", Cause.INVALID),
        ("foo://bar", Cause.INVALID),
        ("socket://127.0.0.1", Cause.INVALID),
        ("socket://127.0.0.1:99999", Cause.INVALID),
    ],
)
async def test_what_is_no_port_is_told_from_what_is_missing(port: str, cause: Cause) -> None:
    assert await _cause_of_opening(port) is cause


@pytest.mark.parametrize("scheme", ["socket", "tcp", "rfc2217"])
async def test_a_host_that_refuses_is_told_so(scheme: str) -> None:
    with socket.socket() as deaf:  # the port is ours, and nobody listens there
        deaf.bind(("127.0.0.1", 0))
        number = deaf.getsockname()[1]
        assert await _cause_of_opening(f"{scheme}://127.0.0.1:{number}") is Cause.REFUSED


async def test_a_host_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_OPENING", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        assert await _cause_of_opening(f"rfc2217://127.0.0.1:{number}") is Cause.REFUSED


async def test_esphome_that_is_not_ready_refuses() -> None:
    unregister = register_serialx_transport()
    assert await _cause_of_opening("esphome-hass://esphome/1") is Cause.REFUSED
    unregister(Event("homeassistant_close"))


async def test_an_opening_that_is_cancelled_leaves_no_descriptor(pty: tuple[int, str]) -> None:
    for patience in range(8):
        opening = asyncio.create_task(Port.open(pty[1], 9600, bytearray().extend))
        for _ in range(patience):
            await asyncio.sleep(0.002)
        opening.cancel()
        await asyncio.wait((opening,))
        if not opening.cancelled():
            await opening.result().close()
    port = await Port.open(pty[1], 9600, bytearray().extend)
    await port.close()


@pytest.mark.parametrize("interval", [0.0, 0.2])
async def test_a_line_that_is_unplugged_is_lost_at_once(interval: float) -> None:
    master, slave = os.openpty()
    port = await Port.open(os.ttyname(slave), 9600, bytearray().extend, interval)
    os.close(slave)
    os.write(master, b"\n")
    await port.wait(0.05)
    os.close(master)
    with pytest.raises(PortUnavailable) as failure:
        await port.wait(HANGS)
    assert (failure.value.cause, failure.value.errno) == (Cause.FAILED, errno.EIO)
    with pytest.raises(PortUnavailable):
        await port.set_speed(1200)
    await port.close()


@pytest.mark.parametrize("interval", [0.0, 0.2])
async def test_a_host_that_hangs_up_ends_the_line(interval: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        url = f"socket://127.0.0.1:{number}"
        port = await Port.open(url, 9600, bytearray().extend, interval)
        client, _ = server.accept()
        client.sendall(b"\n")
        await port.wait(0.05)
        client.close()
        with pytest.raises(PortUnavailable) as failure:
            await port.wait(HANGS)
    assert failure.value.cause is Cause.REFUSED
    await port.close()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (PermissionError(errno.EACCES, "denied"), Cause.PERMISSION),
        (OSError(errno.EPERM, "denied"), Cause.PERMISSION),
        (OSError(errno.EBUSY, "locked"), Cause.BUSY),
        (OSError(errno.EIO, "broken"), Cause.FAILED),
        (OSError(errno.ENXIO, "no device"), Cause.FAILED),
        (serialx.UnsupportedSetting("1200 baud"), Cause.INVALID),
        (serialx.SerialException("no answer"), Cause.REFUSED),
    ],
)
def test_what_a_driver_says_has_a_cause(error: Exception, cause: Cause) -> None:
    failure = unavailable("/dev/ttyUSB0", error)
    assert failure.cause is cause
    assert failure.errno == getattr(error, "errno", None)


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(socket.EAI_NONAME, "unknown"),
        TimeoutError(),
        OSError(errno.EHOSTUNREACH, "no route"),
        OSError(errno.EIO, "broken"),
        OSError("Multiple exceptions"),  # as asyncio says when each address fails in its own way
        serialx.SerialException("Server refused COM-PORT-OPTION"),
    ],
)
def test_whatever_a_network_says_it_refuses(error: Exception) -> None:
    assert unavailable("socket://meter.local:8888", error).cause is Cause.REFUSED


def test_no_secret_of_a_url_is_told() -> None:
    url = "esphome://meter.local:6053/?port_name=tic&key=c2VjcmV0"
    assert name_of(url) == "esphome://meter.local:6053/"
    assert "c2VjcmV0" not in str(unavailable(url, TimeoutError()))


@pytest.mark.parametrize(
    ("port", "path"),
    [
        ("/dev/ttyAMA0", "/dev/ttyAMA0"),
        ("device:///dev/ttyAMA0", "/dev/ttyAMA0"),
        ("socket://127.0.0.1:8888", None),
        ("esphome-hass://esphome/1?port_name=tic", None),
    ],
)
def test_only_ports_of_this_machine_have_a_path(port: str, path: str | None) -> None:
    assert path_of(port) == path
