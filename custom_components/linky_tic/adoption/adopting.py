"""Adopting an old statistic, and undoing it: the old rows go before ours, or we take its place.

Home Assistant keeps statistics by entity id: whoever has the id of a sensor that is gone goes on
with them, and nothing is imported. What will be done is in storage before it is done, so that it
can be finished or undone whatever comes in between. Why it may be done is decided in `plan.py`.
"""

import asyncio
from dataclasses import replace
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..exceptions import refused, unfinished
from .joining import StatisticRow
from .plan import AdoptionPlan
from .records import AdoptionRecords, Method, Record, Sums
from .statistics_rows import async_insert, async_take_out, settle

_ONE_BY_ONE: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}.adopting")


def one_by_one(hass: HomeAssistant) -> asyncio.Lock:
    """Give what keeps two adoptions apart, from the look at what there is to the last row."""
    return hass.data.setdefault(_ONE_BY_ONE, asyncio.Lock())


def records_of(hass: HomeAssistant, entity: er.RegistryEntry) -> AdoptionRecords:
    """Give the records of the meter that an entity belongs to."""
    return AdoptionRecords(hass, entity.config_entry_id or "")


def key_of(entity: er.RegistryEntry) -> str:
    """Give the label or key of an entity: unlike its id and its meter, that does not change."""
    return entity.unique_id.partition("_")[2]


async def async_adopt(hass: HomeAssistant, plan: AdoptionPlan) -> None:
    """Do what was planned."""
    record = _record(plan)
    await records_of(hass, plan.entity).keep(key_of(plan.entity), record)
    await async_finish(hass, plan.entity, record)


async def async_finish(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Do what is recorded; what was done of it already is not done twice."""
    if record.method is Method.ENTITY_ID:
        await _rename(hass, entity, record.old, "adopt_old_is_there")
    else:
        is_done = await async_insert(hass, entity.entity_id, record)
        if is_done is None:
            raise unfinished(entity.entity_id)
        if not is_done:
            raise refused("adopt_no_statistics", old=record.old, entity=entity.entity_id)
    await records_of(hass, entity).keep(key_of(entity), replace(record, is_done=True))


async def async_undo(hass: HomeAssistant, entity: er.RegistryEntry) -> Record:
    """Put back what an entity has adopted last, and give what that was.

    What an entity has recorded under an id that it gives back stays there.
    """
    records = records_of(hass, entity)
    adopted = await records.find(key_of(entity))
    if not adopted:
        raise refused("undo_nothing", entity=entity.entity_id)
    record = adopted[-1]
    if record.method is Method.ENTITY_ID:
        await _rename(hass, entity, record.former, "undo_id_taken")
    elif await async_take_out(hass, entity.entity_id, record) is None:
        raise unfinished(entity.entity_id)
    await records.forget_last(key_of(entity))
    return record


def _record(plan: AdoptionPlan) -> Record:
    """Note what will be done, and all the sums that it changes."""
    is_import = plan.is_import
    return Record(
        method=plan.method,
        old=plan.old_id,
        former=plan.entity.entity_id,
        unit=plan.ours.meta["unit_of_measurement"],
        start=plan.rows[0].start if is_import else 0.0,
        end=plan.rows[-1].start if is_import else 0.0,
        begun=plan.first.start,
        offset=plan.join.offset if plan.join and is_import else None,
        is_whole=is_import,
        hours=_sums(plan.ours.hours) if is_import else [],
        periods=_sums(plan.ours.periods) if is_import else [],
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
