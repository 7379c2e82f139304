"""The meter as heard so far: its readings, what is new in them, what has vanished.

It knows groups, frames and time as a number of seconds; it knows neither bytes nor who listens.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from .catalogue import (
    ADDRESS_LABELS,
    CATALOGUE,
    CLOCKS,
    FLEETING,
    LIMITS,
    Absence,
    Label,
    Mode,
    Quantity,
)
from .events import Appeared, Event, ModeChanged, OtherMeter, Reading, Vanished
from .frames import Frame, Rejected
from .groups import Group, Reason
from .plausible import Gate
from .presence import Presence
from .routine import Routine
from .rules import DEFAULT_SUPPLY, Last, Line, Sighting
from .values import is_right, overseas_offset, read_horodate, read_value

_AGREEMENT: Final = 3
"""Frames in a row that make another meter, or another mode."""
_OFFSET_FRAMES: Final = 10
"""Frames whose DATE must show the same offset before it is that of the meter's island."""
_MOST_UNKNOWN: Final = 32
"""Unknown labels kept for a bug report; noise makes new ones for ever."""


class Meter:
    """One meter. With an `address`, nothing that another one says is taken for its own.

    `labels` are those that it is known to send; `overseas` is what its legal time adds to that of
    mainland France. `heard` is the frame in progress.
    """

    def __init__(
        self,
        heard: Sequence[Group | None],
        *,
        address: str | None = None,
        labels: Iterable[str] = (),
        overseas: timedelta = timedelta(0),
    ) -> None:
        self.address = address
        self.mode: Mode | None = None
        self.readings: dict[str, Reading] = {}
        self.unknown: dict[str, str] = {}
        self.presence = Presence(labels)
        self.routine = Routine(self.readings, heard, overseas)
        self._gate = Gate()
        self._early: dict[str, Reading] = {}
        self._identified = address is None
        self._is_own_frame = False
        self._stranger: tuple[str, int] = ("", 0)
        self._foreign_frames = 0
        self._offsets: tuple[timedelta, int] = (overseas, 0)
        self._supply: dict[Quantity, int] = {}

    @property
    def overseas(self) -> timedelta:
        """What the meter's legal time adds to that of the mainland."""
        return self.routine.overseas

    @property
    def phases(self) -> int | None:
        """Three when a label of another phase than the first is sent; None before anything is."""
        if not self.presence.established:
            return None
        return 3 if self.presence.established & _OTHER_PHASES else 1

    @property
    def is_identified(self) -> bool:
        """Whether the line is known to be this meter's: its address came since the last gap."""
        return self._identified

    @property
    def is_producer(self) -> bool:
        """Whether the meter tells what is exported."""
        return "EAIT" in self.presence.established

    def hear(self, group: Group, now: float, out: list[Event], *, parity: bool) -> None:
        """Take a verified group that is not the one its label had before."""
        name, label = group.name, group.label
        if self.mode is None and label is not None:
            self.mode = group.mode
        if name in ADDRESS_LABELS and not self._recognise(group.data, out):
            out.append(Rejected(Reason.OTHER_METER, name))
        elif self.mode is not group.mode and self.mode is not None:
            out.append(Rejected(Reason.OTHER_MODE, name))
        elif label is None:
            if len(self.unknown) < _MOST_UNKNOWN:
                self.unknown[name] = group.data
        else:
            self._hear_label(group, label, now, out, self._line_with(parity=parity))

    def doubt(self) -> None:
        """Believe nothing before the meter has said who it is: another may be on the line."""
        if self.address is not None:
            self._identified = False
            self.routine.clear()

    def end(self, frame: Frame, now: float, out: list[Event]) -> None:
        """Close a frame: labels vanish, a mode changes; the frame itself is told last."""
        self._is_own_frame = False
        if frame.mode is self.mode:
            self._foreign_frames = 0
            if self._identified and not self.presence.end_usual(frame, now):
                live = [reading.label for reading in self.readings.values()]
                for label in self.presence.end(frame, live, now):
                    self._forget(label, out)
        elif frame.mode is not None and self._identified:
            self._foreign_frames += 1
            if self._foreign_frames >= _AGREEMENT:
                self._change_mode(frame.mode, out)
        out.append(frame)

    def _recognise(self, address: str, out: list[Event]) -> bool:
        """Compare an address with the one expected; three frames in a row make another meter."""
        if self.address is None or address == self.address:
            self._is_own_frame = True
            if self._stranger[1]:  # what is suspected may be what the stranger said
                self._gate = Gate()
                self._stranger = ("", 0)
            self._identified = True
            return True
        if self._identified:
            self._identified = False
            self.routine.clear()
        self._gate = Gate()
        who, times = self._stranger
        times = times + 1 if who == address else 1
        self._stranger = (address, times)
        if times == _AGREEMENT:
            out.append(OtherMeter(address))
        return False

    def _hear_label(
        self, group: Group, label: Label, now: float, out: list[Event], line: Line
    ) -> None:
        name, chosen, routine = group.name, None, self.routine
        is_ours = self._is_ours(name)
        accepted = routine.accepted.get(name)
        if accepted is not None and accepted.key == group.key and self._identified:
            self._gate.forget(name)
            self._remember(group)
        else:
            chosen = self._gate.judge(self._sight(group, label, now), self._last(name), line)
            if chosen is None or not is_ours:
                chosen = None
                routine.drop(name)
                out.append(Rejected(Reason.HELD if self._identified else Reason.OTHER_METER, name))
            else:
                self._accept(chosen, out, parity=line.parity)
        if is_ours and self.presence.sighted(label, believed=chosen is not None):
            self._introduce(label, out)

    def _is_ours(self, name: str) -> bool:
        """Whether what a label says is this meter's: its frame began with the address.

        Another meter's may have been damaged: then a new value waits for the next frame. Not so
        what is measured every second, nor warnings, which come before the address.
        """
        if not self._identified:
            return False
        if self._is_own_frame or name in FLEETING or self.address is None:
            return True
        return self.routine.is_own_frame()

    def _sight(self, group: Group, label: Label, now: float) -> Sighting:
        stamp = read_horodate(group.horodate, self.overseas) if group.horodate else None
        value = read_value(label, group.data, stamp)
        return _new(Sighting, (group, label, value, *(stamp or (None, False)), now))

    def _last(self, name: str) -> Last | None:
        reading = self.readings.get(name) or self._early.get(name)
        if reading is None:
            return None
        heard = self.presence.last_heard(name, reading.at)
        return _new(Last, (reading.value, reading.at, heard))

    def _line_with(self, *, parity: bool) -> Line:
        line = self.routine.line
        if line.parity is not parity:
            line = self.routine.line = line._replace(parity=parity)
        return line

    def _accept(self, chosen: Sighting, out: list[Event], *, parity: bool) -> None:
        group, label, value, time, degraded, at = chosen
        name = label.name
        confirmed = parity or label.absence is not Absence.LATCH
        reading = _new(Reading, (label, value, group.data, time, degraded, confirmed, at))
        self.routine.drop(name)
        self.routine.accepted[name] = group
        if name in self.readings:
            self.readings[name] = reading
            out.append(reading)
        elif name in self.presence.established:
            self._begin(reading, out)
        else:
            self._early[name] = reading
        self._remember(group)
        self._learn(reading)

    def _remember(self, group: Group) -> None:
        """Let a group pass without a second look, once nothing about its label is in doubt."""
        if group.name in self.presence.established and not self._gate.holds(group.name):
            self.routine.keep(group)

    def _introduce(self, label: Label, out: list[Event]) -> None:
        out.append(Appeared(label))
        self._reckon_supply()
        if (reading := self._early.pop(label.name, None)) is not None:
            self._begin(reading, out)

    def _begin(self, reading: Reading, out: list[Event]) -> None:
        """Give a label its first reading."""
        self.presence.changed(one.label for one in self.readings.values())
        self.readings[reading.label.name] = reading
        out.append(reading)

    def _forget(self, label: Label, out: list[Event]) -> None:
        """Take a reading back: its label is no longer sent."""
        self.presence.changed(one.label for one in self.readings.values())
        self.readings.pop(label.name, None)
        self._early.pop(label.name, None)
        self.routine.drop(label.name)
        self.routine.accepted.pop(label.name, None)
        self._gate.forget(label.name)
        out.append(Vanished(label))

    def _change_mode(self, mode: Mode, out: list[Event]) -> None:
        for reading in list(self.readings.values()):
            self._forget(reading.label, out)
        self.routine.clear()
        self.routine.accepted.clear()
        self._early.clear()
        self._gate = Gate()
        self._supply.clear()
        self._reckon_supply()
        self._foreign_frames = 0
        self.mode = mode
        self.doubt()
        out.append(ModeChanged(mode))

    def _learn(self, reading: Reading) -> None:
        """Keep what other judgements need: who speaks, the supply's limit, the island's time."""
        name, value = reading.label.name, reading.value
        if name in ADDRESS_LABELS:
            self.address = reading.raw
        elif name in LIMITS:
            self._supply[reading.label.quantity] = int(reading.raw)
            self._reckon_supply()
        elif name in CLOCKS and isinstance(value, datetime) and not reading.degraded:
            self._learn_offset(value, reading.at)

    def _reckon_supply(self) -> None:
        """Take the cut-off power before the subscribed one; zero, as pilot meters say, is none.

        The current is that of a phase, and until a label tells how many there are, of the most.
        """
        said, phases = self._supply, self.phases
        power = (
            said.get(Quantity.CUT_OFF_POWER, 0) * 1000
            or said.get(Quantity.SUBSCRIBED_POWER, 0) * 1000
            or said.get(Quantity.SUBSCRIBED_CURRENT, 0) * 200 * (phases or 3)
        )
        line = self.routine.line
        self.routine.line = line._replace(power=power or DEFAULT_SUPPLY, phases=phases or 1)

    def _learn_offset(self, clock: datetime, now: float) -> None:
        """Learn that the meter keeps another legal time than the mainland's (overseas)."""
        offset = None
        if not is_right(clock, now):
            offset = overseas_offset(clock + self.overseas, now)
        if offset is None or offset == self.overseas:
            self._offsets = (self.overseas, 0)
            self.routine.is_time_in_doubt = False
            return
        times = self._offsets[1] + 1 if self._offsets[0] == offset else 1
        self._offsets = (offset, times)
        self.routine.is_time_in_doubt = True
        if times >= _OFFSET_FRAMES:
            self.routine.overseas = offset
            self.routine.clear()
            self.routine.accepted.clear()


_OTHER_PHASES: Final = frozenset(
    row.name for rows in CATALOGUE.values() for row in rows.values() if row.phase in {2, 3}
)
_new: Final = tuple.__new__  # without a call of Python's own
