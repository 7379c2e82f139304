"""A port is stored under a name that still leads to the same adapter after a restart."""

from pathlib import Path

from homeassistant.components import usb
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.linky_tic.line import listening
from custom_components.linky_tic.setup.port_names import async_real_names, async_stable_name

from ..adapters import Machine
from ..dialog import LOOK, added
from ..home import Home


@pytest.fixture
async def machine(hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    await async_setup_component(hass, usb.DOMAIN, {})
    return Machine(tmp_path, monkeypatch)


@pytest.mark.parametrize("serial", ["A5XK3RJT", "A1B1"])
async def test_an_adapter_with_a_serial_number_is_named_by_it(
    hass: HomeAssistant, machine: Machine, serial: str
) -> None:
    port = machine.plug("ttyUSB0", serial=serial)
    by_path = machine.link("by-path", "pci-usb-0:1:1.0-port0", "ttyUSB0")
    by_id = machine.link("by-id", f"usb-FTDI_{serial}-if00-port0", "ttyUSB0")
    for chosen in (port, by_path, by_id):
        assert await async_stable_name(hass, chosen) == by_id


@pytest.mark.parametrize(
    "serial",
    [None, "", " ", "0", "301", "0001", "0000000000", "EEEEEEEE", "123456", "0123456789abcdef"],
)
async def test_an_adapter_that_cannot_be_told_from_its_like_is_named_by_its_socket(
    hass: HomeAssistant, machine: Machine, serial: str | None
) -> None:
    port = machine.plug("ttyUSB0", serial=serial)
    by_path = machine.link("by-path", "pci-usb-0:1:1.0-port0", "ttyUSB0")
    by_id = machine.link("by-id", "usb-1a86_USB_Serial-if00-port0", "ttyUSB0")
    for chosen in (port, by_path, by_id):
        assert await async_stable_name(hass, chosen) == by_path


async def test_two_adapters_of_one_serial_number_are_named_by_their_sockets(
    hass: HomeAssistant, machine: Machine
) -> None:
    names = ("ttyUSB0", "ttyUSB1")
    ports = [machine.plug(name, serial="AB0CDEF1") for name in names]
    sockets = [machine.link("by-path", f"socket-of-{name}", name) for name in names]
    shared = [machine.link("by-id", "usb-FTDI_AB0CDEF1-if00-port0", name) for name in names]
    assert [await async_stable_name(hass, port) for port in ports] == sockets
    assert await async_stable_name(hass, shared[0]) == sockets[1]


async def test_two_ports_of_one_adapter_are_told_apart(
    hass: HomeAssistant, machine: Machine
) -> None:
    for number in (0, 1):
        name = f"ttyUSB{number}"
        port = machine.plug(name, serial="A5XK3RJT", port=number)
        by_id = machine.link("by-id", f"usb-FTDI_A5XK3RJT-if0{number}-port0", name)
        machine.link("by-path", f"socket-of-{name}", name)
        assert await async_stable_name(hass, port) == by_id


async def test_a_proxy_elsewhere_is_not_taken_for_a_second_adapter(
    hass: HomeAssistant, machine: Machine
) -> None:
    port = machine.plug("ttyUSB0", serial="A5XK3RJT")
    by_id = machine.link("by-id", "usb-FTDI_A5XK3RJT-if00-port0", "ttyUSB0")
    (ours,) = await usb.async_scan_serial_ports(hass)
    proxy = usb.SerialDevice(
        device="esphome-hass://esphome/1",
        serial_number=ours.serial_number,
        manufacturer=ours.manufacturer,
        description=ours.description,
        interface_num=ours.interface_num,
    )
    usb.async_register_serial_port_scanner(hass, lambda _: [proxy])
    assert await async_stable_name(hass, port) == by_id


async def test_of_two_names_of_a_socket_the_exact_one_is_taken(
    hass: HomeAssistant, machine: Machine
) -> None:
    port = machine.plug("ttyUSB0", serial=None)
    machine.link("by-path", "pci-0000:00:14.0-usb-0:2:1.0-port0", "ttyUSB0")
    exact = machine.link("by-path", "pci-0000:00:14.0-usbv2-0:2:1.0-port0", "ttyUSB0")
    assert await async_stable_name(hass, port) == exact


@pytest.mark.parametrize("serial", ["A5XK3RJT", None])
async def test_without_links_a_port_keeps_the_name_that_was_chosen(
    hass: HomeAssistant, machine: Machine, serial: str | None
) -> None:
    port = machine.plug("ttyUSB0", serial=serial)
    assert await async_stable_name(hass, port) == port


async def test_a_port_that_is_no_usb_adapter_keeps_its_name(
    hass: HomeAssistant, machine: Machine
) -> None:
    machine.plug("ttyUSB0", serial="A5XK3RJT")
    machine.link("by-id", "usb-FTDI_A5XK3RJT-if00-port0", "ttyUSB0")
    machine.link("by-path", "pci-usb-0:1:1.0-port0", "ttyUSB0")
    for chosen in ("/dev/ttyAMA0", "/dev/serial0", "", "/dev/tty\0AMA0"):
        assert await async_stable_name(hass, chosen) == chosen


async def test_an_adapter_whose_descriptor_is_no_text_is_named_by_its_socket(
    hass: HomeAssistant, machine: Machine
) -> None:
    port = machine.plug("ttyUSB0", serial="A5XK3RJT", maker=b"\xff\xfe")
    machine.link("by-id", "usb-FTDI_A5XK3RJT-if00-port0", "ttyUSB0")
    by_path = machine.link("by-path", "pci-usb-0:1:1.0-port0", "ttyUSB0")
    assert await async_stable_name(hass, port) == by_path


@pytest.mark.parametrize(
    "url",
    [
        "socket://Bridge.local:8888",
        "rfc2217://192.0.2.1:2217",
        "esphome-hass://esphome/1?port_name=TIC",
        "device:///dev/ttyUSB0",
    ],
)
async def test_a_url_is_left_as_it_is(hass: HomeAssistant, machine: Machine, url: str) -> None:
    assert await async_stable_name(hass, url) == url


async def test_all_the_names_of_a_port_lead_to_one(hass: HomeAssistant, machine: Machine) -> None:
    port = machine.plug("ttyUSB0", serial="A5XK3RJT")
    by_id = machine.link("by-id", "usb-FTDI_A5XK3RJT-if00-port0", "ttyUSB0")
    assert len(set(await async_real_names(hass, [port, by_id, f"device://{port}"]))) == 1
    other = machine.plug("ttyUSB1", serial=None)
    urls = ["socket://a:1", "SOCKET://A:1/", "socket://a:2", "device:///dev/tty\0"]
    assert len(set(await async_real_names(hass, [port, other, *urls]))) == 5


async def test_the_dialog_stores_the_stable_name(
    hass: HomeAssistant, machine: Machine, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_LOOK", LOOK)
    meter = home.meter(name="ttyUSB0")
    machine.plug("ttyUSB0", serial="A5XK3RJT")
    by_id = machine.link("by-id", "usb-FTDI_A5XK3RJT-if00-port0", "ttyUSB0")
    async with meter.playing():
        entry = await added(hass, meter.port.url)
    assert entry.data[CONF_PORT] == by_id
