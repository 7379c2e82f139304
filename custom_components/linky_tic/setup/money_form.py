"""The form that asks for prices, and which of a meter's indexes the Energy dashboard takes.

It knows fields and what was typed into them. Each tariff stands there once, its tick before its
price; a price that can hardly be meant is believed only once it is confirmed.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, override

from homeassistant.const import UnitOfEnergy
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..coordinator import LinkyCoordinator
from ..cost.costs import Period
from ..cost.prices import CONF_EXPORT_PRICE, CONF_STANDING_CHARGE, Prices, price_key
from ..energy_dashboard.preferences import Plan
from ..energy_dashboard.sources import Offer
from ..tariff.names import tariff_name
from .amounts import currency, read_amount, typed
from .sentences import told

_MOST_BY_KWH: Final = 2.0
_MOST_BY_MONTH: Final = 500.0
"""Amounts above which a point was forgotten, or cents were typed."""
_REGISTERS: Final = range(1, 11)
_SURE: Final = "sure"
_SINCE: Final = "since"
TODAY: Final = "today"
MONTH: Final = "month"
_PERIODS: Final = SelectSelector(
    SelectSelectorConfig(
        options=["now", TODAY, MONTH], translation_key=_SINCE, mode=SelectSelectorMode.LIST
    )
)
"""Since when prices hold; a first one holds for all that was counted."""
_BESIDE: Final = "beside"
"""The section that is shown where others' sources are in the dashboard, and its one field."""
_ANYWAY: Final = "anyway"
_EXPORT: Final = "add_export"
_PRODUCTION: Final = "add_production"


class _AmountSelector(TextSelector):
    """A text, since a browser that writes no comma takes 0,1579 for 1579; a number will do too."""

    @override
    def __call__(self, data: object) -> str | list[str]:
        return super().__call__(str(data))


class Given(NamedTuple):
    """What was typed into the form: field -> amount or None, and field -> what is wrong with it."""

    amounts: Mapping[str, float | None]
    errors: Mapping[str, str]
    doubt: str


class MoneyForm:
    """A form about one meter that asks for prices: of its registers, and of what is exported."""

    def __init__(
        self,
        coordinator: LinkyCoordinator,
        prices: Prices,
        registers: Sequence[int],
        *,
        sells: bool,
    ) -> None:
        self._hass = coordinator.hass
        self._coordinator = coordinator
        self._names = coordinator.costs.names
        self._prices = prices.named(self._names)
        self._registers = registers
        self._sells = sells

    def schema(self, *, is_doubted: bool = False) -> vol.Schema:
        """Give the fields; the confirmation is among them while something is in doubt."""
        unit = currency(self._hass)
        by_kwh = _AmountSelector(TextSelectorConfig(suffix=f"{unit}/{UnitOfEnergy.KILO_WATT_HOUR}"))
        fields: dict[str, object] = {}
        for tick, price in self._prices_asked():
            fields |= self._ticks(tick)
            fields[price] = by_kwh
        fields[CONF_STANDING_CHARGE] = _AmountSelector(TextSelectorConfig(suffix=unit))
        if is_doubted:
            fields[_SURE] = BooleanSelector()
        fields |= self._last()
        return vol.Schema({vol.Optional(key): field for key, field in fields.items()})

    def _prices_asked(self) -> list[tuple[str, str]]:
        """Give the tick and the price of each tariff, and of what is exported."""
        tariffs = [(_tick(one), self._field(one)) for one in self._registers]
        return tariffs + [(_EXPORT, CONF_EXPORT_PRICE)] * self._sells

    def _field(self, register: int) -> str:
        """Give the field of a register's price."""
        return price_key(register)

    def _ticks(self, _key: str) -> Mapping[str, object]:
        """Give the field that stands before a price."""
        return {}

    def _last(self) -> Mapping[str, object]:
        """Give what stands below: since when prices hold that are not the first ones."""
        return {_SINCE: _PERIODS} if self._prices.options else {}

    @property
    def shown(self) -> dict[str, str | bool]:
        """Field -> what it holds before anything is typed: the amount in force."""
        amounts = {
            **{self._field(one): self._prices.of(self._names[one]) for one in self._registers},
            CONF_STANDING_CHARGE: self._prices.standing_charge,
            CONF_EXPORT_PRICE: self._prices.export,
        }
        told_amounts = {
            key: typed(self._hass, one) for key, one in amounts.items() if one is not None
        }
        return {**told_amounts, _SINCE: "now"} if self._prices.options else {**told_amounts}

    def facts(self, doubt: str = "") -> dict[str, str]:
        """Give the facts of the texts."""
        names = {f"tariff_{one}": tariff_name(self._coordinator, one) for one in _REGISTERS}
        return {**names, "doubt": doubt}

    def read(self, user_input: Mapping[str, Any]) -> Given:
        """Read the amounts; one that is left empty is not known."""
        amounts: dict[str, float | None] = {}
        errors: dict[str, str] = {}
        doubt = ""
        for key, most in self._limits().items():
            text = str(user_input.get(key, "")).strip()
            try:
                amounts[key] = amount = read_amount(text) if text else None
            except ValueError:
                errors[key] = "no_amount"
                continue
            if amount is not None and amount > most and not user_input.get(_SURE):
                errors[key] = "much"
                doubt = doubt or told(self._hass, "amount", amount)
        return Given(amounts, errors, doubt)

    def period(self, user_input: Mapping[str, Any]) -> Period | None:
        """Give the period for which the prices are to hold anew; None from now on."""
        costs = self._coordinator.costs
        return {TODAY: costs.today, MONTH: costs.month}.get(user_input.get(_SINCE, ""))

    def prices(self, amounts: Mapping[str, float | None]) -> Prices:
        """Give the prices that are in force with these amounts; what was not asked for stays."""
        by_tariff = dict(self._prices.by_tariff)
        for register in self._registers:
            price = amounts[self._field(register)]
            by_tariff.pop(self._names[register], None)
            if price is not None:
                by_tariff[self._names[register]] = price
        return Prices(
            MappingProxyType(by_tariff),
            amounts[CONF_STANDING_CHARGE],
            amounts[CONF_EXPORT_PRICE] if self._sells else self._prices.export,
        )

    def summary(self, prices: Prices) -> list[str]:
        """Tell each price back, in cents, so that a point in the wrong place is seen."""
        hass, facts = self._hass, self.facts()
        lines = [
            told(hass, "by_kwh", price, name=facts[f"tariff_{register}"])
            for register in self._registers
            if (price := prices.of(self._names[register])) is not None
        ]
        if prices.export is not None:
            lines.append(told(hass, "exported", prices.export))
        if prices.standing_charge is not None:
            lines.append(told(hass, "by_month", prices.standing_charge))
        return lines

    def _limits(self) -> dict[str, float]:
        """Field of an amount -> what it hardly exceeds."""
        keys = [price for _, price in self._prices_asked()]
        return {**dict.fromkeys(keys, _MOST_BY_KWH), CONF_STANDING_CHARGE: _MOST_BY_MONTH}


