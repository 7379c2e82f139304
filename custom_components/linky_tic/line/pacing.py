"""Reads a port as bytes come, or at intervals, so that the event loop wakes seldom."""

import asyncio
from collections.abc import Callable
import os
from typing import Final, override

_ENOUGH: Final = 4096
"""Bytes read at once: what a terminal holds, four seconds of a meter."""


class PacedProtocol(asyncio.Protocol):
    """Passes bytes to `on_chunk`, and the loss of the connection to `on_loss`.

    After each chunk, bytes stay in the kernel until the next multiple of `interval` (seconds of the
    loop's clock, so that all lines with the same interval are read in one wake-up); 0: every chunk
    is read as it comes. Any asyncio transport will do.
    """

    def __init__(
        self,
        on_chunk: Callable[[bytes], None],
        on_loss: Callable[[Exception | None], None],
        interval: float,
    ) -> None:
        self._on_chunk = on_chunk
        self._on_loss = on_loss
        self._interval = interval
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._descriptor: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._descriptor = _descriptor_of(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self._interval and self._timer is None and self._transport:
            self._pause(self._transport)
        self._on_chunk(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._cancel()
        self._on_loss(exc)

    def hold(self) -> None:
        """Stop reading until `release`."""
        self._cancel()
        if self._transport:
            self._transport.pause_reading()

    def release(self) -> None:
        """Read again."""
        if self._transport:
            self._transport.resume_reading()

    def _pause(self, transport: asyncio.Transport) -> None:
        try:
            transport.pause_reading()
        except NotImplementedError:  # ESPHome's: its bytes come in messages, which wake anyway
            self._interval = 0.0
        else:
            self._schedule()

    def _schedule(self) -> None:
        beats = self._loop.time() // self._interval + 1
        self._timer = self._loop.call_at(beats * self._interval, self._read)

    def _cancel(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _read(self) -> None:
        """Read the descriptor directly: the transport would need a second wake-up for it.

        No bytes means that the meter is silent, or that the device is gone: the transport then
        waits for the next byte, or reports the error.
        """
        self._timer = None
        if self._transport is None or self._transport.is_closing():
            return  # the descriptor may be another file's by now
        if chunk := _read_from(self._descriptor):
            self._schedule()
            self._on_chunk(chunk)
        else:
            self._transport.resume_reading()


def _descriptor_of(transport: asyncio.Transport) -> int | None:
    """Return the descriptor of a serial port; a connection over a network hides its own."""
    try:
        return int(transport.get_extra_info("serial").fileno())
    except AttributeError, OSError:
        return None


def _read_from(descriptor: int | None) -> bytes:
    if descriptor is None:
        return b""
    try:
        return os.read(descriptor, _ENOUGH)
    except OSError:
        return b""
