"""The sensors of what energy costs: prices as typed, the one in force, sums of the day and month.

Those of money exist once a price is given. What they show is reckoned in `costs.py`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Final, NamedTuple, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensor, DerivedSensorDescription, Value
from ..tariff.names import tariff_name
from ..tariff.sensors import current_name
from ..tariff.tariffs import CURRENT_TARIFF
from ..tic import Quantity, Readings, unnamed
from .costs import CostPeriod, Costs
from .prices import PRICE, PRICE_EXPORT, REGISTERS, price_key

_REGISTERS: Final = {price_key(register): register for register in REGISTERS}


class PriceSensor(DerivedSensor):
    """Currency by kWh; that of a register is called after its tariff."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        currency = coordinator.hass.config.currency
        self._attr_native_unit_of_measurement = f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        self._read()

    @override
    def _take(self, value: Value) -> None:
        super()._take(value)
        if register := _REGISTERS.get(self._key):
            name = tariff_name(self.coordinator, register)
            self._rename("price_tariff", {"tariff": name})


class SumSensor(DerivedSensor):
    """What has been counted, paid or earned in a period."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = coordinator.hass.config.currency

    @override
    def _take(self, value: Value) -> None:
        super()._take(value)
        costs, (days, _, since) = self.coordinator.costs, _SUMS[self._key]
        self._attr_last_reset = since(costs, days(costs)) if since else None


class _Sum(NamedTuple):
    """A row of sums: its days, what is summed up, and since when, where it goes on growing."""

    days: Callable[[Costs], CostPeriod]
    amount: Callable[[Costs, CostPeriod], float | None]
    since: Callable[[Costs, CostPeriod], datetime] | None


_TODAY, _YESTERDAY, _MONTH = attrgetter("today"), attrgetter("yesterday"), attrgetter("month")
_SUMS: Final[Mapping[str, _Sum]] = {
    "energy_today": _Sum(_TODAY, Costs.energy, Costs.counted_since),
    "energy_yesterday": _Sum(_YESTERDAY, Costs.energy, None),
    "cost_today": _Sum(_TODAY, Costs.cost, Costs.start),
    "cost_yesterday": _Sum(_YESTERDAY, Costs.cost, None),
    "cost_month": _Sum(_MONTH, Costs.cost, Costs.start),
    "revenue_today": _Sum(_TODAY, Costs.revenue, Costs.start),
    "revenue_month": _Sum(_MONTH, Costs.revenue, Costs.start),
}


def _price_of_register(register: int, meter: LinkyCoordinator) -> float | None:
    return meter.costs.prices.of(meter.costs.names[register])


def _price_in_force(meter: LinkyCoordinator) -> float | None:
    name = current_name(meter)
    return meter.costs.prices.of(name) if name else None


def _summed(row: _Sum, meter: LinkyCoordinator) -> float | None:
    return row.amount(meter.costs, row.days(meter.costs))


def _counts(readings: Readings) -> bool:
    return any(one.label.quantity is Quantity.SUPPLIER_ENERGY for one in readings.values())


PRICE_VALUES: Final = (
    *(
        DerivedSensorDescription(
            key=key,
            kind=PriceSensor,
            value=partial(_price_of_register, register),
            needs_line=False,
            sources=(CURRENT_TARIFF,),
            is_given=True,
            suggested_display_precision=4,
            entity_registry_enabled_default=False,  # but where the Energy dashboard asks it
            translation_key="price_tariff",
            translation_placeholders={"tariff": unnamed(register)},
        )
        for key, register in _REGISTERS.items()
    ),
    DerivedSensorDescription(
        key=PRICE_EXPORT,
        kind=PriceSensor,
        value=lambda meter: meter.costs.prices.export,
        needs_line=False,
        is_given=True,
        suggested_display_precision=4,
    ),
    DerivedSensorDescription(
        key=PRICE,
        kind=PriceSensor,
        value=_price_in_force,
        sources=(CURRENT_TARIFF,),
        is_given=True,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
    ),
    *(
        DerivedSensorDescription(
            key=key,
            kind=SumSensor,
            value=partial(_summed, row),
            signal=lambda signals: signals.costs,
            applies=_counts if is_energy else None,
            is_given=not is_energy,
            is_on_under_tempo=key not in {"energy_yesterday", "cost_yesterday"},
            device_class=SensorDeviceClass.ENERGY if is_energy else SensorDeviceClass.MONETARY,
            state_class=SensorStateClass.TOTAL if row.since else None,
            native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR if is_energy else None,
            suggested_display_precision=2,
        )
        for key, row in _SUMS.items()
        for is_energy in (row.amount is Costs.energy,)
    ),
)
