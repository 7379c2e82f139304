"""The gate in front of every reading: what cannot be true waits until other frames say the same.

It knows what is suspected and nothing of why: `rules.py` tells which are believed.
A hold is better than a lie: a value is accepted, or stays with the gate as a suspect.
"""

from math import inf
from typing import Final

from .catalogue import LABELS
from .events import Reading
from .frames import Frame
from .rules import AGREEMENT, RULES, UNLIKELY, Row
from .supply import Conditions


class Gate:
    """The suspects of one meter: the row of each label that has one."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: its groups must then all pass here."""
        return name in self._rows

    def forget(self, name: str) -> None:
        """Drop what is suspected of a label: its value in force was heard again, or it is gone."""
        self._rows.pop(name, None)

    def end(self, frame: Frame) -> None:
        """Drop what is suspected of labels that a whole frame does not have."""
        if self._rows and frame.complete:
            gone = self._rows.keys() - set(frame.names)
            if gone and not frame.is_short:
                for name in gone:
                    del self._rows[name]

    def judge(
        self, now: Reading, last: Reading | None, heard: float, conditions: Conditions
    ) -> Reading | None:
        """Give what becomes the reading, this one or one that it bears out; None: held.

        `last` is the reading in force, `heard` when its label was last good (seconds).
        """
        name = now.label.name
        rule = UNLIKELY if name in _BOUNDED and not _is_likely(now) else RULES[name]
        if rule.at_once and conditions.parity:
            if name in self._rows:
                del self._rows[name]
            return now
        row, suspects = Row(now, last, heard, conditions), self._rows.get(name)
        if suspects is not None:
            if rule.goes_on(suspects, now):
                row.before = *suspects.before, suspects.now
            if suspects.heard != -inf:
                row.heard = suspects.heard
        chosen = rule.choose(row)
        if chosen is None or (rule.is_timed and row.before):
            row.before = (
                *row.before[:1],
                *row.before[1:][2 - AGREEMENT :],
            )  # the first tells since when
        elif chosen is not now:
            row.before = row.before[-1:]
        else:
            self._rows.pop(name, None)
            return chosen
        self._rows[name] = row
        return chosen


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
