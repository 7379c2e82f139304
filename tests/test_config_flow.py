"""Adding a meter: the user chooses a port, and all else is read from the line."""

import asyncio
from collections.abc import AsyncIterator

from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    EVENT_DATA_ENTRY_FLOW_PROGRESSED,
    UnknownFlow,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.linky_tic.const import CONF_SLUG, MODE_NAMES
from custom_components.linky_tic.setup import money_steps, port_dialog
from custom_components.linky_tic.tic import Mode
from simulator import Household

from .dialog import DATA, LOOK, Dialog, added, alias, configured, heard
from .home import ADDRESS, OTHER_ADDRESS, Home, Meter
from .test_unusual_meters import Says
from .tic.streams import historic, standard
from .waiting import HANGS, until

pytestmark = pytest.mark.usefixtures("quick_dialogs", "no_dialog_is_left")


@pytest.fixture
async def meter(home: Home) -> AsyncIterator[Meter]:
    """A meter that speaks to whoever listens."""
    meter = home.meter(name="linky")
    async with meter.playing():
        yield meter


@pytest.fixture
def silence(home: Home) -> Meter:
    """A meter that never speaks."""
    return home.meter(name="silence")


async def test_only_the_port_is_asked_for(hass: HomeAssistant) -> None:
    dialog = await Dialog.open(hass)
    assert (dialog.step, dialog.port, dialog.error) == ("user", None, None)
    assert dialog.result["last_step"] is False


async def test_a_meter_is_heard_confirmed_and_added(hass: HomeAssistant, meter: Meter) -> None:
    dialog = await Dialog.on(hass, meter.port.url)
    assert dialog.is_listening
    await dialog.listened()
    assert (dialog.step, meter.is_open) == ("confirm", False)
    await dialog.submit()
    assert dialog.result["data"] == {CONF_PORT: meter.port.url, **DATA}
    entry = dialog.entry
    assert (entry.title, entry.unique_id) == ("Linky", ADDRESS)
    assert (entry.version, entry.minor_version) == (1, 1)
    assert not entry.options
    await until(lambda: entry.state is ConfigEntryState.LOADED)  # it is set up anew for a name


async def test_the_confirmation_shows_what_was_heard(hass: HomeAssistant, meter: Meter) -> None:
    told = dict((await heard(hass, meter.port.url)).told)
    assert int(told.pop("good")) > 60
    assert told == {
        "address": "041961••••00",
        "maker": "Landis+Gyr",
        "year": "2019",
        "model": "Linky 60 A G3",
        "mode": "Standard",
        "speed": "9600",
        "phases": "1",
        "contract": "Base",
        "bad": "0",
        "hint": "",
    }


@pytest.mark.parametrize("mode", ["historic", "standard"])
@pytest.mark.parametrize(
    ("contract", "name"),
    [("base", "Base"), ("hphc", "Heures Creuses"), ("tempo", "Tempo"), ("ejp", "EJP")],
)
async def test_a_contract_is_shown_by_its_name(
    hass: HomeAssistant, home: Home, mode: str, contract: str, name: str
) -> None:
    meter = home.meter(Household(mode=mode, contract=contract, phases=3))
    async with meter.playing():
        told = (await heard(hass, meter.port.url)).told
    assert told["mode"] == MODE_NAMES[Mode(mode)]
    assert (told["contract"], told["phases"]) == (name, "3")


async def test_what_the_lists_do_not_know_is_left_open(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter(Household(address="992899000000"))
    async with meter.playing():
        told = (await heard(hass, meter.port.url)).told
    assert (told["maker"], told["year"], told["model"]) == ("–", "2028", "–")


async def test_a_url_is_stored_as_it_is_without_the_spaces_around_it(hass: HomeAssistant) -> None:
    house = Household(named=False)  # nothing to learn, for which the entry would reload

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(house.frame() for _ in range(8))
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        number = server.sockets[0].getsockname()[1]
        entry = await added(hass, f" socket://127.0.0.1:{number}  ")
        assert entry.data[CONF_PORT] == f"socket://127.0.0.1:{number}"
        await hass.config_entries.async_unload(entry.entry_id)


async def test_the_progress_goes_on_while_nothing_is_heard(
    hass: HomeAssistant, silence: Meter
) -> None:
    shares: list[float] = []

    @callback
    def note(event: Event) -> None:
        shares.append(event.data["progress"])

    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE, note)
    await heard(hass, silence.port.url)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.5 < shares[-1] <= 1


