"""A meter that replaces another: entities and device take the new meter's address.

How its statistics go on is decided in `counting.py`, when each index is shown for the first time.
"""

from homeassistant.config_entries import OperationNotAllowed, UnknownEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry


async def async_replace_meter(
    hass: HomeAssistant, entry: LinkyConfigEntry, address: str, port: str
) -> bool:
    """Move an entry, its entities and history to the meter on a port, the entry's or another.

    False, and nothing changed, when the entry cannot be unloaded now, or the new meter has been
    added meanwhile. Whoever has answered the same before has replaced it already.
    """
    entries = hass.config_entries
    try:
        if not await entries.async_unload(entry.entry_id):
            return False
        # Without a pause after that: whoever waits to set the entry up finds the new meter.
        owner = entries.async_entry_for_domain_unique_id(DOMAIN, address)
        if owner is None:
            _move_identity(hass, entry, address)
        if is_ours := owner in {None, entry}:
            data = {**entry.data, CONF_PORT: port}
            entries.async_update_entry(entry, unique_id=address, data=data)
        await entries.async_reload(entry.entry_id)
    except OperationNotAllowed:  # it is being set up or unloaded, or nothing helps but a restart
        return False
    except UnknownEntry:  # somebody has deleted it meanwhile
        return False
    return is_ours


def _move_identity(hass: HomeAssistant, entry: LinkyConfigEntry, address: str) -> None:
    old = entry.unique_id or ""
    entities = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        key = entity.unique_id.removeprefix(f"{old}_")
        entities.async_update_entity(entity.entity_id, new_unique_id=f"{address}_{key}")
    devices = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        devices.async_update_device(
            device.id, new_identifiers={(DOMAIN, address)}, serial_number=address
        )
