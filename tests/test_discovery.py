"""An adapter made for the TIC is discovered, but its port is opened only if the user agrees."""

import json
from pathlib import Path
from typing import Final

from homeassistant.components.usb import USBDevice, async_get_usb_matchers_for_device
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.service_info.usb import UsbServiceInfo
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic.const import DOMAIN

from .dialog import DATA, Dialog, alias, configured
from .home import ADDRESS, Home, Meter
from .waiting import until

pytestmark = pytest.mark.usefixtures("quick_dialogs", "no_dialog_is_left")

SERIAL: Final = "TINFO-1042"
NAME: Final = "µTeleinfo V2.0"
MANIFEST: Final = Path(__file__).parents[1] / "custom_components" / DOMAIN / "manifest.json"


def adapter(serial_number: str) -> USBDevice:
    return USBDevice(
        device="/dev/ttyUSB0",
        vid="0403",
        pid="6015",
        serial_number=serial_number,
        manufacturer="FTDI",
        description="FT230X Basic UART",
    )


def plugged(meter: Meter, description: str | None = NAME) -> UsbServiceInfo:
    """The discovery info of an adapter that was plugged in."""
    return UsbServiceInfo(meter.port.url, "0403", "6015", SERIAL, "FTDI", description)


async def test_only_an_adapter_with_the_serial_number_of_its_maker_is_offered(
    hass: HomeAssistant,
) -> None:
    assert json.loads(MANIFEST.read_text())["usb"]
    await async_setup_component(hass, "usb", {})

    def domains(device: USBDevice) -> list[str]:
        return [one["domain"] for one in async_get_usb_matchers_for_device(hass, device)]

    assert DOMAIN in domains(adapter(SERIAL))
    for serial_number in ("DK0CABCD", "TINF", "0001", ""):
        assert DOMAIN not in domains(adapter(serial_number))


async def test_nothing_is_opened_before_somebody_agrees(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter()
    dialog = await Dialog.offered(hass, plugged(meter))
    assert (dialog.step, meter.is_open) == ("usb_confirm", False)
    assert dialog.result["last_step"] is False
    assert dialog.told == {"name": NAME, "port": meter.port.url}
    flow = hass.config_entries.flow.async_get(dialog.result["flow_id"])
    assert flow["context"]["confirm_only"] is True
    await dialog.look()
    assert (dialog.step, meter.is_open) == ("usb_confirm", False)


async def test_the_meter_behind_it_is_added(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter()
    dialog = await Dialog.offered(hass, plugged(meter))
    async with meter.playing():
        await dialog.submit()
        assert dialog.is_listening
        assert (await dialog.listened()).step == "confirm"
        await dialog.submit()
    assert dialog.result["data"] == {CONF_PORT: meter.port.url, **DATA}
    assert dialog.entry.unique_id == ADDRESS
    await until(lambda: dialog.entry.state is ConfigEntryState.LOADED)  # the name of a tariff heard
    assert (await Dialog.offered(hass, plugged(meter))).abort == "already_configured"


async def test_what_goes_wrong_is_told_where_another_port_can_be_chosen(
    hass: HomeAssistant, home: Home
) -> None:
    silence = home.meter()
    dialog = await Dialog.offered(hass, plugged(silence))
    await dialog.submit()
    await dialog.listened()
    assert (dialog.step, dialog.error, dialog.port) == ("user", "no_signal", silence.port.url)


async def test_an_adapter_without_a_name_is_called_by_its_serial_number(
    hass: HomeAssistant, home: Home
) -> None:
    dialog = await Dialog.offered(hass, plugged(home.meter(), None))
    assert dialog.told["name"] == SERIAL


@pytest.mark.parametrize("disabled", [False, True])
async def test_a_port_that_an_entry_has_is_not_offered(
    hass: HomeAssistant, home: Home, *, disabled: bool
) -> None:
    meter = home.meter()
    configured(hass, alias(meter), disabled=disabled)
    assert (await Dialog.offered(hass, plugged(meter))).abort == "already_configured"


async def test_an_adapter_that_an_entry_knows_by_its_link_is_not_offered_before_the_link_is_back(
    hass: HomeAssistant, home: Home
) -> None:
    configured(hass, f"/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_{SERIAL}-if00-port0")
    assert (await Dialog.offered(hass, plugged(home.meter()))).abort == "already_configured"


async def test_an_adapter_is_offered_once(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter()
    await Dialog.offered(hass, plugged(meter))
    assert (await Dialog.offered(hass, plugged(meter))).abort == "already_in_progress"


@pytest.mark.parametrize("taken", [f"{SERIAL}7", f"X{SERIAL}", f"{SERIAL}-bis"])
async def test_an_adapter_whose_number_is_a_part_of_another_one_is_offered(
    hass: HomeAssistant, home: Home, taken: str
) -> None:
    configured(hass, f"/dev/serial/by-id/usb-FTDI_FT230X_Basic_UART_{taken}-if00-port0")
    dialog = await Dialog.offered(hass, plugged(home.meter()))
    assert dialog.step == "usb_confirm"


async def test_an_adapter_that_is_ignored_is_not_offered_again(
    hass: HomeAssistant, home: Home
) -> None:
    ignored = MockConfigEntry(domain=DOMAIN, unique_id=f"usb_{SERIAL}", source=SOURCE_IGNORE)
    ignored.add_to_hass(hass)
    meter = home.meter()
    assert (await Dialog.offered(hass, plugged(meter))).abort == "already_configured"
    # It has no port, which is no reason to stumble over it.
    dialog = await Dialog.on(hass, meter.port.url)
    assert dialog.is_listening


async def test_the_port_of_a_known_meter_follows_its_adapter_when_somebody_agrees(
    hass: HomeAssistant, home: Home
) -> None:
    before, meter = home.meter(name="before"), home.meter(name="after")
    entry = await home.add(before)
    dialog = await Dialog.offered(hass, plugged(meter))
    async with meter.playing():
        await dialog.submit()
        assert (await dialog.listened()).step == "known_meter"
        await dialog.submit()
        await hass.async_block_till_done()
    assert entry.data[CONF_PORT] == meter.port.url
    await until(lambda: entry.state is ConfigEntryState.LOADED)
