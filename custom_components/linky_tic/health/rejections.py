"""What was rejected on a line, and when: for a bug report about a value that does not come.

It knows labels and reasons, never what the groups said.
"""

from dataclasses import dataclass

from ..tic import LABELS, Reason, Rejected


@dataclass(slots=True)
class Rejection:
    """How often, from when to when (seconds since 1970)."""

    count: int
    first: float
    last: float


class Rejections:
    """One row for each label and reason: bounded by the catalogue, however bad the line."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str | None, Reason], Rejection] = {}

    def count(self, event: Rejected, now: float) -> None:
        """Count a rejection; a name that is no label's may be anything, and is left out."""
        key = (event.name if event.name in LABELS else None, event.reason)
        row = self.rows.setdefault(key, Rejection(0, now, now))
        row.count += 1
        row.last = now
