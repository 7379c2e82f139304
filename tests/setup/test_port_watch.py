"""An entry whose port does not work yet is set up as soon as it does."""

import asyncio
import fcntl
import os

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
import pytest

from custom_components.linky_tic.line import port
from custom_components.linky_tic.setup import port_watch
from simulator.ports import TcpPort

from ..home import Home, Meter, complaints
from ..waiting import until

RETRY = ConfigEntryState.SETUP_RETRY
_USUAL = (port_watch._POLL_INTERVAL, port_watch._RETRY_INTERVAL)


def watches() -> int:
    return sum(task.get_name() == "linky_tic port watch" for task in asyncio.all_tasks())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_watch, "_POLL_INTERVAL", 0.05)
    monkeypatch.setattr(port_watch, "_RETRY_INTERVAL", 0.2)


async def without_port(home: Home) -> Meter:
    """An entry whose adapter is not plugged in."""
    meter = home.meter()
    meter.port.unplug()
    await home.add(meter)
    return meter


def state(meter: Meter) -> ConfigEntryState:
    assert meter.entry
    state: ConfigEntryState = meter.entry.state
    return state


def test_how_often_a_port_is_looked_for() -> None:
    assert _USUAL == (1.0, 30.0)


async def test_a_missing_port_is_told_and_waited_for(home: Home) -> None:
    meter = await without_port(home)
    assert state(meter) is RETRY
    assert meter.entry
    assert meter.entry.error_reason_translation_key == "port_missing"
    assert meter.entry.error_reason_translation_placeholders == {"port": meter.port.url}


async def test_an_entry_is_set_up_as_soon_as_its_path_exists(home: Home) -> None:
    meter = await without_port(home)
    assert (state(meter), watches()) == (RETRY, 1)
    meter.port.replug()
    await until(lambda: state(meter) is ConfigEntryState.LOADED)
    await meter.play()
    assert home.value("east") is not None


async def test_a_path_under_a_url_is_watched_too(home: Home) -> None:
    meter = home.meter()
    meter.port.unplug()
    await home.add(meter, port=f"device://{meter.port.url}")
    assert state(meter) is RETRY
    meter.port.replug()
    await until(lambda: state(meter) is ConfigEntryState.LOADED)


async def test_a_busy_port_is_tried_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port, "_BUSY", 0.1)
    meter = home.meter()
    other = os.open(meter.port._device, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    await home.add(meter)
    await until(lambda: state(meter) is RETRY)
    assert meter.entry
    assert meter.entry.error_reason_translation_key == "port_busy"
    os.close(other)
    await until(lambda: state(meter) is ConfigEntryState.LOADED)


async def test_a_bridge_that_was_off_is_tried_again(home: Home) -> None:
    meter = home.meter()
    bridge = TcpPort(meter.source)
    bridge.replug()
    bridge.unplug()
    await home.add(meter, port=bridge.url)
    assert state(meter) is RETRY
    bridge.replug()
    await until(lambda: state(meter) is ConfigEntryState.LOADED)
    await home.unload(meter)
    bridge.unplug()


async def test_a_serial_proxy_is_waited_for_until_esphome_is_loaded(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    meter = home.meter()
    await home.add(meter, port="esphome-hass://esphome/01KD?port_name=tic")
    assert meter.entry
    assert state(meter) is RETRY
    assert meter.entry.error_reason_translation_key == "port_refused"
    await until(lambda: caplog.text.count("not ready yet") > 2 and state(meter) is RETRY)
    assert watches() == 1
    assert not [one for one in complaints(caplog) if "not ready yet" not in one]


async def test_a_port_that_home_assistant_finds_first_is_not_opened_twice(home: Home) -> None:
    meter = await without_port(home)
    meter.port.replug()
    await home.restart(meter)
    assert (state(meter), watches()) == (ConfigEntryState.LOADED, 0)


async def test_a_port_of_an_entry_that_is_disabled_is_left_alone(home: Home) -> None:
    meter = await without_port(home)
    assert meter.entry
    entries = home.hass.config_entries
    await entries.async_set_disabled_by(meter.entry.entry_id, ConfigEntryDisabler.USER)
    await until(lambda: not watches())
    assert (state(meter), meter.is_open) == (ConfigEntryState.NOT_LOADED, False)


async def test_a_port_of_an_entry_that_is_removed_is_left_alone(home: Home) -> None:
    meter = await without_port(home)
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    await until(lambda: not watches())


async def test_a_port_that_comes_and_goes_is_waited_for_again(home: Home) -> None:
    meter = await without_port(home)
    for _ in range(2):
        meter.port.replug()
        await until(lambda: state(meter) is ConfigEntryState.LOADED)
        await home.unload(meter)
        meter.port.unplug()
        await home.restart(meter)
        assert state(meter) is RETRY
