"""The days as they go by: what is known of today and tomorrow, whatever happens at night."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from simulator import Household
from simulator.line import Replay

from ..calendar_days import DaysOfAHome, days_of
from ..home import OTHER_ADDRESS, Home
from ..test_services import SCHEDULE, ask

CAPTURES: Final = Path(__file__).parents[1] / "data" / "captures"
NIGHT: Final = ["00:00 1", "06:30 2", "22:30 1"]
NEW_NIGHT: Final = ["00:00 1", "05:00 2", "21:00 1"]
WEEKEND: Final = ["00:00 3", "06:30 3", "22:30 3"]


@pytest.fixture
def days(home: Home) -> Iterator[DaysOfAHome]:
    with days_of(home) as days:
        yield days


def told(day: dict[str, Any]) -> list[str] | None:
    """The slots of an answer, None for an unknown day."""
    if not day["known"]:
        assert day["slots"] == []
        return None
    return [
        f"{slot['start'][11:16]} {slot['index']}" + (f" pm{slot['peak']}" if slot["peak"] else "")
        for slot in day["slots"]
    ]


async def schedule(days: DaysOfAHome) -> dict[str, Any]:
    assert days.meter
    return await ask(days.home, days.meter, SCHEDULE)


async def today_and_tomorrow(days: DaysOfAHome) -> tuple[list[str] | None, list[str] | None]:
    answer = await schedule(days)
    local = days.local_now.date()
    assert answer["today"]["date"] == local.isoformat()
    return told(answer["today"]), told(answer["tomorrow"])


async def test_tomorrow_becomes_today_at_midnight(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:50:00"))
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)
    await days.wait_until("2026-11-24T00:00:01", frames=2)
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


async def test_what_is_in_force_changes_at_the_very_instant(days: DaysOfAHome) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T20:00:00"))
    schedule, signals = meter.coordinator.days, meter.coordinator.signals
    edge, said = schedule._next_boundary, list[None]()
    signals.days.connect(lambda: said.append(None))
    for before, is_told in ((timedelta(microseconds=1), False), (timedelta(), True)):
        days.home.clock.now = (edge - before).timestamp()
        days._set_time()
        signals.minute.send()
        assert bool(said) is is_told
    assert schedule._next_boundary > edge


async def test_hours_stay_known_for_a_night_without_the_line(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:00:00"))
    await days.wait_until("2026-11-24T09:00:00", frames=0)
    assert await today_and_tomorrow(days) == (NIGHT, None)
    await days.wait_until("2026-11-25T09:00:00", frames=0)
    assert await today_and_tomorrow(days) == (None, None)
    await days.wait_until("2026-11-25T09:01:00")  # the midnight was not heard
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


@pytest.mark.parametrize("restart", ["2026-11-23T23:40:00", "2026-11-24T00:20:00"])
async def test_a_restart_around_midnight_loses_nothing(days: DaysOfAHome, restart: str) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T23:30:00"))
    await days.wait_until(restart)
    await days.home.restart(meter)
    before, tomorrow = await today_and_tomorrow(days)  # not one frame was heard since
    assert (before, tomorrow) == (NIGHT, NIGHT)
    await days.wait_until("2026-11-24T00:30:00")
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


async def test_hours_announced_in_the_evening_are_known_after_a_stop_at_night(
    days: DaysOfAHome,
) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T22:00:00"))
    await days.home.unload(meter)
    await days.wait_until("2026-11-24T08:00:00", frames=0)
    await days.home.hass.config_entries.async_setup(str(meter.entry and meter.entry.entry_id))
    assert await today_and_tomorrow(days) == (NIGHT, None)


async def test_after_a_stop_of_a_day_and_a_night_today_is_unknown_until_frames_are_received(
    days: DaysOfAHome,
) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T22:00:00"))
    await days.home.unload(meter)
    await days.wait_until("2026-11-25T08:00:00", frames=0)
    await days.home.hass.config_entries.async_setup(str(meter.entry and meter.entry.entry_id))
    assert await today_and_tomorrow(days) == (None, None)
    await days.wait_until("2026-11-25T08:01:00")
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


async def test_hours_that_change_in_the_evening_leave_today_unknown(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-23T23:50:00"))
    await days.wait_until("2026-11-24T20:00:00")
    days.house.change_contract(off_peak=((21 * 60, 5 * 60),))
    await days.wait_until("2026-11-24T20:01:00")
    assert await today_and_tomorrow(days) == (None, NEW_NIGHT)
    await days.wait_until("2026-11-25T00:01:00")
    assert await today_and_tomorrow(days) == (NEW_NIGHT, NEW_NIGHT)


async def test_a_contract_that_changes_at_ten_has_no_hours_of_the_old_one(
    days: DaysOfAHome,
) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-24T09:50:00"))
    days.house.change_contract("base")
    await days.wait_until("2026-11-24T10:01:00")
    assert await today_and_tomorrow(days) == (["00:00 1"], ["00:00 1"])


async def test_each_day_of_the_week_has_its_profile(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="weekend", start="2026-11-26T23:50:00"))  # a Thursday
    seen = []
    for day in (27, 28, 29, 30):
        await days.wait_until(f"2026-11-{day}T00:00:02")
        seen.append(await today_and_tomorrow(days))
    assert seen == [(NIGHT, WEEKEND), (WEEKEND, WEEKEND), (WEEKEND, NIGHT), (NIGHT, NIGHT)]


async def test_a_day_that_is_not_the_one_announced_is_unknown(days: DaysOfAHome) -> None:
    meter = await days.hears(Household(contract="weekend", start="2026-11-27T22:00:00"))
    assert await today_and_tomorrow(days) == (None, WEEKEND)
    await days.home.unload(meter)
    days.house.change_contract("hphc")  # NJOURF of the Saturday is no longer 1
    await days.wait_until("2026-11-28T08:00:00", frames=0)
    await days.home.hass.config_entries.async_setup(str(meter.entry and meter.entry.entry_id))
    assert await today_and_tomorrow(days) == (WEEKEND, None)
    await days.wait_until("2026-11-28T08:01:00")
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


async def test_another_meters_days_are_forgotten(days: DaysOfAHome) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T23:50:00"))
    await days.wait_until("2026-11-24T00:10:00")
    assert meter.entry
    days.home.hass.config_entries.async_update_entry(meter.entry, unique_id=OTHER_ADDRESS)
    await days.home.restart(meter)
    assert await today_and_tomorrow(days) == (None, None)


@pytest.mark.parametrize("hours", [3.5, -3.5, 30 * 24, -9 * 24])
async def test_a_meter_that_has_lost_the_time_changes_by_its_own_clock(
    days: DaysOfAHome, hours: float
) -> None:
    await days.hears(Household(contract="hphc", start="2026-11-25T23:50:00"))
    await days.wait_until("2026-11-26T12:00:00")
    days.house.degrade_clock(int(hours * 3600))
    await days.wait_until("2026-11-26T12:01:00", frames=9)
    answer = await schedule(days)
    assert not answer["today"]["known"]  # by what it is wrong is not known yet
    for time in ("26T12:02:00", "26T19:00:00", "26T21:00:00", "26T23:59:30", "27T00:00:10"):
        await days.wait_until(f"2026-11-{time}", frames=14)
        answer = await schedule(days)
        now, (*_, edge) = days.house.now, (one["start"] for one in answer["today"]["slots"])
        assert abs(datetime.fromisoformat(edge) - now) < timedelta(days=1)
        wrong = hours - 24 * round(hours / 24)
        changes = datetime.fromisoformat(edge) + timedelta(hours=wrong)
        assert f"{changes + timedelta(seconds=30):%H:%M}" == "22:30"


async def test_a_meter_whose_clock_is_fast_keeps_its_days_apart(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="weekend", start="2026-11-26T12:00:00"))  # a Thursday
    days.house.degrade_clock(int(3.5 * 3600))
    await days.wait_until("2026-11-26T21:00:00", frames=16)  # its Friday has begun
    answer = await schedule(days)
    assert [answer[day]["date"] for day in ("today", "tomorrow")] == ["2026-11-27", "2026-11-28"]
    start = datetime.fromisoformat(answer["today"]["slots"][1]["start"])
    assert f"{start + timedelta(seconds=30):%dT%H:%M}" == "27T03:00"
    assert answer["tomorrow"]["slots"][0]["index"] == 3


async def test_a_white_day_lasts_from_six_to_six(days: DaysOfAHome) -> None:
    white = {date(2026, 11, day): "blue" for day in range(20, 30)} | {date(2026, 11, 25): "white"}
    meter = await days.hears(
        Household(contract="tempo", colours=white, start="2026-11-24T00:00:00")
    )
    await days.wait_until("2026-11-24T21:00:00")
    _, tomorrow = await today_and_tomorrow(days)
    assert tomorrow == ["00:00 1", "06:00 4 pm1", "22:00 3 pm1"]
    await days.wait_until("2026-11-25T05:59:50")
    await days.wait_until("2026-11-25T06:00:10")
    today, tomorrow = await today_and_tomorrow(days)
    assert today == ["00:00 1", "06:00 4 pm1", "22:00 3 pm1"]
    assert tomorrow == ["00:00 3 pm1", "06:00 None", "22:00 None"]  # not announced yet
    await days.wait_until("2026-11-25T21:00:00")
    await days.wait_until("2026-11-26T03:00:00")
    await days.home.restart(meter)
    assert (await today_and_tomorrow(days))[0] == ["00:00 3 pm1", "06:00 2", "22:00 1"]
    await days.wait_until("2026-11-26T06:00:10")
    assert (await today_and_tomorrow(days))[0] == ["00:00 3 pm1", "06:00 2", "22:00 1"]


async def test_a_cancelled_peak_is_no_longer_shown(days: DaysOfAHome) -> None:
    await days.hears(
        Household(contract="ejp", ejp_days=[date(2026, 11, 25)], start="2026-11-24T21:00:00")
    )
    assert (await today_and_tomorrow(days))[1] == ["00:00 1", "07:00 2 pm1"]
    days.house.ejp_days = []
    days.house.change_contract("ejp")
    await days.wait_until("2026-11-24T21:01:00", frames=6)
    assert (await today_and_tomorrow(days))[1] == ["00:00 1"]


async def test_the_coding_is_learned_from_the_register_in_force_and_kept(days: DaysOfAHome) -> None:
    house = Household(
        contract="hphc",
        hexadecimal_hours=True,
        off_peak=((22 * 60, 7 * 60),),
        start="2026-11-24T21:49:30",
    )
    meter = await days.hears(house)
    decisions = []
    for time in ("2026-11-24T21:50:00", "2026-11-24T22:03:02"):
        await days.wait_until(time)
        answer = await ask(days.home, meter, SCHEDULE)
        decisions.append((answer["tomorrow"]["coding"], answer["tomorrow"]["decision"]))
    assert decisions == [("hexadecimal", "remembered")] * 2
    await days.home.restart(meter)
    assert (await today_and_tomorrow(days))[1] == ["00:00 1", "07:00 2", "22:00 1"]


async def test_a_meter_that_is_switched_to_historique_goes_on_until_midnight(
    days: DaysOfAHome,
) -> None:
    meter = await days.hears(Household(contract="hphc", start="2026-11-23T23:59:00"))
    await days.wait_until("2026-11-24T12:00:00")
    days.house.switch_mode("historic")
    await meter.play(20)
    await days.wait_until("2026-11-24T23:00:00")
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)
    await days.wait_until("2026-11-26T00:10:00")
    assert await today_and_tomorrow(days) == (None, None)
    assert days.home.state("calendar.linky_tariff") == "unavailable"


async def test_the_days_of_a_pilot_meter_without_day_numbers_are_known(
    days: DaysOfAHome,
) -> None:
    house = Household(pilot=True, contract="hphc", start="2026-11-23T23:59:00")
    days.home.clock.now = house.now.timestamp()
    await days.pass_time(0)
    days.meter = await days.home.hears(house, address=house.address)
    await days.wait_until("2026-11-24T00:00:05")
    assert await today_and_tomorrow(days) == (NIGHT, NIGHT)


async def test_a_meter_overseas_has_its_own_midnight(days: DaysOfAHome) -> None:
    meter = await days.hears(
        Household(contract="hphc", utc_offset=4 * 3600, start="2026-11-24T19:50:00+00:00")
    )
    await days.wait_until("2026-11-24T23:51:00", frames=20)
    await days.wait_until("2026-11-25T00:00:02")
    answer = await ask(days.home, meter, SCHEDULE)
    assert told(answer["today"]) == NIGHT
    assert answer["today"]["slots"][1]["start"] == "2026-11-25T06:30:00+04:00"


REAL: Final = {
    "standard_three_tempo_white": ("041776682393", "2020-02-14T23:08:04"),
    "standard_mono_hphc": ("061961738042", "2020-07-19T17:34:48"),
    "standard_mono_hphc_producer_noisy": ("031764111688", "2025-03-07T13:43:49"),
    "standard_three_base": ("031776767429", "2021-04-15T20:01:46"),
}
"""Captures: the address and the clock of each."""


@pytest.mark.parametrize(
    ("capture", "today", "tomorrow", "decision"),
    [
        ("standard_three_tempo_white", ["00:00 None", "06:00 4 pm1", "22:00 3 pm1"],
         ["00:00 3 pm1", "06:00 2", "22:00 1"], "proven"),
        ("standard_mono_hphc", None,
         ["00:00 2", "01:30 1", "07:00 2", "12:00 1", "14:30 2"], "eight_hours"),
        ("standard_mono_hphc_producer_noisy", None,
         ["00:00 2", "02:10 1", "08:10 2", "14:40 1", "16:40 2"], "proven"),
        ("standard_three_base", None, ["00:00 1"], "same"),
    ],
)  # fmt: skip
async def test_the_days_that_real_meters_announce(
    days: DaysOfAHome, capture: str, today: list[str] | None, tomorrow: list[str], decision: str
) -> None:
    address, clock = REAL[capture]
    days.home.clock.now = Household(start=clock).now.timestamp()
    await days.pass_time(0)
    recording = Replay(CAPTURES / f"{capture}.bin", 9600)
    meter = await days.home.hears(recording, frames=40, address=address)
    answer = await ask(days.home, meter, SCHEDULE)
    assert told(answer["today"]) == (today or tomorrow)
    assert told(answer["tomorrow"]) == tomorrow
    assert answer["tomorrow"]["decision"] == decision
