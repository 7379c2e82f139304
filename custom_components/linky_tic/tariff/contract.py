"""What a meter's readings tell of the supply contract: its name, the tariff registers it counts.

It knows readings and nothing of frames. Source: 54E 6.1 (registers of the historic contracts).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..tic import Mode, Quantity, Readings, registers_of, status_of, text_of
from .tempo import has_colours
from .words import REGISTER_SLUGS, contract_slug

CONTRACT_NAMES: Final[Mapping[str, str]] = {
    "base": "Base",
    "off_peak": "Heures Creuses",
    "ejp": "EJP",
    "tempo": "Tempo",
}
"""The names that contracts bear on a bill, in every language."""


class Contract(NamedTuple):
    """A supply contract as one mode shows it.

    `name` is base, off_peak, ejp, tempo, or the supplier's own text. Historique shows a contract
    that it does not know as base, and no producer.
    """

    mode: Mode
    name: str
    is_producer: bool = False

    @property
    def title(self) -> str:
        """What it is called; its text is the supplier's where we know no name."""
        title = CONTRACT_NAMES.get(self.name, self.name)
        return f"{title} + production" if self.is_producer else title


def read_contract(readings: Readings, *, is_tempo: bool = False) -> Contract | None:
    """Read the contract in force, None while it is not known.

    `is_tempo`: it is known to be Tempo (`TariffFollower.is_tempo`), whether or not this says so.
    """
    if option := text_of(readings, "OPTARIF"):
        return Contract(Mode.HISTORIC, contract_slug(option) or option)
    if not {"NGTF", "STGE"} <= readings.keys():
        return None
    text = text_of(readings, "NGTF") or ""
    name = "tempo" if is_tempo or has_colours(readings) else contract_slug(text) or text
    return Contract(Mode.STANDARD, name, status_of(readings)["producer"] is True)


def contract_name(readings: Readings) -> str | None:
    """Give the contract as the meter names it: NGTF, OPTARIF in Historique, None unheard."""
    return text_of(readings, "NGTF") or text_of(readings, "OPTARIF")


def registers_in_use(readings: Readings) -> set[int]:
    """Tell the supplier's registers (1 to 10) that count, or will under this contract.

    Those that have counted, the one in force, those of tomorrow's schedule, and the six of Tempo
    when STGE speaks of a colour.
    """
    is_tempo = "STGE" in readings and has_colours(readings)
    used = set(REGISTER_SLUGS["tempo"]) if is_tempo else set()
    for reading in readings.values():
        value = reading.value
        match reading.label.quantity:
            case Quantity.SUPPLIER_ENERGY if value and reading.label.register:
                used.add(reading.label.register)
            case Quantity.TARIFF_NUMBER if isinstance(value, int):
                used.add(value)
            case Quantity.NEXT_DAY_PROFILE | Quantity.PEAK_DAY_PROFILE:
                used |= registers_of(reading.raw)
    return used
