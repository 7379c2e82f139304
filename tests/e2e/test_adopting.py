"""The statistics of an old sensor, adopted in a launched Home Assistant 2026.11, and given back."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Client, Json, Refused
from .home_assistant import RECORDING, HomeAssistant
from .processes import wait_for

OLD: Final = "sensor.linky_index_option_base"
NEW: Final = "sensor.linky_base"
INDEX: Final = 25_000_000
DAYS: Final = 400
HOUR: Final = timedelta(hours=1)


class House:
    def __init__(self, home: HomeAssistant) -> None:
        self.home = home
        self.hour = datetime.now(UTC)

    @property
    def client(self) -> Client:
        return self.home.client

    def act(self, action: str, **data: Json) -> Json:
        path = f"/api/services/linky_tic/{action}?return_response"
        return self.client.post(path, data)["service_response"]

    def adopt(self, **data: Json) -> Json:
        return self.act("adopt_statistics", old_statistic=OLD, entity_id=NEW, **data)

    def rows(self, statistic_id: str, period: str) -> list[Json]:
        found = self.client.command(
            "recorder/statistics_during_period",
            start_time="2020-01-01T00:00:00Z",
            statistic_ids=[statistic_id],
            period=period,
            types=["state", "sum", "change"],
            units={"energy": "kWh"},
        )
        return list(found.get(statistic_id, []))

    def all_rows(self, *statistic_ids: str) -> list[list[Json]]:
        ids = statistic_ids or (NEW, OLD)
        return [self.rows(one, period) for one in ids for period in ("hour", "5minute")]


def old_hours(hour: datetime) -> list[Json]:
    """Thirds of a kWh an hour, so that no sum is a round number; the last hour ends at a moment."""
    first = INDEX / 1000 - 1 - (24 * DAYS - 1) / 3
    return [
        {
            "start": (hour - (24 * DAYS - number) * HOUR).isoformat(),
            "state": (first + number / 3) * 1000,
            "sum": (7 + number / 3) * 1000,
        }
        for number in range(24 * DAYS)
    ]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("adopting")
    with ExitStack() as stack:
        home = stack.enter_context(HomeAssistant(folder / "home", configuration=RECORDING))
        home.client.onboard("linky", "a long password")
        home.client.wait_until_running()
        meter = Household(mode="historic", contract="base", index=INDEX)
        port = PtyPort(Line(meter), folder / "meter")
        stack.enter_context(port)
        home.client.add_meter(port.url)
        house = House(home)
        began = wait_for(lambda: first_known(house), "the index")
        assert began
        is_recorded(house, began)
        yield house


def first_known(house: House) -> datetime | None:
    """When our index had its first value."""
    house.client.write()
    (states,) = house.client.get(f"/api/history/period?filter_entity_id={NEW}") or [[]]
    known = (one for one in states if one["state"] not in {"unknown", "unavailable"})
    return next((datetime.fromisoformat(one["last_changed"]) for one in known), None)


def is_recorded(house: House, began: datetime) -> None:
    """Both are in the statistics, the old one up to the hour in which ours begins.

    That hour is to come, and its first period the only one of it, whatever the clock says.
    """
    house.hour = began.replace(minute=0, second=0, microsecond=0) + HOUR
    house.client.command(
        "recorder/import_statistics",
        metadata={
            "statistic_id": OLD,
            "source": "recorder",
            "name": None,
            "unit_of_measurement": "Wh",
            "unit_class": "energy",
            "has_sum": True,
            "mean_type": 0,
        },
        stats=old_hours(house.hour),
    )
    house.client.compile_period(house.hour)


def is_known(house: House, entity_id: str) -> bool:
    state = house.client.states().get(entity_id, {"state": "unknown"})
    return state["state"] not in {"unknown", "unavailable"}


def test_a_dry_run_says_what_it_will_do_and_does_nothing(house: House) -> None:
    before = house.all_rows()
    answer = house.adopt()
    assert answer["methods"] == {"entity_id": "possible", "import": "possible"}
    assert answer["method"] == "entity_id"
    assert answer["doubtful_hours"] == answer["warnings"] == []
    assert house.all_rows() == before


def test_a_year_of_hours_goes_before_ours_without_a_step(house: House) -> None:
    """The old unit is Wh, ours kWh; a third of a kWh an hour, and one more at the join."""
    before = house.all_rows()
    (first,) = house.rows(NEW, "5minute")
    house.adopt(method="import", dry_run=False)
    hours = house.rows(NEW, "hour")[: 24 * DAYS]  # ours may be there too
    assert len(hours) == 24 * DAYS
    assert [row["change"] for row in hours[1:]] == pytest.approx([1 / 3] * (24 * DAYS - 1))
    assert {later["start"] - row["start"] for row, later in pairwise(hours)} == {3_600_000}
    (joined,) = house.rows(NEW, "5minute")
    assert joined["sum"] - hours[-1]["sum"] == pytest.approx(first["state"] - hours[-1]["state"])
    with pytest.raises(Refused, match="already continues the statistics of"):
        house.adopt(method="import", dry_run=False)
    house.home.restart()
    house.act("undo_adopted_statistics", entity_id=NEW)
    after = house.all_rows()
    assert [rows[: len(was)] for rows, was in zip(after, before, strict=True)] == before


def test_the_hour_in_which_we_begin_is_compiled_after_the_join(house: House) -> None:
    """Another hour of this start in the table would stop the statistics of all sensors."""
    wait_for(lambda: is_known(house, NEW), "the index")
    house.adopt(method="import", dry_run=False)
    house.client.compile_period(house.hour + timedelta(minutes=55))
    *_, last, ours = house.rows(NEW, "hour")
    assert ours["start"] == last["start"] + 3_600_000
    assert ours["sum"] - last["sum"] == pytest.approx(ours["state"] - last["state"])
    assert 1 <= ours["change"] < 3
    house.act("undo_adopted_statistics", entity_id=NEW)
    (alone,) = house.rows(NEW, "hour")
    assert alone["state"] == ours["state"]
    assert alone["sum"] < ours["change"]


def test_the_old_entity_id_is_taken_over_and_given_back(house: House) -> None:
    ours, theirs = house.rows(NEW, "hour"), house.rows(OLD, "hour")
    taken = house.adopt(dry_run=False)
    assert taken["will"]["to"] == OLD
    wait_for(lambda: is_known(house, OLD), "the index under the old entity id")
    # A period of another hour, in which none was compiled, that does not end it.
    house.client.compile_period(house.hour + HOUR)

    def goes_on() -> bool:
        last = house.rows(OLD, "5minute")[-1]
        counted = last["sum"] - theirs[-1]["sum"]
        return bool(counted == pytest.approx(last["state"] - theirs[-1]["state"]))

    wait_for(goes_on, "the sum that goes on, just after it was compiled")
    house.act("undo_adopted_statistics", entity_id=OLD)
    wait_for(lambda: is_known(house, NEW), "the index under our entity id")
    assert house.rows(OLD, "hour") == theirs
    assert house.rows(NEW, "hour") == ours


def test_nothing_of_ours_is_logged_above_info(house: House) -> None:
    assert list(house.home.complaints()) == []
