"""How much of which register of a meter the rows of statistics have counted.

Several labels show the same register, EASF01 and HCHC for instance, and each has a statistic. So
that each Wh is counted once, it is kept of each register up to which value rows have counted it:
a new row gains what its state is ahead of that, whatever came before it and whenever.

Some labels show a total, and not which register has grown: BASE, where Historique has no labels for
the contract (54E 6.1), and any of Historique for what is EAST and EASD in Standard. What it counts
is `hidden` in these registers: of what they have gained when shown again, that much is counted.

It knows labels and values, nothing of the recorder. Values are in Wh or varh.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from ..tic import LABELS, Label, Quantity
from .registers import (
    REGISTERS,
    SUPPLIER_TOTAL,
    StatisticCount,
    can_follow,
    hidden_by,
    is_of,
    key_of,
    register_of,
)

_DAY: Final = 86_400.0
"""Seconds by which clocks may err where another meter's value is told from this one's."""
_RECENT: Final = 900.0
"""Seconds of rows that a power cut may take from the recorder."""
_BASE: Final = "BASE"
_ROLL_OVER: Final = 10**9
"""Wh: an index has nine digits (54E 6.2.3)."""


@dataclass(slots=True)
class Counting:
    """What is counted and heard of each register, and hidden of each quantity, by meter and name.

    `covered` are the registers of which a total is shown: none, or the first value shown since.
    Of the supplier's total it is `counted` what registers have that were never heard.
    `fallen` is what registers have fallen from: one that shows as much again never was reset.
    The statistics stand in the order in which they were shown last.
    """

    counted: dict[str, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)
    covered: dict[str, int | None] = field(default_factory=dict)
    fallen: dict[str, int] = field(default_factory=dict)
    counters: dict[str, StatisticCount] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `written` gave; another shape raises an error of any type."""
        counters = {key: StatisticCount(**one) for key, one in kept.get("counters", {}).items()}
        return cls(**{**kept, "counters": counters})

    @property
    def written(self) -> dict[str, Any]:
        """What is stored."""
        return asdict(self)

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its count begins anew with it."""
        before = self.counters.pop(statistic, None)
        counter = before if is_of(before, meter, label) else None
        last = counter.shown if counter else None
        if counter is None or not self._goes_on(counter, value, now):
            register = self._register_shown(meter, label, value)
            row, owed = (before.row, self._leave(before)) if before else (None, 0)
            if register == SUPPLIER_TOTAL:
                self._begin_total(meter, value, now)
            is_new = before is None
            counter = StatisticCount(meter, label.name, register, value, now, row, owed, is_new)
        has_fallen = self._show(counter, value, last, now)
        counter.is_moved |= counter.gone is not None
        counter.shown, counter.at, counter.gone = value, now, None
        self.counters[statistic] = counter
        for quantity in hidden_by(counter):
            self.covered |= dict.fromkeys(self._known(meter, quantity))
        return counter is not before or has_fallen

    def said(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note a value that is said, shown or not; whether it is the first one of its register.

        A supplier's register is counted from there: its sensor is off until the contract uses it.
        """
        register, counter = self._register_shown(meter, label, value), self.counters.get(statistic)
        if counter and is_of(counter, meter, label):
            if not self._goes_on(counter, value, now):
                return False
            register = counter.register
        key = key_of(meter, register)
        if key in self.heard:
            self._hear(key, value)
            return False
        is_first = label.quantity is Quantity.SUPPLIER_ENERGY and register != SUPPLIER_TOTAL
        if is_first:
            self._begin(key, meter, value, now)
            self.heard[key] = value
        return is_first

    def compiled(self, statistic: str, state: int, found: tuple[int, float] | None = None) -> int:
        """Count a row of a statistic; give how much its sum gains by it.

        Where it has a new id, or its own again, it goes on from the state of the row that it has
        `found` there, if that can be so many seconds later: somebody may have counted the same.
        """
        counter = self.counters[statistic]
        gain, counter.owed = counter.owed, 0
        if counter.is_moved and found:
            before, seconds = found
            key = counter.key
            last = self.counted.get(key, before) if counter.row is None else counter.row
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
        counter = self.counters[statistic]
        before, after = sorted((counter.shown, state))
        seconds = abs(counter.at - begin) + _DAY
        if state == counter.row or begin > now or not can_follow(before, after, seconds):
            return
        key = counter.key
        is_lost = counter.row is not None and state < counter.row == self.counted.get(key)
        if is_lost and counter.at - _RECENT < begin < counter.at:
            self.counted[key] = state
        self.heard[key] = max(state, self._heard(counter))
        self.compiled(statistic, state)

    def recorded(self, statistic: str, meter: str, label: Label, state: int, begin: float) -> None:
        """Know a statistic from the recorder alone: its last state, and when that row begins."""
        register = register_of(label)
        key = key_of(meter, register)
        self.counted[key] = self.heard[key] = max(state, self.counted.get(key, 0))
        counter = StatisticCount(meter, label.name, register, state, begin, state)
        self.counters[statistic] = counter

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

    def _goes_on(self, counter: StatisticCount, value: int, now: float) -> bool:
        """Whether a label shows the same register; BASE may not, after a change of the contract."""
        if counter.label != _BASE:
            return True
        is_total = counter.register == SUPPLIER_TOTAL
        is_known_later = self._heard(counter) > counter.shown  # by another label
        if is_total or is_known_later:
            register = self._register_shown(counter.meter, LABELS[_BASE], value)
            if register != counter.register or not is_total:
                return register == counter.register
        return counter.shown <= value and can_follow(counter.shown, value, now - counter.at)

    def _register_shown(self, meter: str, label: Label, value: int) -> str:
        """Give the register that a label shows: of BASE the total if it can, else register 1."""
        known = self._known(meter, Quantity.SUPPLIER_ENERGY)
        is_total = label.name == _BASE and (self._is_complete(meter) or len(known) != 1)
        if is_total and max(self._total(meter), sum(self.heard[key] for key in known)) <= value:
            return SUPPLIER_TOTAL
        return register_of(label)

    def _begin_total(self, meter: str, value: int, now: float) -> None:
        """Leave to the registers that were never heard what the others cannot have become."""
        if self._is_complete(meter):
            return
        key, known = key_of(meter, SUPPLIER_TOTAL), self._known(meter, Quantity.SUPPLIER_ENERGY)
        reached = self._total(meter) + sum(self.heard[one] - self.counted[one] for one in known)
        is_first = not known and key not in self.counted
        self.counted.setdefault(key, 0)
        if is_first or not can_follow(reached, value, now - self._shown_at(known, now)):
            self.counted[key] += value - reached

    def _begin(self, key: str, meter: str, value: int, now: float) -> None:
        """Count a register from its first value: all of it that the total has not counted."""
        if key in self.counted:
            return
        self.counted[key] = value
        total = key_of(meter, SUPPLIER_TOTAL)
        if total not in self.counted or not key.startswith(f"{total}_"):
            return
        rest, hidden = self.counted[total], self.hidden.get(total, 0)
        counted = min(value, rest + hidden)
        self.counted[total] = max(0, rest - counted)
        self.hidden[total] = min(hidden, rest + hidden - counted)
        self.covered[key] = value
        if counted and can_follow(counted, value, now - self._shown_at([total], now)):
            self.counted[key] = counted

    def _shown_at(self, keys: list[str], now: float) -> float:
        """Give when one of these registers was last shown."""
        return max((one.at for one in self.counters.values() if one.key in keys), default=now)

    def _hear(self, key: str, value: int) -> None:
        self.heard[key] = max(value, self.heard.get(key, value))
        if self.covered.get(key, value) is None:
            self.covered[key] = value
        if key in self.fallen and value >= self.fallen[key]:
            self.counted[key] = self.fallen.pop(key)

    def _show(self, counter: StatisticCount, value: int, last: int | None, now: float) -> bool:
        """Note a register's value; whether it has fallen, below the statistic's last one too."""
        key = counter.key
        heard = self.heard.get(key, value)
        self._hear(key, value)
        if counter.register == SUPPLIER_TOTAL:
            return False
        self._begin(key, counter.meter, value, now)
        has_fallen = value < (heard if last is None else min(heard, last))
        if has_fallen:
            counter.owed += self._count(counter, heard)
            if can_follow(heard, value + _ROLL_OVER, now - counter.at):
                counter.owed += value + _ROLL_OVER - heard
            self.counted[key] = self.heard[key] = value
            self.covered.pop(key, None)
            self.fallen[key] = heard
        return has_fallen

    def _heard(self, counter: StatisticCount) -> int:
        return self.heard.get(counter.key, counter.shown)

    def _leave(self, counter: StatisticCount) -> int:
        return counter.owed + self._count(counter, self._heard(counter))

    def _count(self, counter: StatisticCount, value: int) -> int:
        """Count a statistic's register up to a value; give what nobody had counted of it."""
        meter, key = counter.meter, counter.key
        is_total = counter.register == SUPPLIER_TOTAL
        counted = self._total(meter) if is_total else self.counted.get(key, value)
        if value <= counted:
            return 0
        used = value - counted
        if not is_total:
            used -= self._take(key, key_of(meter, LABELS[counter.label].quantity), value)
            self.counted[key] = value
        for quantity in hidden_by(counter):
            group, is_own = key_of(meter, quantity), quantity is Quantity.SUPPLIER_ENERGY
            if is_own or not self.covered.keys().isdisjoint(self._known(meter, quantity)):
                self.hidden[group] = self.hidden.get(group, 0) + used
        return used

    def _total(self, meter: str) -> int:
        """Give the value up to which the supplier's total has been counted."""
        known, key = self._known(meter, Quantity.SUPPLIER_ENERGY), key_of(meter, SUPPLIER_TOTAL)
        rest = 0 if self._is_complete(meter) else self.counted.get(key, 0)
        return sum(self.counted[one] for one in known) + self.hidden.get(key, 0) + rest

    def _is_complete(self, meter: str) -> bool:
        """Whether all registers have been heard, of which BASE may show the total."""
        registers = REGISTERS[Quantity.SUPPLIER_ENERGY]
        return all(key_of(meter, one) in self.counted for one in registers)

    def _take(self, key: str, group: str, value: int) -> int:
        """Give how much of a register's gain was counted while a total was shown."""
        if key not in self.covered or group not in self.hidden:
            return 0
        first = self.covered[key]
        if first is not None and first <= value:
            del self.covered[key]
        gain = min(value, value if first is None else first) - self.counted[key]
        taken = min(max(gain, 0), self.hidden[group])
        self.hidden[group] -= taken
        return taken

    def _known(self, meter: str, quantity: Quantity) -> list[str]:
        keys = [key_of(meter, one) for one in REGISTERS[quantity]]
        return [key for key in keys if key in self.counted]
