"""The accounts of entries that were deleted.

The recorder keeps the sums of deleted entities, and an entry that is added again has the same
entity ids. So it goes on from its old account, as if Home Assistant had been off meanwhile. A meter
is known by a hash of its address.
"""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import CONF_SLUG, DEFAULT_SLUG, DOMAIN
from ..meter.store import MeterStore
from ..tic import hashed
from .account import LEDGER
from .prices import Prices

HAD_PRICES: Final = "had_prices"
"""The key of a deleted account that tells whether the entry had prices."""
_VERSION: Final = 1
_DELETED: Final[HassKey[DeletedAccounts]] = HassKey(f"{DOMAIN}.deleted_accounts")
_LATER: Final = 60.0
"""Seconds after which a restored account is deleted here: the entry has stored its own by then."""


async def async_setup_deleted_accounts(hass: HomeAssistant) -> None:
    """Load what is kept, once."""
    if _DELETED not in hass.data:
        hass.data[_DELETED] = deleted = DeletedAccounts(hass)
        await deleted.load()


def deleted_accounts(hass: HomeAssistant) -> DeletedAccounts:
    return hass.data[_DELETED]


class DeletedAccounts:
    """The stored accounts, by the hash of the meter's address."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store: Store[dict[str, dict[str, Any]]] = Store(
            hass, _VERSION, f"{DOMAIN}.deleted_accounts"
        )
        self._kept: dict[str, dict[str, Any]] = {}

    async def load(self) -> None:
        self._kept = await self._store.async_load() or {}

    async def keep(self, entry: ConfigEntry[Any]) -> None:
        """Keep the account of an entry that is being deleted, before its store is."""
        store = MeterStore(self._hass, entry.entry_id)
        await store.load()
        account: Any = store.recall(LEDGER)
        if account:
            account |= {"address": "", HAD_PRICES: bool(Prices.chosen(entry.options).options)}
            self._kept[hashed(str(entry.unique_id))] = {CONF_SLUG: _slug(entry), LEDGER: account}
            await self._store.async_save(self._kept)

    def restore(self, entry: ConfigEntry[Any]) -> dict[str, Any] | None:
        """Return the former account of an entry, once: by its meter, else by its entity ids."""
        own = hashed(str(entry.unique_id))
        named = (key for key, one in self._kept.items() if one[CONF_SLUG] == _slug(entry))
        key = own if own in self._kept else next(named, None)
        if key is None:
            return None
        kept = self._kept.pop(key)[LEDGER]
        self._store.async_delay_save(lambda: self._kept, _LATER)
        return {**kept, "address": entry.unique_id} if key == own else kept


def _slug(entry: ConfigEntry[Any]) -> str:
    return str(entry.data.get(CONF_SLUG, DEFAULT_SLUG))
