"""Adopts an old statistic, and undoes it: by taking over its entity id, or by copying its rows.

Home Assistant keeps statistics by entity id: an entity that takes over the id of a removed sensor
continues its statistics, and no row is copied. Each adoption is stored before it is carried out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import valid_statistic_id
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN, UNKNOWN
from ..exceptions import refused
from .joining import HOUR, Join, StatisticRow, earlier, find_join, follows, is_index, join_by_time
from .records import AdoptionRecords, Method, Record
from .statistics_rows import History, async_delete_rows, async_drain, async_history, async_insert

POSSIBLE: Final = "possible"
_INDEX_DIFFERS: Final = "index_differs"
_HELPERS: Final = frozenset({"utility_meter", "integration"})
"""Integrations whose totals are not an index: they start at 0, some of them every day."""


@dataclass(frozen=True, slots=True)
class AdoptionPlan:
    """How a statistic will be adopted; all rows are in the unit of our statistic."""

    entity: er.RegistryEntry
    old_id: str
    old: History
    ours: History
    rows: list[StatisticRow]
    """The hourly rows of the old statistic to insert before ours."""
    left_out: int
    """Number of hourly rows before our first one that are not inserted."""
    join: Join | None
    methods: Mapping[Method, str]
    """Method -> `POSSIBLE`, or the key of what prevents it."""
    method: Method

    @property
    def is_import(self) -> bool:
        """Whether rows are inserted, and our sums shifted; else the entity id is taken over."""
        return self.method is not Method.ENTITY_ID

    @property
    def record(self) -> Record:
        """What is stored, so that the adoption can be undone."""
        record = Record(method=self.method, old=self.old_id, former=self.entity.entity_id)
        if not self.is_import:
            return record
        return replace(
            record,
            unit=self.ours.unit,
            start=self.rows[0].start,
            end=self.rows[-1].start,
            begun=self.ours.first.start,
            offset=self.join.offset if self.join else None,
        )

    @property
    def short_term(self) -> list[StatisticRow]:
        """The 5-minute rows of the hours to insert, as far back as the recorder has them."""
        start, end = self.rows[0].start, self.rows[-1].start + HOUR
        rows = earlier(self.old.short_term, self.ours.first)
        return [row for row in rows if start <= row.start < end]


async def async_plan(
    hass: HomeAssistant, old_id: str, entity: er.RegistryEntry, method: Method | None
) -> AdoptionPlan:
    """Read both statistics and choose a method, the entity id first; raises if none applies."""
    names = {"old": old_id, "entity": entity.entity_id}
    old, ours = await _read_both(hass, names)
    adopted = await _adopted_records(hass, entity)
    in_effect = {one.old for one in adopted if _is_in_effect(one, entity, ours)}
    if old_id in in_effect:
        raise refused("adopt_already", **names)
    per_kwh, before = ours.per_kwh, earlier(old.hours, ours.first)
    join = find_join(before, ours.first, per_kwh) if per_kwh else None
    by_time = per_kwh is not None and _is_joined_by_time(hass, old_id, old, join, method)
    if per_kwh and by_time:
        join = join_by_time(before, ours.first, per_kwh, is_adopted=bool(in_effect))
    rows = [row for row in before if join is None or row.start <= join.before.start]
    against = _INDEX_DIFFERS if per_kwh and not join else POSSIBLE
    methods = {(Method.TIME if by_time else Method.IMPORT): against if rows else "nothing_before"}
    if not by_time:
        methods = {Method.ENTITY_ID: _takeover_obstacle(hass, old_id, old, ours)} | methods
    possible = (one for one in methods if methods[one] == POSSIBLE)
    chosen = method if method in methods else next(possible, [*methods][-1])
    if methods[chosen] != POSSIBLE:
        raise refused(f"adopt_{methods[chosen]}", **names, **_index_texts(rows, ours, old))
    out = len(before) - len(rows)
    return AdoptionPlan(entity, old_id, old, ours, rows, out, join, methods, chosen)


def _is_in_effect(record: Record, entity: er.RegistryEntry, ours: History) -> bool:
    """Whether an adoption still applies: our statistic has its rows, or our entity the old id."""
    if record.method is Method.ENTITY_ID:
        return entity.entity_id == record.old
    return any(row.start == record.start for row in ours.hours)


async def _read_both(hass: HomeAssistant, names: Mapping[str, str]) -> tuple[History, History]:
    """Return the old statistic, in the unit of ours, and ours; raises if they do not match."""
    old_id, entity_id = names["old"], names["entity"]
    if old_id == entity_id:
        raise refused("adopt_same", **names)
    if not old_id.startswith(f"{SENSOR}.") and not valid_statistic_id(old_id):
        raise refused("adopt_no_sensor", **names)
    ours = await async_history(hass, entity_id)
    if ours is None:
        raise refused("adopt_too_soon", **names)
    old = await async_history(hass, old_id, ours.unit)
    if old is None or not old.hours:
        raise refused("adopt_no_statistics", **names)
    details = {**names, "old_unit": old.unit or UNKNOWN, "unit": ours.unit or UNKNOWN}
    if (old.quantity or old.unit) != (ours.quantity or ours.unit):
        raise refused("adopt_other_quantity", **details)
    has_sum, kind = ours.meta["has_sum"], ours.meta["mean_type"]
    if not (old.meta["has_sum"] if has_sum else old.meta["mean_type"] == kind):
        raise refused("adopt_other_kind", **details)
    if has_sum and ours.per_kwh is None:
        raise refused("adopt_no_index", **details)
    return old, ours


def _is_joined_by_time(
    hass: HomeAssistant, old_id: str, old: History, join: Join | None, method: Method | None
) -> bool:
    """Whether to join by time: the old statistic has no index, or `method` is `TIME`.

    An external statistic, with a colon in its id, has none (ha-linky, MyElectricalData).
    """
    entity = er.async_get(hass).async_get(old_id)
    is_helper = entity is not None and entity.platform in _HELPERS
    is_told = method is Method.TIME or not valid_entity_id(old_id)
    return is_told or (method is None and (is_helper or (not join and not is_index(old.hours))))


def _takeover_obstacle(hass: HomeAssistant, old_id: str, old: History, ours: History) -> str:
    """Return what prevents our entity from taking over the old entity id, or `POSSIBLE`."""
    if er.async_get(hass).async_get(old_id) or hass.states.get(old_id):
        return "old_is_there"
    if ours.per_kwh and not follows(old.last, ours.last, ours.per_kwh):
        return _INDEX_DIFFERS
    return POSSIBLE


def _index_texts(rows: list[StatisticRow], ours: History, old: History) -> dict[str, str]:
    """Return the placeholders of an error: the two indexes that do not match, in our unit."""
    shown = (rows[-1] if rows else old.last, ours.first)
    texts = [UNKNOWN if one.state is None else f"{one.state:.2f}" for one in shown]
    return {"old_index": f"{texts[0]} {ours.unit}", "index": f"{texts[1]} {ours.unit}"}


async def _adopted_records(hass: HomeAssistant, entity: er.RegistryEntry) -> list[Record]:
    """Return the adoptions of an entity; the last may have been interrupted by a shutdown."""
    return (await _records(hass, entity).load()).get(_key(entity), [])


async def async_adopt(hass: HomeAssistant, plan: AdoptionPlan) -> None:
    entity, record = plan.entity, plan.record
    before = [one for one in await _adopted_records(hass, entity) if one.old != record.old]
    await _records(hass, entity).save(_key(entity), [*before, record])
    if plan.is_import:
        await async_insert(hass, entity.entity_id, record, plan.rows, plan.short_term)
    else:
        await _rename(hass, entity, record.old, "adopt_old_is_there")


async def async_undo(hass: HomeAssistant, entity: er.RegistryEntry) -> Record:
    """Undo the last adoption of an entity, and return its record.

    Statistics recorded under an entity id that was taken over stay there.
    """
    adopted = await _adopted_records(hass, entity)
    if not adopted:
        raise refused("undo_nothing", entity=entity.entity_id)
    *before, record = adopted
    if record.method is Method.ENTITY_ID:
        await _rename(hass, entity, record.former, "undo_id_taken")
    else:
        await async_delete_rows(hass, entity.entity_id, record)
    await _records(hass, entity).save(_key(entity), before)
    return record


def _records(hass: HomeAssistant, entity: er.RegistryEntry) -> AdoptionRecords:
    return AdoptionRecords(hass, entity.config_entry_id or "")


def _key(entity: er.RegistryEntry) -> str:
    """Return the label or key of an entity, which never changes, unlike its id and its meter."""
    return entity.unique_id.partition("_")[2]


async def _rename(hass: HomeAssistant, entity: er.RegistryEntry, new_id: str, taken: str) -> None:
    """Change the id of an entity, but leave the statistics and states of both ids in place.

    The recorder moves the data of a renamed entity to the new id, and fails if there is data. So
    that data is moved aside, and both are moved back afterwards.
    """
    entity_id, entities = entity.entity_id, er.async_get(hass)
    if entity_id == new_id:
        return
    if entities.async_get(new_id) or not hass.states.async_available(new_id):
        raise refused(taken, old=new_id, former=new_id, entity=entity_id)
    aside = f"{new_id}_{DOMAIN}"
    _rename_in_recorder(hass, new_id, aside)
    entities.async_update_entity(entity_id, new_entity_id=new_id)
    _rename_in_recorder(hass, new_id, entity_id)
    _rename_in_recorder(hass, aside, new_id)
    await async_drain(get_instance(hass))


def _rename_in_recorder(hass: HomeAssistant, old_id: str, new_id: str) -> None:
    recorder = get_instance(hass)
    recorder.async_update_statistics_metadata(old_id, new_statistic_id=new_id)
    recorder.async_update_states_metadata(old_id, new_entity_id=new_id)
