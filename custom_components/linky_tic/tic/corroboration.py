"""Compares readings that tell the same fact: which confirm, and which contradict each other.

A power is compared with the currents, a dated value with the one before. Currents are whole
amperes, and the groups of a frame are not measured at one instant: only a large difference counts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .catalogue import CATALOGUE, COUNTERS, LABELS, PEAKS, Label, Quantity, names_of
from .events import Reading, Readings, number_of
from .status_words import STATUS

_FAR: Final = 1.5
"""A power is contradicted if it is more than this many times the sum of the others."""
_AMPERES_OFF: Final = 2
"""Amperes by which a current may be higher than sent: it is rounded, and changes meanwhile."""
_VOLT_AMPERES_OFF: Final = 500
"""The same for the power of all phases, whose reactive parts may cancel out."""
_VOLTS: Final = 253
"""Volts that a phase has at most (230 V and a tenth, EN 50160); one may fail within a frame."""
_FAR_AN_AMPERE: Final = _FAR * _VOLTS
"""VA by ampere beyond which a power is contradicted."""
_LITTLE: Final = _FAR_AN_AMPERE * _AMPERES_OFF
"""VA up to which no current contradicts a power."""


def _currents(label: Label) -> tuple[str, ...]:
    return tuple(
        row.name
        for row in CATALOGUE[label.mode].values()
        if row.quantity is Quantity.CURRENT and label.phase in {None, row.phase}
    )


_CURRENTS: Final = {
    name: _currents(LABELS[name])
    for name in names_of(Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER, Quantity.OVERRUN_CURRENT)
}
"""Label of a power, or of a warning of too much current -> the labels of its currents."""
_MAXIMA: Final = names_of(*PEAKS)


def _is_above_currents(label: Label, power: int, believed: Readings, phases: int) -> bool:
    """Whether a power is far above the sum of its currents, all of which are known.

    A load that is switched on after the current was sent is seen in the next frame.
    """
    allowed, told = 0.0, 0
    for current in _CURRENTS[label.name]:
        reading = believed.get(current)
        if reading is not None and isinstance(reading.value, int):
            allowed += _FAR_AN_AMPERE * (reading.value + _AMPERES_OFF)
            told += 1
            if power <= allowed:
                return False
    return told >= (1 if label.phase else phases)


def is_contradicted(label: Label, power: int, believed: Readings, phases: int) -> bool:
    """Whether a power is far above its currents, or that of a phase above that of all phases."""
    if power <= _LITTLE:
        return False
    if _is_above_currents(label, power, believed, phases):
        return True
    total = number_of(believed, "SINSTS") if label.phase and "EAIT" not in believed else None
    return total is not None and power > _FAR * total + _VOLT_AMPERES_OFF


def is_borne_out(overrun: Reading, believed: Readings) -> bool:
    """Whether the current in a warning is the one measured in the same frame."""
    amperes = (number_of(believed, current) for current in _CURRENTS[overrun.label.name])
    return any(one is not None and abs(int(overrun.raw) - one) <= 1 for one in amperes)


def contradicts(now: Reading, last: Reading) -> bool:
    """Whether a value goes back, and cannot follow the last one.

    An index falls; what is dated has an earlier horodate, or the same one and differs, or is a
    maximum that gets smaller during its day.
    """
    if now.time is None or last.time is None:
        return now.label.name in COUNTERS and int(now.raw) < int(last.raw)
    if now.time <= last.time:
        return now.time < last.time or now.raw != last.raw
    is_of_its_day = now.label.name in _MAXIMA and now.time.date() == last.time.date()
    return is_of_its_day and int(now.raw) < int(last.raw)


def agreed_status(readings: Sequence[Reading], last: Reading | None) -> Reading | None:
    """Return STGE with each field as three readings agree on it, or else as it was before.

    For the first STGE two of three are enough, as a field may change in every frame. None if no two
    agree, or if the result is already in force.
    """
    words = [int(reading.raw, 16) for reading in readings]
    agreed = 0
    for field in STATUS:
        bits = (1 << field.width) - 1 << field.low
        (said, times), *others = Counter(one & bits for one in words).most_common()
        if others and last is not None:
            said = int(last.raw, 16) & bits
        elif times == 1:
            return None
        agreed |= said
    text = f"{agreed:08X}"
    if last is not None and text == last.raw:
        return None
    now = readings[-1]
    return now if text == now.raw else replace(now, raw=text, value=text)
