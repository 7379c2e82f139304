"""An entry is set up, unloaded, reloaded and removed, and the log stays quiet."""

import asyncio
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic import coordinator
from custom_components.linky_tic.const import DOMAIN
from simulator import Household
from simulator.faults import Damage, Double, Fault, Interruption, Lose, Noise
from simulator.line import Line
from simulator.ports import TcpPort

from .descriptors import none_left
from .home import ADDRESS, KNOWN, Home, complaints
from .waiting import until


def tasks_of_ours() -> list[str]:
    return [name for task in asyncio.all_tasks() if DOMAIN in (name := task.get_name())]


async def test_a_port_that_is_open_and_silent_is_loaded_and_unavailable(home: Home) -> None:
    meter = home.meter()
    entry = await home.add(meter)
    assert (entry.state, meter.is_open) == (ConfigEntryState.LOADED, True)
    assert home.state("binary_sensor.linky_link") == "unknown"
    assert tasks_of_ours()


async def test_unloading_frees_the_port_and_leaves_no_task(home: Home) -> None:
    meter = await home.hears()
    await home.unload(meter)
    assert meter.entry
    assert meter.entry.state is ConfigEntryState.NOT_LOADED
    assert not meter.is_open
    assert not tasks_of_ours()
    assert home.value("east") == "unavailable"


async def test_an_entry_is_reloaded_as_often_as_one_likes(home: Home) -> None:
    meter = await home.hears()
    listening = home.hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP]
    for _ in range(3):
        await home.restart(meter)
        await meter.play()
        assert home.value("east") not in {None, "unknown", "unavailable"}
    assert len(tasks_of_ours()) == 1
    assert home.hass.bus.async_listeners()[EVENT_HOMEASSISTANT_STOP] == listening


async def test_an_entry_is_turned_off_and_on_as_often_as_one_likes(home: Home) -> None:
    meter = await home.hears()
    assert meter.entry
    before, disable = tasks_of_ours(), home.hass.config_entries.async_set_disabled_by
    with none_left():
        for _ in range(10):
            await disable(meter.entry.entry_id, ConfigEntryDisabler.USER)
            assert (meter.is_open, tasks_of_ours()) == (False, [])
            await disable(meter.entry.entry_id, None)
            await home.hass.async_block_till_done()
    await meter.play()
    assert home.value("east") not in {None, "unknown", "unavailable"}
    assert tasks_of_ours() == before


async def test_a_meter_behind_a_bridge_is_heard(home: Home) -> None:
    meter = home.meter()
    with TcpPort(Line(Household()), speed=None) as bridge:
        await home.add(meter, port=bridge.url)
        await until(lambda: home.value("east") not in {None, "unknown"})
        await home.unload(meter)


async def test_nothing_of_a_removed_meter_is_left(home: Home) -> None:
    meter = await home.hears()
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    await home.hass.async_block_till_done()
    assert not [one for one in home.hass.states.async_all() if "linky" in one.entity_id]
    assert not tasks_of_ours()
    assert not meter.is_open


async def test_a_meter_that_is_off_leaves_no_file_though_nothing_was_set_up(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    off = MockConfigEntry(domain=DOMAIN, unique_id=ADDRESS, disabled_by=ConfigEntryDisabler.USER)
    off.add_to_hass(home.hass)
    for name, data in (("memory", {"ledger": {"kept": True}}), ("adopted", {})):
        key = f"linky_tic.{off.entry_id}.{name}"
        hass_storage[key] = {"version": 1, "key": key, "data": data}
    await home.hass.config_entries.async_remove(off.entry_id)
    assert not [key for key in hass_storage if off.entry_id in key]
    assert hass_storage["linky_tic.deleted_accounts"]["data"]


async def test_two_meters_live_side_by_side(home: Home) -> None:
    first, second = Household(), Household(phases=3, contract="tempo", index=5_000_000)
    one = await home.hears(first)
    other = home.meter(second, "tty2")
    await home.add(other, second.address, "linky_2")
    await other.play()
    await one.play()
    assert home.value("east") == str(int(first.truth["EAST"]) / 1000)
    assert home.value("east", "linky_2") == str(int(second.truth["EAST"]) / 1000)
    assert home.value("irms3") is None
    assert home.registered("sensor.linky_2_irms3").unique_id == f"{second.address}_IRMS3"
    await home.unload(one)
    await other.play(1)
    assert (home.value("east"), home.state("binary_sensor.linky_2_link")) == ("unavailable", "on")


async def test_the_log_says_once_that_the_line_is_lost_and_once_that_it_is_back(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    meter = await home.hears()
    await meter.fall_silent()
    assert home.state("binary_sensor.linky_link") == "off"
    await meter.fall_silent()
    await meter.play()
    ours = [record for record in caplog.records if DOMAIN in record.name]
    assert [(record.levelname, record.getMessage()) for record in ours] == [
        ("INFO", "The meter 041961••••00 is no longer heard"),
        ("INFO", "The meter 041961••••00 is heard again"),
    ]


async def test_a_bad_line_is_not_logged(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    faults: tuple[Fault, ...] = (
        Noise(200),
        Lose(4),
        Double(8),
        Damage(),
        Damage(every=True),
        Interruption(),
    )
    script = [(2 * number, fault) for number, fault in enumerate(faults)]
    meter = await home.hears(Line(Household(), noise=1e-3, script=script), 20)
    meter.port.unplug()
    await until(lambda: meter.coordinator.link._port is None)
    meter.port.replug()
    await home.restart(meter)
    await meter.play(20)
    assert not complaints(caplog)
    ours = [record for record in caplog.records if DOMAIN in record.name]
    assert not [record for record in ours if record.levelno > logging.DEBUG]
    assert ADDRESS not in "".join(record.getMessage() for record in ours)


async def test_every_entity_is_of_its_entry_and_device(home: Home) -> None:
    meter = await home.hears(frames=KNOWN)
    assert meter.entry
    registry = er.async_get(home.hass)
    entities = er.async_entries_for_config_entry(registry, meter.entry.entry_id)
    assert len(entities) > 50
    assert len({one.device_id for one in entities}) == 1
    assert all(one.unique_id.startswith(f"{ADDRESS}_") for one in entities)
    assert all(one.has_entity_name and one.original_name for one in entities)
    sensors = home.hass.data["entity_components"]["sensor"].entities
    assert not any(one.should_poll for one in sensors)


async def test_a_set_up_that_fails_is_undone_and_can_be_done_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = await home.hears()
    await home.unload(meter)
    assert meter.entry

    def fail(*_: object) -> None:
        raise RuntimeError("of our own making")

    with monkeypatch.context() as patched:
        patched.setattr(coordinator, "async_track_time_interval", fail)
        await home.hass.config_entries.async_setup(meter.entry.entry_id)
        await home.hass.async_block_till_done()
    assert meter.entry.state is ConfigEntryState.SETUP_ERROR
    assert (meter.is_open, tasks_of_ours()) == (False, [])
    await home.hass.config_entries.async_reload(meter.entry.entry_id)
    await meter.play()
    assert home.value("east") not in {None, "unavailable", "unknown"}
