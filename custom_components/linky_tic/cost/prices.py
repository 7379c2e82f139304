"""The prices that a person has typed in the options: in the currency of the house, with tax."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..tariff.in_force import numbered_name

CONF_PRICES: Final = "prices"
CONF_STANDING_CHARGE: Final = "standing_charge"
CONF_EXPORT_PRICE: Final = "export_price"

EXPORT: Final = "export"
"""The tariff of exported energy; a supplier's own texts are in capitals."""

PRICE_EXPORT: Final = "price_export"
REGISTERS: Final = range(1, 11)
"""The numbers of the supplier's registers, each of which may have a price."""


def price_key(register: int) -> str:
    """Return the key of a register's price sensor, and of its field in the options."""
    return f"price_{register}"


def _numbers(given: object) -> dict[str, float]:
    """Return the numbers of a mapping: what another release has stored must stop no meter."""
    items = given.items() if isinstance(given, Mapping) else ()
    return {name: float(one) for name, one in items if isinstance(one, int | float)}


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a kWh by tariff, of an exported kWh, and the standing charge of a month.

    A tariff is a slug (`off_peak`), the supplier's own text, or `index_<n>` for a price that was
    typed while the tariff of register n was not known.
    """

    by_tariff: Mapping[str, float] = field(default_factory=dict)
    standing_charge: float | None = None
    export: float | None = None

    @classmethod
    def chosen(cls, options: Mapping[str, Any]) -> Prices:
        """Read the options of an entry; earlier versions stored prices by register ("1")."""
        by_tariff = {
            numbered_name(int(name)) if name.isdecimal() else name: price
            for name, price in _numbers(options.get(CONF_PRICES)).items()
        }
        others = _numbers(options)
        return cls(by_tariff, others.get(CONF_STANDING_CHARGE), others.get(CONF_EXPORT_PRICE))

    @property
    def options(self) -> dict[str, Any]:
        given = {
            CONF_PRICES: dict(sorted(self.by_tariff.items())) or None,
            CONF_STANDING_CHARGE: self.standing_charge,
            CONF_EXPORT_PRICE: self.export,
        }
        return {key: value for key, value in given.items() if value is not None}

    def named(self, names: Mapping[int, str]) -> Prices:
        """Move prices typed for registers to their tariffs, unless these have one already."""
        renamed = {numbered_name(register): name for register, name in names.items()}
        if not renamed.keys() & self.by_tariff.keys():
            return self
        typed = {name: price for name, price in self.by_tariff.items() if name not in renamed}
        late = {renamed[name]: price for name, price in self.by_tariff.items() if name in renamed}
        return replace(self, by_tariff={**late, **typed})

    def of(self, tariff: str) -> float | None:
        """Return the price of a kWh under a tariff, `EXPORT` for what is given back."""
        return self.export if tariff == EXPORT else self.by_tariff.get(tariff)
