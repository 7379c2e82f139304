"""Times the decoder alone, fed a UART's bytes by 64, beside the least that any decoder does.

The least: split at CR, compare each group with the one its label had before. It checks
nothing and gives nothing; the ratio to it is what travels from one machine to another. Seconds are
those of the processor in this thread: a shared machine's other work counts only where it slows it.
"""

import cProfile
from dataclasses import dataclass, replace
import pstats
from statistics import median
from time import thread_time
from typing import Final

from custom_components.linky_tic.tic import Receiver

from .streams import STREAMS, Stream

WARM: Final = 60  # frames after which every label is established
MEASURED: Final = 20  # frames: about a millisecond, so that most are not interrupted
REPEATS: Final = 300
FIRSTS: Final = 200  # repeats of what is timed once in the life of a receiver

type Chunks = list[tuple[bytes, float]]


@dataclass(frozen=True)
class Timing:
    """Microseconds a frame."""

    best: float
    median: float

    @classmethod
    def of(cls, seconds: list[float], frames: int) -> Timing:
        return cls(min(seconds) / frames * 1e6, median(seconds) / frames * 1e6)


@dataclass(frozen=True)
class Decoded:
    """What one stream costs."""

    stream: Stream
    steady: Timing
    still: Timing  # nothing changes
    first: Timing  # the first frame a receiver gets, of a meter it has never heard
    restart: Timing  # the same, of a meter whose address and labels it was told
    bare: Timing


def feed(receiver: Receiver, chunks: Chunks) -> float:
    start = thread_time()
    for chunk, now in chunks:
        receiver.feed(chunk, now)
    return thread_time() - start


def warmed(stream: Stream) -> Receiver:
    receiver = Receiver()
    feed(receiver, stream.chunks(0, WARM))
    return receiver


def split_and_compare(chunks: Chunks, separator: bytes) -> float:
    """Time the reference, on characters whose parity has been taken off: that is not counted."""
    chunks = [(bytes(code & 0x7F for code in chunk), now) for chunk, now in chunks]
    last: dict[bytes, bytes] = {}
    tail = b""
    start = thread_time()
    for chunk, _ in chunks:
        *groups, tail = (tail + chunk).split(b"\r")
        for group in groups:
            label = group[: group.find(separator)]
            if last.get(label) != group:
                last[label] = group
    return thread_time() - start


def measure(
    stream: Stream, repeats: int = REPEATS, frames: int = MEASURED, firsts: int = FIRSTS
) -> Decoded:
    """Take turns, so that a busy moment of the machine falls on all of them."""
    still = replace(stream, changes={})
    separator = b"\t" if stream.mode == "standard" else b" "
    receiver, still_receiver = warmed(stream), warmed(still)
    steady, same, bare = [], [], []
    for turn in range(repeats):
        at = WARM + turn * frames
        moving = stream.chunks(at, at + frames)
        steady.append(feed(receiver, moving))
        same.append(feed(still_receiver, still.chunks(at, at + frames)))
        bare.append(split_and_compare(moving, separator))
    known = receiver.meter
    opening = stream.chunks(0, 1)
    first = [feed(Receiver(), opening) for _ in range(firsts)]
    labels = known.presence.established
    restart = [feed(Receiver(known.address, labels), opening) for _ in range(firsts)]
    return Decoded(
        stream,
        Timing.of(steady, frames),
        Timing.of(same, frames),
        Timing.of(first, 1),
        Timing.of(restart, 1),
        Timing.of(bare, frames),
    )


def profile(stream: Stream, frames: int = 3000, top: int = 25) -> None:
    """Print where the time of a steady frame goes, in seconds a thousand frames."""
    receiver, chunks = warmed(stream), stream.chunks(WARM, WARM + frames)
    profiler = cProfile.Profile()
    profiler.enable()
    feed(receiver, chunks)
    profiler.disable()
    print(f"{stream.name}: {frames} frames of {stream.groups} groups")
    pstats.Stats(profiler).sort_stats("tottime").print_stats(top)


def rows(measured: list[Decoded]) -> list[tuple[str, ...]]:
    return [
        (
            one.stream.name,
            f"{one.stream.groups}, {len(one.stream.changes)} change",
            *(f"{timing.best:.1f} / {timing.median:.1f}" for timing in (
                one.steady, one.still, one.first, one.restart, one.bare
            )),
            f"{one.steady.median / one.bare.median:.1f}",
        )
        for one in measured
    ]  # fmt: skip


HEADER: Final = (
    "Decode, µs a frame (best / median)", "groups", "steady", "nothing changes", "first-seen",
    "first after a restart", "bare split-and-compare", "steady / bare",
)  # fmt: skip


def main() -> list[Decoded]:
    return [measure(stream) for stream in STREAMS]


def profile_all() -> None:
    for stream in STREAMS:
        profile(stream)
