"""An entry whose port cannot be opened is set up again as soon as the port is there.

Home Assistant alone would wait up to ten minutes between two tries.
"""

import asyncio
from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..line import Cause, PortUnavailable, path_of

_LOOK: Final = 1.0
"""Seconds between two looks for a path."""
_RETRY: Final = 30.0
"""Seconds after which a port that is there but was busy or refused is tried again."""
_WATCHES: Final[HassKey[dict[str, asyncio.Task[None]]]] = HassKey(f"{DOMAIN}_port_watches")


def watch_port(hass: HomeAssistant, entry: LinkyConfigEntry, error: PortUnavailable) -> None:
    """Reload an entry when the port that failed it may work again."""
    watches = hass.data.setdefault(_WATCHES, {})
    stop_watching(hass, entry)
    watches[entry.entry_id] = hass.async_create_background_task(
        _watch(hass, entry, error), f"{DOMAIN} port watch"
    )


def stop_watching(hass: HomeAssistant, entry: LinkyConfigEntry) -> None:
    """Forget a port: its entry is set up, or gone."""
    task = hass.data.get(_WATCHES, {}).pop(entry.entry_id, None)
    if task:
        task.cancel()


async def _watch(hass: HomeAssistant, entry: LinkyConfigEntry, error: PortUnavailable) -> None:
    name = path_of(error.port) if error.cause is Cause.MISSING else None
    path = Path(name) if name else None
    while True:
        await asyncio.sleep(_LOOK if path else _RETRY)
        if entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            continue
        if entry.state is not ConfigEntryState.SETUP_RETRY or not path or await _exists(hass, path):
            break
    hass.data[_WATCHES].pop(entry.entry_id, None)
    if entry.state is ConfigEntryState.SETUP_RETRY:
        hass.config_entries.async_schedule_reload(entry.entry_id)


async def _exists(hass: HomeAssistant, path: Path) -> bool:
    return await hass.async_add_executor_job(path.exists)
