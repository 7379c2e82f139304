"""What hours cost under a contract: slots are exact to the minute, Tempo days begin at 6:00."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from custom_components.linky_tic.comparison.comparison import _gains
from custom_components.linky_tic.comparison.contracts import (
    ContractCost,
    PricedContract,
    cost_of,
    read_slots,
)
from custom_components.linky_tic.tic import LABELS

FRANCE: Final = ZoneInfo("Europe/Paris")
MONDAY: Final = datetime(2026, 11, 23, tzinfo=FRANCE)
HOUR: Final = timedelta(hours=1)
TWO: Final = {"off_peak": 0.1, "peak": 0.3}
TEMPO: Final = {f"tempo_{one}_{part}": 1.0 for one in ("blue", "white", "red") for part in TWO}


pytestmark = pytest.mark.usefixtures("in_france")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("22:30-6h; 12-14:01", {*range(1350, 1440), *range(360), *range(720, 841)}),
        ("23:59 – 24:00", {1439}),
        ("6-6", {*range(1440)}),
        ("00:00-00:01", {0}),
        ("24-1", {*range(60)}),
    ],
)
def test_a_slot_ends_before_its_last_minute(text: str, minutes: set[int]) -> None:
    assert read_slots(text) == minutes


@pytest.mark.parametrize("text", ["", "22", "22:30-24:01", "25-6", "6-7,", "6:60-7"])
def test_an_invalid_slot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^.*$"):
        read_slots(text)


def test_off_peak_is_by_the_minute_and_by_the_day() -> None:
    contract = PricedContract("X", TWO, 1.0, read_slots("22:15-6"), frozenset({0}))
    tuesday = MONDAY + timedelta(1)
    assert contract.tariff_shares(MONDAY.replace(hour=12), {}) == {"off_peak": 1.0}
    assert contract.tariff_shares(tuesday.replace(hour=22), {}) == {"off_peak": 0.75, "peak": 0.25}
    assert contract.tariff_shares(tuesday.replace(hour=23, minute=30), {}) == {"off_peak": 1.0}
    assert contract.tariff_shares(tuesday.replace(hour=5, minute=45), {}) == {
        "off_peak": 0.25,
        "peak": 0.75,
    }
    assert contract.tariff_shares(tuesday.replace(hour=12), {}) == {"peak": 1.0}
    assert PricedContract("X", {"base": 1.0}).tariff_shares(MONDAY, {}) == {"base": 1.0}


def test_a_tempo_day_is_of_one_colour_from_six_to_six() -> None:
    contract = PricedContract("X", TEMPO)
    colours = {MONDAY.date(): "red"}
    shares = [contract.tariff_shares(MONDAY.replace(hour=hour), colours) for hour in (5, 6, 21, 22)]
    red = {"tempo_red_peak": 1.0}
    assert shares == [None, red, red, {"tempo_red_off_peak": 1.0}]
    assert contract.tariff_shares(MONDAY + 30 * HOUR, colours) is None


def test_all_other_days_are_blue_if_none_of_those_entered_is() -> None:
    red, days = {"red": [MONDAY.date()]}, [MONDAY.date()]
    assert PricedContract("X", TEMPO, colours=red).by_day == {MONDAY.date(): "red"}
    typed: list[dict[str, list[date]]] = [
        red,
        {},
        {"red": []},
        {"blue": days},
        red | {"blue": days},
    ]
    others = [
        PricedContract("X", TEMPO, colours=colours).tariff_shares(MONDAY + 30 * HOUR, {})
        for colours in typed
    ]
    assert others == [{"tempo_blue_peak": 1.0}, None, None, None, None]


def test_a_contract_of_two_tariffs_needs_hours_or_days() -> None:
    lacks = [
        PricedContract("X", TWO).lacks_hours,
        PricedContract("X", TWO, off_peak_hours=frozenset({1})).lacks_hours,
        PricedContract("X", TWO, off_peak_days=frozenset({0})).lacks_hours,
        PricedContract("X", {"base": 1.0}).lacks_hours,
        PricedContract("X", TEMPO).lacks_hours,
    ]
    assert lacks == [True, False, False, False, False]
    assert PricedContract("X", TWO).standing_charge == 0.0


def test_a_tariff_without_a_price_is_reported_if_it_was_used() -> None:
    known = ContractCost({"peak": 2.0, "off_peak": 0.0}, {"peak": 0.3}, 5.0)
    assert (known.unpriced, known.energy_cost, known.total) == ([], 0.6, 5.6)
    assert (known.doubt, known.unknown_days) == (0.0, ())
    lacking = ContractCost({"peak": 2.0, "off_peak": 1.0}, {"peak": 0.3}, 5.0)
    assert (lacking.unpriced, lacking.energy_cost, lacking.total) == (["off_peak"], None, None)
    assert known._replace(unknown_days=(MONDAY.date(),)).total is None


def test_the_doubt_is_the_maximum_error_of_hours_in_which_the_tariff_changes() -> None:
    contract = PricedContract("X", TWO, 30.0, read_slots("22:15-6"))
    hours = {MONDAY.replace(hour=hour).astimezone(dt_util.UTC): 4.0 for hour in (12, 22)}
    found = cost_of(contract, hours, {}, 1 / 30)
    assert found.by_tariff == {"peak": 5.0, "off_peak": 3.0}
    assert found.energy_cost == pytest.approx(5 * 0.3 + 3 * 0.1)
    assert found.standing_charge == pytest.approx(1)
    assert found.doubt == pytest.approx(4 * 0.75 * 0.2)
    free = PricedContract("X", {"peak": 0.3}, 30.0, read_slots("22:15-6"))
    lacking = cost_of(free, hours, {}, 1 / 30)
    assert lacking.doubt == pytest.approx(4 * 0.75 * 0.3)


def test_days_without_a_colour_are_told_from_six_to_six_and_typed_ones_come_first() -> None:
    day = MONDAY.date()
    hours = {MONDAY + n * HOUR: 1.0 for n in (5, 6, 30)}
    contract = PricedContract("X", TEMPO, colours={"white": [day], "blue": [date(2026, 1, 1)]})
    found = cost_of(contract, hours, {day: "red"}, 1 / 30)
    assert found.by_tariff == {"tempo_white_peak": 1.0}
    assert found.unknown_days == (day - timedelta(1), day + timedelta(1))
    assert found.standing_charge == 0


def test_energy_of_a_gap_belongs_to_no_hour() -> None:
    label, other = LABELS["EASF01"], LABELS["EASF02"]
    at = [MONDAY + n * HOUR for n in range(8)]
    sums = {at[0]: 0.0, at[1]: 1.5, at[2]: 1.5, at[4]: 1.6, at[6]: 3.0, at[7]: 2.0}
    known_gains, unknown_gains = _gains({label: sums, other: {at[0]: 7.0, at[2]: 7.0, at[4]: 7.0}})
    assert known_gains == {at[1]: {label: 1.5}, at[2]: {label: 0.0}}
    assert unknown_gains == {at[4]: pytest.approx(0.1), at[6]: pytest.approx(1.4), at[7]: 0}
    assert _gains({label: {at[0]: 0.0, at[2]: 0.0005}}) == ({}, {})
    assert _gains({label: {at[0]: 0.0005, at[1]: 0.0}}) == ({at[1]: {label: -0.0005}}, {})
    both = {label: {at[0]: 0.0, at[2]: 1.0}, other: {at[0]: 0.0, at[2]: 2.0}}
    assert _gains(both) == ({}, {at[2]: 3.0})
