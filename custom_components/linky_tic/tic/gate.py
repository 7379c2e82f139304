"""The gate in front of every reading: what cannot be true waits until other frames say the same.

It knows what is suspected and nothing of why: `rules.py` tells which are believed.
A hold is better than a lie: a value is accepted, or stays with the gate as a suspect. What has no
value that a working meter can mean is held however often it comes.
"""

from math import inf

from .catalogue import COUNTERS, OVERRUNS
from .corroboration import is_borne_out
from .events import Reading
from .frames import Frame
from .presence import Presence
from .rules import AGREEMENT, RULES, Row
from .supply import Conditions


class Gate:
    """The suspects of one meter: the row of each label that has one."""

    def __init__(self, conditions: Conditions, presence: Presence) -> None:
        self._conditions = conditions
        self._presence = presence
        self._rows: dict[str, Row] = {}

    def clear(self) -> None:
        """Drop all suspects."""
        self._rows.clear()

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: its groups must then all pass here."""
        return name in self._rows

    def forget(self, name: str) -> None:
        """Drop what is suspected of a label: its value in force was heard again, or it is gone."""
        self._rows.pop(name, None)

    def end(self, frame: Frame) -> list[Reading]:
        """Drop what is suspected of labels that a whole frame does not have.

        Give the warnings of too much current that what came after them in the frame bears out.
        """
        if not self._rows:
            return []
        if frame.complete and not frame.is_short:
            for name in self._rows.keys() - frame.names:
                del self._rows[name]
        said, names = self._conditions.believed, OVERRUNS.intersection(frame.names)
        late = [row.now for name, row in self._rows.items() if name in names]
        return [
            one for one in late if said.get(one.label.name) is not one and is_borne_out(one, said)
        ]

    def judge(self, now: Reading, last: Reading | None) -> Reading | None:
        """Give what becomes the reading after `last`, this or one that it bears out; None: held."""
        name, is_read = now.label.name, now.value is not None
        rule = RULES[name]
        if rule.at_once and is_read and self._conditions.parity:
            if name in self._rows:
                del self._rows[name]
            return now
        heard = -inf
        if last is not None and name in COUNTERS:
            heard = self._presence.last_heard(name, last.at)
        row, suspects = Row(now, last, heard, self._conditions), self._rows.get(name)
        if suspects is not None:
            if is_read and suspects.now.value is not None and rule.goes_on(suspects, now):
                before = suspects.before
                if len(before) >= AGREEMENT:  # the first tells since when
                    before = before[0], before[-1]
                row.before = *before, suspects.now
            if suspects.heard != -inf:
                row.heard = suspects.heard
        chosen = rule.choose(row) if is_read else None
        if chosen is now and not (rule.is_timed and row.before):
            self._rows.pop(name, None)
            return now
        self._rows[name] = row
        return chosen
