"""The gate in front of every reading: what cannot be true waits until other frames say the same.

It knows what is suspected and nothing of why: `rules.py` tells which are believed.
A hold is better than a lie: a value is accepted, or stays with the gate as a suspect.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from .catalogue import LABELS
from .events import Reading
from .frames import Frame
from .rules import AGREEMENT, RULES, UNLIKELY, Row, Rule
from .supply import Conditions


@dataclass(slots=True)
class _Suspects:
    """What is suspected of a label, and when its reading in force was heard before (seconds).

    -inf: it had none.
    """

    row: Row
    heard: float


class Gate:
    """The suspects of one meter, by label."""

    def __init__(self) -> None:
        self._suspects: dict[str, _Suspects] = {}

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: its groups must then all pass here."""
        return name in self._suspects

    def forget(self, name: str) -> None:
        """Drop what is suspected of a label: its value in force was heard again, or it is gone."""
        self._suspects.pop(name, None)

    def end(self, frame: Frame) -> None:
        """Drop what is suspected of labels that a whole frame does not have."""
        if self._suspects and frame.complete:
            gone = self._suspects.keys() - set(frame.names)
            if gone and not frame.is_short:
                for name in gone:
                    del self._suspects[name]

    def judge(
        self, now: Reading, last: Reading | None, heard: float, conditions: Conditions
    ) -> Reading | None:
        """Give what becomes the reading, this one or one that it bears out; None: held.

        `last` is the reading in force, `heard` when its label was last good (seconds).
        """
        name = now.label.name
        rule = RULES[name]
        if name in _BOUNDED and not _is_likely(now):
            rule = UNLIKELY
        row = [now]
        suspects = self._suspects.get(name)
        if suspects is None:
            chosen = rule.choose(row, last, heard, conditions)
            if chosen is None:
                self._suspects[name] = _Suspects(row, heard)
            return chosen
        if rule.goes_on(suspects.row[-1], now, conditions):
            row = [*suspects.row, now]
        if last is not None:  # how far it can have come is reckoned from before the suspects
            if suspects.heard == -inf:
                suspects.heard = heard
            heard = max(suspects.heard, last.at)
        chosen = rule.choose(row, last, heard, conditions)
        suspects.row = _left(row, chosen, rule)
        if not suspects.row:
            del self._suspects[name]
        return chosen


def _left(row: Row, chosen: Reading | None, rule: Rule) -> Row:
    """Give what stays suspected: of a row that goes on its first, which tells how long it lasts."""
    if chosen is None or (rule.is_timed and len(row) > 1):
        return [row[0], *row[1:][1 - AGREEMENT :]]
    return [] if chosen is row[-1] else row[-2:]


def _is_likely(now: Reading) -> bool:
    """Whether a number is within its label's range, and a horodate is a real date."""
    label, value = now.label, now.value
    if isinstance(value, int) and not label.least <= value <= label.most:
        return False
    return now.time is not None or not label.horodate


_BOUNDED: Final = frozenset(
    row.name for row in LABELS.values() if row.horodate or row.least > 0 or row.most < inf
)
"""Labels that can say what is not likely whatever came before."""
