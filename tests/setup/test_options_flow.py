"""The options for the reporting of states and for the MQTT mirror."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic.mirror.settings import FORMATS, Option

from ..dialog import choose
from ..home import ADDRESS, OTHER_ADDRESS, Home
from ..test_translations import leaves, placeholders, texts

SHOWN: Final[dict[str, object]] = {
    Option.ENABLED: True,
    Option.FORMAT: "typed",
    Option.INTERVAL: 0,
    Option.RETAIN: True,
    Option.PER_LABEL: False,
    Option.PRIVATE: False,
    Option.DISCOVERY: False,
}
"""The values of the form if no option was changed."""


@pytest.fixture
async def entry(home: Home) -> MockConfigEntry:
    return await home.add(home.meter())


async def show(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    return await choose(hass, entry, "mirror")


def stored(entry: MockConfigEntry) -> dict[str, Any]:
    """The stored options of the mirror, without those of other forms."""
    return {key: value for key, value in entry.options.items() if key.startswith("mirror")}


async def submit(hass: HomeAssistant, entry: MockConfigEntry, **mirror: object) -> ConfigFlowResult:
    """Change some fields of the form as it is shown."""
    form = await show(hass, entry)
    data = {**values(form), **mirror}
    result = await hass.config_entries.options.async_configure(form["flow_id"], data)
    await hass.async_block_till_done()
    return result


def values(form: ConfigFlowResult) -> dict[str, Any]:
    """The values of the fields when the form is shown."""
    assert form["data_schema"]
    return {
        str(field): field.description["suggested_value"]
        for field in form["data_schema"].schema
        if field.description
    }


async def test_the_form_shows_the_defaults(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await show(hass, entry)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "mirror")
    assert values(form) == SHOWN


async def test_the_form_shows_what_is_stored(hass: HomeAssistant, home: Home) -> None:
    chosen: dict[str, object] = {Option.TOPIC: "a/b", Option.INTERVAL: 30, Option.RETAIN: False}
    entry = await home.add(home.meter(), options={**chosen})
    assert values(await show(hass, entry)) == {**SHOWN, **chosen}


async def test_a_form_that_is_submitted_as_shown_stores_nothing(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    result = await submit(hass, entry)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(entry) == {}


async def test_what_is_chosen_is_stored_and_the_entry_set_up_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    before = entry.runtime_data
    chosen = {
        Option.TOPIC: "house/meter",
        Option.INTERVAL: 30,
        Option.RETAIN: False,
        Option.PER_LABEL: True,
        Option.PRIVATE: True,
        Option.DISCOVERY: True,
    }
    await submit(hass, entry, **chosen)
    assert stored(entry) == chosen
    assert isinstance(stored(entry)[Option.INTERVAL], int)
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data is not before


async def test_the_mirror_can_be_turned_off_and_on(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await submit(hass, entry, **{Option.ENABLED: False})
    assert stored(entry) == {Option.ENABLED: False}
    await submit(hass, entry, **{Option.ENABLED: True})
    assert stored(entry) == {}


@pytest.mark.parametrize("name", FORMATS)
async def test_retain_follows_the_format_unless_it_was_changed(
    hass: HomeAssistant, entry: MockConfigEntry, name: str
) -> None:
    await submit(hass, entry, **{Option.FORMAT: name})
    assert values(await show(hass, entry))[Option.RETAIN] is FORMATS[name].retain


async def test_retain_that_was_changed_is_kept(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await submit(hass, entry, **{Option.FORMAT: "linky-sensor"})
    await submit(hass, entry, **{Option.RETAIN: True})
    assert stored(entry) == {Option.FORMAT: "linky-sensor", Option.RETAIN: True}


async def test_a_topic_is_trimmed_and_an_empty_one_is_the_default(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await submit(hass, entry, **{Option.TOPIC: " a/b ", Option.STATUS_TOPIC: "  "})
    assert stored(entry) == {Option.TOPIC: "a/b"}
    await submit(hass, entry, **{Option.TOPIC: ""})
    assert stored(entry) == {}


@pytest.mark.parametrize("field", [Option.TOPIC, Option.STATUS_TOPIC])
@pytest.mark.parametrize(
    "topic", ["house/#", "+/meter", "a\0b", "é" * 40000, "$SYS/linky", "$share/a/b"]
)
async def test_a_topic_on_which_nothing_can_be_published_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, field: str, topic: str
) -> None:
    form = await submit(hass, entry, **{field: topic, Option.INTERVAL: 5})
    assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"base": "invalid_topic"})
    assert values(form) == {**SHOWN, field: topic, Option.INTERVAL.value: 5}
    assert form["description_placeholders"]
    assert form["description_placeholders"]["topic"] == topic


async def second(home: Home, **options: object) -> MockConfigEntry:
    """Another meter, beside that of `entry`."""
    return await home.add(home.meter(name="other"), OTHER_ADDRESS, "linky_2", options=options)


STATUS: Final = FORMATS["linky-sensor"].status_topic


@pytest.mark.parametrize(
    ("other", "chosen", "topic"),
    [
        ({Option.FORMAT: "linky-sensor"}, {Option.TOPIC: "a/b"}, STATUS),
        (
            {Option.FORMAT: "linky-sensor"},
            {Option.STATUS_TOPIC: "a/b"},
            FORMATS["linky-sensor"].topic,
        ),
        ({}, {Option.TOPIC: f"linky_tic/{OTHER_ADDRESS}"}, f"linky_tic/{OTHER_ADDRESS}"),
    ],
)
async def test_two_meters_never_share_a_topic(
    home: Home,
    entry: MockConfigEntry,
    other: dict[str, object],
    chosen: dict[str, object],
    topic: str,
) -> None:
    await second(home, **other)
    chosen = {Option.FORMAT: "linky-sensor", **chosen}
    form = await submit(home.hass, entry, **chosen)
    assert form["errors"] == {"base": "topic_taken"}
    assert placeholders(texts("en")["options"]["error"]["topic_taken"]) == {"topic", "title"}
    told = form["description_placeholders"] or {}
    assert (told["topic"], told["title"]) == (topic, "Linky 2")
    assert values(form).items() >= chosen.items()


async def test_two_meters_may_have_one_format_under_topics_of_their_own(
    hass: HomeAssistant, home: Home, entry: MockConfigEntry
) -> None:
    await second(home, mirror_format="linky-sensor")
    apart = {Option.TOPIC: "a/b", Option.STATUS_TOPIC: "a/c"}
    await submit(hass, entry, **{Option.FORMAT: "linky-sensor", **apart})
    assert stored(entry) == {Option.FORMAT: "linky-sensor", **apart}


async def test_a_mirror_that_is_off_takes_no_topic(
    hass: HomeAssistant, home: Home, entry: MockConfigEntry
) -> None:
    other = await second(home, mirror_format="linky-sensor", mirror=False)
    await submit(hass, entry, **{Option.FORMAT: "linky-sensor"})
    assert stored(entry) == {Option.FORMAT: "linky-sensor"}
    form = await submit(hass, other, **{Option.ENABLED: True})
    assert form["errors"] == {"base": "topic_taken"}


async def test_frames_and_status_of_a_meter_have_two_topics(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    same = {Option.TOPIC: "a/b", Option.STATUS_TOPIC: "a/b"}
    form = await submit(hass, entry, **{Option.FORMAT: "linky-sensor", **same})
    assert form["errors"] == {"base": "topic_taken"}
    assert (form["description_placeholders"] or {})["title"] == "Linky"


@pytest.mark.parametrize(
    "wrong",
    [
        {Option.FORMAT: "xml"},
        {Option.INTERVAL: -1},
        {Option.INTERVAL: 86_401},
        {"unknown": True},
    ],
)
async def test_what_the_form_does_not_offer_is_refused(
    hass: HomeAssistant, entry: MockConfigEntry, wrong: dict[str, object]
) -> None:
    with pytest.raises(InvalidData):
        await submit(hass, entry, **wrong)


async def test_a_preset_is_chosen_and_kept(hass: HomeAssistant, home: Home) -> None:
    entry = await home.add(home.meter(), options={Option.INTERVAL: 5})
    for preset, kept in (("realtime", {"reporting": "realtime"}), ("balanced", {})):
        form = await choose(hass, entry, "reporting")
        assert values(form) == {"reporting": entry.options.get("reporting", "balanced")}
        data = {"reporting": preset}
        await hass.config_entries.options.async_configure(form["flow_id"], data)
        await hass.async_block_till_done()
        assert entry.options == {Option.INTERVAL: 5, **kept}
        assert entry.state is ConfigEntryState.LOADED


async def test_money_comes_first_and_the_mirror_has_an_item_of_its_own(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    menu = await hass.config_entries.options.async_init(entry.entry_id)
    assert menu["menu_options"] == ["prices", "energy", "compare", "reporting", "mirror"]
    named = texts("en")["options"]["step"]
    assert named["init"]["menu_options"].keys() == set(menu["menu_options"])


async def test_options_of_other_forms_are_kept(hass: HomeAssistant, home: Home) -> None:
    entry = await home.add(home.meter(), options={"reporting": "economy", "prices": {}})
    await submit(hass, entry, **{Option.ENABLED: False})
    assert entry.options == {"reporting": "economy", "prices": {}, Option.ENABLED: False}


async def test_every_field_and_fact_has_its_text(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await show(hass, entry)
    said = texts("en")["options"]["step"]["mirror"]
    assert form["data_schema"]
    assert {str(field) for field in form["data_schema"].schema} == said["data"].keys()
    told = set[str]().union(*(placeholders(text) for _, text in leaves(said)))
    assert form["description_placeholders"]
    assert form["description_placeholders"].keys() == told
    assert form["description_placeholders"]["typed"] == f"linky_tic/{ADDRESS}"


def test_every_format_has_its_name() -> None:
    assert texts("en")["selector"]["mirror_format"]["options"].keys() == FORMATS.keys()
