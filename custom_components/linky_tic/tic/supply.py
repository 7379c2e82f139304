"""What readings tell of the supply: the power that it allows, and its phases.

It knows what the judgements need of it, and refuses to judge: it is told what is believed.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from .catalogue import CATALOGUE
from .events import Reading
from .rules import DEFAULT_SUPPLY, Conditions


class Supply:
    """The supply of one meter; `conditions` are kept up to date. `established` are its labels."""

    def __init__(self, conditions: Conditions, established: AbstractSet[str]) -> None:
        self._conditions = conditions
        self._established = established
        self._said: dict[str, int] = {}

    @property
    def phases(self) -> int | None:
        """Three when a label of another phase than the first is sent; None before anything is."""
        if not self._established:
            return None
        return 1 if _OTHER_PHASES.isdisjoint(self._established) else 3

    def learn(self, reading: Reading) -> None:
        """Keep what a limit is (catalogue.LIMITS)."""
        self._said[reading.label.name] = int(reading.raw)
        self.reckon()

    def forget(self) -> None:
        """Drop what was said."""
        self._said.clear()
        self.reckon()

    def reckon(self) -> None:
        """Take the cut-off power before the subscribed one; zero, as pilot meters say, is none.

        The current is that of a phase, and until a label tells how many there are, of the most.
        """
        said, phases = self._said, self.phases
        power = (
            said.get("PCOUP", 0) * 1000
            or said.get("PREF", 0) * 1000
            or said.get("ISOUSC", 0) * 200 * (phases or 3)
        )
        self._conditions.power = power or DEFAULT_SUPPLY
        self._conditions.phases = phases or 1


_OTHER_PHASES: Final = frozenset(
    row.name for rows in CATALOGUE.values() for row in rows.values() if row.phase in {2, 3}
)
