"""A meter that goes on as it has: groups that come again, and readings that plainly follow.

It knows what was verified and believed, in the bytes that the line has for it, and refuses to
think: what is not plain at once takes the long way, through wire, splitter, meter and gate, which
would come to the same for all that passes here. Nearly everything does.
"""

from collections.abc import Sequence
from datetime import timedelta
from math import inf
from types import MappingProxyType
from typing import Final

from .catalogue import ADDRESS_LABELS, CLOCKS, INDEXES, Mode, Quantity, names_of
from .events import Event, Reading
from .groups import DATED, PLAIN, Group
from .rules import (
    DEFAULT_SUPPLY,
    DRIFT,
    FRAME_SECONDS,
    FRESH,
    MARGIN,
    ROLL_UP,
    STRICT_DRIFT,
    Line,
)
from .values import CLOCK_TOLERANCE
from .wire import Bit7


class _Habit:
    """What one label said last, and from where to where its next number may be."""

    __slots__ = ("gain", "high", "label", "low", "mode", "name", "reading", "segment", "size")

    def __init__(self, segment: bytes, reading: Reading, line: Line) -> None:
        self.label = label = reading.label
        self.name, self.mode, self.size = label.name, label.mode, label.size
        self.segment = segment
        self.reading = reading
        self.low = self.gain = 0
        last = reading.value
        if label.quantity in INDEXES and isinstance(last, int):
            power = DEFAULT_SUPPLY if label.producer else line.power
            gain = ROLL_UP + MARGIN * power * FRAME_SECONDS / 3600
            self.gain = int(gain) if line.parity else _NOTHING
            self.low, self.high = last + 1, last + self.gain
        elif label.quantity in _POWERS:
            self.high = int(MARGIN * line.limit(label))
        else:
            self.high = _ANYTHING if label.most is None else label.most


class _Clock:
    """What the meter's clock said last: its minute as it was written, and seconds since 1970."""

    __slots__ = ("epoch", "minute", "reading", "second", "segment")

    def __init__(self, segment: bytes, reading: Reading, horodate: str) -> None:
        self.segment = segment
        self.reading = reading
        self.minute, self.second = horodate[:-2].encode(), int(horodate[-2:])
        self.epoch = reading.time.timestamp() if reading.time else inf


