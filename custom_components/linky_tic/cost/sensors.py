"""The sensors of what energy costs: prices as typed, the one in force, sums of the day and month.

They exist once a price is given. What they show is reckoned in `costs.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfEnergy

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensor, DerivedSensorDescription, Readings, never
from ..tariff.names import lasting_tariff_name
from ..tariff.tariffs import CURRENT_TARIFF
from ..tic import unnamed
from .accounts import DAY, MONTH
from .costs import COSTED
from .prices import (
    COST_MONTH,
    COST_TODAY,
    PRICE,
    PRICE_EXPORT,
    REVENUE_MONTH,
    REVENUE_TODAY,
    price_key,
)

_REGISTERS: Final = {price_key(register): register for register in range(1, 11)}
_PERIODS: Final[Mapping[str, str]] = {
    COST_TODAY: DAY,
    COST_MONTH: MONTH,
    REVENUE_TODAY: DAY,
    REVENUE_MONTH: MONTH,
}
_EARNED: Final = frozenset({REVENUE_TODAY, REVENUE_MONTH})


def _always(_readings: Readings) -> bool:
    return True


def given(
    facts: Iterable[DerivedSensorDescription], keys: frozenset[str]
) -> list[DerivedSensorDescription]:
    """Give the rows, those of `keys` made true."""
    return [replace(fact, applies=_always) if fact.key in keys else fact for fact in facts]


class PriceSensor(DerivedSensor):
    """Currency by kWh, of one register or of what is exported: known without the line."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        currency = coordinator.hass.config.currency
        self._attr_native_unit_of_measurement = f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        self._register = _REGISTERS.get(description.key, 0)
        if self._register:
            tariff = lasting_tariff_name(coordinator, self._register)
            self._attr_translation_placeholders = {"tariff": tariff}

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    def _read(self) -> None:
        prices = self.coordinator.prices
        by_register = prices.by_register.get(self._register)
        self._attr_native_value = by_register if self._register else prices.export


class CurrentPriceSensor(PriceSensor):
    """Currency by kWh, in the tariff in force."""

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.is_available

    @override
    def _read(self) -> None:
        tariff = self.coordinator.tariffs.current
        by_register = self.coordinator.prices.by_register
        self._attr_native_value = by_register.get(tariff.register) if tariff else None


class CostSensor(DerivedSensor):
    """What a period has cost, or brought in, since its first midnight."""

    def __init__(
        self, coordinator: LinkyCoordinator, description: DerivedSensorDescription
    ) -> None:
        super().__init__(coordinator, description)
        self._attr_native_unit_of_measurement = coordinator.hass.config.currency
        self._period = _PERIODS[description.key]
        costs = coordinator.costs
        self._amount = costs.revenue if description.key in _EARNED else costs.cost

    @override
    def _read(self) -> None:
        self._attr_native_value = self._amount(self._period)
        self._attr_last_reset = self.coordinator.costs.start(self._period)

    @override
    def _shown(self) -> object:
        return super()._shown(), self._attr_last_reset


PRICE_VALUES: Final = (
    *(
        DerivedSensorDescription(
            key=key,
            sources=(),
            applies=never,
            suggested_display_precision=4,
            translation_key="price_tariff",
            translation_placeholders={"tariff": unnamed(register)},
        )
        for key, register in _REGISTERS.items()
    ),
    DerivedSensorDescription(
        key=PRICE_EXPORT, sources=(), applies=never, suggested_display_precision=4
    ),
    DerivedSensorDescription(
        key=PRICE,
        sources=(CURRENT_TARIFF,),
        applies=never,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
    ),
    *(
        DerivedSensorDescription(
            key=key,
            sources=COSTED,
            signal=lambda signals: signals.costs,
            applies=never,
            device_class=SensorDeviceClass.MONETARY,
            state_class=SensorStateClass.TOTAL,
            suggested_display_precision=2,
        )
        for key in _PERIODS
    ),
)
PRICE_SENSORS: Final[Mapping[str, type[DerivedSensor]]] = {
    **dict.fromkeys((*_REGISTERS, PRICE_EXPORT), PriceSensor),
    PRICE: CurrentPriceSensor,
    **dict.fromkeys(_PERIODS, CostSensor),
}
