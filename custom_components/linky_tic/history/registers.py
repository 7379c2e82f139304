"""The registers of a meter, by name, and which of them a statistic shows."""

from dataclasses import dataclass
from typing import Final

from ..tic import LABELS, ROUNDING, Label, Mode, Quantity, can_gain

SUPPLIER_TOTAL: Final = f"{Quantity.SUPPLIER_ENERGY}"
"""The supplier's registers together, which BASE may show."""
_TOTALLED: Final = (Quantity.TOTAL_ENERGY, Quantity.SUPPLIER_ENERGY, Quantity.DISTRIBUTOR_ENERGY)


def register_of(label: Label) -> str:
    return f"{label.quantity}_{label.register}" if label.register else f"{label.quantity}"


REGISTERS: Final[dict[Quantity, list[str]]] = {
    quantity: sorted({register_of(one) for one in LABELS.values() if one.quantity is quantity})
    for quantity in _TOTALLED
}
"""The registers of which a total is shown."""


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


def hidden_by(counter: StatisticCount) -> list[Quantity]:
    """Give the quantities of which a statistic does not show which register has grown."""
    hidden = [Quantity.SUPPLIER_ENERGY] if counter.register == SUPPLIER_TOTAL else []
    is_historic = LABELS[counter.label].mode is Mode.HISTORIC
    return [*hidden, *((Quantity.TOTAL_ENERGY, Quantity.DISTRIBUTOR_ENERGY) if is_historic else ())]


def is_of(counter: StatisticCount | None, meter: str, label: Label) -> bool:
    return counter is not None and (counter.meter, counter.label) == (meter, label.name)


def can_follow(before: float, after: float, seconds: float) -> bool:
    return can_gain(after - before, seconds, ROUNDING)


def key_of(meter: str, name: str) -> str:
    return f"{meter}.{name}"
