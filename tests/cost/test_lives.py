"""Weeks of a house in Home Assistant, in random order: what they cost is what a sheet says."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import get_short_term_statistics_run_cache
from homeassistant.components.recorder.tasks import PurgeTask
from homeassistant.const import STATE_UNKNOWN
from homeassistant.util.dt import utcnow
import pytest

from custom_components.linky_tic.cost.costs import Costs
from custom_components.linky_tic.cost.periods import CostPeriod
from custom_components.linky_tic.cost.prices import Prices
from custom_components.linky_tic.history.replacement import async_replace_meter
from custom_components.linky_tic.tariff.words import REGISTER_SLUGS
from custom_components.linky_tic.tic import LABELS, Quantity

from ..bills import OPTIONS, amount, house, pays, reprice
from ..course import Course
from ..home import ADDRESS, KNOWN, OTHER_ADDRESS, Home, Meter

FRANCE: Final = ZoneInfo("Europe/Paris")
SLUGS: Final = {**REGISTER_SLUGS, "hphc": REGISTER_SLUGS["off_peak"]}
CONTRACTS: Final = ("base", "hphc", "tempo", "ejp")
STEPS: Final = ["live"] * 3 + ["midnight"] * 2 + [
    "suspend", "stop", "crash", "contract", "contract_unseen",
    "contract_twice", "mode", "restart", "clock",
    "prices", "prices_today", "prices_month", "charge", "price_missing",
]  # fmt: skip
SUMMED: Final = ["live"] + ["midnight"] * 2 + [
    "days", "suspend", "stop", "crash", "restart", "mode", "replace", "behind", "prices_today",
]  # fmt: skip
"""What spoils no sum of the recorder's: a clock that is ahead does, and so do missing prices."""
STARTS: Final = ("2026-02-26T09:00:00", "2026-03-27T22:00:00", "2026-10-23T15:00:00")
"""Before the end of the shortest month, and of each season's time."""
SUMS: Final = ("sensor.linky_cost_today", "sensor.linky_cost_month")
HALF_A_CENT: Final = 0.005
A_DAY: Final = 86_400


def midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=FRANCE).timestamp()


def period_of(costs: Costs, name: str) -> CostPeriod:
    today = costs.today
    return {"today": today, "yesterday": costs.yesterday, "month": today.month_to_date}[name]


class Row(NamedTuple):
    day: date
    tariff: str
    energy: float
    price: float | None


class Sheet:
    """What is paid, kept by hand from what the wire says: a row for all that a register gains."""

    def __init__(self, meter: Meter, prices: dict[str, float], charge: float) -> None:
        self.house = house(meter)
        self.prices, self.charge = prices, charge
        self.rows: list[Row] = []
        self.charges: dict[date, float] = {}
        self.began = self.today
        self.stood = self._registers()
        self.at = self.now

    @property
    def now(self) -> float:
        return self.house.now.timestamp()

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now, FRANCE).date()

    def _registers(self) -> dict[int, int]:
        truth = self.house.truth
        costed = [name for name in truth if name in LABELS]
        kind = Quantity.SUPPLIER_ENERGY
        return {
            LABELS[name].register or 0: int(truth[name])
            for name in costed
            if LABELS[name].quantity is kind
        }

    def enter(self) -> None:
        """Enter what was used since the last time; a night in between shares it out evenly."""
        names = SLUGS[self.house.contract]
        begin = datetime.fromtimestamp(self.at, FRANCE).date()
        days = [begin + timedelta(n) for n in range((self.today - begin).days + 1)]
        edges = [*(max(self.at, midnight(day)) for day in days), self.now]
        for register, value in self._registers().items():
            if gain := value - self.stood.get(register, value):
                tariff = names[register]
                for n, day in enumerate(days):
                    share = (edges[n + 1] - edges[n]) / (self.now - self.at)
                    self.rows.append(Row(day, tariff, gain * share, self.prices.get(tariff)))
        self.stood |= self._registers()
        self.at = self.now
        day = max(self.charges, default=self.began.replace(day=1))
        while day <= self.today:
            self.charges.setdefault(day, self.charge)
            day += timedelta(1)

    def reprice(self, prices: dict[str, float], charge: float, since: date | None) -> None:
        self.prices, self.charge = prices, charge
        self.rows = [
            row._replace(price=prices.get(row.tariff))
            if row.price is None or (since and row.day >= since)
            else row
            for row in self.rows
        ]
        from_day = since or self.today
        self.charges |= {day: charge for day in self.charges if day >= from_day}

    @property
    def total(self) -> float:
        """All that was to be paid since the first day."""
        standing = [(day, one) for day, one in self.charges.items() if day >= self.began]
        charges = sum(one / monthrange(day.year, day.month)[1] for day, one in standing)
        return charges + sum(row.energy / 1000 * (row.price or 0) for row in self.rows)

    def cost(self, period: CostPeriod) -> float | None:
        first, last = period
        rows = [row for row in self.rows if first <= row.day <= last]
        if any(row.price is None for row in rows):
            return None
        charges = [(day, one) for day, one in self.charges.items() if first <= day <= last]
        standing = sum(one / monthrange(day.year, day.month)[1] for day, one in charges)
        return standing + sum(row.energy / 1000 * (row.price or 0) for row in rows)


