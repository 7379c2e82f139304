"""Which statistic counts which register of a meter, and from which value on.

Kept are: of each register of a meter, the statistic that has counted it last, up to which value
and when (`registers`); of each statistic, the meter, the state that was shown last and the value
that was heard last (`counters`); and what is still to be put right in the recorder (`starts`).

A register is counted by one statistic at a time: that of the label which has shown it last.
A sum goes on, however long a gap was, while its statistic has counted this register last, and no
other register since. It starts anew:

- with the first value of all: from the value of the register that was heard first, if known;
- where another label has counted the register meanwhile (another mode or contract): from the value
  up to which that one has counted, so that what was used in between is counted once;
- with another meter, or where the index has fallen: from the first value that is shown.

It knows labels and values, nothing of the recorder, which adds the difference between two states
whatever lies between them; `sums.py` puts a start right there. Values are in Wh or varh.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..tic import Label, Mode, Quantity, can_gain

_ROUNDING: Final = 1_000
"""Wh by which two values of one register may differ though no time has passed."""
_LONG: Final = 86_400.0
"""Seconds after which the recorder may have purged the row that a sum goes on from."""


_METER_TOTAL: Final = f"{Quantity.TOTAL_ENERGY}"
_SUPPLIER_REGISTERS: Final = [f"{Quantity.SUPPLIER_ENERGY}_{number}" for number in range(1, 11)]
_DISTRIBUTOR_REGISTERS: Final = [
    f"{Quantity.DISTRIBUTOR_ENERGY}_{number}" for number in range(1, 5)
]
_SUPPLIER_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"
"""The supplier's registers together: the total up to which statistics have counted."""
_NO_STATISTIC: Final = ""
_BASE: Final = "BASE"
"""The label that shows the total where Historique has no labels for the contract (54E 6.1)."""


@dataclass(slots=True)
class RegisterCount:
    """Up to which value a register of a meter is counted, if known, and `by` which statistic."""

    by: str
    value: int | None
    at: float
    is_hidden: bool = False
    """Whether it is counted in a total, which does not tell where it stands."""


@dataclass(slots=True)
class StatisticCount:
    """What a statistic counts: of which meter, the state shown last, the value heard last."""

    meter: str
    shown: int
    heard: int


@dataclass(frozen=True, slots=True)
class Start:
    """From a moment on a statistic counts from the value `begin`; it has counted up to `counted`.

    `first` is the value shown then. `begin` is None where the statistic goes on from its last row,
    if `first` can follow that; `counted` is None where only that row tells. `taken_from` is the
    statistic that has counted up to `begin`, as far as is known here: its last row knows better.
    """

    at: float
    first: int
    begin: int | None = None
    counted: int | None = None
    taken_from: str = ""


class _Sample(NamedTuple):
    """A value of a label, and the statistic that is made of it."""

    statistic: str
    meter: str
    label: Label
    value: int
    at: float


type _Count = tuple[str, int, Start | None]
"""A register, the value from which it is counted on, and the start of its sum, if it has one."""


