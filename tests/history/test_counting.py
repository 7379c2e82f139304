"""Each watt-hour is counted once, by whatever label and meter, in the recorder's own tables."""

from itertools import pairwise
from typing import Final

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.util import session_scope
import pytest
from sqlalchemy import select

from simulator import Household

from ..course import Course
from ..home import Home

IMPORTED: Final = (
    *(f"easf{number:02}" for number in range(1, 11)),
    *("base", "hchc", "hchp", "ejphn", "ejphpm"),
    *(f"bbrh{slot}j{colour}" for slot in ("c", "p") for colour in ("b", "w", "r")),
)
INDEX: Final = 25_000_000
HEARD: Final = 8
"""Frames after which a mode is known, and every index in it."""


class Life:
    """A house of which the recorder has statistics, and what it has used."""

    def __init__(self, course: Course, home: Home, house: Household) -> None:
        self.course = course
        self.home = home
        self.house = house
        self.counted = 0

    async def begin(self) -> None:
        """Hear the meter for the first time, while nothing is used."""
        self.house.set_load(0)
        self.meter = await self.home.hears(self.house)
        self.counted = self._index
        self.house.set_load(9000)

    @property
    def used(self) -> int:
        return self._index - self.counted

    @property
    def _index(self) -> int:
        return self.house.meter.metering.total.wh

    async def hear(self, frames: int = HEARD) -> None:
        """Hear the meter, to the last watt-hour: at the end nothing is used."""
        await self.meter.play(frames)
        self.house.set_load(0)
        await self.meter.play(3)
        self.house.set_load(9000)

    async def imported(self, *, hourly: bool = False) -> float:
        """What the supplier's indexes have summed up, in Wh; no sum ever goes back."""
        found = await sums(self.course, hourly=hourly)
        for name, of_it in found.items():
            assert all(after - before > -1e-6 for before, after in pairwise(of_it)), (name, of_it)
        return sum(found[name][-1] for name in IMPORTED if name in found)


async def sums(course: Course, *, hourly: bool = False) -> dict[str, list[float]]:
    """The sums of every index that has statistics, in Wh, as they stand in the database."""
    hass, table = course._hass, Statistics if hourly else StatisticsShortTerm
    await course.settled()
    await course.settled()

    def read() -> dict[str, list[float]]:
        query = (
            select(StatisticsMeta.statistic_id, table.sum)
            .join(StatisticsMeta, table.metadata_id == StatisticsMeta.id)
            .where(table.sum.is_not(None))
            .order_by(table.start_ts)
        )
        found: dict[str, list[float]] = {}
        with session_scope(hass=hass, read_only=True) as session:
            for statistic, total in session.execute(query):
                name = statistic.removeprefix("sensor.linky_")
                found.setdefault(name, []).append(total * 1000)
        return found

    return await get_instance(hass).async_add_executor_job(read)


async def test_a_mode_that_comes_back_counts_nothing_twice(course: Course, home: Home) -> None:
    life = Life(course, home, Household(contract="hphc", index=INDEX))
    await life.begin()
    for mode in ("historic", "standard", "historic", "standard"):
        await life.meter.play(5)
        await course.end_period()
        life.house.switch_mode(mode)
        await life.meter.play(HEARD)
        await course.end_period()
        life.house.advance(3600)
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)
