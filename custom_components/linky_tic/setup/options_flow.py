"""What a person may set once a meter is there: how states follow it, the mirror, money.

Only what differs from the defaults is stored, since those of a topic or of retain change with the
format.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components.mqtt import valid_publish_topic
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ..const import (
    CONF_MIRROR,
    CONF_MIRROR_DISCOVERY,
    CONF_MIRROR_FORMAT,
    CONF_MIRROR_INTERVAL,
    CONF_MIRROR_PER_LABEL,
    CONF_MIRROR_PRIVATE,
    CONF_MIRROR_RETAIN,
    CONF_MIRROR_STATUS_TOPIC,
    CONF_MIRROR_TOPIC,
    CONF_REPORTING,
    DEFAULT_REPORTING,
    DOMAIN,
)
from ..coordinator import LinkyConfigEntry
from ..energy_dashboard.steps import EnergySteps
from ..mirror.editions import Settings
from ..mirror.payloads import FORMATS, LINKY_SENSOR, TELEINFO2MQTT, TYPED
from ..reporting.rules import Preset

_TOPICS: Final = (CONF_MIRROR_TOPIC, CONF_MIRROR_STATUS_TOPIC)
_LONGEST_INTERVAL: Final = 86400
"""Seconds: a day, since a mirror that says less is better turned off."""
_SECTIONS: Final[Mapping[str, Mapping[str, Selector[Any]]]] = {
    "reporting": {
        CONF_REPORTING: SelectSelector(
            SelectSelectorConfig(options=[*Preset], translation_key=CONF_REPORTING)
        )
    },
    "mqtt": {
        CONF_MIRROR: BooleanSelector(),
        CONF_MIRROR_FORMAT: SelectSelector(
            SelectSelectorConfig(options=[*FORMATS], translation_key=CONF_MIRROR_FORMAT)
        ),
        CONF_MIRROR_TOPIC: TextSelector(),
        CONF_MIRROR_STATUS_TOPIC: TextSelector(),
        CONF_MIRROR_INTERVAL: NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=_LONGEST_INTERVAL,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.SECONDS,
            )
        ),
        CONF_MIRROR_RETAIN: BooleanSelector(),
        CONF_MIRROR_PER_LABEL: BooleanSelector(),
        CONF_MIRROR_PRIVATE: BooleanSelector(),
        CONF_MIRROR_DISCOVERY: BooleanSelector(),
    },
}
"""Section of the form -> its fields; all of them are stored side by side."""
_COLLAPSED: Final = frozenset({"mqtt"})
_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(name): section(
            vol.Schema({vol.Optional(key): field for key, field in fields.items()}),
            {"collapsed": name in _COLLAPSED},
        )
        for name, fields in _SECTIONS.items()
    }
)


def _defaults(mirror_format: str) -> dict[str, Any]:
    return {
        CONF_REPORTING: DEFAULT_REPORTING,
        CONF_MIRROR: True,
        CONF_MIRROR_FORMAT: TYPED,
        CONF_MIRROR_INTERVAL: 0,
        CONF_MIRROR_RETAIN: FORMATS[mirror_format].retain,
        CONF_MIRROR_PER_LABEL: False,
        CONF_MIRROR_PRIVATE: False,
        CONF_MIRROR_DISCOVERY: False,
    }


class LinkyOptionsFlow(EnergySteps):
    """The settings of one meter; the entry is set up again when one has changed."""

    async def async_step_init(self, opened: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the steps; another dialog that has opened this one goes on with the first."""
        if opened is not None:
            return await self.async_step_energy()
        return self.async_show_menu(step_id="init", menu_options=["settings", "prices", "energy"])

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        stored = self.config_entry.options
        defaults = _defaults(stored.get(CONF_MIRROR_FORMAT, TYPED))
        if user_input is None:
            return self._show({**defaults, **stored})
        shown = {key for name in user_input for key in _SECTIONS[name]}
        others = {key: value for key, value in stored.items() if key not in shown}
        values = _tidied(
            {key: one for fields in user_input.values() for key, one in fields.items()}
        )
        changed = {key: value for key, value in values.items() if value != defaults.get(key)}
        options = {**others, **changed}
        if wrong := self._wrong_topic(options):
            return self._show({**others, **values}, *wrong)
        return self.async_create_entry(data=options)

    def _wrong_topic(self, options: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
        """Find a topic on which nothing can be published, or something else already is."""
        for key in _TOPICS:
            if key in options and not _is_topic(options[key]):
                return "invalid_topic", {"topic": options[key]}
        entry = self.config_entry
        topics = Settings.chosen(options, entry.unique_id).topics
        if len(topics) > len(set(topics)):
            return "topic_taken", {"topic": topics[0], "title": entry.title}
        for other in self.hass.config_entries.async_entries(DOMAIN):  # one that is off may come on
            taken = Settings.of(other).topics if other is not entry else ()
            if shared := set(topics).intersection(taken):
                return "topic_taken", {"topic": min(shared), "title": other.title}
        return None

    def _show(
        self,
        values: Mapping[str, Any],
        error: str | None = None,
        facts: Mapping[str, str] = MappingProxyType({}),
    ) -> ConfigFlowResult:
        address = self.config_entry.unique_id
        return self.async_show_form(
            step_id="settings",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, dict.fromkeys(_SECTIONS, values)
            ),
            errors={"base": error} if error else None,
            description_placeholders={
                "typed": FORMATS[TYPED].topic.format(address=address),
                "linky_sensor": FORMATS[LINKY_SENSOR].topic,
                "teleinfo2mqtt": FORMATS[TELEINFO2MQTT].topic.format(address=address),
                "status": FORMATS[LINKY_SENSOR].status_topic or "",
                **facts,
            },
        )


async def async_open_money_steps(hass: HomeAssistant, entry: LinkyConfigEntry) -> str | None:
    """Open the options at the Energy dashboard; gives the flow, None where nothing is to be asked.

    Another dialog goes on there, as its `next_flow`.
    """
    opened = await hass.config_entries.options.async_init(entry.entry_id, data={})
    return opened["flow_id"] if opened["type"] is FlowResultType.FORM else None


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Trim topics and leave out empty ones; a number field gives a float."""
    tidied = {key: value.strip() if key in _TOPICS else value for key, value in values.items()}
    if CONF_MIRROR_INTERVAL in tidied:
        tidied[CONF_MIRROR_INTERVAL] = int(tidied[CONF_MIRROR_INTERVAL])
    return {key: value for key, value in tidied.items() if value != ""}


def _is_topic(topic: str) -> bool:
    """Whether a message can be published under a topic and be heard there.

    What begins with `$` is the broker's own, shared subscriptions included (MQTT 5.0, 4.7.2, 4.8).
    """
    try:
        valid_publish_topic(topic)
    except vol.Invalid:
        return False
    return not topic.startswith("$")
