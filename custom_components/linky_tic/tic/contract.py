"""What a meter's readings tell of the supply contract: its name, the tariff registers it counts.

It knows readings and nothing of frames. Texts are the supplier's own and are never compared.
Source: the tariff notes of the specification; 54E 6.1 (registers of the historic contracts).
"""

from collections.abc import Mapping
from typing import Final

from .catalogue import Quantity
from .events import Reading
from .registers import decode_status
from .schedule import registers_of

_TEMPO_REGISTERS: Final = frozenset(range(1, 7))


def contract_name(readings: Mapping[str, Reading]) -> str | None:
    """Give the contract as the meter names it: NGTF, OPTARIF in Historique, None unheard."""
    reading = readings.get("NGTF") or readings.get("OPTARIF")
    return str(reading.value) if reading else None


def registers_in_use(readings: Mapping[str, Reading]) -> set[int]:
    """Tell the supplier's registers (1 to 10) that count, or will under this contract.

    Those that have counted, the one in force, those of tomorrow's schedule, and the six of Tempo
    when the status register speaks of a colour.
    """
    used: set[int] = set()
    for reading in readings.values():
        value = reading.value
        match reading.label.quantity:
            case Quantity.SUPPLIER_ENERGY if value and reading.label.register:
                used.add(reading.label.register)
            case Quantity.TARIFF_NUMBER if isinstance(value, int):
                used.add(value)
            case Quantity.STATUS if _has_colours(reading.raw):
                used |= _TEMPO_REGISTERS
            case Quantity.NEXT_DAY_PROFILE | Quantity.PEAK_DAY_PROFILE:
                used |= registers_of(reading.raw)
    return used


def _has_colours(status: str) -> bool:
    return decode_status(status).get("tempo_today") in {"blue", "white", "red"}