class Routine:
    """What of one meter needs no second look.

    `known` has groups by the bytes between two CR, as they come; `accepted` has the group of each
    label's last reading. `readings` is the meter's own table, `heard` the frame in progress.
    While `is_time_in_doubt`, the clock takes the long way.
    """

    def __init__(
        self, readings: dict[str, Reading], heard: Sequence[Group | None], overseas: timedelta
    ) -> None:
        self.known: dict[bytes, Group] = {}
        self.accepted: dict[str, Group] = {}
        self.overseas = overseas
        self.is_time_in_doubt = False
        self._line = Line()
        self._readings = readings
        self._heard = heard
        self._own: object = _NOBODY
        self._habits: dict[bytes, _Habit] = {}
        self._clock: _Clock | None = None
        self._separator, self._uncovered = _SHAPES[Mode.STANDARD]
        self._table = self._code = Bit7.UNDECIDED.value

    @property
    def line(self) -> Line:
        """What the gate knows of the supply and of the wire."""
        return self._line

    @line.setter
    def line(self, line: Line) -> None:
        if line != self._line:
            self._line = line
            self._habits.clear()  # their bounds were reckoned from it
            self._clock = None

    def recode(self, bit7: Bit7) -> None:
        """Forget all bytes: bit 7 means something else from now on."""
        self._table, self._code = bit7.value, bit7.code
        self.line = self.line._replace(parity=False)
        self.clear()

    def clear(self) -> None:
        """Have everything take the long way again."""
        self.known.clear()
        self._habits.clear()
        self._clock = None

    def recall(self, line: bytes) -> Group | None:
        """Give the group of LF and body, in characters, if it needs no second look."""
        return self.known.get(line.translate(self._code))

    def keep(self, group: Group) -> None:
        """Let a group pass without a second look, and what plainly follows from its reading."""
        name = group.name
        segment = group.key.translate(self._code)
        self.known[segment] = group
        if name in ADDRESS_LABELS:
            self._own = group
        elif (reading := self._readings.get(name)) is None:
            return
        elif name in _NUMBERS:
            self._separator, self._uncovered = _SHAPES[group.mode]
            self._habits[_head(name)] = _Habit(segment, reading, self._line)
        elif name in CLOCKS and group.horodate:
            self._clock = _Clock(segment, reading, group.horodate)

    def drop(self, name: str) -> None:
        """Look twice at whatever a label says next."""
        if (group := self.accepted.get(name)) is not None:
            self.known.pop(group.key.translate(self._code), None)
            self._habits.pop(_head(name), None)
            if name in CLOCKS:
                self._clock = None

    def is_own_frame(self) -> bool:
        """Whether the address that is known stands in the frame in progress."""
        own, heard = self._own, self._heard
        return heard[:1] == [own] or own in heard

    def follow(self, segment: bytes, now: float, out: list[Event]) -> Group | None:
        """Take the bytes between two CR if they plainly follow from what their label said last.

        None, and nothing has happened, where they do not.
        """
        if not self._habits:
            return None
        characters = segment.translate(self._table)
        fields = characters.split(self._separator)
        if len(fields) != PLAIN:
            return self._tick(segment, characters, fields, now, out)
        head, data, mark = fields
        habit = self._habits.get(head)
        if habit is None or len(mark) != 1 or len(data) != habit.size or not data.isdigit():
            return None
        code, value = characters[-1], int(data)
        covered = sum(characters) - self._uncovered - code
        if covered & 0x3F != code - 0x20 or not habit.low <= value <= habit.high:
            return None
        if habit.gain:
            heard = self._heard
            if now - habit.reading.at > FRESH or not heard or heard[0] is not self._own:
                return None
            habit.low, habit.high = value + 1, value + habit.gain
        text, name, label = data.decode(), habit.name, habit.label
        group = _new(Group, (name, text, None, habit.mode, label, characters))
        reading = _new(Reading, (label, value, text, None, False, True, now))
        known = self.known
        known.pop(habit.segment, None)
        known[segment] = self.accepted[name] = group
        habit.segment = segment
        habit.reading = self._readings[name] = reading
        out.append(reading)
        return group

    def _tick(
        self, segment: bytes, characters: bytes, fields: list[bytes], now: float, out: list[Event]
    ) -> Group | None:
        """Take the group of the clock if it moved on within its minute, and is right."""
        clock, heard = self._clock, self._heard
        if clock is None or len(fields) != DATED or not heard or heard[0] is not self._own:
            return None
        head, stamp, data, mark = fields
        if stamp[:-2] != clock.minute or head != _CLOCK_HEAD or data or len(mark) != 1:
            return None
        code, second = characters[-1], _SECONDS.get(stamp[-2:], clock.second)
        if (sum(characters) - self._uncovered - code) & 0x3F != code - 0x20:
            return None
        last, step = clock.reading, second - clock.second
        label, _, _, time, degraded, _, at = last
        if not step or time is None or self.is_time_in_doubt:
            return None
        tolerance = DRIFT if self._line.parity else STRICT_DRIFT
        epoch = clock.epoch + step
        if not (-tolerance <= now - at - step <= tolerance and (degraded or _is_sure(epoch - now))):
            return None
        time += _STEPS[step]
        name, known = label.name, self.known
        group = _new(Group, (name, "", stamp.decode(), label.mode, label, characters))
        reading = _new(Reading, (label, time, "", time, degraded, True, now))
        known.pop(clock.segment, None)
        known[segment] = self.accepted[name] = group
        clock.segment, clock.second, clock.epoch = segment, second, epoch
        clock.reading = self._readings[name] = reading
        out.append(reading)
        return group


def _is_sure(apart: float) -> bool:
    """Whether a clock is right, or wrong by what no other legal time would explain (seconds)."""
    return (
        -CLOCK_TOLERANCE <= apart <= CLOCK_TOLERANCE
        or CLOCK_TOLERANCE < apart % _HALF_HOUR < _HALF_HOUR - CLOCK_TOLERANCE
    )


_NOBODY: Final = object()
_HALF_HOUR: Final = 1800.0
_NOTHING: Final = -1
_ANYTHING: Final = 10**9
_POWERS: Final = frozenset({Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER})
_NUMBERS: Final = names_of(*INDEXES, *_POWERS, Quantity.CURRENT, Quantity.VOLTAGE)
"""Labels whose next number may plainly follow; the others change rarely, or need the gate."""
_CLOCK_HEAD: Final = b"\nDATE"
_SECONDS: Final = MappingProxyType({b"%02d" % second: second for second in range(60)})
_STEPS: Final = MappingProxyType({step: timedelta(seconds=step) for step in range(-59, 60)})
_SHAPES: Final = MappingProxyType(
    {Mode.STANDARD: (b"\t", ord("\n")), Mode.HISTORIC: (b" ", ord("\n") + ord(" "))}
)
"""Mode -> what separates the fields, and the sum of what its checksum leaves out of a line."""


def _head(name: str) -> bytes:
    return b"\n" + name.encode()


_new: Final = tuple.__new__  # without a call of Python's own
