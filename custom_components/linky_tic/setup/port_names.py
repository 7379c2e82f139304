"""Finds a stable name of a serial port, which leads to the same adapter after a restart.

It uses the links of udev and the serial numbers of adapters; no port is opened.
"""

from collections.abc import Iterable, Sequence
import os
from pathlib import Path
from typing import Final

from homeassistant.components import usb
from homeassistant.core import HomeAssistant

from ..line import path_of

type _Ports = Sequence[usb.USBDevice | usb.SerialDevice]

_BY_ID: Final = Path("/dev/serial/by-id")
_BY_PATH: Final = Path("/dev/serial/by-path")

_COUNTING_DIGITS: Final = ("0123456789ABCDEF", "1234567890ABCDEF")
_MIN_LENGTH: Final = 4
"""Minimum length of a serial number: some firmwares put a revision there."""
_MIN_DIFFERENT: Final = 3
"""Minimum number of different characters in a serial number."""


async def async_stable_name(hass: HomeAssistant, port: str) -> str:
    """Return the link by adapter or by USB socket of a port, else the port itself; or its URL."""
    if _is_url(port):
        return port
    try:
        present = await usb.async_scan_serial_ports(hass)
    except OSError, ValueError:  # the scan fails if one adapter's descriptor is not text
        present = ()
    return await hass.async_add_executor_job(_stable_name, port, present)


async def async_real_names(hass: HomeAssistant, ports: Iterable[str]) -> list[str]:
    """Resolve the links of each port: two names of the same port give the same result."""
    return await hass.async_add_executor_job(lambda: [_real_name(port) for port in ports])


def is_name_of(port: str, serial_number: str) -> bool:
    """Whether a link of udev, <bus>-<maker>_<model>_<serial number>-if<n>, has this number."""
    return port.partition("-if")[0].endswith(f"_{serial_number}")


def _is_url(port: str) -> bool:
    return "://" in port


def _real_name(port: str) -> str:
    path = path_of(port)
    return port.casefold().rstrip("/") if path is None else _real_path(path)


def _real_path(path: str) -> str:
    """Resolve the links of a path; an invalid path is returned as it is."""
    try:
        return os.path.realpath(path)
    except ValueError:  # it contains a NUL
        return path


def _stable_name(port: str, present: _Ports) -> str:
    real = _real_path(port)
    folders = (_BY_ID, _BY_PATH) if _is_unique(real, present) else (_BY_PATH,)
    return next((link for folder in folders if (link := _link_to(real, folder))), port)


def _link_to(real: str, folder: Path) -> str | None:
    """Return the link of udev to a port; None if there is none, as in a container."""
    try:
        links = [str(link) for link in folder.iterdir() if os.path.realpath(link) == real]
    except OSError:
        return None
    # A port may have two links, `usb-` and `usbv2-`: the last one also names the USB bus.
    return max(links, default=None)


def _is_unique(real: str, present: _Ports) -> bool:
    """Whether by-id identifies an adapter: two CH340 without numbers have the same name there."""
    local = [port for port in present if not _is_url(port.device)]
    ours = next((port for port in local if os.path.realpath(port.device) == real), None)
    if ours is None or _is_placeholder(ours.serial_number or ""):
        return False
    return [_identity(port) for port in local].count(_identity(ours)) == 1


def _identity(port: usb.SerialDevice) -> tuple[object, ...]:
    return (port.serial_number, port.manufacturer, port.interface_num)


def _is_placeholder(serial_number: str) -> bool:
    """Whether a serial number is not unique: none, 0001, 0000000, 123456."""
    text = serial_number.strip().upper()
    is_counting = any(text in digits for digits in _COUNTING_DIGITS)
    return len(text) < _MIN_LENGTH or len(set(text)) < _MIN_DIFFERENT or is_counting
