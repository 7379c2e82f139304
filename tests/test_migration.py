"""An entry that any release has stored is understood by this one, and a newer one is left alone."""

import json
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_PORT
import pytest

from custom_components.linky_tic.config_flow import LinkyConfigFlow
from custom_components.linky_tic.const import DOMAIN

from .dialog import choose
from .home import Home, Meter

type Stored = dict[str, Any]  # an entry as Home Assistant writes it

FILES: Final = sorted((Path(__file__).parent / "data" / "entries").glob("*.json"))


def stored(path: Path, meter: Meter) -> Stored:
    """An entry as a release has stored it, its port aside."""
    entry: Stored = json.loads(path.read_text())
    entry["data"][CONF_PORT] = meter.port.url
    return entry


async def started(home: Home, storage: Stored, meter: Meter, entry: Stored) -> ConfigEntry:
    """Home Assistant, started with this entry in its storage."""
    storage["core.config_entries"] = {
        "version": 1,
        "minor_version": 5,
        "data": {"entries": [entry]},
    }
    await home.hass.config_entries.async_initialize()
    await home.hass.config_entries.async_setup(entry["entry_id"])
    await home.hass.async_block_till_done()
    (loaded,) = home.hass.config_entries.async_entries(DOMAIN)
    meter.entry = loaded
    return loaded


def version_of(path: Path) -> str:
    return path.stem.partition("-")[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_what_a_release_has_stored_is_understood(
    home: Home, hass_storage: Stored, path: Path
) -> None:
    meter = home.meter()
    before = stored(path, meter)
    entry = await started(home, hass_storage, meter, before)
    assert entry.state is ConfigEntryState.LOADED
    await meter.play()
    assert home.value("east") not in {None, "unknown", "unavailable"}
    assert (entry.title, entry.unique_id) == (before["title"], before["unique_id"])
    assert entry.data.items() >= before["data"].items()
    assert entry.options == before["options"]
    assert (entry.version, entry.minor_version) == (
        LinkyConfigFlow.VERSION,
        LinkyConfigFlow.MINOR_VERSION,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_named_after_the_version_of_its_entry(path: Path) -> None:
    entry = json.loads(path.read_text())
    assert version_of(path) == f"{entry['version']}.{entry['minor_version']}"


def test_every_version_up_to_this_one_has_its_stored_entry() -> None:
    minors = range(1, LinkyConfigFlow.MINOR_VERSION + 1)
    assert LinkyConfigFlow.VERSION == 1  # a second one wants its own range here
    assert {f"1.{minor}" for minor in minors} == {version_of(path) for path in FILES}


NEWER: Final = {"added": 1, "reporting": "of_next_year", "mirror_format": "of_next_year"}


async def test_what_a_newer_minor_version_has_added_is_kept(
    home: Home, hass_storage: Stored
) -> None:
    meter = home.meter()
    newer = stored(FILES[0], meter) | {"minor_version": 99, "options": NEWER}
    newer["data"] |= {"added": 2, "speed": 1200}
    entry = await started(home, hass_storage, meter, newer)
    assert entry.state is ConfigEntryState.LOADED
    await meter.play()
    assert home.value("east") not in {None, "unknown", "unavailable"}
    assert (dict(entry.options), entry.data["added"]) == (NEWER, 2)
    assert (await choose(home.hass, entry, "mirror"))["step_id"] == "mirror"
    assert entry.minor_version == 99


async def test_an_entry_of_a_newer_major_version_is_refused_and_left_alone(
    home: Home, hass_storage: Stored
) -> None:
    meter = home.meter()
    newer = stored(FILES[0], meter) | {"version": 2}
    entry = await started(home, hass_storage, meter, newer)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert not meter.is_open
    assert entry.data == newer["data"]
