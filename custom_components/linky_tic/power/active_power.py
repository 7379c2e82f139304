"""Estimate the active power of one meter at the end of each frame, from its readings.

This module chooses the labels of energy and apparent power; `estimate.py` computes the power.
"""

from math import inf
from operator import attrgetter
from typing import Final

from ..meter.signals import Signals
from ..tic import (
    CATALOGUE,
    Frame,
    Mode,
    Quantity,
    Reading,
    Readings,
    Receiver,
    number_of,
    status_of,
)
from .estimate import Estimate, IndexPower, net
from .subscription import CURRENTS

_IMPORTED: Final = (
    "EAST",
    *(
        name
        for name, row in CATALOGUE[Mode.HISTORIC].items()
        if row.quantity is Quantity.SUPPLIER_ENERGY
    ),
)
_EXPORTED: Final = ("EAIT",)
_IMPORTED_POWER: Final = ("SINSTS", "SINST1", "PAPP")
_EXPORTED_POWER: Final = ("SINSTI",)
_FRAME_SECONDS: Final = 3.0
"""Seconds that a frame takes at most (54E 6.1)."""
_GATE_DELAY: Final = 12.0
"""Seconds by which an index may be late on a line without parity, as the gate holds it back."""
_GATE_FRAMES: Final = 2
"""Frames for which the gate may have held such an index back."""


class ActivePower:
    """The active power of one meter, in W, negative while it exports."""

    def __init__(self, receiver: Receiver, signals: Signals) -> None:
        self._receiver = receiver
        self._reset()
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._reset)

    @property
    def watts(self) -> int | None:
        """The active power in W, None when it is not known."""
        return round(self._estimate.watts) if self._estimate else None

    @property
    def window(self) -> int | None:
        """Seconds over which the power is the mean; 0 just after a load was switched."""
        return round(self._estimate.window) if self._estimate else None

    @property
    def factor(self) -> float | None:
        """The power factor, from 0 to 1; None while the power is not known well enough."""
        if self._estimate is None or self._estimate.factor is None:
            return None
        return round(self._estimate.factor, 2)

    def _reset(self) -> None:
        self._estimate: Estimate | None = None
        self._imported = _Direction(self._receiver, (), _IMPORTED_POWER)
        self._exported = _Direction(self._receiver, _EXPORTED, _EXPORTED_POWER)

    def _end_frame(self, _frame: Frame, readings: Readings, now: float) -> None:
        sent = tuple(name for name in _IMPORTED if name in readings)
        if sent and sent != self._imported.indexes:
            self._imported = _Direction(self._receiver, sent, _IMPORTED_POWER)
        self._estimate = imported = self._imported.estimate(readings, now)
        if self._receiver.meter.is_producer:
            self._estimate = net(imported, self._exported.estimate(readings, now))
        elif imported and not imported.watts and is_exporting(readings):
            self._estimate = None  # zero would be false: the meter does not measure the export


class _Direction:
    """The power of one direction, import or export, from the sum of the indexes that count it."""

    def __init__(
        self, receiver: Receiver, indexes: tuple[str, ...], powers: tuple[str, ...]
    ) -> None:
        self.indexes = indexes
        self._receiver = receiver
        self._powers = powers
        self._power = IndexPower()
        self._total: int | None = None
        self._lag = _FRAME_SECONDS
        self._last_frame_at = -inf

    def estimate(self, readings: Readings, now: float) -> Estimate | None:
        """Take the readings at the end of a frame; return None without an index or a power."""
        indexes = [readings[name] for name in self.indexes if name in readings]
        powers = (number_of(readings, name) for name in self._powers)
        apparent = next((power for power in powers if power is not None), None)
        if not indexes or apparent is None:
            return None
        total = sum(filter(None, (number_of(readings, name) for name in self.indexes)))
        at = self._last_valid_at(indexes, total, now)
        frame, self._last_frame_at = min(now - self._last_frame_at, _FRAME_SECONDS), now
        if self._receiver.wire.carries_parity:
            self._power.update(total, at, apparent)
        else:  # the gate accepts an index that is repeated, or lies between two others
            since = at - _GATE_FRAMES * frame
            self._power.update(total, at, apparent, slack=_GATE_DELAY, since=since)
        return self._power.estimate(now)

    def _last_valid_at(self, indexes: list[Reading], total: int, now: float) -> float:
        """Return when the sum of the indexes was last known to be right (seconds).

        A new sum is from the time of its newest index. An unchanged sum is from the time at which
        this frame sent that index: as long before its end as in the frame in which it changed.
        """
        newest = max(indexes, key=attrgetter("at"))
        if total != self._total:
            self._total = total
            if now - newest.at < _FRAME_SECONDS:
                self._lag = now - newest.at
            return newest.at
        heard = self._receiver.meter.presence.last_heard(newest.label.name, newest.at)
        return max(newest.at, heard - self._lag)


def is_exporting(readings: Readings) -> bool:
    """Whether the house exports, which the meter of a consumer does not measure.

    STGE shows it; in Historique, it is so if a current flows while the power (PAPP) is zero.
    """
    if "STGE" in readings:
        return status_of(readings)["exporting"] is True
    is_flowing = any(number_of(readings, name) for name in CURRENTS)
    return number_of(readings, "PAPP") == 0 and is_flowing
