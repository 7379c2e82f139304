"""Knows what a meter sent and what of it reached the port. Refuses to know what is made of it."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple, override
from zoneinfo import ZoneInfo

from simulator.faults import Fault
from simulator.frames import CR, ETX
from simulator.household import Household
from simulator.line import Burst, Line
from simulator.wire import PARITIES, line_seconds

from .scenario import ClockJump, Restart, Scenario, Stranger, live, luck, weather

CHUNKS: Final = (1, 7, 16, 16, 16, 16, 16, 32, 32, 62, 62, 255)
"""Bytes that drivers hand over at a time: a UART's FIFO, an adapter's packet, a busy machine."""
LEARNING: Final = 1024
"""Bytes in which a listener may learn what bit 7 means, when that or the speed has changed."""
STRANGERS: Final = ("021961123456", "041963654321")
_SEASONS: Final = {"H": 1, "E": 2}
_PARIS: Final = ZoneInfo("Europe/Paris")

type Key = tuple[str, datetime | None, bool]
"""What a label says: data, when, and whether by a degraded clock."""


class Written(NamedTuple):
    """A group that the meter sent: its line with its LF, and where that begins in its frame.

    `arrived` is where its CR ends in what the port read, 0 when something of it was damaged;
    `bare`: nothing was, but the separators around it.
    """

    label: str
    key: Key
    line: bytes
    start: int
    arrived: int
    bare: bool

    def is_good(self, start: int) -> bool:
        """Whether all of it came to one who heard only what the port read from a place on."""
        return self.arrived > 0 and self.arrived - len(self.line) - 1 >= start


@dataclass(slots=True)
class Passage:
    """A frame, or a silence, on the line; `at` is the true time, `sent` what a good line gives."""

    at: float
    burst: Burst
    is_ours: bool
    sent: bytes = b""
    kind: str = ""
    is_whole: bool = False
    groups: Sequence[Written] = ()
    is_settled: bool = True  # the bytes have looked alike for long enough to be understood

    @property
    def data(self) -> bytes:
        """What the port read."""
        return self.burst.data

    @property
    def is_garbled(self) -> bool:
        """Whether it came at another speed than that of the port."""
        return abs(len(self.data) - len(self.sent)) > len(self.sent) // 2

    @property
    def ended(self) -> float:
        """When the next one begins."""
        return self.at + self.burst.seconds

    def chunks(self, sizes: Iterator[int]) -> Iterator[tuple[int, float]]:
        """Where each chunk ends in the data, and when it is there."""
        end, size = 0, len(self.data)
        lasts = min(line_seconds(size, self.burst.baud), self.burst.seconds)
        pace = lasts / max(size, 1)
        while end < size:
            end = min(end + next(sizes), size)
            yield end, self.at + end * pace


@lru_cache(maxsize=4096)
def moment(horodate: str) -> tuple[datetime | None, bool]:
    """The instant that a horodate means on the mainland, and whether its clock was degraded."""
    if not horodate:
        return None, False
    season, local = horodate[0], datetime.strptime(horodate[1:] + "Z", "%y%m%d%H%M%S%z")
    if season == " ":
        return local.replace(tzinfo=_PARIS), False
    zone = timezone(timedelta(hours=_SEASONS[season.upper()]))
    return local.replace(tzinfo=zone), season.islower()


class Witness(Household):
    """A house that remembers how its last frame was written."""

    characters = b""

    @override
    def frame(self) -> bytes:
        self.characters = super().frame()
        return self.characters


def _located(
    characters: bytes, data: bytes, table: bytes, keys: Mapping[str, Key]
) -> Iterator[Written]:
    """Tell of each group whether it came as it was sent, at its place or, bytes lost, elsewhere."""
    sent, search = characters.translate(table), 0
    in_place = len(sent) == len(data)
    start = 1
    for line, (label, key) in zip(characters[1:].split(CR), keys.items(), strict=False):
        end = start + len(line) + 1
        whole = sent[start:end]
        found = start if in_place else data.find(whole, search)
        came = found >= 0 and data.startswith(whole, found)
        arrived = found + len(whole) if came else 0
        bare = not came and in_place and data[start + 1 : end - 1] == whole[1:-1]
        search = arrived or search
        yield Written(label, key, line, start, arrived, bare)
        start = end


def passage(line: Line, house: Witness, *, ours: bool) -> Passage:
    """Let the next frame, or some silence, pass on a line."""
    at = house.now.timestamp()
    burst = line.next()
    if not burst.data:
        return Passage(at, burst, ours)
    keys = {
        label: (data, *moment(house.horodates.get(label, "")))
        for label, data in house.truth.items()
    }
    table = PARITIES[line.parity]
    characters = house.characters
    kind = house.mode
    if kind == "historic":
        kind = "long" if "OPTARIF" in house.truth else "short"
    return Passage(
        at,
        burst,
        ours,
        characters.translate(table),
        kind,
        is_whole=characters.endswith(ETX),
        groups=tuple(_located(characters, burst.data, table, keys)),
    )


class Traffic:
    """All that passes on the line of a scenario, and what befalls who listens."""

    def __init__(self, scenario: Scenario) -> None:
        script = weather(scenario)
        self.house = Witness(
            mode=scenario.mode,
            phases=scenario.phases,
            contract=scenario.contract,
            producer=scenario.producer,
            seed=scenario.seed,
            start=scenario.start,
        )
        live(self.house, scenario)
        self.line = Line(
            self.house,
            parity=scenario.parity,
            noise=scenario.noise,
            script=[(at, what) for at, what in script if isinstance(what, Fault)],
        )
        self.chance = luck(scenario, "traffic")
        self._scenario = scenario
        self._upsets = deque((at, what) for at, what in script if not isinstance(what, Fault))
        self._stranger: tuple[Line, Witness] | None = None
        self._stranger_leaves = 0.0
        self._parity = scenario.parity
        self._settled = LEARNING

    def sizes(self) -> Iterator[int]:
        """How many bytes come at a time."""
        choose = self.chance.choice
        while True:
            yield choose(CHUNKS)

    def upsets(self) -> Iterator[Restart | ClockJump | Stranger]:
        """What is due now; strangers have come by themselves."""
        while self._upsets and self._upsets[0][0] <= self.house.elapsed:
            upset = self._upsets.popleft()[1]
            if isinstance(upset, Stranger):
                self._welcome(upset)
            yield upset

    def next(self) -> Passage:
        """What passes now: of our meter, or of another one while it is gone from the line."""
        heard = self._next()
        if self.line.parity != self._parity:
            self._parity, self._settled = self.line.parity, 0
        heard.is_settled = self._settled >= LEARNING
        self._settled = 0 if heard.is_garbled else self._settled + len(heard.data)
        return heard

    def _next(self) -> Passage:
        if self._stranger and self.house.elapsed < self._stranger_leaves:
            line, house = self._stranger
            line.parity = self.line.parity
            heard = passage(line, house, ours=False)
            self.house.advance(heard.burst.seconds)
            return heard
        self._stranger = None
        return passage(self.line, self.house, ours=True)

    def _welcome(self, stranger: Stranger) -> None:
        """Put another meter on the line, with the contract of ours and almost the same index."""
        ours, chance = self.house, self.chance
        house = Witness(
            mode=ours.mode,
            phases=chance.choice((1, 3)),
            contract=ours.contract,
            producer=chance.random() < 1 / 2,
            seed=chance.randrange(1 << 30),
            start=ours.now,
            address=chance.choice(STRANGERS),
            index=ours.meter.metering.total.wh + stranger.ahead,
        )
        line = Line(house, parity=self.line.parity, noise=self._scenario.noise)
        self._stranger = line, house
        self._stranger_leaves = ours.elapsed + stranger.seconds
