"""The form that asks for prices, and for the indexes to add to the energy dashboard.

Each tariff has one row: the tick that adds its index, then its price. An implausible price is
accepted only after the user has confirmed it.
"""

from collections.abc import Mapping, Sequence
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
from ..cost.periods import CostPeriod
from ..cost.prices import (
    CONF_EXPORT_PRICE,
    CONF_STANDING_CHARGE,
    EXPORT,
    REGISTERS,
    Prices,
    price_key,
)
from ..energy_dashboard.sources import MeterSources
from ..tariff.sensors import tariff_name
from .texts import as_typed, currency, parse_amount, sentence

_MAX_PER_KWH: Final = 2.0
_MAX_PER_MONTH: Final = 500.0
"""Above these amounts, the decimal mark was probably forgotten, or cents were typed."""
_SURE: Final = "sure"
_SINCE: Final = "since"
_PERIODS: Final = SelectSelector(
    SelectSelectorConfig(
        options=["now", "today", "month"], translation_key=_SINCE, mode=SelectSelectorMode.LIST
    )
)
"""From when on new prices apply; the first price applies to everything counted so far."""
_OTHERS: Final = "beside"
"""The section shown if the dashboard has sources that are not of this meter, and its field."""
_ADD_ANYWAY: Final = "anyway"


class _AmountSelector(TextSelector):
    """A text field: in a number field, some browsers turn 0,1579 into 1579. Also takes a number."""

    @override
    def __call__(self, data: object) -> str | list[str]:
        return super().__call__(str(data))


class _Row(NamedTuple):
    """A tariff and the keys of its fields; `tick` is empty if its index cannot be added."""

    tariff: str
    price_field: str
    tick: str = ""
    is_ticked: bool = False
    register: int = 0


