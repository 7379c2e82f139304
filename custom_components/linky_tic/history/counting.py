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

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ..tic import Label, Mode, Quantity

_MOST: Final = 40_000.0
"""W: a Linky serves up to 36 kVA, and its breaker lets a little more pass for a while."""
_ROUNDING: Final = 1_000
"""Wh by which two values of one register may differ though no time has passed."""
_LONG: Final = 86_400.0
"""Seconds after which the recorder may have purged the row that a sum goes on from."""


def _names(quantity: Quantity, count: int) -> tuple[str, ...]:
    return tuple(f"{quantity}_{number}" for number in range(1, count + 1))


_TOTAL: Final = f"{Quantity.TOTAL_ENERGY}"
_SUPPLIER: Final = _names(Quantity.SUPPLIER_ENERGY, 10)
_DISTRIBUTOR: Final = _names(Quantity.DISTRIBUTOR_ENERGY, 4)
_NOBODY: Final = ""
_ALL: Final = "BASE"
"""The label that shows the total where Historique has no labels for the contract (54E 6.1)."""


@dataclass(slots=True)
class Register:
    """A counter of a meter: the statistic that counts it, and up to which value, if known."""

    by: str
    value: int | None
    at: float


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
    if `first` can follow that; `counted` is None where only that row tells.
    """

    at: float
    first: int
    begin: int | None = None
    counted: int | None = None


@dataclass(slots=True)
class Counting:
    """The registers of every meter, by meter and name; counters and starts by statistic."""

    registers: dict[str, Register] = field(default_factory=dict)
    counters: dict[str, Counter] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its statistic starts with it."""
        counter = self.counters.get(statistic)
        own = self.registers.get(_key(meter, _own(label)))
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
            begin = self._begin(statistic, meter, label, value, now)
            start = Start(now, value, begin, counter.heard if counter else None)
        if label.mode is Mode.HISTORIC:
            self._count_for_others(statistic, meter, value - begin, now)
        self.registers[_key(meter, _own(label))] = Register(statistic, value, now)
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
            self.registers.setdefault(_key(meter, _own(label)), first)

    def renamed(self, old: str, new: str, now: float) -> None:
        """Follow a statistic to its new id; there it goes on from what is recorded."""
        if counter := self.counters.pop(old, None):
            self.counters[new] = counter
            self.starts[new] = [*self.starts.pop(old, []), Start(now, counter.shown)]
            for register in self._counted(old):
                register.by = new

    def settled(self, statistic: str, starts: Iterable[Start]) -> None:
        """Forget starts of which the sums are right."""
        left = [one for one in self.starts.pop(statistic, []) if one not in starts]
        if left:
            self.starts[statistic] = left

    def _counted(self, statistic: str) -> list[Register]:
        return [one for one in self.registers.values() if one.by == statistic]

    def _goes_on(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Whether a statistic has counted all that its label shows, and nothing else has since."""
        counter, own = self.counters.get(statistic), self.registers.get(_key(meter, _own(label)))
        if counter is None or own is None or counter.meter != meter or own.by != statistic:
            return False
        if label.name != _ALL:
            return counter.shown <= value
        others = [
            one
            for one in self._supplier(meter)
            if one.by not in {statistic, _NOBODY} and one.at > own.at
        ]
        has_turned = _nearest(self._shown_by_all(meter), value, now) not in {None, counter.shown}
        return counter.shown <= value and not others and not has_turned

    def _begin(self, statistic: str, meter: str, label: Label, value: int, now: float) -> int:
        """Give the value up to which others have counted what a label shows; its own if none has.

        A register has the same value under every label. BASE is register 1, or the total of all:
        the nearest value is taken that it can follow.
        """
        counter, own = self.counters.get(statistic), self.registers.get(_key(meter, _own(label)))
        if counter and counter.meter != meter:
            for register in self._counted(statistic):
                register.value = counter.heard
        if own and (taken := self.counters.get(own.by)) and own.by != statistic:
            taken.heard = taken.shown  # what it heard after that, this one counts
        if label.name != _ALL:
            before = own.value if own and own.by != statistic else None
            return value if before is None else min(before, value)
        known = tuple(self._shown_by_all(meter))
        found = _nearest(known, value, now)
        is_register = own is not None and [one.value for one in known].count(own.value) == 1
        if found is None or not is_register or (own and found != own.value):
            self._hide(statistic, meter, _SUPPLIER, now)
        return value if found is None else min(found, value)

    def _shown_by_all(self, meter: str) -> Iterator[Register]:
        """Give what BASE may show: register 1, the sum of what is known, the total."""
        supplier = [one for one in self._supplier(meter) if one.value is not None]
        yield from supplier[:1]
        if supplier:
            at = max(one.at for one in supplier)
            yield Register(_NOBODY, sum(one.value or 0 for one in supplier), at)
        if total := self.registers.get(_key(meter, _TOTAL)):
            yield total

    def _supplier(self, meter: str) -> list[Register]:
        found = (self.registers.get(_key(meter, name)) for name in _SUPPLIER)
        return [one for one in found if one]

    def _count_for_others(self, statistic: str, meter: str, used: int, now: float) -> None:
        """Count what Historique shows for the registers that it counts and does not show."""
        self._hide(statistic, meter, _DISTRIBUTOR, now)
        if total := self.registers.get(_key(meter, _TOTAL)):
            value = None if total.value is None else total.value + used
            self.registers[_key(meter, _TOTAL)] = Register(statistic, value, now)

    def _hide(self, statistic: str, meter: str, names: Iterable[str], now: float) -> None:
        """Note that a statistic counts registers without telling where they stand."""
        for name in names:
            if (key := _key(meter, name)) in self.registers:
                self.registers[key] = Register(statistic, None, now)


def _nearest(found: Iterable[Register], value: int, now: float) -> int | None:
    """Give the greatest value that another one can follow."""
    return max(
        (
            one.value
            for one in found
            if one.value is not None and can_follow(one.value, value, now - one.at)
        ),
        default=None,
    )


def can_follow(before: float, after: float, seconds: float) -> bool:
    """Whether a value of a register can be followed by another, in Wh, so many seconds later."""
    return -_ROUNDING <= after - before <= _MOST * max(seconds, 0.0) / 3600 + _ROUNDING


def _key(meter: str, name: str) -> str:
    return f"{meter}.{name}"


def _own(label: Label) -> str:
    return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"
