"""The sensors of power: margin and share of the subscribed power, peaks, and active power.

The Energy dashboard shows the power of now in watts only, which no meter sends: it is estimated.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import PERCENTAGE, UnitOfApparentPower, UnitOfPower

from ..coordinator import LinkyCoordinator
from ..entities.derived import DerivedSensorDescription as Description, of_readings, sends
from ..reporting.rules import ACTIVE_POWER, LOAD, POWER_FACTOR, POWER_MARGIN
from .peaks import PEAK_MONTH, PEAK_TODAY
from .subscription import (
    DRAWN_LABELS,
    SUBSCRIBED_LABELS,
    power_load,
    power_margin,
    share_of,
    subscribed_power,
)

_PHASES: Final = (1, 2, 3)
_HAS_PEAKS: Final = sends("SMAXSN", "SMAXN", "PAPP")
_HAS_POWER: Final = sends("SINSTS", "SINST1", "PAPP")
_PHASE_LABELS: Final = ("IINST", "IINST1")
"""In Historique, these labels show on how many phases ISOUSC is subscribed."""


def _sources(phase: int) -> tuple[str, ...]:
    return (f"SINSTS{phase}", f"IINST{phase}", "PAPP", *SUBSCRIBED_LABELS)


def _peak_power(key: str, meter: LinkyCoordinator) -> int | None:
    peak = meter.peaks.peak(key)
    return peak and peak.power


def _peak_date(key: str, meter: LinkyCoordinator) -> dict[str, date | None]:
    peak = meter.peaks.peak(key)
    return {"date": peak and peak.day}


def _peak_share(key: str, meter: LinkyCoordinator) -> float | None:
    """Return the share of the subscribed power that a peak reached, in %."""
    return share_of(_peak_power(key, meter), subscribed_power(meter.readings))


_power = partial(
    Description,
    device_class=SensorDeviceClass.APPARENT_POWER,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
    suggested_display_precision=0,
)
_share = partial(
    Description,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    suggested_display_precision=0,
)


def _with_phases(
    row: Callable[..., Description], key: str, read: Callable[..., float | None], *, is_on: bool
) -> Iterator[Description]:
    """Yield the row of the whole house and one for each phase; its key is their reporting rule."""
    yield row(
        key=key,
        value=of_readings(read),
        rule=key,
        sources=(*DRAWN_LABELS, *SUBSCRIBED_LABELS),
        entity_registry_enabled_default=is_on,
    )
    for phase in _PHASES:
        yield row(
            key=f"{key}_phase_{phase}",
            value=of_readings(partial(read, phase=phase)),
            rule=key,
            sources=_sources(phase),
            applies=sends("SINSTS1", "IINST1"),
            entity_registry_enabled_default=False,
            translation_key=f"{key}_phase",
            translation_placeholders={"phase": str(phase)},
        )


POWER_VALUES: Final = (
    *_with_phases(_power, POWER_MARGIN, power_margin, is_on=False),
    *_with_phases(_share, LOAD, power_load, is_on=True),
    *(
        _power(
            key=key,
            value=partial(_peak_power, key),
            attributes=partial(_peak_date, key) if is_month else None,
            applies=_HAS_PEAKS,
            entity_registry_enabled_default=is_month,
            enabled_under_tempo=not is_month,
        )
        for key, is_month in ((PEAK_TODAY, False), (PEAK_MONTH, True))
    ),
    *(
        _share(
            key=key,
            value=partial(_peak_share, peak),
            sources=(peak, *SUBSCRIBED_LABELS, *_PHASE_LABELS),
            applies=_HAS_PEAKS,
            entity_registry_enabled_default=False,
        )
        for key, peak in (
            ("subscription_use_today", PEAK_TODAY),
            ("subscription_use_month", PEAK_MONTH),
        )
    ),
    Description(
        key=ACTIVE_POWER,
        value=lambda meter: meter.active_power.watts,
        rule=ACTIVE_POWER,
        sources=DRAWN_LABELS,
        attributes=lambda meter: {"window": meter.active_power.window},
        applies=_HAS_POWER,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    ),
    Description(
        key=POWER_FACTOR,
        value=lambda meter: meter.active_power.factor,
        rule=POWER_FACTOR,
        sources=DRAWN_LABELS,
        applies=_HAS_POWER,
        device_class=SensorDeviceClass.POWER_FACTOR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
    ),
)
