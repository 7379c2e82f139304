"""Changing the port of a meter: nothing is lost, and nothing changes before the meter is heard."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.data_entry_flow import UnknownFlow
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.linky_tic.const import CONF_MODE, CONF_SPEED
from simulator import Household
from simulator.line import Line
from simulator.ports import TcpPort

from ..descriptors import none_left
from ..dialog import Dialog, alias
from ..health.test_issues import shown
from ..home import ADDRESS, OTHER_ADDRESS, Home, Meter
from ..test_init import tasks_of_ours
from ..test_translations import texts
from ..waiting import until

pytestmark = pytest.mark.usefixtures("quick_dialogs", "no_dialog_is_left")

LOADED = ConfigEntryState.LOADED


@pytest.fixture
async def meter(home: Home) -> Meter:
    """A meter that has lived for a while on its first port."""
    return await home.hears()


@pytest.fixture
async def moved(home: Home, meter: Meter) -> AsyncIterator[Meter]:
    """The same meter, wired to a second port as well."""
    other = home.meter(meter.source, "moved")
    async with other.playing():
        yield other


@pytest.fixture
async def stranger(home: Home) -> AsyncIterator[Meter]:
    """Another meter on the second port."""
    other = home.meter(Household(address=OTHER_ADDRESS, index=1000), "stranger")
    async with other.playing():
        yield other


def entry_of(meter: Meter) -> ConfigEntry:
    assert meter.entry
    entry: ConfigEntry = meter.entry
    return entry


def state(meter: Meter) -> ConfigEntryState:
    return entry_of(meter).state


def changes_of(meter: Meter) -> list[ConfigEntryState]:
    """Return a list to which each further state of the entry is added."""
    changes: list[ConfigEntryState] = []
    entry_of(meter).async_on_state_change(lambda: changes.append(state(meter)))
    return changes


async def chosen(home: Home, meter: Meter, port: object) -> Dialog:
    """A dialog in which a new port was chosen for a meter."""
    dialog = await Dialog.about(home.hass, entry_of(meter))
    await dialog.submit({CONF_PORT: str(port)})
    return dialog


async def changed(home: Home, meter: Meter, port: object) -> Dialog:
    """A dialog that has listened to the new port; the entry was reloaded, if it is."""
    dialog = await (await chosen(home, meter, port)).listened()
    await home.hass.async_block_till_done()
    return dialog


def entities(home: Home) -> dict[str, str]:
    return {one.entity_id: one.unique_id for one in er.async_get(home.hass).entities.values()}


async def test_the_port_in_use_is_shown(home: Home, meter: Meter) -> None:
    dialog = await Dialog.about(home.hass, entry_of(meter))
    assert (dialog.step, dialog.port) == ("reconfigure", meter.port.url)
    assert dialog.told["title"] == "Linky"
    assert state(meter) is LOADED


async def test_a_meter_that_is_heard_on_another_port_moves_there(
    home: Home, meter: Meter, moved: Meter
) -> None:
    before, data, options = entities(home), {**entry_of(meter).data}, {**entry_of(meter).options}
    changes = changes_of(meter)
    dialog = await changed(home, meter, moved.port.url)
    assert dialog.abort == "port_changed"
    assert changes.count(LOADED) == 1
    assert entry_of(meter).data == {**data, CONF_PORT: moved.port.url}
    assert entry_of(meter).options == options
    assert entry_of(meter).unique_id == ADDRESS
    assert (state(meter), meter.is_open, moved.is_open) == (LOADED, False, True)
    await until(lambda: home.value("east") not in {None, "unknown", "unavailable"})
    assert entities(home) == before


async def test_a_meter_moves_from_an_adapter_to_the_network(home: Home, meter: Meter) -> None:
    with TcpPort(Line(Household()), speed=None) as bridge:
        dialog = await changed(home, meter, bridge.url)
        assert dialog.abort == "port_changed"
        assert entry_of(meter).data[CONF_PORT] == bridge.url
        await until(lambda: home.value("east") not in {None, "unknown", "unavailable"})
        await home.unload(meter)


async def test_the_port_in_use_may_be_chosen_under_another_name(home: Home, meter: Meter) -> None:
    name = alias(meter)
    async with meter.playing():
        dialog = await changed(home, meter, name)
    assert (dialog.abort, entry_of(meter).data[CONF_PORT]) == ("port_changed", name)
    assert (state(meter), meter.is_open) == (LOADED, True)


async def test_the_old_port_is_left_while_the_new_one_is_listened_to(
    home: Home, meter: Meter
) -> None:
    silence = home.meter(name="silence")
    dialog = await chosen(home, meter, silence.port.url)
    assert dialog.is_listening
    await until(lambda: silence.is_open)
    assert (meter.is_open, state(meter)) == (False, ConfigEntryState.NOT_LOADED)


@pytest.mark.parametrize("error", ["no_signal", "port_missing", "port_invalid"])
async def test_a_port_that_is_of_no_use_changes_nothing(
    home: Home, meter: Meter, tmp_path: Path, error: str
) -> None:
    silence = home.meter(name="silence").port.url
    ports = {"no_signal": silence, "port_missing": str(tmp_path / "none"), "port_invalid": "/dev"}
    dialog = await changed(home, meter, ports[error])
    assert (dialog.step, dialog.error, dialog.port) == ("reconfigure", error, ports[error])
    assert (state(meter), meter.is_open) == (LOADED, True)
    assert entry_of(meter).data[CONF_PORT] == meter.port.url


async def test_another_port_can_be_chosen_after_one_that_is_of_no_use(
    home: Home, meter: Meter, moved: Meter, tmp_path: Path
) -> None:
    dialog = await changed(home, meter, tmp_path / "none")
    await dialog.submit({CONF_PORT: moved.port.url})
    assert (await dialog.listened()).abort == "port_changed"
    await until(lambda: moved.is_open)
    assert entry_of(meter).data[CONF_PORT] == moved.port.url


async def test_closing_the_dialog_gives_the_old_port_back(home: Home, meter: Meter) -> None:
    silence = home.meter(name="silence")
    dialog = await chosen(home, meter, silence.port.url)
    await until(lambda: silence.is_open)
    dialog.close()
    await until(lambda: state(meter) is LOADED)
    assert (meter.is_open, silence.is_open) == (True, False)
    assert entry_of(meter).data[CONF_PORT] == meter.port.url


async def test_a_dialog_that_is_closed_too_early_listens_to_nothing(
    home: Home, meter: Meter
) -> None:
    silence = home.meter(name="silence")
    dialog = await Dialog.about(home.hass, entry_of(meter))
    entry_of(meter).async_on_state_change(dialog.close)  # while the entry is being unloaded
    with pytest.raises(UnknownFlow):
        await dialog.submit({CONF_PORT: silence.port.url})
    await until(lambda: state(meter) is LOADED)
    assert (meter.is_open, silence.is_open) == (True, False)


async def test_a_port_that_another_entry_holds_is_not_opened(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    await home.add(stranger, OTHER_ADDRESS, "linky_2")
    running = meter.coordinator
    dialog = await chosen(home, meter, stranger.port.url)
    assert dialog.abort == "already_configured"
    assert dialog.told == {"title": "Linky 2", "port": stranger.port.url}
    assert meter.coordinator is running


async def test_a_port_that_another_dialog_listens_to_is_not_opened(
    home: Home, meter: Meter
) -> None:
    silence = home.meter(name="silence")
    await Dialog.on(home.hass, silence.port.url)
    dialog = await chosen(home, meter, silence.port.url)
    assert (dialog.abort, state(meter)) == ("already_in_progress", LOADED)


async def test_another_meter_is_refused_and_asked_about(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    dialog = await changed(home, meter, stranger.port.url)
    assert dialog.menu == ["replaced", "reconfigure"]
    assert (dialog.told["old"], dialog.told["new"]) == ("041961••••00", "021975••••01")
    assert (state(meter), meter.is_open, stranger.is_open) == (LOADED, True, False)
    await dialog.take("reconfigure")
    assert (dialog.step, dialog.error) == ("reconfigure", None)
    assert (entry_of(meter).unique_id, entry_of(meter).data[CONF_PORT]) == (ADDRESS, meter.port.url)


async def test_a_meter_that_replaces_the_old_one_takes_its_place(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    before = entities(home)
    dialog = await changed(home, meter, stranger.port.url)
    await dialog.take("replaced")
    assert dialog.abort == "replaced"
    entry = entry_of(meter)
    assert (entry.unique_id, entry.data[CONF_PORT]) == (OTHER_ADDRESS, stranger.port.url)
    assert (state(meter), meter.is_open, stranger.is_open) == (LOADED, False, True)
    after = {name: key.replace(ADDRESS, OTHER_ADDRESS) for name, key in before.items()}
    assert entities(home) == after
    await until(lambda: (home.value("east") or "").startswith("1."))
    assert shown(home) == set()


async def test_an_entry_that_is_being_set_up_is_not_replaced(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    dialog = await changed(home, meter, stranger.port.url)
    entry_of(meter)._async_set_state(home.hass, ConfigEntryState.SETUP_IN_PROGRESS, None)
    await dialog.take("replaced")
    assert dialog.abort == "not_freed"
    entry_of(meter)._async_set_state(home.hass, LOADED, None)
    assert entry_of(meter).unique_id == ADDRESS


async def test_an_entry_that_is_removed_meanwhile_is_not_replaced(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    dialog = await changed(home, meter, stranger.port.url)
    remove = home.hass.config_entries.async_remove
    await asyncio.gather(dialog.take("replaced"), remove(entry_of(meter).entry_id))
    assert dialog.abort == "entry_removed"
    assert (meter.is_open, stranger.is_open) == (False, False)


async def test_a_meter_that_has_an_entry_keeps_it(
    home: Home, meter: Meter, stranger: Meter
) -> None:
    dialog = await changed(home, meter, stranger.port.url)
    await home.add(home.meter(name="elsewhere"), OTHER_ADDRESS, "linky_2")
    await dialog.take("replaced")
    assert (dialog.abort, dialog.told["title"]) == ("already_configured", "Linky 2")
    dialog = await changed(home, meter, stranger.port.url)
    assert (dialog.abort, dialog.told["title"]) == ("already_configured", "Linky 2")
    assert state(meter) is LOADED


async def test_an_entry_that_cannot_leave_its_port_says_so(home: Home, meter: Meter) -> None:
    entry_of(meter)._async_set_state(home.hass, ConfigEntryState.SETUP_IN_PROGRESS, None)
    dialog = await chosen(home, meter, home.meter(name="silence").port.url)
    assert dialog.abort == "not_freed"
    entry_of(meter)._async_set_state(home.hass, LOADED, None)


async def test_an_entry_that_is_removed_meanwhile_has_no_port_to_change(
    home: Home, meter: Meter
) -> None:
    silence = home.meter(name="silence")
    dialog = await chosen(home, meter, silence.port.url)
    await home.hass.config_entries.async_remove(entry_of(meter).entry_id)
    assert (await dialog.listened()).abort == "entry_removed"


async def test_moving_to_and_fro_leaves_nothing_behind(
    home: Home, meter: Meter, moved: Meter
) -> None:
    async with meter.playing():
        await changed(home, meter, moved.port.url)
        await changed(home, meter, meter.port.url)
        before = tasks_of_ours()
        with none_left():
            for _ in range(5):
                await changed(home, meter, moved.port.url)
                await changed(home, meter, meter.port.url)
    assert tasks_of_ours() == before
    assert (state(meter), meter.is_open, moved.is_open) == (LOADED, True, False)


async def test_an_entry_whose_port_is_gone_is_moved(home: Home, meter: Meter, moved: Meter) -> None:
    meter.port.unplug()
    await home.restart(meter)
    assert state(meter) is ConfigEntryState.SETUP_RETRY
    dialog = await changed(home, meter, moved.port.url)
    assert (dialog.abort, state(meter)) == ("port_changed", LOADED)


async def test_an_entry_that_is_off_is_moved_and_stays_off(
    home: Home, meter: Meter, moved: Meter
) -> None:
    user = ConfigEntryDisabler.USER
    await home.hass.config_entries.async_set_disabled_by(entry_of(meter).entry_id, user)
    dialog = await changed(home, meter, moved.port.url)
    assert dialog.abort == "port_changed"
    assert (entry_of(meter).data[CONF_PORT], entry_of(meter).disabled_by) == (moved.port.url, user)
    assert state(meter) is ConfigEntryState.NOT_LOADED


async def test_a_mode_that_is_another_on_the_new_port_is_explained(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.switch_mode("historic")
    moved = home.meter(house, "moved")
    async with moved.playing():
        dialog = await changed(home, meter, moved.port.url)
        assert dialog.abort == "port_changed"
        await until(lambda: shown(home) == {"mode_changed"})
    assert entry_of(meter).data.items() >= {CONF_MODE: "historic", CONF_SPEED: 9600}.items()


async def test_a_dialog_that_is_closed_leaves_an_entry_alone_that_waits_for_its_port(
    home: Home, meter: Meter, tmp_path: Path
) -> None:
    meter.port.unplug()
    await home.restart(meter)
    entry_of(meter).async_cancel_retry_setup()  # Home Assistant's own, after some seconds
    dialog = await Dialog.about(home.hass, entry_of(meter))
    changes = changes_of(meter)
    dialog.close()
    await home.hass.async_block_till_done()
    assert changes == []
    dialog = await changed(home, meter, tmp_path / "none")
    assert changes[-1] is state(meter) is ConfigEntryState.SETUP_RETRY
    entry_of(meter).async_cancel_retry_setup()
    changes.clear()
    dialog.close()
    await home.hass.async_block_till_done()
    assert changes == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_way_to_end_has_its_text(language: str) -> None:
    ends = {"not_freed", "replaced", "entry_removed"}
    assert ends <= texts(language)["config"]["abort"].keys()
