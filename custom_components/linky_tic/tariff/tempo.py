"""Read Tempo colours and mobile peaks from the readings, with the slugs of STGE in both modes.

A Tempo day runs from 06:00 to 06:00; the meter knows which one it is in, so no date is needed.
Sources: 54E 6.1.1 and 6.2.3; captures (white is PM1, red is PM2, all day long).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ..tic import Contact, Readings, slots_by_coding, status_of, text_of
from .words import contract_slug, tariff_slug

_DEMAIN_COLOURS: Final[Mapping[str, str]] = {
    "----": "not_announced",
    "BLEU": "blue",
    "BLAN": "white",
    "ROUG": "red",
}
"""Values of DEMAIN -> slug."""
_PERIOD_COLOURS: Final[Mapping[str, str]] = {"B": "blue", "W": "white", "R": "red"}
"""Last letter of a Tempo period in PTEC -> colour; W is white ("blanc"), as B is blue."""
PEAK_OF_COLOUR: Final[Mapping[str, int]] = {"white": 1, "red": 2}
"""Colour of a Tempo day -> its mobile peak (captures); a blue day has none."""
COLOUR_OF_PEAK: Final = {number: colour for colour, number in PEAK_OF_COLOUR.items()}
_EJP_PEAKS: Final[Mapping[str, str]] = {"HN..": "none", "PM..": "pm1"}
TEMPO_START: Final = timedelta(hours=6)
"""Time from the midnight of its date to the start of a Tempo day, which lasts 24 hours."""
COLOURS: Final = ("blue", "white", "red")
"""In the order of the registers: each colour has two, off-peak and peak (54E 6.1)."""
_NO_PEAK_VALUES: Final = frozenset({None, "none", "not_announced"})


def colour_today(readings: Readings) -> str | None:
    """Return the colour of the current Tempo day, which before 06:00 began yesterday."""
    return _status(readings, "tempo_today") or _colour_of_period(readings)


def colour_tomorrow(readings: Readings) -> str | None:
    """Return the colour of the next Tempo day, which the meter receives at about 20:00."""
    return _status(readings, "tempo_tomorrow") or _DEMAIN_COLOURS.get(_text(readings, "DEMAIN"))


def peak_in_progress(readings: Readings) -> str | None:
    """Return the mobile peak in progress; on a white day that is PM1 in off-peak hours too."""
    if (peak := _status(readings, "peak_in_progress")) is not None:
        return peak
    if (colour := _colour_of_period(readings)) is not None:
        return f"pm{PEAK_OF_COLOUR[colour]}" if colour in PEAK_OF_COLOUR else "none"
    return _EJP_PEAKS.get(_text(readings, "PTEC"))


def peak_notice(readings: Readings) -> str | None:
    """Return the mobile peak that is announced; Historique announces only those of EJP."""
    return _status(readings, "peak_notice") or ("pm1" if "PEJP" in readings else None)


def absent_peak_notice(readings: Readings) -> str | None:
    """Return the notice when PEJP is not sent: under EJP, that no peak is near; else None."""
    return "none" if contract_slug(_text(readings, "OPTARIF")) == "ejp" else None


def colour_in_force(readings: Readings) -> str | None:
    """Return the colour of the Tempo register that counts now."""
    number = readings.get("NTARF")
    if number is None or not isinstance(number.value, int):
        return _colour_of_period(readings)
    register = number.value - 1
    return COLOURS[register // 2] if register // 2 < len(COLOURS) else None


def register_of_colour(register: int | None, colour: str | None) -> int | None:
    """Return the register that has, in a colour, the hours of blue's register; None if unknown."""
    if colour is None or register not in {1, 2}:
        return None
    return register + 2 * COLOURS.index(colour)


def rules_out_tempo(readings: Readings) -> bool:
    """Whether the readings show that the contract is not Tempo; only valid without `has_colours`.

    In a Tempo profile, all slots have the contact position "Tempo" (54E 6.2.3, and all captures).
    """
    if option := _text(readings, "OPTARIF"):
        return contract_slug(option) != "tempo"
    calendar, text = _text(readings, "NGTF"), _text(readings, "LTARF")
    if contract_slug(calendar) not in {None, "tempo"}:
        return True
    if (slug := tariff_slug(text)) and not slug.startswith("tempo"):
        return True
    slots = next(iter(slots_by_coding(_text(readings, "PJOURF+1")).values()), ())
    return bool(slots) and all(slot.contact is not Contact.TEMPO for slot in slots)


def has_colours(readings: Readings) -> bool:
    """Whether the readings show Tempo now; `TariffFollower.is_tempo` also remembers it."""
    said = {_status(readings, "tempo_today"), _status(readings, "tempo_tomorrow")}
    return (
        not said.isdisjoint(COLOURS)
        or contract_slug(_text(readings, "OPTARIF")) == "tempo"
        or _colour_of_period(readings) is not None
        or "DEMAIN" in readings
    )


def announces_peaks(readings: Readings) -> bool:
    """Whether the meter announces a mobile peak, or one is in progress."""
    said = {_status(readings, "peak_notice"), _status(readings, "peak_in_progress")}
    return bool(said - _NO_PEAK_VALUES) or any(f"DPM{number}" in readings for number in (1, 2, 3))


def _colour_of_period(readings: Readings) -> str | None:
    return _PERIOD_COLOURS.get(_text(readings, "PTEC")[3:])


def _status(readings: Readings, slug: str) -> str | None:
    said = status_of(readings)[slug]
    return None if said is None else str(said)


def _text(readings: Readings, name: str) -> str:
    return text_of(readings, name) or ""
