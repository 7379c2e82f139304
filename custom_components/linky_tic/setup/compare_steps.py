"""The step of the options flow that compares the contract with others.

It has a form and a table; `comparison/` computes what the contracts would have cost.
"""

from calendar import SATURDAY, SUNDAY
from collections.abc import Callable, Iterable, Mapping
from datetime import date
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig
import voluptuous as vol

from ..comparison.comparison import Comparison, async_compare
from ..comparison.contracts import CONTRACT_KINDS, ContractCost, PricedContract, read_slots
from ..const import UNKNOWN
from ..tariff.tempo import COLOURS
from .money_steps import MoneySteps
from .texts import currency, format_amount, parse_amount, sentence

_STANDING_CHARGE: Final = "standing_charge"
_HOURS: Final = "off_peak_hours"
_WEEKEND: Final = "weekend"
_EXTRA_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "base": (),
    "off_peak": (_HOURS, _WEEKEND),
    "tempo": COLOURS[1:],
}
"""Kind of contract -> its fields besides the prices."""
_A_CENT: Final = 0.01


class CompareSteps(MoneySteps):
    """Shows what other contracts would have cost, compared with the one in force."""

    _table = ""

    async def async_step_compare(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        coordinator = await self._wait_for_meter()
        if user_input is None:
            return self._show_contract_form({})
        try:
            contracts = _contracts(self.hass, user_input)
            compared = await async_compare(coordinator, contracts)
        except vol.Invalid as wrong:
            return self._show_contract_form(user_input, str(wrong))
        except ServiceValidationError as refusal:
            return self._show_contract_form(user_input, refusal.translation_key)
        self._table = _table(self.hass, compared)
        return await self.async_step_compared()

    async def async_step_compared(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id="compared",
            menu_options=["finish", "compare"],
            description_placeholders={"table": self._table},
        )

    def _show_contract_form(
        self, values: Mapping[str, Any], error: str | None = None
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="compare",
            data_schema=self.add_suggested_values_to_schema(_schema(self.hass), values),
            errors={"base": error} if error else None,
            description_placeholders={"title": self.config_entry.title},
            last_step=False,
        )


def _schema(hass: HomeAssistant) -> vol.Schema:
    amount, text = TextSelector(TextSelectorConfig(suffix=currency(hass))), TextSelector()
    sections = {}
    for kind, others in _EXTRA_FIELDS.items():
        fields: dict[str, object] = dict.fromkeys((*CONTRACT_KINDS[kind], _STANDING_CHARGE), amount)
        fields |= {key: BooleanSelector() if key == _WEEKEND else text for key in others}
        inner = vol.Schema({vol.Optional(key): field for key, field in fields.items()})
        sections[vol.Optional(_section(kind))] = section(inner, {"collapsed": False})
    return vol.Schema(sections)


def _section(kind: str) -> str:
    return f"contract_{kind}"


def _contracts(hass: HomeAssistant, typed: Mapping[str, Mapping[str, Any]]) -> list[PricedContract]:
    """Read the contracts that have prices; raises `vol.Invalid` with the key of an error text."""
    found = [
        _contract(sentence(hass, name), tariffs, texts)
        for kind, tariffs in CONTRACT_KINDS.items()
        for name in (_section(kind),)
        if any((texts := typed.get(name, {})).get(tariff) for tariff in tariffs)
    ]
    if not found:
        raise vol.Invalid("no_contract")
    return found


def _contract(name: str, tariffs: Iterable[str], texts: Mapping[str, Any]) -> PricedContract:
    hours = texts.get(_HOURS)
    contract = PricedContract(
        name,
        {key: _parse(parse_amount, texts.get(key, ""), "no_amount") for key in tariffs},
        _parse(parse_amount, texts.get(_STANDING_CHARGE) or "0", "no_amount"),
        _parse(read_slots, hours, "no_slots") if hours else frozenset(),
        frozenset({SATURDAY, SUNDAY}) if texts.get(_WEEKEND) else frozenset(),
        {colour: _parse(_read_days, texts.get(colour, ""), "no_days") for colour in COLOURS},
    )
    if contract.lacks_hours:
        raise vol.Invalid("no_slots")
    return contract


def _parse[T](read: Callable[[str], T], text: str, error: str) -> T:
    try:
        return read(text)
    except ValueError as wrong:
        raise vol.Invalid(error) from wrong


def _read_days(text: str) -> list[date]:
    """Parse a list of days such as 2026-11-28 or 28/11/2026; raises `ValueError`."""
    found = [day.split("/")[::-1] for day in re.findall(r"[^\s,;]+", text)]
    return [date.fromisoformat("-".join(part.zfill(2) for part in parts)) for parts in found]


def _table(hass: HomeAssistant, compared: Comparison) -> str:
    """Build the table in Markdown, and below it what is missing or uncertain."""
    rows = [(sentence(hass, "contract_in_force"), compared.in_force)]
    rows += [(contract.name, found) for contract, found in compared.others]
    lines = [
        sentence(hass, "compared_days", first=str(compared.first), last=str(compared.last)),
        "",
        sentence(hass, "compared_head"),
        "|---|--:|--:|--:|",
        *(_row(hass, name, found) for name, found in rows),
        "",
    ]
    if hours := compared.hours_missing:
        lines.append(sentence(hass, "hours_missing", compared.energy_missing, hours=str(hours)))
    for name, found in rows:
        if found.unknown_days:
            lines.append(
                sentence(hass, "days_unknown", name=name, days=str(len(found.unknown_days)))
            )
        if found.unpriced:
            lines.append(sentence(hass, "tariffs_unpriced", name=name))
        if found.doubt >= _A_CENT:
            lines.append(sentence(hass, "compared_doubt", round(found.doubt, 2), name=name))
    return "\n".join(lines)


def _row(hass: HomeAssistant, name: str, found: ContractCost) -> str:
    amounts = (found.energy_cost, found.standing_charge, found.total)
    cells = (UNKNOWN if one is None else format_amount(hass, round(one, 2)) for one in amounts)
    return f"| {' | '.join((name, *cells))} |"
