"""Dialogs that are opened, answered, left alone and closed in any order leave no port open."""

from contextlib import AsyncExitStack
from random import Random

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.data_entry_flow import UnknownFlow
import pytest

from custom_components.linky_tic.const import DOMAIN
from simulator import Household

from ..dialog import Dialog
from ..home import OTHER_ADDRESS, Home, complaints
from ..tic import streams
from ..waiting import until

pytestmark = pytest.mark.usefixtures("quick_dialogs", "no_dialog_is_left")


async def act(home: Home, luck: Random, dialogs: list[Dialog], ports: list[str]) -> str:
    """Do one thing that people do, and name it."""
    manager = home.hass.config_entries
    entries = manager.async_entries(DOMAIN)
    match luck.choice(("open", "change", *8 * ("answer",), "close", "reload", "remove")):
        case "open":
            dialogs.append(await Dialog.open(home.hass))
        case "change" if entries:
            dialogs.append(await Dialog.about(home.hass, luck.choice(entries)))
        case "answer" if dialogs:
            return await answer(luck.choice(dialogs), luck, ports)
        case "close" if dialogs:
            luck.choice(dialogs).close()
        case "reload" if entries:
            await manager.async_reload(luck.choice(entries).entry_id)
        case "remove" if entries and luck.random() < 0.3:
            await manager.async_remove(luck.choice(entries).entry_id)
        case _:
            return "nothing"
    return "done"


async def answer(dialog: Dialog, luck: Random, ports: list[str]) -> str:
    """Answer the current step of a dialog, or wait for its progress."""
    step = str(dialog.result.get("step_id"))
    if dialog.is_listening:
        await (dialog.listened() if luck.random() < 0.8 else dialog.look())
    elif isinstance(options := dialog.menu, list):
        await dialog.take(luck.choice(options))
    else:
        port = {CONF_PORT: luck.choice(ports)} if step in {"user", "reconfigure"} else None
        await dialog.submit(port)
    return step


@pytest.mark.parametrize("seed", [5, 8, 32, 40])
async def test_a_life_of_dialogs_leaves_each_port_to_its_entry(
    home: Home, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    luck, manager = streams.luck(seed), home.hass.config_entries
    house, other = Household(), Household(address=OTHER_ADDRESS, index=1000)
    meters = [home.meter(one, name) for one, name in ((house, "a"), (house, "b"), (other, "c"))]
    urls = [meter.port.url for meter in (*meters, home.meter(name="silence"))]
    dialogs: list[Dialog] = []
    lived: list[str] = []
    async with AsyncExitStack() as stack:
        for meter in meters:
            await stack.enter_async_context(meter.playing())
        for _ in range(25):
            try:
                lived.append(await act(home, luck, dialogs, urls))
            except UnknownFlow:
                lived.append("gone")
            there = {flow["flow_id"] for flow in manager.flow.async_progress()}
            dialogs = [one for one in dialogs if one.result["flow_id"] in there]
        for dialog in dialogs:
            dialog.close()
        await home.hass.async_block_till_done()
        entries = manager.async_entries(DOMAIN)
        await until(lambda: all(one.state is ConfigEntryState.LOADED for one in entries))
        used = [entry.data[CONF_PORT] for entry in entries]
        await until(lambda: [one.port.url for one in meters if one.is_open] == sorted(used))
        assert len({entry.unique_id for entry in entries}) == len(entries), lived
    assert not complaints(caplog), lived