class Life:
    """A house, its sheet, and what may happen to both."""

    def __init__(self, home: Home, meter: Meter, luck: Random, prices: dict[str, float]) -> None:
        self.home, self.meter, self.luck = home, meter, luck
        self.house = house(meter)
        self.sheet = Sheet(meter, prices, 15.0)
        self.sheet.enter()
        self.gaps: list[tuple[float, float]] = []

    async def hear(self, frames: int, apart: float = 0.0) -> None:
        """Hear frames some seconds apart; the port is left out, so that days do not last."""
        for _ in range(frames):
            self.house.advance(apart)
            data = self.meter.source.next().data
            self.home.clock.now = self.house.now.timestamp()
            at, coordinator = self.home.clock.time(), self.meter.coordinator
            coordinator._receive(coordinator.receiver.feed(data, at), at)
            self.sheet.enter()

    async def play(self, frames: int) -> None:
        """Hear frames by the port, as whatever is to be available needs."""
        for _ in range(frames):
            await self.meter.play(1)
            self.sheet.enter()

    async def step(self, steps: Sequence[str] = STEPS) -> str:
        what = self.luck.choice(steps)
        await getattr(self, f"do_{what}")()
        await self.hear(26)
        await self.play(1)
        self.agree(what)
        return what

    def agree(self, what: str) -> None:
        costs = self.meter.coordinator.costs
        for name in ("today", "yesterday", "month"):
            period = period_of(costs, name)
            paid = costs.cost(period)
            if name == "yesterday" and not self._is_whole(period.first):
                continue
            where = what, name, self.house.local_now
            assert paid == pytest.approx(self.sheet.cost(period), abs=HALF_A_CENT), where
            if paid is not None:
                shown = amount(self.home, f"sensor.linky_cost_{name}")
                assert shown == pytest.approx(paid, abs=HALF_A_CENT), where

    def _is_whole(self, day: date) -> bool:
        """Whether a day was heard from its beginning, and in no gap that is longer than a day."""
        long = [(since, until) for since, until in self.gaps if until - since > A_DAY]
        return day > self.sheet.began and all(until < midnight(day) for _, until in long)

    def pass_unheard(self) -> None:
        self.pass_time(self.luck.choice((self.luck.uniform(65, 4e4), self.luck.uniform(8e4, 2e5))))

    def pass_time(self, seconds: float) -> None:
        self.house.set_load(self.luck.choice((0, 500, 6000)))
        self.house.advance(seconds)
        self.gaps.append((self.sheet.now - seconds, self.sheet.now))

    async def do_live(self) -> None:
        self.house.set_load(self.luck.choice((0, 300, 2000, 12_000)))
        await self.hear(self.luck.randrange(60), 50)

    async def do_midnight(self) -> None:
        self.house.set_load(2000)
        begin, end = self.sheet.now, midnight(self.sheet.today + timedelta(1)) - 300
        self.house.advance(end - begin)
        if end - begin > A_DAY:  # where an hour comes twice
            self.gaps.append((begin, end))
        await self.hear(8)  # what has leapt is believed once it goes on
        await self.hear(12, 50)

    async def do_suspend(self) -> None:
        self.pass_unheard()

    async def do_stop(self) -> None:
        await self.home.unload(self.meter)
        self.pass_unheard()
        await self._start()

    async def do_days(self) -> None:
        await self.home.unload(self.meter)
        self.pass_time(self.luck.choice((1.5, 3, 100)) * A_DAY)
        await self._start()

    async def do_crash(self) -> None:
        """Crash, but not over midnight: what was stored last may be an hour old."""
        await self.meter.coordinator.store.flush()
        self.meter.coordinator.costs.store = lambda **_: None  # type: ignore[method-assign]
        await self.home.unload(self.meter)
        left = midnight(self.sheet.today + timedelta(1)) - self.sheet.now
        self.house.advance(min(3000, max(1, left - 120)))
        await self._start()

    async def do_contract(self) -> None:
        self.house.set_load(0)
        await self.hear(8)
        self.house.change_contract(self.luck.choice(CONTRACTS))

    async def do_contract_unseen(self) -> None:
        await self.home.unload(self.meter)
        self.house.set_load(0)
        self.house.advance(300)
        self.house.change_contract(self.luck.choice(CONTRACTS))
        await self._start()

    async def do_contract_twice(self) -> None:
        contract = self.house.contract
        await self.home.unload(self.meter)
        self.house.change_contract(self.luck.choice(CONTRACTS))
        self.house.set_load(0)
        self.house.advance(self.luck.uniform(65, 40_000))
        self.house.change_contract(contract)
        await self._start()

    async def do_mode(self) -> None:
        self.house.switch_mode(self.luck.choice(("historic", "standard")))

    async def do_restart(self) -> None:
        await self.home.restart(self.meter)
        await self.play(2 * KNOWN)

    async def do_replace(self) -> None:
        """Put another meter in its place, maybe on another day, while nothing is used."""
        assert self.meter.entry
        await self.hear(1)
        self.house.set_load(0)
        await self.hear(8)
        self.house.advance(self.luck.choice((0, 40_000)))
        address = str(int(self.house.address) + 1).zfill(12)
        self.house.replace_meter(address, self.luck.choice((0, 9, 60)) * 10**6)
        port = self.meter.entry.data["port"]
        assert await async_replace_meter(self.home.hass, self.meter.entry, address, port)
        await self.meter.play(1)
        self.sheet.stood, self.sheet.at = self.sheet._registers(), self.sheet.now
        await self.play(2 * KNOWN)

    async def do_behind(self) -> None:
        """Begin with a clock of the past, or one that is set back a little."""
        self.home.clock.ahead = -self.luck.choice((2, 70, 3000, 4e5, 1e9))
        await self.hear(3)
        if self.luck.random() < 0.5:
            await self.do_restart()
        self.home.clock.ahead = 0.0
        await self.hear(3)

    async def do_clock(self) -> None:
        self.home.clock.ahead = self.luck.choice(
            (40 * A_DAY, -61, 61, self.luck.uniform(-5, 5) * 1e6)
        )
        await self.hear(3)
        if self.luck.random() < 0.5:
            await self.home.restart(self.meter)
            await self.hear(3)
        self.home.clock.ahead = 0.0

    async def do_prices(self) -> None:
        await self._reprice(some_prices(self.luck), self.sheet.charge, None)

    async def do_prices_today(self) -> None:
        await self._reprice(some_prices(self.luck), 9.0, "today")

    async def do_prices_month(self) -> None:
        await self._reprice(some_prices(self.luck), 21.5, "month")

    async def do_charge(self) -> None:
        await self._reprice(self.sheet.prices, self.luck.uniform(5, 40), None)

    async def do_price_missing(self) -> None:
        prices = dict(self.sheet.prices)
        prices.pop(self.luck.choice([*prices]))
        await self._reprice(prices, self.sheet.charge, None)

    async def _reprice(self, prices: dict[str, float], charge: float, since: str | None) -> None:
        costs = self.meter.coordinator.costs
        period = period_of(costs, since) if since else None
        if period:
            costs.reprice(Prices(prices, charge), period)
        self.sheet.reprice(prices, charge, period.first if period else None)
        assert self.meter.entry
        options = {**self.meter.entry.options, "prices": prices, "standing_charge": charge}
        self.home.hass.config_entries.async_update_entry(self.meter.entry, options=options)
        await self.do_restart()

    async def _start(self) -> None:
        assert self.meter.entry
        self.home.clock.now = self.house.now.timestamp()
        await self.home.hass.config_entries.async_setup(self.meter.entry.entry_id)
        await self.play(2 * KNOWN)


