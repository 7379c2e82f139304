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
from ..tic import Quantity, Readings, unnamed
from .costs import CostPeriod, Costs
from .prices import PRICE_EXPORT, REGISTERS, price_key

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
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        if register := _REGISTERS.get(self._key):
            self._rename("price_tariff", {"tariff": tariff_name(self.coordinator, register)})


class SumSensor(DerivedSensor):
    """What has been counted, paid or earned in a period."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = coordinator.hass.config.currency

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        costs, row = self.coordinator.costs, _SUMS[self._key]
        self._attr_last_reset = row.since(costs, row.days(costs)) if row.since else None


def _buys(meter: LinkyCoordinator) -> bool:
    return bool(meter.costs.prices.by_tariff)


def _sells(meter: LinkyCoordinator) -> bool:
    return meter.costs.prices.export is not None


class _Sum(NamedTuple):
    """A row of sums: its days, what is summed up, since when it grows, and what it is there for."""

    days: Callable[[Costs], CostPeriod]
    amount: Callable[[Costs, CostPeriod], float | None]
    since: Callable[[Costs, CostPeriod], datetime] | None = None
    given: Callable[[LinkyCoordinator], bool] | None = None


_TODAY, _YESTERDAY, _MONTH = attrgetter("today"), attrgetter("yesterday"), attrgetter("month")
_SUMS: Final[Mapping[str, _Sum]] = {
    "energy_today": _Sum(_TODAY, Costs.energy, Costs.counted_since),
    "energy_yesterday": _Sum(_YESTERDAY, Costs.energy),
    "cost_today": _Sum(_TODAY, Costs.cost, Costs.start, _buys),
    "cost_yesterday": _Sum(_YESTERDAY, Costs.cost, None, _buys),
    "cost_month": _Sum(_MONTH, Costs.cost, Costs.start, _buys),
    "revenue_today": _Sum(_TODAY, Costs.revenue, Costs.start, _sells),
    "revenue_month": _Sum(_MONTH, Costs.revenue, Costs.start, _sells),
}


def _summed(row: _Sum, meter: LinkyCoordinator) -> float | None:
    return row.amount(meter.costs, row.days(meter.costs))


def _price_of(register: int, meter: LinkyCoordinator) -> float | None:
    return meter.costs.prices.of(meter.tariffs.name_of(register))


def _is_priced(register: int, meter: LinkyCoordinator) -> bool:
    return _price_of(register, meter) is not None


def _price_in_force(meter: LinkyCoordinator) -> float | None:
    name = current_name(meter)
    return meter.costs.prices.of(name) if name else None


def _counts(readings: Readings) -> bool:
    return any(one.label.quantity is Quantity.SUPPLIER_ENERGY for one in readings.values())


_PRICE: Final = partial(DerivedSensorDescription, kind=PriceSensor, suggested_display_precision=4)
PRICE_VALUES: Final = (
    *(
        _PRICE(
            key=key,
            value=partial(_price_of, register),
            needs_line=False,
            signals=lambda signals: (signals.tariff,),
            given=partial(_is_priced, register),
            entity_registry_enabled_default=False,  # but where the Energy dashboard asks it
            translation_key="price_tariff",
            translation_placeholders={"tariff": unnamed(register)},
        )
        for key, register in _REGISTERS.items()
    ),
    _PRICE(
        key=PRICE_EXPORT,
        value=lambda meter: meter.costs.prices.export,
        needs_line=False,
        given=_sells,
    ),
    _PRICE(
        key="price",
        value=_price_in_force,
        signals=lambda signals: (signals.tariff,),
        given=_buys,
        state_class=SensorStateClass.MEASUREMENT,
    ),
    *(
        DerivedSensorDescription(
            key=key,
            kind=SumSensor,
            value=partial(_summed, row),
            signals=lambda signals: (signals.costs,),
            applies=None if row.given else _counts,
            given=row.given,
            is_on_under_tempo=row.days is not _YESTERDAY,
            device_class=SensorDeviceClass.MONETARY if row.given else SensorDeviceClass.ENERGY,
            state_class=SensorStateClass.TOTAL if row.since else None,
            native_unit_of_measurement=None if row.given else UnitOfEnergy.KILO_WATT_HOUR,
            suggested_display_precision=2,
        )
        for key, row in _SUMS.items()
    ),
)
