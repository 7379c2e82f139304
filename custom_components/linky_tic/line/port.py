"""One open port: a path or any URL that serialx opens, its bytes, the causes of its failures."""

import asyncio
from collections.abc import Callable, Mapping
from enum import StrEnum
import errno
import time
from typing import Final, Self, override

import serialx
from serialx.common import UnknownUriScheme
from serialx.platforms.serial_rfc2217 import RFC2217SerialTransport
from serialx.platforms.serial_rfc2217.types import (
    Rfc2217Command,
    SetLinestateMaskCmd,
    SetModemstateMaskCmd,
)

from .pacing import PacedProtocol

_OPENING: Final = 10.0
"""Seconds that opening may take: a host that drops packets never answers at all."""
_BUSY: Final = 1.0
"""Seconds for which a busy port is tried again: a process that is just being started holds the
files, and locks, of its parent for a moment."""
_AGAIN: Final = 0.05
_SETTING: Final = 5.0
"""Seconds that a change of speed may take; it is a question and an answer over RFC 2217."""


class Cause(StrEnum):
    """Why a port could not be opened, or was lost: what a person would do differs."""

    MISSING = "missing"  # no such path: unplugged, or under another name
    BUSY = "busy"  # another program holds it
    PERMISSION = "permission"
    REFUSED = "refused"  # the host refuses, is unknown, or does not answer; ESPHome is not ready
    INVALID = "invalid"  # not a serial port, or not a URL that serialx knows
    FAILED = "failed"  # anything else the system says


class PortUnavailable(Exception):
    """The port cannot be opened, or was lost; `port` is named without secrets, see `name_of`."""

    def __init__(self, port: str, cause: Cause, errno: int | None = None) -> None:
        super().__init__(name_of(port), cause, errno)
        self.port = name_of(port)
        self.cause = cause
        self.errno = errno


def name_of(port: str) -> str:
    """Name a port for people: a URL without its query, where keys and passwords travel."""
    return port.partition("?")[0]


def path_of(port: str) -> str | None:
    """Return the path of a port of this machine, None for one that is reached over a network."""
    scheme, separator, rest = port.partition("://")
    if not separator:
        return port
    return rest if scheme == "device" else None


def has_speed(port: str) -> bool:
    """Whether a speed can be chosen: a plain TCP connection has none, its bridge has its own."""
    return not port.startswith(("socket://", "tcp://"))


_CAUSES: Final[Mapping[int | None, Cause]] = {
    errno.ENOENT: Cause.MISSING,
    errno.ENOTDIR: Cause.MISSING,
    errno.EBUSY: Cause.BUSY,
    errno.EACCES: Cause.PERMISSION,
    errno.EPERM: Cause.PERMISSION,
    errno.ENOTTY: Cause.INVALID,
    errno.EINVAL: Cause.INVALID,
    errno.EISDIR: Cause.INVALID,
    errno.ELOOP: Cause.INVALID,
    errno.ENAMETOOLONG: Cause.INVALID,
}
_NOT_A_PORT: Final = (ValueError, UnknownUriScheme, serialx.UnsupportedSetting)


def unavailable(port: str, error: Exception) -> PortUnavailable:
    """Return the cause of an error that opening or reading a port raised.

    Errors other than OSError come from a host that refuses (RFC 2217), from ESPHome, or from Home
    Assistant before ESPHome is loaded; their types cannot be imported here. A port that is neither
    an absolute path nor a URL is often an address whose scheme was forgotten.
    """
    number = error.errno if isinstance(error, OSError) else None
    path = path_of(port)
    if isinstance(error, _NOT_A_PORT) or (path is not None and not path.startswith("/")):
        cause = Cause.INVALID
    else:
        other = Cause.REFUSED if path is None or number is None else Cause.FAILED
        cause = _CAUSES.get(number, other)
    return PortUnavailable(port, cause, number)


class _AccessServerTransport(RFC2217SerialTransport):
    """Does not ask for changes of modem and line state, which a meter's port does not have.

    ser2net and pyserial's server do not answer that request, and serialx waits for an answer until
    it gives the connection up (serialx 1.15.1, ser2net 4.3.11).
    """

    @override
    async def _send_and_wait(self, cmd: Rfc2217Command) -> Rfc2217Command:
        if isinstance(cmd, (SetModemstateMaskCmd, SetLinestateMaskCmd)):
            return cmd
        return await super()._send_and_wait(cmd)


async def _connect(name: str, speed: int, protocol: PacedProtocol) -> serialx.BaseSerialTransport:
    async with asyncio.timeout(_OPENING):
        transport, _ = await serialx.create_serial_connection(
            asyncio.get_running_loop(),
            lambda: protocol,
            name,
            speed,
            parity=serialx.Parity.NONE,
            stopbits=serialx.StopBits.ONE,
            exclusive=True,
            transport_cls=_AccessServerTransport if name.startswith("rfc2217://") else None,
            byte_size=8,
        )
    return transport


class Port:
    """A port while it is open, at 8N1.

    Never at 7E1: the bits on the wire are the same, 8N1 hands over the parity bit, and every
    driver and bridge knows it.
    """

    def __init__(
        self,
        name: str,
        transport: serialx.BaseSerialTransport,
        protocol: PacedProtocol,
        lost: asyncio.Future[Exception | None],
    ) -> None:
        self.name = name
        self.opened_at = time.monotonic()
        self.is_network = path_of(name) is None
        self._transport = transport
        self._protocol = protocol
        self._lost = lost

    @classmethod
    async def open(
        cls,
        name: str,
        speed: int,
        on_chunk: Callable[[bytes], None],
        interval: float = 0.0,
    ) -> Self:
        """Open a path or URL exclusively; raises `PortUnavailable`."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + _BUSY
        while True:
            lost: asyncio.Future[Exception | None] = loop.create_future()
            protocol = PacedProtocol(on_chunk, lost.set_result, interval)
            try:
                transport = await _connect(name, speed, protocol)
            except Exception as error:  # of any type: see `unavailable`
                failure = unavailable(name, error)
                if failure.cause is not Cause.BUSY or loop.time() > latest:
                    raise failure from error
                await asyncio.sleep(_AGAIN)
            else:
                return cls(name, transport, protocol, lost)

    async def wait(self, seconds: float) -> None:
        """Wait; raises `PortUnavailable` as soon as the port is lost."""
        done, _ = await asyncio.wait((self._lost,), timeout=seconds)
        if done:
            error = self._lost.result() or ConnectionResetError()
            raise unavailable(self.name, error) from error

    async def set_speed(self, speed: int) -> None:
        """Change the speed; raises `PortUnavailable`, after which the port must be closed."""
        try:
            async with asyncio.timeout(_SETTING):
                await self._reconfigure(speed)
        except Exception as error:  # of any type: see `unavailable`
            raise unavailable(self.name, error) from error

    async def _reconfigure(self, speed: int) -> None:
        if self.is_network:
            await self._transport.reconfigure_port(baudrate=speed)
            return
        # serialx flushes the input meanwhile. A read that was already due would then give nothing,
        # which serialx takes for the loss of the device.
        self._protocol.hold()
        try:
            await self._transport.reconfigure_port(baudrate=speed)
        finally:
            self._protocol.release()

    async def close(self) -> None:
        """Close the port; may be called more than once."""
        if not self._transport.is_closing():
            self._transport.abort()
        await self._transport.wait_closed()
