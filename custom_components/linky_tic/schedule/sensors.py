"""The sensors of the next change of tariff: when, and to which.

They are computed from the announced days, so they stay available without a connection.
"""

from datetime import datetime
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription
from ..tariff.contract import registers_in_use
from ..tariff.sensors import TARIFF_NAMES, TariffSensor
from ..tic import Readings


def _has_tariff_changes(readings: Readings) -> bool:
    """Whether the meter announces hours and has several tariffs; under BASE it has one."""
    return "PJOURF+1" in readings and len(registers_in_use(readings)) > 1


def _next_change(meter: LinkyCoordinator) -> datetime | None:
    change = meter.days.next_change
    return change.begin if change else None


def _next_tariff(meter: LinkyCoordinator) -> str | None:
    change = meter.days.next_change
    if change is None or change.register is None:
        return None
    return meter.tariffs.name_of(change.register)


_SOURCES: Final = ("PJOURF+1",)
"""Historique sends no hours, so these sensors exist in Standard only."""

DAY_VALUES: Final = (
    DerivedSensorDescription(
        key="next_tariff_change",
        value=_next_change,
        sources=_SOURCES,
        needs_line=False,
        signals=lambda signals: (signals.days, signals.tariff),
        applies=_has_tariff_changes,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    DerivedSensorDescription(
        key="next_tariff",
        entity=TariffSensor,
        value=_next_tariff,
        sources=_SOURCES,
        needs_line=False,
        enabled_under_tempo=False,
        signals=lambda signals: (signals.days, signals.tariff),
        applies=_has_tariff_changes,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
