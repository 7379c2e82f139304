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

from custom_components.linky_tic.cost.ledger import Ledger, amount
from custom_components.linky_tic.cost.periods import CostPeriod
from custom_components.linky_tic.cost.registers import CostRegisters
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
        self.mode = "standard"
        self.tariff = "peak"
        self.values = {"off_peak": 5_000_000, "peak": 999_990_000}
        self.prices: dict[str, float | None] = {"off_peak": 0.16, "peak": None}
        self.charge = 15.0
        self.sheet: list[tuple[date, str, float, float | None]] = []
        self.charges: dict[date, float] = {}
        self.ledger, self.registers = Ledger(), CostRegisters()
        self.ledger.advance_to(self.now)
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
        at = self.now
        for tariff, value in self.values.items():
            label = LABELS[LABEL[tariff, self.mode]]
            self.ledger.advance_to(at)
            _, gain, since = self.registers.take(label, value, at)
            if gain:
                self.ledger.add(gain, tariff, self.prices[tariff], since, at)
        self.ledger.tidy()

    def step(self) -> None:
        rare = ("gap", "night", "switch", "price", "charge", "restart", "mode", "hours")
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

    def do_restart(self) -> None:
        stored = json.dumps([self.ledger.written, self.registers.written])
        ledger, registers = json.loads(stored)
        self.ledger, self.registers = Ledger.read(ledger), CostRegisters.read(registers)
        self.ledger.advance_to(self.now)

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


def test_new_prices_and_charges_hold_from_their_day_on() -> None:
    ledger = Ledger()
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    at = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
    with france():
        ledger.advance_to(at)
        ledger.add(1000, "base", 0.1, at - 86_400, at - 86_400)
        ledger.add(1000, "base", 0.1, at, at)
        ledger.reprice(monday, {"base": 0.2}.get, None)
        assert ledger.standing(CostPeriod(sunday, monday)) == 0
        ledger.reprice(monday, {"base": 0.3}.get, 15.0)
        ledger.reprice(monday, {"base": 0.3}.get, 30.0)
        paid = [amount(ledger.drawn(CostPeriod(day, day))) for day in (sunday, monday)]
        assert ledger.standing(CostPeriod(sunday, sunday)) == 1  # as if it had always been so
    assert paid == pytest.approx([0.1, 0.3])
    assert ledger.charges == {monday: 30.0}


def noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=FRANCE).timestamp()


MONDAY: Final = date(2026, 11, 23)
A_DAY: Final = timedelta(1)


def lived(since: date, energy: float, until: date = MONDAY) -> Ledger:
    """A ledger of which one gain was heard at noon, since the noon of another day."""
    ledger = Ledger()
    ledger.advance_to(noon(until))
    ledger.add(energy, "base", 0.2, noon(since), noon(until))
    return ledger


def test_a_gap_is_shared_out_over_a_year_and_a_day() -> None:
    with france():
        ledger = lived(MONDAY - 380 * A_DAY, 380.0)
        days = {row.day: energy for row, energy in ledger.rows.items()}
        backward = lived(MONDAY + A_DAY, 7.0)
    assert len(days) == 367
    assert days[MONDAY - A_DAY] == pytest.approx(1)
    assert days[MONDAY - 366 * A_DAY] == pytest.approx(14.5)
    assert sum(days.values()) == pytest.approx(380)
    assert {row.day: energy for row, energy in backward.rows.items()} == {MONDAY: 7.0}


def test_a_hundred_days_are_kept_and_no_day_that_is_to_come() -> None:
    with france():
        ledger = Ledger()
        for day in (MONDAY - 100 * A_DAY, MONDAY - 99 * A_DAY, MONDAY, MONDAY + A_DAY):
            ledger.add(1.0, "base", None, noon(day), noon(day))
        ledger.charges = {MONDAY - 90 * A_DAY: 1.0, MONDAY + A_DAY: 2.0}
        ledger.advance_to(noon(MONDAY) + 1)
        assert ledger.whole_since == ledger.began == noon(MONDAY) + 1
        ledger.advance_to(noon(MONDAY))
        ledger.tidy()
    assert ledger.whole_since == noon(MONDAY)
    assert {row.day: wh for row, wh in ledger.rows.items()} == {
        MONDAY - 99 * A_DAY: 1.0,
        MONDAY: 2.0,
    }
    assert ledger.charges == {MONDAY - 90 * A_DAY: 1.0, MONDAY: 2.0}


