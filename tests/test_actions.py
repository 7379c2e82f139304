"""What the actions answer, and what they say when they cannot."""

from typing import Any, Final

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.linky_tic.const import DOMAIN
from simulator import Household

from .home import Home, Meter

SCHEDULE: Final = "get_schedule"


async def ask(home: Home, meter: Meter, action: str) -> dict[str, Any]:
    """Call an action about a meter and give its answer."""
    assert meter.entry
    data = {"config_entry_id": meter.entry.entry_id}
    answer = await home.hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert answer
    return dict(answer)


async def test_actions_are_there_before_any_meter(home: Home) -> None:
    await home.add(home.meter())
    assert home.hass.services.has_service(DOMAIN, SCHEDULE)
    await home.unload(home.meters[0])
    assert home.hass.services.has_service(DOMAIN, SCHEDULE)


async def test_a_meter_that_is_not_set_up_is_refused_in_words(home: Home) -> None:
    meter = await home.hears()
    await home.unload(meter)
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(home, meter, SCHEDULE)
    assert refusal.value.translation_key == "service_config_entry_not_loaded"


async def test_the_first_day_is_unknown_and_tomorrow_has_its_slots(home: Home) -> None:
    meter = await home.hears(Household(contract="hphc"), frames=16)
    answer = await ask(home, meter, SCHEDULE)
    assert answer["today"] == {"date": "2026-11-23", "known": False, "slots": []}
    tomorrow = answer["tomorrow"]
    assert (tomorrow["date"], tomorrow["known"]) == ("2026-11-24", True)
    assert (tomorrow["coding"], tomorrow["decision"]) == ("decimal", "proven")
    assert [(slot["start"], slot["index"], slot["contact"]) for slot in tomorrow["slots"]] == [
        ("2026-11-24T00:00:00+01:00", 1, "closed"),
        ("2026-11-24T06:30:00+01:00", 2, "open"),
        ("2026-11-24T22:30:00+01:00", 1, "closed"),
    ]
    assert tomorrow["slots"][-1]["end"] == "2026-11-25T00:00:00+01:00"
