"""The season of a meter: counted from what is heard, kept, and found in the statistics."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.components.recorder.models import StatisticData
import pytest

from custom_components.linky_tic.season.days import SeasonDays
from custom_components.linky_tic.tic import LegalTime
from simulator import Household

from ..calendar_days import DaysOfAHome, days_of
from ..course import Course
from ..home import Home
from ..old_sensor import recorded
from ..waiting import until

FRANCE: Final = ZoneInfo("Europe/Paris")
RED: Final = "sensor.linky_tempo_red_days_left"
PEAKS: Final = "sensor.linky_ejp_peaks_left"
WHITE: Final = "sensor.linky_tempo_white_days_left"
COLOURS: Final = {date(2026, 9, 1): "red", date(2026, 9, 2): "white"}
"""As if the season began with them: its first days are all that has to be known."""


@pytest.fixture
def days(home: Home) -> Iterator[DaysOfAHome]:
    with days_of(home) as days:
        yield days


def told(home: Home, entity: str) -> tuple[str, int, int]:
    state = home.hass.states.get(entity)
    assert state
    return state.state, state.attributes["counted"], state.attributes["unknown"]


@pytest.mark.parametrize("mode", [{"mode": "standard"}, {"mode": "historic"}], ids=str)
async def test_received_colours_are_counted_and_stored(
    days: DaysOfAHome, mode: dict[str, Any]
) -> None:
    await days.home.hass.config.async_set_time_zone("Europe/Paris")
    house = Household(**mode, contract="tempo", colours=COLOURS, start="2026-09-01T12:00:00")
    meter = await days.hears(house)
    assert told(days.home, RED) == ("21", 1, 0)
    await days.wait_until("2026-09-02T05:00:00")
    assert told(days.home, WHITE) == ("43", 0, 0)
    await days.wait_until("2026-09-02T06:30:00")
    await days.home.minutes()
    assert told(days.home, WHITE) == ("42", 1, 0)
    await days.home.restart(meter)
    assert (told(days.home, RED), told(days.home, WHITE)) == (("21", 1, 0), ("42", 1, 0))


async def test_days_without_a_connection_are_unknown(days: DaysOfAHome) -> None:
    house = Household(contract="tempo", colours=COLOURS, start="2026-11-04T12:00:00")
    await days.hears(house)
    state, _, unknown = told(days.home, RED)
    assert (state, unknown) == ("unknown", 2)  # Monday 2 and Tuesday 3; before, no day is red
    assert told(days.home, WHITE)[0] == "unknown"


async def test_there_is_no_season_without_tempo_or_ejp(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="hphc"))
    assert days.home.state(RED) is None
    assert days.home.state(PEAKS) is None


async def test_peaks_of_ejp_are_counted(days: DaysOfAHome) -> None:
    day = date(2026, 11, 1)
    await days.hears(Household(contract="ejp", ejp_days=[day], start="2026-11-01T12:00:00"))
    assert told(days.home, PEAKS) == ("21", 1, 0)
    for moment, unknown in (("02T07:01:00", 0), ("02T07:30:00", 0), ("03T07:20:00", 0)):
        await days.wait_until(f"2026-11-{moment}")
        await days.home.minutes()
        assert told(days.home, PEAKS) == ("21", 1, unknown)
    await days.wait_until("2026-11-05T12:00:00")
    await days.home.minutes()
    assert told(days.home, PEAKS) == ("unknown", 1, 1)  # nobody has heard the fourth


def at(days: DaysOfAHome, local: str, *, behind: bool = False) -> SeasonDays:
    """Set the clock, a microsecond before a time in France if so asked; what is known then."""
    moment = datetime.fromisoformat(local).replace(tzinfo=FRANCE).astimezone(UTC)
    days.home.clock.now = (moment - behind * timedelta(microseconds=1)).timestamp()
    days._set_time()
    assert days.meter
    return days.meter.coordinator.season


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-01T07:05:00", None),
        ("2026-11-01T07:05:01", date(2026, 11, 1)),
        ("2026-11-02T00:54:59", date(2026, 11, 1)),
        ("2026-11-02T00:55:00", None),
    ],
)
async def test_a_peak_is_known_in_its_hours_without_five_minutes_at_either_end(
    days: DaysOfAHome, moment: str, day: date | None
) -> None:
    """The clocks of a house and of its meter may differ; it lasts from 7 to 1."""
    await days.hears(Household(contract="ejp", ejp_days=[date(2026, 11, 1)],
                               start="2026-11-01T12:00:00"))  # fmt: skip
    season = at(days, moment)
    season.by_day = {}
    assert days.meter
    days.meter.coordinator.signals.minute.send()
    assert season.by_day == ({day: "peak"} if day else {})


@pytest.mark.parametrize(
    ("contract", "kind", "begins"), [("tempo", "red", "06"), ("ejp", "peak", "07")]
)
async def test_a_day_of_unknown_kind_counts_after_a_quarter_of_an_hour(
    days: DaysOfAHome, contract: str, kind: str, begins: str
) -> None:
    await days.hears(Household(contract=contract, colours={}, ejp_days=(),
                               start="2026-11-03T12:00:00"))  # fmt: skip
    known = {date(2026, 9, 1) + timedelta(days=one): "blue" for one in range(70)}
    for moment, is_behind, unknown in (("00", False, 0), ("15", True, 0), ("15", False, 1)):
        season = at(days, f"2026-11-10T{begins}:{moment}:00", behind=is_behind)
        season.by_day = known
        assert len(season.tally(kind).unknown) == unknown
    season = at(days, f"2026-11-10T{begins}:00:00")
    season.by_day = {**known, date(2026, 11, 10): kind}
    assert len(season.tally(kind).days) == 1


async def test_a_meter_whose_date_is_wrong_has_the_colours_of_the_true_days(
    days: DaysOfAHome,
) -> None:
    await days.hears(Household(contract="tempo", colours=COLOURS, start="2026-09-02T12:00:00"))
    season = at(days, "2026-09-02T12:00:00")
    assert days.meter
    schedule, announced = days.meter.coordinator.days, days.meter.coordinator.days.announced
    announced.clock.legal = LegalTime(None, timedelta(days=2, hours=1))
    announced.colours = {date(2026, 9, 4): "white"}
    schedule._update_schedules()
    assert schedule.colours == {date(2026, 9, 2): "white"}
    season.by_day = {date(2026, 9, 1): "blue"}
    days.meter.coordinator.signals.minute.send()
    found = season.tally("white")
    assert (found.days, found.unknown) == ((date(2026, 9, 2),), ())


async def test_a_year_and_a_day_of_days_are_kept(days: DaysOfAHome) -> None:
    await days.hears(Household(contract="tempo", colours={}, start="2026-11-03T12:00:00"))
    assert days.meter
    season, store = days.meter.coordinator.season, days.meter.coordinator.store
    newest = max(season.by_day)
    years = {newest - timedelta(days=one): "white" for one in (368, 367, 366, 365)}
    kept = {day.isoformat(): kind for day, kind in years.items()}
    store.keep("season", {**kept, "since": "2026-10-01"})
    season.restore()
    assert season.by_day == years
    await days.home.restart(days.meter)
    season, store = days.meter.coordinator.season, days.meter.coordinator.store
    days.meter.coordinator.signals.days.send()
    old = {day for day in season.by_day if day.year == 2025}
    assert old == {newest - timedelta(days=one) for one in (366, 365)}
    kept = {day.isoformat(): kind for day, kind in season.by_day.items()}
    assert store.recall("season") == {**kept, "since": "2026-10-01"}


async def test_days_without_a_connection_are_known_from_the_indexes(
    course: Course, home: Home
) -> None:
    """What was heard is not overruled, and a day that goes on is not told by its first hours."""
    await home.hass.config.async_set_time_zone("Europe/Paris")
    course.period = datetime(2026, 9, 7, 10, tzinfo=UTC)
    course.at(0)
    meter = await home.hears(Household(contract="tempo", colours=COLOURS, mode="historic",
                                       start="2026-09-07T12:00:00"))  # fmt: skip
    heard = dict(meter.coordinator.season.by_day)
    assert heard[date(2026, 9, 7)] == "blue"
    for label, white in (("bbrhpjb", False), ("bbrhpjw", True)):
        total, rows = 0.0, []
        for number in range(24 * 9):
            hour = datetime(2026, 8, 29, 22, tzinfo=UTC) + number * timedelta(hours=1)
            total += white is (hour.day in {2, 5, 7}) and 4 <= hour.hour < 20
            rows.append(StatisticData(start=hour, state=total, sum=total))
        await recorded(home.hass, rows, statistic_id=f"sensor.linky_{label}")
    await home.restart(meter)
    await meter.play()
    await until(lambda: told(home, WHITE)[2] == 0)
    past = {date(2026, 9, day): "white" if day in {2, 5} else "blue" for day in range(1, 7)}
    assert meter.coordinator.season.by_day == past | heard
    assert told(home, WHITE) == ("41", 2, 0)
    season = meter.coordinator.season
    season.by_day = {}
    await season._load_past_days("tempo", date(2026, 9, 1), date(2026, 9, 7))
    assert season.by_day == past
