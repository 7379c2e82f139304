"""The readings of one meter, from its groups and frames.

A label goes through these states:

sighted       received in one or two frames; its believed reading is not in force yet
established   received in three frames: this meter sends it, for ever (`_establish`)
in force      established, with a reading that is believed (`_put_in_force`); after a loss of the
              line (`lose`) only once its group is repeated, or another is believed
vanished      its place in the frame stays empty, and it has no reading any more (`_forget`)

A label in any state may be held too: the gate has a suspect, and the reading in force stays as it
was. A new group is read (`_read`), judged by the gate and, if it passes, believed (`_believe`).
Then it is accepted (`_accept`): repeated, it changes nothing and is not read again.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from .catalogue import ADDRESS_LABELS, CLOCKS, COUNTERS, LIMITS, Absence, Label, Mode
from .events import Appeared, Event, ModeChanged, OtherMeter, Reading, Vanished
from .frames import Frame, Rejected
from .gate import Gate
from .groups import Group, Reason
from .meter_clock import Overseas
from .ownership import Ownership
from .presence import Presence
from .rules import AGREEMENT, says_the_same
from .supply import Conditions
from .values import read_horodate, read_value

_MOST_UNKNOWN: Final = 32
"""Unknown labels kept for a bug report; noise would add new ones for ever."""


class Meter:
    """One meter; if `address` is given, groups of another meter are not used.

    `labels` are those that it is known to send; `overseas` is what its legal time adds to that of
    mainland France. `accepted` are the groups of the readings in force, by their characters, unless
    their label is held.
    """

    def __init__(self, address: str | None, labels: Iterable[str], overseas: timedelta) -> None:
        self.mode: Mode | None = None
        self.readings: dict[str, Reading] = {}
        self.accepted: dict[bytes, Group] = {}
        self.unknown: dict[str, str] = {}
        self.presence = Presence(labels)
        self._believed: dict[str, Reading] = {}  # of each label, in force or not yet
        self.conditions = Conditions(self._believed, self.presence)
        self._owner = Ownership(address)
        self._overseas = Overseas(overseas)
        self._gate = Gate(self.conditions, self.presence)
        self._keys: dict[str, bytes] = {}  # of what is accepted, by label
        self._indexes: list[tuple[Reading, Group]] = []  # of the frame in progress
        self._left_out = set[str]()  # what is new in it and not used, though it may be true
        self._other_mode_frames = 0

    @property
    def address(self) -> str | None:
        """The address that is expected, or was received."""
        return self._owner.address

    @property
    def is_identified(self) -> bool:
        """Whether the line is known to be this meter's: its address came since the last gap."""
        return self._owner.is_identified

    @property
    def overseas(self) -> timedelta:
        """What the meter's legal time adds to that of the mainland."""
        return self._overseas.offset

    @property
    def phases(self) -> int | None:
        """Three if the meter sends labels of several phases, else one; None before any label."""
        return self.conditions.phases

    @property
    def is_producer(self) -> bool:
        """Whether the meter sends EAIT, or did so before the start."""
        return "EAIT" in self.presence.current

    def hear(
        self, group: Group, before: Sequence[Group | None], now: float, out: list[Event]
    ) -> None:
        """Take a verified group that is not accepted; `before` are those before it in its frame."""
        label = group.label
        if label is None or group.mode is not self.mode or group.name in ADDRESS_LABELS:
            label = self._admit(group, out)
            if label is None:
                return
        name, owner, presence = label.name, self._owner, self.presence
        reading, last = self._read(group, label, now), self._believed.get(name)
        is_ours, is_established = owner.is_own(name, before), name in presence.established
        self.accepted.pop(self._keys.pop(name, _NO_KEY), None)
        if last is not None and owner.is_identified and says_the_same(last, reading):
            believed = None  # nothing new, and nothing is suspected any more
            self._gate.forget(name)
            if name in self.readings:
                self._accept(group)
            elif is_established:  # it was lost
                self._believe(reading, group, out)
        else:  # what is not ours is judged, too: it may turn out to be
            believed = self._gate.judge(reading, last)
            if believed is None or not is_ours:
                believed = None
                reason = Reason.HELD if owner.is_identified else Reason.OTHER_METER
                out.append(Rejected(reason, name))
                if not is_ours:
                    self._left_out.add(name)
            elif believed is reading and last is not None and name in COUNTERS:
                self._indexes.append((reading, group))  # the end of its frame tells: see `end`
            else:
                self._believe(believed, group if believed is reading else None, out)
        if is_ours and not is_established and presence.sighted(name, believed=believed is not None):
            self._establish(label, out)

    def lose(self) -> None:
        """Put no reading in force until its group is repeated; what is believed judges the next."""
        self.readings.clear()
        self.accepted.clear()
        self.presence.unsettle()

    def await_address(self) -> None:
        self._owner.await_address()
        if not self.is_identified:
            self.accepted.clear()

    def end(self, frame: Frame, now: float, out: list[Event]) -> None:
        """Take the end of a frame: labels vanish, the mode changes; the frame is the last event.

        An index is believed only if no group is missing after it: where bytes were lost, the
        beginning of one group and the end of another may form a valid one, whose value may even be
        within the growth that is allowed. Such an index is dropped, as the next frame repeats it.
        """
        indexes, self._indexes = self._indexes, []
        left_out, self._left_out = self._left_out, set()
        if frame.mode is self.mode:
            self._other_mode_frames = 0
            warnings = self._gate.end(frame)
            if self._owner.is_identified:
                self.presence.settle(frame, parity=self.conditions.parity)
                for reading, group in indexes:
                    if self.presence.is_followed(frame, group, reading.label):
                        self._believe(reading, group, out)
                    else:
                        left_out.add(group.name)
                for label in self.presence.end(frame, now, left_out):
                    self._forget(label, out)
                    self.conditions.reckon()
                for reading in warnings:
                    self._believe(reading, None, out)
                    if reading.label.name not in self.presence.established:
                        self._establish(reading.label, out)
        elif frame.mode is not None and self._owner.is_identified:
            self._other_mode_frames += 1
            if self._other_mode_frames >= AGREEMENT:
                self._change_mode(frame.mode, out)
        out.append(frame)

    def _admit(self, group: Group, out: list[Event]) -> Label | None:
        """Return the label of a group that may be this meter's and is of its mode; else None."""
        name, label = group.name, group.label
        if self.mode is None and label is not None:
            self._speak(group.mode)
        if name in ADDRESS_LABELS and not self._recognise(group, out):
            out.append(Rejected(Reason.OTHER_METER, name))
        elif self.mode is not group.mode and self.mode is not None:
            out.append(Rejected(Reason.OTHER_MODE, name))
        elif label is not None:
            return label
        elif len(self.unknown) < _MOST_UNKNOWN:
            self.unknown[name] = group.data
        return None

    def _recognise(self, group: Group, out: list[Event]) -> bool:
        """Compare an address with the one expected; after three frames report another meter."""
        owner = self._owner
        was_strange = owner.other_meter_frames
        is_own = owner.recognise(group.data)
        if was_strange or not is_own:  # what is suspected may be what the stranger said
            self._gate.clear()
        if not is_own:
            self.accepted.clear()
            if owner.other_meter_frames == AGREEMENT:
                out.append(OtherMeter(group.data))
        return is_own

    def _read(self, group: Group, label: Label, now: float) -> Reading:
        stamp = None
        if group.horodate is not None:
            stamp = read_horodate(group.horodate, self._overseas.offset)
        time, degraded = stamp or (None, False)
        value = read_value(label, group.data, stamp)
        confirmed = label.absence is not Absence.LATCH or self.conditions.parity
        return Reading(label, value, group.data, time, degraded, confirmed, now)

    def _believe(self, reading: Reading, group: Group | None, out: list[Event]) -> None:
        """Take a reading that passed the gate; `group` is its group, None if it was a suspect."""
        name = reading.label.name
        self._believed[name] = reading
        if name in _TELLING:
            self._learn(reading, group)
        if name in self.presence.established:
            self._put_in_force(reading, out)
            if group is not None and not self._gate.holds(name):
                self._accept(group)

    def _learn(self, reading: Reading, group: Group | None) -> None:
        """Take from a reading the address, the limit of the supply or the legal time."""
        name = reading.label.name
        if name in ADDRESS_LABELS:
            self._owner.address = reading.raw
            self.conditions.identify(reading.raw)
        elif name in LIMITS:
            self.conditions.reckon()
        elif group and group.horodate and self._overseas.learn(group.horodate, reading.at):
            self.accepted.clear()  # what is stamped is read anew, and follows nothing
            for stamped in [one for one, said in self._believed.items() if said.time]:
                del self._believed[stamped]

    def _accept(self, group: Group) -> None:
        """Accept a group of an established label, of which nothing is held, when it is repeated."""
        self._keys[group.name] = group.key
        self.accepted[group.key] = group

    def _establish(self, label: Label, out: list[Event]) -> None:
        self.presence.established.add(label.name)
        out.append(Appeared(label))
        if (reading := self._believed.get(label.name)) is not None:
            self._put_in_force(reading, out)

    def _put_in_force(self, reading: Reading, out: list[Event]) -> None:
        name = reading.label.name
        is_first = name not in self.readings
        self.readings[name] = reading
        out.append(reading)
        if is_first:
            self.presence.current[name] = reading.label
            self.conditions.reckon()

    def _forget(self, label: Label, out: list[Event]) -> None:
        name = label.name
        self.readings.pop(name, None)
        self._believed.pop(name, None)
        self.accepted.pop(self._keys.pop(name, _NO_KEY), None)
        self._gate.forget(name)
        out.append(Vanished(label))

    def _change_mode(self, mode: Mode, out: list[Event]) -> None:
        for reading in list(self.readings.values()):
            self._forget(reading.label, out)
        self._believed.clear()
        self._gate.clear()
        self._other_mode_frames = 0
        self._speak(mode)
        self.await_address()
        out.append(ModeChanged(mode))

    def _speak(self, mode: Mode) -> None:
        """Expect the labels of a mode, and none of the other."""
        self.mode = mode
        self.presence.expect(mode)
        self.conditions.reckon()


_TELLING: Final = ADDRESS_LABELS | CLOCKS | LIMITS
"""Labels whose readings `_learn` uses."""
_NO_KEY: Final = b""
