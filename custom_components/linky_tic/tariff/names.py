"""The names of tariffs as people read them: translated where Home Assistant knows them.

It knows words, not which tariff is in force. A name that the meter shows is left as it is.
"""

from homeassistant.core import callback

from ..coordinator import LinkyCoordinator
from ..entity import entity_text
from .tariffs import CURRENT_TARIFF


@callback
def tariff_name(coordinator: LinkyCoordinator, register: int) -> str:
    """Give the name of a register's tariff in the language of the house."""
    name = coordinator.tariffs.name_of(register)
    return entity_text(coordinator.hass, f"sensor.{CURRENT_TARIFF}.state.{name}") or name
