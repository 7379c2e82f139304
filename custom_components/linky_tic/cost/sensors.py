"""The sensors of costs: prices as typed, the price in force, sums of the day and the month.

Sensors of money exist once a price is given.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensor, DerivedSensorDescription, Value
from ..history.index_history import history_of
from ..tariff.in_force import numbered_name
from ..tariff.sensors import current_tariff_name, tariff_name
from .costs import Costs
from .prices import PRICE_EXPORT, REGISTERS, price_key

_REGISTERS: Final = {price_key(register): register for register in REGISTERS}


@dataclass(frozen=True, kw_only=True)
class SumDescription(DerivedSensorDescription):
    """A sum; `since` gives the start of its period, for one that still grows."""

    since: Callable[[Costs], datetime] | None = None


class PriceSensor(DerivedSensor):
    """A price in the currency of the house by kWh; that of a register is named after its tariff."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        currency = coordinator.hass.config.currency
        self._attr_native_unit_of_measurement = f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        self._update_state()

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        if register := _REGISTERS.get(self._key):
            self._set_name("price_tariff", {"tariff": tariff_name(self.coordinator, register)})


class SumSensor(DerivedSensor):
    """Energy used, money paid or money earned in a period."""

    def __init__(self, coordinator: LinkyCoordinator, description: SumDescription) -> None:
        super().__init__(coordinator, description)
        self._since = description.since
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = coordinator.hass.config.currency

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self.state_class is SensorStateClass.TOTAL:
            history_of(self.hass).sums.add(self.entity_id)

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        self._attr_last_reset = self._since(self.coordinator.costs) if self._since else None


def _buys(meter: LinkyCoordinator) -> bool:
    return bool(meter.costs.prices.by_tariff)


def _sells(meter: LinkyCoordinator) -> bool:
    return meter.costs.prices.export is not None


def _price_of(register: int, meter: LinkyCoordinator) -> float | None:
    return meter.costs.prices.of(meter.tariffs.name_of(register))


def _is_priced(register: int, meter: LinkyCoordinator) -> bool:
    return _price_of(register, meter) is not None


def _price_in_force(meter: LinkyCoordinator) -> float | None:
    name = current_tariff_name(meter)
    return meter.costs.prices.of(name) if name else None


_PRICE: Final = partial(DerivedSensorDescription, entity=PriceSensor, suggested_display_precision=4)
_PRICES: Final = (
    *(
        _PRICE(
            key=key,
            value=partial(_price_of, register),
            needs_line=False,
            signals=lambda signals: (signals.tariff,),
            applies=partial(_is_priced, register),
            entity_registry_enabled_default=False,  # but where the Energy dashboard asks it
            translation_key="price_tariff",
            translation_placeholders={"tariff": numbered_name(register)},
        )
        for key, register in _REGISTERS.items()
    ),
    _PRICE(
        key=PRICE_EXPORT,
        value=lambda meter: meter.costs.prices.export,
        needs_line=False,
        applies=_sells,
    ),
    _PRICE(
        key="price",
        value=_price_in_force,
        signals=lambda signals: (signals.tariff,),
        applies=_buys,
        state_class=SensorStateClass.MEASUREMENT,
    ),
)
_SUM: Final = partial(
    SumDescription,
    entity=SumSensor,
    signals=lambda signals: (signals.costs,),
    suggested_display_precision=2,
)
_ENERGY: Final = partial(
    _SUM,
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
)
_COST: Final = partial(_SUM, applies=_buys, device_class=SensorDeviceClass.MONETARY)
_REVENUE: Final = partial(_SUM, applies=_sells, device_class=SensorDeviceClass.MONETARY)
_SUMS: Final = (
    _ENERGY(
        key="energy_today",
        value=lambda meter: meter.costs.energy(meter.costs.today),
        since=lambda costs: costs.counted_since(costs.today),
        state_class=SensorStateClass.TOTAL,
    ),
    _ENERGY(
        key="energy_yesterday",
        value=lambda meter: meter.costs.energy(meter.costs.yesterday),
        enabled_under_tempo=False,
    ),
    _COST(
        key="cost_today",
        value=lambda meter: meter.costs.cost(meter.costs.paid),
        since=lambda costs: costs.paid.start,
        state_class=SensorStateClass.TOTAL,
    ),
    _COST(
        key="cost_yesterday",
        value=lambda meter: meter.costs.cost(meter.costs.yesterday),
        enabled_under_tempo=False,
    ),
    _COST(
        key="cost_month",
        value=lambda meter: meter.costs.cost(meter.costs.paid.month_to_date),
        since=lambda costs: costs.paid.month_to_date.start,
        state_class=SensorStateClass.TOTAL,
    ),
    _REVENUE(
        key="revenue_today",
        value=lambda meter: meter.costs.revenue(meter.costs.today),
        since=lambda costs: costs.today.start,
        state_class=SensorStateClass.TOTAL,
    ),
    _REVENUE(
        key="revenue_month",
        value=lambda meter: meter.costs.revenue(meter.costs.today.month_to_date),
        since=lambda costs: costs.today.month_to_date.start,
        state_class=SensorStateClass.TOTAL,
    ),
)
COST_VALUES: Final = (*_PRICES, *_SUMS)
