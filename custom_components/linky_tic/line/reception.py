"""Feeds the bytes of a port to a receiver, and changes the speed until they make sense."""

from collections.abc import Callable
import time
from typing import Final

from ..tic import Event, Receiver
from .detection import METER_SPEEDS, Detection
from .port import Port, has_speed, unavailable

STALLED: Final = 60.0
"""Seconds without a byte after which a network connection is taken for half open."""
KEPT: Final = 8192
"""Bytes that a bug report shows: four of the longest frames. Up to twice as many are held."""

type OnChunk = Callable[[list[Event], float, int], None]
"""Called for every chunk: its events, their time (seconds since 1970), its good groups."""


class Reception:
    """The bytes of one line, across reconnections.

    `speed` is the one that worked last; `received` counts all bytes; `other_speeds` are tried after
    the meter's own.
    """

    def __init__(
        self,
        receiver: Receiver,
        speed: int,
        on_chunk: OnChunk,
        *,
        other_speeds: tuple[int, ...] = (),
    ) -> None:
        self.speed = speed
        self.received = 0
        self._recent = bytearray()
        self._receiver = receiver
        self._on_chunk = on_chunk
        self._other_speeds = other_speeds
        self._has_speed: bool
        self._detection: Detection

    @property
    def recent(self) -> bytes:
        """The last bytes as received; they must be made anonymous before they are shown."""
        return bytes(self._recent[-KEPT:])

    async def open(self, name: str, interval: float = 0.0) -> Port:
        """Open a port, at the speed that worked last; raises `PortUnavailable`."""
        self._has_speed = has_speed(name)
        self._detection = Detection(self.speed, time.monotonic(), self._other_speeds)
        return await Port.open(name, self._detection.speed, self._receive, interval)

    async def watch(self, port: Port, seconds: float) -> None:
        """Wait, then change the speed if it is time; raises `PortUnavailable` once it is lost."""
        if self._has_speed:
            seconds = min(seconds, self._detection.patience(time.monotonic()))
        await port.wait(seconds)
        now = time.monotonic()
        if port.is_network and now - max(port.opened_at, self._detection.received_at) > STALLED:
            raise unavailable(port.name, TimeoutError())
        if self._has_speed and self._detection.patience(now) <= 0:
            await port.set_speed(self._detection.next_speed(now))

    def _receive(self, chunk: bytes) -> None:
        now, good_groups = time.time(), self._receiver.counters.good_groups
        events = self._receiver.feed(chunk, now)
        good = self._receiver.counters.good_groups - good_groups
        self.received += len(chunk)
        self._recent += chunk
        if len(self._recent) > 2 * KEPT:
            del self._recent[:-KEPT]
        self._detection.received(time.monotonic(), good=bool(good))
        if good and self._has_speed:
            self.speed = self._detection.speed
        elif good and self._receiver.mode:
            self.speed = METER_SPEEDS[self._receiver.mode]
        self._on_chunk(events, now, good)
