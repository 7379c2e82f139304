"""How near a house is to its subscribed power, now and at its highest; one row a fact.

It knows which labels bring these facts; how they are reckoned is the business of `tic/`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfApparentPower

from ..entities.derived import DerivedSensor, DerivedSensorDescription as Description
from ..reporting.rules import LOAD, POWER_MARGIN
from ..tic import (
    DRAWN_LABELS,
    SUBSCRIBED_LABELS,
    DayPeak,
    Readings,
    has_phases,
    power_load,
    power_margin,
    share_of,
    subscribed_power,
)
from .peaks import PEAK_MONTH, PEAK_TODAY

_PHASES: Final = (1, 2, 3)
_PHASED: Final = ("IINST", "IINST1")
"""The labels that tell, in Historique, on how many phases ISOUSC is subscribed."""


def _sources(phase: int) -> tuple[str, ...]:
    return (f"SINSTS{phase}", f"IINST{phase}", "PAPP", *SUBSCRIBED_LABELS)


def _has_peaks(readings: Readings) -> bool:
    return any(name in readings for name in ("SMAXSN", "SMAXN", "PAPP"))


class PeakSensor(DerivedSensor):
    """VA of the highest power of today, or of the month and the day (`date`) of it."""

    _unrecorded_attributes = frozenset({"date"})

    @property
    def _peak(self) -> DayPeak | None:
        peaks = self.coordinator.peaks
        return peaks.today if PEAK_TODAY in self._derived.sources else peaks.month

    @override
    def _read(self) -> None:
        peak = self._peak
        self._attr_native_value = peak and peak.power
        if self._key == PEAK_MONTH:
            self._attr_extra_state_attributes = {"date": peak and peak.day}


class UseSensor(PeakSensor):
    """The share of the subscribed power that a peak has taken, in %."""

    @override
    def _read(self) -> None:
        subscribed = subscribed_power(self.coordinator.readings)
        self._attr_native_value = share_of(self._peak and self._peak.power, subscribed)


_POWER: Final = Description(
    key="",
    sources=(),
    device_class=SensorDeviceClass.APPARENT_POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
    suggested_display_precision=0,
    entity_registry_enabled_default=False,
)
_SHARE: Final = Description(
    key="",
    sources=(),
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
    entity_registry_enabled_default=False,
)


def _with_phases(
    row: Description, phased: str, read: Callable[..., float | None]
) -> Iterator[Description]:
    """Give a row of the whole house, and one of each phase."""
    yield replace(row, read=read)
    for phase in _PHASES:
        yield replace(
            row,
            key=f"{phased}_{phase}",
            sources=_sources(phase),
            read=partial(read, phase=phase),
            applies=has_phases,
            entity_registry_enabled_default=False,
            translation_key=phased,
            translation_placeholders={"phase": str(phase)},
        )


MARGIN_VALUES: Final = (
    *_with_phases(
        replace(
            _POWER,
            key="power_margin",
            rule=POWER_MARGIN,
            sources=(*DRAWN_LABELS, *SUBSCRIBED_LABELS),
        ),
        "power_margin_phase",
        power_margin,
    ),
    *_with_phases(
        replace(
            _SHARE,
            key="load",
            rule=LOAD,
            sources=(*DRAWN_LABELS, *SUBSCRIBED_LABELS),
            entity_registry_enabled_default=True,
        ),
        "load_phase",
        power_load,
    ),
    replace(_POWER, key=PEAK_TODAY, kind=PeakSensor, sources=(PEAK_TODAY,), applies=_has_peaks),
    replace(
        _POWER,
        key=PEAK_MONTH,
        kind=PeakSensor,
        is_on_under_tempo=False,
        sources=(PEAK_MONTH,),
        applies=_has_peaks,
        entity_registry_enabled_default=True,
    ),
    *(
        replace(
            _SHARE,
            key=key,
            kind=UseSensor,
            sources=(peak, *SUBSCRIBED_LABELS, *_PHASED),
            applies=_has_peaks,
        )
        for key, peak in (
            ("subscription_use_today", PEAK_TODAY),
            ("subscription_use_month", PEAK_MONTH),
        )
    ),
)