@dataclass(slots=True)
class Counting:
    """The registers of every meter, by meter and name; counters and starts by statistic."""

    registers: dict[str, RegisterCount] = field(default_factory=dict)
    counters: dict[str, StatisticCount] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its statistic starts with it."""
        new = _Sample(statistic, meter, label, value, now)
        if self._goes_on(new):
            name, begin, start = self._go_on(new)
        elif self._is_shown_again(new):
            return False
        elif self._is_first(new):
            name, begin, start = self._begin(new)
        else:
            name, begin, start = self._begin_anew(new)
        self._count(new, value - begin)
        self.registers[_key(meter, name)] = RegisterCount(statistic, value, now)
        self.counters[statistic] = StatisticCount(meter, value, value)
        if start:
            self.starts.setdefault(statistic, []).append(start)
        return start is not None

    def heard(self, statistic: str, meter: str, label: Label, value: int, now: float) -> None:
        """Note a value that is said, shown or not.

        A supplier's register that nobody counts yet is counted from the first one: its sensor is
        off until the contract uses it.
        """
        new = _Sample(statistic, meter, label, value, now)
        if self._goes_on(new):
            self.counters[statistic].heard = value
        elif label.quantity is Quantity.SUPPLIER_ENERGY:
            first = RegisterCount(_NO_STATISTIC, value, now)
            self.registers.setdefault(_key(meter, self._name_of(new)), first)

    def renamed(self, old: str, new: str, now: float) -> None:
        """Follow a statistic to its new id; there it goes on from what is recorded."""
        if counter := self.counters.pop(old, None):
            self.counters[new] = counter
            self.starts[new] = [*self.starts.pop(old, []), Start(now, counter.shown)]
            for register in self.registers.values():
                register.by = new if register.by == old else register.by

    def corrected(self, statistic: str, value: int) -> None:
        """Know from the recorder up to which value a statistic has counted."""
        if counter := self.counters.get(statistic):
            counter.shown = counter.heard = value

    def settled(self, statistic: str, starts: Iterable[Start]) -> None:
        """Forget starts of which the sums are right."""
        left = [one for one in self.starts.pop(statistic, []) if one not in starts]
        if left:
            self.starts[statistic] = left

    def _goes_on(self, new: _Sample) -> bool:
        """Whether a statistic has counted all that its label shows, and nothing else has since."""
        counter, own = self.counters.get(new.statistic), self._own(new)
        if counter is None or own is None:
            return False
        if (counter.meter, own.by) != (new.meter, new.statistic) or counter.shown > new.value:
            return False
        return new.label.name != _BASE or can_follow(counter.shown, new.value, new.at - own.at)

    def _go_on(self, new: _Sample) -> _Count:
        """Count from the state shown last, which the recorder may have forgotten."""
        name, begin = self._name_of(new), self.counters[new.statistic].shown
        is_purged = new.at - self.registers[_key(new.meter, name)].at > _LONG
        return name, begin, Start(new.at, new.value, begin, begin) if is_purged else None

    def _is_shown_again(self, new: _Sample) -> bool:
        """Whether a label shows what it has shown, after another one has taken over."""
        counter = self.counters.get(new.statistic)
        return counter is not None and (counter.meter, counter.shown) == (new.meter, new.value)

    def _is_first(self, new: _Sample) -> bool:
        """Whether a statistic has counted nothing yet, and no other one this register."""
        own = self._own(new)
        return new.statistic not in self.counters and (own is None or own.by == _NO_STATISTIC)

    def _begin(self, new: _Sample) -> _Count:
        """Count from the value that was heard first, shown or not."""
        own = self._own(new)
        begin = new.value if own is None or own.value is None else min(own.value, new.value)
        return self._name_of(new), begin, Start(new.at, begin)

    def _begin_anew(self, new: _Sample) -> _Count:
        """Count from where another statistic has counted the register, or from the value shown."""
        counter, own = self.counters.get(new.statistic), self._own(new)
        taken_from = own.by if own and own.by != new.statistic else ""
        if counter and counter.meter != new.meter:
            self._leave(new.statistic, counter.heard)
        name, begin = self._take_total(new) or self._take_register(new)
        counted = counter.heard if counter else None
        return name, begin, Start(new.at, new.value, begin, counted, taken_from)

    def _leave(self, statistic: str, heard: int) -> None:
        """Note where the registers of a meter stand that a statistic counts no longer."""
        for register in self.registers.values():
            if register.by == statistic:
                register.value = heard

    def _take_total(self, new: _Sample) -> tuple[str, int] | None:
        """Have BASE count all of the supplier's registers, if it shows their total."""
        total = self._total(new) if new.label.name == _BASE else None
        if total is None:
            return None
        for register in self._supplier(new.meter):
            self._take(register, new.statistic)
            register.by, register.at, register.is_hidden = new.statistic, new.at, True
        return _SUPPLIER_TOTAL, total

    def _take_register(self, new: _Sample) -> tuple[str, int]:
        """Give the register of a label, and the value up to which others have counted it.

        A register has the same value under every label. It is counted from where it stands now if
        nobody knows where it stood.
        """
        name = _register_of(new.label)
        own = self._register(new.meter, name)
        if own is None or own.value is None or own.by == new.statistic:
            return name, new.value
        self._take(own, new.statistic)
        least = new.value - self._uncounted(new.meter) if own.is_hidden else 0
        return name, max(min(own.value, new.value), least)

    def _take(self, register: RegisterCount, statistic: str) -> None:
        """Have a statistic count what another one has heard and not shown."""
        if register.by != statistic and (taken := self.counters.get(register.by)):
            taken.heard = taken.shown

    def _total(self, new: _Sample) -> int | None:
        """Give the total up to which the supplier's registers are counted, if BASE can follow it.

        Else BASE shows register 1.
        """
        supplier = self._supplier(new.meter)
        values = [one.value for one in supplier if one.value is not None and not one.is_hidden]
        if len(values) == len(_SUPPLIER_REGISTERS):
            at, key = max(one.at for one in supplier), _key(new.meter, _SUPPLIER_TOTAL)
            self.registers[key] = RegisterCount(_NO_STATISTIC, sum(values), at)
        total = self._register(new.meter, _SUPPLIER_TOTAL)
        if total is None or total.value is None or total.value > new.value:
            return None
        return total.value if can_follow(total.value, new.value, new.at - total.at) else None

    def _uncounted(self, meter: str) -> int:
        """Give what the meter's total has more than was counted of the supplier's registers."""
        total, counted = (self._register(meter, name) for name in (_METER_TOTAL, _SUPPLIER_TOTAL))
        if not total or not counted or total.value is None or counted.value is None:
            return 0
        return max(0, total.value - counted.value)

    def _name_of(self, new: _Sample) -> str:
        """Give the register that a label shows: BASE has shown the total, or register 1."""
        total = self._register(new.meter, _SUPPLIER_TOTAL)
        is_total = new.label.name == _BASE and total and total.by == new.statistic
        return _SUPPLIER_TOTAL if is_total else _register_of(new.label)

    def _own(self, new: _Sample) -> RegisterCount | None:
        return self._register(new.meter, self._name_of(new))

    def _register(self, meter: str, name: str) -> RegisterCount | None:
        return self.registers.get(_key(meter, name))

    def _supplier(self, meter: str) -> list[RegisterCount]:
        found = (self._register(meter, name) for name in _SUPPLIER_REGISTERS)
        return [one for one in found if one]

    def _count(self, new: _Sample, used: int) -> None:
        """Add what a statistic counts to the totals, which Historique does not show."""
        if new.label.quantity is Quantity.SUPPLIER_ENERGY:
            self._add(new, _SUPPLIER_TOTAL, _NO_STATISTIC, used)
        if new.label.mode is Mode.HISTORIC:
            for name in _DISTRIBUTOR_REGISTERS:
                if (key := _key(new.meter, name)) in self.registers:
                    self.registers[key] = RegisterCount(new.statistic, None, new.at)
            self._add(new, _METER_TOTAL, new.statistic, used)

    def _add(self, new: _Sample, name: str, by: str, used: int) -> None:
        if total := self._register(new.meter, name):
            value = None if total.value is None else total.value + used
            self.registers[_key(new.meter, name)] = RegisterCount(by, value, new.at)


def can_follow(before: float, after: float, seconds: float) -> bool:
    """Whether a value of a register can be followed by another, in Wh, so many seconds later."""
    return can_gain(after - before, seconds, _ROUNDING)


def _register_of(label: Label) -> str:
    return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"


def _key(meter: str, name: str) -> str:
    return f"{meter}.{name}"
