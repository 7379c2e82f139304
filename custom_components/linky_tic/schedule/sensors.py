"""The sensors of the next change of tariff: when, and to which.

They are computed from the announced days, so they stay available without a connection.
"""

from datetime import datetime
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription
from ..tariff.contract import registers_in_use
from ..tariff.sensors import TARIFF_NAMES, TariffSensor, contract_is


def _has_tariff_changes(meter: LinkyCoordinator) -> bool | None:
    """Whether several tariffs are in use; under BASE, what others have counted is of the past."""
    if contract_is("base")(meter):
        return False
    return len(registers_in_use(meter.readings)) > 1 or None


def _next_change(meter: LinkyCoordinator) -> datetime | None:
    change = meter.days.next_change
    return change.begin if change else None


def _next_tariff(meter: LinkyCoordinator) -> str | None:
    change = meter.days.next_change
    if change is None or change.register is None:
        return None
    return meter.tariffs.name_of(change.register)


_row: Final = partial(
    DerivedSensorDescription,
    sources=("PJOURF+1",),  # Historique sends no hours
    needs_line=False,
    signals=lambda signals: (signals.days, signals.tariff),
    applies=_has_tariff_changes,
)
DAY_VALUES: Final = (
    _row(
        key="next_tariff_change",
        value=_next_change,
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    _row(
        key="next_tariff",
        entity=TariffSensor,
        value=_next_tariff,
        enabled_under_tempo=False,
        device_class=SensorDeviceClass.ENUM,
        options=[*TARIFF_NAMES],
    ),
)
