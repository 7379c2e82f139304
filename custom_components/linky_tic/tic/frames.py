"""Characters as verified groups and frame ends, in both modes, whatever happened to the line.

It knows the separators and nothing of what a value may be, nor of the group before it. Every
control character but HT is a boundary, so that one damaged separator costs at most one group.
Source: 54E 5.3.6 (frames), the notices of older meters (EOT).
"""

from collections.abc import Callable
from operator import attrgetter
import re
from typing import Final, NamedTuple

from .catalogue import Mode
from .groups import STRAY, Group, Reason, name_of, verify, verify_line

STX, ETX, EOT = b"\x02", b"\x03", b"\x04"
_ENDS: Final = STX + ETX + EOT
_MARKS: Final = frozenset({STX, ETX, EOT})
_new: Final = tuple.__new__  # without a call of Python's own
_LF: Final = ord("\n")

MOST_GROUPS: Final = 128
"""Groups, damaged ones too, after which a frame without an end is closed; 54E has 71 at most."""
_OVERDUE: Final = 512
"""Characters without CR after which the other boundaries are looked for, and after which a run
without any boundary is dropped; the longest group has 109 (54E)."""

_MARK: Final = re.compile(rb"[\x02\x03\x04]")
_BOUNDARY: Final = re.compile(rb"[\x02\x03\x04\n]")
_LINE: Final = re.compile(rb"[\x02\x03\x04]|[^\x02\x03\x04\n\r]+")
_LABEL: Final = attrgetter("label")


class Frame(NamedTuple):
    """A frame that ended.

    `heard` has None in the place of what was damaged, `opened` and `closed` tell whether it began
    with STX and ended with ETX, `bad` counts the groups that were not used. It is `complete` when
    every byte from STX to ETX was good: only then is a missing label missing.
    """

    mode: Mode | None
    heard: tuple[Group | None, ...]
    bad: int
    opened: bool
    closed: bool
    complete: bool

    @property
    def groups(self) -> tuple[Group, ...]:
        """The verified groups in the order of the frame."""
        return tuple(group for group in self.heard if group is not None)

    @property
    def is_short(self) -> bool:
        """Whether this is the historic three-phase frame sent during an overrun (54E 6.1.2)."""
        # What it does not have ends the search: in any other frame the first group or the second.
        if any(group is not None and group.name not in _SHORT_NAMES for group in self.heard):
            return False
        return not _SHORT_MARKS.isdisjoint(group.name for group in self.groups)


_SHORT_MARKS: Final = frozenset({"IINST1", "IINST2", "IINST3"})
_SHORT_NAMES: Final = _SHORT_MARKS | {"ADCO", "ADIR1", "ADIR2", "ADIR3"}


class Rejected(NamedTuple):
    """Something that came and was not used; `name` is its label when that could be read."""

    reason: Reason
    name: str | None = None


Item = Group | Rejected | Frame
"""What the splitter tells."""


