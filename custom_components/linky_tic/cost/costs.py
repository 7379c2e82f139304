"""What has been used today, yesterday and this month, and what it costs.

It follows the indexes of one meter and enters what they gain into a ledger, which is stored: what
was used while nobody listened is counted; where midnight lies in such a gap, it is shared out by
time.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..meter.signals import Signals
from ..meter.store import MeterStore
from ..tariff.tariffs import CURRENT_TARIFF, Tariffs
from ..tic import LABELS, Frame, Readings, unnamed
from .indexes import COSTED, Index, Indexes, register_of, tariff_of
from .ledger import Ledger, day_of, midnight
from .prices import REGISTERS, Prices
from .stored import Kept, read, read_former, written

_KEY: Final = "ledger"
_FORMER_KEY: Final = "costs"
_STORED_EVERY: Final = 3600.0
"""Seconds: a crash loses no energy, only when it was used within that time."""
_ROUND: Final = 4
"""Digits of an amount: a hundredth of a cent."""


class CostPeriod(NamedTuple):
    """Some days in a row, both ends included."""

    first: date
    last: date


class Costs:
    """The ledger of one meter, and the prices in force."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        signals: Signals,
        store: MeterStore,
        tariffs: Tariffs,
    ) -> None:
        self.prices = Prices.chosen(entry.options)
        self._hass = hass
        self._entry = entry
        self._signals = signals
        self._store = store
        self._tariffs = tariffs
        self._ledger = Ledger()
        self._indexes = Indexes()
        self._stored_at = 0.0
        self._told: object = None
        self._is_due = False
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)
        for label in COSTED:
            signals.state.connect(label, self._mark_due)
        signals.state.connect(CURRENT_TARIFF, self._learn_names)

    # What is told

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the entities that the prices make."""
        return self.prices.keys(self.names)

    @property
    def names(self) -> Mapping[int, str]:
        """The tariff of each register, by which prices are known."""
        names = self._tariffs.names
        return {number: names.get(number, unnamed(number)) for number in REGISTERS}

    @property
    def today(self) -> CostPeriod:
        """Today, by local time."""
        return CostPeriod(self._ledger.today, self._ledger.today)

    @property
    def yesterday(self) -> CostPeriod:
        """The day before."""
        day = self._ledger.today - timedelta(days=1)
        return CostPeriod(day, day)

    @property
    def month(self) -> CostPeriod:
        """This month, as far as it has come."""
        return CostPeriod(self._ledger.today.replace(day=1), self._ledger.today)

    def start(self, period: CostPeriod) -> datetime:
        """Tell when a period began: local midnight of its first day."""
        return dt_util.utc_from_timestamp(midnight(period.first))

    def counted_since(self, period: CostPeriod) -> datetime:
        """Tell since when energy of a period has been counted: not before there was a meter."""
        return max(self.start(period), dt_util.utc_from_timestamp(self._ledger.whole_since))

    def energy(self, period: CostPeriod) -> float | None:
        """Give the kWh drawn in a period; None while a part of it is not known."""
        if not self._is_known(period):
            return None
        return round(self._ledger.energy(*period) / 1000, _ROUND)

    def cost(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was used; None while a part of it is not known."""
        if not self.prices.by_tariff or not self._is_known(period):
            return None
        used = self._ledger.amount(*period, is_export=False)
        return None if used is None else round(used + self._ledger.standing(*period), _ROUND)

    def revenue(self, period: CostPeriod) -> float | None:
        """Give what is paid for what was exported."""
        if not self._is_known(period, is_export=True):
            return None
        earned = self._ledger.amount(*period, is_export=True)
        return None if earned is None else round(earned, _ROUND)

    def _is_known(self, period: CostPeriod, *, is_export: bool = False) -> bool:
        """Whether nothing is missing; of a period that is over, nothing since its beginning."""
        if self._indexes.is_waiting or not self._indexes.knows(is_export=is_export):
            return False
        is_over = period.last < self._ledger.today
        return not is_over or self._ledger.whole_since <= midnight(period.first)

    # What is heard

    def _end_frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Enter what the indexes have gained, now that the frame has said under which tariff."""
        indexes = self._indexes
        self._ledger.turn(now)
        is_shared = False
        for index, gain, since in indexes.end_frame(frame, readings, now):
            if gain:
                is_shared |= day_of(since) != self._ledger.today
                index.tariff = self._tariff(index)
                self._ledger.add(gain, index.tariff, self.prices.of(index.tariff), since, now)
        state = self._ledger.today, indexes.is_waiting, len(indexes.by_register)
        is_new = state != self._told
        if is_new or self._is_due:  # a new day is said at once, what is used as often as its index
            self._told, self._is_due = state, False
            self._signals.costs.send()
        if is_new or is_shared or abs(now - self._stored_at) >= _STORED_EVERY:
            self.store()  # a crash is not to share a gap out anew

    def _tariff(self, index: Index) -> str:
        """Name what an index counts; the name that it had, or `index_<n>`, while none is known."""
        label, current = LABELS[index.label], self._tariffs.current
        names = {**self._tariffs.names, **({current.register: current.name} if current else {})}
        return tariff_of(label, names) or index.tariff or unnamed(register_of(label))

    def _mark_due(self) -> None:
        self._is_due = True

    def _lose(self) -> None:
        self._indexes.lose(self._ledger.now)

    def _learn_names(self) -> None:
        """Put under its tariff what was typed, or counted, for a register without a name.

        What stands in the options now may have been typed since prices were read from there.
        """
        names = dict(self._tariffs.names)
        self.prices = self.prices.named(names)
        typed = Prices.chosen(self._entry.options)
        if (named := typed.named(names)) is not typed:
            options = {**self._entry.options, **named.options}
            self._hass.config_entries.async_update_entry(self._entry, options=options)
        known = {unnamed(register): name for register, name in names.items()}
        self._ledger.complete(known, self.prices.of)
        self.store()  # a crash is not to give another tariff what this one has counted

    # What is kept, and changed

    def restore(self, now: float) -> None:
        """Take up what the store, now loaded, holds; `now` is seconds since 1970.

        Where it is of a meter with another address, that has been replaced by this one.
        """
        if kept := self._kept():
            self._ledger = kept.ledger
            if kept.address == self._entry.unique_id:
                self._indexes = kept.indexes
                self._indexes.lose(self._ledger.now)
        self._ledger.turn(now)
        self._learn_names()
        self._ledger.charge(self.prices.standing_charge)

    def reprice(self, prices: Prices, period: CostPeriod) -> None:
        """Make prices hold from the first day of a period on, for what has been counted too.

        What is entered later is priced anew once the entry is set up with the same prices.
        """
        self.prices = prices.named(self._tariffs.names)
        self._ledger.reprice(period.first, self.prices.of, self.prices.standing_charge)
        self._signals.costs.send()
        self.store()

    def store(self) -> None:
        """Keep the ledger as it is."""
        if self._indexes.by_register:
            self._stored_at = self._ledger.now
            kept = Kept(self._entry.unique_id or "", self._ledger, self._indexes)
            self._store.keep(_KEY, written(kept))
            self._store.keep(_FORMER_KEY, None)

    def _kept(self) -> Kept | None:
        """Give what is stored; what another release has stored in another shape is left aside."""
        ledger, former = self._store.recall(_KEY), self._store.recall(_FORMER_KEY)
        try:
            if isinstance(ledger, dict):
                return read(ledger)
            return read_former(former, self._tariffs.names) if isinstance(former, dict) else None
        except AttributeError, LookupError, TypeError, ValueError:
            LOGGER.exception("What was stored of costs cannot be read; they are counted anew")
            return None
