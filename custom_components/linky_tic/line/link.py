"""The line of one meter: keeps its port open, reopens it after a loss, and notices silence.

The bytes go to a receiver, and its events to the callbacks of whoever made the link.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
import time
from typing import Final

from ..tic import Event, Mode, Receiver
from .port import Port, PortUnavailable, path_of
from .reception import Reception

SILENCE: Final = 60.0
"""Seconds without a good group after which the meter is no longer heard; a three-phase overrun goes
without indexes for 21 s (54E 6.1.2), a remote reading interrupts the frames for about as long."""
_CHECK_INTERVAL: Final = 5.0
"""Seconds between two looks for silence; bytes, losses and the end of a trial tell themselves."""
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 30.0
"""Seconds before a port is opened again: doubled at each attempt, until a group is good."""
_PATH_INTERVAL: Final = 1.0
"""Seconds between two looks for a path that is missing."""
_REMEMBERED: Final = 64
"""Turns of the history, for a bug report: what became of the port, the speed and mode heard."""


class Link:
    """The line of one meter.

    `on_events` is called with the events of each chunk and its time. `on_state` is called with True
    once a good group comes, and with False after `SILENCE` without one, whatever the port does;
    `is_heard` has the same, None before the first call. The port is read every `interval` seconds;
    0: as soon as bytes come.
    """

    def __init__(
        self,
        port: str,
        receiver: Receiver,
        *,
        speed: int,
        on_events: Callable[[list[Event], float], None],
        on_state: Callable[[bool], None],
    ) -> None:
        self.interval: float
        self.reception = Reception(receiver, speed, self._receive)
        self.is_heard: bool | None = None
        self.reconnections = 0
        self.history: deque[tuple[float, str]] = deque(maxlen=_REMEMBERED)
        self._url = port
        self._on_events = on_events
        self._on_state = on_state
        self._port: Port | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False
        self._good_at = time.monotonic()
        self._wait = _FIRST_WAIT
        self._receiver = receiver
        self._heard: tuple[int, Mode | None] | None = None

    async def open(self) -> Port:
        """Open the port; raises `PortUnavailable`."""
        self._port = port = await self.reception.open(self._url, self.interval)
        self._record("opened")
        return port

    async def run(self) -> None:
        """Read the port until cancelled or closed, and reopen it whenever it is lost."""
        if self._is_closed:
            return  # before this task had its first turn
        self._task = asyncio.current_task()
        try:
            while True:
                await self._follow()
        finally:
            await self._release()

    async def close(self) -> None:
        """End `run()` and close the port; may be called at any time, more than once."""
        self._is_closed = True
        if self._task:
            self._task.cancel()
            await asyncio.wait((self._task,))
        await self._release()

    async def _release(self) -> None:
        if self._port:
            await self._port.close()
            self._port = None

    async def _follow(self) -> None:
        """Watch the port until it is lost, or cannot be opened."""
        try:
            port = self._port or await self._reopen()
            while True:
                await self.reception.watch(port, _CHECK_INTERVAL)
                self._check_silence()
        except PortUnavailable as error:
            self._record(f"lost {error.cause}" if self._port else error.cause)
        await self._release()

    async def _reopen(self) -> Port:
        await self._wait_for_port()
        self._wait = min(2 * self._wait, _LONGEST_WAIT)
        port = await self.open()
        self.reconnections += 1
        return port

    async def _wait_for_port(self) -> None:
        """Wait before the next attempt; a path that appears again ends the wait."""
        path, until = path_of(self._url), time.monotonic() + self._wait
        loop = asyncio.get_running_loop()
        was_missing = False
        while True:
            self._check_silence()
            is_there = path is None or await loop.run_in_executor(None, Path(path).exists)
            left = until - time.monotonic()
            if is_there and (was_missing or left <= 0):
                return
            was_missing |= not is_there
            await asyncio.sleep(min(_PATH_INTERVAL, left) if is_there else _PATH_INTERVAL)

    def _receive(self, events: list[Event], now: float, good: int) -> None:
        if good:
            self._good_at = time.monotonic()
            self._wait = _FIRST_WAIT
            if not self.is_heard:
                self._change_state(is_heard=True)
            heard = self.reception.speed, self._receiver.mode
            if heard != self._heard:
                self._heard = heard
                self._record("{} {}".format(*heard))
        if events:
            self._on_events(events, now)

    def _check_silence(self) -> None:
        if self.is_heard is not False and time.monotonic() - self._good_at >= SILENCE:
            self._change_state(is_heard=False)

    def _change_state(self, *, is_heard: bool) -> None:
        self.is_heard = is_heard
        self._record("heard" if is_heard else "silent")
        self._on_state(is_heard)

    def _record(self, what: str) -> None:
        """Add to the history, unless it is what was added last."""
        if not self.history or self.history[-1][1] != what:
            self.history.append((time.time(), what))
