"""Characters as verified groups and frame ends, in both modes, whatever happened to the line.

It knows the separators and nothing of what a value may be, nor of the group before it. Every
control character but HT is a boundary, so that one damaged separator costs at most one group.
Source: 54E 5.3.6 (frames), the notices of older meters (EOT).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Final, NamedTuple, final

from .catalogue import Mode
from .groups import STRAY, Group, Reason, name_of, verify

STX, ETX, EOT, LF = b"\x02", b"\x03", b"\x04", b"\n"
_MARKS: Final = frozenset({STX, ETX, EOT})
_LF: Final = ord(LF)

MOST_GROUPS: Final = 128
"""Groups, damaged ones too, after which a frame without an end is closed; 54E has 71 at most."""
_OVERDUE: Final = 512
"""Characters without CR after which the other boundaries are looked for, and after which a run
without any boundary is dropped; the longest group has 109 (54E)."""

_MARK: Final = re.compile(rb"[\x02\x03\x04]")
_BOUNDARY: Final = re.compile(rb"[\x02\x03\x04\n]")
_PART: Final = re.compile(rb"[\x02\x03\x04]|[^\x02\x03\x04\n\r]+")


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


@final
@dataclass(slots=True)  # not frozen: one is made in a third of the time
class Rejected:
    """Something that came and was not used; `name` is its label when that could be read."""

    reason: Reason
    name: str | None = None


Item = Group | Rejected | Frame
"""What a segment holds: a group, or what can be told of one, and the end of a frame."""


class Segments:
    """The characters of one line, cut at CR; at other boundaries where CR is overdue.

    `tail` is what no boundary has ended yet.
    """

    def __init__(self) -> None:
        self.tail = b""

    def cut(self, characters: bytes) -> list[bytes]:
        """Give what these characters complete, without its CR."""
        segments = (self.tail + characters).split(b"\r")
        self.tail = tail = segments.pop()
        if tail and (tail[0] != _LF or len(tail) > _OVERDUE):
            segments += self._early()
        return segments

    def _early(self) -> Iterator[bytes]:
        """Give what a frame mark, or where CR is overdue any boundary, ends already."""
        while self.tail:
            tail = self.tail
            if tail[:1] != LF and (mark := _MARK.search(tail)):
                end = mark.end()
            elif len(tail) > _OVERDUE:
                end = _last_boundary(tail)
                if not end:
                    break
            else:
                return
            self.tail = tail[end:]
            yield tail[:end]
        self.tail = self.tail[: _OVERDUE + 1]


class Frames:
    """The frames of one line; `heard` is the one in progress, None in the place of damage.

    `known` are the groups that need no second look, by their characters.
    """

    def __init__(self, heard: list[Group | None], known: Mapping[bytes, Group]) -> None:
        self.heard = heard
        self._known = known
        self._ended = 0  # good groups of the frames before
        self._lost = 0  # of what is in the frame in progress
        self._bad = 0
        self._is_open = False
        self._is_synchronised = False

    @property
    def good(self) -> int:
        """Verified groups so far."""
        return self._ended + len(self.heard) - self._lost

    def items(self, segment: bytes) -> Iterator[Item]:
        """Take whatever stands between two CR, and give each item before the next is looked at."""
        for part in _PART.findall(segment):
            yield from self.end(part) if part in _MARKS else self._line(part)
            self._is_synchronised = True
        self._is_synchronised = True

    def last_items(self, tail: bytes) -> Iterator[Item]:
        """Take the end of a recording: a last group counts without its CR if it verifies."""
        *_, part = _PART.findall(tail) or [b""]
        last = STRAY.split(part)[-1]
        group = verify(LF + last)
        is_sound = isinstance(group, Group) and group.label is not None
        yield from self.items(tail if is_sound else tail.removesuffix(last))
        yield from self.end()

    def _add(self, group: Group | None) -> Iterator[Frame]:
        """Add to the frame in progress, and end it when it is too long."""
        self.heard.append(group)
        if group is None:
            self._lost += 1
        if len(self.heard) >= MOST_GROUPS:
            yield from self.end()

    def end(self, mark: bytes = b"") -> Iterator[Frame]:
        """End the frame in progress, if anything of one has come; STX opens the next."""
        is_open, self._is_open = self._is_open, mark == STX
        if not self.heard:
            return
        heard, lost, bad = tuple(self.heard), self._lost, self._bad
        self.heard.clear()
        self._ended += len(heard) - lost
        self._lost = self._bad = 0
        closed = mark == ETX
        yield Frame(_mode_of(heard), heard, bad, is_open, closed, is_open and closed and not lost)

    def _line(self, line: bytes) -> Iterator[Item]:
        """Take what stands between two boundaries."""
        group = self._known.get(LF + line) or verify(LF + line)
        if isinstance(group, Group):
            yield group
            yield from self._add(group)
        elif len(line) >= _OVERDUE:
            yield from self._lose(Reason.FORMAT, line)
        elif STRAY.search(line):
            yield from self._runs(line)
        else:
            yield from self._lose(group, line)

    def _runs(self, line: bytes) -> Iterator[Item]:
        """Use the groups of a line whose only damage is in the separators around them."""
        runs = [run for run in STRAY.split(line) if run]
        if not runs and not self.heard:
            return
        yield from self._add(None)
        verdicts = [verify(LF + run) for run in runs]
        groups = [one for one in verdicts if isinstance(one, Group) and one.label is not None]
        for group in groups:
            yield group
            yield from self._add(group)
        if len(groups) < len(runs):
            yield from self._lose(Reason.DAMAGED, line)

    def _lose(self, reason: Reason, line: bytes) -> Iterator[Item]:
        """Count a line that is no group, unless it is the end of one whose start was not heard."""
        if self._is_synchronised or self.good:
            yield Rejected(reason, name_of(line))
            self._bad += 1
            yield from self._add(None)


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
    groups = filter(None, heard)  # nearly always the first one's
    unknown = None
    for group in groups:
        if group.label is not None:
            return group.mode
        unknown = unknown or group.mode
    return unknown
