"""What the bits of STGE and RELAIS mean to a household: one row a fact.

It knows slugs of `tic/registers.py`, never a bit. Historique has neither register: what ADPS and
ADIRn tell is told here as well; its status word is a constant on a Linky and tells nothing.
"""

from collections.abc import Callable
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass as Device
from homeassistant.const import EntityCategory

from ..tic import (
    RELAYS,
    STATUS,
    Meaning,
    colour_today,
    colour_tomorrow,
    decode_relays,
    decode_status,
    has_colours,
    has_notices,
    has_peaks,
    no_peak_notice,
    peak_in_progress,
    peak_notice,
)
from .derived import Flag, Readings, Value

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC
_STATUS: Final = ("STGE",)
_OVERRUNS: Final = ("ADPS", "ADIR1", "ADIR2", "ADIR3")
_TEMPO: Final = ("STGE", "OPTARIF", "PTEC", "DEMAIN")
_PEAKS: Final = (*_TEMPO, "PEJP", "DPM1", "DPM2", "DPM3")
_EURIDIS: Final = {"disabled": False, "enabled": True, "enabled_secure": True}
_MEANINGS: Final = {field.slug: field.meanings for field in STATUS}


def _said(readings: Readings, slug: str) -> Meaning:
    status = readings.get("STGE")
    return decode_status(status.raw)[slug] if status else None


def _is(slug: str, *, meaning: Meaning = True) -> Callable[[Readings], bool | None]:
    """Tell whether STGE gives a field this meaning."""

    def read(readings: Readings) -> bool | None:
        said = _said(readings, slug)
        return None if said is None else said == meaning

    return read


def _word(slug: str) -> Callable[[Readings], str | None]:
    """Give what STGE says of a field."""

    def read(readings: Readings) -> str | None:
        said = _said(readings, slug)
        return None if said is None else str(said)

    return read


def _words(slug: str) -> tuple[str, ...]:
    return tuple(str(meaning) for meaning in _MEANINGS[slug] if meaning is not None)


def _relay(slug: str) -> Callable[[Readings], bool | None]:
    """Tell whether RELAIS has a relay closed."""

    def read(readings: Readings) -> bool | None:
        relays = readings.get("RELAIS")
        said = decode_relays(relays.raw)[slug] if relays else None
        return None if said is None else said == "closed"

    return read


def _is_over(readings: Readings) -> bool | None:
    """Take STGE's word; in Historique it is over while a warning is sent."""
    if "STGE" in readings:
        return _is("over_subscribed_power")(readings)
    return True if any(name in readings for name in _OVERRUNS) else None


def _is_not_over(readings: Readings) -> bool | None:
    """Tell what it means that no warning is sent: nothing, in the other mode."""
    return False if "ISOUSC" in readings else None


def _euridis(readings: Readings) -> bool | None:
    return _EURIDIS.get(str(_said(readings, "euridis")))


# fmt: off
STATUS_FLAGS: Final = (
    Flag(key="dry_contact", sources=_STATUS, read=_is("dry_contact", meaning="closed")),
    *(Flag(key=relay.slug, sources=("RELAIS",), read=_relay(relay.slug), on=number == 1,
           name="relay", placeholders={"relay": str(number)})
      for number, relay in enumerate(RELAYS, 1)),  # 2 to 8 have no terminals
    Flag(key="terminal_cover", sources=_STATUS, read=_is("terminal_cover", meaning="open"),
         device=Device.OPENING, category=_DIAGNOSTIC),
    Flag(key="overvoltage", sources=_STATUS, read=_is("overvoltage"), device=Device.PROBLEM),
    Flag(key="over_subscribed_power", sources=("STGE", "ISOUSC", *_OVERRUNS), read=_is_over,
         absent=_is_not_over, device=Device.PROBLEM),
    Flag(key="producer", sources=_STATUS, read=_is("producer"), category=_DIAGNOSTIC),
    Flag(key="exporting", sources=_STATUS, read=_is("exporting")),  # without EAIT too
    Flag(key="clock_degraded", sources=_STATUS, read=_is("clock_degraded"),
         device=Device.PROBLEM, category=_DIAGNOSTIC),
    Flag(key="euridis", sources=_STATUS, read=_euridis, category=_DIAGNOSTIC, on=False),
    # Of no class: most meters of captures are "not synchronised", yet on the network.
    Flag(key="plc_synchronised", sources=_STATUS, read=_is("plc_synchronised"),
         category=_DIAGNOSTIC, on=False),
)

STATUS_VALUES: Final = (
    Value(key="breaker", sources=_STATUS, read=_word("breaker"), options=_words("breaker")),
    Value(key="supplier_register", sources=_STATUS, read=_word("provider_tariff"),
          options=_words("provider_tariff"), category=_DIAGNOSTIC, on=False),  # NTARF says it too
    Value(key="distributor_register", sources=_STATUS, read=_word("distributor_tariff"),
          options=_words("distributor_tariff"), category=_DIAGNOSTIC, on=False),
    Value(key="euridis_mode", sources=_STATUS, read=_word("euridis"), options=_words("euridis"),
          category=_DIAGNOSTIC, on=False),
    Value(key="plc_status", sources=_STATUS, read=_word("plc_status"),
          options=_words("plc_status"), category=_DIAGNOSTIC, on=False),
    Value(key="tempo_today", sources=_TEMPO, read=colour_today,
          applies=has_colours, options=_words("tempo_today")),
    Value(key="tempo_tomorrow", sources=_TEMPO, read=colour_tomorrow,
          applies=has_colours, options=_words("tempo_tomorrow")),
    Value(key="peak_in_progress", sources=_PEAKS, read=peak_in_progress,
          applies=has_peaks, options=_words("peak_in_progress")),
    Value(key="peak_notice", sources=_PEAKS, read=peak_notice, absent=no_peak_notice,
          applies=has_notices, options=_words("peak_notice"), name="mobile_peak_notice"),
)
# fmt: on
