"""Every dialog gives its texts all that they tell: looked at in each step of every test."""

from collections.abc import Iterator
from typing import Any, Final

from homeassistant.config_entries import SOURCE_MQTT, SOURCE_USB, OptionsFlow
from homeassistant.data_entry_flow import FlowHandler, FlowManager, FlowResult, FlowResultType
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.repairs import FormerNamesFlow, NewIndexesFlow, OtherMeterFlow

from .test_translations import leaves, placeholders, texts

type Flow = FlowHandler[Any, FlowResult[Any, Any], Any]

_UNSEEN: Final = {SOURCE_MQTT, SOURCE_USB}
"""Dialogs that nobody has opened: how they end is not shown."""


def check_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a step fail whose texts tell what it does not give."""
    handle = FlowManager._async_handle_step

    async def checked(
        manager: FlowManager[Any, Any, Any], flow: Flow, step_id: str, user_input: dict[str, Any]
    ) -> FlowResult[Any, Any]:
        result: FlowResult[Any, Any] = await handle(manager, flow, step_id, user_input)
        if type(flow).__module__.startswith(f"custom_components.{DOMAIN}."):
            given = (result.get("description_placeholders") or {}).keys()
            assert not {text for text in _shown(flow, result) if placeholders(text) - given}
        return result

    monkeypatch.setattr(FlowManager, "_async_handle_step", checked)


def _shown(flow: Flow, result: FlowResult[Any, Any]) -> Iterator[str]:
    said = _texts(flow)
    match result["type"]:
        case FlowResultType.FORM | FlowResultType.MENU:
            schema = result.get("data_schema")
            fields = {str(key) for key in schema.schema} if schema else set()
            for path, text in leaves(said["step"].get(result["step_id"], {})):
                if not path[0].startswith("data") or path[1] in fields:
                    yield text
            yield from (said["error"][one] for one in (result.get("errors") or {}).values())
        case FlowResultType.SHOW_PROGRESS:
            yield said["progress"][result["progress_action"]]
        case FlowResultType.ABORT if flow.context.get("source") not in _UNSEEN:
            yield said["abort"][result["reason"]]


def _texts(flow: Flow) -> dict[str, Any]:
    if isinstance(flow, FormerNamesFlow | NewIndexesFlow | OtherMeterFlow):
        issue = flow.issue_id.removesuffix(f"_{flow._entry.entry_id}")
        return dict(texts("en")["issues"][issue]["fix_flow"])
    return dict(texts("en")["options" if isinstance(flow, OptionsFlow) else "config"])
