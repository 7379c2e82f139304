"""The MQTT integration of Home Assistant with a real broker, and a meter with a mirror."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from itertools import count
from typing import Final
from unittest.mock import patch

from homeassistant.components.mqtt import is_connected
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.meter.meter import LinkyMeter
from custom_components.linky_tic.meter.store import MeterStore
from custom_components.linky_tic.mirror import Mirror, publisher
from custom_components.linky_tic.tic import Frame
from simulator.frames import Group, Writer
from simulator.wire import to_8n1

from .waiting import HANGS, until

_numbers: Final = count()

GROUPS: Final = {
    "NGTF": "      BASE      ",
    "EAST": "012345678",
    "PREF": "06",
    "SINSTS": "00450",
    "STGE": "003A0001",
    "MSG1": "PAS DE          MESSAGE         ",
    "PRM": "07612345678901",
    "NJOURF+1": "00",
}


@asynccontextmanager
async def connected(
    hass: HomeAssistant, port: int, protocol: str = "3.1.1", **options: object
) -> AsyncIterator[MockConfigEntry]:
    """Set up Home Assistant's MQTT integration on a broker, until the end of the block."""
    entry = MockConfigEntry(
        domain="mqtt",
        version=2,
        minor_version=1,
        data={"broker": "127.0.0.1", "port": port, "protocol": protocol},
        options={"birth_message": {}, "discovery": False, **options},
    )
    entry.add_to_hass(hass)
    mqtt = "homeassistant.components.mqtt"
    with (
        patch(f"{mqtt}.try_connection", return_value=False),  # of MQTT 5: five seconds in vain
        patch(f"{mqtt}.client.RECONNECT_INTERVAL_SECONDS", 0.1),
        patch.object(publisher, "FLUSH_TIMEOUT", HANGS),
        patch("homeassistant.config.load_yaml_config_file", return_value={}),
    ):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await until(lambda: is_connected(hass))
        yield entry
        if entry in hass.config_entries.async_entries("mqtt"):
            await hass.config_entries.async_unload(entry.entry_id)
        await until(lambda: not is_connected(hass))


def new_entry(hass: HomeAssistant, **options: object) -> MockConfigEntry:
    """Add an entry for a meter whose address no other test has."""
    address = f"0419617{next(_numbers):05}"
    entry = MockConfigEntry(
        domain=DOMAIN, title="Linky", unique_id=address, data={}, options=options
    )
    entry.add_to_hass(hass)
    return entry


class House:
    """A meter with a real receiver, and its mirror; a second passes with each frame."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.address: str = entry.unique_id
        meter = LinkyMeter(hass, entry, MeterStore(hass, entry.entry_id))
        self.receiver, self.signals = meter.receiver, meter.signals
        self.mirror = Mirror(meter)
        self.groups = {"ADSC": self.address, **GROUPS}
        self.now = 1_795_000_000.0
        self._writer = Writer("standard")

    def heard(
        self, times: int = 1, *, known: Collection[str] | None = None, **changes: str | None
    ) -> None:
        """Send a frame; a label that changes to None is no longer sent.

        `known` are the labels that are known to hold so far, by default all that were read.
        """
        for name, data in changes.items():
            if data is None:
                del self.groups[name]
            else:
                self.groups[name] = data
        groups = [Group(name, data) for name, data in self.groups.items()]
        for _ in range(times):
            self.feed(to_8n1(self._writer.frame(groups)), known)

    def feed(self, stream: bytes, known: Collection[str] | None = None) -> None:
        self.now += 1
        for event in self.receiver.feed(stream, self.now):
            if isinstance(event, Frame) and self.receiver.meter.is_identified:
                readings = self.receiver.meter.readings
                hold = {name: readings[name] for name in readings if known is None or name in known}
                self.signals.frame.send(event, hold, self.now)


@asynccontextmanager
async def mirrored(hass: HomeAssistant, entry: MockConfigEntry) -> AsyncIterator[House]:
    """Run the mirror of an entry, until the end of the block."""
    house = House(hass, entry)
    await house.mirror.async_start()
    yield house
    await house.mirror.async_stop()
