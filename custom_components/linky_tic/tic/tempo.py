"""Tempo colours and mobile peaks in the words of STGE, whichever mode tells them.

It knows readings and never the date: a Tempo day runs from 06:00 to 06:00, and the meter knows
which one it is in. Sources: 54E 6.1.1 and 6.2.3; captures (white is PM1, red is PM2, all day long).
"""

from collections.abc import Mapping
import re
from typing import Final

from .events import Reading
from .registers import decode_status

Readings = Mapping[str, Reading]

_ANNOUNCED: Final[Mapping[str, str]] = {
    "----": "not_announced",
    "BLEU": "blue",
    "BLAN": "white",
    "ROUG": "red",
}
"""What DEMAIN says."""
_TEMPO_PERIOD: Final = re.compile(r"H[CP]J([BWR])")
_COLOURS: Final[Mapping[str, str]] = {"B": "blue", "W": "white", "R": "red"}
"""Last letter of a Tempo period, W because B is taken."""
_PEAK_OF: Final[Mapping[str, str]] = {"blue": "none", "white": "pm1", "red": "pm2"}
_EJP_PEAKS: Final[Mapping[str, str]] = {"HN..": "none", "PM..": "pm1"}
_EJP: Final = "EJP."
_TEMPO: Final = "BBR"
_NOTHING_SAID: Final = frozenset({None, "none", "not_announced"})


def colour_today(readings: Readings) -> str | None:
    """Give the colour of the Tempo day that runs now; from midnight to 06:00 it began yesterday."""
    return _status(readings, "tempo_today") or _colour_in_force(readings)


def colour_tomorrow(readings: Readings) -> str | None:
    """Give the colour of the Tempo day that begins next; the meter is told about 20:00."""
    return _status(readings, "tempo_tomorrow") or _ANNOUNCED.get(_raw(readings, "DEMAIN"))


def peak_in_progress(readings: Readings) -> str | None:
    """Tell which mobile peak runs; the off-peak hours of a white day are within its peak too."""
    if (peak := _status(readings, "peak_in_progress")) is not None:
        return peak
    if (colour := _colour_in_force(readings)) is not None:
        return _PEAK_OF[colour]
    return _EJP_PEAKS.get(_raw(readings, "PTEC"))


def peak_notice(readings: Readings) -> str | None:
    """Tell of which mobile peak notice is given; Historique has one for EJP alone."""
    return _status(readings, "peak_notice") or ("pm1" if "PEJP" in readings else None)


def no_peak_notice(readings: Readings) -> str | None:
    """Tell what it means that PEJP is not sent: of a contract that has it, that no peak is near."""
    return "none" if _has_notices_alone(readings) else None


def has_colours(readings: Readings) -> bool:
    """Whether anything says that the contract is Tempo."""
    said = {_status(readings, "tempo_today"), _status(readings, "tempo_tomorrow")}
    return (
        bool(said - _NOTHING_SAID)
        or _raw(readings, "OPTARIF").startswith(_TEMPO)
        or _colour_in_force(readings) is not None
        or "DEMAIN" in readings
    )


def has_peaks(readings: Readings) -> bool:
    """Whether the contract is one with mobile peaks, or one has been told."""
    return has_notices(readings) or has_colours(readings)


def has_notices(readings: Readings) -> bool:
    """Whether notice of a mobile peak can be given."""
    if "STGE" not in readings:
        return _has_notices_alone(readings)
    said = {_status(readings, "peak_notice"), _status(readings, "peak_in_progress")}
    is_ordered = any(f"DPM{number}" in readings for number in (1, 2, 3))
    return bool(said - _NOTHING_SAID) or is_ordered or has_colours(readings)


def _has_notices_alone(readings: Readings) -> bool:
    return _raw(readings, "OPTARIF") == _EJP or "PEJP" in readings


def _colour_in_force(readings: Readings) -> str | None:
    period = _TEMPO_PERIOD.fullmatch(_raw(readings, "PTEC"))
    return _COLOURS[period[1]] if period else None


def _status(readings: Readings, slug: str) -> str | None:
    status = readings.get("STGE")
    said = decode_status(status.raw)[slug] if status else None
    return str(said) if said is not None else None


def _raw(readings: Readings, name: str) -> str:
    return readings[name].raw if name in readings else ""
