"""Taking over the entity id of a sensor that is gone, and giving it back.

Home Assistant keeps statistics by entity id: whoever has it goes on with them. Nothing is imported.
"""

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..setup.exceptions import refused
from .records import Record
from .statistics_rows import async_meta, settle


async def async_take_over(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Give our entity the old entity id."""
    if entity.entity_id == record.old:
        return
    if not _is_free(hass, record.old):
        raise refused("adopt_old_is_there", old=record.old, entity=entity.entity_id)
    er.async_get(hass).async_update_entity(entity.entity_id, new_entity_id=record.old)
    await settle(get_instance(hass))


async def async_give_back(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Give our entity the id that it had; what it has recorded under the old one stays there."""
    if entity.entity_id == record.former:
        return
    if not _is_free(hass, record.former):
        raise refused("undo_id_taken", entity=entity.entity_id, former=record.former)
    would_move = await async_meta(hass, record.former) is None
    taken = entity.entity_id
    er.async_get(hass).async_update_entity(taken, new_entity_id=record.former)
    if would_move and await async_meta(hass, taken) is None:
        recorder = get_instance(hass)
        # The recorder moves statistics and states along where nothing stands in the way: people
        # may have deleted what we had recorded at first.
        recorder.async_update_statistics_metadata(record.former, new_statistic_id=taken)
        recorder.async_update_states_metadata(record.former, new_entity_id=taken)
    await settle(get_instance(hass))


def _is_free(hass: HomeAssistant, entity_id: str) -> bool:
    is_registered = er.async_get(hass).async_get(entity_id) is not None
    return not is_registered and hass.states.async_available(entity_id)
