"""The health of one meter's line: its quality, its rejections, and the repair issues they lead to.

It knows when to look; what is looked at, and what people are told, is the business of its room.
"""

from collections import Counter
from functools import partial
from typing import Final

from homeassistant.const import CONF_PORT

from ..const import LOGGER, MODE_NAMES
from ..line import name_of
from ..meter.meter import LinkyMeter
from ..tic import LABELS, Mode, Reason, Rejected, mask
from .issues import PERSISTENT, Issue, RepairIssues, console_on
from .line_quality import LineQuality

_NOISY_BELOW: Final = 95.0
"""Percent of good groups over ten minutes under which a line is noisy."""
_CLEAN_ABOVE: Final = 97.0
"""Percent over which it no longer is: apart, so that a repair does not come and go."""
_SILENT_AFTER: Final = 5
"""Minutes without a good group after which a person should look at the wiring."""


class HealthMonitor:
    """The health of one line, looked at once a minute."""

    def __init__(self, meter: LinkyMeter) -> None:
        self.quality = LineQuality(meter.receiver)
        self.rejections: Counter[tuple[str | None, Reason]] = Counter()
        """By label and reason: bounded by the catalogue, however bad the line."""
        self.issues = RepairIssues(meter.hass, meter.entry.entry_id)
        self._hass = meter.hass
        self._port: str = meter.entry.data[CONF_PORT]
        self._masked_address = mask(meter.address)
        self._was_lost = False
        signals = meter.signals
        signals.minute.connect(self._update)
        signals.frame.connect(self._handle_frame)
        signals.contract.connect(self._report_contract)
        # Not when Home Assistant stops: what people ignore stays so.
        meter.entry.async_on_unload(partial(signals.guard, self._delete_issues))

    async def async_look_for_console(self) -> None:
        """See whether the kernel has its console on the port."""
        if console := await self._hass.async_add_executor_job(console_on, self._port):
            self.issues.create(Issue.SERIAL_CONSOLE, {"port": console})
        else:
            self.issues.delete(Issue.SERIAL_CONSOLE)

    def count_rejection(self, event: Rejected) -> None:
        """Count a rejection; a name that is no label's may be anything, and is left out."""
        self.rejections[event.name if event.name in LABELS else None, event.reason] += 1

    def _update(self) -> None:
        quality, issues = self.quality, self.issues
        quality.sample()
        if quality.silent_minutes < _SILENT_AFTER:
            issues.delete(Issue.SILENCE)
        else:
            issues.create(Issue.SILENCE, {"port": name_of(self._port)})
        share = quality.good_share
        if not quality.is_window_full:
            return
        if share is None or share >= _CLEAN_ABOVE:
            issues.delete(Issue.NOISY_LINE, Issue.LOST_BYTES)
        elif share < _NOISY_BELOW:
            right, wrong = Issue.NOISY_LINE, Issue.LOST_BYTES
            if quality.is_losing_bytes:
                right, wrong = wrong, right
            issues.create(right, {"bad": f"{100 - share:.0f}"})
            issues.delete(wrong)

    def report_silence(self) -> None:
        """Log once that the meter is no longer heard; `_handle_frame` logs that it is again."""
        if not self._was_lost:
            LOGGER.info("The meter %s is no longer heard", self._masked_address)
        self._was_lost = True

    def _handle_frame(self, *_: object) -> None:
        if self._was_lost:
            LOGGER.info("The meter %s is heard again", self._masked_address)
            self._was_lost = False

    def report_stranger(self, address: str | None) -> None:
        """Ask what another meter does on this line, until it is this one that speaks again."""
        if address is None:
            LOGGER.info("The meter %s speaks on its line again", self._masked_address)
            self._was_lost = False
            self.issues.delete(Issue.OTHER_METER)
            return
        other = {"old": self._masked_address, "new": mask(address)}
        if not self.issues.exists(Issue.OTHER_METER):
            LOGGER.info("Another meter, %s, speaks on this line", other["new"])
        self.issues.create(Issue.OTHER_METER, other)

    def report_mode(self, mode: Mode) -> None:
        """Explain once what the other mode changes; going back to the first one is the cure."""
        LOGGER.info("The meter %s now speaks the %s mode", self._masked_address, mode)
        if self.issues.exists(Issue.MODE_CHANGED):
            self.issues.delete(Issue.MODE_CHANGED)
        else:
            self.issues.create(Issue.MODE_CHANGED, {"mode": MODE_NAMES[mode]})

    def _report_contract(self, change: tuple[str, str] | None) -> None:
        """Tell of a contract that has become another one, None when there is nothing to tell."""
        if change is None:
            self.issues.delete(Issue.CONTRACT_CHANGED)
        else:
            before, now = change
            self.issues.create(Issue.CONTRACT_CHANGED, {"before": before, "after": now})

    def _delete_issues(self) -> None:
        """Delete the issues of a line that is no longer watched."""
        self.issues.delete(*(set(Issue) - PERSISTENT))
