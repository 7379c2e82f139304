"""Knows the order and wording of a standard frame. Refuses to know where values come from."""

from collections.abc import Iterator

from .clock import SECOND
from .frames import Group
from .meter import Meter
from .metering import ROLL_OVER, Maximum
from .options import PILOT_PREF

VERSION, PILOT_VERSION = "02", "01"
PHASES = ("1", "2", "3")
PEAK_DATA = "00"  # of DPMx and FPMx in captures; its meaning is not specified
EASF = tuple(f"EASF{register:02d}" for register in range(1, 11))
EASD = tuple(f"EASD{register:02d}" for register in range(1, 5))
# Pilot meters: other names, other contents, and groups that they do not send.
PILOT_NAMES = {"SINSTS": "SINST1", "SMAXSN": "SMAXN", "SMAXSN-1": "SMAXN-1"}
PILOT_DATA = {"VTIC": PILOT_VERSION, "PREF": f"{PILOT_PREF:02d}"}
PILOT_SILENCE = frozenset({"PRM", "MSG1", "RELAIS", "NJOURF", "NJOURF+1"})


def groups(meter: Meter, message: str) -> list[Group]:
    """A whole frame; `message` is an MSG2, which goes out once."""
    every = [
        *_identity(meter),
        *_indexes(meter),
        *_instantaneous(meter),
        *_maxima(meter),
        *_curves(meter),
        *_peaks(meter),
        *_texts(meter, message),
        *_calendar(meter),
    ]
    if not meter.options.pilot:
        return every
    return [_as_pilot(group) for group in every if group.label not in PILOT_SILENCE]


def _as_pilot(group: Group) -> Group:
    label = PILOT_NAMES.get(group.label, group.label)
    return Group(label, PILOT_DATA.get(label, group.data), group.horodate)


def _phases(meter: Meter) -> tuple[str, ...]:
    """The suffixes of what only three-phase meters send."""
    return PHASES if meter.options.phases == len(PHASES) else ()


def _identity(meter: Meter) -> Iterator[Group]:
    yield Group("ADSC", meter.options.address)
    yield Group("VTIC", VERSION)
    yield Group("DATE", "", meter.clock.horodate(meter.clock.now // SECOND))
    if meter.options.named:
        yield Group("NGTF", meter.contract.calendar)
        yield Group("LTARF", meter.tariff.name)


def _indexes(meter: Meter) -> Iterator[Group]:
    metering = meter.metering
    yield Group("EAST", metering.total.text)
    for label, wh in zip(EASF, metering.supplier, strict=True):
        yield Group(label, f"{wh % ROLL_OVER:09d}")
    for label, wh in zip(EASD, metering.grid, strict=True):
        yield Group(label, f"{wh % ROLL_OVER:09d}")
    if meter.options.producer:
        yield Group("EAIT", metering.exported.text)
        for number, index in enumerate(metering.reactive, 1):
            yield Group(f"ERQ{number}", index.text)


def _instantaneous(meter: Meter) -> Iterator[Group]:
    supply, options = meter.supply, meter.options
    each = range(options.phases)
    yield from (Group(f"IRMS{phase + 1}", f"{supply.amperes[phase]:03d}") for phase in each)
    yield from (Group(f"URMS{phase + 1}", f"{supply.volts[phase]:03d}") for phase in each)
    yield Group("PREF", f"{options.pref:02d}")
    yield Group("PCOUP", f"{options.pcoup:02d}")
    yield Group("SINSTS", f"{max(0, supply.total_voltamperes):05d}")
    for phase, voltamperes in zip(_phases(meter), supply.voltamperes, strict=False):
        yield Group(f"SINSTS{phase}", f"{max(0, voltamperes):05d}")


def _today(label: str, maximum: Maximum) -> Group:
    return Group(label, f"{maximum.value:05d}", maximum.stamp)


def _yesterday(label: str, maximum: Maximum) -> Group:
    return Group(label, f"{maximum.before:05d}", maximum.before_stamp)


def _maxima(meter: Meter) -> Iterator[Group]:
    metering = meter.metering
    suffixes = ("", *_phases(meter))
    maxima = list(zip(suffixes, metering.imported_maxima, strict=False))
    yield from (_today(f"SMAXSN{phase}", maximum) for phase, maximum in maxima)
    yield from (_yesterday(f"SMAXSN{phase}-1", maximum) for phase, maximum in maxima)
    if meter.options.producer:
        yield Group("SINSTI", f"{max(0, -meter.supply.total_voltamperes):05d}")
        yield _today("SMAXIN", metering.exported_maximum)
        yield _yesterday("SMAXIN-1", metering.exported_maximum)


def _curves(meter: Meter) -> Iterator[Group]:
    metering, options = meter.metering, meter.options
    if options.load_curve:
        curve = metering.imported_curve
        yield Group("CCASN", f"{curve.value:05d}", curve.stamp)
        yield Group("CCASN-1", f"{curve.before:05d}", curve.before_stamp)
    if options.load_curve and options.producer:
        curve = metering.exported_curve
        yield Group("CCAIN", f"{curve.value:05d}", curve.stamp)
        yield Group("CCAIN-1", f"{curve.before:05d}", curve.before_stamp)
    for phase in range(options.phases):
        point = metering.voltages[phase]
        yield Group(f"UMOY{phase + 1}", f"{point.value:03d}", point.stamp)


def _peaks(meter: Meter) -> Iterator[Group]:
    yield Group("STGE", meter.status)
    for peak in meter.peaks.known:
        # A space in the place of the season: not applicable to the future.
        yield Group(f"DPM{peak.number}", PEAK_DATA, f" {peak.start:%y%m%d%H%M%S}")
        yield Group(f"FPM{peak.number}", PEAK_DATA, f" {peak.end:%y%m%d%H%M%S}")


def _texts(meter: Meter, message: str) -> Iterator[Group]:
    yield Group("MSG1", meter.options.message)
    if message:
        yield Group("MSG2", message)
    yield Group("PRM", meter.options.prm)


def _calendar(meter: Meter) -> Iterator[Group]:
    yield Group("RELAIS", meter.relays)
    yield Group("NTARF", f"{meter.slot.register:02d}")
    yield Group("NJOURF", f"{meter.profile_today:02d}")
    yield Group("NJOURF+1", f"{meter.profile_tomorrow:02d}")
    yield Group("PJOURF+1", meter.tomorrow_text)
    if meter.peak_text:
        yield Group("PPOINTE", meter.peak_text)
