"""Adopting an old statistic, and undoing it: the old rows go before ours, or we take its place.

What is to be replaced is in storage before anything is written, so that whatever comes in between
can be finished or undone. Why it may be done is decided in `plan.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..setup.exceptions import refused, unfinished
from .joining import HOUR, Row, is_shifted, put_right, told
from .plan import Plan
from .records import AdoptionRecords, Method, Record, Sums
from .statistics_rows import (
    PERIODS,
    History,
    async_history,
    can_clear,
    clear,
    settle,
    shift,
    write,
)
from .taking_over import async_give_back, async_take_over

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


async def async_adopt(hass: HomeAssistant, plan: Plan) -> None:
    """Do what was planned."""
    record = _record(plan)
    await records_of(hass, plan.entity).keep(key_of(plan.entity), record)
    await async_finish(hass, plan.entity, record)


async def async_finish(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Do what is recorded; what was done of it already is not done twice."""
    await _DOING[record.method](hass, entity, record)
    await records_of(hass, entity).keep(key_of(entity), record.done())


async def async_undo(hass: HomeAssistant, entity: er.RegistryEntry) -> Record:
    """Put back what an entity has adopted last, and give what that was."""
    records = records_of(hass, entity)
    adopted = await records.find(key_of(entity))
    if not adopted:
        raise refused("undo_nothing", entity=entity.entity_id)
    await _UNDOING[adopted[-1].method](hass, entity, adopted[-1])
    await records.forget_last(key_of(entity))
    return adopted[-1]


def _record(plan: Plan) -> Record:
    """Note what will be done, and all the sums that it changes."""
    is_import = plan.method is not Method.ENTITY_ID
    return Record(
        method=plan.method,
        old=plan.old_id,
        former=plan.entity.entity_id,
        unit=plan.ours.meta["unit_of_measurement"],
        start=plan.rows[0].start if is_import else 0.0,
        end=plan.rows[-1].start if is_import else 0.0,
        begun=plan.first.start,
        offset=plan.join.offset if plan.join and is_import else None,
        hours=_sums(plan.ours.hours) if is_import else [],
        periods=_sums(plan.ours.periods) if is_import else [],
    )


def _sums(rows: list[Row]) -> Sums:
    return [(row.start, row.sum) for row in rows if row.sum is not None]


async def _import(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    old = await async_history(hass, record.old, record.unit)
    ours = await async_history(hass, entity.entity_id, record.unit)
    if old is None or ours is None:
        raise refused("adopt_no_statistics", old=record.old, entity=entity.entity_id)
    recorder = get_instance(hass)
    rows = _inserted(old.hours, record)
    write(recorder, ours.meta, rows)
    # What is asked for by five minutes would else begin with all that the old one had counted.
    write(recorder, ours.meta, _inserted(old.periods, record), PERIODS)
    if record.offset is not None and not _is_shifted(ours, record):
        shift(recorder, entity.entity_id, record.begun, record.offset, record.unit)
    written = await async_history(hass, entity.entity_id, record.unit)
    if (
        written is None
        or len(_inserted(written.hours, record)) < len(rows)
        or (record.offset is not None and not _is_shifted(written, record))
    ):
        raise unfinished(entity.entity_id)


def _inserted(rows: list[Row], record: Record) -> list[Row]:
    """Give the rows that go over, or have gone: they lie in the hours that were chosen."""
    between = [row for row in rows if record.start <= row.start < record.end + HOUR]
    return told(between, is_total=record.offset is not None)


def _is_shifted(ours: History, record: Record) -> bool:
    """Whether our sums have the offset; told by the record where no row of then is left."""
    offset = record.offset or 0.0
    for rows, sums in ((ours.hours, record.hours), (ours.periods, record.periods)):
        found = is_shifted(rows, dict(sums), offset)
        if found is not None:
            return found
    return record.is_done


async def _take_out(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Take the inserted rows out, and give ours the sums they had, to the last digit."""
    recorder = get_instance(hass)
    if not can_clear(recorder):
        raise refused("undo_needs_newer", entity=entity.entity_id)
    ours = await async_history(hass, entity.entity_id, record.unit)
    if ours is None:
        return  # somebody has cleared them
    if record.offset is not None and _is_shifted(ours, record):
        shift(recorder, entity.entity_id, record.begun, -record.offset, record.unit)
    clear(recorder, entity.entity_id, record.start, record.end + HOUR)
    left = await async_history(hass, entity.entity_id, record.unit)
    if left and left.meta["unit_of_measurement"] == record.unit:
        write(recorder, left.meta, put_right(left.hours, dict(record.hours)))
        write(recorder, left.meta, put_right(left.periods, dict(record.periods)), PERIODS)
        await settle(recorder)


type _Step = Callable[[HomeAssistant, er.RegistryEntry, Record], Awaitable[None]]

_DOING: Final[Mapping[Method, _Step]] = MappingProxyType(
    {Method.ENTITY_ID: async_take_over, Method.IMPORT: _import, Method.TIME: _import}
)
_UNDOING: Final[Mapping[Method, _Step]] = MappingProxyType(
    {Method.ENTITY_ID: async_give_back, Method.IMPORT: _take_out, Method.TIME: _take_out}
)
