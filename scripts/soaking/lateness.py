"""Knows how long a state said something else than the line did. Refuses to know if it was true.

A delay runs from the first good group that contradicts the state to the event that mends it.
"""

from collections import Counter, defaultdict
from typing import Final, NamedTuple

from .traffic import Key

FIRST: Final = "first value"
_MOST: Final = 256
"""Groups remembered of a label that waits; a day of them would be too many."""
_TENTHS: Final = 10
_GAP: Final = 60.0
"""Seconds without a label after which nobody is late; an overload leaves most out for 20."""


class Delay(NamedTuple):
    """What a change took, in seconds and in good groups that came in vain."""

    seconds: float
    groups: int
    label: str
    at: float


class Delays:
    """Many of them, as so many of each tenth of a second and of each number of groups."""

    def __init__(self) -> None:
        self.seconds: Counter[float] = Counter()
        self.groups: Counter[float] = Counter()
        self.worst = Delay(0.0, 0, "", 0.0)

    def add(self, delay: Delay) -> None:
        """Count one."""
        self.seconds[round(delay.seconds * _TENTHS) / _TENTHS] += 1
        self.groups[delay.groups] += 1
        self.worst = max(self.worst, delay)


class Lateness:
    """The delays of one listener, by class of label."""

    def __init__(self) -> None:
        self.delays: defaultdict[str, Delays] = defaultdict(Delays)
        self._waiting: dict[str, tuple[str, list[tuple[float, Key | None]]]] = {}

    def arrived(
        self, kind: str, label: str, key: Key | None, now: float, state: Key | None
    ) -> None:
        """A good group came (None: a frame without the label) while the state was this."""
        if label not in self._waiting:
            if key != state:
                self._waiting[label] = kind, [(now, key)]
            return
        _, groups = self._waiting[label]
        if now - groups[-1][0] > _GAP:  # it was not sent: nobody could know
            groups.clear()
        groups.append((now, key))
        if key == state:  # what was between was never shown
            self._record(label, now, len(groups) - 1)
            del self._waiting[label]
        elif len(groups) > _MOST:
            del groups[1]

    def told(self, kind: str, label: str, key: Key | None, now: float) -> None:
        """The state became this (None: unknown)."""
        _, groups = self._waiting.get(label, ("", []))
        keys = [one for _, one in groups]
        if key not in keys:
            return
        last = len(keys) - 1 - keys[::-1].index(key)
        self._record(label, now, last)
        if last + 1 < len(keys):
            self._waiting[label] = kind, groups[last + 1 :]
        else:
            del self._waiting[label]

    def _record(self, label: str, now: float, groups: int) -> None:
        kind, waiting = self._waiting[label]
        self.delays[kind].add(Delay(now - waiting[0][0], groups, label, now))

    def forget(self, label: str | None = None) -> None:
        """Wait no longer for a label, or for all: what comes next is the first to be late."""
        if label is None:
            self._waiting.clear()
        else:
            self._waiting.pop(label, None)


def percentile(counts: Counter[float], share: float) -> float:
    """What so large a share does not exceed."""
    left = share * counts.total()
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return value
    return 0.0
