"""Chunks of bytes in, events out: the one door of this package.

It knows the order of the rooms below it and nothing of what happens inside them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import Final

from .catalogue import Mode
from .events import Event
from .frames import Frame, Item, Rejected, Splitter
from .groups import Group, Reason
from .meter import Meter
from .wire import Wire

GAP: Final = 10.0
"""Seconds without a good group after which another meter may be on the line."""


@dataclass(slots=True)
class Counters:
    """What came since the receiver was made; `rejected` counts each reason."""

    complete_frames: int = 0
    cut_frames: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)


class Receiver:
    """A TIC line from its bytes to its readings.

    `address`, `labels` and `overseas` are what is known of the meter beforehand: see `Meter`.
    No sequence of bytes makes it raise, and what it keeps is bounded.
    """

    def __init__(
        self,
        address: str | None = None,
        labels: Iterable[str] = (),
        overseas: timedelta = timedelta(0),
    ) -> None:
        self.wire = Wire()
        self.counters = Counters()
        self.heard_at = -inf
        self._splitter = Splitter()
        self.meter = Meter(self._splitter.known, address=address, labels=labels, overseas=overseas)

    @property
    def mode(self) -> Mode | None:
        """The language of the line, None before the first good group."""
        return self.meter.mode

    @property
    def good_groups(self) -> int:
        """Groups that verified, repeated ones included."""
        return self._splitter.good

    def feed(self, chunk: bytes | bytearray | memoryview, now: float) -> list[Event]:
        """Take bytes that came at `now` (seconds since 1970), give what they completed."""
        chunk = bytes(chunk)  # no copy of what is bytes already
        out: list[Event] = []
        if now - self.heard_at > GAP:
            self.meter.doubt()
        while len(chunk) > (left := self.wire.left):
            self._feed_piece(chunk[:left], now, out)
            chunk = chunk[left:]
        self._feed_piece(chunk, now, out)
        return out

    def finish(self, now: float) -> list[Event]:
        """End of a recording: give what is still open."""
        out: list[Event] = []
        self._deliver(self._splitter.finish(), now, out, parity=self.wire.carries_parity)
        return out

    def _feed_piece(self, piece: bytes, now: float, out: list[Event]) -> None:
        splitter, wire = self._splitter, self.wire
        good = splitter.good
        parity = wire.carries_parity  # a decision that ends the piece is not yet true in it
        if items := splitter.split(wire.characters(piece)):
            self._deliver(items, now, out, parity=parity)
        if splitter.good > good:
            self.heard_at = now

    def _deliver(
        self, items: Iterable[Item], now: float, out: list[Event], *, parity: bool
    ) -> None:
        before = len(out)
        for item in items:
            if isinstance(item, Group):
                self.meter.hear(item, now, out, parity=parity)
            elif isinstance(item, Frame):
                self._count(item)
                self.meter.end(item, now, out)
            else:
                out.append(item)
        for event in out[before:]:
            if isinstance(event, Rejected):
                self.counters.rejected[event.reason] += 1

    def _count(self, frame: Frame) -> None:
        if frame.complete:
            self.counters.complete_frames += 1
        else:
            self.counters.cut_frames += 1
