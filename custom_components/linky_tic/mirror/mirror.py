"""The MQTT mirror of one meter: when its frames and its state are published.

What a message says is decided by `messages.py`, how it gets to the broker by `publisher.py`.
"""

from math import inf
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant

from ..meter.signals import Signals
from ..tic import Frame, Readings, Receiver
from .messages import Messages
from .publisher import publisher_of
from .settings import MirrorSettings

_FIRST_MINUTE: Final = 60.0
"""Seconds from the first frame on, after which a label that was not read is known to be gone."""


class Mirror:
    """The mirror of one config entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        settings: MirrorSettings,
        name: str,
        receiver: Receiver,
    ) -> None:
        self._loop = hass.loop
        self._entry_id = entry_id
        self._settings = settings
        self._messages = Messages(settings, name, receiver)
        self._publisher = publisher_of(hass)
        self._is_heard: bool | None = None
        self._due_at = -inf
        self._tidy_at: float | None = None
        self._closers: list[CALLBACK_TYPE] = []

    async def async_start(self, signals: Signals) -> None:
        """Publish from now on, whenever there is a broker; turned off, leave nothing there."""
        await self._publisher.async_join(self._entry_id, self._settings.retained_topics())
        if self._settings.enabled:
            self._closers = [signals.frame.connect(self._frame), signals.lost.connect(self._lose)]

    async def async_stop(self) -> None:
        """Say that the meter is not heard any more, and publish nothing after that."""
        if self._closers:
            self._lose()
        while self._closers:
            self._closers.pop()()
        await self._publisher.async_flush()

    def _lose(self) -> None:
        self._messages.lose()
        self._report(is_heard=False)

    def _report(self, *, is_heard: bool) -> None:
        """Say whether the meter is heard, when that has changed."""
        if self._is_heard is is_heard:
            return
        self._is_heard = is_heard
        if message := self._messages.status(is_heard=is_heard):
            self._publisher.put(self._entry_id, message)

    def _frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Publish the end of a frame, unless too soon after the last one."""
        self._report(is_heard=True)
        if (moment := self._loop.time()) < self._due_at:
            return
        for message in self._messages.of(frame, readings, now):
            self._publisher.put(self._entry_id, message)
            self._due_at = moment + self._settings.interval
        if self._tidy_at is None:
            self._tidy_at = moment + _FIRST_MINUTE
        elif moment >= self._tidy_at:  # labels of an earlier run are known not to come back
            self._tidy_at = inf
            topics = self._settings.retained_topics(readings)
            self._publisher.keep_only(self._entry_id, topics)


async def async_remove_topics(hass: HomeAssistant, entry_id: str) -> None:
    """Leave nothing of an entry on the broker; one that is away is told when it is back."""
    publisher = publisher_of(hass)
    await publisher.async_join(entry_id, ())
    await publisher.async_flush()
