"""What has been used today and this month, and what it costs.

It knows indexes, prices and local midnights. Accounts are kept in the store, so that what was used
while nobody listened is counted; where midnight lies in such a gap, it is shared out by time.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..meter.known_labels import LABELS
from ..meter.signals import Signals
from ..meter.store import MeterStore
from ..tic import Frame, Label, Mode, Quantity, Reading
from .accounts import DAY, MONTH, Account, Count, Standing
from .prices import Prices

"""What to listen to for costs that change without an index: a day, or a line, that begins."""
COSTED: Final = tuple(
    name
    for name, label in LABELS.items()
    if label.quantity in {Quantity.SUPPLIER_ENERGY, Quantity.EXPORTED_ENERGY}
)
"""The labels whose indexes are priced; the total and the grid operator's count the same again."""

_KEY: Final = "costs"
_STORED_EVERY: Final = 3600.0
"""Seconds: a crash loses no energy, only when it was used within that time."""
_PATIENCE: Final = 10
"""Frames in which every index that is sent has been heard again."""
_ROUND: Final = 4
"""Digits of an amount: a hundredth of a cent."""


class Costs:
    """The accounts of one meter."""

    def __init__(self, address: str, prices: Prices, signals: Signals, store: MeterStore) -> None:
        self._address = address
        self._prices = prices
        self._signals = signals
        self._store = store
        self._accounts: dict[str, Account] = {}
        self._standing = Standing(charge=prices.standing_charge)
        self._waiting: set[str] = set()
        self._patience = 0
        self._mode: Mode | None = None
        self._today = date.min
        self._is_new_day = False
        self._starts = {DAY: 0.0, MONTH: 0.0}
        self._day_ends = self._store_at = self._heard = 0.0
        for name in COSTED:
            signals.reading.connect(name, self._take)
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)
        signals.vanished.connect(self._leave)

    # What is told

    def start(self, period: str) -> datetime:
        """Tell since when a period counts: local midnight of its first day."""
        return dt_util.utc_from_timestamp(self._starts[period])

    def cost(self, period: str) -> float | None:
        """Give what is paid for what was used; None while a part of it is not known."""
        if self._waiting or not self._prices.by_register:
            return None
        amounts = self._amounts(Quantity.SUPPLIER_ENERGY, period)
        return _sum([*amounts, self._share(period)]) if amounts else None

    def revenue(self, period: str) -> float | None:
        """Give what is paid for what was exported."""
        amounts = self._amounts(Quantity.EXPORTED_ENERGY, period)
        return None if self._waiting or not amounts else _sum(amounts)

    def _amounts(self, quantity: Quantity, period: str) -> list[float | None]:
        names = [name for name in self._accounts if LABELS[name].quantity is quantity]
        return [self._amount(name, period) for name in names]

    def _amount(self, name: str, period: str) -> float | None:
        """Give the price of what an index has counted; None when nobody has told its price."""
        price = _price(self._prices, name)
        count = self._accounts[name].counts()[period]
        if count.start < self._starts[period]:
            return 0.0  # it has not moved since
        if price is None:
            return None if count.used else count.spent
        return count.spent + count.used / 1000 * price

    def _share(self, period: str) -> float:
        if period == DAY:
            return self._standing.of(self._today)
        return self._standing.until(self._today, self._starts[MONTH])

    # What is heard

    def _take(self, reading: Reading) -> None:
        """Count what an index has gained."""
        name, value = reading.label.name, reading.value
        if not isinstance(value, int):
            return
        if reading.label.mode is not self._mode:
            self._change_mode(reading.label.mode)
        self._turn(reading.at)
        day, month = self._starts[DAY], self._starts[MONTH]
        if account := self._accounts.get(name):
            account.move(value, reading.at, self._heard, day, month)
        else:
            self._accounts[name] = Account(value, reading.at, Count(day), Count(month))

    def _change_mode(self, mode: Mode) -> None:
        """Go on with the indexes of another mode: the last one's have counted what is imported."""
        self._mode = mode
        for name, account in self._accounts.items():
            if LABELS[name].mode is mode:
                account.is_new |= LABELS[name].quantity is Quantity.SUPPLIER_ENERGY
                account.lost = account.at

    def _end_frame(self, _frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        self._heard = now
        if self._waiting:
            self._wait_less(readings)
        self._turn(now)
        if self._is_new_day:  # said at once: what an index shows may be told minutes later
            self._is_new_day = False
            self._signals.costs.send()
        if now >= self._store_at:
            self.store()

    def _wait_less(self, readings: Mapping[str, Reading]) -> None:
        """See which indexes were heard again; one that is not is no longer sent."""
        self._waiting.difference_update(readings)
        self._patience -= 1
        if not self._patience:
            self._waiting.clear()
        if not self._waiting:
            self._signals.costs.send()

    def _leave(self, label: Label) -> None:
        """Note that an index is no longer sent: another contract may count under another name.

        What is exported has no other name: it is counted when its index is sent again.
        """
        account = self._accounts.get(label.name)
        if account and label.quantity is Quantity.SUPPLIER_ENERGY:
            account.is_new = True

    def _lose(self) -> None:
        self._wait(is_new=False)

    def _wait(self, *, is_new: bool) -> None:
        """Note until when the indexes held: the next values may be of another day, or meter."""
        self._waiting = {name for name in self._accounts if LABELS[name].mode is self._mode}
        self._patience = _PATIENCE
        for name, account in self._accounts.items():
            account.is_new = account.is_new or is_new
            if account.lost is None:
                account.lost = self._heard if LABELS[name].mode is self._mode else account.at

    def _turn(self, at: float) -> None:
        """Begin the periods that an instant is in."""
        if at < self._day_ends:
            return
        today = dt_util.as_local(dt_util.utc_from_timestamp(at)).date()
        self._today = today
        self._starts = {DAY: _midnight(today), MONTH: _midnight(today.replace(day=1))}
        self._day_ends = _midnight(today + timedelta(days=1))
        self._is_new_day = True

    # What is kept

    def restore(self, now: float) -> None:
        """Take up the accounts that the store, now loaded, holds; `now` is seconds since 1970."""
        self._turn(now)
        kept = self._store.recall(_KEY)
        if isinstance(kept, dict):
            rows = _dict(kept["accounts"])
            self._accounts = {
                name: Account.recalled(_numbers(row))
                for name, row in rows.items()
                if name in LABELS  # a later release, since gone back from, may know more
            }
            newest = max(self._accounts, key=lambda name: self._accounts[name].at, default=None)
            self._mode = LABELS[newest].mode if newest else None
            before = Prices.chosen(_dict(kept["prices"]))
            self._heard, month, days, spent = _numbers(kept["standing"])
            self._standing = Standing(month, int(days), spent, before.standing_charge)
            self._settle(before)
            self._wait(is_new=kept["address"] != self._address)
        self._standing.settle(self._prices.standing_charge or 0.0, self._starts[MONTH], self._today)

    def _settle(self, before: Prices) -> None:
        """Price what was used at prices that have changed; what had none takes the new one."""
        for name, account in self._accounts.items():
            price = _price(before, name)
            if price is not None and price != _price(self._prices, name):
                account.day.settle(price)
                account.month.settle(price)

    def store(self) -> None:
        """Keep the accounts as they are."""
        if not self._accounts:
            return
        self._store_at = self._heard + _STORED_EVERY
        fact: JsonObjectType = {
            "address": self._address,
            "accounts": {name: [*one.stored()] for name, one in self._accounts.items()},
            "standing": [self._heard, *self._standing.stored()],
            "prices": self._prices.options,
        }
        self._store.keep(_KEY, fact)


def _price(prices: Prices, name: str) -> float | None:
    label = LABELS[name]
    if label.quantity is Quantity.EXPORTED_ENERGY:
        return prices.export
    return prices.by_register.get(label.register or 0)


def _sum(amounts: list[float | None]) -> float | None:
    """Add amounts up; None when one of them is not known."""
    known = [amount for amount in amounts if amount is not None]
    return round(sum(known), _ROUND) if len(known) == len(amounts) else None


def _midnight(day: date) -> float:
    return dt_util.start_of_local_day(day).timestamp()


def _dict(fact: JsonValueType) -> JsonObjectType:
    return fact if isinstance(fact, dict) else {}


def _numbers(fact: JsonValueType) -> list[float]:
    return [one for one in fact if isinstance(one, int | float)] if isinstance(fact, list) else []
