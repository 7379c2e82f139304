"""Knows the frames that are decoded: of one size, with so many groups that change, as UART bytes.

Refuses to know what decodes them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from simulator.frames import Group, Writer
from simulator.household import Household
from simulator.wire import to_8n1

CHUNK: Final = 64  # bytes: what is read at once where a driver gathers 67 ms
START: Final = datetime(2026, 11, 23, 17, tzinfo=UTC)

type Change = Callable[[Group, int], Group]


def _counts(group: Group, frame: int) -> Group:
    """An index, one unit more each frame: 3.6 kW where a frame lasts a second."""
    return group._replace(data=f"{int(group.data) + frame:0{len(group.data)}d}")


def _swings(group: Group, frame: int) -> Group:
    """A measure that is never the one of the frame before."""
    return group._replace(data=f"{int(group.data) + frame * 3 % 7:0{len(group.data)}d}")


def _ticks(seconds: float) -> Change:
    """The clock of a meter whose frame lasts so long: it goes with the time of the chunks."""

    def tick(group: Group, frame: int) -> Group:
        local = START + timedelta(hours=1, seconds=frame * seconds)
        return group._replace(horodate=f"H{local:%y%m%d%H%M%S}")

    return tick


_MONO: Final[Mapping[str, Change]] = {
    "DATE": _ticks(1.0), "EAST": _counts, "EASF01": _counts, "URMS1": _swings, "SINSTS": _swings,
}  # fmt: skip


@dataclass(frozen=True)
class Stream:
    """A meter that repeats one frame, but for the groups in `changes`."""

    name: str
    mode: str
    phases: int
    changes: Mapping[str, Change]
    seconds: float = 1.0  # of a frame

    @cached_property
    def _base(self) -> list[Group]:
        house = Household(mode=self.mode, phases=self.phases, start=START, living=False, pref=12)
        house.set_load(2400)
        house.advance(5)
        house.frame()
        stamps = house.horodates
        return [Group(name, text, stamps.get(name, "")) for name, text in house.truth.items()]

    @property
    def groups(self) -> int:
        return len(self._base)

    def frame(self, number: int) -> bytes:
        groups = [self.changes.get(one.label, _same)(one, number) for one in self._base]
        return to_8n1(Writer(self.mode).frame(groups))

    def chunks(self, first: int, last: int) -> list[tuple[bytes, float]]:
        """Some frames as they are read, each chunk with its time."""
        line = b"".join(self.frame(number) for number in range(first, last))
        pace = self.seconds * (last - first) / len(line)
        begin = START.timestamp() + first * self.seconds
        return [(line[at : at + CHUNK], begin + at * pace) for at in range(0, len(line), CHUNK)]


def _same(group: Group, _frame: int) -> Group:
    return group


STREAMS: Final = (
    Stream("Standard mono", "standard", 1, _MONO),
    Stream("Standard three-phase", "standard", 3, {
        **_MONO, "DATE": _ticks(1.4), "URMS2": _swings, "SINSTS1": _swings, "SINSTS2": _swings,
    }, 1.4),
    Stream("Historique mono", "historic", 1, {"BASE": _counts, "PAPP": _swings}, 1.4),
)  # fmt: skip
