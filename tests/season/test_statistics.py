"""What the hours of indexes tell of past days, and what they cannot tell."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.models import StatisticData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.season.statistics import async_past_days, kinds_of_days

from ..old_sensor import recorded

FIRST: Final = date(2026, 9, 1)
WHITE, BLUE = date(2026, 11, 23), date(2026, 11, 24)


pytestmark = pytest.mark.usefixtures("in_france")


def rows(moves: Mapping[str, str], hours: range = range(-24, 72)) -> list[dict[str, Any]]:
    """The hours of an index from the midnight of a white day on; `moves`: from which to which."""
    begin = datetime.combine(WHITE, datetime.min.time(), dt_util.get_default_time_zone())
    moving = {
        begin + timedelta(hours=hour)
        for first, last in moves.items()
        for hour in range(int(first), int(last))
    }
    times = [begin + timedelta(hours=hour) for hour in hours]
    return [{"start": one.timestamp(), "change": 0.5 * (one in moving)} for one in times]


def test_the_register_that_moved_tells_the_colour() -> None:
    found = {"BBRHPJW": rows({"6": "22"}), "BBRHPJB": rows({"30": "46"}), "BBRHCJB": rows({})}
    assert kinds_of_days("tempo", found, FIRST, None) == {WHITE: "white", BLUE: "blue"}
    assert kinds_of_days("tempo", found, BLUE, None) == {BLUE: "blue"}


def test_a_day_on_which_two_colours_moved_is_unknown() -> None:
    found = {"BBRHPJW": rows({"6": "22"}), "BBRHPJR": rows({"10": "11"})}
    assert kinds_of_days("tempo", found, FIRST, None) == {}


def test_the_hours_around_six_are_not_used() -> None:
    found = {
        "BBRHPJW": rows({"6": "22"}),
        "BBRHCJW": rows({"22": "31"}),
        "BBRHPJB": rows({"5": "7"}),
    }
    assert kinds_of_days("tempo", found, FIRST, None) == {WHITE: "white"}


@pytest.mark.parametrize(
    ("contract", "label", "hours"), [("tempo", "BBRHPJW", (7, 28)), ("ejp", "EJPHPM", (8, 23))]
)
def test_hours_near_the_ends_of_a_day_are_not_used(
    contract: str, label: str, hours: tuple[int, int]
) -> None:
    """Such a day begins at 6, and at 7 under EJP, whose peaks end at 1."""
    told = [
        hour
        for hour in range(31)
        if WHITE in kinds_of_days(contract, {label: rows({str(hour): str(hour + 1)})}, FIRST, None)
    ]
    assert (told[0], told[-1]) == hours


def test_an_hour_with_an_unknown_change_is_not_used() -> None:
    bare = [row | {"change": None} for row in rows({})]
    assert kinds_of_days("tempo", {"BBRHPJW": bare}, FIRST, None) == {}


def test_an_hour_after_a_gap_is_not_used() -> None:
    found = {"BBRHPJW": rows({"34": "35"}, range(34, 72))}
    assert kinds_of_days("tempo", found, FIRST, None) == {}


def test_the_first_two_registers_count_for_tempo_once_another_one_increased() -> None:
    blue = {"EASF02": rows({"-18": "-2", "30": "46"})}
    assert kinds_of_days("tempo", blue, FIRST, None) == {}  # peak hours, for all one knows
    assert kinds_of_days("tempo", blue, FIRST, BLUE) == {BLUE: "blue"}  # heard to be Tempo then
    found = {**blue, "EASF04": rows({"6": "22"})}
    assert kinds_of_days("tempo", found, FIRST, None) == {WHITE: "white", BLUE: "blue"}


def test_before_a_white_sunday_the_registers_were_those_of_another_contract() -> None:
    weekend = {"EASF03": rows({"-18": "-2"}), "EASF01": rows({"-18": "-2"})}
    found = {**weekend, "EASF04": rows({"6": "22"}), "EASF02": rows({"-18": "-2", "30": "46"})}
    assert kinds_of_days("tempo", found, FIRST, None) == {WHITE: "white", BLUE: "blue"}


def test_a_day_that_cannot_be_of_its_kind_is_of_another_contract() -> None:
    found = {"EASF03": rows({"-18": "-2"}), "EASF04": rows({"6": "22"})}
    assert kinds_of_days("tempo", found, FIRST, None) == {WHITE: "white"}


def test_a_peak_of_ejp_is_a_day_on_which_its_register_moved() -> None:
    found = {"EJPHPM": rows({"7": "25"}), "EJPHN": rows({"-24": "7", "25": "72"})}
    days = kinds_of_days("ejp", found, FIRST, None)
    assert days == {WHITE - timedelta(days=1): "normal", WHITE: "peak", BLUE: "normal",
                    BLUE + timedelta(days=1): "normal"}  # fmt: skip


async def moves(hass: HomeAssistant, label: str, day: date, first: int, last: int) -> None:
    """Record three days of an index, of which some hours have counted."""
    entity = er.async_get(hass).async_get_or_create("sensor", DOMAIN, f"0419_{label}")
    begin = dt_util.start_of_local_day(day)
    rows = [
        StatisticData(start=begin + timedelta(hours=one), sum=float(max(0, min(one, last) - first)))
        for one in range(72)
    ]
    await recorded(hass, rows, statistic_id=entity.entity_id)


async def test_the_rows_are_those_of_the_recorder(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    await moves(hass, "BBRHPJW", WHITE, 6, 22)
    await moves(hass, "BBRHPJB", WHITE, 30, 46)
    found = await async_past_days(hass, "0419", "tempo", FIRST, None)
    assert found == {WHITE: "white", BLUE: "blue"}


@pytest.mark.parametrize(("day", "is_asked"), [(1, False), (2, True)])
async def test_statistics_of_the_year_before_show_the_contract_of_the_registers(
    recorder_mock: Recorder, hass: HomeAssistant, day: int, *, is_asked: bool
) -> None:
    await moves(hass, "EASF04", date(2025, 9, day), 6, 22)
    await moves(hass, "EASF02", WHITE, 6, 22)
    found = await async_past_days(hass, "0419", "tempo", date(2026, 9, 2), None)
    assert found == ({WHITE: "blue"} if is_asked else {})


async def test_without_a_recorder_nothing_is_known(hass: HomeAssistant) -> None:
    assert await async_past_days(hass, "0419", "tempo", FIRST, None) == {}
