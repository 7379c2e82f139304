"""Knows whether every good group on the line was used. Refuses to know what it said."""

from collections import defaultdict, deque
from typing import Final, NamedTuple

from custom_components.linky_tic.tic import Frame

from .traffic import Passage

_PATIENCE: Final = 5
"""Passages that a frame may take to be told: its end may be damaged."""


class Unused(NamedTuple):
    """A good group that was not used, and when it was sent."""

    label: str
    at: float


class Usage:
    """What came of the groups that were sent."""

    def __init__(self) -> None:
        self.sent = 0
        self.good = 0  # from LF to CR
        self.bare = 0  # good between separators that were not, or while the parity changes
        self.mended = 0  # of these, used all the same
        self.unsent = 0  # verified, but as such not sent
        self.unused: list[Unused] = []
        self._waiting: defaultdict[bytes, list[float]] = defaultdict(list)
        self._bare: defaultdict[bytes, list[float]] = defaultdict(list)
        self._passages: deque[Passage] = deque()

    def expect(self, passage: Passage, heard_from: int = 0) -> None:
        """Note what of a frame must be used; its first bytes may have come before the listener."""
        at = passage.at
        for group in passage.groups:
            self.sent += 1
            good = group.is_good(heard_from)
            if good and passage.is_settled:
                self.good += 1
                self._waiting[group.line].append(at)
            elif good or group.bare:
                self.bare += 1
                self._bare[group.line].append(at)
        if passage.groups and not passage.is_garbled:
            self._passages.append(passage)
        if len(self._passages) > _PATIENCE:
            self._give_up(self._passages.popleft())

    def hear(self, frame: Frame) -> None:
        """Note what the groups of a frame were taken for."""
        for group in frame.groups:
            if waiting := self._waiting.get(group.key):
                waiting.pop()
            elif bare := self._bare.get(group.key):
                bare.pop()
                self.mended += 1
            else:
                self.unsent += 1

    def _give_up(self, passage: Passage) -> None:
        for group in passage.groups:
            waiting = self._waiting.get(group.line)
            if waiting and waiting[0] == passage.at:
                del waiting[0]
                self.unused.append(Unused(group.label, passage.at))
            if not waiting:
                self._waiting.pop(group.line, None)
            bare = self._bare.get(group.line)
            if bare and bare[0] == passage.at:
                del bare[0]
            if bare == []:
                del self._bare[group.line]

    def restart(self) -> None:
        """A listener that is gone tells no frame any more."""
        self._waiting.clear()
        self._bare.clear()
        self._passages.clear()
