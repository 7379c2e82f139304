"""What has been used today, yesterday and this month, and what it costs.

It follows the indexes of one meter and enters what they gain into a ledger, which is stored: what
was used while nobody listened is counted; where midnight lies in such a gap, it is shared out by
time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..const import LOGGER
from ..meter.known_labels import LABELS
from ..meter.signals import Signals
from ..meter.store import MeterStore
from ..tariff.tariffs import CURRENT_TARIFF, Tariffs
from ..tic import Frame, Label, Quantity, Reading, index_slug, unnamed
from .former import read_former
from .indexes import Indexes
from .ledger import Ledger, midnight
from .prices import EXPORT, Prices
from .stored import Kept, as_object, read, written

COSTED: Final = tuple(
    name
    for name, label in LABELS.items()
    if label.quantity in {Quantity.SUPPLIER_ENERGY, Quantity.EXPORTED_ENERGY}
)
"""The labels whose indexes are priced; the total and the grid operator's count the same again."""

_KEY: Final = "ledger"
_FORMER_KEY: Final = "costs"
_STORED_EVERY: Final = 3600.0
"""Seconds: a crash loses no energy, only when it was used within that time."""
_ROUND: Final = 4
"""Digits of an amount: a hundredth of a cent."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Some days in a row, both ends included."""

    first: date
    last: date


