"""Knows what goes wrong on a line or in a meter, and when. Refuses to know how it is received.

A script is a list of (seconds since the start, fault): it strikes the first frame from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p
from random import Random
from typing import NamedTuple

from .frames import CR, EOT, HT, LF, SP, STX, Group, historic_group, standard_group
from .wire import heard_at

BITS = 8  # of a character that can be read wrong: seven and the parity
DATED_FIELDS = 4  # label, horodate, data, checksum


@dataclass(frozen=True)
class BitErrors:
    """A noisy line: each bit is false with this probability, for some seconds."""

    rate: float
    seconds: float


@dataclass(frozen=True)
class Noise:
    """A spark: so many bytes in a row are anything."""

    length: int = 20


@dataclass(frozen=True)
class Lose:
    """So many bytes in a row never arrive: a UART that was not emptied in time."""

    length: int = 1


@dataclass(frozen=True)
class LoseText:
    """These characters never arrive, the first time that they come."""

    text: str = "NONU"


@dataclass(frozen=True)
class Double:
    """So many bytes in a row arrive twice."""

    length: int = 1


@dataclass(frozen=True)
class Damage:
    """A separator is read as another character, parity good: LF as 0x0F, 0x0E, 0x0B were seen."""

    separator: int = 0x0A
    becomes: int = 0x0F
    every: bool = False  # of the frame, instead of one


@dataclass(frozen=True)
class Interruption:
    """The meter breaks off with EOT for an Euridis exchange."""


@dataclass(frozen=True)
class Garbage:
    """A meter that sends nonsense under a good checksum."""

    label: str
    data: str
    frames: int = 1


@dataclass(frozen=True)
class Silence:
    """The meter says nothing."""

    seconds: float


@dataclass(frozen=True)
class Unplug:
    """The port itself goes away, and comes back."""

    seconds: float


@dataclass(frozen=True)
class WrongSpeed:
    """The bytes arrive as a port at the other speed reads them."""

    seconds: float


@dataclass(frozen=True)
class SwitchMode:
    """The supplier changes the TIC to standard or historic."""

    mode: str


@dataclass(frozen=True)
class SwapMeter:
    """Another meter takes the place of this one."""

    address: str
    index: int


@dataclass(frozen=True)
class DegradedClock:
    """The meter loses the time, and gets it back."""

    error: int  # seconds fast
    seconds: float


@dataclass(frozen=True)
class ParityChange:
    """The line begins to carry parity, to strip it, or to hold bit 7: a key of wire.PARITIES."""

    parity: str


Fault = (
    BitErrors | Noise | Lose | LoseText | Double | Damage | Interruption | Garbage | Silence
    | Unplug | WrongSpeed | SwitchMode | SwapMeter | DegradedClock | ParityChange
)  # fmt: skip
Script = Sequence[tuple[float, Fault]]


class Injected(NamedTuple):
    """A fault that was made, so many seconds after the start."""

    elapsed: float
    fault: Fault


class BitFlipper:
    """Turns bits at a rate, and counts them; an even rate costs a draw for each error only."""

    def __init__(self, rate: float, luck: Random) -> None:
        self.flipped = 0
        self.rate = 0.0
        self._luck = luck
        self._left = 0
        self.set_rate(rate)

    def set_rate(self, rate: float) -> None:
        self.rate = rate
        self._left = self._draw()

    def _draw(self) -> int:
        """How many good bits come before the next false one."""
        if self.rate <= 0:
            return 0
        return int(log(1 - self._luck.random()) / log1p(-self.rate))

    def flip(self, data: bytes) -> bytes:
        if self.rate <= 0:
            return data
        flipped = bytearray(data)
        while self._left < len(data) * BITS:
            flipped[self._left // BITS] ^= 1 << self._left % BITS
            self.flipped += 1
            self._left += 1 + self._draw()
        self._left -= len(data) * BITS
        return bytes(flipped)


def replaced(characters: bytes, mode: str, label: str, data: str) -> bytes:
    """The frame with other data for a label, and a checksum to match."""
    separator = HT if mode == "standard" else SP
    start = characters.find(LF + label.encode("ascii") + separator)
    if start < 0:
        return characters
    end = characters.index(CR, start) + 1
    fields = characters[start + 1 : end].split(separator)
    horodate = (
        fields[1].decode("ascii") if mode == "standard" and len(fields) == DATED_FIELDS else ""
    )
    write = standard_group if mode == "standard" else historic_group
    return characters[:start] + write(Group(label, data, horodate)) + characters[end:]


def strike(characters: bytes, fault: Fault, luck: Random) -> bytes:
    """What is left of a frame by a fault of the moment; those that last leave it whole."""
    at = luck.randrange(len(characters))
    match fault:
        case Lose(length):
            return characters[:at] + characters[at + length :]
        case LoseText(text):
            return characters.replace(text.encode("ascii"), b"", 1)
        case Double(length):
            return characters[: at + length] + characters[at:]
        case Damage(separator, becomes, every):
            places = [n for n, code in enumerate(characters) if code == separator]
            chosen = places if every else luck.sample(places, min(1, len(places)))
            damaged = bytearray(characters)
            for place in chosen:
                damaged[place] = becomes
            return bytes(damaged)
        case Interruption():
            return characters[: max(at, len(STX))] + EOT
        case _:
            return characters


def burst_of_noise(data: bytes, length: int, luck: Random) -> bytes:
    at = luck.randrange(len(data))
    noise = luck.randbytes(min(length, len(data) - at))
    return data[:at] + noise + data[at + len(noise) :]


def at_other_speed(data: bytes, baud: int) -> bytes:
    return heard_at(data, sent=baud, heard=1200 if baud == 9600 else 9600)  # noqa: PLR2004  (the two)


PASSING: tuple[Fault, ...] = (
    BitErrors(1e-3, 30),
    BitErrors(1e-4, 300),
    Noise(),
    Noise(200),
    Lose(),
    Lose(4),
    Lose(40),
    LoseText(),
    Double(),
    Double(8),
    Damage(),
    Damage(becomes=0x0B),
    Damage(separator=0x0D, becomes=0x0C),
    Damage(separator=0x09, becomes=0x08),
    Damage(separator=0x02, becomes=0x43),
    Damage(separator=0x03, becomes=0x43),
    Damage(every=True),
    Interruption(),
    Silence(5),
    Silence(90),
    Unplug(20),
    WrongSpeed(12),
)


def storm(
    hours: float, per_hour: float, *, seed: int = 0, kinds: Sequence[Fault] = PASSING
) -> list[tuple[float, Fault]]:
    """A script of faults drawn from `kinds`, at random moments."""
    luck = Random(f"{seed}/storm")
    moments = sorted(luck.uniform(0, hours * 3600) for _ in range(round(hours * per_hour)))
    return [(moment, luck.choice(kinds)) for moment in moments]
