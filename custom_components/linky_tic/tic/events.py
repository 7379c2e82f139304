"""The events of a receiver, one type for each kind."""

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
    """The value of a label.

    `value` is in the label's unit, `raw` the data characters, `time` the horodate of the group and
    `degraded` whether the meter's clock had lost the time then; `confirmed` is False for a group
    that is sent once only, on a line without parity; `at` is when it was received (seconds).
    """

    label: Label
    value: Value
    raw: str
    time: datetime | None
    degraded: bool
    confirmed: bool
    at: float


Readings = Mapping[str, Reading]
"""Label -> its reading in force."""


def number_of(readings: Readings, name: str) -> int | None:
    """Return the value of a label if it is a number, else None."""
    reading = readings.get(name)
    return reading.value if reading is not None and isinstance(reading.value, int) else None


def text_of(readings: Readings, name: str) -> str | None:
    """Return the text of a label without padding; None if there is none."""
    reading = readings.get(name)
    return (" ".join(reading.raw.split()) or None) if reading is not None else None


class Appeared(NamedTuple):
    """A label was received often enough to be one that this meter sends."""

    label: Label


class Vanished(NamedTuple):
    """A label is no longer sent: it has no reading in force any more."""

    label: Label


class OtherMeter(NamedTuple):
    """Another meter than the one expected speaks on this line."""

    address: str


class ModeChanged(NamedTuple):
    """The meter sends the other mode from now on."""

    mode: Mode


Event = Reading | Appeared | Vanished | Frame | Rejected | OtherMeter | ModeChanged
"""All events of a receiver."""
