"""Readings on their way to those who show them: at once, in time, or before a silence.

It knows rules, a clock and when the meter was heard; it knows neither entities nor ports.
"""

import asyncio
from collections.abc import Callable
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..tic import Reading, Receiver, Value
from .rules import Preset, Reporter, rule_of

_QUIET: Final = 5.0
"""Seconds without a good group after which nothing waits any more. An adapter that stores a whole
Historique frame before it sends it on pauses for 3 s."""


class Teller:
    """Calls `tell` with the name of each label, or derived value, that is to be shown anew."""

    def __init__(
        self, hass: HomeAssistant, preset: Preset, receiver: Receiver, tell: Callable[..., None]
    ) -> None:
        self._loop = hass.loop
        self._reporter = Reporter(preset)
        self._receiver = receiver
        self._tell = tell
        self._timer: asyncio.TimerHandle | None = None

    def heard(self, reading: Reading) -> None:
        """Tell of a reading, now or later."""
        label = reading.label
        self.offer(label.name, rule_of(label), reading.value)

    def offer(self, name: str, quantity: str, value: Value | float | None) -> None:
        """Tell what a name stands for, by the rule of its quantity; None at once."""
        if self._reporter.admits_value(name, quantity, value, time.monotonic()):
            self._tell(name)
        elif self._timer is None:
            self._watch()

    def forget(self, *names: str) -> None:
        """Forget labels: the next reading of each is told at once."""
        for name in names:
            self._reporter.forget(name)

    def look(self) -> None:
        """Tell what has waited long enough: called whenever anything is heard."""
        self._tell(*self._reporter.due(time.monotonic()))

    def stop(self) -> None:
        """Tell nothing more by itself."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _watch(self) -> None:
        self._timer = self._loop.call_later(_QUIET, self._look_for_silence)

    @callback
    def _look_for_silence(self) -> None:
        """Tell what waits when nothing more is coming, though its time has not come."""
        if time.time() - self._receiver.heard_at >= _QUIET:
            self._tell(*self._reporter.flush(time.monotonic()))
        else:
            self.look()
        self._timer = None  # not before: what is told may have others wait
        if self._reporter.is_waiting:
            self._watch()
