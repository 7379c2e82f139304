"""Measures what a receiver keeps after a simulated week of a living house.

The house lives in a process of its own, so that what this one holds is the decoder's alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
import gc
import struct
import subprocess
import sys
from typing import IO, Final

from custom_components.linky_tic.tic import Receiver
from simulator.household import Household
from simulator.line import Line
from tests.e2e.processes import ROOT

from .streams import CHUNK
from .usage import resident_bytes

DAY: Final = 86_400
WEEK_DAYS: Final = 7
NOISE: Final = 1e-6  # false bits: some errors a minute, so that refusals are lived through too
_HEAD: Final = struct.Struct("<dI")  # time, size of the frame


@dataclass(frozen=True)
class Kept:
    """What the process holds after some days."""

    days: float
    frames: int
    blocks: int  # of memory, as Python counts its own
    megabytes: float  # resident


def play(days: float, out: IO[bytes]) -> None:
    """Write the frames of some days, each after its time and size."""
    house = Household(seed=7, contract="tempo")
    line, begin = Line(house, noise=NOISE), house.now.timestamp()
    while house.elapsed < days * DAY:
        at = begin + house.elapsed
        data = line.next().data
        out.write(_HEAD.pack(at, len(data)) + data)


def _frames(source: IO[bytes]) -> Iterator[tuple[float, bytes]]:
    while head := source.read(_HEAD.size):
        at, size = _HEAD.unpack(head)
        yield at, source.read(size)


def _look(days: float, receiver: Receiver) -> Kept:
    gc.collect()
    frames = receiver.counters.complete_frames
    return Kept(days, frames, sys.getallocatedblocks(), resident_bytes() / 1e6)


def main(days: float = WEEK_DAYS, looks: int = WEEK_DAYS) -> list[Kept]:
    """Live some days; look after the first hundredth of them, then so many times."""
    command = [sys.executable, "-m", __name__, str(days)]
    receiver, found, begin = Receiver(), [], None
    marks = [days / 100, *(days * (look + 1) / looks for look in range(looks))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as house:
        assert house.stdout  # noqa: S101 - a pipe was asked for
        for at, data in _frames(house.stdout):
            begin = at if begin is None else begin
            while len(marks) > 1 and at - begin >= marks[0] * DAY:
                found.append(_look(marks.pop(0), receiver))
            for start in range(0, len(data), CHUNK):
                receiver.feed(data[start : start + CHUNK], at)
    found.append(_look(marks[0], receiver))
    return found


HEADER: Final = ("Days lived", "frames", "blocks allocated", "MB resident")


def rows(kept: list[Kept]) -> list[tuple[str, ...]]:
    return [
        (f"{one.days:.2f}", f"{one.frames}", f"{one.blocks}", f"{one.megabytes:.1f}")
        for one in kept
    ]


if __name__ == "__main__":
    play(float(sys.argv[1]), sys.stdout.buffer)
