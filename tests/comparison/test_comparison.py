"""What some weeks would have cost under other contracts, from the statistics in a real recorder."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import StatisticData
from homeassistant.exceptions import ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.linky_tic.comparison.contracts import PricedContract, read_slots
from custom_components.linky_tic.const import DOMAIN

from ..bills import MONTHLY, OFF_PEAK, PEAK, house, pays, reprice
from ..course import Course
from ..home import KNOWN, Home, Meter
from ..old_sensor import HOUR, recorded

FRANCE: Final = ZoneInfo("Europe/Paris")
FIRST: Final = datetime(2026, 10, 19, tzinfo=FRANCE)
DAYS: Final = 14
"""These days contain the change from summer time, when an hour comes twice."""
TEMPO: Final = {
    "tempo_blue_off_peak": 0.13,
    "tempo_blue_peak": 0.16,
    "tempo_white_off_peak": 0.15,
    "tempo_white_peak": 0.19,
    "tempo_red_off_peak": 0.16,
    "tempo_red_peak": 0.71,
}


def hours() -> Iterator[tuple[datetime, float]]:
    """Yield each hour and its kWh; the hour before the first day is there for its sum."""
    luck = Random(7)  # noqa: S311 - a scenario, not a secret
    hour = FIRST.astimezone(UTC) - timedelta(hours=1)
    last = datetime(2026, 11, 2, tzinfo=FRANCE).astimezone(UTC)
    while hour < last:
        yield hour, round(luck.uniform(0, 5), 3)
        hour += timedelta(hours=1)


def is_off_peak(hour: datetime) -> bool:
    return not 6 <= hour.astimezone(FRANCE).hour < 22


async def lived(
    home: Home,
    *,
    gap: range = range(0),
    of: tuple[str, ...] = ("easf01", "easf02"),
    contract: str = "hphc",
    charge: float | None = MONTHLY,
) -> Meter:
    """A meter with two weeks of statistics of two indexes, some hours of which are missing."""
    meter = await pays(home, "2026-11-23T12:00:00", standing_charge=charge, contract=contract)
    for label, off_peak in (("easf01", True), ("easf02", False)):
        total, rows = 1000.0, []
        for number, (hour, energy) in enumerate(hours()):
            total += energy if is_off_peak(hour) is off_peak else 0
            if number not in gap or label not in of:
                rows.append(StatisticData(start=hour, state=total, sum=total))
        await recorded(home.hass, rows, statistic_id=f"sensor.linky_{label}")
    return meter


async def compare(home: Home, meter: Meter, *contracts: dict[str, Any], **data: object) -> Any:  # noqa: ANN401 - JSON
    assert meter.entry
    call = {"config_entry_id": meter.entry.entry_id, "contracts": [*contracts], **data}
    return await home.hass.services.async_call(
        DOMAIN, "compare_contracts", call, blocking=True, return_response=True
    )


PERIOD: Final = {"first_day": "2026-10-19", "last_day": "2026-11-01"}
MONTHS: Final = 13 / 31 + 1 / 30


async def test_contracts_are_compared_hour_by_hour(recorder_mock: Recorder, home: Home) -> None:
    meter = await lived(home)
    answer = await compare(
        home,
        meter,
        {"name": "Base", "prices": {"base": 0.2}, "standing_charge": 12},
        {
            "name": "Week-end",
            "prices": {"off_peak": 0.17, "peak": 0.25},
            "standing_charge": 16,
            "off_peak_hours": "22h30-6:30, 12:00-14:00",
            "off_peak_days": ["sat", "sun"],
        },
        **PERIOD,
    )
    used = [*hours()][1:]
    assert (answer["hours"], answer["hours_missing"]) == (len(used), 0) == (24 * DAYS + 1, 0)
    by_index = [sum(kwh for hour, kwh in used if is_off_peak(hour) is one) for one in (True, False)]
    in_force = by_index[0] * OFF_PEAK + by_index[1] * PEAK + MONTHLY * MONTHS
    assert answer["in_force"]["total"] == pytest.approx(in_force, abs=0.006)
    base, weekend = answer["contracts"]
    assert base["total"] == pytest.approx(0.2 * sum(by_index) + 12 * MONTHS, abs=0.006)
    off_peak = 0.0
    for hour, kwh in used:
        local = hour.astimezone(FRANCE)
        minutes = {22: 30, 6: 30, 23: 60, 12: 60, 13: 60} | dict.fromkeys(range(6), 60)
        off_peak += kwh * (1 if local.weekday() > 4 else minutes.get(local.hour, 0) / 60)
    expected = 0.17 * off_peak + 0.25 * (sum(by_index) - off_peak) + 16 * MONTHS
    assert weekend["total"] == pytest.approx(expected, abs=0.006)
    assert weekend["doubt"] > 0


async def test_past_hours_are_of_the_contract_that_was_in_force_then(
    recorder_mock: Recorder, home: Home
) -> None:
    meter = await lived(home, contract="base")
    await meter.play(KNOWN)
    house(meter).set_load(9000)
    await meter.play(2 * KNOWN)
    house(meter).change_contract("hphc")
    await meter.play(6 * KNOWN)
    await home.restart(meter)
    answer = await compare(home, meter, {"name": "B", "prices": {"base": 0.2}}, **PERIOD)
    used = sum(kwh for hour, kwh in [*hours()][1:] if is_off_peak(hour))
    assert answer["in_force"]["energy"]["base"] == pytest.approx(used, abs=0.01)
    assert "off_peak" not in answer["in_force"]["energy"]


async def test_missing_hours_are_reported_and_not_guessed(
    recorder_mock: Recorder, home: Home
) -> None:
    gap = range(50, 57)
    meter = await lived(home, gap=gap)
    answer = await compare(home, meter, {"name": "B", "prices": {"base": 0.2}}, **PERIOD)
    used = [kwh for _, kwh in hours()]
    lost = sum(used[50:58])  # and the hour in which the sums are seen again
    assert answer["hours_missing"] == len(gap) + 1
    assert answer["energy_missing"] == pytest.approx(lost, abs=0.01)
    assert answer["contracts"][0]["total"] == pytest.approx(0.2 * (sum(used[1:]) - lost), abs=0.01)


async def test_an_hour_in_which_one_index_comes_back_is_not_known(
    recorder_mock: Recorder, home: Home
) -> None:
    meter = await lived(home, gap=range(50, 57), of=("easf01",), charge=None)
    answer = await compare(home, meter, {"name": "B", "prices": {"base": 0.2}}, **PERIOD)
    lost = [kwh for hour, kwh in [*hours()][50:57] if is_off_peak(hour)]
    last, kwh = [*hours()][57]
    assert not is_off_peak(last)
    assert answer["hours_missing"] == 1
    assert answer["energy_missing"] == pytest.approx(sum(lost) + kwh, abs=0.01)
    assert answer["in_force"]["standing_charge"] == 0


@pytest.mark.parametrize(("hours", "is_known"), [(35 * 24, True), (35 * 24 + 1, False)])
async def test_the_sum_before_the_first_day_is_looked_for_in_five_weeks(
    recorder_mock: Recorder, home: Home, hours: int, *, is_known: bool
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    first = datetime(2026, 11, 10, tzinfo=FRANCE).astimezone(UTC)
    sums = {-hours: 100.0, 5: 112.0, 6: 113.0}
    rows = [StatisticData(start=first + n * HOUR, sum=total) for n, total in sums.items()]
    await recorded(home.hass, rows, statistic_id="sensor.linky_easf01")
    day = {"first_day": "2026-11-10", "last_day": "2026-11-10"}
    answer = await compare(home, meter, {"name": "B", "prices": {"base": 0.2}}, **day)
    assert (answer["hours"], answer["hours_missing"], answer["energy"]) == (1, 23, 1)
    assert answer["energy_missing"] == (12 if is_known else 0)


async def test_a_year_is_compared_at_most_and_no_day_that_goes_on(
    course: Course, home: Home
) -> None:
    meter = await lived(home)
    base = {"name": "B", "prices": {"base": 0.2}}
    answer = await compare(home, meter, base, first_day="2025-01-01", last_day="2026-11-01")
    assert answer["first_day"] == "2025-10-31"
    answer = await compare(home, meter, base, first_day="2026-11-01", last_day="2026-12-31")
    assert answer["last_day"] == "2026-11-22"


async def test_tempo_needs_the_colours_of_all_days(recorder_mock: Recorder, home: Home) -> None:
    meter = await lived(home)
    tempo = {"name": "Tempo", "prices": TEMPO}
    unknown, some = (
        await compare(home, meter, tempo, tempo | {"colours": {"blue": ["2026-10-20"]}}, **PERIOD)
    )["contracts"]
    assert unknown["total"] is None
    assert unknown["unknown_days"] == DAYS + 1  # the last evening of the day before is one
    assert some["unknown_days"] == DAYS
    known = tempo | {"colours": {"white": ["2026-10-22"], "red": ["2026-10-28", "2026-10-29"]}}
    total = 0.0
    for hour, kwh in [*hours()][1:]:
        day = f"{hour.astimezone(FRANCE) - timedelta(hours=6):%Y-%m-%d}"
        colour = {"2026-10-22": "white", "2026-10-28": "red", "2026-10-29": "red"}.get(day, "blue")
        total += kwh * TEMPO[f"tempo_{colour}_{'off_peak' if is_off_peak(hour) else 'peak'}"]
    answer = await compare(home, meter, known, **PERIOD)
    assert answer["contracts"][0]["total"] == pytest.approx(total, abs=0.006)


async def test_the_colours_of_a_tempo_meter_are_those_that_its_indexes_tell(
    recorder_mock: Recorder, home: Home
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic", contract="tempo")
    await reprice(home, meter, prices=TEMPO, standing_charge=20.0)
    for tariff in TEMPO:
        _, colour, part = tariff.split("_", 2)
        letters = {"off_peak": "c", "peak": "p", "blue": "b", "white": "w", "red": "r"}
        label = f"bbrh{letters[part]}j{letters[colour]}"
        total, rows = 1000.0, []
        for hour, kwh in hours():
            day = hour.astimezone(FRANCE) - timedelta(hours=6)
            is_its = colour == ("white" if day.day % 3 and day.weekday() < 6 else "blue")
            total += kwh if is_its and is_off_peak(hour) is (part == "off_peak") else 0
            rows.append(StatisticData(start=hour, state=total, sum=total))
        await recorded(home.hass, rows, statistic_id=f"sensor.linky_{label}")
    tempo = {"name": "Tempo", "prices": TEMPO, "standing_charge": 20.0}
    answer = await compare(home, meter, tempo, first_day="2026-10-20", last_day="2026-10-31")
    assert answer["contracts"][0]["unknown_days"] == 0
    assert answer["contracts"][0]["total"] == pytest.approx(answer["in_force"]["total"], abs=0.01)
    assert answer["in_force"]["total"] > 12 * 24 * 2.5 * 0.13


async def test_a_meter_without_statistics_says_so(recorder_mock: Recorder, home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    with pytest.raises(ServiceValidationError) as refusal:
        await compare(home, meter, {"name": "B", "prices": {"base": 0.2}})
    assert refusal.value.translation_key == "compare_no_hours"


@pytest.mark.parametrize(
    ("gap", "days", "known"),
    [
        (range(0), tuple(PERIOD.values()), 24 * DAYS + 1),
        # Of the first hour only its sum is known.
        (range(1), ("2026-10-20", "2026-11-01"), 24 * (DAYS - 1) + 1),
        (range(24 * DAYS + 1, 24 * DAYS + 2), ("2026-10-19", "2026-10-31"), 24 * (DAYS - 1) + 1),
    ],
)
async def test_all_whole_days_are_compared_by_default(
    course: Course, home: Home, gap: range, days: tuple[str, str], known: int
) -> None:
    meter = await lived(home, gap=gap)
    answer = await compare(home, meter, {"name": "B", "prices": {"base": 0.2}})
    assert (answer["first_day"], answer["last_day"]) == days
    assert (answer["hours"], answer["hours_missing"]) == (known, 0)


@pytest.mark.parametrize(
    "contract",
    [
        {"name": "X", "prices": {"peak": 0.2}},
        {"name": "X", "prices": {"peak": 0.2, "off_peak": 0.1}},
        {"name": "X", "prices": {"base": -1}},
        {"name": "X", "prices": {"peak": 0.2, "off_peak": 0.1}, "off_peak_hours": "at night"},
    ],
)
async def test_a_contract_that_is_not_whole_is_refused(home: Home, contract: Any) -> None:  # noqa: ANN401
    meter = await home.hears()
    with pytest.raises(vol.Invalid):
        await compare(home, meter, contract)


async def test_a_day_before_all_meters_is_refused(home: Home) -> None:
    meter = await home.hears()
    assert meter.entry
    call = {
        "config_entry_id": meter.entry.entry_id,
        "contracts": [{"name": "X", "prices": {"base": 0.2}}],
        "last_day": "0001-01-01",
    }
    with pytest.raises(vol.Invalid):
        await home.hass.services.async_call(
            DOMAIN, "compare_contracts", call, blocking=True, return_response=True
        )


def test_an_hour_may_lie_on_both_sides_of_an_edge() -> None:
    slots = read_slots("23:56-7:26")
    contract = PricedContract("X", {"off_peak": 0.1, "peak": 0.2}, off_peak_hours=slots)

    def off_peak(hour: int) -> float:
        return (contract.tariff_shares(FIRST.replace(hour=hour), {}) or {}).get("off_peak", 0.0)

    assert (off_peak(3), off_peak(12)) == (1, 0)
    assert off_peak(23) == pytest.approx(4 / 60)
    assert off_peak(7) == pytest.approx(26 / 60)
