"""Monitors the line of one meter, and creates and deletes repair issues about it."""

from functools import partial
from typing import Final

from homeassistant.const import CONF_PORT

from ..const import LOGGER, MODE_NAMES
from ..line import name_of
from ..meter.meter import LinkyMeter
from ..tic import Mode, mask
from .issues import PERSISTENT, Issue, RepairIssues, console_on
from .line_quality import LineQuality

_NOISY_BELOW: Final = 95.0
"""The line is noisy if less than this percentage of groups is good, over ten minutes."""
_CLEAN_ABOVE: Final = 97.0
"""The line is clean again from this percentage on; higher, so that an issue does not flicker."""
_SILENT_AFTER: Final = 5
"""Minutes without a good group after which the user should check the wiring."""


class HealthMonitor:
    """The health of one line, checked once a minute."""

    def __init__(self, meter: LinkyMeter) -> None:
        self.quality = LineQuality(meter.receiver)
        self.issues = RepairIssues(meter.hass, meter.entry.entry_id)
        self._hass = meter.hass
        self._port: str = meter.entry.data[CONF_PORT]
        self._masked_address = mask(meter.address)
        self._was_lost = False
        signals = meter.signals
        signals.minute.connect(self._update)
        signals.frame.connect(self._end_frame)
        signals.contract.connect(self._report_contract)
        # Not when Home Assistant stops: issues that the user ignores would come back.
        meter.entry.async_on_unload(partial(signals.guard, self._delete_issues))

    async def async_look_for_console(self) -> None:
        """Create or delete the issue about a console of the kernel on the port."""
        if console := await self._hass.async_add_executor_job(console_on, self._port):
            self.issues.create(Issue.SERIAL_CONSOLE, {"port": console})
        else:
            self.issues.delete(Issue.SERIAL_CONSOLE)

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
            is_losing = quality.is_losing_bytes
            kind = Issue.LOST_BYTES if is_losing else Issue.NOISY_LINE
            issues.create(kind, {"bad": f"{100 - share:.0f}"})
            issues.delete(Issue.NOISY_LINE if is_losing else Issue.LOST_BYTES)

    def report_silence(self) -> None:
        """Log once that the meter is no longer heard; `_end_frame` logs that it is again."""
        if not self._was_lost:
            LOGGER.info("The meter %s is no longer heard", self._masked_address)
        self._was_lost = True

    def _end_frame(self, *_: object) -> None:
        if self._was_lost:
            LOGGER.info("The meter %s is heard again", self._masked_address)
            self._was_lost = False

    def report_other_meter(self, address: str | None) -> None:
        """Create an issue about another meter on the line; delete it if `address` is None."""
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
        """Create an issue about a change of mode; delete it if the mode changes back."""
        LOGGER.info("The meter %s now speaks the %s mode", self._masked_address, mode)
        if self.issues.exists(Issue.MODE_CHANGED):
            self.issues.delete(Issue.MODE_CHANGED)
        else:
            self.issues.create(Issue.MODE_CHANGED, {"mode": MODE_NAMES[mode]})

    def _report_contract(self, change: tuple[str, str] | None) -> None:
        """Create an issue about a change of contract (before, after); delete it if None."""
        if change is None:
            self.issues.delete(Issue.CONTRACT_CHANGED)
        else:
            before, now = change
            self.issues.create(Issue.CONTRACT_CHANGED, {"before": before, "after": now})

    def _delete_issues(self) -> None:
        """Delete the issues that are detected again once the line is monitored again."""
        self.issues.delete(*(set(Issue) - PERSISTENT))
