"""Linky Direct: reads the TIC port of the French Linky electricity meter."""

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .adoption.records import AdoptionRecords
from .const import DOMAIN
from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .cost.deleted import async_setup_deleted_accounts, deleted_accounts
from .dashboard.resource import async_register_dashboard, async_remove_dashboard
from .exceptions import not_ready
from .health.issues import Issue, RepairIssues
from .history.index_history import async_setup_history
from .line import PortUnavailable
from .meter.signals import optional
from .meter.store import MeterStore
from .mirror import async_clear_topics
from .services import async_setup_actions
from .setup.port_dialog import HEARD
from .setup.port_watch import watch_port
from .tariff.former_names import report_former_names

PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.CALENDAR, Platform.EVENT, Platform.SENSOR)
CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, and set up what the statistics and costs of all meters share."""
    async_setup_actions(hass)
    await async_setup_history(hass)
    await optional(async_setup_deleted_accounts(hass))
    return True


async def async_setup_entry(hass: HomeAssistant, entry: LinkyConfigEntry) -> bool:
    """Open the port and set up the entities; a port that cannot be opened is watched."""
    store = MeterStore(hass, entry.entry_id)
    await store.load()
    coordinator = LinkyCoordinator(hass, entry, store)
    entry.async_on_unload(coordinator.async_stop)
    try:
        await coordinator.async_start(hass.data.get(HEARD, {}).pop(coordinator.address, None))
    except PortUnavailable as error:
        watch_port(hass, entry, error)
        raise not_ready(error) from error
    entry.runtime_data = coordinator
    try:
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        await coordinator.async_run()
    except BaseException:  # cancellation, too: Home Assistant does not unload the platforms then
        await async_unload_entry(hass, entry)
        raise
    await optional(async_register_dashboard(hass))

    @callback
    def started(hass: HomeAssistant) -> None:  # automations are loaded by now
        coordinator.guard(report_former_names, coordinator, hass)

    entry.async_on_unload(async_at_started(hass, started))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: LinkyConfigEntry) -> bool:
    """Unload the platforms; the entry's unload callbacks close the port and all else."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: LinkyConfigEntry) -> None:
    """Remove repairs, retained topics and files, except those that sums are continued from."""
    RepairIssues(hass, entry.entry_id).delete(*Issue)
    await optional(async_clear_topics(hass, entry.entry_id))
    await optional(async_setup_deleted_accounts(hass))  # not loaded if all entries are off
    await optional(deleted_accounts(hass).keep(entry))
    await optional(MeterStore(hass, entry.entry_id).remove())
    await optional(AdoptionRecords(hass, entry.entry_id).remove())
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        await optional(async_remove_dashboard(hass))
