"""The system health page has a line for each meter, in the language of the system."""

from collections.abc import Mapping

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryDisabler
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.linky_tic import system_health
from custom_components.linky_tic.const import DOMAIN
from simulator import Household
from simulator.line import Line

from .home import OTHER_ADDRESS, Home
from .test_translations import LANGUAGES, texts


@pytest.fixture(autouse=True)
def _same_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_health, "time", home.clock)


async def lines(home: Home) -> Mapping[str, str]:
    """The lines of this integration on the page."""
    assert await async_setup_component(home.hass, "system_health", {})
    await home.hass.async_block_till_done()
    shown: Mapping[str, str] = await get_system_health_info(home.hass, DOMAIN)
    return shown


async def test_a_meter_is_shown_with_how_it_is_heard(home: Home) -> None:
    await home.hears()
    home.clock.now += 2
    assert await lines(home) == {
        "Linky": "Standard, 9600 baud: received 2 s ago, 100.0 % of the groups good"
    }


async def test_the_line_is_in_the_language_of_the_system(home: Home) -> None:
    home.hass.config.language = "fr"
    await home.hears(Household(mode="historic"))
    assert await lines(home) == {
        "Linky": "Historique, 9600 bauds\u00a0: reçu il y a 0 s, 100.0\u00a0% de groupes corrects"
    }


async def test_a_language_that_has_no_texts_gets_english(home: Home) -> None:
    home.hass.config.language = "de"
    await home.hears()
    assert "received 0 s ago" in (await lines(home))["Linky"]


async def test_a_noisy_line_is_seen(home: Home) -> None:
    await home.hears(Line(Household(), noise=1e-3), 12)
    share = float((await lines(home))["Linky"].partition("ago, ")[2].partition(" %")[0])
    assert 70 < share < 95


async def test_two_meters_of_one_name_have_two_lines(home: Home) -> None:
    await home.hears()
    other = home.meter(Household(address=OTHER_ADDRESS), "other")
    entry = await home.add(other, OTHER_ADDRESS, "linky_2")
    home.hass.config_entries.async_update_entry(entry, title="Linky")
    assert (await lines(home)).keys() == {"Linky", "Linky (linky_2)"}


async def test_an_adapter_that_is_ignored_has_no_line(home: Home) -> None:
    MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE).add_to_hass(home.hass)
    await home.hears()
    assert (await lines(home)).keys() == {"Linky"}


async def test_a_meter_never_heard_is_told_from_one_that_fell_silent(home: Home) -> None:
    meter = home.meter()
    await home.add(meter)
    assert (await lines(home))["Linky"] == "9600 baud: nothing received yet"
    await meter.play()
    await meter.fall_silent()
    assert not meter.coordinator.is_available
    home.clock.now += 90
    assert (await lines(home))["Linky"] == "Standard, 9600 baud: not received for 90 s"


async def test_another_meter_is_told(home: Home) -> None:
    house = Household()
    await home.hears(house)
    house.replace_meter(OTHER_ADDRESS, 1000)
    await home.meters[0].play(8)
    assert "another meter is on the line" in (await lines(home))["Linky"]


async def test_an_entry_that_does_not_run_says_so(home: Home) -> None:
    meter = home.meter()
    entry = await home.add(meter, port="/dev/nowhere")
    assert "Not running" in (await lines(home))["Linky"]
    await home.hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert (await lines(home))["Linky"] == "Disabled"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_its_text(language: str) -> None:
    states = {"heard", "silent", "never_heard", "other_meter", "not_running", "disabled"}
    assert texts(language)["system_health"]["info"].keys() == states
