"""Chunks of bytes in, events out: the one door of this package.

It knows the order of the rooms below it, and the short way past them: what a meter says again,
or goes on saying, is taken by the bytes between two CR, before they are even characters.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import Final

from .catalogue import Mode
from .events import Event
from .frames import EOT, ETX, MOST_GROUPS, STX, Frame, Rejected, Splitter
from .groups import Group, Reason, verify_line
from .meter import Meter
from .wire import DAMAGED, Wire

GAP: Final = 10.0
"""Seconds without a good group after which another meter may be on the line."""

_LONGEST: Final = 128
"""Bytes without CR that are more than any group has (109, 54E), LF included."""
_BETWEEN: Final = len(ETX + STX)
_MARKS: Final = frozenset({ETX, STX, ETX + STX, EOT})


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
        self._heard: list[Group | None] = []
        self.meter = Meter(
            self._heard, self.counters.rejected, address=address, labels=labels, overseas=overseas
        )
        self._routine = self.meter.routine
        self._known: Callable[[bytes], Group | None] = self._routine.known.get
        self._habits = self._routine.habits
        self._follow: Callable[[bytes, float, list[Event]], Group | None] = self._routine.follow
        self._splitter = Splitter(self._heard, self._hear, self._tell, self._routine.recall)
        self._bit7 = self.wire.bit7
        self._table = self._bit7.table
        self._cr, self._lf, self._turn = b"\r", ord("\n"), ETX + STX + b"\n"
        self._tail = b""
        self._passed = 0  # bytes that the wire has not been told of
        self._parity = False
        self._is_long_way = True
        self._begin_long_way(-inf, [])

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
        out: list[Event] = []
        if now - self.heard_at > GAP:
            self.meter.doubt()
        if self._is_long_way and not (chunk := self._take_slowly(bytes(chunk), now, out)):
            return out
        self._passed += len(chunk)
        segments = (self._tail + chunk).split(self._cr)
        self._tail = tail = segments.pop()
        known, heard = self._known, self._heard
        if len(heard) + len(segments) >= MOST_GROUPS:
            self._take_rest(segments, now, out)
            segments = []
        for segment in segments:
            group = known(segment)
            if group is None:
                if self._habits:
                    group = self._follow(segment, now, out)
                if group is None and (group := self._take_new(segment, now, out)) is None:
                    self._take_from(segment, segments, now, out)
                    break
            heard.append(group)
        else:
            if segments:
                self.heard_at = now
                if tail and tail[0] == self._lf:
                    return out
        self._take_tail(now, out)
        return out

    def finish(self, now: float) -> list[Event]:
        """End of a recording: give what is still open."""
        out: list[Event] = []
        self._begin_long_way(now, out)
        self._take_again(self._tail)
        self._splitter.finish()
        self._end_long_way()
        return out

    def _take_new(self, segment: bytes, now: float, out: list[Event]) -> Group | None:
        """Take the bytes between two CR that do not go on as before, if they are a sound group.

        None, and nothing has happened, where they are not.
        """
        if segment.startswith(self._turn):
            return self._take_first(segment[_BETWEEN:], now, out)
        verdict = verify_line(segment.translate(self._table))
        if isinstance(verdict, Reason):
            return None
        self.meter.hear(verdict, now, out)
        return verdict

    def _take_first(self, segment: bytes, now: float, out: list[Event]) -> Group | None:
        """Take the first group after the marks that part two frames, if it is known."""
        if self._known(segment) is None:
            return None
        self._end(self._splitter.turn(), now, out)  # after which all may be in doubt
        return self._known(segment) or self._take_new(segment, now, out)

    def _take_from(
        self, segment: bytes, segments: list[bytes], now: float, out: list[Event]
    ) -> None:
        """Take the rest of a chunk, from the first segment that is not as the others."""
        at = next(at for at, one in enumerate(segments) if one is segment)
        if at:
            self.heard_at = now
        self._take_rest(segments[at:], now, out)

    def _take_rest(self, segments: list[bytes], now: float, out: list[Event]) -> None:
        """Take what stands between CR, from one on that is not as the others."""
        self._begin_long_way(now, out)
        splitter, table = self._splitter, self._table
        for at, segment in enumerate(segments):
            if segment.startswith(self._turn):
                segment = segment[_BETWEEN:]  # noqa: PLW2901 - what is left of it
                self._end(splitter.turn(), now, out)
            group = self._known(segment) or self._follow(segment, now, out)
            if group is None:
                characters = segment.translate(table)
                if DAMAGED in characters:
                    self._take_again(self._cr.join((segment, *segments[at + 1 :], self._tail)))
                    break
                splitter.take(characters)
            else:
                splitter.note(group)
        self._end_long_way()

    def _take_tail(self, now: float, out: list[Event]) -> None:
        """Treat at once the marks of a frame's end; leave to the splitter what is no group."""
        tail = self._tail
        if not tail or (tail[0] == self._lf and len(tail) <= _LONGEST):
            return
        if tail.startswith(self._turn):
            self._tail = tail[_BETWEEN:]
            self._end(self._splitter.turn(), now, out)
            return
        self._begin_long_way(now, out)
        if (mark := tail.translate(self._table)) in _MARKS:
            self._tail = b""
            self._splitter.take_marks(mark)
        else:
            self._take_again(tail)
        self._end_long_way()

    def _take_slowly(self, chunk: bytes, now: float, out: list[Event]) -> bytes:
        """Take bytes one stretch of the wire after the other; give those that need not be."""
        self._begin_long_way(now, out)
        rest = b""
        if self.wire.is_calm:
            head, cr, rest = chunk.partition(self._cr)
            chunk = head + cr
        self._take_stretches(chunk)
        if rest and (self._splitter.tail or not self.wire.is_calm):
            self._take_stretches(rest)
            rest = b""
        self._end_long_way()
        return rest

    def _take_again(self, octets: bytes) -> None:
        """Give wire and splitter the bytes that have come last."""
        self._tail = b""
        self.wire.skip(self._passed - len(octets))
        self._passed = 0
        self._take_stretches(octets)

    def _take_stretches(self, octets: bytes) -> None:
        """Stop wherever the wire decides: a decision that ends a piece is not yet true in it."""
        wire = self.wire
        self._heed(wire)
        while octets:
            piece = octets[: wire.left]
            octets = octets[len(piece) :]
            self._splitter.split(wire.characters(piece))
            self._heed(wire)

    def _heed(self, wire: Wire) -> None:
        """Take the bytes for what they are from now on."""
        bit7 = wire.bit7
        if bit7 is not self._bit7:
            self._bit7 = bit7
            self._routine.recode(bit7)
            self._table = bit7.table
            self._cr, (self._lf,) = b"\r".translate(bit7.code), b"\n".translate(bit7.code)
            self._turn = (ETX + STX + b"\n").translate(bit7.code)
        if wire.carries_parity is not self._parity:
            self._parity = wire.carries_parity
            self.meter.rely(parity=self._parity)

    def _begin_long_way(self, now: float, out: list[Event]) -> None:
        self._now, self._out = now, out

    def _end_long_way(self) -> None:
        """See what came of it, and whether the short way is open."""
        splitter = self._splitter
        if splitter.has_heard:
            splitter.has_heard = False
            self.heard_at = self._now
        self._is_long_way = bool(splitter.tail) or not self.wire.is_calm

    def _hear(self, group: Group) -> None:
        self.meter.hear(group, self._now, self._out)

    def _tell(self, item: Frame | Rejected) -> None:
        if isinstance(item, Frame):
            self._end(item, self._now, self._out)
        else:
            self.counters.rejected[item.reason] += 1
            self._out.append(item)

    def _end(self, frame: Frame | None, now: float, out: list[Event]) -> None:
        if frame is not None:
            if frame.complete:
                self.counters.complete_frames += 1
            else:
                self.counters.cut_frames += 1
            self.meter.end(frame, now, out)
