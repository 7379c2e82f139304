"""The statistics of a recorder, in periods that a test goes through one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from freezegun import freeze_time
from freezegun.api import StepTickTimeFactory, real_monotonic
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.recorder.tasks import StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant
import pytest

PERIOD: Final = timedelta(minutes=5)
MORNING: Final = datetime.fromisoformat("2026-11-23T08:00:00+00:00")


class Course:
    """The time of a Home Assistant whose recorder compiles statistics as it passes."""

    def __init__(self, hass: HomeAssistant, time: StepTickTimeFactory) -> None:
        self._hass = hass
        self._time = time
        self.period = MORNING
        self.at(1)

    def at(self, minutes: float) -> None:
        """Go to a moment of the current period."""
        self._time.move_to(self.period + timedelta(minutes=minutes))

    async def settled(self) -> None:
        """Wait until all that has happened is in the database."""
        await self._hass.async_block_till_done()
        done = self._hass.loop.create_future()
        get_instance(self._hass).queue_task(SynchronizeTask(done))
        await done

    async def end_period(self) -> None:
        """Go on to the next period; the recorder looks at the last one ten seconds later."""
        await self.settled()
        start, self.period = self.period, self.period + PERIOD
        self._time.move_to(self.period + timedelta(seconds=10))
        get_instance(self._hass).queue_task(StatisticsTask(start, fire_events=True))
        await self.settled()
        self.at(1)

    async def sums(self, statistic_id: str, *, hourly: bool = False) -> list[float]:
        """The sums of a statistic, period by period, in kWh."""
        await self.settled()
        found = await get_instance(self._hass).async_add_executor_job(
            lambda: statistics_during_period(
                self._hass,
                MORNING,
                None,
                {statistic_id},
                "hour" if hourly else "5minute",
                None,
                {"sum"},
            )
        )
        return [row["sum"] or 0.0 for row in found.get(statistic_id, [])]


@contextmanager
def course_of_time(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """Freeze the time, but for the event loop's waits; no two states are of the same moment."""
    monkeypatch.setattr(hass.loop, "time", real_monotonic)
    with freeze_time(MORNING, auto_tick_seconds=1e-4) as time:
        assert isinstance(time, StepTickTimeFactory)
        yield Course(hass, time)
