"""Which statistic counts which register of a meter, and from which value on.

Several labels show the same register, EASF01 and HCHC for instance, and each has a statistic. So
that each Wh is counted once, it is kept of each register up to which value it has been counted,
whoever did, and of each statistic what it has shown last.

A sum goes on while its register stands where its statistic has shown it last, however long a gap
was. Else it starts anew, from the value up to which the register has been counted, or from what is
shown where that is not known: of a register that was never heard before, or that has fallen.

Some labels show a total, and not which of its registers has grown: BASE, where Historique has no
labels for the contract (54E 6.1), and any label of Historique, for the total of the meter and the
registers of the distributor. What it counts is `Hidden` in these registers: when they are shown
again, that much of what they have gained is counted already.

It knows labels and values, nothing of the recorder: `sums.py` puts a start right there. Values are
in Wh or varh.
"""

from dataclasses import dataclass, field
from typing import Final

from ..tic import LABELS, Label, Mode, Quantity, can_gain

_ROUNDING: Final = 1_000
"""Wh by which two values of one register may differ though no time has passed."""
_DAY: Final = 86_400.0
"""Seconds by which clocks may err where another meter's value is told from this one's."""
_BASE: Final = "BASE"
_SUPPLIER_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"
"""The supplier's registers together, which BASE may show."""
_REGISTERS: Final[dict[Quantity, list[str]]] = {
    Quantity.TOTAL_ENERGY: [f"{Quantity.TOTAL_ENERGY}"],
    Quantity.SUPPLIER_ENERGY: [f"{Quantity.SUPPLIER_ENERGY}_{n}" for n in range(1, 11)],
    Quantity.DISTRIBUTOR_ENERGY: [f"{Quantity.DISTRIBUTOR_ENERGY}_{n}" for n in range(1, 5)],
}
"""The registers of which a total is shown."""


@dataclass(slots=True)
class StatisticCount:
    """What a statistic counts: a register, the state shown last and when, the value heard last."""

    meter: str
    label: str
    register: str
    shown: int
    heard: int
    at: float


@dataclass(slots=True)
class Hidden:
    """What was counted of some registers together, and which were not shown since."""

    counted: int
    registers: list[str]


@dataclass(frozen=True, slots=True)
class Start:
    """A statistic counts on from `begin`, after it has counted up to `counted`.

    `first` is the value shown then. `counted` is None where it goes on from its last row, if that
    can be; 0 where others have counted the register, and only its last row tells how far it is.
    """

    first: int
    begin: int
    counted: int | None


