"""How much of the subscribed power is drawn, and how much is left, of the house and of each phase.

It knows readings. It refuses to know when the breaker opens: that takes 1.3 times the cut-off
power, for minutes (54E 7). Source: the tariff notes of the specification.
"""

from collections.abc import Mapping
from typing import Final

from .events import Reading

Readings = Mapping[str, Reading]

_VOLTS: Final = 200
"""Volts at which a setting current is a subscribed power: 6 kVA are 30 A (54E 6.1)."""
_DRAWN: Final = ("SINSTS", "SINST1")
_CURRENTS: Final = ("IINST", "IINST1", "IINST2", "IINST3")
_SUBSCRIBED: Final = ("PREF", "PCOUP")
"""kVA; pilot meters send 00 for the first."""


def subscribed_power(readings: Readings) -> float | None:
    """Give the VA that the contract allows; in Historique the phases must have been heard."""
    for name in _SUBSCRIBED:
        if power := _number(readings, name):
            return power * 1000
    current, phases = _number(readings, "ISOUSC"), _phases(readings)
    return current * _VOLTS * phases if current and phases else None


def drawn_power(readings: Readings) -> int | None:
    """Give the VA drawn now; none while the house exports.

    In Historique as the meter itself reckons ADPS and ADIRn: amperes against ISOUSC, at 200 V. A
    current has no sign there: while no power is drawn (PAPP), it flows out.
    """
    for name in _DRAWN:
        if (power := _number(readings, name)) is not None:
            return power
    currents = [_number(readings, name) for name in _CURRENTS if name in readings]
    if not currents or None in currents:
        return None
    return 0 if _number(readings, "PAPP") == 0 else _VOLTS * sum(filter(None, currents))


def power_margin(readings: Readings) -> int | None:
    """Give the VA left before the subscribed power, negative above it."""
    return _left(subscribed_power(readings), drawn_power(readings))


def power_load(readings: Readings) -> float | None:
    """Give the share of the subscribed power that is drawn, in %."""
    return share_of(drawn_power(readings), subscribed_power(readings))


def phase_margin(readings: Readings, phase: int) -> int | None:
    """Give the VA left on a phase of three, each of which has a third."""
    return _left(*_of_phase(readings, phase))


def phase_load(readings: Readings, phase: int) -> float | None:
    """Give the share that is drawn of what one phase of three may, in %."""
    subscribed, drawn = _of_phase(readings, phase)
    return share_of(drawn, subscribed)


def has_phases(readings: Readings) -> bool:
    """Whether the meter tells what is drawn on each of three phases."""
    return "SINSTS1" in readings or "IINST1" in readings


def share_of(drawn: float | None, subscribed: float | None) -> float | None:
    """Give one power in % of another."""
    return None if drawn is None or not subscribed else round(100 * drawn / subscribed, 1)


def _of_phase(readings: Readings, phase: int) -> tuple[float | None, float | None]:
    """Give what a phase may draw, and what it draws, in VA.

    In Historique, while the house as a whole draws nothing, a current that flows may flow out.
    """
    subscribed = subscribed_power(readings)
    limit = None if subscribed is None else subscribed / 3
    if "IINST1" not in readings:
        return limit, _number(readings, f"SINSTS{phase}")
    current = _number(readings, f"IINST{phase}")
    if current is None or (current and not _number(readings, "PAPP")):
        return limit, None
    return limit, current * _VOLTS


def _phases(readings: Readings) -> int | None:
    if "IINST1" in readings:
        return 3
    return 1 if "IINST" in readings else None


def _left(subscribed: float | None, drawn: float | None) -> int | None:
    return None if subscribed is None or drawn is None else round(subscribed - drawn)


def _number(readings: Readings, name: str) -> int | None:
    value = readings[name].value if name in readings else None
    return value if isinstance(value, int) else None
