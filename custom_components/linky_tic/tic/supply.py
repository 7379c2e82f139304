"""What a supply can give, and what the gate knows beside a reading: the wire, what else is said.

It knows what the judgements need, and refuses to judge: it is told what is believed.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from .address import identify
from .catalogue import LABELS, Label
from .events import Reading, Readings

DEFAULT_SUPPLY: Final = 36_000
"""VA: the largest supply that has a Linky, assumed until the meter tells its own."""
MARGIN: Final = 1.5
"""Powers up to this multiple of the supply pass at once; the breaker lets 1.3 through for ever."""
BRIEF_POWER: Final = MARGIN * DEFAULT_SUPPLY
"""W that no Linky lets through, not even for minutes."""
LASTING_POWER: Final = 40_000
"""W that no house draws for hours: its contract holds then, while a breaker lets more pass for
minutes. A tighter limit tells more, and here nothing else speaks for an old row or a start."""


def can_gain(gain: float, seconds: float, rounding: float = 0.0) -> bool:
    """Whether an index can have gained so many Wh over hours or years, give or take `rounding`."""
    return -rounding <= gain <= LASTING_POWER * max(seconds, 0.0) / 3600 + rounding


class Conditions:
    """The conditions in which one meter is heard.

    `parity`: every character is checked. `power`: VA, all phases together. `said`: the readings in
    force. `phases` is three when a label of another phase than the first is said, or expected to
    be; None before any is.
    """

    def __init__(self, said: Readings) -> None:
        self.parity = False
        self.power = DEFAULT_SUPPLY
        self.phases: int | None = None
        self.said = said
        self._limits: dict[str, int] = {}
        self._has_breaker = True

    def limit(self, label: Label) -> float:
        """VA that the supply allows for the power, or the phase's power, that a label tells."""
        power = DEFAULT_SUPPLY if label.producer else self.power
        return power / 3 if label.phase and self.phases == _THREE else power

    def identify(self, address: str) -> None:
        """Take from the address whether the meter limits its supply: those before Linky do not."""
        model = identify(address).model
        self._has_breaker = model is None or model.is_linky
        self._reckon()

    def learn(self, limit: Reading) -> None:
        """Keep a limit that is told (catalogue.LIMITS)."""
        self._limits[limit.label.name] = int(limit.raw)
        self._reckon()

    def forget_limits(self) -> None:
        """Drop the limits that were told."""
        self._limits.clear()
        self._reckon()

    def count_phases(self, said: AbstractSet[str]) -> None:
        """Tell the phases from the labels that are said now, or expected to be."""
        self.phases = (1 if _OTHER_PHASES.isdisjoint(said) else _THREE) if said else None
        self._reckon()

    def _reckon(self) -> None:
        """Take the cut-off power before the subscribed one; zero, as pilot meters say, is none.

        The current is that of a phase, and until a label tells how many there are, of the most.
        """
        limits = self._limits
        power = (
            limits.get("PCOUP", 0) * 1000
            or limits.get("PREF", 0) * 1000
            or limits.get("ISOUSC", 0) * 200 * (self.phases or _THREE)
        )
        self.power = power if power and self._has_breaker else DEFAULT_SUPPLY


_THREE: Final = 3
_OTHER_PHASES: Final = frozenset(row.name for row in LABELS.values() if row.phase in {2, 3})