@dataclass(slots=True)
class Counting:
    """Registers by meter and name, hidden ones by meter and quantity, the rest by statistic."""

    registers: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, Hidden] = field(default_factory=dict)
    counters: dict[str, StatisticCount] = field(default_factory=dict)
    starts: dict[str, list[Start]] = field(default_factory=dict)

    def shown(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note the state that a label's sensor shows; whether its statistic starts with it."""
        if counter := self._going_on(statistic, meter, label, value, now):
            register, begin = counter.register, counter.shown
        elif self._is_shown_still(statistic, meter, value):
            return False
        else:
            counted = self._leave(statistic, meter, label)
            register, begin = self._begin(meter, label, value)
            self.starts.setdefault(statistic, []).append(Start(value, begin, counted))
        self._count(meter, label, register, value - begin)
        self.counters[statistic] = StatisticCount(meter, label.name, register, value, value, now)
        return counter is None

    def heard(self, statistic: str, meter: str, label: Label, value: int, now: float) -> bool:
        """Note a value that is said, shown or not; whether it is the first one of its register.

        A supplier's register is counted from there: its sensor is off until the contract uses it.
        """
        if counter := self._going_on(statistic, meter, label, value, now):
            counter.heard = value
            return False
        key = _key(meter, register_of(label))
        is_first = label.quantity is Quantity.SUPPLIER_ENERGY and key not in self.registers
        if is_first:
            self.registers[key] = value
        return is_first

    def renamed(self, old: str, new: str, compiled: int | None) -> None:
        """Follow a statistic to its new id; there it goes on from what is recorded.

        `compiled` is its last row's state: the recorder moves that row, unless there are others.
        """
        if counter := self.counters.pop(old, None):
            self.counters[new] = counter
            begin = counter.shown if compiled is None else min(compiled, counter.shown)
            start = Start(counter.shown, begin, None)
            self.starts[new] = [*self.starts.pop(old, []), start]

    def corrected(self, statistic: str, recorded: int | None, now: float) -> None:
        """Take it from the last state that is recorded up to which value a statistic has counted.

        A state of before its last start says that nothing since then is recorded.
        """
        counter, starts = self.counters.get(statistic), self.starts.get(statistic)
        if counter is None or not self._stands(counter):
            return
        if starts:
            first, seconds = starts[-1].first, now - counter.at + _DAY
            is_since = recorded is not None and first <= recorded
            if recorded is None or not (is_since and can_follow(first, recorded, seconds)):
                recorded = starts[-1].begin
        if recorded is not None:
            self._move(counter, recorded)

    def recorded(self, meter: str, label: Label, value: int) -> None:
        """Know from the recorder alone that a register has been counted up to a value."""
        key = _key(meter, register_of(label))
        self.registers[key] = max(value, self.registers.get(key, 0))

    def removed(self, statistic: str, compiled: int | None) -> None:
        """Note that there will be no row of what a statistic has counted since its last one."""
        counter, starts = self.counters.get(statistic), self.starts.get(statistic)
        value = starts[-1].begin if starts else compiled
        if counter and value is not None and self._stands(counter):
            self._move(counter, value)

    def settled(self, statistic: str, count: int) -> None:
        """Forget the first starts of a statistic, of which the sums are right."""
        if left := self.starts.pop(statistic, [])[count:]:
            self.starts[statistic] = left

    def _going_on(
        self, statistic: str, meter: str, label: Label, value: int, now: float
    ) -> StatisticCount | None:
        """Give what a statistic has counted if it goes on with this value."""
        counter = self.counters.get(statistic)
        if counter is None or (counter.meter, counter.label) != (meter, label.name):
            return None
        if counter.shown > value or not self._stands(counter):
            return None
        # BASE shows another register after a change of the contract.
        is_base = label.name == _BASE
        can = not is_base or can_follow(counter.shown, value, now - counter.at)
        return counter if can else None

    def _is_shown_still(self, statistic: str, meter: str, value: int) -> bool:
        """Whether a label shows its last value, after another one has taken over."""
        counter = self.counters.get(statistic)
        return counter is not None and (counter.meter, counter.shown) == (meter, value)

    def _stands(self, counter: StatisticCount) -> bool:
        """Whether a register is counted up to what a statistic has shown of it, and seen since."""
        hidden = self.hidden.get(_group(counter.meter, LABELS.get(counter.label)))
        is_seen = hidden is None or counter.register not in hidden.registers
        return is_seen and self._counted(counter.meter, counter.register) == counter.shown

    def _counted(self, meter: str, register: str) -> int | None:
        """Give the value up to which a register, or the supplier's total, has been counted."""
        if register != _SUPPLIER_TOTAL:
            return self.registers.get(_key(meter, register))
        values = [self._counted(meter, one) for one in _REGISTERS[Quantity.SUPPLIER_ENERGY]]
        known = [one for one in values if one is not None]
        hidden = self.hidden.get(_key(meter, _SUPPLIER_TOTAL))
        return sum(known) + (hidden.counted if hidden else 0) if len(known) == len(values) else None

    def _leave(self, statistic: str, meter: str, label: Label) -> int | None:
        """Give what a statistic that starts anew has counted; of another meter, all it has heard.

        Of this one, whoever has taken over counts what was heard and not shown. Of one that is not
        known the recorder knows it, and the register has been counted by others.
        """
        counter = self.counters.get(statistic)
        if counter is None:
            return 0 if _key(meter, register_of(label)) in self.registers else None
        if counter.meter != meter and self._stands(counter):
            self._move(counter, counter.heard)
        return counter.shown

    def _move(self, counter: StatisticCount, value: int) -> None:
        """Have a statistic counted up to another value than the one it has shown last."""
        label, used = LABELS[counter.label], value - counter.shown
        self._count(counter.meter, label, counter.register, used)
        counter.shown = value

    def _begin(self, meter: str, label: Label, value: int) -> tuple[str, int]:
        """Give the register that a label shows, and the value up to which it has been counted.

        BASE shows the total if it can, else register 1.
        """
        total = self._counted(meter, _SUPPLIER_TOTAL) if label.name == _BASE else None
        if total is not None and total <= value:
            return _SUPPLIER_TOTAL, total
        register = register_of(label)
        before = self.registers.get(_key(meter, register))
        gained = 0 if before is None else max(0, value - before)
        begin = value - gained + self._take(meter, label, gained)
        self.registers[_key(meter, register)] = begin
        return register, begin

    def _take(self, meter: str, label: Label, gained: int) -> int:
        """Show a register that was hidden; give how much of its gain is counted already."""
        register, group = register_of(label), _group(meter, label)
        hidden = self.hidden.get(group)
        if hidden is None or register not in hidden.registers:
            return 0
        taken = min(gained, hidden.counted)
        hidden.counted -= taken
        hidden.registers.remove(register)
        if not hidden.registers:
            del self.hidden[group]
        return taken

    def _count(self, meter: str, label: Label, register: str, used: int) -> None:
        """Note what a statistic counts, and hide it in the registers that its label hides."""
        if register == _SUPPLIER_TOTAL:
            self._hide(meter, Quantity.SUPPLIER_ENERGY, used)
        else:
            self.registers[_key(meter, register)] += used
        if label.mode is Mode.HISTORIC:
            self._hide(meter, Quantity.TOTAL_ENERGY, used)
            self._hide(meter, Quantity.DISTRIBUTOR_ENERGY, used)

    def _hide(self, meter: str, quantity: Quantity, used: int) -> None:
        known = [one for one in _REGISTERS[quantity] if _key(meter, one) in self.registers]
        if known and used:
            hidden = self.hidden.setdefault(_key(meter, quantity), Hidden(0, []))
            hidden.counted += used
            hidden.registers = known


def can_follow(before: float, after: float, seconds: float) -> bool:
    """Whether a value of a register can be followed by another, in Wh, so many seconds later."""
    return can_gain(after - before, seconds, _ROUNDING)


def register_of(label: Label) -> str:
    """Give the name of the register that a label shows."""
    return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"


def _group(meter: str, label: Label | None) -> str:
    return _key(meter, label.quantity) if label else ""


def _key(meter: str, name: str) -> str:
    return f"{meter}.{name}"
