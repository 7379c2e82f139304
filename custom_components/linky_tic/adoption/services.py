"""The actions that adopt an old statistic, and undo it.

Numbers in responses are in the unit of our statistic.
"""

import asyncio
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any, Final

from homeassistant.components.recorder import DOMAIN as RECORDER
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, entity_registry as er, service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..const import DOMAIN
from ..energy_dashboard.preferences import async_used_statistics
from ..exceptions import refused
from .adopting import AdoptionPlan, async_adopt, async_plan, async_undo
from .joining import StatisticRow, implausible_rows, rows_in_gaps
from .records import Method, Record
from .statistics_rows import History

_ADOPT: Final = vol.Schema(
    {
        vol.Required("old_statistic"): cv.string,
        vol.Required(ATTR_ENTITY_ID): cv.entity_id,
        vol.Optional("method"): vol.Coerce(Method),
        vol.Optional("dry_run", default=True): cv.boolean,
    }
)
_UNDO: Final = vol.Schema({vol.Required(ATTR_ENTITY_ID): cv.entity_id})
_MAX_LISTED: Final = 10
"""Maximum number of doubtful hours in the response."""
_MIN_GAP: Final = 2.0
"""Hours between the two statistics above which there is a warning."""


@callback
def async_setup_adoption(hass: HomeAssistant) -> None:
    """Register both actions, for administrators only; a lock runs one at a time."""
    lock = asyncio.Lock()
    for name, handler, schema in (
        ("adopt_statistics", _adopt, _ADOPT),
        ("undo_adopted_statistics", _undo, _UNDO),
    ):
        service.async_register_admin_service(
            hass, DOMAIN, name, partial(handler, lock), schema, SupportsResponse.OPTIONAL
        )


async def _adopt(lock: asyncio.Lock, call: ServiceCall) -> ServiceResponse:
    """Return what will be done, and do it unless `dry_run` is set."""
    hass, old_id, is_dry = call.hass, call.data["old_statistic"], call.data["dry_run"]
    entity = _entity(call)
    async with lock:
        plan = await async_plan(hass, old_id, entity, call.data.get("method"))
        answer = await _plan_answer(hass, plan)
        if not is_dry:
            await async_adopt(hass, plan)
        return {"dry_run": is_dry, **answer}


async def _undo(lock: asyncio.Lock, call: ServiceCall) -> ServiceResponse:
    entity = _entity(call)
    async with lock:
        return _record_answer(await async_undo(call.hass, entity))


def _entity(call: ServiceCall) -> er.RegistryEntry:
    """Return the sensor of a call; raises if it is not ours, or there is no recorder."""
    if RECORDER not in call.hass.config.components:
        raise refused("adopt_no_recorder")
    entity = er.async_get(call.hass).async_get(call.data[ATTR_ENTITY_ID])
    if entity and entity.platform == DOMAIN and entity.domain == SENSOR and entity.config_entry_id:
        return entity
    raise refused("adopt_not_ours", entity=call.data[ATTR_ENTITY_ID])


async def _plan_answer(hass: HomeAssistant, plan: AdoptionPlan) -> JsonObjectType:
    doubted = list(implausible_rows(plan.rows, plan.ours.per_kwh)) if plan.ours.per_kwh else []
    used, ours = await async_used_statistics(hass), plan.entity.entity_id
    join, will = _join_answer(plan), _changes_answer(plan)
    # What the user should check before adopting; the documentation explains each warning.
    warnings = {
        "joined_by_time": plan.method is Method.TIME,
        "gap": join is not None and join["hours"] > _MIN_GAP,
        "hours_left_behind": will.get("leave_behind_hours"),
        "gaps_stay": will.get("leave_out_in_gaps_hours"),
        "last_hours_left_out": plan.is_import and plan.left_out,
        "both_in_energy_dashboard": plan.is_import and {plan.old_id, ours} <= used,
        "new_in_energy_dashboard": not plan.is_import and ours in used,
        "doubtful_hours": doubted,
    }
    return {
        "method": plan.method.value,
        "methods": {method.value: found for method, found in plan.methods.items()},
        "old": {"statistic": plan.old_id, **_history_answer(plan.old, used, plan.old_id)},
        "new": {"entity_id": ours, **_history_answer(plan.ours, used, ours)},
        "join": join,
        "will": will,
        "doubtful_hours_count": len(doubted),
        "doubtful_hours": [
            {"start": _timestamp(start), "growth": _number(growth)}
            for start, growth in doubted[:_MAX_LISTED]
        ],
        "warnings": [name for name, is_so in warnings.items() if is_so],
    }


def _history_answer(history: History, used: AbstractSet[str], statistic_id: str) -> JsonObjectType:
    return {
        "unit": history.unit,
        "hours": len(history.hours),
        **_span(history.hours or [history.first]),
        "in_energy_dashboard": statistic_id in used,
    }


def _join_answer(plan: AdoptionPlan) -> dict[str, Any] | None:
    """Return the rows on both sides of the join, and the energy used in between; else None."""
    if plan.is_import and plan.join:
        before, after = plan.join.before, plan.ours.first
    elif plan.ours.per_kwh and not plan.is_import:
        before, after = plan.old.last, plan.ours.last
    else:
        return None
    energy = None
    if before.state is not None and after.state is not None and plan.method is not Method.TIME:
        energy = after.state - before.state
    return {
        "old_until": _timestamp(before.end),
        "old_index": _number(before.state),
        "old_sum": _number(before.sum),
        "new_until": _timestamp(after.end),
        "new_index": _number(after.state),
        "new_sum": _number(after.sum),
        "hours": round((after.end - before.end) / 3600, 6),
        "used_in_between": _number(energy),
    }


def _changes_answer(plan: AdoptionPlan) -> dict[str, Any]:
    """Return the changes: our entity gets another id, or rows are inserted and sums shifted."""
    if not plan.is_import:
        behind = sum(row.start >= plan.old.last.end for row in plan.ours.hours)
        return {"rename": plan.entity.entity_id, "to": plan.old_id, "leave_behind_hours": behind}
    return {
        "insert_hours": len(plan.rows),
        **_span(plan.rows),
        "leave_out_hours": len(plan.old.hours) - len(plan.rows),
        "leave_out_in_gaps_hours": len(rows_in_gaps(plan.old.hours, plan.ours.rows)),
        "shift_rows": len(plan.ours.rows) if plan.join else 0,
        "shift_sums_by": _number(plan.join.offset) if plan.join else None,
    }


def _record_answer(record: Record) -> JsonObjectType:
    return {
        "method": record.method.value,
        "old_statistic": record.old,
        "former_entity_id": record.former,
        "from": _timestamp(record.start) if record.end else None,
        "to": _timestamp(record.end) if record.end else None,
        "sums_shifted_by": _number(record.offset),
        "unit": record.unit,
    }


def _span(rows: list[StatisticRow]) -> JsonObjectType:
    return {"from": _timestamp(rows[0].start), "to": _timestamp(rows[-1].end)}


def _timestamp(seconds: float) -> str:
    """Format a time in the local time zone, so that it can be compared with graphs."""
    return dt_util.as_local(dt_util.utc_from_timestamp(seconds)).isoformat()


def _number(value: float | None) -> float | None:
    """Round a number to six decimals: in MWh, the last one is a Wh."""
    return None if value is None else round(value, 6)
