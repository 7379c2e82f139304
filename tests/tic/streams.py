"""How tests put groups on a line, and the ways in which they cut a stream into chunks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from random import Random

from custom_components.linky_tic import tic
from custom_components.linky_tic.schedule.announced_days import AnnouncedDays
from custom_components.linky_tic.tariff.in_force import TariffFollower, read_tariff
from custom_components.linky_tic.tic import Event, Frame, Reading, Receiver, Rejected, Vanished
from custom_components.linky_tic.tic.frames import EOT, MARKS, Frames, Segments
from simulator.frames import ETX, STX, Group, historic_group, standard_group
from simulator.wire import to_8n1

ADDRESS = "041961000000"
OTHER_ADDRESS = "021961123456"

FRAME_SECONDS = 2.0
"""What tests let pass from one frame to the next."""


def luck(seed: int) -> Random:
    """Chance that a seed repeats."""
    return Random(seed)  # noqa: S311 - no secret hangs on it


CUTS: dict[str, Callable[[bytes], Iterable[bytes]]] = {
    "whole": lambda stream: [stream],
    "byte by byte": lambda stream: (stream[at : at + 1] for at in range(len(stream))),
    "at random": lambda stream: cut(stream, luck(54)),
}


def cut(stream: bytes, chance: Random) -> Iterator[bytes]:
    """A stream in chunks of one byte to 2 KiB."""
    start = 0
    while start < len(stream):
        end = start + chance.choice((1, 2, 3, 16, 64, 65, 500, 2048))
        yield stream[start:end]
        start = end


def frame(mode: str, *groups: Sequence[str]) -> bytes:
    """A whole frame; a group is a label, its data and at times its horodate."""
    write = standard_group if mode == "standard" else historic_group
    return STX + b"".join(write(Group(*group)) for group in groups) + ETX


def standard(*groups: Sequence[str], address: str = ADDRESS) -> bytes:
    """A whole frame of the Standard mode, its address first."""
    return frame("standard", ("ADSC", address), *groups)


def historic(*groups: Sequence[str], address: str = ADDRESS) -> bytes:
    """A whole frame of the Historique mode, its address first."""
    return frame("historic", ("ADCO", address), *groups)


type Item = tic.Group | Rejected | Frame


def split(stream: bytes) -> list[Item]:
    """Everything that a recording holds."""
    splitter = Splitter()
    return [*splitter.split(stream), *splitter.finish()]


class Splitter:
    """A line's characters, as items."""

    def __init__(self) -> None:
        self.segments, self.frames = Segments(), Frames()

    def split(self, characters: bytes) -> list[Item]:
        """Give what characters complete."""
        return [item for one in self.segments.cut(characters) for item in self._items(one)]

    def finish(self) -> list[Item]:
        """End of a recording."""
        return self.split(EOT)

    def _items(self, segment: bytes) -> Iterable[Item]:
        if segment not in MARKS:
            return self.frames.take_apart(segment)
        frame = self.frames.end(segment)
        return [frame] if frame else []


class Listener:
    """A receiver on a simulated clock; a frame takes two seconds.

    The line carries parity unless told otherwise, and is known to.
    """

    def __init__(
        self, address: str | None = None, *, parity: bool = True, labels: Iterable[str] = ()
    ) -> None:
        self.receiver = Receiver(address, labels)
        self.now = 1_790_000_000.0
        self._bit7 = "even" if parity else "stripped"
        self.receiver.feed(to_8n1(b"1" * 192, self._bit7), self.now)

    def hear(self, *frames: bytes, seconds: float = FRAME_SECONDS) -> list[Event]:
        """Feed frames in turn, and let time pass after each."""
        events: list[Event] = []
        for each in frames:
            events += self.receiver.feed(to_8n1(each, self._bit7), self.now)
            self.now += seconds
        return events

    def value(self, label: str) -> object:
        """What a label says now; None when nothing."""
        reading = self.receiver.meter.readings.get(label)
        return reading and reading.value


def end_frame_of_days(
    days: AnnouncedDays,
    tariffs: TariffFollower,
    frame: Frame,
    readings: tic.Readings,
    now: datetime,
) -> bool:
    """Note a frame as the rooms above do, the tariff before the days; whether any is news."""
    tariffs.end_frame(read_tariff(readings))
    return days.end_frame(frame, readings, now, is_tempo=tariffs.is_tempo)


def values(events: Iterable[Event], label: str) -> list[object]:
    """What a label was said to be, in turn."""
    return [
        event.value for event in events if isinstance(event, Reading) and event.label.name == label
    ]


def vanished(events: Iterable[Event]) -> list[str]:
    """The labels that were said to have vanished."""
    return [event.label.name for event in events if isinstance(event, Vanished)]


def rejected(events: Iterable[Event]) -> list[Rejected]:
    """What was said to be refused."""
    return [event for event in events if isinstance(event, Rejected)]


def frames(events: Iterable[Event]) -> list[Frame]:
    """The frames that ended."""
    return [event for event in events if isinstance(event, Frame)]
