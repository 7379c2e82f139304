"""Frames damaged in every way we know of, fed to a receiver that must neither raise nor grow."""

from collections.abc import Callable, Iterator
from random import Random
import sys
from typing import NamedTuple

from custom_components.linky_tic.tic import Frame, Receiver
from simulator.wire import PARITIES, to_8n1

from .referee import STREAMS
from .streams import cut, luck


def _frames() -> list[bytes]:
    """Every frame of every recording, once."""
    found = [
        frame + b"\x03"
        for path in STREAMS
        for frame in bytes(code & 0x7F for code in path.read_bytes()).split(b"\x03")
    ]
    return list(dict.fromkeys(frame for frame in found if len(frame) > 1))


SEEDS = _frames()

_SPELL = 500
"""Frames for which a line stays the same."""
ALPHABET = b"\x00\x02\x03\x04\x09\x0a\x0d 09AEHeh+-\x7f\x80\xff"


def _flip(data: bytearray, chance: Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _replace(data: bytearray, chance: Random) -> None:
    data[chance.randrange(len(data))] = chance.choice(ALPHABET)


def _lose(data: bytearray, chance: Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 2, 4, 20, 200))]


def _double(data: bytearray, chance: Random) -> None:
    start = chance.randrange(len(data))
    end = start + chance.choice((1, 2, 4, 20, 200))
    data[start:start] = data[start:end]


def _insert(data: bytearray, chance: Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = chance.randbytes(chance.choice((1, 2, 8, 64, 600)))


def _move(data: bytearray, chance: Random) -> None:
    start, to = chance.randrange(len(data)), chance.randrange(len(data))
    piece = data[start : start + 25]
    del data[start : start + 25]
    data[to:to] = piece


_DAMAGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip, _flip, _flip, _replace, _replace, _lose, _double, _insert, _move,
)  # fmt: skip


def mutated(stream: bytes, chance: Random) -> bytes:
    """A stream with up to eight damages."""
    data = bytearray(stream)
    for _ in range(chance.randrange(9)):
        if data:
            chance.choice(_DAMAGES)(data, chance)
    return bytes(data)


class Endured(NamedTuple):
    """What came of it: frames told, the receiver's largest container, memory blocks gained."""

    frames: int
    largest: int
    grown: int


def _chunks(count: int, chance: Random) -> Iterator[bytes]:
    """Frames of a few recordings for a while, then of others, on a line of another kind."""
    for start in range(0, count, _SPELL):
        parity = chance.choice(list(PARITIES))
        favourites = chance.sample(SEEDS, 4)
        for _ in range(start, min(start + _SPELL, count)):
            frame = to_8n1(chance.choice(favourites), parity)
            yield from cut(mutated(frame, chance), chance)


def sizes(receiver: Receiver) -> int:
    """How much the largest of a receiver's containers holds."""
    meter = receiver.meter
    holders = (
        *vars(meter).values(),
        *vars(meter.presence).values(),
        *vars(meter._gate).values(),
        *vars(receiver._segments).values(),
        *vars(receiver._frames).values(),
        *vars(receiver).values(),
        *vars(receiver.wire).values(),
    )
    return max(len(one) for one in holders if hasattr(one, "__len__"))


def endure(count: int, seed: int) -> Endured:
    """Feed so many mutated frames to one receiver; memory is measured from a tenth of them on."""
    chance = luck(seed)
    receiver = Receiver(labels=["EAST"])
    now, ended, largest, settled = 0.0, 0, 0, 0
    for number, chunk in enumerate(_chunks(count, chance)):
        now += chance.choice((0.1, 0.5, 1.0, 30.0, -2.0))
        ended += sum(isinstance(event, Frame) for event in receiver.feed(chunk, now))
        if number % 100 == 0:
            largest = max(largest, sizes(receiver))
        if number == count // 10:
            settled = sys.getallocatedblocks()
    return Endured(ended, largest, sys.getallocatedblocks() - settled)
