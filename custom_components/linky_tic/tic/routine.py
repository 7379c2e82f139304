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
from zlib import adler32

from .catalogue import ADDRESS_LABELS, CLOCKS, INDEXES, Mode, Quantity, names_of
from .events import Event, Reading
from .groups import HORODATE_SIZE, SUMS, Group
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

    __slots__ = (
        "begin", "gain", "high", "label", "length", "low", "mode", "name", "reading", "segment"
    )  # fmt: skip

    def __init__(self, segment: bytes, reading: Reading, line: Line) -> None:
        self.label = label = reading.label
        self.name, self.mode = label.name, label.mode
        self.segment = segment
        self.length, self.begin = len(segment), len(segment) - 2 - label.size
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


class _Clock(_Habit):
    """What the meter's clock said last: its minute as it was written, and seconds since 1970."""

    __slots__ = ("end", "epoch", "minute", "second")

    def __init__(self, segment: bytes, reading: Reading, line: Line, horodate: str) -> None:
        super().__init__(segment, reading, line)
        self.minute, self.end = segment[: _STAMP.stop - 2], segment[_END]
        self.second = int(horodate[-2:])
        self.epoch = reading.time.timestamp() if reading.time else inf


class Routine:
    """What of one meter needs no second look.

    `known` has groups by the bytes between two CR, as they come; `accepted` has the group of each
    label's last reading, `habits` what each label said last, by the bytes of LF and label.
    `readings` is the meter's own table, `heard` the frame in progress.
    While `is_time_in_doubt`, the clock takes the long way.
    """

    def __init__(
        self, readings: dict[str, Reading], heard: Sequence[Group | None], overseas: timedelta
    ) -> None:
        self.known: dict[bytes, Group] = {}
        self.accepted: dict[str, Group] = {}
        self.overseas = overseas
        self.is_time_in_doubt = False
        self.line = Line()
        self._readings = readings
        self._heard = heard
        self._own: object = _NOBODY
        self.habits: dict[bytes, _Habit] = {}
        self._separator, self._separating = b"\t", ord("\t")  # as a string, and its code
        self._sums = SUMS[Mode.STANDARD]
        self._table = self._code = Bit7.UNDECIDED.table

    def judge_by(self, line: Line) -> None:
        """Take what the gate knows of the supply and of the wire."""
        if line != self.line:
            self.line = line
            self.habits.clear()  # their bounds were reckoned from it

    def recode(self, bit7: Bit7) -> None:
        """Forget all bytes: bit 7 means something else from now on."""
        self._table, self._code = bit7.table, bit7.code
        self.clear()
        if self.line.parity:
            self.judge_by(self.line._replace(parity=False))

    def clear(self) -> None:
        """Have everything take the long way again."""
        self.known.clear()
        self.habits.clear()

    def recall(self, line: bytes) -> Group | None:
        """Give the group of LF and body, in characters, if it needs no second look."""
        return self.known.get(line.translate(self._code)) if self.known else None

    def keep(self, group: Group) -> None:
        """Let a group pass without a second look, and what plainly follows from its reading."""
        name = group.name
        segment = group.key.translate(self._code)
        self.known[segment] = group
        if name in ADDRESS_LABELS:
            self._own = group
        elif (name in _NUMBERS or name in CLOCKS) and (reading := self._readings.get(name)):
            self._separator, self._separating = segment[-2:-1], segment[-2]
            self._sums = SUMS[group.mode]
            self.habits[self._head(name)] = (
                _Clock(segment, reading, self.line, group.horodate)
                if group.horodate
                else _Habit(segment, reading, self.line)
            )

    def drop(self, name: str) -> None:
        """Look twice at whatever a label says next."""
        if (group := self.accepted.get(name)) is not None:
            self.known.pop(group.key.translate(self._code), None)
            self.habits.pop(self._head(name), None)

    def _head(self, name: str) -> bytes:
        return f"\n{name}".encode().translate(self._code)

    def is_own_frame(self) -> bool:
        """Whether the address that is known stands in the frame in progress."""
        own, heard = self._own, self._heard
        return heard[:1] == [own] or own in heard

    def follow(self, segment: bytes, now: float, out: list[Event]) -> Group | None:
        """Take the bytes between two CR if they plainly follow from what their label said last.

        None, and nothing has happened, where they do not.
        """
        habit = self.habits.get(segment[: segment.find(self._separator)])
        if habit is None or len(segment) != habit.length or segment[-2] != self._separating:
            return None
        characters = segment.translate(self._table)
        # whether the bytes have a parity bit is all the same to a sum of which six bits count
        if adler32(segment) & 0x3F != self._sums[characters[-1]]:
            return None
        data = characters[habit.begin : -2]
        if not (data.isdigit() and habit.low <= (value := int(data)) <= habit.high):
            return (
                self._tick(habit, segment, characters, now, out)
                if isinstance(habit, _Clock)
                else None
            )
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
        self, clock: _Clock, segment: bytes, characters: bytes, now: float, out: list[Event]
    ) -> Group | None:
        """Take the group of the clock if it moved on within its minute, and is right."""
        heard, stamp = self._heard, characters[_STAMP]
        if not segment.startswith(clock.minute) or segment[_END] != clock.end:
            return None
        if not heard or heard[0] is not self._own:
            return None
        second = _SECONDS.get(stamp[-2:], clock.second)
        last, step = clock.reading, second - clock.second
        label, _, _, time, degraded, _, at = last
        if not step or time is None or self.is_time_in_doubt:
            return None
        tolerance = DRIFT if self.line.parity else STRICT_DRIFT
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
_STAMP: Final = slice(len("\nDATE\t"), len("\nDATE\t") + HORODATE_SIZE)
"""Where in its group the clock says the time."""
_SECONDS: Final = MappingProxyType({b"%02d" % second: second for second in range(60)})
_STEPS: Final = MappingProxyType({step: timedelta(seconds=step) for step in range(-59, 60)})
_END: Final = slice(_STAMP.stop, -1)
_new: Final = tuple.__new__  # without a call of Python's own
