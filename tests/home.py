"""A Home Assistant with simulated meters on its ports: their time is that of the integration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from freezegun.api import real_monotonic
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.dt import utcnow
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.linky_tic import config_flow, coordinator as coordinator_module
from custom_components.linky_tic.const import CONF_REPORTING, CONF_SLUG, DOMAIN
from custom_components.linky_tic.coordinator import LinkyCoordinator
from custom_components.linky_tic.cost import costs
from custom_components.linky_tic.line import detection, link as link_module, port, reception
from custom_components.linky_tic.meter.store import MeterStore
from custom_components.linky_tic.reporting import reporter
from custom_components.linky_tic.reporting.rules import Preset
from custom_components.linky_tic.tariff.in_force import index_slug
from custom_components.linky_tic.tic import LABELS
from simulator import Household
from simulator.line import Line, Source
from simulator.ports import PtyPort
from simulator.tariff import CONTRACTS

from .waiting import HANGS, OF_THE_MACHINE, until

ADDRESS: Final = "041961000000"
OTHER_ADDRESS: Final = "021975000001"
KNOWN: Final = 4
"""Frames after which all that a meter repeats has been heard often enough."""
_BREATH: Final = 0.005
"""Seconds between two frames of a meter that speaks all the while."""


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged above INFO, but for what Home Assistant says of itself and of the machine."""
    usual = ("homeassistant.loader", "aiohttp_fast_zlib", "asyncio")
    loud = (record for record in caplog.records if record.levelno > logging.INFO)
    said = [record.getMessage() for record in loud if record.name not in usual]
    return [message for message in said if not OF_THE_MACHINE.search(message)]


class Clock:
    """The time of the integration: the meters make it go on.

    `ahead` is by how many seconds the time of day is, after somebody has set it.
    """

    def __init__(self) -> None:
        self.now = Household().now.timestamp()
        self.ahead = 0.0

    def time(self) -> float:
        return self.now + self.ahead

    def monotonic(self) -> float:
        return self.now


class Meter:
    """A meter at the other end of a pseudo-terminal; it speaks when the test says so.

    What its registers are called has been `learned` in a former life, in either mode: the entry
    would reload when a name is new.
    """

    def __init__(self, hass: HomeAssistant, clock: Clock, source: Source, path: Path) -> None:
        self.source = source
        self.port = PtyPort(source, path)
        self.entry: MockConfigEntry | None = None
        self.learned = _names(source)
        self.counted = _counted(source)
        self._hass = hass
        self._clock = clock
        self.port.replug()

    @property
    def coordinator(self) -> LinkyCoordinator:
        assert self.entry
        coordinator: LinkyCoordinator = self.entry.runtime_data
        return coordinator

    @property
    def is_open(self) -> bool:
        """Whether somebody reads the port."""
        return self.port._listened_to()

    @property
    def _is_loaded(self) -> bool:
        return not self.entry or self.entry.state is ConfigEntryState.LOADED

    async def play(self, frames: int = KNOWN) -> None:
        """Send frames, and wait until they have been heard and shown."""
        for _ in range(frames):
            burst = self.source.next()
            self._clock.now += burst.seconds
            await self.send(burst.data)
        await self._hass.async_block_till_done()

    async def send(self, data: bytes) -> None:
        """Send bytes, and wait until they have been received, or the entry is reloaded."""
        if not self._is_loaded:
            await self._hass.async_block_till_done()
        reception_ = self.coordinator.link.reception
        expected = reception_.received + len(data)
        self.port._write(data, HANGS)
        await until(lambda: reception_.received >= expected or not self._is_loaded)

    async def fall_silent(self) -> None:
        """Let the line find that the meter has not been heard for a minute."""
        link = self.coordinator.link
        link._good_at -= HANGS
        link._check_silence()
        await self._hass.async_block_till_done()

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        """Send frames all the while, to whoever listens."""
        task = asyncio.create_task(self._play_on())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _play_on(self) -> None:
        while True:
            if self.is_open:
                burst = self.source.next()
                self._clock.now += burst.seconds
                self.port._write(burst.data, 0)
            await asyncio.sleep(_BREATH)


