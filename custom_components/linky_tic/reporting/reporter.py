"""Values on their way to the states: told at once, or when their rule allows.

It knows rules and a clock that never jumps; it knows neither entities nor ports. It has no timer:
whoever receives bytes calls `report_due`.
"""

from collections.abc import Callable
from math import inf
import time
from typing import NamedTuple

from ..tic import Reading, Value
from .rules import RULES, Preset, Rule, rule_name


class _State(NamedTuple):
    value: Value | float | None
    at: float


class Reporter:
    """The reports of one meter: calls `tell` with the name of what is to become a state."""

    def __init__(
        self,
        preset: Preset,
        tell: Callable[[str], None],
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._rules = RULES[preset]
        self._tell = tell
        self._clock = clock or time.monotonic
        self._states: dict[str, _State] = {}
        self._waiting: dict[str, tuple[Value | float | None, float]] = {}
        self._next = inf

    def report_reading(self, reading: Reading) -> None:
        """Report what a label says."""
        self.report(reading.label.name, rule_name(reading.label), reading.value)

    def report(self, name: str, rule_name: str, value: Value | float | None) -> None:
        """Tell of a label or derived value, now or later; what has no rule is told at once."""
        rule = self._rules.get(rule_name)
        if rule is None:
            self._tell(name)
            return
        now, state = self._clock(), self._states.get(name)
        due = now if state is None else _due(rule, state, value)
        if due > now:
            self._waiting[name] = value, due
            self._next = min(self._next, due)
        elif state is None or value is not None or state.value is not None:
            self._report(name, value, now)

    def report_due(self) -> None:
        """Tell what has waited long enough."""
        now = self._clock()
        if now < self._next:
            return
        for name in [name for name, (_, due) in self._waiting.items() if due <= now]:
            value, _ = self._waiting[name]
            self._report(name, value, now)
        self._next = min((due for _, due in self._waiting.values()), default=inf)

    def forget(self, *names: str) -> None:
        """Forget what was told: the next value of each name is told at once."""
        for name in names:
            self._states.pop(name, None)
            self._waiting.pop(name, None)

    def _report(self, name: str, value: Value | float | None, now: float) -> None:
        self._waiting.pop(name, None)
        self._states[name] = _State(value, now)
        self._tell(name)


def _due(rule: Rule, state: _State, value: Value | float | None) -> float:
    """Give when a value is told; what is not known any more, or again, is at once."""
    if value is None or state.value is None:
        return -inf
    return state.at + (rule.shortest if _has_moved(rule, state.value, value) else rule.longest)


def _has_moved(rule: Rule, before: Value | float, now: Value | float) -> bool:
    if not isinstance(before, int | float) or not isinstance(now, int | float):
        return before != now
    return before != now and abs(now - before) >= rule.change