class Splitter:
    """The frames of one line; new groups are given to `hear`, all else to `tell`, as they come.

    `recall` gives, for LF and body, the group that needs no second look: it goes into its frame
    without being told. `heard` is the frame in progress, None in the place of what was damaged;
    `tail` is what no boundary has ended yet. `has_heard` becomes true with each good group.
    """

    def __init__(
        self,
        heard: list[Group | None],
        hear: Callable[[Group], None],
        tell: Callable[[Frame | Rejected], None],
        recall: Callable[[bytes], Group | None],
    ) -> None:
        self.heard = heard
        self.tail = b""
        self.has_heard = False
        self._hear = hear
        self._tell = tell
        self._recall = recall
        self._ended = 0
        self._lost = 0
        self._bad = 0
        self._opened = False
        self._synchronised = False

    @property
    def good(self) -> int:
        """Verified groups so far."""
        return self._ended + len(self.heard) - self._lost

    def split(self, characters: bytes) -> None:
        """Take characters.

        What an item changes in what is recalled holds for the next one: how the line is cut into
        chunks changes nothing.
        """
        segments = (self.tail + characters).split(b"\r")
        tail = self.tail = segments.pop()
        for segment in segments:
            if (group := self._recall(segment)) is not None:
                self.note(group)
            else:
                self.take(segment)
        if tail and (tail[0] != _LF or len(tail) > _OVERDUE):
            self._take_early()

    def finish(self) -> None:
        """End of a recording: a last group without its CR counts if it verifies."""
        tail, self.tail = self.tail, b""
        *whole, last = _LINE.findall(tail) or [b""]
        *damaged, last = (last,) if last in _MARKS else STRAY.split(last)
        for line in (*whole, *filter(None, damaged)):
            self._take_line(line)
        if last in _MARKS:
            self._mark(last)
        elif isinstance(group := verify(last), Group) and group.label:
            self._good(group)
        self._close(closed=False)

    def turn(self) -> Frame | None:
        """End a frame with ETX and open the next with STX; give the one that has ended."""
        frame = self._ended_frame(closed=True)
        self._opened = True
        return frame

    def take(self, segment: bytes) -> None:
        """Take what stands between two CR and is not recalled: a group, or what it may hold."""
        if segment[:1] in _MARKS:
            line = segment.lstrip(_ENDS)
            self.take_marks(segment[: len(segment) - len(line)])
            if (known := self._recall(line)) is not None:
                self.note(known)
                return
            segment = line
        group = verify_line(segment)
        if isinstance(group, Group):
            self._synchronised = True
            self._hear(group)
            self.note(group)
        else:
            self.take_lines(segment)

    def _take_early(self) -> None:
        """Treat what a frame mark, or where CR is overdue any boundary, ends already."""
        while self.tail:
            tail = self.tail
            if tail[0] != _LF and (mark := _MARK.search(tail)):
                end = mark.end()
            elif len(tail) > _OVERDUE:
                end = _last_boundary(tail)
                if not end:
                    break
            else:
                return
            self.tail = tail[end:]
            self.take_lines(tail[:end])
        self.tail = self.tail[: _OVERDUE + 1]

    def take_lines(self, segment: bytes) -> None:
        """Treat what stands between two CR and is no sound group: it may hold several lines."""
        for line in _LINE.findall(segment):
            self._take_line(line)
            self._synchronised = True
        self._synchronised = True

    def take_marks(self, marks: bytes) -> None:
        """Treat the marks between two frames, when nothing else stands there."""
        for code in marks:
            self._mark(bytes((code,)))
        self._synchronised = True

    def _take_line(self, line: bytes) -> None:
        if line in _MARKS:
            self._mark(line)
        elif len(line) >= _OVERDUE:
            self._lose(Reason.FORMAT, line)
        elif isinstance(group := verify(line), Group):
            self._good(group)
        else:
            self._mend(line, group)

    def _mend(self, line: bytes, reason: Reason) -> None:
        """Use the groups of a line whose only damage is in the separators around them."""
        runs = [run for run in STRAY.split(line) if run]
        if not runs and not self.heard:
            return
        verdicts = [verify(run) for run in runs]
        good = [one for one in verdicts if isinstance(one, Group) and one.label is not None]
        damaged = len(line) != sum(map(len, runs))
        if damaged:
            self.note(None)
        for group in good:
            self._good(group)
        if len(good) < len(runs):
            self._lose(Reason.DAMAGED if damaged else reason, line)

    def _good(self, group: Group) -> None:
        known = self._recall(group.key)
        if known is None:
            self._hear(group)
        self.note(known or group)

    def _lose(self, reason: Reason, line: bytes) -> None:
        """Count a line that is no group, unless it is the end of one whose start was not heard."""
        if self._synchronised:
            self._tell(Rejected(reason, name_of(line)))
            self._bad += 1
            self.note(None)

    def note(self, heard: Group | None) -> None:
        """Add to the frame in progress, None for what is damaged."""
        self.heard.append(heard)
        if heard is None:
            self._lost += 1
        else:
            self.has_heard = True
        if len(self.heard) >= MOST_GROUPS:
            self._close(closed=False)

    def _mark(self, mark: bytes) -> None:
        self._close(closed=mark == ETX)
        self._opened = mark == STX

    def _close(self, *, closed: bool) -> None:
        if (frame := self._ended_frame(closed=closed)) is not None:
            self._tell(frame)

    def _ended_frame(self, *, closed: bool) -> Frame | None:
        """End the frame in progress, if anything of one has come."""
        opened, self._opened = self._opened, False
        if not self.heard:
            return None
        heard, lost, bad = tuple(self.heard), self._lost, self._bad
        self.heard.clear()
        self._ended += len(heard) - lost
        self._lost = self._bad = 0
        first = heard[0]
        mode = _mode_of(heard) if first is None or first.label is None else first.mode
        return _new(Frame, (mode, heard, bad, opened, closed, opened and closed and not lost))


def _last_boundary(tail: bytes) -> int:
    """Where to cut characters that CR should have ended; 0 when they are one line, still open.

    The last boundary of as many as are waited for, else the first one after: so it is the same
    however many have come at once.
    """
    early = list(_BOUNDARY.finditer(tail, 1, _OVERDUE + 1))
    found = early[-1] if early else _BOUNDARY.search(tail, _OVERDUE + 1)
    if found is None:
        return 0
    return found.start() if found[0] == b"\n" else found.end()


def _mode_of(heard: tuple[Group | None, ...]) -> Mode | None:
    """The language of a frame; a label that no catalogue knows tells it last."""
    groups = [group for group in heard if group is not None]
    return next((group.mode for group in (*filter(_LABEL, groups), *groups)), None)
