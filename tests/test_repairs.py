"""The repair flows do what the user chooses."""

from homeassistant.components.recorder import Recorder
from homeassistant.components.repairs import (
    DOMAIN as REPAIRS,
    ConfirmRepairFlow,
    RepairsFlowResult,
    repairs_flow_manager,
)
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.health.issues import Issue, issue_id
from custom_components.linky_tic.repairs import async_create_fix_flow
from custom_components.linky_tic.tariff.tariffs import _REPLACED
from simulator import Household

from .health.test_issues import shown
from .home import ADDRESS, OTHER_ADDRESS, Home, Meter
from .test_translations import texts


async def ask(home: Home, meter: Meter, kind: Issue) -> RepairsFlowResult:
    """Open the dialog of a repair."""
    await async_setup_component(home.hass, REPAIRS, {})
    assert meter.entry
    manager = repairs_flow_manager(home.hass)
    assert manager
    return await manager.async_init(
        DOMAIN, context={"issue_id": issue_id(meter.entry.entry_id, kind)}
    )


async def answer(home: Home, dialog: RepairsFlowResult, **data: str) -> RepairsFlowResult:
    manager = repairs_flow_manager(home.hass)
    assert manager
    result = await manager.async_configure(dialog["flow_id"], data)
    await home.hass.async_block_till_done()
    return result


async def with_another_meter(home: Home, house: Household | None = None) -> Meter:
    """A meter whose place another one has taken, on the same line."""
    house = house or Household()
    meter = await home.hears(house)
    house.replace_meter(OTHER_ADDRESS, 1_000)
    await meter.play(4)
    return meter


@pytest.mark.parametrize("kind", [Issue.OTHER_METER, Issue.MODE_CHANGED])
@pytest.mark.parametrize("data", [None, {"entry_id": "gone"}])
async def test_a_repair_whose_entry_is_gone_is_only_confirmed(
    hass: HomeAssistant, kind: Issue, data: dict[str, str | int | float | None] | None
) -> None:
    dialog = await async_create_fix_flow(hass, issue_id("gone", kind), data)
    assert type(dialog) is ConfirmRepairFlow


async def test_another_meter_is_asked_about(home: Home) -> None:
    meter = await with_another_meter(home)
    assert shown(home) == {"other_meter"}
    menu = await ask(home, meter, Issue.OTHER_METER)
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "init")
    assert menu["menu_options"] == ["replaced", "elsewhere"]
    told = menu["description_placeholders"]
    assert told == {"name": "Linky", "old": "041961••••00", "new": "021975••••01"}
    said = texts("en")["issues"]["other_meter"]["fix_flow"]["step"]["init"]
    assert said["menu_options"].keys() == set(menu["menu_options"])


async def test_a_meter_that_was_replaced_is_followed_from_then_on(home: Home) -> None:
    house = Household()
    meter = await with_another_meter(home, house)
    menu = await ask(home, meter, Issue.OTHER_METER)
    async with meter.playing():
        result = await answer(home, menu, next_step_id="replaced")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert shown(home) == set()
    assert meter.entry
    assert (meter.entry.unique_id, meter.entry.state) == (OTHER_ADDRESS, ConfigEntryState.LOADED)
    await meter.play()
    assert home.value("east") == str(int(house.truth["EAST"]) / 1000)
    assert shown(home) == set()


async def test_an_adapter_at_another_place_is_not_listened_to(home: Home) -> None:
    meter = await with_another_meter(home)
    menu = await ask(home, meter, Issue.OTHER_METER)
    result = await answer(home, menu, next_step_id="elsewhere")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert meter.entry
    assert meter.entry.disabled_by is ConfigEntryDisabler.USER
    assert meter.entry.unique_id == ADDRESS
    assert (shown(home), meter.is_open) == (set(), False)


async def test_the_first_meter_may_be_back_before_the_answer(home: Home) -> None:
    house = Household()
    meter = await with_another_meter(home, house)
    menu = await ask(home, meter, Issue.OTHER_METER)
    house.replace_meter(ADDRESS, 27_103_549)
    await meter.play()
    result = await answer(home, menu, next_step_id="replaced")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_heard")
    assert (shown(home), home.state("binary_sensor.linky_link")) == (set(), "on")


async def test_a_new_meter_that_has_an_entry_keeps_it(home: Home) -> None:
    meter = await with_another_meter(home)
    await home.add(home.meter(name="other"), OTHER_ADDRESS, "linky_2")
    menu = await ask(home, meter, Issue.OTHER_METER)
    result = await answer(home, menu, next_step_id="replaced")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert meter.entry
    assert meter.entry.unique_id == ADDRESS


async def test_nothing_is_replaced_while_the_port_does_not_work(home: Home) -> None:
    meter = await with_another_meter(home)
    menu = await ask(home, meter, Issue.OTHER_METER)
    await home.unload(meter)
    result = await answer(home, menu, next_step_id="replaced")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Issue.OTHER_METER, {"next_step_id": "replaced"}),
        (Issue.OTHER_METER, {"next_step_id": "elsewhere"}),
        (Issue.MODE_CHANGED, {}),
    ],
)
async def test_a_dialog_whose_meter_was_deleted_meanwhile_ends(
    home: Home, kind: Issue, data: dict[str, str]
) -> None:
    meter = await with_another_meter(home)
    meter.coordinator.health.issues.create(Issue.MODE_CHANGED, {"mode": "Historique"})
    dialog = await ask(home, meter, kind)
    assert meter.entry
    await home.hass.config_entries.async_remove(meter.entry.entry_id)
    result = await answer(home, dialog, **data)
    assert result["type"] in {FlowResultType.ABORT, FlowResultType.CREATE_ENTRY}


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (Issue.MODE_CHANGED, {"mode": "Historique"}),
        (Issue.CONTRACT_CHANGED, {"before": "BASE", "after": "TEMPO"}),
    ],
)
async def test_new_indexes_are_offered_to_the_energy_dashboard(
    recorder_mock: Recorder, home: Home, kind: Issue, facts: dict[str, str]
) -> None:
    assert await async_setup_component(home.hass, "energy", {})
    meter = await home.hears()
    meter.coordinator.health.issues.create(kind, facts)
    meter.coordinator.store.keep(_REPLACED, "base")
    form = await ask(home, meter, kind)
    assert form["description_placeholders"] == {"name": "Linky", **facts}
    result = await answer(home, form)
    assert meter.coordinator.store.recall(_REPLACED) is None  # or it would be told again
    flow, flow_id = result["next_flow"]
    assert flow == "options_flow"
    assert home.hass.config_entries.options.async_get(flow_id)["step_id"] == "energy"
    assert shown(home) == set()


async def test_what_a_mode_changes_is_read_and_done_with(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    form = await ask(home, meter, Issue.MODE_CHANGED)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    assert form["description_placeholders"] == {"name": "Linky", "mode": "Historique"}
    result = await answer(home, form)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    _, flow_id = result["next_flow"]  # there is no Energy dashboard
    assert home.hass.config_entries.options.async_get(flow_id)["step_id"] == "prices"
    assert shown(home) == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_way_to_end_has_its_text(language: str) -> None:
    ends = texts(language)["issues"]["other_meter"]["fix_flow"]["abort"]
    assert ends.keys() == {"not_loaded", "not_heard", "already_configured"}
