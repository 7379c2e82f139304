"""The entities that a meter has, and those enabled when they first have something to say.

It knows readings and the entity registry. What a person has disabled stays disabled.
"""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN
from ..meter.known_labels import LABELS
from ..meter.signals import Signals
from ..tic import Mode, Quantity, Reading, Receiver, registers_in_use

_CONTRACT: Final = frozenset(
    {
        Quantity.SUPPLIER_ENERGY,
        Quantity.TARIFF_NUMBER,
        Quantity.STATUS,
        Quantity.NEXT_DAY_PROFILE,
        Quantity.PEAK_DAY_PROFILE,
    }
)
"""Quantities that tell which of the supplier's registers count."""


class Activation:
    """The entities of one meter that wait for their time."""

    def __init__(
        self, hass: HomeAssistant, address: str, receiver: Receiver, signals: Signals
    ) -> None:
        self._hass = hass
        self._address = address
        self._readings = receiver.meter.readings
        self._registers: set[int] = set()
        for label in LABELS.values():
            if label.quantity in _CONTRACT and label.mode is Mode.STANDARD:
                signals.reading.connect(label.name, self._enable_registers)

    def _enable_registers(self, told: Reading) -> None:
        if told.label.register in self._registers:
            return  # an index that grows, as it does in most frames
        for register in registers_in_use(self._readings) - self._registers:
            self._registers.add(register)
            self._enable(f"EASF{register:02}")

    def _enable(self, name: str) -> None:
        registry = er.async_get(self._hass)
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{self._address}_{name}")
        entity = registry.async_get(entity_id) if entity_id else None
        if entity and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION:
            registry.async_update_entity(entity.entity_id, disabled_by=None)