class EnergyForm(MoneyForm):
    """The same, with what the Energy dashboard may take of the meter.

    A tariff that is in the dashboard already is asked for its price where it has none, as after a
    contract has changed.
    """

    def __init__(self, coordinator: LinkyCoordinator, prices: Prices, plan: Plan) -> None:
        added = {one.register for one in plan.added.imported}
        known = prices.named(coordinator.costs.names)
        unpriced = {
            one
            for one in coordinator.tariffs.registers
            if known.of(coordinator.tariffs.name_of(one)) is None
        }
        registers = sorted(added | unpriced)
        super().__init__(coordinator, prices, registers, sells=plan.added.exported is not None)
        self._plan = plan
        self._added = added
        self._is_production = plan.added.is_production

    @property
    @override
    def shown(self) -> dict[str, str | bool]:
        usual = self._plan.added.usual
        ticks = {_tick(one): False for one in self._added}
        ticks |= {_tick(one.register): True for one in usual.imported}
        return {**ticks, _EXPORT: True, _PRODUCTION: True, **super().shown}

    @override
    def _prices_asked(self) -> list[tuple[str, str]]:
        asked = super()._prices_asked()
        return [(_PRODUCTION, CONF_EXPORT_PRICE), *asked[:-1]] if self._is_production else asked

    @override
    def _field(self, register: int) -> str:
        return price_key(register) if register in self._added else f"present_{register}"

    @override
    def _ticks(self, key: str) -> Mapping[str, object]:
        is_present = key in {_tick(one) for one in self._registers if one not in self._added}
        return {} if is_present else {key: BooleanSelector()}

    @override
    def _last(self) -> Mapping[str, object]:
        if not self._others:
            return {}
        tick = vol.Schema({vol.Optional(_ANYWAY): BooleanSelector()})
        return {_BESIDE: section(tick, {"collapsed": False})}

    @override
    def facts(self, doubt: str = "") -> dict[str, str]:
        facts = {**super().facts(doubt), "others": ", ".join(self._others)}
        if self._is_production:
            own = told(self._hass, "own_consumption")
            facts |= {f"tariff_{one}": own for one in self._registers}
        return facts

    @property
    def _others(self) -> tuple[str, ...]:
        """The sources that may count the same: none does where a production is."""
        return () if self._is_production else self._plan.others

    def chosen(self, user_input: Mapping[str, Any]) -> Offer:
        """Give what is ticked of that which may be added; a tick that is not sent is as shown."""
        ticks = {**self.shown, **user_input}
        registers = [one for one in self._added if ticks[_tick(one)]]
        tick = _PRODUCTION if self._is_production else _EXPORT
        return self._plan.added.only(registers, exported=bool(ticks[tick]))

    def is_counted_twice(self, user_input: Mapping[str, Any]) -> bool:
        """Whether others' sources may count the same, and nobody has said that they do not."""
        return bool(self._others) and not user_input.get(_BESIDE, {}).get(_ANYWAY)


def _tick(register: int) -> str:
    return f"add_{register}"
