"""Decides when a new value becomes a state: at once, or when its reporting rule allows.

It has no timer: `report_due` is called after the events of a chunk, and once a minute.
"""

from collections.abc import Callable
from math import inf
import time

from ..tic import Reading, Value
from .rules import REPORTING_RULES, Preset, rule_name

type _Reported = Value | float | None


class Reporter:
    """The reports of one meter: calls `tell` with the name of each value that becomes a state."""

    def __init__(
        self,
        preset: Preset,
        tell: Callable[[str], None],
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._rules = REPORTING_RULES[preset]
        self._tell = tell
        self._clock = clock or time.monotonic
        self._states: dict[str, tuple[_Reported, float]] = {}
        """Name -> the value reported last, and when."""
        self._waiting: dict[str, tuple[_Reported, float]] = {}
        """Name -> a value that is not reported yet, and when it will be."""
        self._next = inf

    def report_reading(self, reading: Reading) -> None:
        self.report(reading.label.name, rule_name(reading.label), reading.value)

    def report(self, name: str, rule_name: str, value: _Reported) -> None:
        """Report a value of a label or derived entity, now or later; at once if it has no rule."""
        rule = self._rules.get(rule_name)
        if rule is None:
            self._tell(name)
            return
        now = self._clock()
        before, at = self._states.get(name, (None, None))
        if at is not None and value is None and before is None:
            return
        due = now if at is None or value is None or before is None else rule.due(before, at, value)
        if due <= now:
            self._report(name, value, now)
        else:
            self._waiting[name] = value, due
            self._next = min(self._next, due)

    def report_due(self) -> None:
        """Report the values that have waited long enough."""
        now = self._clock()
        if now < self._next:
            return
        for name, (value, due) in tuple(self._waiting.items()):
            if due <= now:
                self._report(name, value, now)
        self._next = min((due for _, due in self._waiting.values()), default=inf)

    def forget(self, *names: str) -> None:
        """Forget what was reported: the next value of each name is reported at once."""
        for name in names:
            self._states.pop(name, None)
            self._waiting.pop(name, None)

    def forget_all(self) -> None:
        """Forget all that was reported: after a loss each next value is reported at once."""
        self._states.clear()
        self._waiting.clear()

    def _report(self, name: str, value: _Reported, now: float) -> None:
        self._waiting.pop(name, None)
        self._states[name] = value, now
        self._tell(name)
