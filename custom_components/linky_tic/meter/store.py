"""What must survive a restart and is not sent again by the meter: JSON, one key for each room."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN

_VERSION: Final = 1
_TOGETHER: Final = 10.0
"""Seconds in which facts are written together; at a stop, what waits is written at once."""


class MeterStore:
    """The stored facts of one entry, available once `load` was awaited."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store: Store[dict[str, JsonValueType]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.memory"
        )
        self._facts: dict[str, JsonValueType] = {}
        self._is_dirty = False

    async def load(self) -> None:
        """Read what earlier runs have stored."""
        self._facts = await self._store.async_load() or {}

    def recall(self, key: str) -> JsonValueType:
        """Return what is stored under a key, None if nothing is."""
        return self._facts.get(key)

    @callback
    def keep(self, key: str, fact: JsonValueType, *, at_once: bool = False) -> None:
        """Store a fact under a key; None deletes it.

        `at_once`: write it now, where a crash in the next seconds would make a value false.
        """
        if self._facts.get(key) == fact:
            return
        if fact is None:
            del self._facts[key]
        else:
            self._facts[key] = fact
        self._is_dirty = True
        if at_once:
            self._hass.async_create_task(self.flush(), f"{DOMAIN} store")
        else:
            self._store.async_delay_save(self._data, _TOGETHER)

    async def flush(self) -> None:
        """Write what has changed, now."""
        if self._is_dirty:
            await self._store.async_save(self._data())

    async def remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, JsonValueType]:
        self._is_dirty = False
        return dict(self._facts)
