"""The topics under which the broker keeps something of ours, remembered as long as it does.

It knows topics and storage; what stands under them and how it got there is not its business.
"""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1
_FORGET_AFTER: Final = 5.0
"""Seconds in which topics that were emptied are written together."""


class Retained:
    """The retained topics of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[list[str]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.retained")
        self._is_dirty = False
        self.topics: set[str] = set()

    async def load(self) -> None:
        """Read what the runs before have left on the broker."""
        self.topics = set(await self._store.async_load() or ())

    async def remember(self, topics: Iterable[str]) -> None:
        """Write topics down, before anything is published under them: a crash must not lose one."""
        if not self.topics.issuperset(topics):
            self.topics.update(topics)
            await self._save()

    @callback
    def forget(self, topic: str) -> None:
        """Note that the broker keeps nothing under a topic any more."""
        if topic in self.topics:
            self.topics.remove(topic)
            self._is_dirty = True
            self._store.async_delay_save(self._data, _FORGET_AFTER)

    async def flush(self) -> None:
        """Write down at once what was forgotten."""
        if self._is_dirty:
            await self._save()

    async def remove(self) -> None:
        """Leave no file."""
        await self._store.async_remove()

    async def _save(self) -> None:
        self._is_dirty = False
        await self._store.async_save(self._data())

    def _data(self) -> list[str]:
        return sorted(self.topics)