class MoneyForm:
    """A form that asks for the prices of a meter's registers and, if it `exports`, of the export.

    With `available` it also asks which of these sources to add to the energy dashboard. `values`
    and `errors` are the values of the fields, and the errors to show beside them.
    """

    def __init__(
        self,
        coordinator: LinkyCoordinator,
        prices: Prices,
        registers: Sequence[int],
        *,
        exports: bool,
        available: MeterSources | None = None,
    ) -> None:
        self._hass = coordinator.hass
        self._coordinator = coordinator
        self._prices = prices.named(coordinator.tariffs.names)
        self._available = available
        self._rows = self._build_rows(registers, exports=exports)
        self.values: Mapping[str, Any] = self._initial_values
        self._amounts: dict[str, float | None] = {}
        self.errors: dict[str, str] = {}
        self._confirmation = ""

    def _build_rows(self, registers: Sequence[int], *, exports: bool) -> list[_Row]:
        """Build the rows; a tariff that is already in the dashboard has a price but no tick."""
        name_of, available = self._coordinator.tariffs.name_of, self._available
        if available is None:
            rows = [_Row(name_of(one), price_key(one), register=one) for one in registers]
            return rows + [_Row(EXPORT, CONF_EXPORT_PRICE)] * exports
        preselected = {one.register for one in available.preselected.imported}
        added = {one.register for one in available.imported}
        rows = [
            _Row(name_of(one), price_key(one), f"add_{one}", one in preselected, one)
            if one in added
            else _Row(name_of(one), f"present_{one}", register=one)
            for one in registers
        ]
        if available.exported and available.is_production:
            return [_Row(EXPORT, CONF_EXPORT_PRICE, "add_production", is_ticked=True), *rows]
        return rows + [_Row(EXPORT, CONF_EXPORT_PRICE, "add_export", is_ticked=True)] * exports

    @property
    def schema(self) -> vol.Schema:
        """The fields; there is one to confirm the amounts if one of them is implausible."""
        unit = currency(self._hass)
        by_kwh = _AmountSelector(TextSelectorConfig(suffix=f"{unit}/{UnitOfEnergy.KILO_WATT_HOUR}"))
        fields: dict[str, object] = {}
        for row in self._rows:
            fields |= {row.tick: BooleanSelector()} if row.tick else {}
            fields[row.price_field] = by_kwh
        fields[CONF_STANDING_CHARGE] = _AmountSelector(TextSelectorConfig(suffix=unit))
        if self._confirmation:
            fields[_SURE] = BooleanSelector()
        if self._other_sources:
            tick = vol.Schema({vol.Optional(_ADD_ANYWAY): BooleanSelector()})
            fields[_OTHERS] = section(tick, {"collapsed": False})
        if self._asks_period:
            fields[_SINCE] = _PERIODS
        return vol.Schema({vol.Optional(key): field for key, field in fields.items()})

    @property
    def _asks_period(self) -> bool:
        return self._available is None and bool(self._prices.options)

    @property
    def _initial_values(self) -> dict[str, str | bool]:
        """Key of a field -> its first value: the price in force, or whether it is ticked."""
        shown: dict[str, str | bool] = {row.tick: row.is_ticked for row in self._rows if row.tick}
        amounts = {row.price_field: self._prices.of(row.tariff) for row in self._rows}
        amounts[CONF_STANDING_CHARGE] = self._prices.standing_charge
        shown |= {key: as_typed(self._hass, one) for key, one in amounts.items() if one is not None}
        return shown | ({_SINCE: "now"} if self._asks_period else {})

    @property
    def placeholders(self) -> dict[str, str]:
        names = {f"tariff_{one}": tariff_name(self._coordinator, one) for one in REGISTERS}
        if self._available and self._available.is_production:
            names = dict.fromkeys(names, sentence(self._hass, "own_consumption"))
        return {**names, "doubt": self._confirmation, "others": ", ".join(self._other_sources)}

    def read(self, user_input: Mapping[str, Any] | None) -> bool:
        """Read the user's input; return whether there was any, and it has no errors.

        An empty amount means that the price is not known.
        """
        if user_input is None:
            return False
        self.values = user_input
        limits = dict.fromkeys((row.price_field for row in self._rows), _MAX_PER_KWH)
        for key, most in {**limits, CONF_STANDING_CHARGE: _MAX_PER_MONTH}.items():
            text = str(user_input.get(key, "")).strip()
            try:
                self._amounts[key] = amount = parse_amount(text) if text else None
            except ValueError:
                self.errors[key] = "no_amount"
                continue
            if amount is not None and amount > most and not user_input.get(_SURE):
                self.errors[key] = "much"
                self._confirmation = self._confirmation or sentence(self._hass, "amount", amount)
        return not self.errors

    @property
    def period(self) -> CostPeriod | None:
        """The current period whose costs are computed again; None if prices apply from now on."""
        today = self._coordinator.costs.today
        return {"today": today, "month": today.month_to_date}.get(self.values.get(_SINCE, ""))

    @property
    def prices(self) -> Prices:
        """The prices entered, and those in force for tariffs that the form does not ask for."""
        by_tariff: dict[str, float | None] = {**self._prices.by_tariff, EXPORT: self._prices.export}
        by_tariff |= {row.tariff: self._amounts[row.price_field] for row in self._rows}
        export = by_tariff.pop(EXPORT)
        given = {tariff: price for tariff, price in by_tariff.items() if price is not None}
        return Prices(given, self._amounts[CONF_STANDING_CHARGE], export)

    @property
    def summary(self) -> list[str]:
        """A sentence for each price, in cents, so that a misplaced decimal mark is noticed."""
        hass, names, prices = self._hass, self.placeholders, self.prices
        lines = [
            sentence(hass, "by_kwh", price, name=names[f"tariff_{row.register}"])
            for row in self._rows
            if row.register and (price := prices.of(row.tariff)) is not None
        ]
        if prices.export is not None:
            lines.append(sentence(hass, "exported", prices.export))
        if prices.standing_charge is not None:
            lines.append(sentence(hass, "by_month", prices.standing_charge))
        return lines

    # Sources to add

    @property
    def _other_sources(self) -> tuple[str, ...]:
        """The names of other sources that may count the same energy; none for a production."""
        available = self._available
        return available.other_sources if available and not available.is_production else ()

    def selected_sources(self, available: MeterSources) -> MeterSources:
        """Return the ticked sources; a tick missing from the input keeps its initial value."""
        ticks = {**self._initial_values, **self.values}
        ticked = [row for row in self._rows if row.tick and ticks[row.tick]]
        exported = any(row.tariff == EXPORT for row in ticked)
        return available.only([row.register for row in ticked], exported=exported)

    @property
    def may_count_twice(self) -> bool:
        """Whether other sources may count the same energy, and the user has not ruled it out."""
        return bool(self._other_sources) and not self.values.get(_OTHERS, {}).get(_ADD_ANYWAY)


def energy_form(
    coordinator: LinkyCoordinator, prices: Prices, available: MeterSources
) -> MoneyForm:
    """Create the form for the available sources and for every tariff without a price.

    A tariff may already be in the dashboard without a price: after a change of contract.
    """
    tariffs = coordinator.tariffs
    known = prices.named(tariffs.names)
    registers = {one.register for one in available.imported}
    registers |= {one for one in tariffs.registers if known.of(tariffs.name_of(one)) is None}
    exports = available.exported is not None
    return MoneyForm(coordinator, prices, sorted(registers), exports=exports, available=available)
