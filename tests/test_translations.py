"""Every text and icon: what hassfest asks of them, one for every entity and none too many."""

from collections.abc import Iterable, Iterator
from importlib import import_module
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.util.json import JsonValueType
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.linky_tic import PLATFORMS, binary_sensor, sensor
from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.coordinator import LinkyCoordinator
from custom_components.linky_tic.entities.derived import DerivedDescription
from custom_components.linky_tic.meter.store import MeterStore
from custom_components.linky_tic.tic import CATALOGUE

type Json = dict[str, Any]  # files of Home Assistant's own shapes

INTEGRATION: Final = Path(__file__).parents[1] / "custom_components" / DOMAIN
LANGUAGES: Final = ("en", "fr")
KEY: Final = re.compile(r"(?!.*[_-]{2})[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
HTML: Final = re.compile(r"<[a-z].*?>", re.IGNORECASE)
BREAKS_BEFORE_A_SIGN: Final = re.compile(r" [;:!?%»]|« ")
ON_A_PHONE: Final = 40
"""Characters of a menu's line on a screen 390 pixels wide: measured."""
QUOTED_PLACEHOLDER: Final = re.compile(r"'{\w+}'")
REFERENCE: Final = re.compile(r"\[%key:")
AMOUNTS: Final = (
    "present_",
    *("price_", "add_", "export_price", "standing_charge", "since", "sure"),
    *("tempo_", "off_peak", "peak", "base"),
)
LINK: Final = re.compile(
    r"((ftps?|scp|https?|mqtts?|socket|socks5)://|www\.)[a-z0-9.-]+\.[a-z]{2,5}", re.IGNORECASE
)


def texts(language: str) -> Json:
    return dict(json.loads((INTEGRATION / "translations" / f"{language}.json").read_text()))


def icons() -> Json:
    return dict(json.loads((INTEGRATION / "icons.json").read_text()))


def leaves(tree: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key), value


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def keys(entities: Iterable[Entity]) -> set[str]:
    return {str(entity.translation_key) for entity in entities}


def facts() -> Iterator[tuple[str, DerivedDescription]]:
    """Every row of what labels tell together, with its platform."""
    yield from (("binary_sensor", fact) for fact in binary_sensor.DERIVED)
    yield from (("sensor", fact) for fact in sensor.DERIVED)


def entry_of_a_meter(hass: HomeAssistant, address: str, phases: int) -> MockConfigEntry:
    """An entry whose meter has sent every label of both modes, and all facts, its phases allow."""
    prices = {"prices": {f"index_{number}": 0.2 for number in range(1, 11)}, "export_price": 0.1}
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=address, data={"port": "/dev/null"}, options=prices
    )
    entry.add_to_hass(hass)
    registry = er.async_get(hass)
    labels = (label for rows in CATALOGUE.values() for label in rows.values())
    for name in (label.name for label in labels if (label.phase or 1) <= phases):
        registry.async_get_or_create("sensor", DOMAIN, f"{address}_{name}", config_entry=entry)
    for platform, fact in facts():
        registry.async_get_or_create(platform, DOMAIN, f"{address}_{fact.key}", config_entry=entry)
    # It knows the labels of the registry from the start.
    entry.runtime_data = LinkyCoordinator(hass, entry, MeterStore(hass, entry.entry_id))
    return entry


async def has_learned(coordinator: LinkyCoordinator, names: JsonValueType) -> None:
    """Let a meter have heard what its registers are called."""
    coordinator.store.keep("tariff_names", names)
    await coordinator.store.flush()
    coordinator.tariffs.restore()


