"""Characters as verified groups and frame ends, in both modes, whatever happened to the line.

It knows the shape of a group and nothing of what a value may be, nor of the group before it.
Every control character but HT is a boundary, so that one damaged separator costs at most one
group. Source: 54E 5.3.6 and 6.2.2 (groups, checksum), the notices of older meters (EOT).
"""

from enum import StrEnum
import re
from typing import Final, NamedTuple

from .catalogue import CATALOGUE, Label, Mode

STX, ETX, EOT = b"\x02", b"\x03", b"\x04"
_LF: Final = ord("\n")

MOST_GROUPS: Final = 128
"""Groups after which a frame without an end is closed; the largest one has 71 (54E)."""
_OVERDUE: Final = 512
"""Characters without CR after which the other boundaries are looked for, and after which a run
without any boundary is dropped; the longest group has 109 (54E)."""

_LINE: Final = re.compile(rb"[\x02\x03\x04]|[^\x02\x03\x04\n\r]+")
_STRAY: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f-\xff]+")
_HORODATE: Final = re.compile(rb"[ HEhe][0-9]{12}")
_NAME: Final = re.compile(rb"[!-~]{1,16}")


class Reason(StrEnum):
    """Why what came is not, or not yet, a reading."""

    DAMAGED = "damaged"  # a byte of the group failed its parity, or is no character
    CHECKSUM = "checksum"
    FORMAT = "format"  # not fields, or not the size and characters of its label
    HELD = "held"  # cannot be true, or not before other frames say the same
    OTHER_METER = "other_meter"  # while another meter's address is heard, or none yet
    OTHER_MODE = "other_mode"


class Group(NamedTuple):
    """A group that verified; `label` is None when the catalogue does not know its name."""

    name: str
    data: str
    horodate: str | None
    mode: Mode
    label: Label | None
    key: bytes


class Frame(NamedTuple):
    """A frame that ended.

    `heard` has None in the place of what was damaged, `opened` and `closed` tell whether it began
    with STX and ended with ETX, `bad` counts the groups that were not used.
    """

    mode: Mode | None
    heard: tuple[Group | None, ...]
    bad: int
    opened: bool
    closed: bool

    @property
    def complete(self) -> bool:
        """Whether every byte from STX to ETX was good: only then is a missing label missing."""
        return self.opened and self.closed and None not in self.heard

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


def checksum(covered: bytes) -> int:
    """Code of the checksum character over the covered characters (54E 6.2.2)."""
    return (sum(covered) & 0x3F) + 0x20


def verify(body: bytes) -> Group | Reason:
    """Check one group, LF and CR left out, byte by byte against its checksum and its label."""
    return _verify_standard(body) if b"\t" in body else _verify_historic(body)


def _verify_standard(body: bytes) -> Group | Reason:
    name, *stamp, data, mark = body.split(b"\t") if body.count(b"\t") > 1 else (b"",) * 3
    if len(mark) != 1 or len(stamp) > 1:
        return Reason.FORMAT
    if checksum(body[:-1]) != body[-1]:
        return Reason.CHECKSUM
    return _identify(Mode.STANDARD, name, data, stamp[0] if stamp else None, body)


def _verify_historic(body: bytes) -> Group | Reason:
    name, _, data = body[:-2].partition(b" ")
    if body[-2:-1] != b" " or not data:
        return Reason.FORMAT
    if checksum(body[:-2]) != body[-1]:
        return Reason.CHECKSUM
    return _identify(Mode.HISTORIC, name, data, None, body)


