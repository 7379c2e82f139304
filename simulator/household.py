"""Knows a whole house: a meter, what is plugged in, and the frames that come out in turn.

Refuses to know the line: `line.py` adds parity and faults, `ports.py` the pace.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from math import acos, tan
from random import Random

from . import historic, standard
from .clock import SECOND, local_datetime
from .frames import CR, EOT, WRITERS, Group, Writer, truth
from .loads import Loads
from .meter import Meter
from .options import Options
from .peaks import Peak
from .sun import Roof
from .tariff import Slots
from .wire import BITS

MINUTE = 60  # seconds
GAP = (17_000, 33_000)  # microseconds of silence between two frames, 54E 5.3.6
SOLAR_VARS_SHARE = -0.06  # inverters are slightly capacitive
THREE = 3

Action = Callable[["Household"], object]


def _shared_out(total: int, phase: int | None) -> list[int]:
    """On one phase, from 1, or in thirds that add up."""
    if phase is not None:
        return [total if phase == number else 0 for number in (1, 2, 3)]
    third = total // 3
    return [total - third - third, third, third]


class Household(Options):
    """Each `frame()` is the next one, and lets the simulated time pass that it takes on the wire.

    `truth` and `horodates` are what the last frame carried, by label.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self.truth: Mapping[str, str] = {}
        self.horodates: Mapping[str, str] = {}
        self.frame_seconds = 0.0  # of the last frame on the line, with the silence after it
        self.meter = Meter(self)
        self._loads = Loads(self.seed, living=self.living)
        self._roof = Roof(self.seed, self.solar or 0)
        self._gaps = Random(f"{self.seed}/gaps")
        self._writers = {mode: Writer(mode) for mode in WRITERS}
        self._burst = historic.Burst()
        self._forced: tuple[list[int], list[int]] | None = None
        self._forced_solar: int | None = None
        self._message = ""
        self._script: list[tuple[int, int, Action]] = []
        self._order = count()
        self._started = self.meter.clock.now
        self._lived = self._started // SECOND - 1
        self._live_until(self._started)

    # Time

    @property
    def now(self) -> datetime:
        """The true time."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.meter.clock.now)

    @property
    def local_now(self) -> datetime:
        """What the meter's clock shows, without a zone."""
        return local_datetime(self.meter.clock.local(self._second))

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return (self.meter.clock.now - self._started) / SECOND

    @property
    def _second(self) -> int:
        return self.meter.clock.now // SECOND

    def advance(self, seconds: float) -> None:
        """Let time pass without a frame: a minute at a time, but for the last second."""
        moment = self.meter.clock.now + round(seconds * SECOND)
        self._live_until(max(self.meter.clock.now, moment - SECOND), MINUTE)
        self._live_until(moment)

    def at(self, elapsed: float, action: Action) -> None:
        """Do something, such as `lambda house: house.set_load(3000)`, seconds after the start."""
        second = (self._started + round(elapsed * SECOND)) // SECOND
        heappush(self._script, (second, next(self._order), action))

    # Frames

    def frame(self) -> bytes:
        """The next frame, 7-bit characters from STX to ETX."""
        groups, cuttable = self._groups()
        characters = self._writers[self.mode].frame(groups)
        started, baud = self.meter.clock.now, self.baud
        ends = started + len(characters) * BITS * SECOND // baud
        if self._live_until_burst(ends) and cuttable:
            sent = (self.meter.clock.now - started) * baud // (BITS * SECOND)
            characters = self._abandon(characters, sent)
            ends = started + len(characters) * BITS * SECOND // baud
            groups = groups[: characters.count(CR)]
        self._live_until(ends + self._gaps.randint(*GAP))
        self.frame_seconds = (self.meter.clock.now - started) / SECOND
        self.truth = truth(groups)
        self.horodates = {group.label: group.horodate for group in groups if group.horodate}
        return characters

    def _groups(self) -> tuple[list[Group], bool]:
        """The next groups, and whether a burst would cut them short."""
        if self.mode == "standard":
            message, self._message = self._message, ""
            return standard.groups(self.meter, message), False
        if self._burst.next_is_short(self.meter):
            return historic.short_groups(self.meter), False
        return historic.long_groups(self.meter), True

    def _abandon(self, characters: bytes, sent: int) -> bytes:
        """The group in progress is finished; if it is the last one, so is the frame."""
        end = characters.find(CR, sent) + 1
        if not end or CR not in characters[end:]:
            return characters
        return characters[:end] + (EOT if self.abandon_with_eot else b"")

    # Life

    def _live_until(self, moment: int, stride: int = 1) -> None:
        while self._live_until_burst(moment, stride):
            pass

    def _live_until_burst(self, moment: int, stride: int = 1) -> bool:
        """Live the seconds that end by then, unless one of them starts a burst: true, and there.

        In strides of some seconds, each as its last second: none goes beyond a minute of the
        meter, where a tariff may change, nor beyond what is scripted.
        """
        clock = self.meter.clock
        while self._lived < (last := moment // SECOND):
            first = self._lived + 1
            clock.now = max(clock.now, first * SECOND)  # for what is scripted then
            while self._script and self._script[0][0] <= first:
                heappop(self._script)[2](self)
            if stride > 1:
                scripted = self._script[0][0] - 1 if self._script else last
                minute = first + -clock.local(first) % MINUTE
                self._lived = min(last, scripted, minute, self._lived + stride)
            else:
                self._lived = first
            clock.now = max(clock.now, self._lived * SECOND)
            self._live(self._lived, self._lived - first + 1)
            if self._burst.watch(self.meter, self._lived):
                return True
        clock.now = moment
        return False

    def _live(self, second: int, seconds: int) -> None:
        """Live the seconds that end there."""
        meter = self.meter
        local = meter.clock.true_local(second)
        self._loads.live(local, seconds, contact_closed=meter.slot.closed)
        self._roof.look(second)
        watts, vars_ = self._forced or (self._loads.watts, self._loads.vars)
        solar = self._roof.watts if self._forced_solar is None else self._forced_solar
        if self.phases != THREE:
            watts, vars_ = [sum(watts)], [sum(vars_)]
        meter.measure(
            second,
            seconds,
            [watts[0] - solar, *watts[1:]],
            [vars_[0] + round(solar * SOLAR_VARS_SHARE), *vars_[1:]],
        )

    # What a test may decide

    def set_load(
        self, watts: int | None, *, phase: int | None = None, power_factor: float = 1
    ) -> None:
        """Draw exactly this from the next second on, on one phase or shared out; None: live again.

        Above 1.3 times PCOUP the breaker opens in the end, unless the house has `breaker=False`.
        """
        if watts is None:
            self._forced = None
            return
        vars_ = round(watts * tan(acos(power_factor)))
        self._forced = _shared_out(watts, phase), _shared_out(vars_, phase)

    def set_solar(self, watts: int | None) -> None:
        """Produce exactly this from the next second on; None: as the sun shines."""
        self._forced_solar = watts

    def send_message(self, text: str) -> None:
        """MSG2, 16 characters, in the next frame and no other."""
        self._message = f"{text:16.16}"

    def order_peak(self, number: int, start: datetime, end: datetime) -> None:
        """Tell the meter of a mobile peak, between two local times."""
        self.meter.peaks.order(Peak(number, start, end))
        self.meter.refresh(self._second)

    def change_contract(self, contract: str | None = None, off_peak: Slots | None = None) -> None:
        """The supplier reprogrammes the meter; its indexes stay."""
        self.contract = contract or self.contract
        self.off_peak = off_peak
        self.meter.reprogram(self._second)

    def switch_mode(self, mode: str) -> None:
        """From the next frame on, and at its own speed."""
        self.mode = mode

    def replace_meter(self, address: str, index: int) -> None:
        """Another device, whose EAST starts at `index` Wh."""
        self.address, self.index = address, index
        self.meter.replace(self._second)

    def degrade_clock(self, error: int) -> None:
        """The meter's clock is `error` seconds fast and knows that it lost the time."""
        self.meter.clock.error, self.meter.clock.degraded = error, True
        self.meter.refresh(self._second)

    def set_clock(self) -> None:
        """The network gives the meter the time back."""
        self.meter.clock.error, self.meter.clock.degraded = 0, False
        self.meter.refresh(self._second)

    def lose_phase(self, phase: int, *, lost: bool = True) -> None:
        """No voltage on a phase, from 1; back again with `lost=False`."""
        (self.meter.supply.lost.add if lost else self.meter.supply.lost.discard)(phase)
