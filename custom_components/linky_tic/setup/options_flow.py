"""The options flow of a meter: prices, energy dashboard, reporting of states, MQTT mirror.

Only options that differ from the defaults are stored, since the defaults of the topics and of
retain depend on the format.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.mqtt import valid_publish_topic
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import UnitOfTime
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ..const import CONF_REPORTING, DEFAULT_REPORTING, DOMAIN
from ..mirror.settings import (
    FORMATS,
    LINKY_SENSOR,
    MirrorSettings,
    Option,
    default_options,
    format_of,
)
from ..reporting.rules import Preset
from .compare_steps import CompareSteps
from .money_steps import abort_next_flow

_TOPICS: Final = (Option.TOPIC, Option.STATUS_TOPIC)
_LONGEST_INTERVAL: Final = 86400
"""Seconds: one day; a mirror that publishes less often is better turned off."""
_REPORTING: Final = vol.Schema(
    {
        vol.Required(CONF_REPORTING): SelectSelector(
            SelectSelectorConfig(options=[*Preset], translation_key=CONF_REPORTING)
        )
    }
)
_MIRROR: Final = vol.Schema(
    {
        vol.Optional(key): field
        for key, field in {
            Option.ENABLED: BooleanSelector(),
            Option.FORMAT: SelectSelector(
                SelectSelectorConfig(options=[*FORMATS], translation_key=Option.FORMAT)
            ),
            Option.TOPIC: TextSelector(),
            Option.STATUS_TOPIC: TextSelector(),
            Option.INTERVAL: NumberSelector(
                NumberSelectorConfig(
                    min=0,
                    max=_LONGEST_INTERVAL,
                    mode=NumberSelectorMode.BOX,
                    unit_of_measurement=UnitOfTime.SECONDS,
                )
            ),
            Option.RETAIN: BooleanSelector(),
            Option.PER_LABEL: BooleanSelector(),
            Option.PRIVATE: BooleanSelector(),
            Option.DISCOVERY: BooleanSelector(),
        }.items()
    }
)


class LinkyOptionsFlow(CompareSteps):
    """The options of one meter; Home Assistant reloads the entry when one has changed."""

    async def async_step_init(self, opened: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the menu, or the first step with a form if opened as `next_flow` of another flow."""
        if opened is None and not abort_next_flow(self.hass, self.config_entry):
            menu = ["prices", "energy", "compare", "reporting", "mirror"]
            return self.async_show_menu(step_id="init", menu_options=menu)
        step = await self.async_step_energy()
        return step if step["type"] is FlowResultType.FORM else await self.async_step_prices()

    async def async_step_reporting(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        if user_input is None:
            shown = {CONF_REPORTING: DEFAULT_REPORTING, **self.config_entry.options}
            schema = self.add_suggested_values_to_schema(_REPORTING, shown)
            return self.async_show_form(step_id="reporting", data_schema=schema)
        preset = user_input[CONF_REPORTING]
        chosen = {CONF_REPORTING: preset} if preset != DEFAULT_REPORTING else {}
        return self.async_create_entry(data=self.options_with((CONF_REPORTING,), chosen))

    async def async_step_mirror(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        stored = self.config_entry.options
        defaults = default_options(format_of(stored))
        if user_input is None:
            return self._show_mirror_form({**defaults, **stored})
        values = _cleaned(user_input)
        changed = {key: value for key, value in values.items() if value != defaults.get(key)}
        options = self.options_with(_MIRROR.schema, changed)
        if wrong := self._topic_error(options):
            error, facts = wrong
            return self._show_mirror_form({**options, **values}, error, **facts)
        return self.async_create_entry(data=options)

    def _topic_error(self, options: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
        """Return the error and its placeholders if a topic is invalid or taken by a mirror."""
        for key in _TOPICS:
            if key in options and not _is_publishable(options[key]):
                return "invalid_topic", {"topic": options[key]}
        entry = self.config_entry
        topics = MirrorSettings(options, entry.unique_id or "").topics
        if len(topics) > len(set(topics)):
            return "topic_taken", {"topic": topics[0], "title": entry.title}
        for other in self.hass.config_entries.async_entries(DOMAIN):  # disabled ones, too
            taken = MirrorSettings(other.options, other.unique_id or "").topics
            if other is not entry and (shared := set(topics).intersection(taken)):
                return "topic_taken", {"topic": min(shared), "title": other.title}
        return None

    def _show_mirror_form(
        self, values: Mapping[str, Any], error: str | None = None, **facts: str
    ) -> ConfigFlowResult:
        address = self.config_entry.unique_id
        topics = {name: row.topic.format(address=address) for name, row in FORMATS.items()}
        return self.async_show_form(
            step_id="mirror",
            data_schema=self.add_suggested_values_to_schema(_MIRROR, values),
            errors={"base": error} if error else None,
            description_placeholders={
                **{name.replace("-", "_"): topic for name, topic in topics.items()},
                "status": FORMATS[LINKY_SENSOR].status_topic or "",
                **facts,
            },
        )


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Trim topics, drop empty ones, and convert the interval from float to int."""
    tidied = {key: value.strip() if key in _TOPICS else value for key, value in values.items()}
    if Option.INTERVAL in tidied:
        tidied[Option.INTERVAL] = int(tidied[Option.INTERVAL])
    return {key: value for key, value in tidied.items() if value != ""}


def _is_publishable(topic: str) -> bool:
    """Whether messages can be published to a topic and received by subscribers.

    Topics that begin with `$` are reserved for the broker (MQTT 5.0, 4.7.2 and 4.8).
    """
    try:
        valid_publish_topic(topic)
    except vol.Invalid:
        return False
    return not topic.startswith("$")
