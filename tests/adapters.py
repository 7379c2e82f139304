"""USB serial adapters as Linux shows them: their descriptors in /sys, udev's links in /dev."""

from pathlib import Path

import pytest
from serialx.platforms import serial_linux

from custom_components.linky_tic.setup import port_names


class Machine:
    """The /sys and /dev of a machine into which adapters are plugged."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dev = root
        self._sys = root / "sys"
        self._bus = self._sys / "bus" / "usb-serial"
        self._bus.mkdir(parents=True)
        (self._sys / "class" / "tty").mkdir(parents=True)
        monkeypatch.setattr(serial_linux, "DEV_ROOT", self.dev)
        monkeypatch.setattr(serial_linux, "SYS_ROOT", self._sys)
        monkeypatch.setattr(port_names, "_BY_ID", self.dev / "serial" / "by-id")
        monkeypatch.setattr(port_names, "_BY_PATH", self.dev / "serial" / "by-path")

    def plug(self, name: str, *, serial: str | None, maker: bytes = b"FTDI", port: int = 0) -> str:
        """Plug in an adapter, or one more port of the last one; tells its path."""
        device = self._sys / "devices" / (name if port == 0 else "ttyUSB0")
        tty = device / f"interface{port}" / name
        tty.mkdir(parents=True)
        (tty / "driver").mkdir()
        (tty / "subsystem").symlink_to(self._bus)
        (tty / "port_number").write_text("0\n")
        (tty.parent / "bInterfaceNumber").write_text(f"{port:02x}\n")
        for file, text in {"idVendor": "0403", "idProduct": "6010", "bcdDevice": "0700"}.items():
            (device / file).write_text(f"{text}\n")
        (device / "manufacturer").write_bytes(maker + b"\n")
        if serial is not None:
            (device / "serial").write_text(f"{serial}\n")
        node = self._sys / "class" / "tty" / name
        node.mkdir()
        (node / "device").symlink_to(tty)
        (self.dev / name).touch()
        return str(self.dev / name)

    def link(self, folder: str, link: str, name: str) -> str:
        """Have udev name a port; a name that two of them share goes to the last one."""
        path = self.dev / "serial" / folder / link
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(self.dev / name)
        return str(path)
