"""The names of tariffs as people read them: translated where Home Assistant knows them.

It knows words, not which tariff is in force. A name that the meter shows is left as it is.
"""

from typing import Final

from homeassistant.core import callback
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..coordinator import LinkyCoordinator
from .tariffs import CURRENT_TARIFF

_STATES: Final = f"component.{DOMAIN}.entity.sensor.{CURRENT_TARIFF}.state"


@callback
def tariff_name(coordinator: LinkyCoordinator, register: int) -> str:
    """Give the name of a register's tariff in the language of the house."""
    hass, name = coordinator.hass, coordinator.tariffs.name_of(register)
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    return texts.get(f"{_STATES}.{name}", name)
