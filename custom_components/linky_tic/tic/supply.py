"""What readings tell of the supply: the power that it allows, and its phases.

It knows what the judgements need of it, and refuses to judge: it is told what is believed.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from .address import identify
from .catalogue import CATALOGUE
from .events import Reading
from .rules import DEFAULT_SUPPLY, Conditions


class Supply:
    """The supply of one meter; `conditions` are kept up to date.

    `said` are the labels that the meter says now, or is expected to.
    """

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._limits: dict[str, int] = {}
        self._has_breaker = True

    def phases(self, said: AbstractSet[str]) -> int | None:
        """Three when a label of another phase than the first is said; None before any is."""
        if not said:
            return None
        return 1 if _OTHER_PHASES.isdisjoint(said) else 3

    def identify(self, address: str, said: AbstractSet[str]) -> None:
        """Take from the address whether the meter limits its supply: those before Linky do not."""
        model = identify(address).model
        self._has_breaker = model is None or model.is_linky
        self.reckon(said)

    def learn(self, limit: Reading, said: AbstractSet[str]) -> None:
        """Keep a limit that is told (catalogue.LIMITS)."""
        self._limits[limit.label.name] = int(limit.raw)
        self.reckon(said)

    def forget(self, said: AbstractSet[str]) -> None:
        """Drop the limits that were told."""
        self._limits.clear()
        self.reckon(said)

    def reckon(self, said: AbstractSet[str]) -> None:
        """Take the cut-off power before the subscribed one; zero, as pilot meters say, is none.

        The current is that of a phase, and until a label tells how many there are, of the most.
        """
        limits, phases = self._limits, self.phases(said)
        power = (
            limits.get("PCOUP", 0) * 1000
            or limits.get("PREF", 0) * 1000
            or limits.get("ISOUSC", 0) * 200 * (phases or 3)
        )
        self._conditions.power = power if power and self._has_breaker else DEFAULT_SUPPLY
        self._conditions.phases = phases or 1


_OTHER_PHASES: Final = frozenset(
    row.name for rows in CATALOGUE.values() for row in rows.values() if row.phase in {2, 3}
)
