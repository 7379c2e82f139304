"""Knows what a house and its faults put on the line, in bursts. Refuses to know the pace."""

from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol

from .faults import (
    BitErrors,
    BitFlipper,
    DegradedClock,
    Fault,
    Garbage,
    Injected,
    Noise,
    ParityChange,
    Script,
    Silence,
    SwapMeter,
    SwitchMode,
    Unplug,
    WrongSpeed,
    at_other_speed,
    burst_of_noise,
    replaced,
    strike,
)
from .frames import ETX
from .household import Household
from .wire import PARITIES, line_seconds, to_8n1

REPLAY_GAP = 0.02  # seconds between two frames of a recording
QUIET_STEP = 1.0  # seconds of silence in one burst
SHORTEST = 1e-3  # seconds, so that the last burst of a silence ends it


class Burst(NamedTuple):
    """Bytes as an 8N1 port reads them, and how long they and the silence after them last."""

    data: bytes
    seconds: float
    baud: int
    plugged: bool = True


class Source(Protocol):
    """Anything that a port can play."""

    def next(self) -> Burst: ...


class Line:
    """A house, heard through a line where things go wrong; `log` tells which and when.

    `baud` is for the adapters that send a meter's characters again at a speed of their own.
    """

    def __init__(
        self,
        house: Household,
        *,
        parity: str = "even",
        noise: float = 0.0,
        script: Script = (),
        baud: int | None = None,
    ) -> None:
        self.house = house
        self._baud = baud
        self.parity = parity
        self.log: list[Injected] = []
        self._noise = noise
        self._luck = Random(f"{house.seed}/faults")
        self._flipper = BitFlipper(noise, Random(f"{house.seed}/bits"))
        self._script = sorted(script, key=lambda entry: entry[0], reverse=True)
        self._until: dict[type, float] = {}  # when a lasting fault ends
        self._garbage: list[Garbage] = []  # one for each frame to come

    @property
    def bit_errors(self) -> int:
        return self._flipper.flipped

    @property
    def baud(self) -> int:
        return self._baud or self.house.baud

    def inject(self, fault: Fault) -> None:
        """Let a fault strike the next frame, from any thread."""
        self._script.append((0.0, fault))

    def next(self) -> Burst:
        now = self.house.elapsed
        strikes = self._begin(now)
        self._end(now)
        quiet_until = max(self._until.get(Silence, 0), self._until.get(Unplug, 0))
        if now < quiet_until:
            seconds = max(SHORTEST, min(QUIET_STEP, quiet_until - now))
            self.house.advance(seconds)
            return Burst(b"", seconds, self.baud, now >= self._until.get(Unplug, 0))
        characters = self.house.frame()
        for garbage in self._garbage[:1]:
            characters = replaced(characters, self.house.mode, garbage.label, garbage.data)
        del self._garbage[:1]
        for fault in strikes:
            characters = strike(characters, fault, self._luck) or characters
        data = self._octets(characters, strikes)
        if now < self._until.get(WrongSpeed, 0):
            data = at_other_speed(data, self.baud)
        return Burst(data, self.house.frame_seconds, self.baud)

    def _octets(self, characters: bytes, strikes: list[Fault]) -> bytes:
        """As a port reads them: errors strike the parity bit too, whatever then becomes of it."""
        data = self._flipper.flip(to_8n1(characters))
        for fault in strikes:
            if isinstance(fault, Noise):
                data = burst_of_noise(data, fault.length, self._luck)
        return data if self.parity == "even" else data.translate(PARITIES[self.parity])

    def _begin(self, now: float) -> list[Fault]:
        """Start the faults that are due; those that strike one frame are returned."""
        due: list[Fault] = []
        while self._script and self._script[-1][0] <= now:
            fault = self._script.pop()[1]
            self.log.append(Injected(now, fault))
            due.append(fault)
            self._start(fault, now)
        return due

    def _start(self, fault: Fault, now: float) -> None:
        match fault:
            case BitErrors(rate, seconds):
                self._flipper.set_rate(rate)
                self._until[BitErrors] = now + seconds
            case Silence(seconds) | Unplug(seconds) | WrongSpeed(seconds):
                self._until[type(fault)] = now + seconds
            case DegradedClock(error, seconds):
                self.house.degrade_clock(error)
                self._until[DegradedClock] = now + seconds
            case SwitchMode(mode):
                self.house.switch_mode(mode)
            case SwapMeter(address, index):
                self.house.replace_meter(address, index)
            case ParityChange(parity):
                self.parity = parity
            case Garbage():
                self._garbage += [fault] * fault.frames
            case _:
                pass

    def _end(self, now: float) -> None:
        """What ends by itself: the meter and the line are as before."""
        if now >= self._until.get(BitErrors, now + 1):
            del self._until[BitErrors]
            self._flipper.set_rate(self._noise)
        if now >= self._until.get(DegradedClock, now + 1):
            del self._until[DegradedClock]
            self.house.set_clock()


class Replay:
    """Recorded 7-bit characters, again and again, frame by frame; ends with silence when `once`."""

    def __init__(
        self, recording: bytes | Path, baud: int, *, parity: str = "even", once: bool = False
    ) -> None:
        data = recording if isinstance(recording, bytes) else recording.read_bytes()
        frames = [frame + ETX for frame in data.split(ETX)]
        frames[-1] = frames[-1].removesuffix(ETX)  # what comes after the last one
        self._frames = [to_8n1(frame, parity) for frame in frames if frame]
        self._baud = baud
        self._once = once
        self._at = 0

    def next(self) -> Burst:
        if self._at == len(self._frames):
            if self._once:
                return Burst(b"", QUIET_STEP, self._baud)
            self._at = 0
        data = self._frames[self._at]
        self._at += 1
        return Burst(data, line_seconds(len(data), self._baud) + REPLAY_GAP, self._baud)
