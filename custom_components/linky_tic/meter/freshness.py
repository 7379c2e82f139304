"""Which readings are still valid after the line was lost, and when an absent one means something.

After a loss the receiver keeps its readings, to judge the next ones by them. They are hidden here
until the meter has repeated them.
"""

from typing import Final

from ..tic import Frame, Reading, Readings, Receiver

_FRAMES: Final = 3
"""Whole frames after which what every frame contains has been believed; one is enough on a line
with parity, two in three-phase Historique."""


class Freshness:
    """The readings that one meter has sent since it was last lost."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._stale: set[str] = set()
        self._frames = 0
        self._has_parity = False

    @property
    def is_settled(self) -> bool:
        """Whether a label without a reading is one that the meter does not send now."""
        return self._frames >= _FRAMES

    @property
    def readings(self) -> Readings:
        """The readings that are valid."""
        readings = self._receiver.meter.readings
        if not self._stale:
            return readings
        return {name: one for name, one in readings.items() if name not in self._stale}

    def reading(self, name: str) -> Reading | None:
        """The reading of a label, if it is valid."""
        return None if name in self._stale else self._receiver.meter.readings.get(name)

    def mark_stale(self) -> set[str]:
        """Hide all readings until the meter repeats them; return their labels."""
        self._stale = set(self._receiver.meter.readings)
        self._frames = 0
        return self._stale

    def confirm(self, name: str) -> None:
        """Stop hiding a label: it has a new reading, or none any more."""
        self._stale.discard(name)

    def _weight(self, frame: Frame) -> int:
        """Return how many frames a whole frame counts for.

        During an overrun on three phases, the long frames lack the warning that the short ones
        around them have (54E 6.1.2): one alone does not show that there is none.
        """
        if not self._has_parity:
            return 1
        return _FRAMES - 1 if "IINST1" in frame.names else _FRAMES

    def end_frame(self, frame: Frame) -> set[str]:
        """Take the end of a frame of this meter; return the hidden labels that it has repeated."""
        if frame.is_short and not self.is_settled:
            self._frames = 0
        elif frame.complete and not frame.is_short:
            self._frames += self._weight(frame)
        self._has_parity = self._receiver.wire.carries_parity
        if not self._stale:
            return set()
        # An accepted group is the reading in force, character by character, with its horodate.
        accepted = self._receiver.meter.accepted
        repeated = self._stale & {group.name for group in frame.groups if group.key in accepted}
        self._stale -= repeated
        return repeated
