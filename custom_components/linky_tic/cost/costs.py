"""What has been used today, yesterday and this month, and what it costs.

When a frame ends, `indexes.py` gives what each register has gained. Each gain is entered into the
ledger (`ledger.py`) under its tariff, at the price in force, and `sensors.py` is told that sums may
differ. The ledger is stored: what was used while nobody listened is counted; where midnight lies in
such a gap, it is shared out by time.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
import time
from typing import Any, Final, NamedTuple

from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from ..const import CONF_SLUG, DEFAULT_SLUG
from ..meter.meter import Meter
from ..tariff.tariffs import Tariffs
from ..tic import LABELS, Frame, Label, Readings, index_slug, unnamed
from .clock import A_DAY, AN_HOUR, Leap
from .indexes import COSTED, EXPORT_REGISTER, Index, Indexes, register_of
from .ledger import KEPT, Ledger, amount
from .periods import CostPeriod, day_of, midnight
from .prices import EXPORT, Prices

COST_MONTH: Final = "cost_month"
REVENUE_MONTH: Final = "revenue_month"
"""The keys of the sensors of a month."""
_KEY: Final = "ledger"
_FORMER: Final = "former_tariffs"
_TOLD: Final = "told"
_LEAP: Final = "leap"
_STORED_EVERY: Final = 3600.0
"""Seconds: a crash loses no energy, only when it was used within that time."""
_ROUND: Final = 4
"""Digits of an amount: a hundredth of a cent."""
_ONE_DAY: Final = timedelta(days=1)


class FormerTariff(NamedTuple):
    """What a register counted until an instant, under another contract than after it."""

    until: float
    register: int
    tariff: str


class Costs:
    """The ledger of one meter, and the prices in force."""

    def __init__(self, meter: Meter, tariffs: Tariffs) -> None:
        self.prices = Prices.chosen(meter.entry.options)
        self._meter = meter
        self._signals = signals = meter.signals
        self._store = meter.store
        self._tariffs = tariffs
        self._ledger = Ledger()
        self._indexes = Indexes()
        self._former: list[FormerTariff] = []
        self._leap: Leap | None = None
        self._stored_at = 0.0
        self._day = date.min
        """The one that is told as today: behind the ledger's until all before have been told."""
        self._told: object = None
        self._is_due = False
        signals.start.connect(self.restore)
        signals.start.connect(self._begin)
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)
        for label in COSTED:
            signals.state.connect(label, self._mark_due)
        signals.tariff.connect(self._learn_names)

    # What is told

    @property
    def today(self) -> CostPeriod:
        """Today, by local time."""
        return CostPeriod(self._day, self._day)

    @property
    def yesterday(self) -> CostPeriod:
        """The day before."""
        day = self._day - _ONE_DAY
        return CostPeriod(day, day)

    @property
    def month(self) -> CostPeriod:
        """This month, as far as it has come."""
        return CostPeriod(self._day.replace(day=1), self._day)

    def counted_since(self, period: CostPeriod) -> datetime:
        """Tell since when energy of a period has been counted: not before there was a meter."""
        return max(period.start, dt_util.utc_from_timestamp(self._ledger.began))

    def paid_since(self, period: CostPeriod) -> datetime:
        """Tell since when amounts of a period are told: charges are known before a meter is."""
        return max(period.start, dt_util.utc_from_timestamp(self._ledger.resumed))

    def energy(self, period: CostPeriod) -> float | None:
        """Give the kWh drawn in a period; None while a part of it is not known."""
        if not self._indexes.counts_imports or not self._is_whole(period):
            return None
        return round(sum(self._ledger.drawn(period).values()) / 1000, _ROUND)

    def cost(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was used; None while a part of it is not known."""
        if not self.prices.by_tariff or self.energy(period) is None:
            return None
        used = amount(self._ledger.drawn(period))
        return None if used is None else round(used + self._ledger.standing(period), _ROUND)

    def revenue(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was exported; None while a part of it is not known."""
        if not self._indexes.counts_exports or not self._is_whole(period):
            return None
        earned = amount(self._ledger.exported(period))
        return None if earned is None else round(earned, _ROUND)

    def _is_whole(self, period: CostPeriod) -> bool:
        """Whether nothing is missing; of a period that is over, nothing since its beginning."""
        if self._indexes.is_waiting:
            return False
        is_over = period.last < self._day
        return not is_over or self._ledger.whole_since <= midnight(period.first)

    def tariff_at(self, label: Label, at: float) -> str:
        """Give what an index of what is drawn has counted at an instant, maybe long past."""
        register = register_of(label)
        known = [one.tariff for one in self._former if one.register == register and at < one.until]
        if index := self._indexes.by_register.get(register):
            known.append(index.tariff)
        return index_slug(label) or next(filter(None, known), self._tariffs.name_of(register))

    # What is heard

    def _end_frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Enter what the indexes have gained, now that the frame has said under which tariff."""
        indexes = self._indexes
        self._turn(now)
        is_shared = False
        for index, gain, since in indexes.end_frame(frame, readings, now):
            if gain:
                if self._leap:
                    self._leap.used += gain
                is_shared |= day_of(since) != self._ledger.today
                self._name(index, since)
                self._ledger.add(gain, index.tariff, self.prices.of(index.tariff), since, now)
        if not (indexes.is_waiting or indexes.is_held or self._is_clock_ahead(readings)):
            self._end_days()
        state = self._day, indexes.is_waiting, len(indexes.by_register)
        is_new = state != self._told
        if is_new or self._is_due:  # a new day is said at once, what is used as often as its index
            self._told, self._is_due = state, False
            self._signals.costs.send()
        # A crash is not to tell a day twice, nor to share a gap out anew.
        if is_new or is_shared or abs(now - self._stored_at) >= _STORED_EVERY:
            self.store(at_once=is_new or is_shared)

    def _turn(self, now: float) -> None:
        """Go on to an instant, and see whether the clock was set."""
        ledger, leap = self._ledger, self._leap
        seconds = now - ledger.now if ledger.now else 0.0
        if abs(seconds) <= AN_HOUR:
            if leap and now > leap.until:
                self._leap = None
        elif leap and leap.is_undone_by(seconds, now):
            self._go_back(leap.before, now)
        elif leap and leap.seconds < 0 and now < leap.since:
            leap.until = now + A_DAY  # still behind
        else:
            self._leap = Leap(ledger.now, seconds, now + A_DAY, self._written)
            if seconds > A_DAY:
                ledger.whole_since = now
        self._ledger.turn(now)
        if not self._leap:
            self._ledger.tidy()

    def _go_back(self, before: Mapping[str, Any], now: float) -> None:
        """Forget what was counted in a false time: the indexes have it still."""
        self._ledger = Ledger.read(before)
        self._ledger.turn(now)
        self._indexes.go_back(before["indexes"])
        self._leap = self._told = None
        self._learn_names()
        self._ledger.charge(self.prices.standing_charge)

    def _is_clock_ahead(self, readings: Readings) -> bool:
        """Whether it is likely another day by a mistake: none ends by that."""
        date_ = readings.get("DATE")
        told = date_.value if date_ else None
        meter_time = told.timestamp() if isinstance(told, datetime) else None
        return self._leap is not None and self._leap.is_false(self._ledger.now, meter_time)

    def _end_days(self) -> None:
        """Go on to today; of each day that is over, tell before what it came to.

        The recorder adds up what a period has come to when it sees the next one begin.
        """
        ledger, today = self._ledger, self._ledger.today
        if not self._leap and ledger.now < midnight(self._day) - AN_HOUR:
            self._day = today  # the clock was ahead; one that is behind ends no day twice
        self._day = max(self._day, today - KEPT)
        while self._day < today:
            self._signals.costs.send()
            self._day += _ONE_DAY

    def _name(self, index: Index, since: float) -> None:
        """Name what an index counts; the name that it had, or `index_<n>`, while none is known."""
        label, current, before = LABELS[index.label], self._tariffs.current, index.tariff
        register = register_of(label)
        names = {**self._tariffs.names, **({current.register: current.name} if current else {})}
        known = EXPORT if register == EXPORT_REGISTER else index_slug(label) or names.get(register)
        index.tariff = known or before or unnamed(register)
        if before not in {"", unnamed(register), index.tariff}:
            self._former.append(FormerTariff(since, register, before))

    def _mark_due(self) -> None:
        self._is_due = True

    def _lose(self) -> None:
        self._indexes.lose(self._ledger.now)

    def _learn_names(self) -> None:
        """Put under its tariff what was typed, or counted, for a register without a name."""
        names, entry = self._tariffs.names, self._meter.entry
        options = {**entry.options, **Prices.chosen(entry.options).named(names).options}
        self._meter.hass.config_entries.async_update_entry(entry, options=options)
        self.prices = self.prices.named(names)
        known = {unnamed(register): name for register, name in names.items()}
        self._ledger.complete(known, self.prices.of)
        self.store()  # a crash is not to give another tariff what this one has counted

    # What is kept, and changed

    def restore(self) -> None:
        """Take up what the store, now loaded, holds; raises an error where it has another shape.

        Where it is of a meter with another address, that has been replaced by this one.
        """
        kept: Any = self._store.recall(_KEY)
        if kept is None:
            return
        ledger, indexes = Ledger.read(kept), Indexes.read(kept["indexes"])
        is_own, told = kept["address"] == self._meter.address, kept.get(_TOLD)
        self._day = date.fromisoformat(told) if told else day_of(ledger.now)
        self._ledger = ledger
        if is_own:
            self._indexes = indexes
            self._former = [FormerTariff(*one) for one in kept.get(_FORMER, ())]
            self._leap = Leap.read(kept[_LEAP]) if kept.get(_LEAP) else None
            self._lose()

    def _begin(self) -> None:
        """Go on from now, with the prices that are given."""
        self._turn(time.time())
        if self._day == date.min:
            self._day = self._ledger.today
            self._ledger.resumed = self._ledger.began if self._was_deleted() else 0.0
        self._learn_names()
        self._ledger.charge(self.prices.standing_charge)

    def _was_deleted(self) -> bool:
        """Whether these sensors, or others of the same name, have been told by an earlier entry."""
        meter, slug = self._meter, self._meter.entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        ours = {f"{meter.address}_{COST_MONTH}", f"{meter.address}_{REVENUE_MONTH}"}
        ours |= {f"sensor.{slug}_{COST_MONTH}", f"sensor.{slug}_{REVENUE_MONTH}"}
        deleted = er.async_get(meter.hass).deleted_entities.values()
        return any(one.unique_id in ours or one.entity_id in ours for one in deleted)

    def reprice(self, prices: Prices, period: CostPeriod) -> None:
        """Make prices hold from the first day of a period on, for what has been counted too.

        What is entered later is priced anew once the entry is set up with the same prices.
        """
        self.prices = prices.named(self._tariffs.names)
        self._leap = None
        self._ledger.reprice(period.first, self.prices.of, self.prices.standing_charge)
        self._signals.costs.send()
        self.store()

    def store(self, *, at_once: bool = False) -> None:
        """Keep the ledger as it is."""
        if self._indexes.by_register:
            self._stored_at = self._ledger.now
            leap = self._leap.written if self._leap else None
            kept: JsonObjectType = {**self._written, _LEAP: leap}
            self._store.keep(_KEY, kept, at_once=at_once)

    @property
    def _written(self) -> JsonObjectType:
        return {
            "address": self._meter.address,
            "indexes": self._indexes.written,
            _FORMER: [list(one) for one in self._former],
            _TOLD: self._day.isoformat(),
            **self._ledger.written,
        }
