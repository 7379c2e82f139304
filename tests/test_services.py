"""The responses of the actions, and their errors."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.energy.data import ENERGY_SOURCE_SCHEMA
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.tic import CATALOGUE, Mode
from custom_components.linky_tic.tic.legal_time import LegalTime
from simulator import Household

from .bills import house
from .calendar_days import days_of
from .home import ADDRESS, KNOWN, Home, Meter
from .test_translations import INTEGRATION, icons, texts

SCHEDULE: Final = "get_schedule"
FRAME: Final = "get_frame"
SOURCES: Final = "energy_sources"
ACTIONS: Final = (SCHEDULE, FRAME, SOURCES)
ADOPTION: Final = ("adopt_statistics", "undo_adopted_statistics")
"""These are of an entity and not of a meter."""
COMPARISON: Final = "compare_contracts"
OTHERS: Final = (*ADOPTION, COMPARISON)
PRM: Final = "14862973510482"


async def ask(
    home: Home, meter: Meter, action: str, user: MockUser | None = None
) -> dict[str, Any]:
    """Call an action for a meter and return its response."""
    assert meter.entry
    data = {"config_entry_id": meter.entry.entry_id}
    context = Context(user_id=user.id if user else None)
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=context
    )
    assert answer
    return dict(answer)


@pytest.mark.parametrize("action", [*ACTIONS, *OTHERS])
async def test_actions_are_there_before_any_meter(home: Home, action: str) -> None:
    await home.add(home.meter())
    assert home.hass.services.has_service(DOMAIN, action)
    await home.unload(home.meters[0])
    assert home.hass.services.has_service(DOMAIN, action)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_meter_that_is_not_set_up_is_refused_in_words(home: Home, action: str) -> None:
    meter = await home.hears()
    await home.unload(meter)
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(home, meter, action)
    assert refusal.value.translation_key == "service_config_entry_not_loaded"


@pytest.mark.parametrize("action", [FRAME, SOURCES])
async def test_a_meter_that_was_not_heard_is_refused_in_words(home: Home, action: str) -> None:
    meter = home.meter()
    await home.add(meter)
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(home, meter, action)
    assert refusal.value.translation_key == "not_heard"
    assert refusal.value.translation_placeholders == {"title": "Linky"}


def test_every_action_has_its_texts_fields_and_icon() -> None:
    described = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    said = texts("en")["services"]
    assert described.keys() == said.keys() == icons()["services"].keys() == {*ACTIONS, *OTHERS}
    for action in (*ACTIONS, *OTHERS):
        assert described[action]["fields"].keys() == said[action]["fields"].keys()


async def test_the_last_frame_is_given_typed(home: Home) -> None:
    meter = await home.hears(Household(prm=PRM))
    answer = await ask(home, meter, FRAME)
    said = house(meter).truth
    assert (answer["address"], answer["mode"]) == (ADDRESS, "standard")
    heard = datetime.fromisoformat(answer["received"]).timestamp()
    assert heard == pytest.approx(home.clock.now, abs=2)
    labels = answer["labels"]
    assert labels["EAST"] == {"value": int(said["EAST"]), "unit": "Wh", "raw": said["EAST"]}
    assert labels["SMAXSN"]["time"].startswith("2026-11-23T")
    assert labels["PRM"]["value"] == PRM
    assert [*labels] == [one for one in CATALOGUE[Mode.STANDARD] if one in labels]


async def test_a_day_that_is_not_known_has_the_right_date_where_the_meter_s_is_wrong(
    home: Home,
) -> None:
    meter = home.meter()
    await home.add(meter)
    days = meter.coordinator.days
    days.schedules = replace(days.schedules, legal=LegalTime(ahead=timedelta(days=2)))
    answer = await ask(home, meter, SCHEDULE)
    right = days.today - timedelta(days=2)
    assert answer["today"] == {"date": str(right), "known": False, "slots": []}


async def test_identifiers_are_masked_for_who_is_no_admin(
    home: Home, hass_read_only_user: MockUser
) -> None:
    meter = await home.hears(Household(prm=PRM))
    answer = await ask(home, meter, FRAME, hass_read_only_user)
    assert not [one for one in (ADDRESS, PRM) if one in str(answer)]
    assert answer["address"] == answer["labels"]["ADSC"]["raw"] == "041961••••00"
    assert answer["labels"]["PRM"] == {"value": "148629••••••82", "raw": "148629••••••82"}
    assert isinstance(answer["labels"]["EAST"]["value"], int)


async def test_identifiers_are_whole_for_an_admin(home: Home, hass_admin_user: MockUser) -> None:
    meter = await home.hears(Household(prm=PRM))
    answer = await ask(home, meter, FRAME, hass_admin_user)
    assert answer["labels"]["PRM"]["raw"] == PRM


async def test_a_frame_of_the_historique_mode_is_given_too(home: Home) -> None:
    meter = await home.hears(Household(mode="historic", contract="hphc"))
    answer = await ask(home, meter, FRAME)
    assert answer["mode"] == "historic"
    assert answer["labels"]["PTEC"] == {"value": "HP..", "raw": "HP.."}


async def test_sources_are_given_in_the_form_that_home_assistant_stores(home: Home) -> None:
    meter = await home.hears(Household(contract="hphc"), 3 * KNOWN)
    answer = await ask(home, meter, SOURCES)
    assert ENERGY_SOURCE_SCHEMA(answer["energy_sources"]) == answer["energy_sources"]
    assert [one["stat_energy_from"] for one in answer["energy_sources"]] == [
        "sensor.linky_easf01",
        "sensor.linky_easf02",
    ]


async def test_sources_are_for_admins(
    home: Home, hass_admin_user: MockUser, hass_read_only_user: MockUser
) -> None:
    meter = await home.hears(frames=3 * KNOWN)
    assert await ask(home, meter, SOURCES, hass_admin_user)
    with pytest.raises(Unauthorized):
        await ask(home, meter, SOURCES, hass_read_only_user)


async def test_both_days_have_their_slots_from_the_first_minute_on(home: Home) -> None:
    with days_of(home) as days:
        meter = await days.hears(Household(contract="hphc"))
        answer = await ask(home, meter, SCHEDULE)
    today, tomorrow = answer["today"], answer["tomorrow"]
    assert (today["date"], today["known"], today["announced"]) == ("2026-11-23", True, False)
    assert (tomorrow["announced"], today["slots"][1]["tariff"]) == (True, "peak")
    assert (tomorrow["date"], tomorrow["known"]) == ("2026-11-24", True)
    assert (tomorrow["coding"], tomorrow["decision"]) == ("decimal", "proven")
    assert [(slot["start"], slot["index"], slot["contact"]) for slot in tomorrow["slots"]] == [
        ("2026-11-24T00:00:00+01:00", 1, "closed"),
        ("2026-11-24T06:30:00+01:00", 2, "open"),
        ("2026-11-24T22:30:00+01:00", 1, "closed"),
    ]
    assert tomorrow["slots"][-1]["end"] == "2026-11-25T00:00:00+01:00"
