"""A ledger beside a sheet that is kept by hand: to the hundredth of a cent, whatever happens."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
import json
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util
import pytest

from custom_components.linky_tic.cost.indexes import Indexes
from custom_components.linky_tic.cost.ledger import Ledger, amount
from custom_components.linky_tic.cost.periods import CostPeriod
from custom_components.linky_tic.tic import LABELS

FRANCE: Final = ZoneInfo("Europe/Paris")
LABEL: Final = {
    ("off_peak", "standard"): "EASF01",
    ("peak", "standard"): "EASF02",
    ("off_peak", "historic"): "HCHC",
    ("peak", "historic"): "HCHP",
}


@contextmanager
def france() -> Iterator[None]:
    """The local time of a house."""
    before = dt_util.DEFAULT_TIME_ZONE
    dt_util.set_default_time_zone(FRANCE)
    try:
        yield
    finally:
        dt_util.set_default_time_zone(before)


class Life:
    """A house whose truth is known second by second; a ledger hears of it now and then."""

    def __init__(self, seed: int) -> None:
        self.luck = Random(seed)  # noqa: S311 - a scenario, not a secret
        self.now = datetime(2026, 10, 20, 8, tzinfo=FRANCE).timestamp()
        self.clock_error = 0.0
        self.mode = "standard"
        self.tariff = "peak"
        self.values = {"off_peak": 5_000_000, "peak": 999_990_000}
        self.prices: dict[str, float | None] = {"off_peak": 0.16, "peak": None}
        self.charge = 15.0
        self.sheet: list[tuple[date, str, float, float | None]] = []
        self.charges: dict[date, float] = {}
        self.ledger, self.indexes = Ledger(), Indexes()
        self.ledger.turn(self.now)
        self.ledger.charge(self.charge)
        self.hear()
        self.note_charge()

    def today(self) -> date:
        return datetime.fromtimestamp(self.now, FRANCE).date()

    def live(self, seconds: float, watts: float) -> None:
        """Use energy for some time; by hand, it is shared out evenly over the days."""
        energy = round(watts * seconds / 3600)
        self.values[self.tariff] = (self.values[self.tariff] + energy) % 10**9
        begin, self.now = self.now, self.now + seconds
        while begin < self.now:
            day = datetime.fromtimestamp(begin, FRANCE).date()
            following = day + timedelta(1)
            tomorrow = datetime(following.year, following.month, following.day, tzinfo=FRANCE)
            end = min(self.now, tomorrow.timestamp())
            share = energy * (end - begin) / seconds
            self.sheet.append((day, self.tariff, share, self.prices[self.tariff]))
            begin = end
        self.note_charge()

    def note_charge(self) -> None:
        day = max(self.charges, default=date(2026, 10, 1))
        while day <= self.today():
            self.charges.setdefault(day, self.charge)
            day += timedelta(1)

    def hear(self) -> None:
        """A frame: what has changed is taken, and all of it holds at its end."""
        at = self.now + self.clock_error
        for tariff, value in self.values.items():
            label = LABELS[LABEL[tariff, self.mode]]
            self.ledger.turn(at)
            _, gain, since = self.indexes.take(label, value, at)
            if gain:
                self.ledger.add(gain, tariff, self.prices[tariff], since, at)
        self.ledger.turn(at)

    def step(self) -> None:
        rare = ("gap", "night", "switch", "price", "charge", "clock", "restart", "mode", "hours")
        getattr(self, f"do_{self.luck.choice((*['live'] * 6, *rare))}")()

    def do_live(self) -> None:
        for _ in range(5):
            self.live(self.luck.uniform(1, 50), self.luck.uniform(0, 9000))
            self.hear()

    def do_gap(self) -> None:
        self.live(self.luck.uniform(60, 40_000), self.luck.uniform(0, 9000))
        self.hear()

    def do_night(self) -> None:
        self.live(86_400 * self.luck.uniform(0.5, 3), self.luck.uniform(0, 9000))
        self.hear()

    def do_hours(self) -> None:
        for _ in range(500):
            self.live(55, self.luck.uniform(0, 9000))
            self.hear()

    def do_switch(self) -> None:
        self.tariff = "peak" if self.tariff == "off_peak" else "off_peak"

    def do_price(self) -> None:
        tariff = self.luck.choice([*self.prices])
        price = self.prices[tariff] = round(self.luck.uniform(0.05, 0.9), 4)
        self.sheet = [
            (day, name, energy, price if old is None and name == tariff else old)
            for day, name, energy, old in self.sheet
        ]
        self.ledger.complete({}, self.prices.get)

    def do_charge(self) -> None:
        self.charge = round(self.luck.uniform(5, 40), 2)
        self.charges[self.today()] = self.charge
        self.ledger.charge(self.charge)

    def do_clock(self) -> None:
        """The clock is wrong for some frames, maybe through a restart, and right again."""
        self.clock_error = self.luck.choice((-1, 1)) * self.luck.uniform(4000, 5e6)
        for _ in range(3):
            self.live(self.luck.uniform(1, 2), 9000)
            self.hear()
        self.do_restart()
        self.clock_error = 0.0
        self.live(1, 0)
        self.hear()

    def do_restart(self) -> None:
        stored = json.dumps([self.ledger.written, self.indexes.written])
        ledger, indexes = json.loads(stored)
        self.ledger, self.indexes = Ledger.read(ledger), Indexes.read(indexes)
        self.ledger.turn(self.now + self.clock_error)

    def do_mode(self) -> None:
        self.mode = "historic" if self.mode == "standard" else "standard"

    def by_hand(self, first: date, last: date) -> float | None:
        rows = [row for row in self.sheet if first <= row[0] <= last]
        if any(price is None and energy for _, _, energy, price in rows):
            return None
        return sum(energy / 1000 * (price or 0) for _, _, energy, price in rows)

    def standing_by_hand(self, first: date, last: date) -> float:
        return sum(
            charge / monthrange(day.year, day.month)[1]
            for day, charge in self.charges.items()
            if first <= day <= last
        )

    def agree(self) -> None:
        today = self.today()
        for first in (today, today - timedelta(1), today.replace(day=1)):
            last = today if first.day == 1 or first == today else first
            period = CostPeriod(first, last)
            paid = amount(self.ledger.drawn(period))
            by_hand = self.by_hand(first, last)
            assert (paid is None) is (by_hand is None)
            assert paid == pytest.approx(by_hand, abs=1e-4)
            standing = self.standing_by_hand(first, last)
            assert self.ledger.standing(period) == pytest.approx(standing, abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_a_ledger_equals_a_sheet_that_is_kept_by_hand(seed: int) -> None:
    with france():
        life = Life(seed)
        for _ in range(60):
            life.step()
            life.agree()


def test_a_clock_that_is_put_back_a_little_leaves_the_days_of_a_gap_alone() -> None:
    ledger = Ledger()
    night = datetime(2026, 11, 23, 20, tzinfo=FRANCE).timestamp()
    morning = night + 12 * 3600
    with france():
        ledger.turn(night)
        ledger.turn(morning)  # it was off
        for at in range(int(morning), int(morning) + 6 * 3600, 50):
            ledger.turn(at)
            ledger.add(10, "base", 0.2, at, at)
        ledger.turn(ledger.now - 90)
        day = date(2026, 11, 24)
        assert sum(ledger.drawn(CostPeriod(day, day)).values()) == 4320


def test_a_charge_that_is_typed_while_the_clock_is_ahead_holds_from_the_true_day_on() -> None:
    ledger = Ledger()
    noon = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
    with france():
        ledger.turn(noon)
        ledger.charge(15.0)
        ledger.turn(noon + 40 * 86_400)
        ledger.charge(30.0)
        ledger.turn(noon + 5)
        first, day = date(2026, 11, 1), date(2026, 11, 23)
        assert ledger.standing(CostPeriod(day, day)) == 1
        assert ledger.standing(CostPeriod(first, day)) == pytest.approx(22 * 0.5 + 1)


def test_a_pause_while_the_clock_is_ahead_does_not_make_the_false_time_true() -> None:
    ledger = Ledger()
    noon = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
    day = date(2026, 11, 23)
    with france():
        ledger.turn(noon)
        ledger.turn(noon + 40 * 86_400)
        ledger.add(10, "base", 0.2, noon, ledger.now)
        ledger.turn(ledger.now + 120)  # Home Assistant is started anew
        ledger.add(10, "base", 0.2, ledger.now - 120, ledger.now)
        ledger.turn(noon + 125)
        assert ledger.doubt is None
        assert sum(ledger.drawn(CostPeriod(day, day)).values()) == 20


def test_a_clock_that_has_moved_is_believed_after_a_day() -> None:
    ledger = Ledger()
    noon = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
    with france():
        ledger.turn(noon)
        for at in range(int(noon) + 7200, int(noon) + 7200 + 86_400 + 100, 50):
            assert ledger.doubt or at == noon + 7200
            ledger.turn(at)
            ledger.add(10, "base", 0.2, at, at)
        assert ledger.doubt is None
        ledger.turn(ledger.now - 7200)  # which is not taken for the end of that
        day = date(2026, 11, 24)
        assert sum(ledger.drawn(CostPeriod(day, day)).values()) == (14 * 72 + 2) * 10


def test_new_prices_and_charges_hold_from_their_day_on() -> None:
    ledger = Ledger()
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    at = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
    with france():
        ledger.turn(at)
        ledger.add(1000, "base", 0.1, at - 86_400, at - 86_400)
        ledger.add(1000, "base", 0.1, at, at)
        ledger.reprice(monday, {"base": 0.2}.get, None)
        assert ledger.charges == []
        ledger.reprice(monday, {"base": 0.3}.get, 15.0)
        ledger.reprice(monday, {"base": 0.3}.get, 30.0)
        paid = [amount(ledger.drawn(CostPeriod(day, day))) for day in (sunday, monday)]
    assert paid == pytest.approx([0.1, 0.3])
    assert ledger.charges == [(monday, 30.0)]
