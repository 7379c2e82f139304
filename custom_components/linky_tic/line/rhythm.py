"""When a line is best read: right after the groups that are waited for, and seldom in between.

It knows where in a frame a label last had something new, and how long a byte lasts; it knows
neither ports nor clocks, and what it expects need not come.
"""

from collections.abc import Iterable
from typing import Final

from ..tic import Event, Label, Mode, Quantity, Reading

_SEVEN_BITS: Final = bytes(code & 0x7F for code in range(256))
_SEPARATORS: Final = {Mode.STANDARD: b"\t", Mode.HISTORIC: b" "}
_UNKNOWN: Final = 0.045
"""Seconds between two readings while it is not known where the news is."""
_GRAIN: Final = 0.017
"""Seconds by which a byte may be late: most UARTs hand sixteen over at once."""
_GAP: Final = 0.025
"""Seconds between two frames: 16.7 to 33.4 ms (54E 5.3.6)."""
_TOGETHER: Final = 0.025
"""Seconds that one group waits for another one, so that both are read at once."""
_STALE: Final = 900
"""Frames, about as many seconds, after which what has not moved is not waited for any more."""


class Rhythm:
    """The rhythm of one line. `longest` is the most seconds between two readings.

    `beat` is their common divisor in seconds, on the clock of all lines: one wake-up for several.
    """

    def __init__(self, longest: float, awaited: frozenset[Quantity], beat: float = 0.0) -> None:
        self._longest = longest
        self._own_beat = self._beat = beat
        self._awaited = awaited
        self._at: int | None = None  # bytes since the last STX
        self._length: int | None = None  # from one STX to the next
        self._frames = 0
        self._known: set[str] = set()
        self._ends: dict[str, tuple[int, int]] = {}  # where a label's group ended, in which frame
        self._marks: list[int] = []

    def share(self, beat: float) -> None:
        """Keep a beat that others keep too, in seconds; its own is kept where it is longer."""
        self._beat = max(beat, self._own_beat)

    def heard(self, chunk: bytes, events: Iterable[Event]) -> None:
        """Take a chunk, with what it made known."""
        text = chunk.translate(_SEVEN_BITS)
        start = text.rfind(b"\x02")
        for event in events:
            if isinstance(event, Reading) and event.label.quantity in self._awaited:
                self._note(event.label, text, start)
        if start >= 0:
            self._begin_frame(start)
            self._at = len(text) - start
        elif self._at is not None:
            self._at += len(text)

    def wait(self, byte_seconds: float, now: float) -> float:
        """Give the seconds after which something will have come that is worth a reading."""
        seconds = self._until_news(byte_seconds)
        return seconds + -(now + seconds) % self._beat if self._beat else seconds

    def _until_news(self, byte_seconds: float) -> float:
        if self._awaited and (self._at is None or self._length is None):
            return min(_UNKNOWN, self._longest)
        if self._at is None or self._length is None or not self._marks:
            return self._longest
        at, late = self._at % self._length, _GRAIN
        if at >= self._marks[-1]:
            at, late = at - self._length, _GRAIN + _GAP
        first = next(mark for mark in self._marks if mark > at)
        last_together = first + _TOGETHER / byte_seconds
        target = max(mark for mark in self._marks if mark <= last_together)
        return min((target - at) * byte_seconds + late, self._longest)

    def _note(self, label: Label, text: bytes, start: int) -> None:
        """Note where a label moved; what is heard for the first time may never move."""
        if label.name not in self._known:
            self._known.add(label.name)
            return
        head = text.find(b"\n" + label.name.encode() + _SEPARATORS[label.mode])
        end = text.find(b"\r", max(head, 0)) + 1  # its head may have come with the chunk before
        if end > start >= 0:
            self._ends[label.name] = end - start, self._frames + 1
        elif self._at is not None:
            self._ends[label.name] = self._at + end, self._frames

    def _begin_frame(self, start: int) -> None:
        if self._at is not None:
            self._length = self._at + start
        self._frames += 1
        oldest = self._frames - _STALE
        self._marks = sorted(end for end, frame in self._ends.values() if frame >= oldest)
