"""What readings tell of how the meter is set: the limit of its supply, its phases, its legal time.

It knows what the other judgements need of these, and refuses to judge: it is told what is believed.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from .catalogue import CATALOGUE, CLOCKS, LIMITS
from .events import Reading
from .routine import Routine
from .rules import DEFAULT_SUPPLY, Line
from .values import is_right, overseas_offset

_OFFSET_FRAMES: Final = 10
"""Frames whose DATE must show the same offset before it is that of the meter's island."""


class Setting:
    """How one meter is set; `routine` is kept up to date. `established` are the labels it sends."""

    def __init__(self, routine: Routine, established: AbstractSet[str]) -> None:
        self._routine = routine
        self._established = established
        self._offsets: tuple[timedelta, int] = (routine.overseas, 0)
        self._supply: dict[str, int] = {}

    @property
    def phases(self) -> int | None:
        """Three when a label of another phase than the first is sent; None before anything is."""
        if not self._established:
            return None
        return 1 if _OTHER_PHASES.isdisjoint(self._established) else 3

    def learn(self, reading: Reading) -> None:
        """Keep what a reading tells beside itself."""
        name, value = reading.label.name, reading.value
        if name in LIMITS:
            self._supply[name] = int(reading.raw)
            self.reckon()
        elif name in CLOCKS and isinstance(value, datetime) and not reading.degraded:
            self._learn_offset(value, reading.at)

    def forget(self) -> None:
        """Drop what was said of the supply."""
        self._supply.clear()
        self.reckon()

    def reckon(self) -> None:
        """Take the cut-off power before the subscribed one; zero, as pilot meters say, is none.

        The current is that of a phase, and until a label tells how many there are, of the most.
        """
        said, phases = self._supply, self.phases
        power = (
            said.get("PCOUP", 0) * 1000
            or said.get("PREF", 0) * 1000
            or said.get("ISOUSC", 0) * 200 * (phases or 3)
        )
        parity = self._routine.line.parity
        self._routine.judge_by(Line(parity, power or DEFAULT_SUPPLY, phases or 1))

    def _learn_offset(self, clock: datetime, now: float) -> None:
        """Learn that the meter keeps another legal time than the mainland's (overseas)."""
        routine, offset = self._routine, None
        if not is_right(clock, now):
            offset = overseas_offset(clock + routine.overseas, now)
        if offset is None or offset == routine.overseas:
            self._offsets = (routine.overseas, 0)
            routine.is_time_in_doubt = False
            return
        times = self._offsets[1] + 1 if self._offsets[0] == offset else 1
        self._offsets = (offset, times)
        routine.is_time_in_doubt = True
        if times >= _OFFSET_FRAMES:
            routine.overseas = offset
            routine.clear()
            routine.accepted.clear()


_OTHER_PHASES: Final = frozenset(
    row.name for rows in CATALOGUE.values() for row in rows.values() if row.phase in {2, 3}
)
