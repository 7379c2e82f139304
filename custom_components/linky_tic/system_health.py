"""Adds a line for each meter to the system health page.

Home Assistant translates lines by their key. The key of a meter is its title, which has no
translation, so its line is translated here, into the language of the system.
"""

from collections.abc import Mapping
import time

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from .const import CONF_SLUG, DEFAULT_SLUG, DOMAIN, MODE_NAMES, UNKNOWN
from .coordinator import LinkyConfigEntry, LinkyCoordinator


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the function that returns the lines."""
    register.async_register_info(_meter_lines)


async def _meter_lines(hass: HomeAssistant) -> dict[str, str]:
    texts = await async_get_translations(hass, hass.config.language, "system_health", {DOMAIN})
    lines: dict[str, str] = {}
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        key, placeholders = _state(entry)
        title = entry.title
        if title in lines:
            title = f"{title} ({entry.data.get(CONF_SLUG, DEFAULT_SLUG)})"
        lines[title] = texts[f"component.{DOMAIN}.system_health.info.{key}"].format(**placeholders)
    return lines


def _state(entry: LinkyConfigEntry) -> tuple[str, Mapping[str, str]]:
    """Return the translation key of an entry's line, and its placeholders."""
    if entry.disabled_by:
        return "disabled", {}
    if entry.state is not ConfigEntryState.LOADED:
        return "not_running", {}
    coordinator = entry.runtime_data
    placeholders = _placeholders(coordinator)
    if coordinator.receiver.mode is None:
        return "never_heard", placeholders
    if coordinator.other_address:
        return "other_meter", placeholders
    return "heard" if coordinator.is_available else "silent", placeholders


def _placeholders(coordinator: LinkyCoordinator) -> dict[str, str]:
    receiver, share = coordinator.receiver, coordinator.health.quality.good_share
    mode = receiver.mode
    return {
        "mode": MODE_NAMES[mode] if mode else UNKNOWN,
        "speed": str(coordinator.link.reception.speed),
        "quality": UNKNOWN if share is None else f"{share:.1f}",
        "seconds": f"{time.time() - receiver.heard_at:.0f}",
    }
