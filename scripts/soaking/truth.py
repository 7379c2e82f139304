"""Knows what the meter said, and when. Refuses to know what anybody heard of it.

Times are true seconds since 1970.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Final

from .traffic import Key, Passage

WITHIN: Final = 300.0
"""Seconds for which what the meter said is true."""
REMEMBERED: Final = 1800.0
_LOOKS: Final = 2
"""Frames of a kind without a label after which the meter no longer says it."""
_NO_BURST: Final = 3
"""Long frames in a row that no burst of short ones has."""
SILENCE: Final = 60.0
"""Seconds without a frame after which nothing is shown, and the meter has to be heard anew."""


class Truth:
    """What one meter put on the line."""

    def __init__(self) -> None:
        self.started = 0.0
        self.since = 0.0
        self.last = 0.0
        self.labels: set[str] = set()
        self.kinds: set[str] = set()
        self._said: defaultdict[str, dict[Key, float]] = defaultdict(dict)
        self._frames: defaultdict[str, deque[frozenset[str]]] = defaultdict(
            lambda: deque(maxlen=_LOOKS)
        )
        self._last_kinds: deque[str] = deque(maxlen=_NO_BURST)
        self._kinds_of: defaultdict[str, set[str]] = defaultdict(set)

    def hear(self, passage: Passage) -> None:
        """Note what a frame of the meter says."""
        at = passage.ended
        if at - self.last > SILENCE:
            self.since = at
            self.started = self.started or passage.at
        self.last = at
        names = []
        for group in passage.groups:
            said = self._said[group.label]
            said.pop(group.key, None)
            said[group.key] = at
            names.append(group.label)
        self._note(passage, frozenset(names))

    def _note(self, passage: Passage, names: frozenset[str]) -> None:
        for name in names - self.labels:
            self.labels.add(name)
        for name in names:
            self._kinds_of[name].add(passage.kind)
        self.kinds = {"long", "short"} if passage.kind in {"long", "short"} else {passage.kind}
        if passage.is_whole:
            self._frames[passage.kind].append(names)
            self._last_kinds.append(passage.kind)

    def said(self, label: str, key: Key) -> float | None:
        """When the meter last said this of a label."""
        return self._said[label].get(key)

    def said_at_all(self, label: str) -> float:
        """When the meter last sent a label, whatever it said of it; 0 when it never has."""
        said = self._said.get(label)
        return next(reversed(said.values())) if said else 0.0

    def lacks(self, label: str) -> bool:
        """Whether the meter's last frames of each kind that has held a label are without it.

        What stands in short frames alone is over with them.
        """
        kinds = self._kinds_of[label] & self.kinds
        if kinds == {"short"} and self._last_kinds.count("long") == _NO_BURST:
            return True
        return not any(label in names for kind in kinds for names in self._frames[kind])

    def missing(self, passage: Passage, labels: Iterable[str]) -> list[str]:
        """Of these labels, the ones that a frame of this kind has held and this one is without."""
        kind, names = passage.kind, self._frames[passage.kind][-1]
        return [one for one in labels if one not in names and kind in self._kinds_of[one]]

    def forget(self, now: float) -> None:
        """Drop what was said too long ago to matter, but the last word on each label."""
        for said in self._said.values():
            while len(said) > 1 and said[first := next(iter(said))] < now - REMEMBERED:
                del said[first]