class Home:
    """A Home Assistant and its meters."""

    def __init__(self, hass: HomeAssistant, folder: Path, clock: Clock) -> None:
        self.hass = hass
        self.clock = clock
        self.folder = folder
        self.meters: list[Meter] = []

    def meter(self, source: Source | Household | None = None, name: str = "tty") -> Meter:
        """Plug a meter in, by default a new household's."""
        if isinstance(source, Household) or source is None:
            source = Line(source or Household())
        meter = Meter(self.hass, self.clock, source, self.folder / name)
        self.meters.append(meter)
        return meter

    async def add(
        self,
        meter: Meter,
        address: str = ADDRESS,
        slug: str = "linky",
        *,
        port: str | None = None,
        options: dict[str, object] | None = None,
        **data: object,
    ) -> MockConfigEntry:
        """Add the entry that the dialog would add for a meter, and set it up."""
        meter.entry = MockConfigEntry(
            domain=DOMAIN,
            title=slug.replace("_", " ").capitalize(),
            unique_id=address,
            data={CONF_PORT: port or meter.port.url, CONF_SLUG: slug, **data},
            options=options or {CONF_REPORTING: Preset.REALTIME.value},
        )
        meter.entry.add_to_hass(self.hass)
        memory = MeterStore(self.hass, meter.entry.entry_id)
        memory.keep("tariff_names", dict(meter.learned))
        memory.keep("historic_tariffs", dict(meter.counted))
        await memory.flush()
        await self.hass.config_entries.async_setup(meter.entry.entry_id)
        await self.hass.async_block_till_done()
        return meter.entry

    async def hears(
        self, source: Source | Household | None = None, frames: int = KNOWN, address: str = ADDRESS
    ) -> Meter:
        """Plug a meter in, add it, and hear it."""
        meter = self.meter(source)
        entry = await self.add(meter, address)
        assert entry.state is ConfigEntryState.LOADED, entry.reason
        await meter.play(frames)
        return meter

    async def restart(self, meter: Meter) -> None:
        """Unload and set up anew: all that is not stored is forgotten."""
        assert meter.entry
        await self.hass.config_entries.async_reload(meter.entry.entry_id)
        await self.hass.async_block_till_done()

    async def unload(self, meter: Meter) -> None:
        assert meter.entry
        await self.hass.config_entries.async_unload(meter.entry.entry_id)
        await self.hass.async_block_till_done()

    def state(self, entity_id: str) -> str | None:
        """The state of an entity; None when there is none."""
        state = self.hass.states.get(entity_id)
        return state.state if state else None

    def value(self, label: str, slug: str = "linky") -> str | None:
        """The state of a label's sensor."""
        return self.state(f"sensor.{slug}_{label}")

    def registered(self, entity_id: str) -> er.RegistryEntry:
        entity = er.async_get(self.hass).async_get(entity_id)
        assert entity
        return entity

    async def minutes(self, count: int = 1) -> None:
        """Let minutes pass, one by one, without a frame."""
        for _ in range(count):
            self.clock.now += 60
            for meter in self.meters:
                if isinstance(meter.source, Line):
                    meter.source.house.advance(60)
            async_fire_time_changed(self.hass, utcnow() + timedelta(minutes=1))
            await self.hass.async_block_till_done()

    async def _close(self) -> None:
        for entry in self.hass.config_entries.async_entries(DOMAIN):
            if entry.state in {ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY}:
                await self.hass.config_entries.async_unload(entry.entry_id)
        for meter in self.meters:
            meter.port.unplug()


def _names(source: Source) -> dict[str, str]:
    """What the registers of a house's contract are called; Tempo's need not be learned."""
    if not isinstance(source, Line) or source.house.contract == "tempo":
        return {}
    tariffs = CONTRACTS[source.house.contract].tariffs
    return {str(one.register): " ".join(one.name.split()) for one in tariffs}


def _counted(source: Source) -> dict[str, str]:
    """What the indexes of a house count that speaks Historique."""
    if not isinstance(source, Line) or source.house.mode == "standard":
        return {}
    labels = [LABELS[name] for name, _ in CONTRACTS[source.house.contract].indexes]
    return {str(label.register): index_slug(label) or "" for label in labels}


@asynccontextmanager
async def opened(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    """Give a home, and see that all it has opened is closed at its end."""
    clock = Clock()
    # How long a port is waited for is not simulated, nor frozen.
    real = SimpleNamespace(time=clock.time, monotonic=real_monotonic)
    for module, patience in ((link_module, "SILENCE"), (reception, "STALLED")):
        monkeypatch.setattr(module, "time", real)
        monkeypatch.setattr(module, patience, HANGS)
    for module in (config_flow, costs, reporter):
        monkeypatch.setattr(module, "time", clock)
    # A speed is not doubted since the machine is busy: its change would throw bytes away.
    for patience in ("TRYING_SILENCE", "DOUBT", "DOUBT_SILENCE"):
        monkeypatch.setattr(detection, patience, HANGS)
    monkeypatch.setattr(detection, "TRYING", dict.fromkeys(detection.SPEEDS, HANGS))
    # A process that is being started holds the lock of a port for longer then.
    monkeypatch.setattr(port, "_BUSY", 30.0)
    # Nor how long the bytes of a meter wait that speaks faster than any.
    monkeypatch.setattr(coordinator_module, "READ_INTERVALS", dict.fromkeys(Preset, 0.0))
    home = Home(hass, folder, clock)
    yield home
    await home._close()
    assert not _open_ports()


def _open_ports() -> list[str]:
    """Serial ports that this process holds; Home Assistant's own watches are left out."""
    links = [str(one.resolve()) for one in Path("/proc/self/fd").iterdir()]
    return [link for link in links if link.startswith(("/dev/pts", "/dev/ptmx"))]
