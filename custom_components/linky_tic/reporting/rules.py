"""When a value becomes a state: three numbers for each quantity, as in Zigbee's reporting.

A quantity without a rule is reported at once: tariffs, alarms, registers, texts. The MQTT mirror
does not use these rules.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Self, override

from ..const import DEFAULT_REPORTING
from ..tic import INDEXES, Label, Quantity, Value

# Rules are named after quantities of the catalogue, or after these values derived from several.
ACTIVE_POWER: Final = "active_power"
POWER_FACTOR: Final = "power_factor"
POWER_MARGIN: Final = "power_margin"
LOAD: Final = "load"
PHASE_POWER: Final = "phase_power"
"""The apparent power of one phase, which is reported less often than that of the house."""


class Preset(StrEnum):
    """How closely states follow the meter."""

    REALTIME = "realtime"
    BALANCED = "balanced"
    ECONOMY = "economy"

    @classmethod
    @override
    def _missing_(cls, value: object) -> Self:
        """Read a preset of a newer release as the default."""
        return cls(DEFAULT_REPORTING)


class ReportingRule(NamedTuple):
    """When a value that differs from the last state becomes a state.

    `shortest` seconds after that state if it differs by `change` (in its unit) or more, else
    `longest` seconds after it.
    """

    change: float
    shortest: float
    longest: float

    def due(self, before: Value | float, at: float, now: Value | float) -> float:
        """Return when `now` is reported, if the value `before` was reported `at`."""
        if isinstance(before, int | float) and isinstance(now, int | float):
            has_moved = before != now and abs(now - before) >= self.change
        else:
            has_moved = before != now
        return at + (self.shortest if has_moved else self.longest)


_POWERS: Final = (Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER)
_SLOW: Final = (*INDEXES, Quantity.CLOCK, Quantity.IMPORTED_PEAK, Quantity.EXPORTED_PEAK)

# fmt: off
REPORTING_RULES: Final[Mapping[Preset, Mapping[str, ReportingRule]]] = MappingProxyType({
    #                                     change shortest longest
    Preset.REALTIME: MappingProxyType({  # what the meter sends is reported at once
        ACTIVE_POWER:                ReportingRule(    10,       1,     10),
        POWER_MARGIN:                ReportingRule(    25,       1,     10),
        LOAD:                        ReportingRule(     1,       1,     10),
    }),
    Preset.BALANCED: MappingProxyType({
        **dict.fromkeys(_POWERS,     ReportingRule(    25,       1,    120)),
        PHASE_POWER:                 ReportingRule(    50,       5,    300),
        ACTIVE_POWER:                ReportingRule(    25,       5,    120),
        POWER_MARGIN:                ReportingRule(    25,       5,    120),
        LOAD:                        ReportingRule(     1,       5,    120),
        Quantity.CURRENT:            ReportingRule(     2,       5,    600),
        Quantity.VOLTAGE:            ReportingRule(     3,      10,    600),
        POWER_FACTOR:                ReportingRule(   0.1,      60,    300),
        **dict.fromkeys(_SLOW,       ReportingRule(     0,     180,    180)),
    }),
    Preset.ECONOMY: MappingProxyType({
        **dict.fromkeys(_POWERS,     ReportingRule(   100,       5,    300)),
        PHASE_POWER:                 ReportingRule(   100,      60,    900),
        ACTIVE_POWER:                ReportingRule(   100,       5,    300),
        POWER_MARGIN:                ReportingRule(   100,       5,    300),
        LOAD:                        ReportingRule(     2,       5,    300),
        Quantity.CURRENT:            ReportingRule(     3,      60,    900),
        Quantity.VOLTAGE:            ReportingRule(     5,      60,    900),
        POWER_FACTOR:                ReportingRule(   0.1,     300,    900),
        **dict.fromkeys(_SLOW,       ReportingRule(     0,     300,    300)),
    }),
})
# fmt: on

READ_INTERVALS: Final[Mapping[Preset, float]] = MappingProxyType(
    {Preset.REALTIME: 0.06, Preset.BALANCED: 0.25, Preset.ECONOMY: 0.5}
)
"""Seconds between two readings of the port: a wake-up costs more than what the meter says."""


def rule_name(label: Label) -> str:
    """Name the rule of a label: its quantity, but for the powers of single phases."""
    if label.phase and label.quantity is Quantity.IMPORTED_POWER:
        return PHASE_POWER
    return label.quantity
