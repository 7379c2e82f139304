"""The tables of a recorder, in a database of their own."""

from datetime import UTC, datetime
from typing import Final

from homeassistant.components.recorder.db_schema import (
    Statistics,
    StatisticsMeta,
    StatisticsRuns,
    StatisticsShortTerm,
)
from homeassistant.components.recorder.models import StatisticDataTimestamp
from sqlalchemy import select
from sqlalchemy.orm import Session

NOON: Final = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp())
A, B, OTHER = "sensor.a", "sensor.b", "sensor.freezer"

type Row = tuple[float, float, float]  # start from noon on, state, sum
type Table = type[Statistics | StatisticsShortTerm]


class Tables:
    """The tables of a recorder, with an index in kWh and a freezer that has the same times."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ids = {name: self.statistic(name, "kWh") for name in (A, B, OTHER)}

    def statistic(self, name: str, unit: str | None) -> int:
        meta = StatisticsMeta(statistic_id=name, unit_of_measurement=unit, has_sum=True)
        self.session.add(meta)
        self.session.flush()
        return meta.id

    def add(self, table: Table, name: str, *rows: Row) -> None:
        for start, state, total in rows:
            stat = StatisticDataTimestamp(start_ts=NOON + start, state=state, sum=total)
            self.session.add(table.from_stats_ts(self.ids[name], stat))
            self.session.flush()

    def run(self, minute: int) -> None:
        """Note that the recorder compiles the period of a minute after noon."""
        self.session.add(StatisticsRuns(start=datetime(2026, 11, 23, 12, minute)))  # noqa: DTZ001
        self.session.flush()

    def rows(self, table: Table, name: str) -> list[Row]:
        query = select(table.start_ts, table.state, table.sum).order_by(table.start_ts)
        found = self.session.execute(query.where(table.metadata_id == self.ids[name]))
        return [
            ((start or 0) - NOON, state or 0.0, round(total, 9)) for start, state, total in found
        ]
