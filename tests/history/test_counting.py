"""Each watt-hour is counted once, by whatever label and meter, in the recorder's own tables."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Final, override

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsRuns,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.statistics import (
    compile_missing_statistics,
    get_short_term_statistics_run_cache,
)
from homeassistant.components.recorder.tasks import PurgeTask, RecorderTask
from homeassistant.components.recorder.util import session_scope
from homeassistant.config_entries import ConfigEntryState
from homeassistant.util.dt import utcnow
import pytest
from sqlalchemy import delete, select

from custom_components.linky_tic.history.index_history import async_setup_history, history_of
from custom_components.linky_tic.history.replacement import async_replace_meter
from simulator import Household
from simulator.clock import SECOND

from ..course import PERIOD, Course
from ..home import OTHER_ADDRESS, Home
from ..waiting import until

IMPORTED: Final = (
    *(f"easf{number:02}" for number in range(1, 11)),
    *("base", "hchc", "hchp", "ejphn", "ejphpm"),
    *(f"bbrh{slot}j{colour}" for slot in ("c", "p") for colour in ("b", "w", "r")),
)
HOUR: Final = 3600
DAY: Final = 24 * HOUR
INDEX: Final = 25_000_000
HEARD: Final = 8
"""Frames after which a mode is known, and every index in it."""


class Life:
    """A house of which the recorder has statistics, and what it has used."""

    def __init__(self, course: Course, home: Home, house: Household, luck: Random) -> None:
        self.course = course
        self.home = home
        self.house = house
        self.luck = luck
        self.counted = self._used = 0
        self.known: set[str] = set()
        """The meters of which all registers were heard: those that have spoken Standard."""

    async def begin(self) -> None:
        """Hear the meter for the first time, while nothing is used."""
        self.house.set_load(0)
        self.meter = await self.home.hears(self.house)
        self.counted = self._index
        self.house.set_load(9000)

    @property
    def used(self) -> int:
        return self._used + self._index - self.counted

    @property
    def _index(self) -> int:
        return self.house.meter.metering.total.wh

    def swap(self, luck: Random) -> None:
        """Put another meter in the place of this one; until it is heard, nothing is used."""
        self.house.set_load(0)
        self._used = self.used
        number = int(self.house.address[-4:]) + 1
        index = luck.choice([0, 9, 24, 26, 60]) * 10**6
        self.house.replace_meter(f"{OTHER_ADDRESS[:-4]}{number:04}", index)
        self.counted = self._index

    async def end_hour(self) -> None:
        await self.course.end_period()
        while self.course.period.minute:
            await self.course.end_period()

    async def pass_time(self, seconds: int) -> None:
        """Let the meter count while nobody hears it: for days, as Home Assistant is stopped."""
        await self.end_hour()
        skip(self.house, seconds, self.luck)
        self.home.clock.now += seconds
        self.course.period += timedelta(seconds=seconds)
        self.course.at(1)
        if seconds > DAY:
            await self.end_hour()
            hass = self.home.hass
            purge = PurgeTask(utcnow() - 10 * timedelta(days=1), repack=False, apply_filter=False)
            get_instance(hass).queue_task(purge)
            await self.course.settled()
            # The recorder remembers the ids of its newest rows, which no purge takes otherwise.
            get_short_term_statistics_run_cache(hass)._latest_id_by_metadata_id.clear()

    async def hear(self, frames: int = HEARD) -> None:
        """Hear the meter, to the last watt-hour: at the end nothing is used."""
        await self.meter.play(frames)
        self.house.set_load(0)
        await self.meter.play(3)
        if self.house.mode == "standard":
            self.known.add(self.house.address)
        self.house.set_load(9000)

    async def imported(self, *, hourly: bool = False) -> float:
        """What the supplier's indexes have summed up, in Wh; no sum ever goes back.

        Of an index that is away for long, the rows of five minutes are purged.
        """
        by_hour = await sums(self.course, hourly=True)
        found = by_hour if hourly else by_hour | await sums(self.course)
        for name in found.keys() & {"east", *IMPORTED}:
            of_it = found[name]
            assert all(after - before > -1e-6 for before, after in pairwise(of_it)), (name, of_it)
        return sum(found[name][-1] for name in IMPORTED if name in found)


def skip(house: Household, seconds: int, luck: Random) -> None:
    """Let a meter count for days in no time: some of it in each register of its contract."""
    house.advance(2)
    meter, used = house.meter, luck.randint(0, 9) * seconds // 90
    registers = [one.register - 1 for one in meter.contract.tariffs]
    for register in luck.choices(registers, k=100):
        meter.metering.supplier[register] += used
        meter.metering.grid[luck.randrange(4)] += used
        meter.metering.total.wh += used
    meter.clock.now += (seconds - 2) * SECOND
    house._lived = meter.clock.now // SECOND
    meter.refresh(house._lived)


async def sums(course: Course, *, hourly: bool = False) -> dict[str, list[float]]:
    """The sums of every index that has statistics, in Wh, as they stand in the database."""
    hass, table = course._hass, Statistics if hourly else StatisticsShortTerm
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
    house = Household(contract="hphc", index=INDEX)
    life = Life(course, home, house, Random(0))  # noqa: S311 - a story, not a secret
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


class _CompileMissing(RecorderTask):
    """Compile what was missed, were the recorder not started before the time of the test."""

    @override
    def run(self, instance: Recorder) -> None:
        with session_scope(session=instance.get_session()) as session:
            session.execute(delete(StatisticsRuns).where(StatisticsRuns.start > utcnow()))
        compile_missing_statistics(instance)


async def test_periods_that_were_missed_are_compiled_together(course: Course, home: Home) -> None:
    """The rows of one transaction go on from each other, an hour's end included."""
    life = Life(course, home, Household(contract="hphc", index=INDEX), Random(0))  # noqa: S311
    await life.begin()
    await course.end_period()
    for number in range(14):
        await life.meter.play(2)
        if number in {5, 8}:
            await mode_changes(life, life.luck)
        course.period += PERIOD
        course.at(1)
    await life.hear()
    await course.settled()
    get_instance(home.hass).queue_task(_CompileMissing())
    await course.settled()
    await life.end_hour()
    assert await life.imported() == pytest.approx(life.used)
    assert await life.imported(hourly=True) == pytest.approx(life.used)