class Costs:
    """The ledger of one meter; `on_prices` is called when the tariff of a price is learned."""

    def __init__(
        self,
        prices: Prices,
        signals: Signals,
        store: MeterStore,
        tariffs: Tariffs,
        on_prices: Callable[[Prices], None],
    ) -> None:
        self.prices = prices
        self._address = ""
        self._signals = signals
        self._store = store
        self._tariffs = tariffs
        self._on_prices = on_prices
        self._ledger = Ledger()
        self._indexes = Indexes()
        self._stored_at = 0.0
        self._told = date.min, False
        for label in COSTED:
            signals.reading.connect(label, self._take)
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)
        signals.state.connect(CURRENT_TARIFF, self._learn_names)

    # What is told

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the entities that the prices make."""
        return self.prices.keys(self.names)

    @property
    def names(self) -> Mapping[int, str]:
        """The tariff of each register, by which prices are known."""
        return {number: self._tariffs.name_of(number) for number in range(1, 11)}

    def price_of(self, register: int) -> float | None:
        """Give the price of what a register counts, None if nobody has told it."""
        return self.prices.of(self._tariffs.name_of(register))

    @property
    def today(self) -> Period:
        """Today, by local time."""
        return Period(self._ledger.today, self._ledger.today)

    @property
    def yesterday(self) -> Period:
        """The day before."""
        day = self._ledger.today - _ONE_DAY
        return Period(day, day)

    @property
    def month(self) -> Period:
        """This month, as far as it has come."""
        return Period(self._ledger.today.replace(day=1), self._ledger.today)

    def start(self, period: Period) -> datetime:
        """Tell when a period began: local midnight of its first day."""
        return dt_util.utc_from_timestamp(midnight(period.first))

    def counted_since(self, period: Period) -> datetime:
        """Tell since when energy of a period has been counted: not before there was a meter."""
        return max(self.start(period), dt_util.utc_from_timestamp(self._ledger.whole_since))

    def energy(self, period: Period) -> float | None:
        """Give the kWh drawn in a period; None while a part of it is not known."""
        if not self._is_known(Quantity.SUPPLIER_ENERGY, period):
            return None
        return round(self._ledger.energy(period.first, period.last) / 1000, _ROUND)

    def cost(self, period: Period) -> float | None:
        """Give what is paid for what was used; None while a part of it is not known."""
        if not self.prices.by_tariff:
            return None
        used = self._amount(Quantity.SUPPLIER_ENERGY, period)
        standing = self._ledger.standing(period.first, period.last)
        return None if used is None else round(used + standing, _ROUND)

    def revenue(self, period: Period) -> float | None:
        """Give what is paid for what was exported."""
        earned = self._amount(Quantity.EXPORTED_ENERGY, period)
        return None if earned is None else round(earned, _ROUND)

    def _amount(self, quantity: Quantity, period: Period) -> float | None:
        if not self._is_known(quantity, period):
            return None
        is_export = quantity is Quantity.EXPORTED_ENERGY
        return self._ledger.amount(period.first, period.last, is_export=is_export)

    def _is_known(self, quantity: Quantity, period: Period) -> bool:
        """Whether nothing is missing; of a period that is over, nothing since its beginning."""
        if self._indexes.is_waiting or not self._indexes.knows(quantity):
            return False
        is_over = period.last < self._ledger.today
        return not is_over or self._ledger.whole_since <= midnight(period.first)

    # What is heard

    def _take(self, reading: Reading) -> None:
        """Enter what an index has gained."""
        label, value, at = reading.label, reading.value, reading.at
        if not isinstance(value, int):
            return
        self._ledger.turn(at)
        gain, since = self._indexes.take(label, value, at)
        if gain:
            tariff = self._tariff(label)
            self._ledger.add(gain, tariff, self.prices.of(tariff), since, at)

    def _tariff(self, label: Label) -> str:
        """Name what an index counts now, `index_<n>` where no name is known yet."""
        if label.quantity is Quantity.EXPORTED_ENERGY:
            return EXPORT
        if slug := index_slug(label):
            return slug
        current = self._tariffs.current
        if current and current.register == label.register:
            return current.name
        return self._tariffs.name_of(label.register or 0)

    def _end_frame(self, frame: Frame, readings: Mapping[str, Reading], now: float) -> None:
        self._ledger.turn(now)
        self._indexes.hold(frame, readings, now)
        state = self._ledger.today, self._indexes.is_waiting
        if state != self._told:  # said at once: what an index shows may be told minutes later
            self._told = state
            self._signals.costs.send()
        if abs(now - self._stored_at) >= _STORED_EVERY:
            self.store()

    def _lose(self) -> None:
        self._indexes.lose(self._ledger.now)
        self._told = self._ledger.today, True

    def _learn_names(self) -> None:
        """Put under its tariff what was typed, or counted, for a register without a name."""
        names = dict(self._tariffs.names)
        self._ledger.rename({unnamed(register): name for register, name in names.items()})
        named = self.prices.named(names)
        if named is not self.prices:
            self.prices = named
            self._on_prices(named)
        self._ledger.complete(self.prices.of)

    # What is kept, and changed

    def restore(self, address: str, now: float) -> None:
        """Take up what the store, now loaded, holds; `now` is seconds since 1970.

        Where it is of a meter with another address, that has been replaced by this one.
        """
        self._address = address
        if kept := self._kept():
            self._ledger = kept.ledger
            if kept.address == address:
                self._indexes.by_register = kept.indexes
                self._indexes.lose(self._ledger.now)
        self._ledger.turn(now)
        self._learn_names()
        self._ledger.charge(self.prices.standing_charge)

    def reprice(self, prices: Prices, period: Period) -> None:
        """Make prices hold from the first day of a period on, for what has been counted too.

        What is entered later is priced anew once the entry is set up with the same prices.
        """
        prices = prices.named(self._tariffs.names)
        self._ledger.reprice(period.first, prices.of, prices.standing_charge)
        self.prices = prices
        self._signals.costs.send()
        self.store()

    def store(self) -> None:
        """Keep the ledger as it is."""
        if self._indexes.by_register:
            self._stored_at = self._ledger.now
            kept = Kept(self._address, self._ledger, self._indexes.by_register)
            self._store.keep(_KEY, written(kept))
            self._store.keep(_FORMER_KEY, None)

    def _kept(self) -> Kept | None:
        """Give what is stored; what another release has stored in another shape is left aside."""
        try:
            return read(self._store.recall(_KEY)) or self._former()
        except KeyError, TypeError, ValueError:
            LOGGER.exception("What was stored of costs cannot be read; they are counted anew")
            return None

    def _former(self) -> Kept | None:
        fact = self._store.recall(_FORMER_KEY)
        prices = Prices.chosen(as_object(as_object(fact).get("prices")))
        return read_former(fact, self._tariff, prices.named(self._tariffs.names))
