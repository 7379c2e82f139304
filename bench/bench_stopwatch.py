"""Notes, inside Home Assistant, when the states of a meter change; profiles its event loop.

Installed in the bench's Home Assistant only. Times are of CLOCK_MONOTONIC, which the player in
another process reads too. It writes nothing before it is stopped, so it costs next to nothing.
"""

import cProfile
import json
from pathlib import Path
import time
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    ServiceCall,
    callback,
)
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "bench_stopwatch"


class Stopwatch:
    """Every state that an entity of a meter took between start and stop."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._seen: list[tuple[float, str, str]] = []
        self._stop: CALLBACK_TYPE | None = None
        self._profiler: cProfile.Profile | None = None

    async def start(self, _call: ServiceCall) -> None:
        now = time.monotonic()
        self._seen = [(now, one.entity_id, one.state) for one in self._hass.states.async_all()]
        if self._stop is None:
            self._stop = self._hass.bus.async_listen(EVENT_STATE_CHANGED, self._note)

    @callback
    def _note(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None:
            self._seen.append((time.monotonic(), state.entity_id, state.state))

    async def stop(self, call: ServiceCall) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        path = Path(call.data["path"])
        await self._hass.async_add_executor_job(path.write_text, json.dumps(self._seen))

    async def options(self, call: ServiceCall) -> None:
        """Give an entry other options, whatever its options flow asks, and set it up again."""
        entries = self._hass.config_entries
        entry = entries.async_get_known_entry(call.data["entry_id"])
        entries.async_update_entry(entry, options={**entry.options, **call.data["options"]})
        await entries.async_reload(entry.entry_id)

    async def profile(self, _call: ServiceCall) -> None:
        self._profiler = cProfile.Profile()
        self._profiler.enable()

    async def profile_stop(self, call: ServiceCall) -> None:
        if self._profiler is not None:
            self._profiler.disable()
            profiler, self._profiler = self._profiler, None
            await self._hass.async_add_executor_job(profiler.dump_stats, call.data["path"])


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    stopwatch = Stopwatch(hass)
    for name in ("start", "stop", "options", "profile", "profile_stop"):
        hass.services.async_register(DOMAIN, name, getattr(stopwatch, name))
    return True
