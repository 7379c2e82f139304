"""The repairs of a meter: what a person can mend, raised when it is so and gone when it is cured.

It knows when something is wrong with a line; the texts are translations, the fixes `repairs.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from inspect import signature
from pathlib import Path
import re
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_SLUG, DEFAULT_SLUG, DOCUMENTATION, DOMAIN
from ..line import path_of

NOISY_BELOW: Final = 95.0
"""Percent of good groups over ten minutes under which a line is noisy."""
CLEAN_ABOVE: Final = 97.0
"""Percent over which it no longer is: apart, so that a repair does not come and go."""
SILENT_AFTER: Final = 300.0
"""Seconds without a good group after which a person should look at the wiring."""


class Trouble(StrEnum):
    """What a person can act on; the value is the translation key."""

    NOISY_LINE = "noisy_line"
    SILENCE = "silence"
    OTHER_METER = "other_meter"
    MODE_CHANGED = "mode_changed"
    CONTRACT_CHANGED = "contract_changed"
    SERIAL_CONSOLE = "serial_console"


LASTING: Final = frozenset({Trouble.MODE_CHANGED, Trouble.CONTRACT_CHANGED})
"""Troubles that happen once, and are not seen again at the next start."""
FIXABLE: Final = LASTING | {Trouble.OTHER_METER}

_IS_LINKED: Final = "config_entry_id" in signature(ir.async_create_issue).parameters
"""From Home Assistant 2026.11 on an issue is tied to its entry, and hidden while that is off."""
_DEVICES: Final = Path("/dev")
_COMMAND_LINE: Final = Path("/proc/cmdline")
_CONSOLE: Final = re.compile(r"(?:^|\s)console=([^\s,]+)")
"""What the kernel was started with names its consoles, then how: console=ttyAMA0,115200."""


class Troubles:
    """The repairs of one entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry

    def raise_(self, trouble: Trouble, facts: Mapping[str, str]) -> None:
        """Show a repair; facts fill its text. Issue ids carry the entry, never the meter."""
        link = {"config_entry_id": self._entry.entry_id} if _IS_LINKED else {}
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id(self._entry, trouble),
            data={"entry_id": self._entry.entry_id, **facts},
            is_fixable=trouble in FIXABLE,
            is_persistent=trouble in LASTING,
            learn_more_url=learn_more(trouble, self._hass.config.language),
            severity=ir.IssueSeverity.WARNING,
            translation_key=trouble.value,
            translation_placeholders={"name": self._name_in(trouble), **facts},
            **link,
        )

    def _name_in(self, trouble: Trouble) -> str:
        """Name the meter in a text; Home Assistant joins those that last to its bug reports."""
        if trouble not in LASTING:
            return self._entry.title
        slug: str = self._entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        return slug.replace("_", " ").capitalize()

    def cure(self, *troubles: Trouble) -> None:
        """Take repairs back, shown or not."""
        for trouble in troubles:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id(self._entry, trouble))

    def is_raised(self, trouble: Trouble) -> bool:
        """Whether a repair is shown."""
        registry = ir.async_get(self._hass)
        return registry.async_get_issue(DOMAIN, issue_id(self._entry, trouble)) is not None

    def judge_quality(self, good_share: float | None) -> None:
        """Judge the share of good groups, in percent, over a full window."""
        if good_share is None or good_share >= CLEAN_ABOVE:
            self.cure(Trouble.NOISY_LINE)
        elif good_share < NOISY_BELOW:
            self.raise_(Trouble.NOISY_LINE, {"bad": f"{100 - good_share:.0f}"})

    def judge_silence(self, seconds: float, port: str) -> None:
        """Judge how long no good group has come."""
        if seconds < SILENT_AFTER:
            self.cure(Trouble.SILENCE)
        else:
            self.raise_(Trouble.SILENCE, {"port": port})


def learn_more(trouble: Trouble, language: str) -> str:
    """Give the address of the part of the documentation that helps; its anchor is the key."""
    page = "fr" if language == "fr" else "en"
    return f"{DOCUMENTATION}/{page}/troubleshooting/#{trouble.replace('_', '-')}"


def issue_id(entry: ConfigEntry, trouble: Trouble) -> str:
    """Name a repair of an entry."""
    return f"{trouble}_{entry.entry_id}"


def console_on(port: str) -> str | None:
    """Give the UART on which the kernel has its console, if it is the port's; blocking.

    The console answers the meter's bytes with its own, and its login reads some of them.
    """
    path = path_of(port)
    try:
        command_line = _COMMAND_LINE.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    device = Path(path).resolve() if path else None
    consoles = {(_DEVICES / name).resolve() for name in _CONSOLE.findall(command_line)}
    return device.name if device and device in consoles else None
