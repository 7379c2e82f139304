"""The meter as heard so far: its readings, what is new in them, what has vanished.

It knows groups, frames and time as a number of seconds; it knows neither bytes nor who listens.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from .catalogue import (
    ADDRESS_LABELS,
    CLOCKS,
    FLEETING,
    LIMITS,
    Absence,
    Kind,
    Label,
    Mode,
)
from .events import Appeared, Event, ModeChanged, OtherMeter, Reading, Vanished
from .frames import Frame, Rejected
from .groups import Group, Reason
from .plausible import BOUNDED, Gate, is_likely
from .presence import Presence
from .routine import Routine
from .rules import FIRST, Last, Line, Sighting
from .setting import Setting
from .values import read_horodate, read_value

_AGREEMENT: Final = 3
"""Frames in a row that make another meter, or another mode."""
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
        rejected: Counter[Reason],
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
        self._setting = Setting(self.routine, self.presence.established)
        self._rejected = rejected
        self._gate = Gate()
        self._early: dict[str, Reading] = {}
        self._identified = address is None
        self._is_own_frame = False
        self._stranger: tuple[str, int] = ("", 0)
        self._foreign_frames = 0
        self._unheard = FIRST.copy()  # labels that were never heard, and how they are judged then

    @property
    def overseas(self) -> timedelta:
        """What the meter's legal time adds to that of the mainland."""
        return self.routine.overseas

    @property
    def phases(self) -> int | None:
        """Three when a label of another phase than the first is sent; None before anything is."""
        return self._setting.phases

    @property
    def is_identified(self) -> bool:
        """Whether the line is known to be this meter's: its address came since the last gap."""
        return self._identified

    @property
    def is_producer(self) -> bool:
        """Whether the meter tells what is exported."""
        return "EAIT" in self.presence.established

    def hear(self, group: Group, now: float, out: list[Event]) -> None:
        """Take a verified group that is not the one its label had before."""
        name, data, horodate, mode, label, _ = group
        rule = self._unheard.pop(name, None)
        if rule is None or label is None or mode is not self.mode or not self._is_own_frame:
            self._compare(group, now, out)
            return
        # The first group of a label: nothing speaks for or against it but its rule.
        self.presence.met(name)
        if horodate is None:
            value = int(data) if label.kind is _NUMBER else data.strip()
            sighting = _new(Sighting, (group, label, value, None, False, now))
        else:
            sighting = self._sight(group, label, now)
        line, first = self.routine.line, rule.first
        if first is None:
            is_sure = rule.choose([sighting], None, line) is not None
        else:
            is_sure = first[line.parity]
        if is_sure and (name not in BOUNDED or is_likely(sighting)):
            self._accept(sighting, out)
        else:
            self._gate.suspect(name, sighting)
            self._rejected[Reason.HELD] += 1
            out.append(_HELD[name])

    def _compare(self, group: Group, now: float, out: list[Event]) -> None:
        """Take a group that is to be seen beside what came before."""
        name, _, _, mode, label, _ = group
        if mode is not self.mode or label is None or name in ADDRESS_LABELS:
            label = self._admit(group, out)
        if label is None:
            return
        # Another meter's address may have been damaged: what is new in a frame without one waits
        # for the next. Not so what is measured every second, nor warnings, which come before it.
        is_ours = self._identified and (
            self._is_own_frame
            or name in FLEETING
            or self.address is None
            or self.routine.is_own_frame()
        )
        is_believed = self._weigh(group, label, now, out, is_ours=is_ours)
        if is_ours and self.presence.sighted(label, believed=is_believed):
            self._introduce(label, out)

    def rely(self, *, parity: bool) -> None:
        """Note whether every character comes with a parity bit from now on, and is checked."""
        _, power, phases = self.routine.line
        self.routine.judge_by(Line(parity, power, phases))

    def _admit(self, group: Group, out: list[Event]) -> Label | None:
        """Give the label of a group that may be this meter's, in the mode that it speaks."""
        name, label = group.name, group.label
        if self.mode is None and label is not None:
            self.mode = group.mode
        if name in ADDRESS_LABELS and not self._recognise(group.data, out):
            self._reject(Reason.OTHER_METER, name, out)
        elif self.mode is not group.mode and self.mode is not None:
            self._reject(Reason.OTHER_MODE, name, out)
        elif label is not None:
            return label
        elif len(self.unknown) < _MOST_UNKNOWN:
            self.unknown[name] = group.data
        return None

    def doubt(self) -> None:
        """Believe nothing before the meter has said who it is: another may be on the line."""
        if self.address is not None:
            self._identified = self._is_own_frame = False
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

    def _reject(self, reason: Reason, name: str, out: list[Event]) -> None:
        self._rejected[reason] += 1
        out.append(_new(Rejected, (reason, name)))

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
            self._identified = self._is_own_frame = False
            self.routine.clear()
        self._gate = Gate()
        who, times = self._stranger
        times = times + 1 if who == address else 1
        self._stranger = (address, times)
        if times == _AGREEMENT:
            out.append(OtherMeter(address))
        return False

    def _weigh(
        self, group: Group, label: Label, now: float, out: list[Event], *, is_ours: bool
    ) -> bool:
        """Put a group before the gate, unless it is in force already; whether one is believed."""
        name, routine = group.name, self.routine
        last = routine.accepted.get(name)
        if last is not None and last.key == group.key and self._identified:
            self._gate.forget(name)
            self._remember(group)
            return False
        sighting = self._sight(group, label, now)
        chosen = self._gate.judge(sighting, self._last(name), routine.line)
        if last is not None:
            routine.drop(name)
        if chosen is None or not is_ours:
            self._reject(Reason.HELD if self._identified else Reason.OTHER_METER, name, out)
            return False
        self._accept(chosen, out)
        return True

    def _sight(self, group: Group, label: Label, now: float) -> Sighting:
        if (horodate := group.horodate) is None:
            value = int(group.data) if label.kind is Kind.NUMBER else group.data.strip()
            return _new(Sighting, (group, label, value, None, False, now))
        stamp = read_horodate(horodate, self.routine.overseas)
        time, degraded = stamp or _NO_TIME
        return _new(
            Sighting, (group, label, read_value(label, group.data, stamp), time, degraded, now)
        )

    def _last(self, name: str) -> Last | None:
        reading = self.readings.get(name) or self._early.get(name)
        if reading is None:
            return None
        heard = self.presence.last_heard(name, reading.at)
        return _new(Last, (reading.value, reading.at, heard))

    def _accept(self, chosen: Sighting, out: list[Event]) -> None:
        group, label, value, time, degraded, at = chosen
        confirmed = label.absence is not Absence.LATCH or self.routine.line.parity
        reading = _new(Reading, (label, value, group.data, time, degraded, confirmed, at))
        name, routine = label.name, self.routine
        routine.accepted[name] = group
        if name not in self.presence.established:
            self._early[name] = reading
        else:
            if name in self.readings:
                self.readings[name] = reading
                out.append(reading)
            else:
                self._begin(reading, out)
            if not self._gate.holds(name):
                routine.keep(group)
        if name in ADDRESS_LABELS:
            self.address = reading.raw
        elif name in _TELLING:
            self._setting.learn(reading)

    def _remember(self, group: Group) -> None:
        """Let a group pass without a second look, once nothing about its label is in doubt."""
        if group.name in self.presence.established and not self._gate.holds(group.name):
            self.routine.keep(group)

    def _introduce(self, label: Label, out: list[Event]) -> None:
        out.append(Appeared(label))
        self._setting.reckon()
        if (reading := self._early.pop(label.name, None)) is not None:
            self._begin(reading, out)

    def _begin(self, reading: Reading, out: list[Event]) -> None:
        """Give a label its first reading."""
        self.presence.changed(self.readings)
        self.readings[reading.label.name] = reading
        out.append(reading)

    def _forget(self, label: Label, out: list[Event]) -> None:
        """Take a reading back: its label is no longer sent."""
        self.presence.changed(self.readings)
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
        self._setting.forget()
        self._foreign_frames = 0
        self.mode = mode
        self.doubt()
        out.append(ModeChanged(mode))


_NUMBER: Final = Kind.NUMBER
_new: Final = tuple.__new__  # without a call of Python's own
_NO_TIME: Final = (None, False)
_TELLING: Final = LIMITS | CLOCKS
"""Labels whose readings tell how the meter is set."""
_HELD: Final = MappingProxyType({name: Rejected(Reason.HELD, name) for name in FIRST})
