"""Cuts characters into groups and frames, in both modes, however damaged the line.

Every control character but HT is a boundary, so that one damaged separator costs at most one group.
Source: 54E 5.3.6 (frames), the notices of older meters (EOT).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from .catalogue import Mode
from .groups import STRAY, Group, Reason, label_of, verify

STX, ETX, EOT, LF = b"\x02", b"\x03", b"\x04", b"\n"
MARKS: Final = frozenset({STX, ETX, EOT})
_CUT_OUT: Final = tuple((mark, b"\r" + mark + b"\r") for mark in MARKS)
_STX, _ETX, _EOT = 2, 3, 4  # a number is found in bytes in a twentieth of the time

MOST_GROUPS: Final = 128
"""Groups, damaged ones too, after which a frame without an end is closed; 54E has 71 at most."""
_OVERDUE: Final = 512
"""Characters without CR after which LF is looked for, and after which a line without any boundary
is dropped; the longest group has 109 (54E)."""


@final
@dataclass(slots=True)  # not frozen: one is made in half of the time
class Frame:
    """A frame that ended.

    `heard` are its groups, None in the place of a damaged one; `names` are those of the groups.
    `opened` and `closed` tell whether it began with STX and ended with ETX. It is `complete` when
    every byte from STX to ETX was good: only then is a label that it lacks really missing.
    """

    mode: Mode | None
    heard: tuple[Group | None, ...]
    names: list[str]
    opened: bool
    closed: bool
    complete: bool

    @property
    def groups(self) -> tuple[Group, ...]:
        """The verified groups in the order of the frame."""
        return tuple(filter(None, self.heard))

    @property
    def is_short(self) -> bool:
        """Whether this is the historic three-phase frame sent during an overrun (54E 6.1.2)."""
        names = set(self.names)
        return names <= _SHORT_NAMES and not names.isdisjoint(_SHORT_MARKS)


_SHORT_MARKS: Final = frozenset({"IINST1", "IINST2", "IINST3"})
_SHORT_NAMES: Final = _SHORT_MARKS | {"ADCO", "ADIR1", "ADIR2", "ADIR3"}


@final
@dataclass(slots=True)  # not frozen: one is made in a third of the time
class Rejected:
    """A group that was not used; `name` is its label when that could be read.

    `is_altered`: characters of it are wrong, rather than missing.
    """

    reason: Reason
    name: str | None = None
    is_altered: bool = False


class Segments:
    """Cuts the characters of one line at CR and at frame marks; at LF where CR is overdue.

    `tail` is the segment that has not ended yet.
    """

    def __init__(self) -> None:
        self.tail = b""

    def cut(self, characters: bytes) -> list[bytes]:
        """Return the segments that these characters complete, without CR; a mark is one too."""
        line = self.tail + characters
        if _ETX in characters or _STX in characters or _EOT in characters:
            for mark, alone in _CUT_OUT:
                line = line.replace(mark, alone)
        segments = line.split(b"\r")
        self.tail = segments.pop()
        if len(self.tail) > _OVERDUE:
            segments += self._overdue()
        return segments

    def _overdue(self) -> Iterator[bytes]:
        """Cut at the last LF of `_OVERDUE` characters, else at the first one after them.

        The result is the same however many characters have come at once.
        """
        while len(self.tail) > _OVERDUE:
            end = self.tail.rfind(LF, 1, _OVERDUE + 1)
            if end == -1:
                end = self.tail.find(LF, _OVERDUE)
            if end == -1:
                self.tail = self.tail[: _OVERDUE + 1]
                return
            yield self.tail[:end]
            self.tail = self.tail[end:]


class Frames:
    """The frames of one line; `heard` is the one in progress, None in the place of damage."""

    def __init__(self) -> None:
        self.heard = list[Group | None]()
        self._is_open = False
        self._is_synchronised = False

    def end(self, mark: bytes) -> Frame | None:
        """End the frame in progress, if it has any groups; STX opens the next."""
        is_open, self._is_open = self._is_open, mark == STX
        self._is_synchronised = True
        if not self.heard:
            return None
        heard = tuple(self.heard)
        self.heard.clear()
        names = [group.name for group in heard if group]
        closed = mark == ETX
        is_complete = is_open and closed and len(names) == len(heard)
        return Frame(_mode_of(heard), heard, names, is_open, closed, is_complete)

    def take_apart(self, segment: bytes) -> Iterator[Group | Rejected]:
        """Add a segment that is not one valid group to the frame in progress; return its groups.

        There are several where CR was lost or damaged; each is given before it is added.
        """
        for line in filter(None, segment.split(LF)):
            verdict = verify(LF + line)
            if isinstance(verdict, Group):
                yield verdict
                self.heard.append(verdict)
            elif STRAY.search(line) and len(line) < _OVERDUE:
                yield from self._between_strays(line)
            else:
                yield from self._lose(verdict if len(line) < _OVERDUE else Reason.FORMAT, line)
            self._is_synchronised = True

    def _between_strays(self, line: bytes) -> Iterator[Group | Rejected]:
        """Use the groups of a line whose only damage is in the separators around them."""
        runs = [run for run in STRAY.split(line) if run]
        if runs or self.heard:
            self.heard.append(None)
        verdicts = [verify(LF + run) for run in runs]
        groups = [one for one in verdicts if isinstance(one, Group) and one.label is not None]
        for group in groups:
            yield group
            self.heard.append(group)
        if len(groups) < len(runs):
            yield from self._lose(Reason.DAMAGED, line)

    def _lose(self, reason: Reason, line: bytes) -> Iterator[Rejected]:
        """Reject an invalid line, unless it is the end of a group whose start was not received."""
        if self._is_synchronised or any(self.heard):
            name, is_altered = label_of(line)
            yield Rejected(reason, name, is_altered)
            self.heard.append(None)


def _mode_of(heard: tuple[Group | None, ...]) -> Mode | None:
    """Return the mode of the known labels of a frame."""
    for group in heard:  # nearly always the first one
        if group and group.label:
            return group.mode
    return None
