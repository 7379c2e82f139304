"""Knows what the recorder has written for the meters: rows, and the bytes that they take."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
import sqlite3
from typing import Final

DAY: Final = 86_400  # seconds
COMMIT_SECONDS: Final = 7  # the recorder commits every 5
_ROWS: Final = """
    SELECT states_meta.entity_id, count(*) FROM states JOIN states_meta USING (metadata_id)
    WHERE states_meta.entity_id LIKE '%.linky%' AND last_updated_ts >= ? AND last_updated_ts < ?
    GROUP BY states_meta.entity_id"""
_BYTES: Final = """
    SELECT sum(pgsize - unused) FROM dbstat
    WHERE name = 'states' OR name LIKE 'ix_states_%' AND name NOT LIKE 'ix_states_meta%'"""


@contextmanager
def _open(folder: Path) -> Iterator[sqlite3.Connection]:
    uri = f"file:{folder / 'home-assistant_v2.db'}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        yield database


@dataclass(frozen=True)
class Written:
    """Rows of some seconds, by entity."""

    rows: Counter[str]
    seconds: float

    @property
    def rows_a_day(self) -> float:
        """What a day would hold if it were all like these seconds."""
        return self.rows.total() / self.seconds * DAY


def written(folder: Path, begin: float, end: float) -> Written:
    """Count what was written between two moments (seconds since 1970), once it is committed."""
    with _open(folder) as database:
        return Written(Counter(dict(database.execute(_ROWS, (begin, end)))), end - begin)


def bytes_a_row(folder: Path) -> float:
    """Bytes of a row of states with its share of the indexes, unused room in pages left out."""
    with _open(folder) as database:
        (used,) = database.execute(_BYTES).fetchone()
        (count,) = database.execute("SELECT count(*) FROM states").fetchone()
    return float(used / count)
