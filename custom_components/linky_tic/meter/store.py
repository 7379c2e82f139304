"""What a meter has said that it will not say again: stored across restarts, by key.

It knows JSON and storage; each room has a key of its own. What the wire repeats is
never kept here.
"""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN

_VERSION: Final = 1
_TOGETHER: Final = 10.0
"""Seconds in which facts are written together; at a stop, what waits is written at once."""


class MeterStore:
    """The lasting facts of one entry, once they are loaded."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store: Store[dict[str, JsonValueType]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.memory"
        )
        self._facts: dict[str, JsonValueType] = {}
        self._is_dirty = False

    async def load(self) -> None:
        """Read what the runs before have kept."""
        self._facts = await self._store.async_load() or {}

    def recall(self, key: str) -> JsonValueType:
        """Give what is kept under a key, None if nothing is."""
        return self._facts.get(key)

    @callback
    def keep(self, key: str, fact: JsonValueType, *, at_once: bool = False) -> None:
        """Keep a fact in the place of the one before; None forgets it.

        It is written at once where a crash in the next seconds would tell something false.
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
        """Write down at once what has changed."""
        if self._is_dirty:
            await self._store.async_save(self._data())

    async def remove(self) -> None:
        """Leave no file."""
        await self._store.async_remove()

    def _data(self) -> dict[str, JsonValueType]:
        self._is_dirty = False
        return dict(self._facts)
