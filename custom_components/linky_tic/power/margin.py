"""How near a house is to its subscribed power, now and at its highest; one row a fact.

It knows which labels bring these facts; how they are reckoned is the business of `tic/`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfApparentPower

from ..entities.derived import DerivedSensor, DerivedSensorDescription as Row, Readings
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
_PHASED: Final = ("IINST", "IINST1")
"""The labels that tell, in Historique, on how many phases ISOUSC is subscribed."""
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


class DayPeakSensor(DerivedSensor):
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


_POWER: Final = Row(
    key="",
    sources=(),
    device_class=SensorDeviceClass.APPARENT_POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
    suggested_display_precision=0,
    entity_registry_enabled_default=False,
)
_SHARE: Final = Row(
    key="",
    sources=(),
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
    entity_registry_enabled_default=False,
)


def _by_phase(
    row: Row, key: str, rule: str, reckon: Callable[[Readings, int], float | None]
) -> Iterator[Row]:
    for phase in _PHASES:
        yield replace(
            row,
            key=f"{key}_{phase}",
            rule=rule,
            sources=_sources(phase),
            read=_of_phase(reckon, phase),
            applies=has_phases,
            translation_key=key,
            translation_placeholders={"phase": str(phase)},
        )


MARGIN_VALUES: Final = (
    replace(
        _POWER,
        key="power_margin",
        rule=POWER_MARGIN,
        sources=(*_DRAWN, *_SUBSCRIBED),
        read=power_margin,
    ),
    replace(
        _SHARE,
        key="load",
        rule=LOAD,
        sources=(*_DRAWN, *_SUBSCRIBED),
        read=power_load,
        entity_registry_enabled_default=True,
    ),
    *_by_phase(_POWER, "power_margin_phase", POWER_MARGIN, phase_margin),
    *_by_phase(_SHARE, "load_phase", LOAD, phase_load),
    replace(_POWER, key=PEAK_TODAY, kind=DayPeakSensor, sources=(PEAK_TODAY,), applies=_has_peaks),
    replace(
        _POWER,
        key=PEAK_MONTH,
        kind=MonthPeakSensor,
        is_on_under_tempo=False,
        sources=(PEAK_MONTH,),
        applies=_has_peaks,
        entity_registry_enabled_default=True,
    ),
    *(
        replace(
            _SHARE,
            key=key,
            kind=kind,
            sources=(peak, *_SUBSCRIBED, *_PHASED),
            applies=_has_peaks,
        )
        for key, kind, peak in (
            ("subscription_use_today", DayUseSensor, PEAK_TODAY),
            ("subscription_use_month", MonthUseSensor, PEAK_MONTH),
        )
    ),
)
