"""The sensors of the tariff in force, Tempo colours and mobile peaks, the same in both modes."""

from collections.abc import Callable
from functools import partial
from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import callback

from ..coordinator import LinkyCoordinator
from ..entities.derived import (
    DerivedBinarySensorDescription,
    DerivedSensor,
    DerivedSensorDescription,
    Value,
    of_readings,
)
from ..entities.status import status_options
from ..entity import entity_text
from ..tic import text_of
from .contract import Contract
from .in_force import numbered_name
from .tariffs import CURRENT_TARIFF
from .tempo import (
    absent_peak_notice,
    announces_peaks,
    colour_today,
    colour_tomorrow,
    peak_in_progress,
    peak_notice,
)
from .words import KNOWN_TARIFFS, TARIFF_SLUGS

TARIFF_NAMES: Final = (
    *(slug for _, slug, *_ in KNOWN_TARIFFS),
    *(numbered_name(register) for register in range(1, 11)),
)
"""The names of tariffs that have a translation; the texts of suppliers have none."""
_OFF_PEAK: Final = "off_peak"
_TEMPO: Final = ("STGE", "OPTARIF", "PTEC", "DEMAIN")
_PEAKS: Final = (*_TEMPO, "PEJP", "DPM1", "DPM2", "DPM3")
_word: Final = partial(DerivedSensorDescription, device_class=SensorDeviceClass.ENUM)


@callback
def tariff_name(coordinator: LinkyCoordinator, register: int) -> str:
    """Return the name of a register's tariff, translated to Home Assistant's language if it can."""
    name = coordinator.tariffs.name_of(register)
    return entity_text(coordinator.hass, f"sensor.{CURRENT_TARIFF}.state.{name}") or name


def contract_is(*contracts: str) -> Callable[[LinkyCoordinator], bool | None]:
    """Return a condition for `applies`: whether the contract is one of these."""

    def applies(coordinator: LinkyCoordinator) -> bool | None:
        contract = coordinator.tariffs.contract
        return contract and contract.name in contracts

    return applies


def under_tempo(coordinator: LinkyCoordinator) -> bool | None:
    """Whether the contract is Tempo: some meters send its colours and no name of a contract."""
    return coordinator.tariffs.is_tempo or contract_is("tempo")(coordinator)


def _if_peaks(
    of_contract: Callable[[Contract], bool | None],
) -> Callable[[LinkyCoordinator], bool | None]:
    """Return a condition for `applies`: the contract has mobile peaks, or the meter sends one."""

    def applies(coordinator: LinkyCoordinator) -> bool | None:
        contract = coordinator.tariffs.contract
        return announces_peaks(coordinator.readings) or (contract and of_contract(contract))

    return applies


class TariffSensor(DerivedSensor):
    """A tariff: a slug or the meter's text. The options are the tariffs of the contract."""

    @override
    def _set_value(self, value: Value) -> None:
        super()._set_value(value)
        tariffs = self.coordinator.tariffs
        names = [tariffs.name_of(register) for register in sorted(tariffs.registers)]
        self._attr_options = list(dict.fromkeys((*names, *([str(value)] if value else ()))))


def current_tariff_name(meter: LinkyCoordinator) -> str | None:
    current = meter.tariffs.current
    return current.name if current else None


def _is_off_peak(meter: LinkyCoordinator) -> bool | None:
    """Return whether the hours are off-peak; None under a name that is not in our tables."""
    name = current_tariff_name(meter)
    return _OFF_PEAK in name if name in TARIFF_SLUGS else None


TARIFF_FLAGS: Final = (
    DerivedBinarySensorDescription(
        key=_OFF_PEAK,
        value=_is_off_peak,
        sources=("NGTF", "OPTARIF"),
        signals=lambda signals: (signals.tariff,),
        applies=contract_is(_OFF_PEAK, "tempo"),
    ),
)
TARIFF_VALUES: Final = (
    _word(
        key=CURRENT_TARIFF,
        entity=TariffSensor,
        value=current_tariff_name,
        attributes=lambda meter: {"text": text_of(meter.readings, "LTARF")},
        sources=("NTARF", "LTARF", "PTEC"),
        signals=lambda signals: (signals.tariff,),
        options=[*TARIFF_NAMES],
    ),
    *(
        _word(
            key=key,
            sources=_TEMPO,
            value=of_readings(read),
            applies=under_tempo,
            options=status_options(key),
        )
        for key, read in (("tempo_today", colour_today), ("tempo_tomorrow", colour_tomorrow))
    ),
    _word(
        key="peak_in_progress",
        sources=_PEAKS,
        value=of_readings(peak_in_progress),
        applies=_if_peaks(lambda contract: contract.has_mobile_peaks),
        options=status_options("peak_in_progress"),
        enabled_under_tempo=False,  # under Tempo it only repeats the colour
    ),
    _word(
        key="peak_notice",
        sources=_PEAKS,
        value=of_readings(peak_notice, absent_peak_notice),
        applies=_if_peaks(lambda contract: contract.has_peak_notices),
        options=status_options("peak_notice"),
        translation_key="mobile_peak_notice",
        enabled_under_tempo=False,
    ),
)
