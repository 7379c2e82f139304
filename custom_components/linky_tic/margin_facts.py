"""How near a house is to its subscribed power: volt-amperes left, and load; one row a fact.

It knows which labels bring these facts; how they are reckoned is the business of `tic/`.
"""

from collections.abc import Callable
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfApparentPower

from .facts import Readings, Value
from .tic import has_phases, phase_load, phase_margin, power_load, power_margin

_PHASES: Final = (1, 2, 3)
_SUBSCRIBED: Final = ("PREF", "PCOUP", "ISOUSC")
_DRAWN: Final = ("SINSTS", "SINST1", "PAPP")


def _of_phase[T](
    reckon: Callable[[Readings, int], T | None], phase: int
) -> Callable[[Readings], T | None]:
    return lambda readings: reckon(readings, phase)


def _sources(phase: int) -> tuple[str, ...]:
    return (f"SINSTS{phase}", f"IINST{phase}", "PAPP", *_SUBSCRIBED)


# fmt: off
MARGIN_VALUES: Final = (
    Value(key="power_margin", sources=(*_DRAWN, *_SUBSCRIBED), read=power_margin,
          device=SensorDeviceClass.APPARENT_POWER, state=SensorStateClass.MEASUREMENT,
          unit=UnitOfApparentPower.VOLT_AMPERE, precision=0),
    Value(key="load", sources=(*_DRAWN, *_SUBSCRIBED), read=power_load,
          state=SensorStateClass.MEASUREMENT, unit=PERCENTAGE, precision=0),
    *(Value(key=f"power_margin_phase_{phase}", sources=_sources(phase),
            read=_of_phase(phase_margin, phase), applies=has_phases,
            device=SensorDeviceClass.APPARENT_POWER, state=SensorStateClass.MEASUREMENT,
            unit=UnitOfApparentPower.VOLT_AMPERE, precision=0,
            name="power_margin_phase", placeholders={"phase": str(phase)}) for phase in _PHASES),
    *(Value(key=f"load_phase_{phase}", sources=_sources(phase),
            read=_of_phase(phase_load, phase), applies=has_phases, on=False,
            state=SensorStateClass.MEASUREMENT, unit=PERCENTAGE, precision=0,
            name="load_phase", placeholders={"phase": str(phase)}) for phase in _PHASES),
)
# fmt: on
