"""Taking over the entity id of a sensor that is gone, and giving it back.

Home Assistant keeps statistics by entity id: whoever has it goes on with them. Nothing is imported.
"""

from homeassistant.components.recorder import get_instance
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..setup.exceptions import refused
from .records import Record
from .statistics_rows import settle


async def async_take_over(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Give our entity the old entity id."""
    if entity.entity_id == record.old:
        return
    if not _is_free(hass, record.old):
        raise refused("adopt_old_is_there", old=record.old, entity=entity.entity_id)
    _rename(hass, entity.entity_id, record.old)
    await settle(get_instance(hass))


async def async_give_back(hass: HomeAssistant, entity: er.RegistryEntry, record: Record) -> None:
    """Give our entity the id that it had; what it has recorded under the old one stays there."""
    if entity.entity_id == record.former:
        return
    if not _is_free(hass, record.former):
        raise refused("undo_id_taken", entity=entity.entity_id, former=record.former)
    _rename(hass, entity.entity_id, record.former)
    await settle(get_instance(hass))


def _rename(hass: HomeAssistant, entity_id: str, new_id: str) -> None:
    """Give an entity another id; what is recorded under either of them stays where it is.

    The recorder moves all along, and logs an error where something is in the way: that is put
    aside meanwhile.
    """
    aside = f"{new_id}_{DOMAIN}"
    _move(hass, new_id, aside)
    er.async_get(hass).async_update_entity(entity_id, new_entity_id=new_id)
    _move(hass, new_id, entity_id)
    _move(hass, aside, new_id)


def _move(hass: HomeAssistant, old_id: str, new_id: str) -> None:
    recorder = get_instance(hass)
    recorder.async_update_statistics_metadata(old_id, new_statistic_id=new_id)
    recorder.async_update_states_metadata(old_id, new_entity_id=new_id)


def _is_free(hass: HomeAssistant, entity_id: str) -> bool:
    is_registered = er.async_get(hass).async_get(entity_id) is not None
    return not is_registered and hass.states.async_available(entity_id)
