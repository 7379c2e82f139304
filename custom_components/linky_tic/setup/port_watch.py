"""Reloads an entry whose port could not be opened, as soon as the port may be available.

Home Assistant alone would wait up to ten minutes between two attempts.
"""

import asyncio
from pathlib import Path
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..line import Cause, PortUnavailable, path_of

_POLL_INTERVAL: Final = 1.0
"""Seconds between two checks for the path of a missing port."""
_RETRY_INTERVAL: Final = 30.0
"""Seconds after which any other port is tried again: one that was busy, or a refused connection."""


@callback
def watch_port(hass: HomeAssistant, entry: LinkyConfigEntry, error: PortUnavailable) -> None:
    """Reload an entry once its port may work, unless the state of the entry changes before."""
    watch = hass.async_create_background_task(
        _watch(hass, entry.entry_id, error), f"{DOMAIN} port watch"
    )

    @callback
    def state_changed() -> None:
        if entry.state is not ConfigEntryState.SETUP_RETRY:
            watch.cancel()

    unsubscribe = entry.async_on_state_change(state_changed)
    watch.add_done_callback(lambda _: unsubscribe())


async def _watch(hass: HomeAssistant, entry_id: str, error: PortUnavailable) -> None:
    path = path_of(error.port) if error.cause is Cause.MISSING else None
    is_there = False
    while not is_there:
        await asyncio.sleep(_POLL_INTERVAL if path else _RETRY_INTERVAL)
        is_there = not path or await hass.async_add_executor_job(Path(path).exists)
    hass.config_entries.async_schedule_reload(entry_id)
