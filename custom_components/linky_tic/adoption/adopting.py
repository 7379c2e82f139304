"""Adopting an old statistic, and undoing it: the old rows go before ours, or we take its place.

Home Assistant keeps statistics by entity id: whoever has the id of a sensor that is gone goes on
with them, and nothing is imported. What will be done is in storage before it is done, so that it
can be undone whatever comes in between. Why it may be done is decided in `plan.py`.
"""

import asyncio
from dataclasses import replace
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..exceptions import refused, unwritten
from .joining import StatisticRow
from .plan import AdoptionPlan
from .records import AdoptionRecords, Method, Record, Sums
from .statistics_rows import async_insert, async_take_out, settle

_ONE_BY_ONE: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}.adopting")


def one_by_one(hass: HomeAssistant) -> asyncio.Lock:
    """Give what keeps two adoptions apart, from the look at what there is to the last row."""
    return hass.data.setdefault(_ONE_BY_ONE, asyncio.Lock())


async def async_adopted(hass: HomeAssistant, entity: er.RegistryEntry) -> list[Record]:
    """Give what an entity has adopted, and what it was to adopt when Home Assistant stopped."""
    return await _records(hass, entity).find(_key(entity))


async def async_adopt(hass: HomeAssistant, plan: AdoptionPlan) -> None:
    """Do what was planned."""
    entity, record = plan.entity, _record(plan)
    await _records(hass, entity).keep(_key(entity), record)
    if not plan.is_import:
        await _rename(hass, entity, record.old, "adopt_old_is_there")
    elif not await async_insert(hass, entity.entity_id, record):
        raise unwritten(entity.entity_id)


async def async_undo(hass: HomeAssistant, entity: er.RegistryEntry) -> Record:
    """Put back what an entity has adopted last, and give what that was.

    What an entity has recorded under an id that it gives back stays there.
    """
    adopted = await async_adopted(hass, entity)
    if not adopted:
        raise refused("undo_nothing", entity=entity.entity_id)
    record = adopted[-1]
    if record.method is Method.ENTITY_ID:
        await _rename(hass, entity, record.former, "undo_id_taken")
    elif not await async_take_out(hass, entity.entity_id, record):
        raise unwritten(entity.entity_id)
    await _records(hass, entity).forget_last(_key(entity))
    return record


def _records(hass: HomeAssistant, entity: er.RegistryEntry) -> AdoptionRecords:
    return AdoptionRecords(hass, entity.config_entry_id or "")


def _key(entity: er.RegistryEntry) -> str:
    """Give the label or key of an entity: unlike its id and its meter, that does not change."""
    return entity.unique_id.partition("_")[2]


def _record(plan: AdoptionPlan) -> Record:
    """Note what will be done, and all the sums that it changes."""
    ours, rows = plan.ours, plan.rows
    record = Record(method=plan.method, old=plan.old_id, former=plan.entity.entity_id)
    if not plan.is_import:
        return record
    return replace(
        record,
        unit=ours.meta["unit_of_measurement"],
        start=rows[0].start,
        end=rows[-1].start,
        begun=ours.first.start,
        offset=plan.join.offset if plan.join else None,
        hours=_sums(ours.hours),
        periods=_sums(ours.periods),
    )


def _sums(rows: list[StatisticRow]) -> Sums:
    return [(row.start, row.sum) for row in rows if row.sum is not None]


async def _rename(hass: HomeAssistant, entity: er.RegistryEntry, new_id: str, taken: str) -> None:
    """Give an entity another id; what is recorded under either of them stays where it is.

    The recorder moves all along, and logs an error where something is in the way: that is put
    aside meanwhile.
    """
    entity_id, entities = entity.entity_id, er.async_get(hass)
    if entity_id == new_id:
        return
    if entities.async_get(new_id) or not hass.states.async_available(new_id):
        raise refused(taken, old=new_id, former=new_id, entity=entity_id)
    aside = f"{new_id}_{DOMAIN}"
    _move(hass, new_id, aside)
    entities.async_update_entity(entity_id, new_entity_id=new_id)
    _move(hass, new_id, entity_id)
    _move(hass, aside, new_id)
    await settle(get_instance(hass))


def _move(hass: HomeAssistant, old_id: str, new_id: str) -> None:
    recorder = get_instance(hass)
    recorder.async_update_statistics_metadata(old_id, new_statistic_id=new_id)
    recorder.async_update_states_metadata(old_id, new_entity_id=new_id)
