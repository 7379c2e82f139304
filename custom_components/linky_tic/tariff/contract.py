"""Find the supply contract and the registers in use in the readings of a meter.

Source: 54E 6.1 (registers of the historic contracts).
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
"""Contract -> its name on a bill, which is not translated."""


class Contract(NamedTuple):
    """A supply contract as the meter shows it in one mode.

    `name` is base, off_peak, ejp, tempo, or the supplier's own text. Historique has only these
    four contracts: it shows any other as base, and does not show who is a producer.
    """

    mode: Mode
    name: str
    is_producer: bool = False

    @property
    def has_mobile_peaks(self) -> bool | None:
        """None for a contract that is known by the supplier's own text alone."""
        return self.name in {"ejp", "tempo"} if self.name in CONTRACT_NAMES else None

    @property
    def has_peak_notices(self) -> bool | None:
        """Whether its peaks are announced; Historique announces none of Tempo."""
        is_silent = self.mode is Mode.HISTORIC and self.name == "tempo"
        return self.has_mobile_peaks and not is_silent

    @property
    def title(self) -> str:
        """The name to display: that of a bill where there is one, else the supplier's text."""
        title = CONTRACT_NAMES.get(self.name, self.name)
        return f"{title} + production" if self.is_producer else title


def read_contract(readings: Readings, *, is_tempo: bool = False) -> Contract | None:
    """Return the contract in force, None while it is not known.

    `is_tempo` (of `TariffFollower`): it is known to be Tempo, even if no reading shows it.
    """
    if option := text_of(readings, "OPTARIF"):
        return Contract(Mode.HISTORIC, contract_slug(option) or option)
    if not {"NGTF", "STGE"} <= readings.keys():
        return None
    text = text_of(readings, "NGTF") or ""
    name = "tempo" if is_tempo or has_colours(readings) else contract_slug(text) or text
    return Contract(Mode.STANDARD, name, status_of(readings)["producer"] is True)


def registers_in_use(readings: Readings) -> set[int]:
    """Return the supplier's registers (1 to 10) that this contract uses.

    These are the registers above zero, the one in force, those of the schedules of tomorrow and of
    the next peak, and all six of Tempo when STGE shows a colour.
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
