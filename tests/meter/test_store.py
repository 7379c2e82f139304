"""What is kept is there after a restart, and nothing of it after the entry's removal."""

from datetime import timedelta
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.util.dt import utcnow
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.linky_tic.meter.store import MeterStore

from ..home import Home

ENTRY: Final = "54e"
KEY: Final = f"linky_tic.{ENTRY}.memory"

type Storage = dict[str, dict[str, Any]]  # the harness's: file name -> what is written in it


async def stopped(hass: HomeAssistant) -> None:
    """Let Home Assistant write down what waits, as when it stops."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()


async def loaded(hass: HomeAssistant) -> MeterStore:
    """The memory of the same entry in a run that begins."""
    memory = MeterStore(hass, ENTRY)
    await memory.load()
    return memory


async def test_nothing_is_kept_at_first(hass: HomeAssistant, hass_storage: Storage) -> None:
    memory = await loaded(hass)
    assert memory.recall("hours") is None
    await memory.flush()
    assert KEY not in hass_storage


async def test_a_fact_is_recalled_in_the_next_run(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    memory = await loaded(hass)
    memory.keep("hours", {"coding": "decimal"})
    assert memory.recall("hours") == {"coding": "decimal"}
    await memory.flush()
    assert (await loaded(hass)).recall("hours") == {"coding": "decimal"}


async def test_facts_are_written_together_and_not_lost_at_a_stop(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    memory = await loaded(hass)
    memory.keep("hours", "decimal")
    memory.keep("names", ["HP", "HC"])
    assert KEY not in hass_storage
    await stopped(hass)
    assert hass_storage[KEY]["version"] == 1
    assert hass_storage[KEY]["data"] == {"hours": "decimal", "names": ["HP", "HC"]}


async def test_facts_are_written_after_ten_seconds(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    memory = await loaded(hass)
    memory.keep("hours", "decimal")
    for seconds, is_written in ((9, False), (10.1, True)):
        async_fire_time_changed(hass, utcnow() + timedelta(seconds=seconds))
        await hass.async_block_till_done()
        assert (KEY in hass_storage) is is_written


async def test_a_fact_may_be_written_at_once(hass: HomeAssistant, hass_storage: Storage) -> None:
    memory = await loaded(hass)
    memory.keep("hours", "decimal", at_once=True)
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"hours": "decimal"}


async def test_what_is_known_already_is_not_written_again(
    hass: HomeAssistant, hass_storage: Storage
) -> None:
    memory = await loaded(hass)
    memory.keep("hours", "decimal")
    await memory.flush()
    del hass_storage[KEY]
    memory.keep("hours", "decimal")
    await memory.flush()
    await stopped(hass)
    assert KEY not in hass_storage


async def test_a_fact_can_be_forgotten(hass: HomeAssistant, hass_storage: Storage) -> None:
    memory = await loaded(hass)
    memory.keep("hours", "decimal")
    memory.keep("names", ["HP"])
    memory.keep("hours", None)
    memory.keep("never kept", None)
    await memory.flush()
    assert hass_storage[KEY]["data"] == {"names": ["HP"]}


async def test_a_restart_loses_nothing_and_a_removal_leaves_nothing(
    home: Home, hass_storage: Storage
) -> None:
    meter = await home.hears()
    assert meter.entry
    key = f"linky_tic.{meter.entry.entry_id}.memory"
    meter.coordinator.store.keep("hours", "decimal")
    await home.restart(meter)
    assert hass_storage[key]["data"]["hours"] == "decimal"
    assert meter.coordinator.store.recall("hours") == "decimal"
    meter.coordinator.store.keep("hours", "hexadecimal")
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    await stopped(home.hass)
    assert key not in hass_storage
