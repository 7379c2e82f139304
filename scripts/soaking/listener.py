"""Knows a receiver from its bytes to its cost, and starts it again. Refuses to know the truth."""

from collections import Counter
from collections.abc import Iterable
import gc
from pathlib import Path
import resource
import sys
from time import perf_counter
import traceback
from types import FunctionType, ModuleType
from typing import Final

from custom_components.linky_tic.tic import Event, Receiver, Rejected

_SHARED: Final = (type, ModuleType, FunctionType)


class Listener:
    """A receiver as the integration keeps it, with the address and labels of its meter."""

    def __init__(self, address: str) -> None:
        self.receiver = Receiver(address)
        self.raised: list[str] = []
        self.rejected: Counter[str] = Counter()
        self.seconds = 0.0
        self.clock_error = 0.0
        self.good_at = 0.0
        self._address = address

    def feed(self, chunk: bytes, now: float) -> list[Event]:
        """Hand over a chunk at a true time."""
        good, begin = self.receiver.counters.good_groups, perf_counter()
        try:
            events = self.receiver.feed(chunk, now + self.clock_error)
        except Exception:  # noqa: BLE001 - whatever it is, it must not have been raised
            self.raised.append(traceback.format_exc())
            events = []
        self.seconds += perf_counter() - begin
        if self.receiver.counters.good_groups > good:
            self.good_at = now
        return events

    def count(self, events: Iterable[Event]) -> None:
        """Count why what came was not used."""
        self.rejected.update(event.reason.value for event in events if isinstance(event, Rejected))

    def restart(self) -> None:
        """Forget all but what the integration keeps: address, labels, the time overseas."""
        meter = self.receiver.meter
        self.receiver = Receiver(self._address, meter.presence.established, meter.overseas)


def resident() -> int:
    """Bytes of memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def weight(root: object) -> int:
    """Bytes of an object and all that it holds, but what is shared by all."""
    seen: set[int] = set()
    total, left = 0, [root]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, _SHARED):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        left += gc.get_referents(one)
    return total