@pytest.fixture
async def entities(hass: HomeAssistant) -> dict[str, list[Entity]]:
    """Platform -> all the entities that it can make."""
    mono = entry_of_a_meter(hass, "041961000000", phases=1)
    three_phase = entry_of_a_meter(hass, "041963000000", phases=3)
    await has_learned(three_phase.runtime_data, {"1": "HEURE ECO"})
    made: dict[str, list[Entity]] = {platform: [] for platform in PLATFORMS}
    for platform, found in made.items():

        def collect(new: Iterable[Entity], found: list[Entity] = found) -> None:
            found.extend(new)

        module = import_module(f"custom_components.{DOMAIN}.{platform}")
        await module.async_setup_entry(hass, mono, collect)
        await module.async_setup_entry(hass, three_phase, collect)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_slugs(language: str) -> None:
    keys = {key for path, _ in leaves(texts(language)) for key in path}
    assert not {key for key in keys if not KEY.fullmatch(key)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("forbidden", [HTML, QUOTED_PLACEHOLDER, REFERENCE, LINK])
def test_texts_have_nothing_that_hassfest_refuses(
    language: str, forbidden: re.Pattern[str]
) -> None:
    assert not [path for path, text in leaves(texts(language)) if forbidden.search(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_neither_begin_nor_end_with_a_space(language: str) -> None:
    assert not [path for path, text in leaves(texts(language)) if text != text.strip()]


def test_no_line_of_french_begins_with_a_sign() -> None:
    """A space that breaks no line stands before : ; ! ? and %."""
    assert not [path for path, text in leaves(texts("fr")) if BREAKS_BEFORE_A_SIGN.search(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_names(language: str) -> None:
    names = {name for _, text in leaves(texts(language)) for name in placeholders(text)}
    assert not {name for name in names if not name.isidentifier()}


def test_every_language_says_the_same_things_about_the_same_facts() -> None:
    facts = [
        {path: placeholders(text) for path, text in leaves(texts(language))}
        for language in LANGUAGES
    ]
    assert facts[0] == facts[1]


def test_there_is_no_language_that_is_not_looked_at() -> None:
    files = (INTEGRATION / "translations").iterdir()
    assert {path.stem for path in files} == set(LANGUAGES)


def forms(tree: Json) -> Iterator[Json]:
    for value in tree.values():
        if isinstance(value, dict):
            if "data_description" in value:
                yield value
            yield from forms(value)


def test_every_field_of_a_form_is_explained_and_nothing_else_is() -> None:
    """But of amounts, which a bill explains: a form of them has one line of help, at its head."""
    for form in forms(texts("en")):
        amounts = {
            key for key in form["data"] if key.startswith(AMOUNTS) and not key.endswith("hours")
        }
        assert form["data"].keys() - amounts <= form["data_description"].keys()
        assert form["data_description"].keys() <= form["data"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exception_has_a_message_and_nothing_else(language: str) -> None:
    """Home Assistant shows the bare key of one that is written otherwise."""
    for said in texts(language)["exceptions"].values():
        assert said.keys() == {"message"}


def test_an_issue_is_either_described_or_mended() -> None:
    for issue in texts("en").get("issues", {}).values():
        assert ("description" in issue) != ("fix_flow" in issue)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_menu_offers_is_not_cut_on_a_phone(language: str) -> None:
    offered = {text for path, text in leaves(texts(language)) if "menu_options" in path}
    assert {text for text in offered if len(text) > ON_A_PHONE} == set()


def test_every_entity_has_a_name_in_the_translations(entities: dict[str, list[Entity]]) -> None:
    named = texts("en")["entity"]
    for platform, found in entities.items():
        assert keys(found) - named[platform].keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_sensor_may_say_is_translated(language: str) -> None:
    named = texts(language)["entity"]["sensor"]
    for fact in sensor.DERIVED:
        words = named[fact.translation_key or fact.key].get("state", {})
        assert set(fact.options or ()) == words.keys(), fact.key


def test_no_name_is_left_over_from_an_entity_that_is_gone(
    entities: dict[str, list[Entity]],
) -> None:
    for platform, names in texts("en")["entity"].items():
        assert names.keys() - keys(entities[platform]) == set()


def test_every_entity_has_an_icon_or_the_one_of_its_class(
    entities: dict[str, list[Entity]],
) -> None:
    shown = icons()["entity"]
    for platform, found in entities.items():
        bare = keys(one for one in found if one.device_class in {None, SensorDeviceClass.ENUM})
        assert bare - shown.get(platform, {}).keys() == set()


def test_every_icon_belongs_to_a_name() -> None:
    named = texts("en")["entity"]
    for platform, shown in icons()["entity"].items():
        assert shown.keys() - named[platform].keys() == set()


def test_every_icon_is_one_that_the_front_end_has() -> None:
    hass_frontend = import_module("hass_frontend")
    listed = json.loads((hass_frontend.where() / "static" / "mdi" / "iconList.json").read_text())
    known = {f"mdi:{icon['name']}" for icon in listed}
    assert {icon for _, icon in leaves(icons())} - known == set()


def test_the_icon_of_a_state_differs_from_the_default() -> None:
    for platform in icons()["entity"].values():
        for icon in platform.values():
            assert icon.get("default") not in icon.get("state", {}).values()


def test_every_action_has_its_texts_and_its_icon_and_there_are_no_others() -> None:
    actions = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    said = texts("en")["services"]
    assert actions.keys() == said.keys() == icons()["services"].keys()
    for name, action in actions.items():
        assert {"name", "description"} <= said[name].keys()
        assert action.get("fields", {}).keys() == said[name].get("fields", {}).keys()
        assert all(
            {"name", "description"} == one.keys() for one in said[name].get("fields", {}).values()
        )
