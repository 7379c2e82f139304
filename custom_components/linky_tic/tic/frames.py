"""Characters as verified groups and frame ends, in both modes, whatever happened to the line.

It knows the separators and nothing of what a value may be, nor of the group before it. Every
control character but HT is a boundary, so that one damaged separator costs at most one group.
Source: 54E 5.3.6 (frames), the notices of older meters (EOT).
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter
import re
from typing import Final, NamedTuple

from .catalogue import Mode
from .groups import STRAY, Group, Reason, name_of, verify

STX, ETX, EOT = b"\x02", b"\x03", b"\x04"
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
        names = {group.name for group in self.groups}
        return bool(names & _SHORT_MARKS) and names <= _SHORT_NAMES


_SHORT_MARKS: Final = frozenset({"IINST1", "IINST2", "IINST3"})
_SHORT_NAMES: Final = _SHORT_MARKS | {"ADCO", "ADIR1", "ADIR2", "ADIR3"}


class Rejected(NamedTuple):
    """Something that came and was not used; `name` is its label when that could be read."""

    reason: Reason
    name: str | None = None


Item = Group | Rejected | Frame
"""What the splitter tells."""


class Splitter:
    """The frames of one line.

    `known` holds the groups that need no second look: LF and body -> group. Its owner fills it,
    and what is in it goes into its frame without being told. `good` counts verified groups.
    """

    def __init__(self) -> None:
        self.known: dict[bytes, Group] = {}
        self.good = 0
        self._tail = b""
        self._heard: list[Group | None] = []
        self._bad = 0
        self._opened = False
        self._synchronised = False

    def split(self, characters: bytes) -> Iterable[Item]:
        """Take characters and give what is new in them, in the order of the line.

        What an item changes in `known` holds for the next one: how the line is cut into chunks
        changes nothing.
        """
        segments = (self._tail + characters).split(b"\r")
        tail = self._tail = segments.pop()
        groups = list(map(self.known.get, segments))
        if None in groups or len(self._heard) + len(groups) >= MOST_GROUPS:
            return self._take_each(segments)
        self._heard += groups
        self.good += len(groups)
        if tail and (tail[0] != _LF or len(tail) > _OVERDUE):
            return self._take_early()
        return ()

    def finish(self) -> Iterator[Item]:
        """End of a recording: a last group without its CR counts if it verifies."""
        tail, self._tail = self._tail, b""
        *whole, last = _LINE.findall(tail) or [b""]
        *damaged, last = (last,) if last in {STX, ETX, EOT} else STRAY.split(last)
        for line in (*whole, *filter(None, damaged)):
            yield from self._take_line(line)
        if last in {STX, ETX, EOT}:
            yield from self._mark(last)
        elif isinstance(group := verify(last), Group) and group.label:
            yield from self._good(group)
        yield from self._close(closed=False)

    def _take_early(self) -> Iterator[Item]:
        """Treat what a frame mark, or where CR is overdue any boundary, ends already."""
        while self._tail:
            tail = self._tail
            if tail[0] != _LF and (mark := _MARK.search(tail)):
                end = mark.end()
            elif len(tail) > _OVERDUE:
                end = _last_boundary(tail)
                if not end:
                    break
            else:
                return
            self._tail = tail[end:]
            yield from self._take(tail[:end])
        self._tail = self._tail[: _OVERDUE + 1]

    def _take_each(self, segments: list[bytes]) -> Iterator[Item]:
        for segment in segments:
            group = self.known.get(segment)
            if group is None:
                group = _sound(segment)
                if group is None:
                    yield from self._take(segment)
                    continue
                yield group
            self.good += 1
            self._synchronised = True
            self._heard.append(group)
            if len(self._heard) >= MOST_GROUPS:
                yield from self._close(closed=False)
        if self._tail and (self._tail[0] != _LF or len(self._tail) > _OVERDUE):
            yield from self._take_early()

    def _take(self, segment: bytes) -> Iterator[Item]:
        """Treat what stands between two CR and is no sound group: it may hold several lines."""
        for line in _LINE.findall(segment):
            yield from self._take_line(line)
            self._synchronised = True
        self._synchronised = True

    def _take_line(self, line: bytes) -> Iterator[Item]:
        if line in {STX, ETX, EOT}:
            yield from self._mark(line)
        elif len(line) >= _OVERDUE:
            yield from self._lose(Reason.FORMAT, line)
        elif isinstance(group := verify(line), Group):
            yield from self._good(group)
        else:
            yield from self._mend(line, group)

    def _mend(self, line: bytes, reason: Reason) -> Iterator[Item]:
        """Use the groups of a line whose only damage is in the separators around them."""
        runs = [run for run in STRAY.split(line) if run]
        if not runs and not self._heard:
            return
        verdicts = [verify(run) for run in runs]
        good = [one for one in verdicts if isinstance(one, Group) and one.label is not None]
        damaged = len(line) != sum(map(len, runs))
        if damaged:
            yield from self._note(None)
        for group in good:
            yield from self._good(group)
        if len(good) < len(runs):
            yield from self._lose(Reason.DAMAGED if damaged else reason, line)

    def _good(self, group: Group) -> Iterator[Item]:
        self.good += 1
        if group.key not in self.known:
            yield group
        yield from self._note(group)

    def _lose(self, reason: Reason, line: bytes) -> Iterator[Item]:
        """Count a line that is no group, unless it is the end of one whose start was not heard."""
        if self._synchronised:
            yield Rejected(reason, name_of(line))
            self._bad += 1
            yield from self._note(None)

    def _note(self, heard: Group | None) -> Iterator[Frame]:
        self._heard.append(heard)
        if len(self._heard) >= MOST_GROUPS:
            yield from self._close(closed=False)

    def _mark(self, mark: bytes) -> Iterator[Frame]:
        yield from self._close(closed=mark == ETX)
        self._opened = mark == STX

    def _close(self, *, closed: bool) -> Iterator[Frame]:
        """End the frame in progress, if anything of one has come."""
        heard, bad, opened = tuple(self._heard), self._bad, self._opened
        self._heard = []
        self._bad = 0
        self._opened = False
        if heard:
            complete = opened and closed and None not in heard
            yield Frame(_mode_of(heard), heard, bad, opened, closed, complete)


def _sound(segment: bytes) -> Group | None:
    """Give the group that stands, alone and good, between LF and CR."""
    group = verify(segment[1:]) if segment[:1] == b"\n" else None
    return group if isinstance(group, Group) else None


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
    if heard[0] is not None and heard[0].label is not None:
        return heard[0].mode
    groups = [group for group in heard if group is not None]
    return next((group.mode for group in (*filter(_LABEL, groups), *groups)), None)
