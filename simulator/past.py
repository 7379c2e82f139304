"""Knows what a meter has counted before the start. Refuses to know what follows."""

from collections.abc import Mapping
from random import Random

from .clock import DAY, Clock
from .metering import (
    GRID_REGISTERS,
    MEAN_VOLTAGE_SECONDS,
    SUPPLIER_REGISTERS,
    Index,
    Maximum,
    Metering,
    Point,
    shared_out,
)
from .options import Options
from .tariff import Contract

INDEX, UNUSED_INDEX = 27_103_549, 8  # Wh; the second: a meter that only exports, as in a capture
EXPORTED_SHARE = 9  # of the imports, one in nine
REACTIVE_SHARES = (12, 4000, 300, 3)  # of the imports: quadrant 4 leads, as in a capture
SUPPLIER_SHARES: Mapping[int, tuple[int, ...]] = {
    1: (1,),
    2: (38, 62),
    3: (30, 50, 20),
    6: (31, 52, 3, 8, 1, 5),
}
GRID_SHARES = (30, 20, 28, 22)


def indexes(options: Options, contract: Contract) -> Metering:
    """Registers that add up."""
    unused = UNUSED_INDEX if options.contract == "producer" else INDEX
    total = unused if options.index is None else options.index
    grid = GRID_SHARES if contract.seasonal_grid else (1,)
    produced = INDEX if options.producer else 0
    return Metering(
        supplier=shared_out(total, SUPPLIER_SHARES[len(contract.tariffs)], SUPPLIER_REGISTERS),
        grid=shared_out(total, grid, GRID_REGISTERS),
        total=Index(total),
        exported=Index(produced // EXPORTED_SHARE),
        reactive=[Index(produced // share) for share in REACTIVE_SHARES],
    )


def remember(metering: Metering, options: Options, clock: Clock, second: int) -> None:
    """Maxima, load-curve points and voltages as of the start."""
    luck = Random(f"{options.seed}/past")
    today = clock.local(second) % DAY
    used = 0 if options.contract == "producer" else options.pref * 1000

    def lived(size: float) -> Maximum:
        """A maximum of today, some time ago, and one of yesterday evening."""
        ago = luck.randint(0, today)
        value = round(luck.uniform(0.4, 0.6) * size) if today else 0
        before = round(luck.uniform(0.5, 0.7) * size)
        evening = today + luck.randint(DAY // 8, DAY // 4)
        return Maximum(
            peak=value * value,
            stamp=clock.horodate(second, lag=ago),
            before=before,
            before_stamp=clock.horodate(second, lag=evening),
        )

    def point(period: int, low: int, high: int) -> Point:
        ago = (today - 1) % period + 1  # the period that ends with the start is still to be told
        stamps = (clock.horodate(second, lag=lag) for lag in (ago, ago + period))
        return Point(luck.randint(low, high), next(stamps), luck.randint(low, high), next(stamps))

    share = used / options.phases
    metering.imported_maxima = [lived(used), *(lived(share) for _ in range(3))]
    metering.exported_maximum = lived(options.solar or 0)
    period = (options.load_curve or 30) * 60
    metering.imported_curve = point(period, used // 30, used // 6)
    metering.exported_curve = point(period, 0, 0)
    metering.voltages = [point(MEAN_VOLTAGE_SECONDS, 231, 236) for _ in range(3)]
