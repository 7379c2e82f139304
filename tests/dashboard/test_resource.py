"""The dashboard's file is served, and is a resource of the front end while there is a meter."""

from http import HTTPStatus
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.dashboard import resource as dashboard
from simulator import Household

from ..home import OTHER_ADDRESS, Home
from ..test_translations import texts

FILE: Final = Path(dashboard.__file__).parent / "strategy.js"


PRICED: Final = {"sensor.linky_price", "sensor.linky_cost_today", "sensor.linky_cost_month"}
"""Entities that exist only if there are prices."""


async def resources(hass: HomeAssistant) -> list[str]:
    """The URLs of the resources that the front end loads."""
    found = hass.data[LOVELACE_DATA].resources
    await found.async_get_info()
    return [item["url"] for item in found.async_items()]


@pytest.fixture
async def lovelace(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "http", {})
    assert await async_setup_component(hass, "lovelace", {})


@pytest.mark.usefixtures("lovelace")
async def test_the_file_is_served_under_the_url_of_the_resource(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    await home.hears()
    [url] = await resources(home.hass)
    answer = await (await hass_client_no_auth()).get(url)
    assert answer.status == HTTPStatus.OK
    assert "javascript" in answer.headers["Content-Type"]
    assert "max-age" in answer.headers["Cache-Control"]
    assert await answer.text() == FILE.read_text()


@pytest.mark.usefixtures("lovelace")
async def test_the_resource_of_an_older_release_is_found_and_one_without_a_url_is_left_alone(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    items = [
        {"id": "broken", "type": "module"},
        {"id": "ours", "type": "module", "url": f"{dashboard.URL}?v=old"},
    ]
    hass_storage["lovelace_resources"] = {"version": 1, "data": {"items": items}}
    await home.hears()
    found = home.hass.data[LOVELACE_DATA].resources
    assert [item.get("url", "")[:10] for item in found.async_items()] == ["", "/linky_tic"]


@pytest.mark.usefixtures("lovelace")
async def test_the_resource_of_an_older_release_is_deleted_with_a_meter_that_was_not_set_up(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    items = [{"id": "ours", "type": "module", "url": f"{dashboard.URL}?v=old"}]
    hass_storage["lovelace_resources"] = {"version": 1, "data": {"items": items}}
    entry = MockConfigEntry(domain=DOMAIN, unique_id=OTHER_ADDRESS, data={})
    entry.add_to_hass(home.hass)
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert not await resources(home.hass)


@pytest.mark.usefixtures("lovelace")
async def test_the_resource_stays_one_however_often_an_entry_is_set_up(home: Home) -> None:
    meter = await home.hears()
    await home.restart(meter)
    await home.add(home.meter(name="other"), OTHER_ADDRESS, "linky_2")
    assert len(await resources(home.hass)) == 1


@pytest.mark.usefixtures("lovelace")
async def test_meters_that_are_set_up_at_the_same_time_add_one_resource(home: Home) -> None:
    for number in (1, 2, 3):
        meter = home.meter(name=f"tty{number}")
        MockConfigEntry(
            domain=DOMAIN,
            unique_id=f"04196100000{number}",
            data={"port": meter.port.url, "slug": f"linky_{number}"},
        ).add_to_hass(home.hass)
    assert await async_setup_component(home.hass, DOMAIN, {})
    await home.hass.async_block_till_done()
    entries = home.hass.config_entries.async_entries(DOMAIN)
    assert {entry.state for entry in entries} == {ConfigEntryState.LOADED}
    assert len(await resources(home.hass)) == 1


@pytest.mark.usefixtures("lovelace")
async def test_a_new_content_has_a_new_url(home: Home) -> None:
    known = home.hass.data[LOVELACE_DATA].resources
    assert isinstance(known, ResourceStorageCollection)
    await known.async_create_item({"res_type": "module", "url": f"{dashboard.URL}?v=old"})
    await known.async_create_item({"res_type": "module", "url": "/local/another.js"})
    await home.hears()
    ours, other = await resources(home.hass)
    assert ours.startswith(f"{dashboard.URL}?v=")
    assert ours != f"{dashboard.URL}?v=old"
    assert other == "/local/another.js"


@pytest.mark.usefixtures("lovelace")
async def test_the_resource_goes_with_the_last_meter(home: Home) -> None:
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE).add_to_hass(home.hass)  # an adapter
    first = await home.hears()
    second = await home.add(home.meter(name="other"), OTHER_ADDRESS, "linky_2")
    assert first.entry
    await home.hass.config_entries.async_remove(first.entry.entry_id)
    assert len(await resources(home.hass)) == 1
    await home.hass.config_entries.async_remove(second.entry_id)
    assert not await resources(home.hass)


async def test_resources_that_stand_in_a_file_are_left_alone(home: Home) -> None:
    yaml: dict[str, Any] = {"lovelace": {"resource_mode": "yaml", "resources": []}}
    assert await async_setup_component(home.hass, "frontend", yaml)
    meter = await home.hears()
    assert not await resources(home.hass)
    added = home.hass.data[DATA_EXTRA_MODULE_URL].urls
    assert any(url.startswith(dashboard.URL) for url in added)
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)


async def test_a_house_without_a_front_end_needs_no_dashboard(home: Home) -> None:
    meter = await home.hears()
    assert LOVELACE_DATA not in home.hass.data
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    assert not home.hass.config_entries.async_entries(DOMAIN)


async def test_the_plain_dashboard_of_the_docs_names_entities_that_there_are(home: Home) -> None:
    text = (Path(__file__).parents[2] / "docs" / "dashboard.yaml").read_text()
    assert set(parse_yaml(text)) == {"views"}
    house = Household(contract="tempo", phases=3, producer=True, start="2026-01-12T19:00:00")
    await home.hears(house, 10, house.address)
    registry = er.async_get(home.hass)
    named = set(re.findall(r"\b(?:binary_sensor|calendar|sensor)\.linky_\w+", text))
    assert {name for name in named if not registry.async_get(name)} == PRICED


def test_every_text_of_the_dashboard_is_shown_and_known() -> None:
    script = FILE.read_text()
    known = texts("en")["selector"]["dashboard"]["options"].keys()
    said = set(re.findall(r'text\((?:meter\.isTotalSale \? "\w+" : )?"(\w+)"', script))
    said |= set(re.findall(r'text\(meter\.isTotalSale \? "(\w+)"', script))
    assert said == {key for key in known if not key.startswith("short_")} | {"short_load"}
    short = {key.removeprefix("short_") for key in known if key.startswith("short_")}
    assert all(f'"{key}"' in script for key in short)
