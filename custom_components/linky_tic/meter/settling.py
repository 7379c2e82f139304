"""When it means something that a meter does not send a label."""

from typing import Final

from ..tic import Frame, Receiver

_FRAMES: Final = 3
"""Whole frames after which what every frame contains has been believed; one is enough on a line
with parity, two in three-phase Historique."""


class Settling:
    """The frames that one meter has sent since it was last lost."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._frames = 0
        self._has_parity = False

    @property
    def is_settled(self) -> bool:
        """Whether a label without a reading is one that the meter does not send now."""
        return self._frames >= _FRAMES

    def restart(self) -> None:
        """Take no absence for meant: the meter was lost, or speaks the other mode."""
        self._frames = 0

    def end_frame(self, frame: Frame) -> None:
        """Take the end of a frame of this meter."""
        if frame.is_short and not self.is_settled:
            self._frames = 0
        elif frame.complete and not frame.is_short:
            self._frames += self._weight(frame)
        self._has_parity = self._receiver.wire.carries_parity

    def _weight(self, frame: Frame) -> int:
        """Return how many frames a whole frame counts for.

        During an overrun on three phases, the long frames lack the warning that the short ones
        around them have (54E 6.1.2): one alone does not show that there is none.
        """
        if not self._has_parity:
            return 1
        return _FRAMES - 1 if "IINST1" in frame.names else _FRAMES
