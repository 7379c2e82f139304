"""Each event is told once, when it happens, and never because Home Assistant began to listen."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from homeassistant.core import Event, EventStateChangedData
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.linky_tic.event import EVENT_TYPES
from simulator import Household

from .calendar_days import days_of
from .home import KNOWN, Home, Meter, complaints
from .test_translations import LANGUAGES, texts

EVENTS: Final = "event.linky_events"
HIDDEN: Final = {"event_types", "event_type", "friendly_name", "restored", "supported_features"}
OFF_PEAK: Final = {"from": "peak", "to": "off_peak", "register": 1}


class Told:
    """The events that have been told in a home, in turn."""

    def __init__(self, home: Home) -> None:
        self._changes: list[Event[EventStateChangedData]] = async_capture_events(
            home.hass, "state_changed"
        )

    @property
    def facts(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The type of each, and its facts."""
        told: list[tuple[str, Mapping[str, Any]]] = []
        seen = set()
        for change in self._changes:
            state = change.data["new_state"]
            if change.data["entity_id"] != EVENTS or state is None:
                continue
            if state.state in {"unknown", "unavailable"} or state.state in seen:
                continue
            seen.add(state.state)
            facts = {key: state.attributes[key] for key in state.attributes.keys() - HIDDEN}
            told.append((state.attributes["event_type"], facts))
        return told

    @property
    def types(self) -> list[str]:
        return [kind for kind, _ in self.facts]


@pytest.fixture
def told(home: Home) -> Told:
    return Told(home)


async def later(meter: Meter, house: Household, seconds: float, frames: int = 2 * KNOWN) -> None:
    """Hear a meter again after a while in which it was not listened to."""
    house.advance(seconds)
    await meter.play(frames)


async def test_no_event_is_fired_at_the_start(home: Home, told: Told) -> None:
    await home.hears(Household(contract="hphc"), 3 * KNOWN)
    state = home.hass.states.get(EVENTS)
    assert state
    assert state.state == "unknown"
    assert state.attributes["event_types"] == list(EVENT_TYPES)
    assert told.types == []


