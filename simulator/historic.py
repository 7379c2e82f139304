"""Knows the long and short frames of the historic mode. Refuses to know where values come from."""

from collections.abc import Iterator, Mapping

from .clock import SECOND
from .frames import Group
from .meter import Meter
from .metering import ROLL_OVER
from .peaks import BLUE, RED, WHITE

THREE = 3
IMAX, IMAX_PHASE = "090", "060"  # constants of every Linky
HHPHC, MOTDETAT = "A", "000000"
SHORT_FRAMES = 20  # in a cycle of a burst, before its long frame
LAST_MINUTE = 60  # seconds that a burst goes on after the overrun
NOTICE_MINUTES = "30"
DEMAIN: Mapping[str | None, str] = {None: "----", BLUE: "BLEU", WHITE: "BLAN", RED: "ROUG"}


class Burst:
    """The short frames of a three-phase meter while a phase is above its setting current."""

    def __init__(self) -> None:
        self._until = 0
        self._sent = 0

    def watch(self, meter: Meter, second: int) -> bool:
        """Look at one second; true when it starts a burst, which abandons the frame being sent."""
        if meter.options.mode != "historic" or meter.options.phases != THREE or not meter.overruns:
            return False
        starts = second >= self._until
        self._until = second + LAST_MINUTE
        if starts:
            self._sent = 0
        return starts

    def next_is_short(self, meter: Meter) -> bool:
        if meter.clock.now // SECOND >= self._until:
            return False
        self._sent = (self._sent + 1) % (SHORT_FRAMES + 1)
        return self._sent != 0


def short_groups(meter: Meter) -> list[Group]:
    amperes = meter.supply.amperes
    return [
        *(Group(f"ADIR{phase}", f"{amperes[phase - 1]:03d}") for phase in meter.overruns),
        Group("ADCO", meter.options.address),
        *_currents(meter),
    ]


def long_groups(meter: Meter) -> list[Group]:
    """The only kind of frame of a single-phase meter."""
    three = meter.options.phases == THREE
    return [*_contract(meter), *(_three(meter) if three else _single(meter))]


def _contract(meter: Meter) -> Iterator[Group]:
    contract, peaks, registers = meter.contract, meter.peaks, meter.metering.supplier
    yield Group("ADCO", meter.options.address)
    yield Group("OPTARIF", contract.option)
    yield Group("ISOUSC", f"{meter.options.setting_current:02d}")
    for label, register in contract.indexes:
        wh = registers[register - 1] if register else meter.metering.total.wh
        yield Group(label, f"{wh % ROLL_OVER:09d}")
    if contract.option == "EJP." and peaks.notice:
        yield Group("PEJP", NOTICE_MINUTES)
    yield Group("PTEC", meter.tariff.period)
    if contract.option.startswith("BBR"):
        yield Group("DEMAIN", DEMAIN[peaks.tomorrow])


def _currents(meter: Meter) -> Iterator[Group]:
    return (Group(f"IINST{phase + 1}", f"{meter.supply.amperes[phase]:03d}") for phase in range(3))


def _apparent_power(meter: Meter) -> Group:
    return Group("PAPP", f"{max(0, round(meter.supply.total_voltamperes, -1)):05d}")


def _single(meter: Meter) -> Iterator[Group]:
    current = f"{meter.supply.amperes[0]:03d}"
    yield Group("IINST", current)
    if meter.overruns:
        yield Group("ADPS", current)
    yield Group("IMAX", IMAX)
    yield _apparent_power(meter)
    yield Group("HHPHC", HHPHC)
    yield Group("MOTDETAT", MOTDETAT)


def _three(meter: Meter) -> Iterator[Group]:
    yield from _currents(meter)
    yield from (Group(f"IMAX{phase}", IMAX_PHASE) for phase in (1, 2, 3))
    yield Group("PMAX", f"{meter.metering.imported_maxima[0].before:05d}")
    yield _apparent_power(meter)
    yield Group("HHPHC", HHPHC)
    yield Group("MOTDETAT", MOTDETAT)
    # Bit n is phase n, the lowest bit being bit 0: one of two readings of 54E.
    yield Group("PPOT", f"{sum(1 << phase for phase in meter.supply.lost):02X}")