def _identify(
    mode: Mode, name: bytes, data: bytes, horodate: bytes | None, body: bytes
) -> Group | Reason:
    """Hold a group whose checksum is right against the size and characters of its label."""
    text = name.decode("ascii", "replace")
    label = CATALOGUE[mode].get(text)
    if label is None:
        if not _NAME.fullmatch(name) or _STRAY.search(body):
            return Reason.FORMAT
    elif (
        len(data) != label.size
        or not label.kind.value.fullmatch(data)
        or label.horodate is not (horodate is not None)
        or (horodate is not None and not _HORODATE.fullmatch(horodate))
    ):
        return Reason.FORMAT
    stamp = None if horodate is None else horodate.decode("ascii", "replace")
    return Group(text, data.decode("ascii", "replace"), stamp, mode, label, b"\n" + body)


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

    def split(self, characters: bytes) -> list[Item]:
        """Take characters and give what is new in them, in the order of the line."""
        segments = (self._tail + characters).split(b"\r")
        tail = segments.pop()
        out: list[Item] = []
        groups = list(map(self.known.get, segments))
        if None in groups:
            self._take_each(segments, out)
        else:
            self._heard += groups
            self.good += len(groups)
        if tail and (tail[0] != _LF or len(tail) > _OVERDUE):
            tail = self._take_early(tail, out)
        self._tail = tail
        return out

    def finish(self) -> list[Item]:
        """End of a recording: a last group without its CR counts if it verifies."""
        out: list[Item] = []
        tail, self._tail = self._tail, b""
        *whole, last = _LINE.findall(tail) or [b""]
        for line in whole:
            self._take_line(line, out)
        if last in {STX, ETX, EOT}:
            self._mark(last, out)
        elif isinstance(group := verify(last), Group):
            self._good(group, out)
        self._close(out, closed=False)
        return out

    def _take_early(self, tail: bytes, out: list[Item]) -> bytes:
        """Treat what a frame mark or another boundary ends already; give back what is open."""
        end = max(tail.rfind(mark) for mark in (STX, ETX, EOT)) + 1
        if not end and len(tail) > _OVERDUE:
            end = tail.rfind(b"\n")
        if end > 0:
            self._take(tail[:end], out)
            tail = tail[end:]
        return tail[: _OVERDUE + 1]

    def _take_each(self, segments: list[bytes], out: list[Item]) -> None:
        for segment in segments:
            group = self.known.get(segment)
            if group is None:
                self._take(segment, out)
            else:
                self.good += 1
                self._heard.append(group)

    def _take(self, segment: bytes, out: list[Item]) -> None:
        """Treat a segment that is not known: usually LF and one new group, at times anything."""
        if segment[:1] == b"\n" and isinstance(group := verify(segment[1:]), Group):
            self._synchronised = True
            self._good(group, out)
            return
        for line in _LINE.findall(segment):
            self._take_line(line, out)
            self._synchronised = True
        self._synchronised = True

    def _take_line(self, line: bytes, out: list[Item]) -> None:
        if line in {STX, ETX, EOT}:
            self._mark(line, out)
            return
        group = verify(line)
        if isinstance(group, Group):
            self._good(group, out)
        else:
            self._mend(line, group, out)

    def _mend(self, line: bytes, reason: Reason, out: list[Item]) -> None:
        """Use the groups of a line whose only damage is in the separators around them."""
        runs = [run for run in _STRAY.split(line) if run] if len(line) <= _OVERDUE else [line]
        if not runs and not self._heard:
            return
        verdicts = [verify(run) for run in runs]
        good = [one for one in verdicts if isinstance(one, Group) and one.label is not None]
        damaged = len(line) != sum(map(len, runs))
        if damaged:
            self._heard.append(None)
        for group in good:
            self._good(group, out)
        if len(good) < len(runs) and self._synchronised:
            self._bad += 1
            self._heard.append(None)
            out.append(Rejected(Reason.DAMAGED if damaged else reason, _name_of(line)))

    def _good(self, group: Group, out: list[Item]) -> None:
        self.good += 1
        self._heard.append(group)
        if group.key not in self.known:
            out.append(group)
        if len(self._heard) > MOST_GROUPS:
            self._close(out, closed=False)

    def _mark(self, mark: bytes, out: list[Item]) -> None:
        self._close(out, closed=mark == ETX)
        self._opened = mark == STX

    def _close(self, out: list[Item], *, closed: bool) -> None:
        """End the frame in progress, if anything of one has come."""
        if self._heard or self._bad:
            heard = tuple(self._heard)
            mode = next((group.mode for group in heard if group), None)
            out.append(Frame(mode, heard, self._bad, self._opened, closed))
        self._heard = []
        self._bad = 0
        self._opened = False


def _name_of(line: bytes) -> str | None:
    """The label of a group that did not verify, when it is one of the catalogue's."""
    name = re.split(rb"[\t ]", line, maxsplit=1)[0].decode("ascii", "replace")
    return name if any(name in labels for labels in CATALOGUE.values()) else None
