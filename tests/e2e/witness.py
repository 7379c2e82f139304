"""What a simulated meter put on the line and when, and what a recorder has kept of it.

The referee of the faults: it shares no code with the integration.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
import sqlite3
import time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from simulator.frames import ETX, Group, standard_group
from simulator.line import Burst, Line
from simulator.wire import to_8n1

TIMES = {"DATE", "DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3"}
WATT_HOURS = ("EA", "ERQ", "BASE", "HC", "EJPH", "BBR")  # shown in kilo
HOURS = {"H": 1, "E": 2}
FRANCE = ZoneInfo("Europe/Paris")  # of the horodates without a season letter
TRUE_FOR = 300  # seconds for which what a meter said is true
LATE = 1  # seconds: a frame is noted when its last byte is due, its first is heard before
SILENT = {"unknown", "unavailable"}


class State(NamedTuple):
    """A row of the recorder."""

    entity_id: str
    text: str
    at: float


class Witness:
    """A line that remembers what its meter said; `stranger` is a label that nobody knows."""

    def __init__(self, line: Line, stranger: str = "") -> None:
        self.line = line
        self._extra = standard_group(Group(stranger, "00042", "")) if stranger else b""
        self._said: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)

    def next(self) -> Burst:
        started = time.time()
        burst = self.line.next()
        if not burst.data:
            return burst
        house = self.line.house
        for label, text in house.truth.items():
            said = house.horodates[label] if label in TIMES else text
            self._said[label].setdefault(said, [started, 0])[1] = started + burst.seconds
        if not self._extra:
            return burst
        data = burst.data.removesuffix(ETX) + to_8n1(self._extra) + ETX
        return burst._replace(data=data)

    def is_false(self, label: str, state: State) -> bool:
        """Whether a label was shown with what its meter had not said for five minutes."""
        if state.text in SILENT:
            return False
        return not any(
            self._is_shown(label, text, state.text)
            for text, (first, last) in list(self._said[label].items())
            if first - LATE <= state.at <= last + TRUE_FOR
        )

    def _is_shown(self, label: str, text: str, state: str) -> bool:
        if label in TIMES:
            overseas = self.line.house.utc_offset
            hours = HOURS.get(text[0].upper(), 0) if overseas is None else overseas / 3600
            zone = timezone(timedelta(hours=hours)) if hours else FRANCE
            local = datetime.strptime(text[1:], "%y%m%d%H%M%S").replace(tzinfo=zone)
            return datetime.fromisoformat(state) == local
        if label.startswith(WATT_HOURS):
            return round(float(state) * 1000) == int(text)
        return state in {text.strip(), text.lstrip("0") or "0"}

    def has_sent(self, label: str) -> bool:
        return label in self._said


class Recorded:
    """The database of a Home Assistant, as it is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "home-assistant_v2.db"

    def _rows(self, query: str) -> list[tuple[str, str, float]]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def states(self, entities: Iterable[str], since: float = 0) -> Iterator[State]:
        wanted = set(entities)
        rows = self._rows(
            "select states_meta.entity_id, state, last_updated_ts from states"
            " join states_meta using (metadata_id)"
            " where state is not null order by last_updated_ts"
        )
        return (State(*row) for row in rows if row[0] in wanted and row[2] >= since)

    def sums(self, statistic_id: str) -> list[float]:
        """What a statistic has summed up, period by period."""
        rows = self._rows(
            "select statistic_id, statistics_short_term.state, sum from statistics_short_term"
            " join statistics_meta on statistics_meta.id = metadata_id"
            " where sum is not null order by start_ts"
        )
        return [total for name, _, total in rows if name == statistic_id]
