"""What a person pays for energy, as typed in the options: the one place where prices live.

It knows numbers in the house's currency, tax included, by tariff register; nothing of meters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

CONF_PRICES: Final = "prices"
CONF_STANDING_CHARGE: Final = "standing_charge"
CONF_EXPORT_PRICE: Final = "export_price"

PRICE: Final = "price"
PRICE_EXPORT: Final = "price_export"
COST_TODAY: Final = "cost_today"
COST_MONTH: Final = "cost_month"
REVENUE_TODAY: Final = "revenue_today"
REVENUE_MONTH: Final = "revenue_month"
"""Keys of the entities."""
_IMPORTING: Final = (PRICE, COST_TODAY, COST_MONTH)
_EXPORTING: Final = (PRICE_EXPORT, REVENUE_TODAY, REVENUE_MONTH)


def price_key(register: int) -> str:
    """Give the key of a register's price sensor, and of its field in the options."""
    return f"price_{register}"


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a kWh by register, of a kWh exported, and of a month whatever is used."""

    by_register: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    standing_charge: float | None = None
    export: float | None = None

    @classmethod
    def chosen(cls, options: Mapping[str, Any]) -> Prices:
        """Read the options of an entry; JSON has no keys but texts."""
        prices = options.get(CONF_PRICES, {})
        return cls(
            MappingProxyType({int(register): float(one) for register, one in prices.items()}),
            options.get(CONF_STANDING_CHARGE),
            options.get(CONF_EXPORT_PRICE),
        )

    @property
    def options(self) -> dict[str, Any]:
        """What is stored: only what was given."""
        prices = {str(register): one for register, one in sorted(self.by_register.items())}
        given = {
            CONF_PRICES: prices or None,
            CONF_STANDING_CHARGE: self.standing_charge,
            CONF_EXPORT_PRICE: self.export,
        }
        return {key: value for key, value in given.items() if value is not None}

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the entities that these prices make."""
        keys = {price_key(register) for register in self.by_register}
        if keys:
            keys.update(_IMPORTING)
        if self.export is not None:
            keys.update(_EXPORTING)
        return frozenset(keys)
