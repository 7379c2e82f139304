"""What goes wrong while a meter is added: each failure has its own text, and the port is kept."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
import os
from pathlib import Path
import socket
from typing import Final

from homeassistant.config_entries import ConfigFlow
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant
import pytest

from custom_components.linky_tic.line import Cause, detection, listening, port
from simulator import Household
from simulator.line import Burst

from .dialog import Dialog, heard
from .home import Home
from .test_translations import texts
from .waiting import until

NOBODY: Final = 65534
GPS: Final = b"$GPGGA,101010.00,4851.4,N,00217.7,E,1,08,1.0,35.0,M,,M,,*56\r\n"


pytestmark = pytest.mark.usefixtures("quick_dialogs")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "TRYING", dict.fromkeys(detection.TRYING, 0.2))
    monkeypatch.setattr(listening, "_SETTLING", 0.6)


class Chatter:
    """Something else than a meter."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def next(self) -> Burst:
        return Burst(self._data, 0.1, 9600)


class Nameless:
    """A meter whose address is damaged every time."""

    def __init__(self) -> None:
        self._house = Household()

    def next(self) -> Burst:
        return Burst(self._house.frame().replace(b"ADSC", b"ADS\xff"), 0.1, 9600)


async def failed(hass: HomeAssistant, port: object) -> Dialog:
    """Choose a port that is of no use: the dialog asks for another one, and says why."""
    dialog = await heard(hass, port)
    assert (dialog.step, dialog.port) == ("user", str(port))
    assert dialog.error
    return dialog


async def test_a_path_that_is_not_there_is_missing(hass: HomeAssistant, tmp_path: Path) -> None:
    assert (await failed(hass, tmp_path / "none")).error == "port_missing"


async def test_a_port_that_another_program_holds_is_busy(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "_BUSY", 0.1)
    url = home.meter().port.url
    other = os.open(url, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert (await failed(hass, url)).error == "port_busy"
    finally:
        os.close(other)


@contextmanager
def forbidden_port() -> Iterator[str]:
    """A port that this account may not open, which is no longer that of root."""
    master, slave = os.openpty()
    Path(os.ttyname(slave)).chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield os.ttyname(slave)
    finally:
        os.seteuid(before)
        os.close(slave)
        os.close(master)


async def test_a_port_that_the_account_may_not_open_is_forbidden(hass: HomeAssistant) -> None:
    with forbidden_port() as port:
        assert (await failed(hass, port)).error == "port_permission"


async def test_a_bridge_that_does_not_listen_refuses(hass: HomeAssistant) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        number = closed.getsockname()[1]
    assert (await failed(hass, f"socket://127.0.0.1:{number}")).error == "port_refused"


async def test_a_bridge_that_hangs_up_refuses(hass: HomeAssistant) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        number = server.sockets[0].getsockname()[1]
        assert (await failed(hass, f"socket://127.0.0.1:{number}")).error == "port_refused"


@pytest.mark.parametrize("port", ["/dev/null", "/dev", "socket://127.0.0.1", "foo://127.0.0.1:1"])
async def test_an_invalid_port_is_reported(hass: HomeAssistant, port: str) -> None:
    assert (await failed(hass, port)).error == "port_invalid"


async def test_other_errors_of_the_system_are_shown(hass: HomeAssistant, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        dialog = await failed(hass, path)
    assert dialog.error == "port_failed"
    assert dialog.told == {"port": str(path), "error": "No such device or address"}


async def test_a_port_that_goes_away_meanwhile_has_failed(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter()
    dialog = await Dialog.on(hass, meter.port.url)
    await until(lambda: meter.is_open)
    meter.port.unplug()
    assert (await dialog.listened()).error == "port_failed"


async def test_silence_is_told_with_its_length(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter()
    dialog = await failed(hass, meter.port.url)
    assert dialog.error == "no_signal"
    assert dialog.told == {"port": meter.port.url, "seconds": "1"}
    assert not meter.is_open


async def test_bytes_that_are_no_tic_are_counted(hass: HomeAssistant, home: Home) -> None:
    meter = home.meter(Chatter(GPS))
    async with meter.playing():
        dialog = await failed(hass, meter.port.url)
    assert dialog.error == "not_tic"
    assert int(dialog.told["received"]) >= len(GPS)


async def test_a_meter_whose_address_is_never_heard_is_not_added(
    hass: HomeAssistant, home: Home
) -> None:
    meter = home.meter(Nameless())
    async with meter.playing():
        assert (await failed(hass, meter.port.url)).error == "no_address"


async def test_an_unexpected_error_is_logged(
    hass: HomeAssistant,
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_: ConfigFlow, progress: float) -> None:
        raise RuntimeError(progress)

    monkeypatch.setattr(ConfigFlow, "async_update_progress", fail)
    assert (await failed(hass, home.meter().port.url)).error == "unknown"
    assert "RuntimeError" in caplog.text


async def test_secrets_of_a_url_are_not_shown(hass: HomeAssistant) -> None:
    dialog = await heard(hass, "foo://bridge.local:6053?key=secret")
    assert dialog.told["port"] == "foo://bridge.local:6053"


async def test_looking_at_an_error_again_keeps_it(hass: HomeAssistant, tmp_path: Path) -> None:
    dialog = await failed(hass, tmp_path / "none")
    await dialog.look()
    assert (dialog.error, dialog.port) == ("port_missing", str(tmp_path / "none"))


async def test_another_port_can_be_chosen_after_an_error(
    hass: HomeAssistant, tmp_path: Path, home: Home
) -> None:
    dialog = await failed(hass, tmp_path / "none")
    meter = home.meter()
    async with meter.playing():
        await dialog.submit({CONF_PORT: meter.port.url})
        assert (await dialog.listened()).step == "confirm"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_cause_has_its_texts(language: str) -> None:
    keys = {f"port_{cause}" for cause in Cause}
    assert keys <= texts(language)["config"]["error"].keys()
    assert keys <= texts(language)["exceptions"].keys()
