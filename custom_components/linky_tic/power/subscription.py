"""Compute the subscribed power and how much of it is drawn, for the house and for each phase.

This does not tell when the breaker opens, which takes 1.3 times the cut-off power for minutes
(54E 7). Source: 54E 6.1 (ISOUSC).
"""

from typing import Final

from ..tic import VOLTS, Readings, allowed_power, number_of

CURRENTS: Final = ("IINST", "IINST1", "IINST2", "IINST3")
_DRAWN: Final = ("SINSTS", "SINST1")
DRAWN_LABELS: Final = (*_DRAWN, *CURRENTS, "PAPP")
"""The labels of the power drawn, all phases together."""
_SUBSCRIBED: Final = ("PREF", "PCOUP")
"""In kVA; zero, which pilot meters send for PREF, means none."""
SUBSCRIBED_LABELS: Final = (*_SUBSCRIBED, "ISOUSC")
"""The labels of the subscribed power, in both modes."""
_PHASES: Final = 3


def subscribed_power(readings: Readings, phase: int | None = None) -> float | None:
    """Return the subscribed power in VA, for one phase a third of it.

    In Historique, None until the currents show how many phases there are.
    """
    phases = _PHASES if "IINST1" in readings else 1 if "IINST" in readings else None
    power = allowed_power(readings, _SUBSCRIBED, phases)
    return power if power is None or phase is None else power / _PHASES


def drawn_power(readings: Readings, phase: int | None = None) -> int | None:
    """Return the power drawn now in VA, of all phases or of one; 0 while the house exports.

    In Historique it is computed as the meter does for ADPS and ADIRn: amperes at 200 V. A current
    has no sign there: while PAPP is zero, the house exports, but a single phase is unknown (None).
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
    """Return the VA left below the subscribed power, negative above it."""
    subscribed, drawn = subscribed_power(readings, phase), drawn_power(readings, phase)
    return None if subscribed is None or drawn is None else round(subscribed - drawn)


def power_load(readings: Readings, phase: int | None = None) -> float | None:
    """Return the share of the subscribed power that is drawn, in %."""
    return share_of(drawn_power(readings, phase), subscribed_power(readings, phase))


def share_of(drawn: float | None, subscribed: float | None) -> float | None:
    """Return one power in % of another, None if either is unknown or the other is zero."""
    return None if drawn is None or not subscribed else round(100 * drawn / subscribed, 1)
