"""Knows the bits of STGE and RELAIS. Refuses to know why they are set."""

from collections.abc import Mapping

# Field: lowest bit. 54E, table of the status register.
STGE_BITS: Mapping[str, int] = {
    "contact_open": 0,
    "breaker": 1,
    "cover_open": 4,
    "overvoltage": 6,
    "overrun": 7,
    "producer": 8,
    "exporting": 9,
    "supplier_register": 10,  # counted from 0
    "grid_register": 14,  # counted from 0
    "clock_degraded": 16,
    "tic_standard": 17,
    "euridis": 19,
    "plc": 21,
    "plc_synchronised": 23,
    "today": 24,
    "tomorrow": 26,
    "notice": 28,
    "peak": 30,
}


def status(**fields: int) -> str:
    """The eight characters of STGE."""
    return f"{sum(value << STGE_BITS[field] for field, value in fields.items()):08X}"


def relays(*, closed: bool, virtual: int) -> str:
    """The three decimal digits of RELAIS: the dry contact weighs 1, virtual contact 1 weighs 2."""
    return f"{closed + (virtual << 1):03d}"
