"""Creates and deletes the repair issues of a meter; `repairs.py` has the flows that fix them."""

from collections.abc import Mapping
from enum import StrEnum
from inspect import signature
from pathlib import Path
import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_SLUG, DEFAULT_SLUG, DOCUMENTATION, DOMAIN
from ..line import path_of


class Issue(StrEnum):
    """The kinds of repair issues; the value is the translation key."""

    NOISY_LINE = "noisy_line"
    LOST_BYTES = "lost_bytes"
    SILENCE = "silence"
    OTHER_METER = "other_meter"
    MODE_CHANGED = "mode_changed"
    CONTRACT_CHANGED = "contract_changed"
    TARIFF_NAMES = "tariff_names"
    SERIAL_CONSOLE = "serial_console"


PERSISTENT: Final = frozenset({Issue.MODE_CHANGED, Issue.CONTRACT_CHANGED, Issue.TARIFF_NAMES})
"""Issues about an event, which is not detected again after a restart of Home Assistant."""
FIXABLE: Final = PERSISTENT | {Issue.OTHER_METER}

_LINKS_ENTRY: Final = "config_entry_id" in signature(ir.async_create_issue).parameters
"""Since Home Assistant 2026.11 an issue can be linked to its entry, to be hidden while disabled."""
_DEVICES: Final = Path("/dev")
_COMMAND_LINE: Final = Path("/proc/cmdline")
_CONSOLE: Final = re.compile(r"(?:^|\s)console=([^\s,]+)")
"""A console on the command line of the kernel, such as console=ttyAMA0,115200."""


class RepairIssues:
    """The repair issues of one entry; they can be deleted even after the entry was removed."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._entry_id = entry_id

    def create(self, issue: Issue, placeholders: Mapping[str, str]) -> None:
        """Create an issue; its id contains the entry id, not the address of the meter."""
        link = {"config_entry_id": self._entry_id} if _LINKS_ENTRY else {}
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id(self._entry_id, issue),
            data={"entry_id": self._entry_id, **placeholders},
            is_fixable=issue in FIXABLE,
            is_persistent=issue in PERSISTENT,
            learn_more_url=learn_more(issue, self._hass.config.language),
            severity=ir.IssueSeverity.WARNING,
            translation_key=issue.value,
            translation_placeholders={"name": self._meter_name(issue), **placeholders},
            **link,
        )

    def _meter_name(self, issue: Issue) -> str:
        """Return the title of the entry, or the slug if persistent: bug reports include those."""
        entry = self._hass.config_entries.async_get_known_entry(self._entry_id)
        if issue not in PERSISTENT:
            return entry.title
        slug: str = entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        return slug.replace("_", " ").capitalize()

    def delete(self, *issues: Issue) -> None:
        """Delete issues, whether they exist or not."""
        for issue in issues:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id(self._entry_id, issue))

    def exists(self, issue: Issue) -> bool:
        registry = ir.async_get(self._hass)
        return registry.async_get_issue(DOMAIN, issue_id(self._entry_id, issue)) is not None


def learn_more(issue: Issue, language: str) -> str:
    """Return the URL of the documentation of an issue; its anchor is the translation key."""
    page = "fr" if language == "fr" else "en"
    return f"{DOCUMENTATION}/{page}/troubleshooting/#{issue.replace('_', '-')}"


def issue_id(entry_id: str, issue: Issue) -> str:
    return f"{issue}_{entry_id}"


def console_on(port: str) -> str | None:
    """Return the UART of the port if the kernel has a console on it, else None; blocking.

    The console takes bytes that the meter sends for input, and answers them.
    """
    path = path_of(port)
    try:
        command_line = _COMMAND_LINE.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    device = Path(path).resolve() if path else None
    consoles = {(_DEVICES / name).resolve() for name in _CONSOLE.findall(command_line)}
    return device.name if device and device in consoles else None
