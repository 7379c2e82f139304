"""A home in which days go by: Home Assistant's time is that of the house, which a test moves on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import freezegun
from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Household
from simulator.clock import SECOND, local_datetime
from simulator.line import Line

from .home import KNOWN, Home, Meter

_WAITS = ["asyncio", "tests.home", "custom_components.linky_tic.line.reception", "simulator.ports"]
"""What waits for real bytes waits in real time."""


class DaysOfAHome:
    """One meter at home, and the time of both."""

    def __init__(self, home: Home, time: FrozenDateTimeFactory) -> None:
        self.home = home
        self._time = time
        self.meter: Meter | None = None

    @property
    def house(self) -> Household:
        assert self.meter
        assert isinstance(self.meter.source, Line)
        return self.meter.source.house

    @property
    def local_now(self) -> datetime:
        """What a clock on the wall shows; the meter's may have lost the time."""
        clock = self.house.meter.clock
        return local_datetime(clock.true_local(clock.now // SECOND))

    async def hears(self, house: Household, learned: dict[str, str] | None = None) -> Meter:
        """Hear a house from its own time on; `learned` are names of registers known before."""
        self.home.clock.now = house.now.timestamp()
        self._set_time()
        self.meter = self.home.meter(house)
        self.meter.learned = self.meter.learned if learned is None else learned
        await self.home.add(self.meter)
        await self.meter.play()
        return self.meter

    async def wait_until(self, local: str, frames: int = KNOWN) -> None:
        """Let time pass until the clock on the wall shows a time, then hear some frames."""
        seconds = (datetime.fromisoformat(local) - self.local_now).total_seconds()
        self.house.advance(seconds)
        await self.pass_time(seconds)
        if frames and self.meter:
            await self.meter.play(frames)
            self._set_time()

    async def sleep(self, seconds: float) -> None:
        """Let time pass while the machine is suspended, then hear a frame: no timer wakes up."""
        self.house.advance(seconds)
        self.home.clock.now += seconds
        self._set_time()
        if self.meter:
            await self.meter.play(1)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass at home."""
        self.home.clock.now += seconds
        self._set_time()
        async_fire_time_changed(self.home.hass, datetime.now(UTC))
        await self.home.hass.async_block_till_done()

    def _set_time(self) -> None:
        self._time.move_to(datetime.fromtimestamp(self.home.clock.now, UTC))


@contextmanager
def days_of(home: Home) -> Iterator[DaysOfAHome]:
    """Freeze the time of a home."""
    now = datetime.fromtimestamp(home.clock.now, UTC)
    with freezegun.freeze_time(now, real_asyncio=True, ignore=_WAITS) as time:
        assert isinstance(time, FrozenDateTimeFactory)
        yield DaysOfAHome(home, time)