async def test_the_front_end_is_told_when_the_progress_is_over(
    hass: HomeAssistant, meter: Meter
) -> None:
    over = asyncio.Event()

    @callback
    def note(_: Event) -> None:
        over.set()

    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESSED, note)
    dialog = await Dialog.on(hass, meter.port.url)
    async with asyncio.timeout(HANGS):
        await over.wait()
    await dialog.look()
    assert dialog.step == "confirm"


async def test_looking_at_the_confirmation_again_adds_nothing(
    hass: HomeAssistant, meter: Meter
) -> None:
    dialog = await heard(hass, meter.port.url)
    told = dialog.told
    await dialog.look()
    assert (dialog.step, dialog.told) == ("confirm", told)


async def test_what_is_submitted_during_the_progress_confirms_nothing(
    hass: HomeAssistant, meter: Meter
) -> None:
    dialog = await Dialog.on(hass, meter.port.url)
    while dialog.is_listening:
        await asyncio.sleep(LOOK)
        await dialog.submit()
    assert dialog.step == "confirm"


async def test_a_meter_that_is_known_is_moved_only_when_somebody_says_so(
    hass: HomeAssistant, home: Home, meter: Meter
) -> None:
    entry = await added(hass, meter.port.url)
    await hass.async_block_till_done()
    other = home.meter(name="other")
    async with other.playing():
        dialog = await heard(hass, other.port.url)
    assert dialog.step == "known_meter"
    assert dialog.told == {"title": "Linky", "port": meter.port.url, "new": other.port.url}
    assert (entry.data[CONF_PORT], meter.is_open) == (meter.port.url, True)
    await dialog.submit()
    assert dialog.abort == "port_changed"
    await hass.async_block_till_done()
    assert entry.data[CONF_PORT] == other.port.url
    await until(lambda: entry.state is ConfigEntryState.LOADED and other.is_open)
    assert not meter.is_open


async def test_a_meter_whose_entry_is_off_is_told_of_on_its_own_port(
    hass: HomeAssistant, meter: Meter
) -> None:
    configured(hass, meter.port.url, disabled=True)
    assert (await heard(hass, meter.port.url)).abort == "already_configured"


async def test_the_first_page_shows_what_was_heard_and_the_dialog_goes_on_with_money(
    recorder_mock: Recorder, hass: HomeAssistant, home: Home
) -> None:
    assert await async_setup_component(hass, "energy", {})
    meter = home.meter(Household(contract="hphc"))
    async with meter.playing():
        dialog = await heard(hass, meter.port.url)
    await dialog.submit()  # the meter says nothing more
    kind, flow_id = dialog.result["next_flow"]
    form = hass.config_entries.options.async_get(flow_id)
    assert (kind, form["step_id"]) == ("options_flow", "energy")
    readings = dialog.entry.runtime_data.readings
    assert {"SINSTS", "EASF01", "EASF02", "NTARF"} <= readings.keys()
    registered = er.async_entries_for_config_entry(er.async_get(hass), dialog.entry.entry_id)
    assert len(registered) > 40
    assert not hass.data["linky_tic.heard"]


@pytest.mark.parametrize(("seconds", "is_fresh"), [(599.9, True), (600.0, False)])
async def test_what_was_heard_ten_minutes_ago_is_not_shown(
    hass: HomeAssistant,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seconds: float,
    is_fresh: bool,
) -> None:
    monkeypatch.setattr(money_steps, "_MAX_WAIT", 0.0)
    meter = home.meter(Household(named=False))
    async with meter.playing():
        dialog = await heard(hass, meter.port.url)
    flow = hass.config_entries.flow._progress[dialog.result["flow_id"]]
    home.clock.now = getattr(flow, "heard").at + seconds  # noqa: B009 - of our flow
    await dialog.submit()
    assert ("SINSTS" in dialog.entry.runtime_data.readings) is is_fresh


@pytest.mark.parametrize("noise", [b"", historic().replace(b"0419", b"0418")])
async def test_a_meter_on_standby_is_added_with_a_word(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch, noise: bytes
) -> None:
    monkeypatch.setattr(money_steps, "_MAX_WAIT", 0.0)
    meter = home.meter(Says(historic() + noise + 2 * historic()))
    async with meter.playing():
        dialog = await heard(hass, meter.port.url)
    assert "standby" in dialog.told["hint"]
    await dialog.submit()
    assert "next_flow" not in dialog.result  # there is nothing to ask for


async def test_a_version_of_the_tic_that_is_not_known_is_told(
    hass: HomeAssistant, home: Home
) -> None:
    meter = home.meter(Says(standard(("VTIC", "03"), ("SINSTS", "00450"))))
    async with meter.playing():
        dialog = await heard(hass, meter.port.url)
    assert "version 03" in dialog.told["hint"]


