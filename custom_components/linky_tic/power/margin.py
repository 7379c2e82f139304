"""How near a house is to its subscribed power, now and at its highest; one row a fact.

It knows which labels bring these facts; how they are reckoned is the business of `tic/`.
"""

from collections.abc import Callable, Mapping
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfApparentPower

from ..entities.derived import Readings, Value, ValueSensor
from ..reporting.rules import LOAD, POWER_MARGIN
from ..tic import (
    DayPeak,
    has_phases,
    phase_load,
    phase_margin,
    power_load,
    power_margin,
    share_of,
    subscribed_power,
)
from .peaks import PEAK_MONTH, PEAK_TODAY

_PHASES: Final = (1, 2, 3)
_SUBSCRIBED: Final = ("PREF", "PCOUP", "ISOUSC")
_DRAWN: Final = ("SINSTS", "SINST1", "IINST", "IINST1", "IINST2", "IINST3", "PAPP")


def _of_phase[T](
    reckon: Callable[[Readings, int], T | None], phase: int
) -> Callable[[Readings], T | None]:
    return lambda readings: reckon(readings, phase)


def _sources(phase: int) -> tuple[str, ...]:
    return (f"SINSTS{phase}", f"IINST{phase}", "PAPP", *_SUBSCRIBED)


def _has_peaks(readings: Readings) -> bool:
    return any(name in readings for name in ("SMAXSN", "SMAXN", "PAPP"))


class DayPeakSensor(ValueSensor):
    """VA of today's highest power."""

    @property
    def _peak(self) -> DayPeak | None:
        return self.coordinator.peaks.today

    @override
    def _read(self) -> None:
        self._attr_native_value = self._peak and self._peak.power


class MonthPeakSensor(DayPeakSensor):
    """VA of the month's highest power, and the day (`date`) on which it was drawn."""

    _unrecorded_attributes = frozenset({"date"})

    @property
    @override
    def _peak(self) -> DayPeak | None:
        return self.coordinator.peaks.month

    @override
    def _read(self) -> None:
        super()._read()
        self._attr_extra_state_attributes = {"date": self._peak and self._peak.day}


class DayUseSensor(DayPeakSensor):
    """The share of the subscribed power that a peak has taken, in %."""

    @override
    def _read(self) -> None:
        power = self._peak and self._peak.power
        subscribed = subscribed_power(self.coordinator.readings)
        self._attr_native_value = share_of(power, subscribed)


class MonthUseSensor(DayUseSensor):
    """The same of the month's."""

    @property
    @override
    def _peak(self) -> DayPeak | None:
        return self.coordinator.peaks.month


# fmt: off
MARGIN_VALUES: Final = (
    Value(key="power_margin", rule=POWER_MARGIN, sources=(*_DRAWN, *_SUBSCRIBED), read=power_margin,
          device=SensorDeviceClass.APPARENT_POWER, state=SensorStateClass.MEASUREMENT,
          unit=UnitOfApparentPower.VOLT_AMPERE, precision=0),
    Value(key="load", rule=LOAD, sources=(*_DRAWN, *_SUBSCRIBED), read=power_load,
          state=SensorStateClass.MEASUREMENT, unit=PERCENTAGE, precision=0),
    *(Value(key=f"power_margin_phase_{phase}", rule=POWER_MARGIN, sources=_sources(phase),
            read=_of_phase(phase_margin, phase), applies=has_phases,
            device=SensorDeviceClass.APPARENT_POWER, state=SensorStateClass.MEASUREMENT,
            unit=UnitOfApparentPower.VOLT_AMPERE, precision=0,
            name="power_margin_phase", placeholders={"phase": str(phase)}) for phase in _PHASES),
    *(Value(key=f"load_phase_{phase}", rule=LOAD, sources=_sources(phase),
            read=_of_phase(phase_load, phase), applies=has_phases, on=False,
            state=SensorStateClass.MEASUREMENT, unit=PERCENTAGE, precision=0,
            name="load_phase", placeholders={"phase": str(phase)}) for phase in _PHASES),
    *(Value(key=key, sources=(key,), applies=_has_peaks,
            device=SensorDeviceClass.APPARENT_POWER, state=SensorStateClass.MEASUREMENT,
            unit=UnitOfApparentPower.VOLT_AMPERE, precision=0) for key in (PEAK_TODAY, PEAK_MONTH)),
    *(Value(key=key, sources=(peak, *_SUBSCRIBED), applies=_has_peaks,
            state=SensorStateClass.MEASUREMENT, unit=PERCENTAGE, precision=0)
      for key, peak in (("subscription_use_today", PEAK_TODAY),
                        ("subscription_use_month", PEAK_MONTH))),
)
# fmt: on

MARGIN_SENSORS: Final[Mapping[str, type[ValueSensor]]] = {
    PEAK_TODAY: DayPeakSensor,
    PEAK_MONTH: MonthPeakSensor,
    "subscription_use_today": DayUseSensor,
    "subscription_use_month": MonthUseSensor,
}
