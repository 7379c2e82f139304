"""The actions that return data of a meter, and the registration of all other actions."""

from datetime import UTC, date, datetime
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, service
from homeassistant.helpers.json import json_bytes
from homeassistant.util.json import JsonObjectType, json_loads_object
import voluptuous as vol

from .adoption.services import async_setup_adoption
from .comparison.services import async_setup_comparison
from .const import DOMAIN
from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .energy_dashboard.sources import available_sources, energy_sources
from .exceptions import refused
from .mirror.payloads import typed_reading
from .schedule.day_schedule import SchedulePeriod
from .tic import Quantity, Reading, mask

_METER_SCHEMA: Final = vol.Schema({vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register every action, whether a meter is set up or not."""
    for name, answer in (("get_schedule", _get_schedule), ("get_frame", _get_frame)):
        hass.services.async_register(DOMAIN, name, answer, _METER_SCHEMA, SupportsResponse.ONLY)
    service.async_register_admin_service(
        hass, DOMAIN, "energy_sources", _energy_sources, _METER_SCHEMA, SupportsResponse.ONLY
    )
    async_setup_adoption(hass)
    async_setup_comparison(hass)


def coordinator_of(call: ServiceCall) -> LinkyCoordinator:
    """Return the meter of a call; raises `ServiceValidationError` if its entry is not loaded."""
    entry: LinkyConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    return entry.runtime_data


@callback
def _get_schedule(call: ServiceCall) -> ServiceResponse:
    coordinator = coordinator_of(call)
    days = coordinator.days
    return {
        "today": _day(coordinator, days.today),
        "tomorrow": _day(coordinator, days.tomorrow),
    }


def _day(coordinator: LinkyCoordinator, date_: date) -> JsonObjectType:
    schedules = coordinator.days.schedules
    day, shown = schedules.day(date_), (date_ - schedules.legal.days_ahead).isoformat()
    if day is None:
        return {"date": shown, "known": False, "slots": []}
    return {
        "date": shown,
        "known": True,
        "coding": day.coding.value if day.coding else None,
        "decision": day.decision.value,
        "announced": day.announced,
        "slots": [_slot(coordinator, period) for period in day.periods],
    }


def _slot(coordinator: LinkyCoordinator, period: SchedulePeriod) -> JsonObjectType:
    register = period.register
    return {
        "start": period.begin.isoformat(),
        "end": period.end.isoformat(),
        "index": register,
        "tariff": None if register is None else coordinator.tariffs.name_of(register),
        "contact": period.contact.value if period.contact else None,
        "peak": period.peak,
    }


async def _get_frame(call: ServiceCall) -> ServiceResponse:
    """Return the current reading of each label; identifiers are masked unless an admin asks."""
    coordinator = coordinator_of(call)
    readings = sorted(coordinator.readings.values(), key=lambda one: one.label.rank)
    if not readings:
        raise refused("not_heard", title=coordinator.entry.title)
    is_admin = await _is_admin(call)
    heard_at = datetime.fromtimestamp(coordinator.receiver.heard_at, UTC)
    answer = {
        "address": coordinator.address if is_admin else mask(coordinator.address),
        "mode": readings[0].label.mode.value,
        "received": heard_at.isoformat(timespec="milliseconds"),
        "labels": {one.label.name: _label(one, is_admin=is_admin) for one in readings},
    }
    return json_loads_object(json_bytes(answer))


async def _is_admin(call: ServiceCall) -> bool:
    """Whether an admin calls; a call without a user, as by an automation, counts as one."""
    if call.context.user_id is None:
        return True
    user = await call.hass.auth.async_get_user(call.context.user_id)
    return user is not None and user.is_admin


def _label(reading: Reading, *, is_admin: bool) -> dict[str, object]:
    shown = {**typed_reading(reading), "raw": reading.raw}
    if not is_admin and reading.label.quantity in {Quantity.ADDRESS, Quantity.METERING_POINT}:
        shown |= {"value": mask(reading.raw), "raw": mask(reading.raw)}
    return shown


async def _energy_sources(call: ServiceCall) -> ServiceResponse:
    """Return the sources that the options would add to an empty energy dashboard."""
    coordinator = coordinator_of(call)
    available = available_sources(coordinator)
    if available.is_empty:
        raise refused("not_heard", title=coordinator.entry.title)
    sources = energy_sources(coordinator, available.preselected)
    return json_loads_object(json_bytes({"energy_sources": sources}))
