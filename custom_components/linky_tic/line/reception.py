"""The bytes of a port on their way to a receiver, and the speed at which they make sense.

It knows neither reconnection nor who waits for the events.
"""

from collections.abc import Callable
import time
from typing import Final

from ..tic import Event, Receiver
from .detection import METER_SPEEDS, Detection, Settings
from .port import Port, has_speed, unavailable
from .rhythm import Rhythm

STALLED: Final = 60.0
"""Seconds without a byte after which a network connection is taken for half open."""
KEPT: Final = 8192
"""Bytes that a bug report shows: four of the longest frames. Up to twice as many are held."""
_BITS: Final = 10
"""Of a byte on the line, start and stop included."""

type OnChunk = Callable[[list[Event], float, int], None]
"""Told of every chunk: its events, their time (seconds since 1970), its good groups."""


class Reception:
    """What a line says, whatever ports it is heard on. `settings` are what worked last."""

    def __init__(self, receiver: Receiver, settings: Settings, on_chunk: OnChunk) -> None:
        self.settings = settings
        self.received = 0
        self._recent = bytearray()
        self._receiver = receiver
        self._on_chunk = on_chunk
        self._rhythm: Rhythm | None = None
        self._has_speed = True
        self._detection = Detection(settings.speed, 0.0)

    @property
    def recent(self) -> bytes:
        """The last bytes as they came, whatever they are."""
        return bytes(self._recent[-KEPT:])

    @property
    def is_good(self) -> bool:
        """Whether groups have been good at the speed of now."""
        return self._detection.is_good

    async def open(self, name: str, rhythm: Rhythm | None = None) -> Port:
        """Open a port, at the speed that worked last; raises `PortUnavailable`.

        It is read in a rhythm, or as bytes come.
        """
        self._rhythm = rhythm
        self._has_speed = has_speed(name)
        self._detection = Detection(self.settings.speed, time.monotonic())
        return await Port.open(
            name, self._detection.speed, self._hear, self._wait if rhythm else None
        )

    async def look(self, port: Port, seconds: float) -> None:
        """Wait, then see to the speed; raises `PortUnavailable` as soon as the line is lost."""
        if self._has_speed:
            seconds = min(seconds, self._detection.patience(time.monotonic()))
        await port.wait(seconds)
        now = time.monotonic()
        if port.is_network and now - max(port.opened_at, self._detection.received_at) > STALLED:
            raise unavailable(port.name, TimeoutError())
        if self._has_speed and self._detection.patience(now) <= 0:
            await port.set_speed(self._detection.next_speed(now))

    def _hear(self, chunk: bytes) -> None:
        now, good_groups = time.time(), self._receiver.good_groups
        events = self._receiver.feed(chunk, now)
        good = self._receiver.good_groups - good_groups
        self.received += len(chunk)
        self._recent += chunk
        if len(self._recent) > 2 * KEPT:
            del self._recent[:-KEPT]
        self._detection.received(time.monotonic(), good=bool(good))
        if good:
            self._remember()
        if self._rhythm:
            self._rhythm.heard(chunk, events)
        self._on_chunk(events, now, good)

    def _wait(self) -> float:
        """Give the seconds for which the port is best left alone."""
        if self._rhythm is None:
            return 0.0
        return self._rhythm.wait(_BITS / self.settings.speed, time.monotonic())

    def _remember(self) -> None:
        mode, speed = self._receiver.mode, self._detection.speed
        if mode and not self._has_speed:
            speed = METER_SPEEDS[mode]
        if (speed, mode) != (self.settings.speed, self.settings.mode):
            self.settings = Settings(speed, mode)
