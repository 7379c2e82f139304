"""Listens to a port for some seconds, to identify the meter before there is an entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
import time
from typing import Final

from ..tic import Event, Frame, Mode, Quantity, Readings, Reason, Receiver
from .detection import METER_SPEEDS, RELAY_SPEEDS, SPEEDS, TRYING, round_of
from .port import Port, has_speed
from .reception import Reception

_SETTLING: Final = 15.0
"""Seconds granted from the first good group on: a meter's longest frame lasts 3 s, the first one is
heard in part, and three must say the same."""
_LOOK: Final = 0.2
"""Seconds between two steps of the progress."""
_PIECE: Final = 64
"""Bytes of a piece of what was heard."""
_BITS: Final = 10
"""Of a byte on the line, start and stop included."""
_AWAITED: Final = frozenset({Quantity.VERSION, Quantity.CALENDAR_NAME, Quantity.TARIFF_OPTION})
"""Quantities that are waited for, beside the address, if the meter sends them."""
BAD: Final = (Reason.DAMAGED, Reason.CHECKSUM, Reason.FORMAT)
"""Reasons of rejection that a bad line causes."""


class Missing(StrEnum):
    """What was not received on an open port."""

    NO_SIGNAL = "no_signal"  # no byte: no wire, no meter, or the wrong port
    NOT_TIC = "not_tic"  # no valid group: another device, a bad wire, noise
    NO_ADDRESS = "no_address"  # the meter's address, often enough to be sure of it


class NotHeard(Exception):
    """No meter was heard; `facts` fill the text that is shown."""

    def __init__(self, missing: Missing, **facts: float) -> None:
        super().__init__(missing, facts)
        self.missing = missing
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Heard:
    """A meter as it was heard on a port.

    `readings` are those in force, `labels` all that it sends. `good` and `bad` are numbers of
    groups, counted from the first good one on. `recent` are the last bytes; they ended at `at`
    (seconds since 1970).
    """

    address: str
    mode: Mode
    speed: int
    phases: int
    readings: Readings
    labels: frozenset[str]
    good: int
    bad: int
    recent: bytes
    at: float

    def chunks(self) -> Iterator[tuple[bytes, float]]:
        """Return the last bytes in pieces, each with the time at which a meter sends it."""
        seconds = _BITS / min(self.speed, max(METER_SPEEDS.values()))
        for start in range(0, len(self.recent), _PIECE):
            piece = self.recent[start : start + _PIECE]
            left = len(self.recent) - start - len(piece)
            yield piece, self.at - left * seconds


async def listen(
    port: str,
    *,
    seconds: float,
    progress: Callable[[float], None] | None = None,
) -> Heard:
    """Open a port, listen for at most `seconds`, and close it.

    `progress` is called with the share of the time that has passed. Good groups extend the time, to
    be sure of the meter; bytes without a good group extend it to try every speed.
    Raises `PortUnavailable` or `NotHeard`.
    """
    listener = _Listener(seconds, has_speed=has_speed(port))
    opened = await listener.reception.open(port)
    try:
        await listener.follow(opened, progress)
    finally:
        await opened.close()
    return listener.conclude(seconds)


class _Listener:
    """Listens once, with a receiver of its own."""

    def __init__(self, seconds: float, *, has_speed: bool) -> None:
        self._receiver = Receiver()
        self.reception = Reception(
            self._receiver, SPEEDS[0], self._handle_events, other_speeds=RELAY_SPEEDS
        )
        speeds = round_of(SPEEDS[0], RELAY_SPEEDS) if has_speed else ()
        self._trying = sum(TRYING[speed] for speed in speeds)
        self._begun_at = time.monotonic()
        self._end_at = self._begun_at + seconds
        self._bad_before: int | None = None
        self._is_done = False
        self._heard_at: float

    async def follow(self, port: Port, progress: Callable[[float], None] | None) -> None:
        """Receive until all is known or the time is over; raises `PortUnavailable`."""
        share = 0.0
        while not self._is_done and (now := time.monotonic()) < self._end_at:
            await self.reception.watch(port, _LOOK)
            share = max(share, (now - self._begun_at) / (self._end_at - self._begun_at))
            if progress:
                progress(share)

    def conclude(self, seconds: float) -> Heard:
        """Return the meter that was heard; raises `NotHeard`."""
        receiver, meter = self._receiver, self._receiver.meter
        if not self.reception.received:
            raise NotHeard(Missing.NO_SIGNAL, seconds=seconds)
        if receiver.mode is None:
            raise NotHeard(Missing.NOT_TIC, received=self.reception.received)
        address = _address_of(meter.readings)
        if address is None:
            raise NotHeard(Missing.NO_ADDRESS)
        return Heard(
            address=address,
            mode=receiver.mode,
            speed=self.reception.speed,
            phases=meter.phases or 1,
            readings=meter.readings,
            labels=frozenset(meter.presence.established),
            good=receiver.counters.good_groups,
            bad=receiver.counters.rejections(*BAD) - (self._bad_before or 0),
            recent=self.reception.recent,
            at=self._heard_at,
        )

    def _handle_events(self, events: list[Event], now: float, good: int) -> None:
        self._heard_at = now
        if good and self._bad_before is None:
            self._bad_before = self._receiver.counters.rejections(*BAD)  # heard at the wrong speed
            self._end_at = max(self._end_at, time.monotonic() + _SETTLING)
        elif self._bad_before is None and self._trying:
            self._end_at = max(self._end_at, time.monotonic() + self._trying)
            self._trying = 0.0
        self._is_done |= any(
            isinstance(event, Frame) and self._is_complete(event) for event in events
        )

    def _is_complete(self, frame: Frame) -> bool:
        """Whether a whole frame contains only labels that are established and believed."""
        meter = self._receiver.meter
        labels = {group.name: group.label for group in frame.groups if group.label}
        told = {name for name, label in labels.items() if label.quantity in _AWAITED}
        return (
            frame.opened
            and frame.closed
            and not frame.is_short
            and meter.presence.established.issuperset(labels)
            and told.issubset(meter.readings)
            and _address_of(meter.readings) is not None
        )


def _address_of(readings: Readings) -> str | None:
    found = (one.raw for one in readings.values() if one.label.quantity is Quantity.ADDRESS)
    return next(found, None)
