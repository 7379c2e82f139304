"""What has been used today, yesterday and this month, and what it costs."""

from datetime import date, datetime, timedelta
import time
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..meter.meter import LinkyMeter
from ..tariff.in_force import index_slug, numbered_name
from ..tariff.tariffs import Tariffs
from ..tic import LABELS, Frame, Label, Reading, Readings
from .account import LEDGER, Account
from .deleted import HAD_PRICES, deleted_accounts
from .former import FORMER, read_former
from .indexes import COSTED, EXPORT_REGISTER, Index, register_of
from .ledger import amount
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT, Prices

_STORED_EVERY: Final = 3600.0
"""Seconds: a crash loses no energy, only when it was used within that time."""
_ROUND: Final = 6
"""Digits of an amount: the sum of ten years of days is right to the cent."""
_ONE_DAY: Final = timedelta(days=1)


class Costs:
    """What one meter's energy costs: its account, and the prices in force."""

    def __init__(self, meter: LinkyMeter, tariffs: Tariffs) -> None:
        self.prices = Prices.chosen(meter.entry.options)
        self._meter = meter
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self._account = Account()
        self._stored_at = 0.0
        self._told: object = None
        self._is_due = False
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)
        for label in COSTED:
            signals.state.connect(label, self._mark_due)
        signals.tariff.connect(self._take_names_and_prices)
        meter.guard(self.restore)
        meter.guard(self._begin)

    # What is told: days are local ones

    @property
    def today(self) -> CostPeriod:
        return CostPeriod(self._account.day, self._account.day)

    @property
    def yesterday(self) -> CostPeriod:
        day = self._account.day - _ONE_DAY
        return CostPeriod(day, day)

    @property
    def month(self) -> CostPeriod:
        return CostPeriod(self._account.day.replace(day=1), self._account.day)

    def counted_since(self, period: CostPeriod) -> datetime:
        """Tell since when energy of a period has been counted: not before there was a meter."""
        return max(period.start, dt_util.utc_from_timestamp(self._account.ledger.began))

    def energy(self, period: CostPeriod) -> float | None:
        """Give the kWh drawn in a period; None while a part of it is not known."""
        heard = self._account.indexes.by_register.keys()
        if not heard - {EXPORT_REGISTER} or not self._is_whole(period):
            return None
        return round(sum(self._account.ledger.drawn(period).values()) / 1000, _ROUND)

    def cost(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was used; None while a part of it is not known."""
        if not self.prices.by_tariff or self.energy(period) is None:
            return None
        used = amount(self._account.ledger.drawn(period))
        return None if used is None else round(used + self._account.ledger.standing(period), _ROUND)

    def revenue(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was exported; None while a part of it is not known."""
        heard = self._account.indexes.by_register
        if EXPORT_REGISTER not in heard or not self._is_whole(period):
            return None
        earned = amount(self._account.ledger.exported(period))
        return None if earned is None else round(earned, _ROUND)

    def _is_whole(self, period: CostPeriod) -> bool:
        """Whether nothing is missing; of a period that is over, nothing since its beginning."""
        if self._account.indexes.is_waiting or self._awaits_prices:
            return False
        is_over = period.last < self._account.day
        return not is_over or self._account.ledger.whole_since <= midnight(period.first)

    @property
    def _awaits_prices(self) -> bool:
        """Whether an entry has just been added again: what is over is told with its prices."""
        account = self._account
        return account.added_again == account.ledger.today and not self.prices.options

    def tariff_at(self, label: Label, at: float) -> str:
        """Give what an index of what is drawn has counted at an instant, maybe long past."""
        register = register_of(label)
        known = index_slug(label) or self._account.tariff_at(register, at)
        return known or self._tariffs.name_of(register)

    # What is heard

    def _end_frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Enter what the indexes have gained, now that the frame has said under which tariff."""
        account = self._account
        if account.turn(now, time.monotonic()):
            self._take_names_and_prices()
            self._told = None
        is_shared = False
        for index, gain, since in account.indexes.end_frame(frame, readings, now):
            if gain:
                is_shared |= day_of(since) != account.ledger.today
                account.rename(index, self._name_of(index), since)
                prices = self.prices.named({index.register: index.tariff})  # just told, maybe
                account.enter(index, gain, prices.of(index.tariff), since)
        if not self._awaits_prices:
            for _ in account.end_days(_time_of(readings.get("DATE"))):
                self._signals.costs.send()  # the recorder adds up what a day has come to
        state = account.day, account.indexes.is_waiting, len(account.indexes.by_register)
        is_new = state != self._told
        if is_new or self._is_due:  # a new day is said at once, what is used as often as its index
            self._told, self._is_due = state, False
            self._signals.costs.send()
        # A crash is not to tell a day twice, nor to share a gap out anew, nor to end a day without
        # an index that is about to be believed.
        is_due = abs(now - self._stored_at) >= _STORED_EVERY and not account.indexes.is_held
        if is_new or is_shared or is_due:
            self.store(at_once=is_new or is_shared)

    def _name_of(self, index: Index) -> str | None:
        """Give the name of what an index counts, as far as the meter tells it."""
        if index.register == EXPORT_REGISTER:
            return EXPORT
        current = self._tariffs.current
        names = {**self._tariffs.names, **({current.register: current.name} if current else {})}
        return index_slug(LABELS[index.label]) or names.get(index.register)

    def _mark_due(self) -> None:
        self._is_due = True

    def _lose(self) -> None:
        self._account.indexes.lose()

    def _take_names_and_prices(self) -> None:
        """Put under its tariff what was typed, or counted, for a register without a name.

        What had no price until now gets the one that is given, as the days have their charge.
        """
        names, entry = self._tariffs.names, self._meter.entry
        options = {**entry.options, **Prices.chosen(entry.options).named(names).options}
        self._meter.hass.config_entries.async_update_entry(entry, options=options)
        self.prices = self.prices.named(names)
        known = {numbered_name(register): name for register, name in names.items()}
        self._account.ledger.complete(known, self.prices.of)
        self._account.ledger.charge(self.prices.standing_charge)
        self.store()  # a crash is not to give another tariff what this one has counted

    # What is kept, and changed

    def restore(self) -> None:
        """Take up what the store holds; raises an error where it has another shape."""
        kept: Any = self._store.recall(LEDGER)
        former: Any = self._store.recall(FORMER)
        if kept is None and former is not None:
            kept = {"address": former["address"], **read_former(former, self._tariffs.names)}
        if kept is None:
            kept = deleted_accounts(self._meter.hass).take(self._meter.entry)
        if kept is not None:
            self._account.read(kept, is_own=kept["address"] == self._meter.address)
            self._lose()
            if kept.get(HAD_PRICES):
                self._account.added_again = day_of(time.time())

    def _begin(self) -> None:
        account = self._account
        account.turn(time.time(), time.monotonic())
        if account.day == date.min:
            account.day = account.ledger.today
        self._take_names_and_prices()

    def reprice(self, prices: Prices, period: CostPeriod) -> None:
        """Make prices hold from the first day of a period on, for what has been counted too."""
        self.prices = prices.named(self._tariffs.names)
        self._account.trust_clock()
        self._account.ledger.reprice(period.first, self.prices.of, self.prices.standing_charge)
        self._signals.costs.send()
        self.store()

    def store(self, *, at_once: bool = False) -> None:
        if self._account.indexes.by_register:
            self._stored_at = self._account.ledger.now
            kept = {"address": self._meter.address, **self._account.written}
            self._store.keep(FORMER, None)
            self._store.keep(LEDGER, kept, at_once=at_once)


def _time_of(clock: Reading | None) -> float | None:
    return clock.value.timestamp() if clock and isinstance(clock.value, datetime) else None
