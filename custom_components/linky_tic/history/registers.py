"""The registers of a meter, and up to which value each has been counted, under whichever label.

A register is one counter of the meter; several labels may show it (EASF01, HCHC, BBRHCJB). Some
labels show a total and not which of its registers has grown: BASE, where Historique has no labels
for the contract (54E 6.1), and every index of Historique as far as EAST and EASD are concerned.
Energy that is counted from a total is hidden: nobody knows in which register it is. When the
registers are shown again, so much of what they have gained is not counted a second time: EASF01 is
counted up to 600 and EASF02 up to 300 when BASE shows 905, so 5 are counted and hidden. When EASF01
then shows 603 and EASF02 304, which is 7 more, the 5 are found, and 2 are counted.

Values are in Wh or varh. What statistics make of them is in `counting.py`.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Final

from ..tic import LABELS, Label, Mode, Quantity, can_follow

SUPPLIER_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"
"""The supplier's registers together, which BASE may show."""
_BASE: Final = "BASE"
_TOTALLED: Final = (Quantity.TOTAL_ENERGY, Quantity.SUPPLIER_ENERGY, Quantity.DISTRIBUTOR_ENERGY)
_ROLL_OVER: Final = 10**9
"""Wh: an index has nine digits (54E 6.2.3)."""


def register_name(label: Label) -> str:
    return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"


_REGISTERS: Final[dict[Quantity, list[str]]] = {
    quantity: sorted({register_name(one) for one in LABELS.values() if one.quantity is quantity})
    for quantity in _TOTALLED
}
"""The registers that a total adds up, by quantity."""


def key_of(meter: str, name: str) -> str:
    """Return the key of a register, or of a total, in the dictionaries of `Registers`."""
    return f"{meter}.{name}"


def _hidden_by(label: Label, register: str) -> list[Quantity]:
    """Return the quantities that a label counts without telling which of their registers grew."""
    hidden = [Quantity.SUPPLIER_ENERGY] if register == SUPPLIER_TOTAL else []
    is_historic = label.mode is Mode.HISTORIC
    return [*hidden, *((Quantity.TOTAL_ENERGY, Quantity.DISTRIBUTOR_ENERGY) if is_historic else ())]


