"""The gate in front of every reading: what cannot be true waits until other frames say the same.

A reading passes or becomes a suspect: a late value does less harm than a false one. The suspects of
a label form a row (`Row`): each continues the one before it. The rule of the quantity (`rules.py`)
tells whether a reading continues the row, and which one of a row is believed. One that goes back
must have been said for a minute too, whatever its rule. A reading without a value, which no working
meter sends, never passes.
"""

from math import inf
from typing import Final

from .catalogue import COUNTERS, OVERRUNS
from .corroboration import contradicts, is_borne_out
from .events import Reading
from .frames import Frame
from .presence import Presence
from .rules import AGREEMENT, RULES, Row
from .supply import Conditions

_REPLAY: Final = 60.0
"""Seconds for which what goes back must be said: a bridge repeats frames, for less; and in noise
the index of a register that does not count was heard for another one three times in a row."""


class Gate:
    """The suspects of one meter: a row for each label that has any."""

    def __init__(self, conditions: Conditions, presence: Presence) -> None:
        self._conditions = conditions
        self._presence = presence
        self._rows: dict[str, Row] = {}

    def clear(self) -> None:
        self._rows.clear()

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: all its groups must then pass here."""
        return name in self._rows

    def forget(self, name: str) -> None:
        """Drop the suspects of a label: its reading was repeated, or it has vanished."""
        self._rows.pop(name, None)

    def end(self, frame: Frame) -> list[Reading]:
        """Drop the suspects of labels that a whole frame does not contain.

        Return the warnings of too much current that the currents after them in the frame confirm.
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
        """Return the reading that follows `last`: this, or a suspect it confirms; None: held."""
        name, has_value = now.label.name, now.value is not None
        rule = RULES[name]
        if rule.at_once and has_value and self._conditions.parity:
            if name in self._rows:
                del self._rows[name]
            return now
        # A new row, unless it continues the suspects.
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
            if suspects.heard != -inf:  # before the first suspect: those do not count as good
                row.heard = suspects.heard
        # A reading that is believed ends its row, unless the rule is timed.
        chosen = rule.choose(row) if has_value else None
        if chosen and last and contradicts(chosen, last) and row.lasted < _REPLAY:
            chosen = None
        if chosen is now and not (rule.is_timed and row.before):
            self._rows.pop(name, None)
            return now
        self._rows[name] = row
        return chosen