class _Listeners(RecorderTask):
    """Count what listens to the recorder's session, which lives as long as Home Assistant."""

    found = 0

    @override
    def run(self, instance: Recorder) -> None:
        dispatch = instance.get_session().dispatch
        self.found = len(list(dispatch.before_commit)) + len(list(dispatch.after_commit))


async def test_no_period_leaves_anything_behind(course: Course, home: Home) -> None:
    meter = await home.hears(Household(index=INDEX))
    found = []
    for _ in range(3):
        await meter.play(2)
        await course.end_period()
        listeners = _Listeners()
        get_instance(home.hass).queue_task(listeners)
        await course.settled()
        found.append(listeners.found)
    assert found[0] == found[2] > 0


async def mode_changes(life: Life, luck: Random) -> None:
    life.house.switch_mode({"standard": "historic", "historic": "standard"}[life.house.mode])


async def contract_changes(life: Life, luck: Random) -> None:
    """Of a register that was not heard before, nobody can know what it has counted meanwhile."""
    if life.house.address in life.known:
        life.house.change_contract(luck.choice(["base", "hphc", "tempo", "ejp"]))


async def nobody_hears_it(life: Life, luck: Random) -> None:
    seconds = luck.choice([HOUR, DAY, 12 * DAY, 90 * DAY])
    assert life.meter.entry
    is_on = life.meter.entry.state is ConfigEntryState.LOADED and seconds > DAY
    if is_on:
        await life.home.unload(life.meter)
    await life.pass_time(seconds)
    if is_on:
        await life.home.hass.config_entries.async_setup(life.meter.entry.entry_id)


