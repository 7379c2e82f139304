"""A meter that replaces another: the history goes on, under the new meter's address.

Everything that carries the old address takes the new one, and each index's statistics are told
where the new counter starts: Home Assistant would else add the new meter's whole index, or the
difference between the two, to the energy used.
"""

import asyncio
from collections.abc import Mapping, Set as AbstractSet
from typing import Final

from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..line import Link, LinkError, Settings
from ..tic import CATALOGUE, INDEXES, Event, Frame, Reading, Receiver
from .index_start import Index, async_start_from

_FRAMES: Final = 6
"""Frames after which the indexes of a meter that is heard well are all confirmed."""
_LONGEST: Final = 40.0
"""Seconds to wait for them, and for those of a meter that is heard badly."""
_INDEXES: Final = frozenset(
    name for rows in CATALOGUE.values() for name, row in rows.items() if row.quantity in INDEXES
)


async def async_replace_meter(
    hass: HomeAssistant, entry: LinkyConfigEntry, address: str, port: str, settings: Settings
) -> bool:
    """Give the old meter's entities and history to the meter on a port, the entry's or another.

    False, and nothing changed, when the new meter's indexes could not be heard.
    """
    entities = _index_entities(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    try:
        readings = await _hear(port, settings, address, entities.keys())
        if readings:
            indexes = [
                Index(entities[name], reading.value, reading.label.unit)
                for name, reading in readings.items()
                if name in entities and isinstance(reading.value, int)
            ]
            await async_start_from(hass, indexes)
            _move_identity(hass, entry, address, port)
    finally:
        await hass.config_entries.async_setup(entry.entry_id)
    return bool(readings)


def _index_entities(hass: HomeAssistant, entry: LinkyConfigEntry) -> dict[str, str]:
    """Give the entity id of each index that this entry has, by label."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    by_label = {one.unique_id.partition("_")[2]: one.entity_id for one in entities}
    return {name: entity_id for name, entity_id in by_label.items() if name in _INDEXES}


class _Hearing:
    """What the new meter says, until all its indexes are confirmed."""

    def __init__(self, address: str, expected: AbstractSet[str]) -> None:
        self.receiver = Receiver(address)
        self.all_heard = asyncio.Event()
        self._expected = expected
        self._frames = 0

    def handle(self, events: list[Event], _now: float) -> None:
        """Count frames, and see whether anything is missing still."""
        self._frames += sum(isinstance(one, Frame) and not one.is_short for one in events)
        mode = self.receiver.mode
        if mode and self.is_enough and not self._missing(self._expected & CATALOGUE[mode].keys()):
            self.all_heard.set()

    @property
    def is_enough(self) -> bool:
        """Whether every index that this meter is known to send is confirmed."""
        sent = self.receiver.meter.presence.established & _INDEXES
        return self._frames >= _FRAMES and bool(sent) and not self._missing(sent)

    def _missing(self, names: AbstractSet[str]) -> AbstractSet[str]:
        return names - self.receiver.meter.readings.keys()


async def _hear(
    port: str, settings: Settings, address: str, expected: AbstractSet[str]
) -> Mapping[str, Reading]:
    """Listen until the gate has confirmed what the meter says; nothing when it is not heard.

    Indexes are `expected` of the old meter's kind; one that the new meter does not send is waited
    for in vain, and does no harm.
    """
    hearing = _Hearing(address, expected)
    link = Link(
        port,
        hearing.receiver,
        settings=settings,
        on_events=hearing.handle,
        on_state=lambda _is_heard: None,
    )
    try:
        await link.open()
        running = asyncio.create_task(link.run())
        try:
            async with asyncio.timeout(_LONGEST):
                await hearing.all_heard.wait()
        finally:
            running.cancel()
    except TimeoutError:
        pass  # what was heard may be enough
    except LinkError:
        return {}
    finally:
        await link.close()
    return hearing.receiver.meter.readings if hearing.is_enough else {}


def _move_identity(hass: HomeAssistant, entry: LinkyConfigEntry, address: str, port: str) -> None:
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
    data = {**entry.data, CONF_PORT: port}
    hass.config_entries.async_update_entry(entry, unique_id=address, data=data)
