"""What a receiver tells, one type for each kind of news.

It knows what news consists of, never how it came about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, final

from .catalogue import Label, Mode
from .frames import Frame, Rejected
from .values import Value


@final
@dataclass(slots=True)  # not frozen: one is made in a third of the time
class Reading:
    """What a label says now.

    `value` is in the label's unit, `raw` the data characters, `time` the horodate that comes with
    the value and `degraded` whether the meter's clock had lost the time then; `confirmed` is False
    for what was sent once on a line without parity; `at` is the receiver's time in seconds.
    """

    label: Label
    value: Value
    raw: str
    time: datetime | None
    degraded: bool
    confirmed: bool
    at: float


Readings = Mapping[str, Reading]
"""What holds, by label."""


def number_of(readings: Readings, name: str) -> int | None:
    """Give the number that a label says, None while it says none."""
    reading = readings.get(name)
    return reading.value if reading is not None and isinstance(reading.value, int) else None


def text_of(readings: Readings, name: str) -> str | None:
    """Give the text that a label shows, without padding; None while it shows none."""
    reading = readings.get(name)
    return (" ".join(reading.raw.split()) or None) if reading is not None else None


class Appeared(NamedTuple):
    """A label has come often enough to be one that this meter sends."""

    label: Label


class Vanished(NamedTuple):
    """A label is no longer sent: its last reading does not hold any more."""

    label: Label


class OtherMeter(NamedTuple):
    """Another meter than the one expected speaks on this line."""

    address: str


class ModeChanged(NamedTuple):
    """The meter speaks the other language of the TIC from now on."""

    mode: Mode


Event = Reading | Appeared | Vanished | Frame | Rejected | OtherMeter | ModeChanged
"""All that a receiver tells."""
