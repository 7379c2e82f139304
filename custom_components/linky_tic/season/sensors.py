"""The sensors of a season: how many days of each colour, or EJP peaks, have been and are left.

They need no connection. They are unknown while a past day is unknown that may be of their kind.
"""

from functools import partial
from typing import Any, Final

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription
from ..tariff.sensors import contract_is, under_tempo
from ..tariff.tempo import COLOURS


def _value(kind: str, suffix: str, meter: LinkyCoordinator) -> int | None:
    found = meter.season.tally(kind)
    return found.left if suffix else found.so_far


def _attributes(kind: str, suffix: str, meter: LinkyCoordinator) -> dict[str, Any]:
    found = meter.season.tally(kind)
    counted = {
        "season": f"{found.season.first.year}-{found.season.last.year}",
        "counted": len(found.days),
        "unknown": len(found.unknown),
    }
    days = {
        "days": [day.isoformat() for day in found.days],
        "unknown_days": [day.isoformat() for day in found.unknown],
    }
    return counted if suffix else counted | days


_KINDS: Final = {f"tempo_{colour}_days": colour for colour in COLOURS} | {"ejp_peaks": "peak"}
_ENABLED: Final = frozenset({"tempo_red_days_left", "ejp_peaks_left"})

SEASON_VALUES: Final = tuple(
    DerivedSensorDescription(
        key=key + suffix,
        value=partial(_value, kind, suffix),
        attributes=partial(_attributes, kind, suffix),
        needs_line=False,
        signals=lambda signals: (signals.season,),
        applies=contract_is("ejp") if kind == "peak" else under_tempo,
        suggested_display_precision=0,
        entity_registry_enabled_default=key + suffix in _ENABLED,
    )
    for key, kind in _KINDS.items()
    for suffix in ("", "_left")
)
