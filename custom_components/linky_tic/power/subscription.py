"""The subscribed power, and how much of it is drawn, of the house and of each phase.

It knows readings, and refuses to know when the breaker opens: that takes 1.3 times the cut-off
power, for minutes (54E 7). Source: 54E 6.1 (ISOUSC).
"""

from typing import Final

from ..tic import VOLTS, Readings, allowed_power, number_of

CURRENTS: Final = ("IINST", "IINST1", "IINST2", "IINST3")
_DRAWN: Final = ("SINSTS", "SINST1")
DRAWN_LABELS: Final = (*_DRAWN, *CURRENTS, "PAPP")
"""What tells the power drawn, of all phases."""
_SUBSCRIBED: Final = ("PREF", "PCOUP")
"""kVA; zero, as pilot meters say of the first, is none."""
SUBSCRIBED_LABELS: Final = (*_SUBSCRIBED, "ISOUSC")
"""What tells the subscribed power, in either mode."""
_PHASES: Final = 3


def subscribed_power(readings: Readings, phase: int | None = None) -> float | None:
    """Give the VA that the contract allows, a third of it on one phase of three.

    In Historique the phases must have been heard.
    """
    phases = _PHASES if "IINST1" in readings else 1 if "IINST" in readings else None
    power = allowed_power(readings, _SUBSCRIBED, phases)
    return power if power is None or phase is None else power / _PHASES


def drawn_power(readings: Readings, phase: int | None = None) -> int | None:
    """Give the VA drawn now, of all phases or of one; none while the house exports.

    In Historique as the meter itself reckons ADPS and ADIRn: amperes against ISOUSC, at 200 V. A
    current has no sign there: while no power is drawn (PAPP), it flows out, or may on one phase.
    """
    if phase is None:
        power = next((number_of(readings, name) for name in _DRAWN if name in readings), None)
        names: tuple[str, ...] = tuple(name for name in CURRENTS if name in readings)
    else:
        power, names = number_of(readings, f"SINSTS{phase}"), (f"IINST{phase}",)
    if power is not None:
        return power
    currents = [number_of(readings, name) for name in names]
    if not currents or None in currents:
        return None
    drawn = VOLTS * sum(filter(None, currents))
    if phase is not None:
        return drawn if not drawn or number_of(readings, "PAPP") else None
    return 0 if number_of(readings, "PAPP") == 0 else drawn


def power_margin(readings: Readings, phase: int | None = None) -> int | None:
    """Give the VA left before the subscribed power, negative above it."""
    subscribed, drawn = subscribed_power(readings, phase), drawn_power(readings, phase)
    return None if subscribed is None or drawn is None else round(subscribed - drawn)


def power_load(readings: Readings, phase: int | None = None) -> float | None:
    """Give the share of the subscribed power that is drawn, in %."""
    return share_of(drawn_power(readings, phase), subscribed_power(readings, phase))


def has_phases(readings: Readings) -> bool:
    """Whether the meter tells what is drawn on each of three phases."""
    return "SINSTS1" in readings or "IINST1" in readings


def share_of(drawn: float | None, subscribed: float | None) -> float | None:
    """Give one power in % of another."""
    return None if drawn is None or not subscribed else round(100 * drawn / subscribed, 1)
