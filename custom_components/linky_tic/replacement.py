"""A meter that replaces another: the history goes on, under the new meter's address.

Everything that carries the old address takes the new one, and each index's statistics are told
where the new counter starts: Home Assistant would else add the new meter's whole index, or the
difference between the two, to the energy used.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN
from .coordinator import LinkyConfigEntry
from .index_history import async_start_from
from .link import Link, LinkError, Settings
from .tic import INDEXES, Event, Frame, Reading, Receiver

_FRAMES: Final = 6
"""Frames after which the indexes of a meter that is heard well are all confirmed."""
_LONGEST: Final = 40.0
"""Seconds to wait for them."""


async def async_replace_meter(hass: HomeAssistant, entry: LinkyConfigEntry, address: str) -> bool:
    """Give the old meter's entities and history to the meter now on the line.

    False, and nothing changed, when the new meter's indexes could not be heard.
    """
    settings = entry.runtime_data.link.settings
    await hass.config_entries.async_unload(entry.entry_id)
    try:
        readings = await _hear(entry.data[CONF_PORT], settings, address)
        if readings:
            await _async_start_indexes(hass, entry, readings)
            _move_identity(hass, entry, address)
    finally:
        await hass.config_entries.async_setup(entry.entry_id)
    return bool(readings)


async def _hear(port: str, settings: Settings, address: str) -> Mapping[str, Reading]:
    """Listen until the gate has confirmed what the meter says; nothing when it is not heard."""
    receiver = Receiver(address)
    heard = asyncio.Event()
    frames = 0

    def count(events: list[Event], _now: float) -> None:
        nonlocal frames
        frames += sum(isinstance(event, Frame) and not event.is_short for event in events)
        if frames >= _FRAMES:
            heard.set()

    link = Link(port, receiver, settings=settings, on_events=count, on_state=lambda _on: None)
    try:
        await link.open()
        running = asyncio.create_task(link.run())
        try:
            async with asyncio.timeout(_LONGEST):
                await heard.wait()
        finally:
            running.cancel()
    except LinkError, TimeoutError:
        return {}
    finally:
        await link.close()
    return receiver.meter.readings


async def _async_start_indexes(
    hass: HomeAssistant, entry: LinkyConfigEntry, readings: Mapping[str, Reading]
) -> None:
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        reading = readings.get(entity.unique_id.partition("_")[2])
        if reading and reading.label.quantity in INDEXES and isinstance(reading.value, int):
            await async_start_from(hass, entity.entity_id, reading.value, reading.label.unit)


def _move_identity(hass: HomeAssistant, entry: LinkyConfigEntry, address: str) -> None:
    """Put the new address wherever the old one stood: entry, entities, device."""
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
    hass.config_entries.async_update_entry(entry, unique_id=address)