def some_prices(luck: Random) -> dict[str, float]:
    slugs = {slug for names in REGISTER_SLUGS.values() for slug in names.values()}
    return {slug: round(luck.uniform(0.1, 0.5), 4) for slug in sorted(slugs)}


async def begins(home: Home, luck: Random, start: str) -> Life:
    """A house that has just been given prices."""
    mode, contract = luck.choice(("historic", "standard")), luck.choice(CONTRACTS)
    meter = await pays(home, start, 0, mode=mode, contract=contract)
    prices = some_prices(luck)
    await meter.play(2 * KNOWN)
    await reprice(home, meter, prices=prices)
    costs = meter.coordinator.costs
    costs.reprice(Prices(prices, 15.0), costs.today.month_to_date)
    return Life(home, meter, luck, prices)


@pytest.mark.parametrize("seed", [0, 1, 23])
async def test_weeks_cost_what_a_sheet_says(home: Home, seed: int) -> None:
    luck = Random(seed)  # noqa: S311 - a scenario, not a secret
    life = await begins(home, luck, STARTS[seed % len(STARTS)])
    for _ in range(22):
        await life.step()


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Record sums alone, and write to the database when a test settles."""
    return {"commit_interval": 3600, "include": {"entities": [*SUMS]}}


@pytest.mark.parametrize("seed", [4, 9])
async def test_the_recorder_sums_up_what_a_sheet_says(
    course: Course, home: Home, seed: int
) -> None:
    luck = Random(seed)  # noqa: S311 - a scenario, not a secret
    life = await begins(home, luck, STARTS[seed % len(STARTS)])
    begin = life.sheet.total
    for _ in range(16):
        what = await life.step(SUMMED)
        await course.end_period()
        for entity_id in SUMS:
            summed = (await course.sums(entity_id))[-1]
            where = what, entity_id, life.house.local_now
            assert summed == pytest.approx(life.sheet.total - begin, abs=HALF_A_CENT), where


@pytest.mark.parametrize("address", [ADDRESS, OTHER_ADDRESS])
async def test_an_entry_that_is_deleted_and_added_again_goes_on_with_the_sums(
    course: Course, home: Home, address: str
) -> None:
    """Days later, in another month too; the prices are given at once, or a while after."""
    meter = await pays(home, "2026-11-28T12:00:00", watts=9000)
    life = Life(home, meter, Random(0), dict(OPTIONS["prices"]))  # noqa: S311
    begin = life.sheet.total
    for nights in (0, 1, 3):
        await life.hear(20, 50)
        await course.end_period()
        assert meter.entry
        options = {**meter.entry.options, "standing_charge": 31.0}
        await home.hass.config_entries.async_remove(meter.entry.entry_id)
        life.pass_time(nights * A_DAY + 100)
        if address != ADDRESS:
            life.house.replace_meter(str(int(address) + nights).zfill(12), 60_000_000)
        home.clock.now = life.house.now.timestamp()
        is_late = address == ADDRESS
        given = {"reporting": "realtime"} if is_late else options
        await home.add(meter, life.house.address, options=given)
        await meter.play(2 * KNOWN)
        if address != ADDRESS:
            life.sheet.stood, life.sheet.at = life.sheet._registers(), life.sheet.now
        life.sheet.enter()
        if is_late:
            await home.restart(meter)
            await reprice(home, meter, **options)
        life.sheet.reprice(life.sheet.prices, 31.0, None)
        for _ in range(2):
            await life.hear(20, 50)
            await life.play(1)
            await course.end_period()
            await life.do_midnight()
            await life.do_restart()
        await course.end_period()
        for entity_id in SUMS:
            summed = await course.sums(entity_id)
            assert summed[-1] == pytest.approx(life.sheet.total - begin, abs=HALF_A_CENT)
            assert summed == sorted(summed)


@pytest.mark.parametrize("contract", ["tempo", "ejp"])
async def test_days_that_end_before_the_prices_of_a_new_contract_are_given_are_summed_up(
    course: Course, home: Home, contract: str
) -> None:
    """As a household does that answers the repair two days later."""
    meter = await pays(home, "2026-11-29T12:00:00", watts=9000)
    life = Life(home, meter, Random(0), dict(OPTIONS["prices"]))  # noqa: S311
    begin = life.sheet.total
    await life.hear(20, 50)
    await course.end_period()
    life.house.set_load(0)
    await life.hear(8)
    life.house.change_contract(contract)
    for _ in range(2):
        await life.hear(26)
        await life.do_live()
        await life.play(1)
        await course.end_period()
        assert [home.state(one) for one in SUMS] == [STATE_UNKNOWN] * 2
        await life.do_midnight()
        await life.do_restart()
    await life._reprice(some_prices(life.luck), life.sheet.charge, None)
    await life.hear(26)
    await life.play(1)
    life.agree("prices")
    await course.end_period()
    for one in SUMS:
        summed = await course.sums(one)
        assert summed[-1] == pytest.approx(life.sheet.total - begin, abs=HALF_A_CENT)


async def test_no_sum_begins_anew_after_a_fortnight_without_a_value(
    course: Course, home: Home
) -> None:
    """The recorder has purged the rows of five minutes by then, and goes on from no others."""
    meter = await pays(home, "2026-08-05T12:00:00", watts=9000)
    life = Life(home, meter, Random(0), dict(OPTIONS["prices"]))  # noqa: S311
    begin = life.sheet.total
    life.pass_time(20 * A_DAY)
    await life.hear(20, 50)
    await life.play(1)
    await end_hour(course)
    await home.unload(meter)
    life.pass_time(14 * A_DAY)
    course.period += timedelta(days=14)
    course.at(1)
    hass = home.hass
    get_instance(hass).queue_task(
        PurgeTask(utcnow() - timedelta(days=10), repack=False, apply_filter=False)
    )
    await course.settled()
    get_short_term_statistics_run_cache(hass)._latest_id_by_metadata_id.clear()
    await life._start()
    await life.hear(20, 50)
    await life.play(1)
    await end_hour(course)
    for entity_id in SUMS:  # the rest of the last day that was heard is left out
        for sums in (await course.sums(entity_id), await course.sums(entity_id, hourly=True)):
            assert sums == sorted(sums)
            assert life.sheet.total - begin - 5 < sums[-1] < life.sheet.total - begin


async def end_hour(course: Course) -> None:
    await course.end_period()
    while course.period.minute:
        await course.end_period()
