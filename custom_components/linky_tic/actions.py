"""The actions that answer: what a script, an automation or a person may ask of a meter.

It knows calls and their answers; what is answered is reckoned elsewhere.
"""

from datetime import date
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, service
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .const import DOMAIN
from .coordinator import LinkyConfigEntry, LinkyCoordinator
from .tic import Period, unnamed

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
_OF_A_METER: Final = vol.Schema({vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string})


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register every action, whether a meter is set up or not."""
    hass.services.async_register(
        DOMAIN, "get_schedule", _get_schedule, _OF_A_METER, SupportsResponse.ONLY
    )


def coordinator_of(call: ServiceCall) -> LinkyCoordinator:
    """Give the meter that a call is about; raises where its entry is not loaded."""
    entry: LinkyConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    return entry.runtime_data


@callback
def _get_schedule(call: ServiceCall) -> ServiceResponse:
    """Answer with the days as far as they are known."""
    coordinator = coordinator_of(call)
    days = coordinator.days
    return {
        "today": _day(coordinator, days.today),
        "tomorrow": _day(coordinator, days.tomorrow),
    }


def _day(coordinator: LinkyCoordinator, date_: date) -> JsonObjectType:
    day = coordinator.days.day(date_)
    if day is None:
        return {"date": date_.isoformat(), "known": False, "slots": []}
    return {
        "date": date_.isoformat(),
        "known": True,
        "coding": day.coding.value,
        "decision": day.decision.value,
        "slots": [_slot(coordinator, period) for period in day.periods],
    }


def _slot(coordinator: LinkyCoordinator, period: Period) -> JsonObjectType:
    index, names = period.index, coordinator.tariffs.names
    return {
        "start": period.begin.isoformat(),
        "end": period.end.isoformat(),
        "index": index,
        "tariff": None if index is None else names.get(index, unnamed(index)),
        "contact": period.contact.value if period.contact else None,
        "peak": period.peak,
    }
