"""An entry whose port cannot be opened is set up again as soon as the port is there.

Home Assistant alone would wait up to ten minutes between two tries.
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
"""Seconds between two looks for a path."""
_RETRY_INTERVAL: Final = 30.0
"""Seconds after which a port that is there but was busy or refused is tried again."""


@callback
def watch_port(hass: HomeAssistant, entry: LinkyConfigEntry, error: PortUnavailable) -> None:
    """Reload an entry when the port that failed it may work, unless something is done before."""
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
