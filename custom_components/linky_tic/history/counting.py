"""How much of its meter's registers each statistic of an index has counted.

Several labels show the same register, EASF01 and HCHC for instance, and each has a statistic. So
that each Wh is counted once, `registers.py` keeps up to which value rows have counted a register:
a new row gains what its state is ahead of that, whatever came before it and whenever.

It knows labels and values, nothing of the recorder. Values are in Wh or varh.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from ..tic import LABELS, Label, Quantity
from .registers import SUPPLIER_TOTAL, Registers, can_follow, key_of, register_of

_DAY: Final = 86_400.0
"""Seconds by which clocks may err where another meter's value is told from this one's."""
_RECENT: Final = 900.0
"""Seconds of rows that a power cut may take from the recorder."""
_BASE: Final = "BASE"


@dataclass(slots=True)
class StatisticCount:
    """What a statistic counts: a register, the state shown last and when.

    `row` is the state of its last row, if any, `owed` what the register that it counted before has
    gained without a row: of a meter that was replaced, or before the register was reset. It
    `is_moved` while its id is new to it and it has no row there: there may be rows of another one.
    `gone` is when its entity was removed: rows that begin later are of somebody else with the id.
    """

    meter: str
    label: str
    register: str
    shown: int
    at: float
    row: int | None
    owed: int = 0
    is_moved: bool = False
    gone: float | None = None

    @property
    def key(self) -> str:
        """The register's, in all that is kept by register."""
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

    # What is shown and said

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its count begins anew with it."""
        before = self.counters.pop(statistic, None)
        counter = before if before and before.is_of(meter, label) else None
        last = counter.shown if counter else None
        if counter is None or not self._goes_on(counter, value, now):
            register = self.registers.shown_by(meter, label, value)
            row, owed = (before.row, self._leave(before)) if before else (None, 0)
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

    def said(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note a value that is said, shown or not; whether it is the first one of its register.

        A supplier's register is counted from there: its sensor is off until the contract uses it.
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
        """Whether a label shows the same register; BASE may not, after a change of the contract."""
        if counter.label != _BASE:
            return True
        is_total = counter.register == SUPPLIER_TOTAL
        is_known_later = self._heard(counter) > counter.shown  # by another label
        if is_total or is_known_later:
            register = self.registers.shown_by(counter.meter, LABELS[_BASE], value)
            if register != counter.register or not is_total:
                return register == counter.register
        return counter.shown <= value and can_follow(counter.shown, value, now - counter.at)

    def _show(self, counter: StatisticCount, value: int, last: int | None, now: float) -> bool:
        """Note a register's value; whether it has fallen, below the statistic's last one too."""
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
        """Give for how long none of these registers has been shown."""
        return now - max((one.at for one in self.counters.values() if one.key in keys), default=now)

    # What is compiled

    def compiled(self, statistic: str, state: int, found: tuple[int, float] | None = None) -> int:
        """Count a row of a statistic; give how much its sum gains by it.

        Where it has a new id, or its own again, it goes on from the state of the row that it has
        `found` there, if that can be so many seconds later: somebody may have counted the same.
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
        """Take it from the state of the last row, and when it begins, what was counted.

        After a crash it was made after this was kept; after a power cut the last rows that this
        knows are lost. What a clock that was ahead has left behind tells nothing.
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
        """Know a statistic from the recorder alone: its last state, and when that row begins."""
        registers, register = self.registers, register_of(label)
        key = key_of(meter, register)
        registers.counted[key] = registers.heard[key] = max(state, registers.counted.get(key, 0))
        counter = StatisticCount(meter, label.name, register, state, begin, state)
        self.counters[statistic] = counter

    def _heard(self, counter: StatisticCount) -> int:
        return self.registers.heard.get(counter.key, counter.shown)

    def _leave(self, counter: StatisticCount) -> int:
        return counter.owed + self._count(counter, self._heard(counter))

    def _count(self, counter: StatisticCount, value: int) -> int:
        label = LABELS[counter.label]
        return self.registers.count(counter.meter, label, counter.register, value)

    # Its id, and its end

    def renamed(self, old: str, new: str) -> None:
        """Follow a statistic to its new id, where there may be rows of another one."""
        if counter := self.counters.pop(old, None):
            counter.is_moved = True
            self.counters[new] = counter

    def removed(self, statistic: str, now: float) -> None:
        """Know that an entity is gone: its id, and its statistic, may become somebody else's."""
        if counter := self.counters.get(statistic):
            counter.gone = now

    def has_row(self, statistic: str, begin: float) -> bool:
        """Whether a row that begins then is of an index of ours."""
        counter = self.counters.get(statistic)
        return counter is not None and (counter.gone is None or begin < counter.gone)
