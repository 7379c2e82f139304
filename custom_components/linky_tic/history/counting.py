"""Which statistic counts which register of a meter, and from which value on.

The rule: a register is counted by one statistic at a time, that of the label which showed it last.
A statistic goes on, however long a gap was, while it is the one that has counted its register last
and that register is the one that it counted last. Else it starts anew:

- another label has counted the register meanwhile (another mode or contract): at the value up to
  which that label has counted, so that what was used in between is counted once;
- it is another meter: at the first value that is shown.

It knows labels and values, nothing of the recorder, which adds the difference between two states
whatever lies between them; `sums.py` puts a start right there. Values are in Wh or varh.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..tic import Label, Mode, Quantity, can_gain

_ROUNDING: Final = 1_000
"""Wh by which two values of one register may differ though no time has passed."""
_LONG: Final = 86_400.0
"""Seconds after which the recorder may have purged the row that a sum goes on from."""


_TOTAL: Final = f"{Quantity.TOTAL_ENERGY}"
_SUPPLIER: Final = [f"{Quantity.SUPPLIER_ENERGY}_{number}" for number in range(1, 11)]
_DISTRIBUTOR: Final = [f"{Quantity.DISTRIBUTOR_ENERGY}_{number}" for number in range(1, 5)]
_COUNTED: Final = f"{Quantity.SUPPLIER_ENERGY}"
"""The supplier's registers together: the total up to which statistics have counted."""
_NOBODY: Final = ""
_ALL: Final = "BASE"
"""The label that shows the total where Historique has no labels for the contract (54E 6.1)."""


@dataclass(slots=True)
class Register:
    """A counter of a meter: the statistic that counts it, and up to which value, if known."""

    by: str
    value: int | None
    at: float
    is_hidden: bool = False
    """Whether it is counted in a total, which does not tell where it stands."""


@dataclass(slots=True)
class Counter:
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


