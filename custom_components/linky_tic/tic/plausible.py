"""The gate in front of every reading: what cannot be true waits until other frames say the same.

It knows which sightings are suspected and nothing of why: `rules.py` tells which are believed.
A hold is better than a lie: a value is accepted, or stays with the gate as a suspect.
"""

from typing import Final

from .catalogue import CATALOGUE
from .rules import AGREEMENT, POWER, RULES, UNLIKELY, Last, Line, Rule, Sighting


class Gate:
    """The suspects of one meter: label -> the sightings in a row that wait to be believed."""

    def __init__(self) -> None:
        self._suspects: dict[str, list[Sighting]] = {}
        self._heard: dict[str, float] = {}  # when the reading in force was, before the suspects

    def holds(self, name: str) -> bool:
        """Whether a label has a suspect: its groups must then all pass here."""
        return name in self._suspects

    def forget(self, name: str) -> None:
        """Drop what is suspected of a label: its value in force was heard again, or it is gone."""
        self._suspects.pop(name, None)
        self._heard.pop(name, None)

    def suspect(self, name: str, now: Sighting) -> None:
        """Hold the first sighting of a label."""
        self._suspects[name] = [now]

    def judge(self, now: Sighting, last: Last | None, line: Line) -> Sighting | None:
        """Give the sighting that becomes the reading, this one or one it bears out; None: held."""
        name = now.label.name
        rule = RULES[name] if is_likely(now) else UNLIKELY
        suspects = self._suspects.get(name)
        if suspects is None:
            chosen = rule.choose([now], last, line)
            left = [now] if chosen is None else []
        else:
            row = [now]
            if last is not None:
                heard = self._heard.setdefault(name, last.heard)
                last = last._replace(heard=max(heard, last.taken))
            if rule.goes_on(suspects[-1], now, line):
                row = [*suspects, now]
            chosen = rule.choose(row, last, line)
            left = _left(row, chosen, rule)
        if left:
            self._suspects[name] = left
            if last is not None:
                self._heard.setdefault(name, last.heard)
        elif suspects is not None:
            self.forget(name)
        return chosen if chosen is None or chosen.value is not None else None


def _left(row: list[Sighting], chosen: Sighting | None, rule: Rule) -> list[Sighting]:
    """Give what stays suspected; the first of a row stays too: an overload is timed from it."""
    if chosen is None or (rule is POWER and len(row) > 1):
        return [row[0], *row[1:][1 - AGREEMENT :]]
    return [] if chosen is row[-1] else row[-2:]


def is_likely(now: Sighting) -> bool:
    """Whether a number is within its label's range, and a horodate is a real date."""
    _, label, value, time, _, _ = now
    if label.name not in BOUNDED:
        return True
    if isinstance(value, int):
        most = label.most
        if value < label.least or (most is not None and value > most):
            return False
    elif value is None:
        return False
    return time is not None or not label.horodate


BOUNDED: Final = frozenset(
    row.name
    for rows in CATALOGUE.values()
    for row in rows.values()
    if row.horodate or row.least > 0 or row.most is not None
)
"""Labels that can say what is not likely whatever came before."""
