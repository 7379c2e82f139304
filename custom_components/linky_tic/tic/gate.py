"""The gate in front of every reading: what cannot be true waits until other frames say the same.

A reading passes or becomes a suspect: a late value does less harm than a false one. The suspects of
a label form a run (`Run`): each continues the one before it. The rule of the quantity (`rules.py`)
tells whether a reading continues the run, and which one of a run is believed. One that goes back
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
from .rules import AGREEMENT, RULES, Run
from .supply import Conditions

_REPLAY: Final = 60.0
"""Seconds for which what goes back must be said: a bridge repeats frames, for less; and in noise
the index of a register that does not count was heard for another one three times in a row."""


class Gate:
    """The suspects of one meter: a run for each label that has any."""

    def __init__(self, conditions: Conditions, presence: Presence) -> None:
        self._conditions = conditions
        self._presence = presence
        self._runs: dict[str, Run] = {}

    def clear(self) -> None:
        self._runs.clear()

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: all its groups must then pass here."""
        return name in self._runs

    def forget(self, name: str) -> None:
        """Drop the suspects of a label: its reading was repeated, or it has vanished."""
        self._runs.pop(name, None)

    def end(self, frame: Frame) -> list[Reading]:
        """Drop the suspects of labels that a whole frame does not contain.

        Return the warnings of too much current that the currents after them in the frame confirm.
        """
        if not self._runs:
            return []
        if frame.complete and not frame.is_short:
            for name in self._runs.keys() - frame.names:
                del self._runs[name]
        believed, names = self._conditions.believed, OVERRUNS.intersection(frame.names)
        held = [run.now for name, run in self._runs.items() if name in names]
        new = [one for one in held if believed.get(one.label.name) is not one]
        return [one for one in new if is_borne_out(one, believed)]

    def judge(self, now: Reading, last: Reading | None) -> Reading | None:
        """Return the reading that follows `last`: this, or a suspect it confirms; None: held."""
        name, has_value = now.label.name, now.value is not None
        rule = RULES[name]
        if rule.at_once and has_value and self._conditions.parity:
            if name in self._runs:
                del self._runs[name]
            return now
        # A new run, unless it continues the suspects.
        heard = -inf
        if last is not None and name in COUNTERS:
            heard = self._presence.last_heard(name, last.at)
        run, suspects = Run(now, last, heard, self._conditions), self._runs.get(name)
        if suspects is not None:
            if has_value and suspects.now.value is not None and rule.goes_on(suspects, now):
                before = suspects.before
                if len(before) >= AGREEMENT:  # the first tells since when, the last what was said
                    before = before[0], before[-1]
                run.before = *before, suspects.now
            if suspects.heard != -inf:  # before the first suspect: those do not count as good
                run.heard = suspects.heard
        # A reading that is believed ends its run, unless the rule is timed.
        chosen = rule.choose(run) if has_value else None
        if chosen and last and contradicts(chosen, last) and run.lasted < _REPLAY:
            chosen = None
        if chosen is now and not (rule.is_timed and run.before):
            self._runs.pop(name, None)
            return now
        self._runs[name] = run
        return chosen