async def test_a_change_of_tariff_is_told_once(
    home: Home, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:29:50", living=False)
    await home.hears(house, 30)
    assert told.facts == [("tariff_changed", OFF_PEAK)]
    assert not complaints(caplog)


async def test_a_change_of_tariff_is_told_with_a_name_that_is_new(home: Home, told: Told) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:29:30", living=False)
    meter = home.meter(house)
    meter.learned = {}
    await home.add(meter)
    await meter.play(50)
    assert told.facts == [("tariff_changed", OFF_PEAK)]


async def test_the_tariff_is_told_in_historic_mode_too(home: Home, told: Told) -> None:
    house = Household(mode="historic", contract="hphc", start="2026-11-23T22:29:50", living=False)
    await home.hears(house, 15)
    facts = {"from": "peak", "to": "off_peak", "register": 1}
    assert told.facts == [("tariff_changed", facts)]


@pytest.mark.parametrize("contract", ["weekend", "hphc", "tempo"])
async def test_another_mode_is_not_another_tariff(home: Home, told: Told, contract: str) -> None:
    house = Household(contract=contract, start="2026-11-28T12:00:00", colours={}, living=False)
    meter = await home.hears(house)
    for mode in ("historic", "standard"):
        house.switch_mode(mode)
        await meter.play(4 * KNOWN)
    assert told.types == []


async def test_a_mode_that_changes_in_frames_that_come_at_once_stops_no_event(
    home: Home, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    house = Household(contract="hphc", start="2026-11-23T12:00:00")
    meter = await home.hears(house, 2 * KNOWN)
    house.switch_mode("historic")
    await meter.send(b"".join(meter.source.next().data for _ in range(KNOWN)))
    await meter.play(2 * KNOWN)
    assert complaints(caplog) == []
    await later(meter, house, 12 * 3600)
    assert told.types == ["tariff_changed"]


async def test_what_has_changed_during_a_silence_is_told_after_it(home: Home, told: Told) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:00:00")
    meter = await home.hears(house)
    await meter.fall_silent()
    assert home.state(EVENTS) == "unavailable"
    await later(meter, house, 3600)
    assert told.facts == [("tariff_changed", OFF_PEAK)]


async def test_what_has_changed_before_a_start_is_not_told(home: Home, told: Told) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:00:00", message=f"{'UN':32}")
    meter = await home.hears(house, 2 * KNOWN)
    await home.unload(meter)
    house.message = f"{'AUTRE':32}"
    house.advance(3600)
    assert meter.entry
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(2 * KNOWN)
    assert told.types == []


async def test_a_peak_of_ejp_is_announced_begins_and_ends(home: Home, told: Told) -> None:
    house = Household(contract="ejp", start="2026-11-23T18:00:00", ejp_days=(), living=False)
    meter = await home.hears(house)
    start, end = datetime(2026, 11, 23, 19, 0), datetime(2026, 11, 23, 20, 0)  # noqa: DTZ001
    house.order_peak(1, start, end)
    for _ in range(5):
        await later(meter, house, 1790, KNOWN)
    span = {"start": "2026-11-23T19:00:00+01:00", "end": "2026-11-23T20:00:00+01:00"}
    normal, peak = "ejp_normal", "ejp_peak"
    assert told.facts == [
        ("peak_notice", {"number": 1, **span}),
        ("tariff_changed", {"from": normal, "to": peak, "register": 2}),
        ("peak_started", {"number": 1, **span}),
        ("tariff_changed", {"from": peak, "to": normal, "register": 1}),
        ("peak_ended", {"number": 1}),
    ]


async def test_waiting_events_are_dropped_after_a_silence(home: Home, told: Told) -> None:
    house = Household(contract="ejp", start="2026-11-23T18:55:00", ejp_days=(), living=False)
    meter = await home.hears(house)
    start, end = datetime(2026, 11, 23, 19, 0), datetime(2026, 11, 23, 20, 0)  # noqa: DTZ001
    house.order_peak(1, start, end)
    await meter.play(2 * KNOWN)
    house.advance(300)
    while told.types[-1] != "tariff_changed":
        await meter.play(1)
    await meter.fall_silent()
    await meter.play(2 * KNOWN)
    assert told.types == ["peak_notice", "tariff_changed"]


async def test_a_peak_of_ejp_is_told_in_historic_mode(home: Home, told: Told) -> None:
    day = date(2026, 11, 24)
    house = Household(
        mode="historic", contract="ejp", start="2026-11-24T06:10:00", ejp_days={day}, living=False
    )
    meter = await home.hears(house)
    for _ in range(3):
        await later(meter, house, 1500, KNOWN)
    assert told.facts == [
        ("peak_notice", {"number": 1}),
        ("tariff_changed", {"from": "ejp_normal", "to": "ejp_peak", "register": 2}),
        ("peak_started", {"number": 1}),
    ]


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_a_white_day_is_followed_by_a_red_one(home: Home, told: Told, mode: str) -> None:
    colours = {date(2026, 11, 23): "white", date(2026, 11, 24): "red"}
    house = Household(
        contract="tempo", mode=mode, start="2026-11-24T05:00:00", colours=colours, living=False
    )
    meter = await home.hears(house)
    await later(meter, house, 2400, KNOWN)
    await later(meter, house, 1200, KNOWN)
    peaks = [
        (kind, facts["number"], facts["colour"])
        for kind, facts in told.facts
        if kind.startswith("peak_")
    ]
    notice = [("peak_notice", 2, "red")] if mode == "standard" else []
    assert peaks == [*notice, ("peak_ended", 1, "white"), ("peak_started", 2, "red")]
    assert (
        "tariff_changed",
        {"from": "tempo_white_off_peak", "to": "tempo_red_peak", "register": 6},
    ) in told.facts


async def test_a_message_is_told_when_it_changes(home: Home, told: Told) -> None:
    house = Household(message=f"{'PAS DE MESSAGE':32}")
    meter = await home.hears(house, 2 * KNOWN)
    house.message = "COUPURE PREVUE  LE 12 A 14H     "
    await meter.play(2 * KNOWN)
    assert told.facts == [("message", {"text": "COUPURE PREVUE  LE 12 A 14H"})]


async def test_a_short_message_is_told_each_time_it_is_sent(home: Home, told: Told) -> None:
    house = Household()
    meter = await home.hears(house)
    for _ in range(2):
        house.send_message("APPELEZ")
        await meter.play()
    await home.restart(meter)
    await meter.play(2 * KNOWN)
    assert told.facts == [("short_message", {"text": "APPELEZ", "confirmed": True})] * 2


async def test_no_text_reaches_the_log(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    house = Household()
    meter = await home.hears(house)
    house.send_message("SECRET")
    house.message = f"{'SECRET':32}"
    await meter.play(2 * KNOWN)
    own = [one.getMessage() for one in caplog.records if "linky_tic" in one.name]
    assert not [line for line in own if "SECRET" in line]


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        ({}, {}),
        ({"mode": "historic"}, {}),
        ({"mode": "historic", "phases": 3}, {"phases": [2]}),
    ],
    ids=str,
)
async def test_an_overload_is_told_when_it_begins_and_ends(
    home: Home, told: Told, options: dict[str, Any], facts: dict[str, Any]
) -> None:
    house = Household(**options, living=False, breaker=False)
    meter = await home.hears(house, 2 * KNOWN, house.address)
    house.set_load(11_000, phase=2 if house.phases > 1 else None)
    await meter.play(KNOWN)
    assert told.facts == [("overload_started", facts)]
    house.set_load(500)
    await meter.play(60)
    assert told.facts[1:] == [("overload_ended", {})]


NEW_HOURS: Final = ((2 * 60, 7 * 60), (13 * 60, 16 * 60))


async def test_new_hours_are_told_and_a_weekend_is_not(home: Home, told: Told) -> None:
    house = Household(contract="weekend", start="2026-11-26T23:00:00", living=False)
    with days_of(home) as days:
        await days.hears(house)
        for day in (27, 28, 29, 30):
            await days.wait_until(f"2026-11-{day}T12:00:00")
        assert "hours_changed" not in told.types
        house.change_contract(off_peak=NEW_HOURS)
        await days.wait_until("2026-11-30T12:01:00", 2 * KNOWN)
    hours = [facts for kind, facts in told.facts if kind == "hours_changed"]
    assert [one["profile"] for one in hours] == [0]
    after = ["00:00", "02:00", "07:00", "13:00", "16:00"]
    assert [slot["start"] for slot in hours[0]["after"]] == after
    assert [slot["start"] for slot in hours[0]["before"]] == ["00:00", "06:30", "22:30"]


async def test_hours_known_before_a_restart_are_compared_with(home: Home, told: Told) -> None:
    house = Household(contract="weekend", start="2026-11-26T12:00:00", living=False)
    with days_of(home) as days:
        meter = await days.hears(house)
        await days.wait_until("2026-11-27T12:00:00")  # the weekend's profile is known now
        await home.restart(meter)
        await meter.play(KNOWN)
        house.change_contract(off_peak=NEW_HOURS)
        await days.wait_until("2026-11-29T12:00:00", 2 * KNOWN)  # that of the week comes again
    assert told.types.count("hours_changed") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_a_name(language: str) -> None:
    attributes = texts(language)["entity"]["event"]["events"]["state_attributes"]
    assert tuple(attributes["event_type"]["state"]) == EVENT_TYPES


async def test_a_renamed_entity_fires_each_event_once(home: Home) -> None:
    house = Household(contract="hphc", start="2026-11-23T22:29:50", living=False)
    meter = await home.hears(house)
    registry = er.async_get(home.hass)
    registry.async_update_entity(EVENTS, new_entity_id="event.mine")
    await home.hass.async_block_till_done()
    changes = async_capture_events(home.hass, "state_changed")
    await meter.play(20)
    mine = [one for one in changes if one.data["entity_id"] == "event.mine"]
    assert [one.data["new_state"].attributes["event_type"] for one in mine] == ["tariff_changed"]
