"""What a supply can give: the conditions in which one meter is heard, and what an index may gain.

It knows readings, and refuses to know when the breaker opens: that takes 1.3 times the cut-off
power, for minutes (54E 7). What is believed is judged elsewhere. Source: 54E 6.1 (ISOUSC).
"""

from typing import Final

from .address import identify
from .catalogue import LABELS, Absence, Label
from .events import Readings, number_of
from .presence import Presence

DEFAULT_SUPPLY: Final = 36_000
"""VA: the largest supply that has a Linky, assumed until the meter tells its own."""
MARGIN: Final = 1.5
"""Powers up to this multiple of the supply pass at once; the breaker lets 1.3 through for ever."""
_LASTING_POWER: Final = 40_000
"""W that no house draws for hours: its contract holds then, while a breaker lets more pass for
minutes. What is counted is held to it, where nothing but the gain tells whether two values belong
together; the gate knows the supply of its meter, and allows `MARGIN` times that."""
_ROUNDING: Final = 1_000
"""Wh by which what is kept of an index may be off: some programs show whole kWh."""
VOLTS: Final = 200
"""Volts at which a setting current is a subscribed power: 6 kVA are 30 A (54E 6.1)."""
_THREE: Final = 3
_OTHER_PHASES: Final = frozenset(
    row.name
    for row in LABELS.values()
    if row.phase in {2, 3} and row.absence is not Absence.PATIENT  # which is missed late
)
_CUT_OFF: Final = ("PCOUP", "PREF")
"""What opens the breaker, in kVA; zero is none."""


def can_follow(before: float, after: float, seconds: float) -> bool:
    """Whether an index (Wh) can go from one value to another in so many seconds."""
    most = _LASTING_POWER * max(seconds, 0.0) / 3600
    return -_ROUNDING <= after - before <= most + _ROUNDING


def allowed_power(readings: Readings, labels: tuple[str, ...], phases: int | None) -> int | None:
    """Return the VA that the first of some labels (kVA) allows, else the current of each phase."""
    for name in labels:
        if power := number_of(readings, name):
            return power * 1000
    current = number_of(readings, "ISOUSC")
    return current * VOLTS * phases if current and phases else None


class Conditions:
    """What the rules need to know of a line and a supply.

    `parity`: every character is checked. `power`: VA that the supply allows, all phases together.
    `has_breaker`: the meter opens beyond the subscribed power (54E 7). `believed`: readings that
    passed the gate, in force or not. `phases`: one or three, by the labels that the meter sends;
    None before any.
    """

    def __init__(self, believed: Readings, presence: Presence) -> None:
        self.parity = False
        self.power = DEFAULT_SUPPLY
        self.phases: int | None = None
        self.believed = believed
        self.has_breaker = True
        self._presence = presence
        self.reckon()

    def limit(self, label: Label) -> float:
        """Return the VA that the supply allows for the power of a label: of a phase, or of all."""
        power = DEFAULT_SUPPLY if label.producer else self.power
        return power / _THREE if label.phase and self.phases == _THREE else power

    def identify(self, address: str) -> None:
        """Take from the address whether the meter has a breaker."""
        self.has_breaker = identify(address).has_breaker
        self.reckon()

    def reckon(self) -> None:
        """Update phases and power: labels have appeared or vanished, or a limit has changed.

        ISOUSC is the current of a phase; until the number of phases is known, three are assumed.
        """
        labels = self._presence.current
        self.phases = (1 if _OTHER_PHASES.isdisjoint(labels) else _THREE) if labels else None
        power = allowed_power(self.believed, _CUT_OFF, self.phases or _THREE)
        self.power = power if power and self.has_breaker else DEFAULT_SUPPLY