async def home_assistant_is_stopped(life: Life, luck: Random) -> None:
    """Meanwhile the supplier may change anything."""
    assert life.meter.entry
    await life.home.unload(life.meter)
    for change in luck.sample([mode_changes, contract_changes, nobody_hears_it], 2):
        await change(life, luck)
    history = history_of(life.home.hass)
    await history._store.async_save(history._data())
    await history.load()
    await life.home.hass.config_entries.async_setup(life.meter.entry.entry_id)


async def meter_is_replaced(life: Life, luck: Random) -> None:
    """In any mode, by one that has counted more, less, or nothing."""
    assert life.meter.entry
    life.swap(luck)
    if luck.random() < 0.5:
        await mode_changes(life, luck)
    await life.meter.play(HEARD)
    other_address = life.meter.coordinator.other_address
    assert other_address
    await async_replace_meter(life.home.hass, life.meter.entry, other_address, life.meter.port.url)
    await life.home.hass.async_block_till_done()
    await life.meter.play(HEARD)


async def entry_is_deleted(life: Life, luck: Random) -> None:
    """And added again later, or another meter's under the same entity ids."""
    assert life.meter.entry
    await life.home.hass.config_entries.async_remove(life.meter.entry.entry_id)
    await until(lambda: not life.meter.is_open)
    if luck.random() < 0.5:
        life.swap(luck)
    else:
        await nobody_hears_it(life, luck)
    await life.home.add(life.meter, life.house.address)
    await life.meter.play(HEARD)


async def clock_leaps(life: Life, luck: Random) -> None:
    """The machine's clock, while periods are compiled and modes change; mostly it comes back."""
    leap = timedelta(minutes=luck.choice([-57600, -4320, -120, -10, 10, 120, 4320, 57600]))
    await set_clock(life, leap)
    for _ in range(luck.randint(1, 3)):
        await life.meter.play(luck.randint(1, HEARD))
        if luck.random() < 0.3:
            await mode_changes(life, luck)
        await life.course.end_period()
    if luck.random() < 0.8:
        await set_clock(life, -leap)


async def set_clock(life: Life, leap: timedelta) -> None:
    await life.course.settled()
    life.course.period += leap
    life.home.clock.ahead += leap.total_seconds()
    life.course.at(2)


async def crash(life: Life, luck: Random) -> None:
    """What was kept is older than what the recorder has."""
    assert life.meter.entry
    history = history_of(life.home.hass)
    kept = history._data()
    await life.meter.play(luck.randint(1, 40))
    await life.course.end_period()
    await life.home.unload(life.meter)
    await history._store.async_save(kept)
    await history.load()
    if luck.random() < 0.5:
        await mode_changes(life, luck)
    await life.home.hass.config_entries.async_setup(life.meter.entry.entry_id)


THINGS: Final = (
    mode_changes,
    contract_changes,
    nobody_hears_it,
    home_assistant_is_stopped,
    meter_is_replaced,
    entry_is_deleted,
)
FAULTS: Final = (clock_leaps, clock_leaps, clock_leaps, crash, crash)


type Thing = Callable[[Life, Random], Awaitable[None]]


@pytest.mark.parametrize(("seed", "faults"), [(5, ()), (8, ()), (12, FAULTS), (14, FAULTS)])
async def test_years_of_a_house_are_summed_up_to_the_watt_hour(
    course: Course, home: Home, seed: int, faults: Sequence[Thing]
) -> None:
    luck = Random(seed)  # noqa: S311 - a story, not a secret
    life = Life(course, home, Household(contract="hphc", index=INDEX), luck)
    await life.begin()
    story = [*THINGS, *luck.choices([*THINGS, *faults], k=10)]
    luck.shuffle(story)
    for happens in story:
        await happens(life, luck)
        for _ in range(luck.randint(0, 2)):
            await life.meter.play(luck.randint(1, HEARD))
            await course.end_period()
        await life.hear()
        if luck.random() < 0.5:
            await course.end_period()
    # Of times that it has compiled before, the recorder makes no row: what was used is in the next.
    await set_clock(life, timedelta(days=99))
    await life.hear()
    await life.end_hour()
    assert await life.imported() == pytest.approx(life.used)
    assert await life.imported(hourly=True) == pytest.approx(life.used)


