"""What was refused on a line, and when: for a bug report about a value that does not come.

It knows labels and reasons, never what the groups said.
"""

from dataclasses import dataclass
from typing import Final

from ..tic import CATALOGUE, Reason, Rejected

_NAMES: Final = frozenset(name for rows in CATALOGUE.values() for name in rows)


@dataclass(slots=True)
class Refused:
    """How often, from when to when (seconds since 1970)."""

    count: int
    first: float
    last: float


class Refusals:
    """One line for each label and reason: bounded by the catalogue, however bad the line."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str | None, Reason], Refused] = {}

    def note(self, event: Rejected, now: float) -> None:
        """Count a refusal; a name that is no label's may be anything, and is left out."""
        key = (event.name if event.name in _NAMES else None, event.reason)
        if refused := self.noted.get(key):
            refused.count += 1
            refused.last = now
        else:
            self.noted[key] = Refused(1, now, now)
