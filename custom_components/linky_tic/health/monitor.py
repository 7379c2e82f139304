"""The health of one meter's line: its quality, its rejections, and the repair issues they lead to.

It knows when to look; what is looked at, and what people are told, is the business of its room.
"""

import time

from homeassistant.core import HomeAssistant

from ..line import Link
from ..tic import Receiver
from .issues import LASTING, Issue, RepairIssues, console_on
from .line_quality import LineQuality
from .rejections import Rejections


class HealthMonitor:
    """The health of one line, looked at once a minute on a clock that nobody sets."""

    def __init__(self, hass: HomeAssistant, entry_id: str, receiver: Receiver, link: Link) -> None:
        self.quality = LineQuality(receiver, link)
        self.rejections = Rejections()
        self.issues = RepairIssues(hass, entry_id)
        self._hass = hass
        self._receiver = receiver
        self._link = link
        self._heard_at, self._silent_since = receiver.heard_at, time.monotonic()

    async def async_look_for_console(self, port: str) -> None:
        """See whether the kernel has its console on the port."""
        if console := await self._hass.async_add_executor_job(console_on, port):
            self.issues.create(Issue.SERIAL_CONSOLE, {"port": console})
        else:
            self.issues.delete(Issue.SERIAL_CONSOLE)

    def sample(self) -> None:
        """Take the counters, and judge what they tell."""
        now = time.monotonic()
        self.quality.sample(now)
        if self.quality.is_window_full:
            self.issues.judge_quality(
                self.quality.good_share, is_losing_bytes=self.quality.is_losing_bytes
            )
        if self._receiver.heard_at != self._heard_at:
            self._heard_at, self._silent_since = self._receiver.heard_at, now
        self.issues.judge_silence(now - self._silent_since, self._link.name)

    def stop(self) -> None:
        """Delete the issues of a line that is no longer watched."""
        self.issues.delete(*(set(Issue) - LASTING))