async def test_what_another_release_has_kept_stops_no_meter(
    home: Home, hass_storage: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    register = {"by": "sensor.linky_east", "value": INDEX, "at": 0.0, "since": 0.0}
    data = {"registers": {"0123.energy": register}}
    key = "linky_tic.history"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": data}
    await home.hears(Household())
    assert home.value("east") not in {None, "unavailable"}
    assert "failed" not in caplog.text


async def test_a_crash_before_another_mode_moves_no_energy(course: Course, home: Home) -> None:
    """What was kept of the indexes is older than what the recorder has of them."""
    house = Household(contract="hphc", index=INDEX)
    life = Life(course, home, house, Random(0))  # noqa: S311 - a story, not a secret
    await life.begin()
    await life.meter.play(5)
    history = history_of(home.hass)
    kept = history._data()
    await life.meter.play(60)
    await life.hear()
    await home.unload(life.meter)
    await history._store.async_save(kept)
    await history.load()
    house.switch_mode("historic")
    await course.end_period()
    assert life.meter.entry
    await home.hass.config_entries.async_setup(life.meter.entry.entry_id)
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)
    house.switch_mode("standard")
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)


@pytest.mark.parametrize(
    ("version", "left"),
    [
        (3, {}),
        (3, {"counters": {"sensor.linky_east": {}}}),
        (2, {"registers": {}, "counters": {}, "hidden": {}, "starts": {}}),
    ],
)
async def test_what_is_recorded_is_not_counted_again_when_the_store_is_lost(
    course: Course, home: Home, version: int, left: dict[str, object]
) -> None:
    house = Household(contract="hphc", index=INDEX)
    life = Life(course, home, house, Random(0))  # noqa: S311 - a story, not a secret
    await life.begin()
    for mode in ("historic", "standard"):
        await life.meter.play(5)
        await course.end_period()
        house.switch_mode(mode)
        await life.hear()
        await course.end_period()
    await home.unload(life.meter)
    store = history_of(home.hass)._store
    store.version = version
    await store.async_save(left)
    await async_setup_history(home.hass)
    assert life.meter.entry
    await home.hass.config_entries.async_setup(life.meter.entry.entry_id)
    for mode in ("historic", "standard"):
        await life.hear()
        await course.end_period()
        house.switch_mode(mode)
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)


@pytest.mark.parametrize("index", [INDEX, 0])
async def test_what_base_has_gained_before_the_first_mode_standard_is_in_no_row_yet_but_counts(
    course: Course, home: Home, index: int
) -> None:
    house = Household(contract="base", mode="historic", index=index)
    life = Life(course, home, house, Random(0))  # noqa: S311 - a story, not a secret
    await life.begin()
    await life.pass_time(DAY)
    await life.hear()
    house.switch_mode("standard")
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)


async def test_base_that_becomes_the_total_goes_on_from_no_register(
    course: Course, home: Home
) -> None:
    house = Household(contract="base", mode="historic", index=INDEX)
    life = Life(course, home, house, Random(0))  # noqa: S311 - a story, not a secret
    await life.begin()
    await life.hear()
    await course.end_period()
    house.switch_mode("standard")
    await life.hear()
    house.change_contract("ejp")
    await life.pass_time(90 * DAY)
    await life.hear()
    await course.end_period()
    house.change_contract("weekend")
    house.switch_mode("historic")
    await life.hear()
    await course.end_period()
    assert await life.imported() == pytest.approx(life.used)
