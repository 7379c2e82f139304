"""Which readings still hold after the line was lost, and when the absence of one means something.

It knows readings and frames. The receiver keeps what it knew, to judge what comes next; until the
meter has said it again, nobody is to see it.
"""

from typing import Final

from ..tic import Frame, Reading, Readings, Receiver

_FRAMES: Final = 3
"""Whole frames in which what is sent in each has been believed; one is enough where all its
characters came with a parity bit."""


class Freshness:
    """What one meter has said since it was last lost."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._stale: set[str] = set()
        self._frames = 0
        self._is_checked = False

    @property
    def is_settled(self) -> bool:
        """Whether a label without a reading is one that is not being sent."""
        return self._frames >= _FRAMES

    @property
    def readings(self) -> Readings:
        """All that is known to hold."""
        readings = self._receiver.meter.readings
        if not self._stale:
            return readings
        return {name: one for name, one in readings.items() if name not in self._stale}

    def reading(self, name: str) -> Reading | None:
        """What a label says, if it is known to hold."""
        return None if name in self._stale else self._receiver.meter.readings.get(name)

    def mark_stale(self) -> set[str]:
        """Trust no reading before the meter repeats it; gives the labels that this is about."""
        self._stale = set(self._receiver.meter.readings)
        self._frames = 0
        return self._stale

    def confirm(self, name: str) -> None:
        """Trust what is known of a label: it has a new reading, or none any more."""
        self._stale.discard(name)

    def _weight(self, frame: Frame) -> int:
        """Give how many frames a whole one is worth.

        During an overrun, a long frame of three phases has no warning, those around it have
        (54E 6.1.2): it takes two in a row.
        """
        if not self._is_checked:
            return 1
        return _FRAMES - 1 if "IINST1" in frame.names else _FRAMES

    def end_frame(self, frame: Frame) -> set[str]:
        """Close a frame of this meter; gives the labels whose old readings it has repeated."""
        if frame.is_short and not self.is_settled:
            self._frames = 0
        elif frame.complete and not frame.is_short:
            self._frames += self._weight(frame)
        self._is_checked = self._receiver.wire.carries_parity
        if not self._stale:
            return set()
        # What the meter has accepted is in force, character by character, horodates too.
        accepted = self._receiver.meter.accepted
        repeated = self._stale & {group.name for group in frame.groups if group.key in accepted}
        self._stale -= repeated
        return repeated
