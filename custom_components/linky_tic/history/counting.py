"""How much the sum of each statistic of an index grows with its next row.

Several labels show the same register, EASF01 and HCHC for instance, and each has a statistic. So
that each Wh is counted once, `registers.py` keeps up to which value a register has been counted:
a new row counts from there to its own state, whichever statistic counted before, and whenever.

Values are in Wh or varh. The rows themselves are read and written in `sums.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from ..tic import LABELS, Label, Quantity, can_follow
from .registers import SUPPLIER_TOTAL, Registers, key_of, register_name

_DAY: Final = 86_400.0
"""Seconds by which a clock may err when a row is checked for being of this meter."""
_RECENT: Final = 900.0
"""Seconds of rows that a power cut may take from the recorder."""
_BASE: Final = "BASE"
_BY_CHANCE: Final = 1_000
"""Wh that a register may gain and be near the total by chance. If it has gained more, and the total
would have gained less than a tenth of it, BASE shows the total, under a new contract."""


@dataclass(slots=True)
class StatisticCount:
    """The register that a statistic counts, and how far it has come."""

    meter: str
    label: str
    register: str
    shown: int
    """The last state of the sensor, and when it was written (seconds since 1970)."""
    at: float
    row: int | None
    """The state of the last row; None before the first."""
    owed: int = 0
    """Energy that the next row adds: gained without a row before the meter or register changed."""
    is_moved: bool = False
    """Whether it has no row yet under its entity id, where there may be rows of another sensor."""
    gone: float | None = None
    """When its entity was removed: later rows under the id are of another sensor."""

    @property
    def key(self) -> str:
        """The key of its register."""
        return key_of(self.meter, self.register)

    def is_of(self, meter: str, label: Label) -> bool:
        return (self.meter, self.label) == (meter, label.name)


@dataclass(slots=True)
class Counting:
    """The registers, and the statistics in the order in which they were shown last."""

    registers: Registers = field(default_factory=Registers)
    counters: dict[str, StatisticCount] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; another shape raises an error of any type."""
        counters = {key: StatisticCount(**one) for key, one in kept.get("counters", {}).items()}
        registers = {key: one for key, one in kept.items() if key != "counters"}
        return cls(Registers(**registers), counters)

    @property
    def written(self) -> dict[str, Any]:
        """What is stored."""
        counters = {key: asdict(one) for key, one in self.counters.items()}
        return {**asdict(self.registers), "counters": counters}

    # A value is received, or becomes the state of a sensor

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Take a new state of a label's sensor; whether the statistic starts anew with it."""
        before = self.counters.pop(statistic, None)
        counter = before if before and before.is_of(meter, label) else None
        last = counter.shown if counter else None
        if counter is None or not self._goes_on(counter, value, now):
            register = self.registers.shown_by(meter, label, value)
            row, owed = (before.row, self._finish(before)) if before else (None, 0)
            if register == SUPPLIER_TOTAL:
                self._begin_total(meter, value, now)
            is_new = before is None
            counter = StatisticCount(meter, label.name, register, value, now, row, owed, is_new)
        has_fallen = self._show(counter, value, last, now)
        counter.is_moved |= counter.gone is not None
        counter.shown, counter.at, counter.gone = value, now, None
        self.counters[statistic] = counter
        self.registers.cover(meter, label, counter.register)
        return counter is not before or has_fallen

    def received(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Take a value from the meter, for disabled sensors too; whether its register is new.

        A register of the supplier is counted from its first value on, while its sensor is still
        disabled: it is enabled once the contract uses the register.
        """
        registers, counter = self.registers, self.counters.get(statistic)
        register = registers.shown_by(meter, label, value)
        if counter and counter.is_of(meter, label):
            if not self._goes_on(counter, value, now):
                return False
            register = counter.register
        key = key_of(meter, register)
        if key in registers.heard:
            registers.hear(key, value)
            return False
        is_first = label.quantity is Quantity.SUPPLIER_ENERGY and register != SUPPLIER_TOTAL
        if is_first:
            self._begin(key, meter, value, now)
            registers.hear(key, value)
        return is_first

    def _goes_on(self, counter: StatisticCount, value: int, now: float) -> bool:
        """Whether a label still shows the same register; after a new contract BASE may not."""
        if counter.label != _BASE:
            return True
        is_total = counter.register == SUPPLIER_TOTAL
        is_known_later = self._heard(counter) > counter.shown  # by another label
        if is_total or is_known_later:
            register = self.registers.shown_by(counter.meter, LABELS[_BASE], value)
            if register != counter.register or not is_total:
                return register == counter.register
        gain = value - counter.shown
        if gain > _BY_CHANCE and self.registers.gain_of_total(counter.meter, value) < gain / 10:
            return False
        return gain >= 0 and can_follow(counter.shown, value, now - counter.at)

    def _show(self, counter: StatisticCount, value: int, last: int | None, now: float) -> bool:
        """Take the value of a register; whether it is lower than before."""
        registers, key = self.registers, counter.key
        heard = registers.heard.get(key, value)
        registers.hear(key, value)
        if counter.register == SUPPLIER_TOTAL:
            return False
        self._begin(key, counter.meter, value, now)
        has_fallen = value < (heard if last is None else min(heard, last))
        if has_fallen:
            counter.owed += self._count(counter, heard)
            counter.owed += registers.fall(key, value, now - counter.at)
        return has_fallen

    def _begin(self, key: str, meter: str, value: int, now: float) -> None:
        if key not in self.registers.counted:
            seconds = self._seconds_since([key_of(meter, SUPPLIER_TOTAL)], now)
            self.registers.begin(key, meter, value, seconds)

    def _begin_total(self, meter: str, value: int, now: float) -> None:
        known = self.registers.known(meter, Quantity.SUPPLIER_ENERGY)
        self.registers.begin_total(meter, value, self._seconds_since(known, now))

    def _seconds_since(self, keys: list[str], now: float) -> float:
        """Return the seconds since one of these registers was last shown."""
        return now - max((one.at for one in self.counters.values() if one.key in keys), default=now)

    # The recorder makes a row

    def compiled(self, statistic: str, state: int, found: tuple[int, float] | None = None) -> int:
        """Count a new row of a statistic; return how much its sum grows.

        After its entity id has changed, `found` is the state of the row that was there before, and
        how many seconds earlier: the sum goes on from it if that can be the same register.
        """
        counter = self.counters[statistic]
        gain, counter.owed = counter.owed, 0
        if counter.is_moved and found:
            before, seconds = found
            last = counter.row
            if last is None:
                last = self.registers.counted.get(counter.key, before)
            gain += max(0, last - before) if can_follow(before, last, seconds) else 0
            if last < before <= state and can_follow(before, state, seconds):
                self._count(counter, before)
        counter.row, counter.is_moved = state, False
        return gain + self._count(counter, min(state, self._heard(counter)))

    def recovered(self, statistic: str, state: int, begin: float, now: float) -> None:
        """Correct what was stored by the last row that the recorder has, from `begin` on.

        After a crash the recorder may have a row that was not stored here; after a power cut it may
        lack the last ones. A row of the future, from a clock that was ahead, is ignored.
        """
        counter, counted = self.counters[statistic], self.registers.counted
        before, after = sorted((counter.shown, state))
        seconds = abs(counter.at - begin) + _DAY
        if state == counter.row or begin > now or not can_follow(before, after, seconds):
            return
        key = counter.key
        is_lost = counter.row is not None and state < counter.row == counted.get(key)
        if is_lost and counter.at - _RECENT < begin < counter.at:
            counted[key] = state
        self.registers.heard[key] = max(state, self._heard(counter))
        self.compiled(statistic, state)

    def recorded(self, statistic: str, meter: str, label: Label, state: int, begin: float) -> None:
        """Take a statistic as the recorder has it: the state and the begin of its last row."""
        registers, register = self.registers, register_name(label)
        key = key_of(meter, register)
        registers.counted[key] = registers.heard[key] = max(state, registers.counted.get(key, 0))
        counter = StatisticCount(meter, label.name, register, state, begin, state)
        self.counters[statistic] = counter

    def _heard(self, counter: StatisticCount) -> int:
        return self.registers.heard.get(counter.key, counter.shown)

    def _finish(self, counter: StatisticCount) -> int:
        return counter.owed + self._count(counter, self._heard(counter))

    def _count(self, counter: StatisticCount, value: int) -> int:
        label = LABELS[counter.label]
        return self.registers.count(counter.meter, label, counter.register, value)

    # Its entity is renamed or removed

    def renamed(self, old: str, new: str) -> None:
        """Follow an entity to its new id."""
        if counter := self.counters.pop(old, None):
            counter.is_moved = True
            self.counters[new] = counter

    def removed(self, statistic: str, now: float) -> None:
        """Note when an entity was removed: another sensor may take its id, and its statistic."""
        if counter := self.counters.get(statistic):
            counter.gone = now

    def has_row(self, statistic: str, begin: float) -> bool:
        """Whether a row that begins at an instant is of an index of ours."""
        counter = self.counters.get(statistic)
        return counter is not None and (counter.gone is None or begin < counter.gone)
