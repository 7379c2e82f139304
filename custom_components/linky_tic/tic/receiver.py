"""Takes chunks of bytes and gives events.

The bytes pass through `wire`, `frames`, `groups` and `meter`, in this order. One shortcut: a group
that was accepted before is found by its characters, and is only added to the frame.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import Final

from .catalogue import LABELS, Mode
from .events import Event
from .frames import MARKS, MOST_GROUPS, Frame, Frames, Rejected, Segments
from .groups import Group, Reason, verify
from .meter import Meter
from .wire import Wire

GAP: Final = 10.0
"""Seconds without a good group after which another meter may be on the line."""


@dataclass(slots=True)
class Counters:
    """What was received since the receiver was made.

    `good_groups` counts verified groups, repeated ones too, `rejected` the others by label (None
    for an unknown one, which is mostly noise) and reason, `altered` those of them in which bytes
    are wrong rather than missing.
    """

    good_groups: int = 0
    complete_frames: int = 0
    cut_frames: int = 0
    altered: int = 0
    rejected: Counter[tuple[str | None, Reason]] = field(default_factory=Counter)

    def count(self, events: Iterable[Event]) -> None:
        """Count the frames and rejections among events."""
        for event in events:
            if isinstance(event, Frame):
                self.complete_frames += event.complete
                self.cut_frames += not event.complete
            elif isinstance(event, Rejected):
                self.rejected[event.name if event.name in LABELS else None, event.reason] += 1
                self.altered += event.is_altered

    def rejections(self, *reasons: Reason) -> int:
        """Return how many groups were rejected for one of these reasons."""
        return sum(count for (_, reason), count in self.rejected.items() if reason in reasons)


class Receiver:
    """Decodes the bytes of one TIC line.

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
        self._segments = Segments()
        self._frames = Frames()
        self.meter = Meter(address, labels, overseas)
        self._conditions = self.meter.conditions
        self._accepted: Callable[[bytes], Group | None] = self.meter.accepted.get

    @property
    def mode(self) -> Mode | None:
        """The mode of the line, None before the first good group."""
        return self.meter.mode

    def feed(self, chunk: bytes, now: float) -> list[Event]:
        """Take bytes received at `now` (seconds since 1970); return the events they complete."""
        out: list[Event] = []
        if now - self.heard_at > GAP:
            self.meter.await_address()
        heard, accepted, good = self._frames.heard, self._accepted, 0
        for characters in self.wire.characters(chunk):
            self._conditions.parity = self.wire.carries_parity
            segments = self._segments.cut(characters)
            if len(heard) + len(segments) >= MOST_GROUPS:  # accept nothing: `_take` ends the frame
                accepted = dict[bytes, Group]().get
            for segment in segments:
                if (group := accepted(segment)) is not None:
                    heard.append(group)
                    good += 1
                elif segment in MARKS:
                    self._end_frame(segment, now, out)
                elif segment:
                    good += self._take(segment, now, out)
        if good:
            self.counters.good_groups += good
            self.heard_at = now
        if out:
            self.counters.count(out)
        return out

    def _take(self, segment: bytes, now: float, out: list[Event]) -> int:
        """Take what is not accepted, new or damaged; return how many good groups are in it."""
        heard, good = self._frames.heard, 1
        group = verify(segment)
        if isinstance(group, Group):
            self.meter.hear(group, heard, now, out)
            heard.append(group)
        else:
            good = self._take_apart(segment, now, out)
        if len(heard) >= MOST_GROUPS:
            self._end_frame(b"", now, out)
        return good

    def _take_apart(self, segment: bytes, now: float, out: list[Event]) -> int:
        """Take a segment that is not one valid group: several groups, or damage."""
        good = 0
        for item in self._frames.take_apart(segment):
            if isinstance(item, Rejected):
                out.append(item)
                continue
            good += 1
            if item.key not in self.meter.accepted:
                self.meter.hear(item, self._frames.heard, now, out)
        return good

    def _end_frame(self, mark: bytes, now: float, out: list[Event]) -> None:
        if frame := self._frames.end(mark):
            self.meter.end(frame, now, out)
