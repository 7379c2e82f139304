"""Energy and costs of today, yesterday and this month, for one meter."""

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
from .ledger import amount
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT, Prices
from .registers import COSTED, EXPORT_REGISTER, CostRegister, register_number

_STORED_EVERY: Final = 3600.0
"""Seconds between two stores: after a crash, energy since then is shared by time."""
_ROUND: Final = 6
"""Digits of an amount: the sum of ten years of days is right to the cent."""
_ONE_DAY: Final = timedelta(days=1)


class Costs:
    """The account of one meter, and the prices in force."""

    def __init__(self, meter: LinkyMeter, tariffs: Tariffs) -> None:
        self.prices = Prices.chosen(meter.entry.options)
        self._meter = meter
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self._account = Account()
        self._stored_at = 0.0
        self._last_sent: object = None
        self._is_due = False
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._await_indexes)
        for label in COSTED:
            signals.state.connect(label, self._mark_due)
        signals.tariff.connect(self._take_names_and_prices)
        meter.guard(self.restore)
        meter.guard(self._begin)

    # Periods and sums

    @property
    def today(self) -> CostPeriod:
        return CostPeriod(self._account.day, self._account.day)

    @property
    def paid(self) -> CostPeriod:
        """The day whose cost is shown as today's."""
        return CostPeriod(self._account.paid, self._account.paid)

    @property
    def yesterday(self) -> CostPeriod:
        day = self._account.day - _ONE_DAY
        return CostPeriod(day, day)

    def counted_since(self, period: CostPeriod) -> datetime:
        """Return since when energy of a period was counted: not before the meter was added."""
        return max(period.start, dt_util.utc_from_timestamp(self._account.ledger.began))

    def energy(self, period: CostPeriod) -> float | None:
        """Return the kWh drawn in a period; None while a part is not known."""
        heard = self._account.registers.by_number.keys()
        if not heard - {EXPORT_REGISTER} or not self._is_whole(period):
            return None
        return round(sum(self._account.ledger.drawn(period).values()) / 1000, _ROUND)

    def cost(self, period: CostPeriod) -> float | None:
        """Return the cost of a period, with the standing charge; None while a part is not known."""
        if not self.prices.by_tariff or self.energy(period) is None:
            return None
        used = amount(self._account.ledger.drawn(period))
        return None if used is None else round(used + self._account.ledger.standing(period), _ROUND)

    def revenue(self, period: CostPeriod) -> float | None:
        """Return the revenue of a period; None while a part is not known."""
        heard = self._account.registers.by_number
        if EXPORT_REGISTER not in heard or not self._is_whole(period):
            return None
        earned = amount(self._account.ledger.exported(period))
        return None if earned is None else round(earned, _ROUND)

    def _is_whole(self, period: CostPeriod) -> bool:
        """Whether no energy of a period is missing, and no index or price is awaited."""
        if self._account.registers.is_waiting or self._awaits_prices:
            return False
        is_today = period.last in {self._account.day, self._account.paid}
        return is_today or self._account.ledger.whole_since <= midnight(period.first)

    @property
    def _awaits_prices(self) -> bool:
        """Whether an entry was added again today and has no prices yet: no day ends until then."""
        account = self._account
        return account.added_again == account.ledger.today and not self.prices.options

    def _is_awaited(self, day: date) -> bool:
        """Whether energy of a day has no price, and nor has any tariff of a new contract yet."""
        tariffs, rows = self._tariffs, self._account.ledger.drawn(CostPeriod(day, day))
        prices = (self.prices.of(tariffs.name_of(one)) for one in tariffs.registers)
        return amount(rows) is None and all(price is None for price in prices)

    def tariff_at(self, label: Label, at: float) -> str:
        """Return the tariff that an index counted at an instant, even under a former contract."""
        register = register_number(label)
        known = index_slug(label) or self._account.tariff_at(register, at)
        return known or self._tariffs.name_of(register)

    # Frames

    def _end_frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Add what the indexes have gained: the end of the frame tells under which tariff."""
        account = self._account
        if account.advance_to(now, time.monotonic()):
            self._take_names_and_prices()
            self._last_sent = None
        is_shared = False
        for register, gain, since in account.registers.end_frame(frame, readings, now):
            if gain:
                is_shared |= day_of(since) != account.ledger.today
                account.rename(register, self._name_of(register), since)
                named = self.prices.named({register.number: register.tariff})  # it may be new
                account.add_gain(register, gain, named.of(register.tariff), since)
        if not self._awaits_prices:
            for _ in account.end_days(_time_of(readings.get("DATE")), self._is_awaited):
                self._signals.costs.send()  # the recorder adds up what a day has come to
        registers = account.registers
        state = account.day, account.paid, registers.is_waiting, len(registers.by_number)
        is_new = state != self._last_sent
        if is_new or self._is_due:  # energy is reported as often as its indexes
            self._last_sent, self._is_due = state, False
            self._signals.costs.send()
        # So that after a crash no day ends twice, no gap is shared a second time, and no day ends
        # without an index that is about to be believed.
        is_due = abs(now - self._stored_at) >= _STORED_EVERY and not registers.is_held
        if is_new or is_shared or is_due:
            self.store(at_once=is_new or is_shared)

    def _name_of(self, register: CostRegister) -> str | None:
        """Return the tariff of a register, as far as the meter has sent it."""
        if register.number == EXPORT_REGISTER:
            return EXPORT
        current = self._tariffs.current
        names = {**self._tariffs.names, **({current.register: current.name} if current else {})}
        return index_slug(LABELS[register.label]) or names.get(register.number)

    def _mark_due(self) -> None:
        self._is_due = True

    def _await_indexes(self) -> None:
        self._account.registers.await_all()

    def _take_names_and_prices(self) -> None:
        """Move prices and energy of a register without a name to its tariff, now that it is known.

        Energy without a price, and days without a standing charge, get those that are given now.
        """
        names, entry = self._tariffs.names, self._meter.entry
        options = {**entry.options, **Prices.chosen(entry.options).named(names).options}
        self._meter.hass.config_entries.async_update_entry(entry, options=options)
        self.prices = self.prices.named(names)
        known = {numbered_name(register): name for register, name in names.items()}
        self._account.ledger.complete(known, self.prices.of)
        for number, one in self._account.registers.by_number.items():
            one.tariff = one.tariff or names.get(number, "")  # its contract may end unheard
        self._account.ledger.charge(self.prices.standing_charge)
        self.store()  # so that a crash moves no energy to another tariff

    # Storage, and new prices

    def restore(self) -> None:
        """Read the store; raises an error where it has another shape."""
        kept: Any = self._store.recall(LEDGER)
        former: Any = self._store.recall(FORMER)
        if kept is None and former is not None:
            kept = {"address": former["address"], **read_former(former, self._tariffs.names)}
        if kept is None:
            kept = deleted_accounts(self._meter.hass).restore(self._meter.entry)
        if kept is not None:
            self._account.read(kept, is_own=kept["address"] == self._meter.address)
            self._await_indexes()
            if kept.get(HAD_PRICES):
                self._account.added_again = day_of(time.time())

    def _begin(self) -> None:
        account = self._account
        account.advance_to(time.time(), time.monotonic())
        if account.day == date.min:
            account.day = account.ledger.today
        if account.paid == date.min and self.prices.by_tariff:
            account.paid = account.day
        self._take_names_and_prices()

    def reprice(self, prices: Prices, period: CostPeriod) -> None:
        """Apply prices from the first day of a period on, to energy counted before too."""
        self.prices = prices.named(self._tariffs.names)
        self._account.trust_clock()
        self._account.ledger.reprice(period.first, self.prices.of, self.prices.standing_charge)
        self._signals.costs.send()
        self.store()

    def store(self, *, at_once: bool = False) -> None:
        if self._account.registers.by_number:
            self._stored_at = self._account.ledger.now
            kept = {"address": self._meter.address, **self._account.written}
            self._store.keep(FORMER, None)
            self._store.keep(LEDGER, kept, at_once=at_once)


def _time_of(clock: Reading | None) -> float | None:
    return clock.value.timestamp() if clock and isinstance(clock.value, datetime) else None
