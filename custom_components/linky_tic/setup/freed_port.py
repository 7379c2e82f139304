"""An entry that leaves its port while a new one is listened to, and takes it again.

The new port may be the same under another name, or a bridge that serves one client.
"""

from dataclasses import dataclass
from typing import Self

from homeassistant.config_entries import ConfigEntryState, OperationNotAllowed
from homeassistant.core import HomeAssistant

from ..coordinator import LinkyConfigEntry


@dataclass(frozen=True, slots=True)
class FreedPort:
    """The port of an entry that is not running."""

    hass: HomeAssistant
    entry_id: str

    @classmethod
    async def of(cls, hass: HomeAssistant, entry: LinkyConfigEntry) -> Self | None:
        """Free the port of an entry; None when that is not possible now."""
        try:
            is_freed = await hass.config_entries.async_unload(entry.entry_id)
        except OperationNotAllowed:  # it is being set up, or nothing helps it but a restart
            is_freed = False
        return cls(hass, entry.entry_id) if is_freed else None

    async def async_come_back(self) -> None:
        """Have the entry run again, on the port that is its by now."""
        entry = self.hass.config_entries.async_get_entry(self.entry_id)
        if entry and entry.state is not ConfigEntryState.LOADED:
            await self.hass.config_entries.async_reload(self.entry_id)
