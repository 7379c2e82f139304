"""The steps of the options flow for prices and for the energy dashboard.

They also follow after a meter was added or its contract has changed, and can be skipped. Input is
stored and applied before the last step is shown, since users may close that one.
"""

import asyncio
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowContext,
    ConfigFlowResult,
    OptionsFlowWithReload,
    UnknownEntry,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow, FlowResultType
import voluptuous as vol

from ..coordinator import LinkyConfigEntry, LinkyCoordinator
from ..cost.prices import CONF_EXPORT_PRICE, CONF_PRICES, CONF_STANDING_CHARGE, Prices
from ..energy_dashboard.preferences import (
    async_add_prices,
    async_add_sources,
    async_missing_sources,
    is_set_up,
)
from ..energy_dashboard.sources import EXPORT_LABEL, MeterSources, available_sources
from .money_form import MoneyForm, energy_form
from .texts import sentence

_MAX_WAIT: Final = 8.0
"""Seconds to wait for the readings of a meter that has just been set up."""
_POLL_INTERVAL: Final = 0.2
"""Seconds between two checks for these readings."""
_NEXT_FLOW: Final = ConfigFlowContext(source="next_flow")
_PRICE_OPTIONS: Final = (CONF_PRICES, CONF_STANDING_CHARGE, CONF_EXPORT_PRICE)


class MoneySteps(OptionsFlowWithReload):
    _summary = ""
    _registers: Sequence[int] = ()
    _exports = False
    """As last known: prices may be asked for again while the entry reloads, without readings."""

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        coordinator = await self._wait_for_meter()
        self._update_registers(coordinator)
        if not self._registers:
            return self.async_abort(reason="not_heard")
        form = MoneyForm(coordinator, self._prices, self._registers, exports=self._exports)
        if not form.read(user_input):
            return self._show_form("prices", form)
        if form.period:
            coordinator.costs.reprice(form.prices, form.period)
        await async_add_prices(coordinator, form.prices)
        self._store_prices(form.prices)
        return await self._show_summary(form.summary)

    async def async_step_energy(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the sources that the energy dashboard lacks, and ask for their prices."""
        coordinator = await self._wait_for_meter()
        if not is_set_up(self.hass):
            return self.async_abort(reason="energy_not_set_up")
        if available_sources(coordinator).is_empty:
            return self.async_abort(reason="not_heard")
        available = await async_missing_sources(coordinator)
        if available.is_empty:
            return self.async_abort(reason="nothing_to_add")
        self._update_registers(coordinator)
        form = energy_form(coordinator, self._prices, available)
        if not form.read(user_input):
            return self._show_form("energy", form)
        return await self._add_sources(coordinator, form, form.selected_sources(available))

    async def _add_sources(
        self, coordinator: LinkyCoordinator, form: MoneyForm, added: MeterSources
    ) -> ConfigFlowResult:
        if not added.is_empty and form.may_count_twice:
            return self._show_form("energy", form, "counted_twice")
        try:
            number = await async_add_sources(coordinator, added, form.prices)
        except vol.Invalid:
            return self._show_form("energy", form, "energy_refused")
        self._store_prices(form.prices)
        key = {0: "no_source", 1: "one_source"}.get(number, "sources")
        return await self._show_summary(form.summary, sentence(self.hass, key, number=str(number)))

    async def async_step_done(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show what was stored and where to see it, and offer the step for prices."""
        return self.async_show_menu(
            step_id="done",
            menu_options=["finish", "prices"],
            description_placeholders={"summary": self._summary},
        )

    async def async_step_finish(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Close the dialog; everything is already stored."""
        return self.async_create_entry(data=dict(self.config_entry.options))

    @property
    @override
    def config_entry(self) -> LinkyConfigEntry:
        """The entry of the meter; aborts the flow if it was deleted meanwhile."""
        try:
            return super().config_entry
        except UnknownEntry as gone:
            raise AbortFlow("not_loaded") from gone

    @property
    def _prices(self) -> Prices:
        return Prices.chosen(self.config_entry.options)

    def _update_registers(self, coordinator: LinkyCoordinator) -> None:
        self._registers = sorted(coordinator.tariffs.registers) or self._registers
        self._exports |= EXPORT_LABEL in coordinator.readings or self._prices.export is not None

    async def _wait_for_meter(self) -> LinkyCoordinator:
        """Wait until the indexes and tariff of the meter are known, at most `_MAX_WAIT` seconds.

        Aborts the flow if the entry is not loaded by then.
        """
        until = self.hass.loop.time() + _MAX_WAIT
        while True:
            entry, is_late = self.config_entry, self.hass.loop.time() >= until
            if entry.state is ConfigEntryState.LOADED:
                coordinator = entry.runtime_data
                if is_late or self._registers or _has_sources(coordinator):
                    return coordinator
            elif is_late:
                raise AbortFlow("not_loaded")
            await asyncio.sleep(_POLL_INTERVAL)

    def _show_form(self, step: str, form: MoneyForm, error: str | None = None) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form.schema, form.values),
            errors={"base": error} if error else form.errors,
            description_placeholders=form.placeholders,
            last_step=False,
        )

    def options_with(self, keys: Container[str], values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options, in which `values` replaces all options listed in `keys`."""
        others = {key: one for key, one in self.config_entry.options.items() if key not in keys}
        return {**others, **values}

    def _store_prices(self, prices: Prices) -> None:
        entry, options = self.config_entry, self.options_with(_PRICE_OPTIONS, prices.options)
        if self.hass.config_entries.async_update_entry(entry, options=options):
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def _show_summary(self, prices: list[str], *said: str) -> ConfigFlowResult:
        lines = [f"- {one}" for one in prices] or [sentence(self.hass, "no_price")]
        self._summary = "\n\n".join([*said, "\n".join(lines)])
        return await self.async_step_done()


def _has_sources(coordinator: LinkyCoordinator) -> bool:
    """Whether the meter has sent its tariff, and its indexes have entities."""
    return coordinator.tariffs.current is not None and not available_sources(coordinator).is_empty


async def async_open_money_steps(hass: HomeAssistant, entry: LinkyConfigEntry) -> str | None:
    """Start an options flow at these steps and return its id; None if it has nothing to ask yet.

    Another flow continues with it by returning it as its `next_flow`.
    """
    options = hass.config_entries.options
    opened = await options.async_init(entry.entry_id, context=_NEXT_FLOW, data={})
    return opened["flow_id"] if opened["type"] is FlowResultType.FORM else None


@callback
def abort_next_flow(hass: HomeAssistant, entry: LinkyConfigEntry) -> bool:
    """Abort a flow that was started as `next_flow`, and return whether there was one.

    The front end (20260930, 20261028) opens a new options flow instead of continuing with it.
    """
    options = hass.config_entries.options
    flows = options.async_progress_by_handler(entry.entry_id, match_context={**_NEXT_FLOW})
    for flow in flows:
        options.async_abort(flow["flow_id"])
    return bool(flows)
