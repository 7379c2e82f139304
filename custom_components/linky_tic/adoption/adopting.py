"""Adopting an old statistic, and undoing it: the old rows go before ours, or we take its place.

Home Assistant keeps statistics by entity id: whoever has the id of a sensor that is gone goes on
with them, and nothing is imported. What will be done is in storage before it is done, so that it
can be undone whatever comes in between. Why it may be done is decided in `plan.py`.
"""

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..exceptions import refused
from .plan import AdoptionPlan
from .records import AdoptionRecords, Method, Record
from .statistics_rows import async_insert, async_take_out, settle


async def async_adopted(hass: HomeAssistant, entity: er.RegistryEntry) -> list[Record]:
    """Give what an entity has adopted, and what it was to adopt when Home Assistant stopped."""
    return (await _records(hass, entity).load()).get(_key(entity), [])


async def async_adopt(hass: HomeAssistant, plan: AdoptionPlan) -> None:
    entity, record = plan.entity, plan.record
    before = [one for one in await async_adopted(hass, entity) if one.old != record.old]
    await _records(hass, entity).save(_key(entity), [*before, record])
    if plan.is_import:
        await async_insert(hass, entity.entity_id, record, plan.rows, plan.periods)
    else:
        await _rename(hass, entity, record.old, "adopt_old_is_there")


async def async_undo(hass: HomeAssistant, entity: er.RegistryEntry) -> Record:
    """Put back what an entity has adopted last, and give what that was.

    What an entity has recorded under an id that it gives back stays there.
    """
    adopted = await async_adopted(hass, entity)
    if not adopted:
        raise refused("undo_nothing", entity=entity.entity_id)
    *before, record = adopted
    if record.method is Method.ENTITY_ID:
        await _rename(hass, entity, record.former, "undo_id_taken")
    else:
        await async_take_out(hass, entity.entity_id, record)
    await _records(hass, entity).save(_key(entity), before)
    return record


def _records(hass: HomeAssistant, entity: er.RegistryEntry) -> AdoptionRecords:
    return AdoptionRecords(hass, entity.config_entry_id or "")


def _key(entity: er.RegistryEntry) -> str:
    """Give the label or key of an entity: unlike its id and its meter, that does not change."""
    return entity.unique_id.partition("_")[2]


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
