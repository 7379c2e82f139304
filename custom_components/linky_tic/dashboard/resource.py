"""Serves `strategy.js`, which builds the dashboard, and registers it as a Lovelace resource.

The front end waits for a resource before it shows a dashboard, but not for a module that was added
with `add_extra_js_url`.
"""

from asyncio import Lock
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.core import HomeAssistant
from homeassistant.helpers.singleton import singleton
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

URL: Final = f"/{DOMAIN}/dashboard.js"
_FILE: Final = Path(__file__).parent / "strategy.js"
_SERVED: Final[HassKey[str]] = HassKey(f"{DOMAIN}.dashboard")
_LOCK: Final[HassKey[Lock]] = HassKey(f"{DOMAIN}.dashboard_offering")


async def async_register_dashboard(hass: HomeAssistant) -> None:
    """Make the dashboard available, if the front end is set up."""
    if not hass.config.components.issuperset({"http", "lovelace"}):
        return
    async with hass.data.setdefault(_LOCK, Lock()):  # several meters are set up at the same time
        await _register(hass)


async def _register(hass: HomeAssistant) -> None:
    url = await _serve(hass)
    resources = _resources(hass)
    if resources is None:  # they are in configuration.yaml, which cannot be changed here
        if "frontend" in hass.config.components:
            add_extra_js_url(hass, url)
        return
    await resources.async_get_info()  # loads them
    known = [item for item in resources.async_items() if _is_ours(item)]
    if not known:
        await resources.async_create_item({"res_type": "module", "url": url})
    elif known[0]["url"] != url:
        await resources.async_update_item(known[0]["id"], {"url": url})


async def async_remove_dashboard(hass: HomeAssistant) -> None:
    """Delete the resource; called when the last meter is removed."""
    resources = _resources(hass) if LOVELACE_DATA in hass.data else None
    if resources is None:
        return
    await resources.async_get_info()
    for item in [item for item in resources.async_items() if _is_ours(item)]:
        await resources.async_delete_item(item["id"])


def _resources(hass: HomeAssistant) -> ResourceStorageCollection | None:
    resources = hass.data[LOVELACE_DATA].resources
    return resources if isinstance(resources, ResourceStorageCollection) else None


@singleton(_SERVED, async_=True)
async def _serve(hass: HomeAssistant) -> str:
    """Serve the file and return its URL, which changes with the content, as browsers cache it."""
    content = await hass.async_add_executor_job(_FILE.read_bytes)
    await hass.http.async_register_static_paths([StaticPathConfig(URL, str(_FILE), True)])  # noqa: FBT003 - cached
    return f"{URL}?v={crc32(content):08x}"


def _is_ours(item: Mapping[str, Any]) -> bool:
    """Whether a resource is our file, of any release; one that users have added may lack a URL."""
    return str(item.get("url")).partition("?")[0] == URL
