"""A launched Home Assistant with a broker, some meters on pseudo-terminals and a stopwatch."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
from statistics import median
import tempfile
import time
from typing import Final

from tests.e2e.broker import Broker
from tests.e2e.client import Json
from tests.e2e.home_assistant import CONFIGURATION, HomeAssistant
from tests.e2e.processes import ROOT, wait_for

from .decode import split_and_compare
from .judge import Shown
from .player import Player
from .streams import STREAMS
from .usage import Mark

STOPWATCH: Final = "bench_stopwatch"
SETTLE: Final = 20.0  # seconds after a start, or after a meter was added
_STATISTICS: Final = 300  # seconds
_YARDSTICK: Final = 20  # frames


@dataclass(frozen=True)
class Spent:
    """Milliseconds of processor a second, and µs of `split_and_compare` a frame meanwhile."""

    ms: float
    pace: float


@dataclass
class House:
    """What is measured, and the doors to it."""

    folder: Path
    home: HomeAssistant
    stack: ExitStack
    players: list[Player] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    @property
    def pid(self) -> int:
        if self.home.child is None:
            raise ChildProcessError("Home Assistant is not running")
        return self.home.child.pid

    def add_meter(self) -> Player:
        player = Player(self.folder, len(self.players))
        self.stack.enter_context(player.port)
        self.players.append(player)
        entry = self.home.client.add_meter(player.port.url)
        self.entries.append(entry["entry_id"])
        return player

    def set_options(self, **options: Json) -> None:
        for entry_id in self.entries:
            self.tell("options", entry_id=entry_id, options=options)
        wait_for(self._is_heard, "every meter with a value")

    def _is_heard(self) -> bool:
        states = self.home.client.states()
        powers = [one for name, one in states.items() if name.endswith("_sinsts")]
        return len(powers) == len(self.players) and all(one["state"].isdigit() for one in powers)

    def tell(self, service: str, **arguments: Json) -> None:
        self.home.client.post(f"/api/services/{STOPWATCH}/{service}", arguments)

    def spend(self, seconds: float) -> Spent:
        """What Home Assistant uses, whatever it does now, and how fast the machine was meanwhile.

        A shared machine may run twice as slow from one minute to the next: the reference loop of
        `decode`, timed every other second, tells.
        """
        chunks = STREAMS[0].chunks(0, _YARDSTICK)
        mark, paces = Mark.now(self.pid), []
        while (left := mark.at + seconds - time.monotonic()) > 0:
            time.sleep(min(2.0, left))
            paces.append(split_and_compare(chunks, b"\t") / _YARDSTICK * 1e6)
        return Spent(mark.ms_per_second, median(paces))

    def start_stopwatch(self) -> None:
        for player in self.players:
            player.port.forget()
        self.tell("start")

    def stop_stopwatch(self) -> dict[str, Shown]:
        """Entity -> the whole numbers that it has shown since the start, and when."""
        path = self.folder / "stopwatch.json"
        self.tell("stop", path=str(path))
        shown: dict[str, Shown] = {}
        for at, name, state in json.loads(path.read_text()):
            if ".linky" in name and state.isdigit():
                shown.setdefault(name, []).append((at, int(state)))
        return shown


@contextmanager
def launched() -> Iterator[House]:
    """Everything up but without a meter; all is stopped and removed in the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linky-bench-")))
        broker = stack.enter_context(Broker(folder))
        home = HomeAssistant(folder / "home", configuration=f"{CONFIGURATION}{STOPWATCH}:\n")
        home.install(ROOT / "bench" / f"{STOPWATCH}.py")
        stack.enter_context(home)
        home.client.onboard("bench", "a long password")
        home.client.wait_until_running()
        home.client.add_broker(broker.port)
        yield House(folder, home, stack)


def pass_first_statistics() -> None:
    """Wait for the next five minutes to be over: their statistics are the first of new entities.

    The recorder then takes 9 ms for each of them, once in its life.
    """
    time.sleep(_STATISTICS - time.time() % _STATISTICS + SETTLE)