@dataclass(slots=True)
class Counting:
    """The registers of every meter, by meter and name; counters and starts by statistic."""

    registers: dict[str, Register] = field(default_factory=dict)
    counters: dict[str, Counter] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its statistic starts with it."""
        counter = self.counters.get(statistic)
        name = self._name(statistic, meter, label)
        own = self._register(meter, name)
        by = own.by if own and own.by != statistic else ""
        start: Start | None = None
        if own and counter and self._goes_on(statistic, meter, label, value, now):
            begin = counter.shown
            if now - own.at > _LONG:
                start = Start(now, value, begin, begin)
        elif counter and (counter.meter, counter.shown) == (meter, value):
            return False  # shown once more, after another label has taken over
        elif counter is None and (own is None or own.by == _NOBODY):
            begin = value if own is None or own.value is None else min(own.value, value)
            start = Start(now, begin)
        else:
            name, begin = self._begin(statistic, meter, label, value, now)
            start = Start(now, value, begin, counter.heard if counter else None, by)
        self._count(statistic, meter, label, value - begin, now)
        self.registers[_key(meter, name)] = Register(statistic, value, now)
        self.counters[statistic] = Counter(meter, value, value)
        if start:
            self.starts.setdefault(statistic, []).append(start)
        return start is not None

    def heard(self, statistic: str, meter: str, label: Label, value: int, now: float) -> None:
        """Note a value that is said, shown or not.

        A supplier's register that nobody counts yet is counted from the first one: its sensor is
        off until the contract uses it.
        """
        counter = self.counters.get(statistic)
        if counter and self._goes_on(statistic, meter, label, value, now):
            counter.heard = value
        elif label.quantity is Quantity.SUPPLIER_ENERGY:
            first = Register(_NOBODY, value, now)
            self.registers.setdefault(_key(meter, self._name(statistic, meter, label)), first)

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

    def _goes_on(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Whether a statistic has counted all that its label shows, and nothing else has since."""
        counter = self.counters.get(statistic)
        name = self._name(statistic, meter, label)
        own = self._register(meter, name)
        if counter is None or own is None or counter.meter != meter or own.by != statistic:
            return False
        if counter.shown > value or label.name != _ALL:
            return counter.shown <= value
        return can_follow(counter.shown, value, now - own.at)

    def _name(self, statistic: str, meter: str, label: Label) -> str:
        """Give the register that a label shows: BASE has shown the total, or register 1."""
        all_of_them = self._register(meter, _COUNTED)
        if label.name == _ALL and all_of_them and all_of_them.by == statistic:
            return _COUNTED
        return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"

    def _begin(
        self, statistic: str, meter: str, label: Label, value: int, now: float
    ) -> tuple[str, int]:
        """Give the register that a label shows, and the value up to which others have counted it.

        A register has the same value under every label. It is counted from where it stands now if
        nobody knows where it stood.
        """
        counter = self.counters.get(statistic)
        if counter and counter.meter != meter:
            for register in self.registers.values():
                if register.by == statistic:
                    register.value = counter.heard
        name = f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"
        own = self._register(meter, name)
        if label.name == _ALL and (total := self._total(meter, value, now)) is not None:
            for register in self._supplier(meter):
                self._take(register, statistic)
                register.by, register.at, register.is_hidden = statistic, now, True
            return _COUNTED, total
        if own is None or own.value is None or own.by == statistic:
            return name, value
        self._take(own, statistic)
        least = value - self._uncounted(meter) if own.is_hidden else 0
        return name, max(min(own.value, value), least)

    def _take(self, register: Register, statistic: str) -> None:
        """Have a statistic count what another one has heard and not shown."""
        if register.by != statistic and (taken := self.counters.get(register.by)):
            taken.heard = taken.shown

    def _total(self, meter: str, value: int, now: float) -> int | None:
        """Give the total up to which the supplier's registers are counted, if BASE can follow it.

        Else BASE shows register 1.
        """
        supplier = self._supplier(meter)
        values = [one.value for one in supplier if one.value is not None and not one.is_hidden]
        if len(values) == len(_SUPPLIER):
            at = max(one.at for one in supplier)
            self.registers[_key(meter, _COUNTED)] = Register(_NOBODY, sum(values), at)
        total = self._register(meter, _COUNTED)
        if total is None or total.value is None or total.value > value:
            return None
        return total.value if can_follow(total.value, value, now - total.at) else None

    def _uncounted(self, meter: str) -> int:
        """Give what the meter's total has more than was counted of the supplier's registers."""
        total, counted = (self._register(meter, name) for name in (_TOTAL, _COUNTED))
        if not total or not counted or total.value is None or counted.value is None:
            return 0
        return max(0, total.value - counted.value)

    def _register(self, meter: str, name: str) -> Register | None:
        return self.registers.get(_key(meter, name))

    def _supplier(self, meter: str) -> list[Register]:
        found = (self._register(meter, name) for name in _SUPPLIER)
        return [one for one in found if one]

    def _count(self, statistic: str, meter: str, label: Label, used: int, now: float) -> None:
        """Add what a statistic counts to the totals, which Historique does not show."""
        counted = self._register(meter, _COUNTED)
        if counted and counted.value is not None and label.quantity is Quantity.SUPPLIER_ENERGY:
            key = _key(meter, _COUNTED)
            self.registers[key] = Register(_NOBODY, counted.value + used, now)
        if label.mode is Mode.HISTORIC:
            for name in _DISTRIBUTOR:
                if (key := _key(meter, name)) in self.registers:
                    self.registers[key] = Register(statistic, None, now)
            if total := self._register(meter, _TOTAL):
                value = None if total.value is None else total.value + used
                self.registers[_key(meter, _TOTAL)] = Register(statistic, value, now)


def can_follow(before: float, after: float, seconds: float) -> bool:
    """Whether a value of a register can be followed by another, in Wh, so many seconds later."""
    return can_gain(after - before, seconds, _ROUNDING)


def _key(meter: str, name: str) -> str:
    return f"{meter}.{name}"
