"""What every test shares: our integration can be loaded, and loopback can be reached."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import gc
from itertools import count
import logging
import os
from pathlib import Path
import tty
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util, executor
from hypothesis import settings
import pytest

# First, since the test harness has a package of this name too: the one imported first wins.
import custom_components  # noqa: F401  (imported for that effect)
from custom_components.linky_tic.line import listening
from custom_components.linky_tic.setup import port_dialog

from .course import Course, course_of_time
from .descriptors import none_left
from .dialog import LOOK
from .home import Home, opened
from .told import check_texts
from .waiting import until

logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)  # the harness logs every statement
settings.register_profile("any machine", deadline=None)  # a busy one takes a second for anything
settings.load_profile("any machine")
# A thread of a stopped Home Assistant that does not wake up within a share of this is interrupted,
# maybe before it has woken the next one, which then sleeps for ever.
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 600


def pytest_collection_finish() -> None:
    """Leave out of the collections of garbage what is imported: a tenth of the time of a test."""
    gc.freeze()
    gc.set_threshold(100_000)


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Leave 127.0.0.1 reachable; the harness keeps refusing every other host."""


@pytest.fixture
def in_france() -> Iterator[None]:
    """Let days begin at midnight in France, in tests without a Home Assistant."""
    before = dt_util.get_default_time_zone()
    dt_util.set_default_time_zone(ZoneInfo("Europe/Paris"))
    yield
    dt_util.set_default_time_zone(before)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Leave the loop as it is in a house: the harness has it note where each task began.

    That is a third of the time of a test; `--asyncio-debug` asks for it.
    """


@pytest.fixture(autouse=True)
def _our_integration(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find our integration, in the tests that ask for a Home Assistant."""
    # A recorder refuses to be set up after `hass`.
    for fixture in ("recorder_mock", "hass"):
        if fixture in request.fixturenames:
            request.getfixturevalue(fixture)
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _texts_have_their_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a dialog fail whose texts tell what it does not give."""
    check_texts(monkeypatch)


@pytest.fixture
async def home(
    hass: HomeAssistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Home]:
    """A Home Assistant where meters can be plugged in; they are unplugged at the end.

    All entities are enabled, unless a test asks for them `as_delivered`.
    """
    if "as_delivered" not in request.fixturenames:
        request.getfixturevalue("all_enabled")
    async with opened(hass, tmp_path, monkeypatch) as home:
        yield home


@pytest.fixture
async def course(
    recorder_mock: Recorder, home: Home, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Course]:
    """The time of a home whose recorder compiles statistics as it passes."""
    await async_setup_component(home.hass, "sensor", {})
    with course_of_time(home.hass, monkeypatch) as course:
        yield course


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable the entities that are registered as disabled."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", property(lambda _: True))


@pytest.fixture
def as_delivered() -> None:
    """Leave disabled what is so by default."""


@pytest.fixture
async def all_is_closed() -> AsyncIterator[None]:
    """Find no descriptor left open by a test."""
    with none_left():
        yield


@pytest.fixture
def pty() -> Iterator[tuple[int, str]]:
    """Give the meter's end of a raw pseudo-terminal, and the path of the reader's end."""
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    os.close(slave)
    yield master, path
    os.close(master)


@pytest.fixture
def quick_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the dialogs about ports listen for as many looks as the simulated meters need."""
    looks = count(step=LOOK)
    monkeypatch.setattr(listening, "time", SimpleNamespace(monotonic=lambda: next(looks)))
    monkeypatch.setattr(listening, "_LOOK", LOOK)
    monkeypatch.setattr(port_dialog, "_TIMEOUT", 1.0)


@pytest.fixture
async def no_dialog_is_left(home: Home) -> AsyncIterator[None]:
    """Close, before the home looks for ports that were left open, what a user would close."""
    yield
    for flow in home.hass.config_entries.flow.async_progress():
        home.hass.config_entries.flow.async_abort(flow["flow_id"])
    await home.hass.async_block_till_done()
    await until(lambda: not any("listening" in one.get_name() for one in asyncio.all_tasks()))