def test_a_day_that_has_begun_stays_where_the_clock_is_put_back_by_less_than_an_hour() -> None:
    with france():
        ledger = lived(MONDAY, 1.0)
        ledger.tidy()
        midnight = noon(MONDAY) - 43_200
        for back, day in ((3600.0, MONDAY), (3601.0, MONDAY - A_DAY)):
            ledger.advance_to(midnight - back)
            ledger.tidy()
            assert [row.day for row in ledger.rows] == [day]


def test_a_former_tariff_keeps_its_price_where_others_hold_anew() -> None:
    with france():
        ledger = lived(MONDAY, 1.0)
        noons = noon(MONDAY), noon(MONDAY) + 60
        ledger.add(1000, "peak", 0.3, *noons)
        ledger.add(1000, "tempo", 0.1, *noons)
        ledger.reprice(MONDAY, {"tempo": 0.2}.get, None)
        prices = {row.tariff: row.price for row in ledger.rows}
        assert (prices["peak"], prices["tempo"]) == (0.3, 0.2)


def test_a_charge_is_paid_from_its_day_on() -> None:
    no_prices: dict[str, float] = {}
    with france():
        ledger = lived(MONDAY, 1.0)
        ledger.charge(None)
        ledger.reprice(MONDAY, no_prices.get, None)
        assert ledger.charges == {}
        assert ledger.standing(CostPeriod(MONDAY, MONDAY)) == 0
        ledger.charge(15.0)
        ledger.charge(15.0)
        assert ledger.charges == {date.min: 15.0}
        ledger.charge(None)
        assert ledger.charges == {date.min: 15.0, MONDAY: 0.0}
        assert ledger.standing(CostPeriod(MONDAY - A_DAY, MONDAY)) == 0.5
        ledger.reprice(MONDAY - A_DAY, no_prices.get, None)
        assert ledger.charges == {date.min: 15.0, MONDAY - A_DAY: 0.0}
        ledger.charges = {MONDAY: 30.0}
        assert ledger.standing(CostPeriod(MONDAY - A_DAY, MONDAY - A_DAY)) == 1
        ended = lived(MONDAY, 1.0)
        ended.charge(15.0)
        ended.charge(None)
        ended.advance_to(noon(MONDAY + A_DAY))
        ended.charge(None)
        assert ended.charges == {date.min: 15.0, MONDAY: 0.0}


def test_all_that_is_stored_comes_back() -> None:
    with france():
        ledger = lived(MONDAY - A_DAY, 1.0)
        ledger.charges = {MONDAY: 1.0}
        again = Ledger.read(json.loads(json.dumps(ledger.written)))
        former = {"times": [2.0, 1.0], "charges": [], "rows": []}
        assert vars(again) == vars(ledger) | {"_tidied": MONDAY}
        assert Ledger.read(former).began == 1
    assert (Ledger().now, Ledger().whole_since, Ledger().began) == (0, 0, 0)


def test_exports_are_apart_and_nothing_needs_no_price() -> None:
    period = CostPeriod(MONDAY, MONDAY)
    with france():
        ledger = lived(MONDAY, 500.0)
        ledger.add(1000.0, "export", 0.1, noon(MONDAY), noon(MONDAY))
        ledger.add(0.0, "peak", None, noon(MONDAY), noon(MONDAY))
    assert amount(ledger.drawn(period)) == pytest.approx(0.1)
    assert amount(ledger.exported(period)) == pytest.approx(0.1)
    assert sum(ledger.exported(period).values()) == 1000
    assert period.start == dt_util.start_of_local_day(MONDAY)