async def test_a_meter_that_got_an_entry_meanwhile_is_not_added_twice(
    hass: HomeAssistant, meter: Meter
) -> None:
    dialog = await heard(hass, meter.port.url)
    configured(hass, "/dev/ttyOLD")
    await dialog.submit()
    assert dialog.step == "known_meter"


async def test_a_port_that_an_entry_holds_is_not_opened(hass: HomeAssistant, meter: Meter) -> None:
    configured(hass, meter.port.url)
    for name in (meter.port.url, alias(meter), f"device://{meter.port.url}"):
        dialog = await Dialog.on(hass, name)
        assert dialog.abort == "already_configured"
        assert dialog.told == {"title": "Linky", "port": meter.port.url}
    assert not meter.is_open


async def test_a_url_that_an_entry_holds_is_not_opened(hass: HomeAssistant) -> None:
    configured(hass, "socket://Bridge.local:8888")
    dialog = await Dialog.on(hass, "socket://bridge.local:8888/")
    assert dialog.abort == "already_configured"


async def test_an_entry_that_is_disabled_holds_no_port(hass: HomeAssistant, meter: Meter) -> None:
    configured(hass, meter.port.url, OTHER_ADDRESS, disabled=True)
    assert (await heard(hass, meter.port.url)).step == "confirm"


async def test_the_second_meter_is_named_after_the_first(
    hass: HomeAssistant, home: Home, meter: Meter
) -> None:
    await added(hass, meter.port.url)
    other = home.meter(Household(phases=3), name="other")
    async with other.playing():
        second = await added(hass, other.port.url)
    assert (second.title, second.data[CONF_SLUG]) == ("Linky 2", "linky_2")


async def test_a_name_that_is_free_again_is_given_again(hass: HomeAssistant, meter: Meter) -> None:
    configured(hass, "/dev/ttyOLD", OTHER_ADDRESS, slug="linky_2")
    entry = await added(hass, meter.port.url)
    assert (entry.title, entry.data[CONF_SLUG]) == ("Linky", "linky")


async def test_closing_the_dialog_frees_the_port(hass: HomeAssistant, silence: Meter) -> None:
    dialog = await Dialog.on(hass, silence.port.url)
    await until(lambda: silence.is_open)
    dialog.close()
    await until(lambda: not silence.is_open)


async def test_two_dialogs_do_not_open_one_port(
    hass: HomeAssistant, silence: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_dialog, "_TIMEOUT", HANGS)
    first = await Dialog.on(hass, silence.port.url)
    name = alias(silence)
    second = await Dialog.on(hass, name)
    assert (second.abort, second.told) == ("already_in_progress", {"port": name})
    async with silence.playing():
        assert (await first.listened()).step == "confirm"


async def test_two_dialogs_may_open_two_ports(
    hass: HomeAssistant, meter: Meter, silence: Meter
) -> None:
    first = await Dialog.on(hass, silence.port.url)
    assert (await heard(hass, meter.port.url)).step == "confirm"
    assert (await first.listened()).error == "no_signal"


async def test_a_dialog_that_failed_leaves_the_port_to_others(
    hass: HomeAssistant, silence: Meter
) -> None:
    await heard(hass, silence.port.url)
    assert (await Dialog.on(hass, silence.port.url)).is_listening


async def test_a_dialog_that_was_forgotten_is_overtaken(hass: HomeAssistant, meter: Meter) -> None:
    forgotten = await heard(hass, meter.port.url)
    await added(hass, meter.port.url)
    with pytest.raises(UnknownFlow):
        await forgotten.submit()


async def test_options_that_are_opened_in_the_place_of_the_next_flow_go_on_with_it(
    recorder_mock: Recorder, hass: HomeAssistant, meter: Meter
) -> None:
    """The front end opens a new options flow instead of `next_flow`; the one after has the menu."""
    assert await async_setup_component(hass, "energy", {})
    entry = await added(hass, meter.port.url)
    options = hass.config_entries.options
    assert (await options.async_init(entry.entry_id))["step_id"] == "energy"
    assert len(options.async_progress_by_handler(entry.entry_id)) == 1
    assert (await options.async_init(entry.entry_id))["step_id"] == "init"
    closed = await money_steps.async_open_money_steps(hass, entry)
    assert closed
    options.async_abort(closed)
    assert (await options.async_init(entry.entry_id))["step_id"] == "init"
