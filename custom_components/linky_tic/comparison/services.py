"""The action that compares contracts: its schema and its response."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, WEEKDAYS
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

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..tariff.tempo import COLOURS
from .comparison import Comparison, async_compare
from .contracts import CONTRACT_KINDS, ContractCost, PricedContract, read_slots

_MAX_LISTED: Final = 31
"""Maximum number of days without a known colour that are listed in the response."""


def _weekdays(days: list[str]) -> frozenset[int]:
    return frozenset(map(WEEKDAYS.index, days))


def _contract(typed: Mapping[str, Any]) -> PricedContract:
    """Validate and convert one contract; raises `vol.Invalid`."""
    if set(typed["prices"]) not in map(set, CONTRACT_KINDS.values()):
        raise vol.Invalid("prices are those of base, of off_peak and peak, or the six of Tempo")
    contract = PricedContract(**typed)
    if contract.lacks_hours:
        raise vol.Invalid("off_peak_hours are missing")
    return contract


_NO_TIMES: Final = "this is no list of times such as 22:30-06:30, 12:00-14:00"
_PRICE: Final = vol.All(vol.Coerce(float), vol.Range(min=0))
_DAY: Final = vol.All(cv.date, vol.Range(min=date(2000, 1, 1)))
"""A lower limit, since earlier days than `first_day` are computed: year 1 would overflow."""
_CONTRACT: Final = vol.All(
    vol.Schema(
        {
            vol.Required("name"): cv.string,
            vol.Required("prices"): {cv.string: _PRICE},
            vol.Optional("standing_charge", default=0.0): _PRICE,
            vol.Optional("off_peak_hours"): vol.Msg(vol.All(cv.string, read_slots), _NO_TIMES),
            vol.Optional("off_peak_days"): vol.All(cv.weekdays, _weekdays),
            vol.Optional("colours"): {vol.In(COLOURS): vol.All(cv.ensure_list, [cv.date])},
        }
    ),
    _contract,
)
_COMPARE: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        vol.Required("contracts"): vol.All(cv.ensure_list, [_CONTRACT]),
        vol.Optional("first_day"): _DAY,
        vol.Optional("last_day"): _DAY,
    }
)


@callback
def async_setup_comparison(hass: HomeAssistant) -> None:
    hass.services.async_register(
        DOMAIN, "compare_contracts", _compare, _COMPARE, SupportsResponse.ONLY
    )


async def _compare(call: ServiceCall) -> ServiceResponse:
    entry: LinkyConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    compared = await async_compare(
        entry.runtime_data,
        call.data["contracts"],
        call.data.get("first_day"),
        call.data.get("last_day"),
    )
    return _answer(compared)


def _answer(compared: Comparison) -> JsonObjectType:
    return {
        "first_day": compared.first.isoformat(),
        "last_day": compared.last.isoformat(),
        "hours": len(compared.hours),
        "hours_missing": compared.hours_missing,
        "energy": round(sum(compared.hours.values()), 3),
        "energy_missing": round(compared.energy_missing, 3),
        "in_force": _cost_answer(compared.in_force),
        "contracts": [
            {"name": contract.name, **_cost_answer(found)} for contract, found in compared.others
        ],
    }


def _cost_answer(found: ContractCost) -> JsonObjectType:
    return {
        "total": _amount(found.total),
        "energy_cost": _amount(found.energy_cost),
        "standing_charge": _amount(found.standing_charge),
        "doubt": _amount(found.doubt),
        "energy": {tariff: round(energy, 3) for tariff, energy in found.by_tariff.items()},
        "unpriced_tariffs": [*found.unpriced],
        "unknown_days": len(found.unknown_days),
        "first_unknown_days": [day.isoformat() for day in found.unknown_days[:_MAX_LISTED]],
    }


def _amount(amount: float | None) -> float | None:
    return amount and round(amount, 2)
