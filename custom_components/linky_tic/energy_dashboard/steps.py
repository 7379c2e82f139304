"""The steps of the options that are about money: prices, and the Energy dashboard.

It knows forms and what they store; which sources there are to add is not its business.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..coordinator import LinkyCoordinator
from ..cost.prices import (
    CONF_EXPORT_PRICE,
    CONF_PRICES,
    CONF_STANDING_CHARGE,
    Prices,
    price_key,
)
from ..tariff.names import tariff_name
from .preferences import Plan, async_add, async_plan, is_set_up
from .sources import EXPORTED, Imported, offer

_INDEXES: Final = "indexes"
_BESIDE: Final = "beside"
"""The section that is shown where others' sources are in the dashboard, and its one field."""
_ANYWAY: Final = "anyway"
_REGISTERS: Final = range(1, 11)
_NONE: Final = "–"


class EnergySteps(OptionsFlowWithReload):
    """Prices, and what the Energy dashboard is given."""

    _plan: Plan

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if not (coordinator := self._coordinator()):
            return self.async_abort(reason="not_loaded")
        registers = self._registers(coordinator)
        if not registers:
            return self.async_abort(reason="not_heard")
        if user_input is not None:
            return self.async_create_entry(data=self._with(self._given(user_input, registers)))
        return self._form("prices", coordinator, {})

    async def async_step_energy(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        if not (coordinator := self._coordinator()):
            return self.async_abort(reason="not_loaded")
        if not is_set_up(self.hass):
            return self.async_abort(reason="energy_not_set_up")
        if not offer(coordinator).imported:
            return self.async_abort(reason="not_heard")
        self._plan = await async_plan(coordinator)
        if not self._plan.added.statistics:
            told = {"present": _quoted(*self._plan.present)}
            return self.async_abort(reason="nothing_to_add", description_placeholders=told)
        if user_input is None:
            return self._form("energy", coordinator, {})
        return await self._add(coordinator, user_input)

    async def _add(
        self, coordinator: LinkyCoordinator, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        if self._plan.others and not user_input.get(_BESIDE, {}).get(_ANYWAY):
            return self._form("energy", coordinator, user_input, "counted_twice")
        added = self._plan.added
        if _INDEXES in user_input:
            added = added.only([int(one) for one in user_input[_INDEXES]])
        if not added.statistics:
            return self._form("energy", coordinator, user_input, "nothing_chosen")
        prices = self._given(user_input, self._registers(coordinator))
        try:
            await async_add(coordinator, added, prices)
        except vol.Invalid:
            return self._form("energy", coordinator, user_input, "energy_refused")
        return self.async_create_entry(data=self._with(prices))

    def _coordinator(self) -> LinkyCoordinator | None:
        entry = self.config_entry
        return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None

    def _registers(self, coordinator: LinkyCoordinator) -> list[int]:
        """Give the registers that want a price: those in use, and those that have one."""
        priced = Prices.chosen(self.config_entry.options).by_register
        return sorted({*coordinator.tariffs.registers, *priced})

    def _given(self, user_input: Mapping[str, Any], registers: list[int]) -> Prices:
        prices = {one: user_input.get(price_key(one)) for one in registers}
        return Prices(
            MappingProxyType(
                {one: float(price) for one, price in prices.items() if price is not None}
            ),
            user_input.get(CONF_STANDING_CHARGE),
            user_input.get(CONF_EXPORT_PRICE),
        )

    def _with(self, prices: Prices) -> dict[str, Any]:
        """Give the options with other prices."""
        ours = (CONF_PRICES, CONF_STANDING_CHARGE, CONF_EXPORT_PRICE)
        others = {key: one for key, one in self.config_entry.options.items() if key not in ours}
        return {**others, **prices.options}

    def _form(
        self,
        step: str,
        coordinator: LinkyCoordinator,
        values: Mapping[str, Any],
        error: str | None = None,
    ) -> ConfigFlowResult:
        schema = self._schema(step, coordinator)
        shown = {**_shown(Prices.chosen(self.config_entry.options)), **values}
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors={"base": error} if error else None,
            description_placeholders=self._told(step, coordinator),
        )

    def _schema(self, step: str, coordinator: LinkyCoordinator) -> vol.Schema:
        currency = self.hass.config.currency
        by_kwh = _amount(f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}")
        fields = {price_key(one): by_kwh for one in self._registers(coordinator)}
        fields[CONF_STANDING_CHARGE] = _amount(currency)
        if EXPORTED in coordinator.readings or CONF_EXPORT_PRICE in self.config_entry.options:
            fields[CONF_EXPORT_PRICE] = by_kwh
        schema: dict[vol.Optional, object] = {vol.Optional(key): one for key, one in fields.items()}
        if step == "prices":
            return vol.Schema(schema)
        imported = self._plan.added.imported
        if len(imported) > 1:
            every = [str(one.register) for one in imported]
            schema = {vol.Optional(_INDEXES, default=every): _choice(imported), **schema}
        if self._plan.others:
            tick = vol.Schema({vol.Optional(_ANYWAY, default=False): BooleanSelector()})
            schema[vol.Optional(_BESIDE)] = section(tick, {"collapsed": False})
        return vol.Schema(schema)

    def _told(self, step: str, coordinator: LinkyCoordinator) -> dict[str, str]:
        """Give the facts of the texts; they are names, ids and lists."""
        told = {f"tariff_{one}": tariff_name(coordinator, one) for one in _REGISTERS}
        if step == "prices":
            return told
        plan = self._plan
        sources = [f"**{one.name}** `{one.statistic}`" for one in plan.added.imported]
        return {
            **told,
            "sources": _listed(sources),
            "exported": _quoted(plan.added.exported),
            "power": _quoted(plan.added.power),
            "present": _quoted(*plan.present),
            "others": ", ".join(plan.others) or _NONE,
        }


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines) or _NONE


def _quoted(*statistics: str | None) -> str:
    return ", ".join(f"`{one}`" for one in statistics if one) or _NONE


def _shown(prices: Prices) -> dict[str, float | None]:
    by_register = {price_key(one): price for one, price in prices.by_register.items()}
    return {
        **by_register,
        CONF_STANDING_CHARGE: prices.standing_charge,
        CONF_EXPORT_PRICE: prices.export,
    }


def _choice(imported: Iterable[Imported]) -> SelectSelector:
    options = [SelectOptionDict(value=str(one.register), label=one.name) for one in imported]
    return SelectSelector(
        SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST)
    )


def _amount(unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=0, step="any", mode=NumberSelectorMode.BOX, unit_of_measurement=unit
        )
    )
