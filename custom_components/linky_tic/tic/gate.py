"""The gate in front of every reading: what cannot be true waits until other frames say the same.

It knows what is suspected and nothing of why: `rules.py` tells which are believed. A reading passes
or becomes a suspect: being late harms less than being false. One without a value, which no working
meter can mean, never passes, however often it comes. The suspects of a label are a row: each goes
on from the one before it, as its rule sees it, and the last one is `Row.now`.
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
        believed, names = self._conditions.believed, OVERRUNS.intersection(frame.names)
        held = [row.now for name, row in self._rows.items() if name in names]
        new = [one for one in held if believed.get(one.label.name) is not one]
        return [one for one in new if is_borne_out(one, believed)]

    def judge(self, now: Reading, last: Reading | None) -> Reading | None:
        """Give what becomes the reading after `last`, this or one that it bears out; None: held."""
        name, has_value = now.label.name, now.value is not None
        rule = RULES[name]
        if rule.at_once and has_value and self._conditions.parity:
            if name in self._rows:
                del self._rows[name]
            return now
        # A row of its own, unless it goes on from the suspects.
        heard = -inf
        if last is not None and name in COUNTERS:
            heard = self._presence.last_heard(name, last.at)
        row, suspects = Row(now, last, heard, self._conditions), self._rows.get(name)
        if suspects is not None:
            if has_value and suspects.now.value is not None and rule.goes_on(suspects, now):
                before = suspects.before
                if len(before) >= AGREEMENT:  # the first tells since when, the last what was said
                    before = before[0], before[-1]
                row.before = *before, suspects.now
            if suspects.heard != -inf:  # good before the first suspect: none of them counts
                row.heard = suspects.heard
        # What is believed as it is ends its row, unless that is timed; else it stays a suspect.
        chosen = rule.choose(row) if has_value else None
        if chosen is now and not (rule.is_timed and row.before):
            self._rows.pop(name, None)
            return now
        self._rows[name] = row
        return chosen