@dataclass(slots=True)
class Registers:
    """The registers of all meters, by the keys of `key_of`."""

    counted: dict[str, int] = field(default_factory=dict)
    """Register -> the value up to which rows of statistics have counted it. For `SUPPLIER_TOTAL`:
    what the registers that were never received must have together."""
    heard: dict[str, int] = field(default_factory=dict)
    """Register -> the newest value received."""
    hidden: dict[str, int] = field(default_factory=dict)
    """Quantity -> energy counted from a total and not yet found in a register."""
    covered: dict[str, int | None] = field(default_factory=dict)
    """Register for which a total was shown -> its first value received since then, if any."""
    fallen: dict[str, int] = field(default_factory=dict)
    """Register that was reset -> its value before: if it shows that again, it was not reset."""

    # Which register is shown

    def shown_by(self, meter: str, label: Label, value: int) -> str:
        """Return the register that a label shows; for BASE the total or else register 1."""
        is_total = label.name == _BASE and self.gain_of_total(meter, value) < inf
        return SUPPLIER_TOTAL if is_total else register_name(label)

    def gain_of_total(self, meter: str, value: int) -> float:
        """Return what the supplier's total has gained if BASE shows it; infinite if it cannot."""
        known = self.known(meter, Quantity.SUPPLIER_ENERGY)
        total = max(self._total(meter), sum(self.heard[key] for key in known))
        is_possible = value >= total and (self._is_complete(meter) or len(known) != 1)
        return value - total if is_possible else inf

    def known(self, meter: str, quantity: Quantity) -> list[str]:
        """Return the keys of those registers of a quantity that have been received."""
        keys = [key_of(meter, one) for one in _REGISTERS[quantity]]
        return [key for key in keys if key in self.counted]

    def _is_complete(self, meter: str) -> bool:
        """Whether every register of the supplier has been received."""
        registers = _REGISTERS[Quantity.SUPPLIER_ENERGY]
        return all(key_of(meter, one) in self.counted for one in registers)

    def _total(self, meter: str) -> int:
        """Return the value up to which the supplier's total has been counted."""
        known, key = self.known(meter, Quantity.SUPPLIER_ENERGY), key_of(meter, SUPPLIER_TOTAL)
        rest = 0 if self._is_complete(meter) else self.counted.get(key, 0)
        return sum(self.counted[one] for one in known) + self.hidden.get(key, 0) + rest

    # A value is received

    def hear(self, key: str, value: int) -> None:
        """Take a value of a register."""
        self.heard[key] = max(value, self.heard.get(key, value))
        if self.covered.get(key, value) is None:
            self.covered[key] = value
        if key in self.fallen and value >= self.fallen[key]:
            self.counted[key] = self.fallen.pop(key)

    def begin(self, key: str, meter: str, value: int, total_seconds: float) -> None:
        """Start counting a register at its first value, less what the total has not counted yet.

        `total_seconds` is the time since the total was last shown.
        """
        total = key_of(meter, SUPPLIER_TOTAL)
        reached = self._total(meter)
        shown = max(0, self.heard.get(total, 0) - reached)  # and in no row yet
        self.counted[key] = value
        if total not in self.counted or not key.startswith(f"{total}_"):
            return
        rest, hidden = self.counted[total], self.hidden.get(total, 0)
        counted = min(value, rest + hidden)
        self.counted[total] = max(0, rest - counted)
        self.hidden[total] = min(hidden, rest + hidden - counted)
        self.covered[key] = value
        grown = max(counted, value - shown)
        if (counted or not reached) and can_follow(counted, grown, total_seconds):
            self.counted[key] = counted

    def begin_total(self, meter: str, value: int, seconds: float) -> None:
        """Start counting the supplier's total at its first value.

        What the known registers cannot have gained in `seconds`, the time since they were last
        shown, belongs to registers that were never received, and is not counted.
        """
        if self._is_complete(meter):
            return
        key, known = key_of(meter, SUPPLIER_TOTAL), self.known(meter, Quantity.SUPPLIER_ENERGY)
        reached = self._total(meter) + sum(self.heard[one] - self.counted[one] for one in known)
        is_first = not known and key not in self.counted
        self.counted.setdefault(key, 0)
        if is_first or not can_follow(reached, value, seconds):
            self.counted[key] += value - reached

    def fall(self, key: str, value: int, seconds: float) -> int:
        """Go on from a lower value; return the energy up to it if the register has rolled over."""
        before, rolled_over = self.heard[key], value + _ROLL_OVER
        self.counted[key] = self.heard[key] = value
        self.covered.pop(key, None)
        self.fallen[key] = before
        return rolled_over - before if can_follow(before, rolled_over, seconds) else 0

    # A row is counted

    def cover(self, meter: str, label: Label, register: str) -> None:
        """Note that a total is shown in the place of the registers that it adds up."""
        for quantity in _hidden_by(label, register):
            self.covered |= dict.fromkeys(self.known(meter, quantity))

    def count(self, meter: str, label: Label, register: str, value: int) -> int:
        """Count a register, or total, up to a value; return what was not counted before."""
        key, is_total = key_of(meter, register), register == SUPPLIER_TOTAL
        counted = self._total(meter) if is_total else self.counted.get(key, value)
        if value <= counted:
            return 0
        used = value - counted
        if not is_total:
            used -= self._take(key, key_of(meter, label.quantity), value)
            self.counted[key] = value
        for quantity in _hidden_by(label, register):
            group, is_own = key_of(meter, quantity), quantity is Quantity.SUPPLIER_ENERGY
            if is_own or not self.covered.keys().isdisjoint(self.known(meter, quantity)):
                self.hidden[group] = self.hidden.get(group, 0) + used
        return used

    def _take(self, key: str, group: str, value: int) -> int:
        """Return how much of a register's gain has been counted already, from a total."""
        if key not in self.covered or group not in self.hidden:
            return 0
        first = self.covered[key]
        if first is not None and first <= value:
            del self.covered[key]
        gain = min(value, value if first is None else first) - self.counted[key]
        taken = min(max(gain, 0), self.hidden[group])
        self.hidden[group] -= taken
        return taken
