"""Knows what happens inside a meter each second: it measures, counts, follows its calendar.

Refuses to know what is plugged in, and how the TIC words it.
"""

from datetime import datetime, timedelta

from . import past
from .clock import DAY, SECOND, Clock, from_legal, local_datetime
from .options import Options
from .peaks import COLOUR_CODES, Peaks
from .registers import relays, status
from .supply import Supply
from .tariff import (
    CONTRACTS,
    Contract,
    Profile,
    Slot,
    Tariff,
    grid_register,
    profile_text,
    slot_at,
)

BREAKER_CLOSED, BREAKER_OVER_POWER = 0, 1
TRIP_RATIO = 1.3  # 54E 7: the filtered power over PCOUP
REARM_SECONDS = 60  # the time for somebody to go and press
OVERVOLTAGE_VOLTS = 253  # EN 50160: 230 V + 10 %
EURIDIS_SECURED = 3
THREE = 3


class Meter:
    """One device, with the contract that it was given."""

    slot: Slot
    tariff: Tariff
    grid_register: int
    profile_today: int
    profile_tomorrow: int
    tomorrow_text: str  # PJOURF+1
    peak_text: str  # PPOINTE, empty: none to come
    contract: Contract

    def __init__(self, options: Options) -> None:
        self.options = options
        start = options.start
        moment = datetime.fromisoformat(start) if isinstance(start, str) else start
        self.clock = Clock(from_legal(moment), options.utc_offset)
        self.supply = Supply(options.seed, options.phases)
        self.breaker = BREAKER_CLOSED
        self.cover_open = False
        self.overruns: list[int] = []  # phases above the setting current, from 1
        self.over_power = False
        self._rearm_at = 0
        second = self.clock.now // SECOND
        self._day = self.clock.local(second) // DAY
        self.reprogram(second)
        self.metering = past.indexes(options, self.contract)
        past.remember(self.metering, options, self.clock, second)

    def reprogram(self, second: int) -> None:
        """Take over the contract, the hours and the special days that the options now say."""
        options = self.options
        contract = CONTRACTS[options.contract]
        if options.off_peak is not None:
            contract = contract.with_off_peak(options.off_peak)
        self.contract = contract
        self.peaks = Peaks(options.contract, options.seed, options.colours, options.ejp_days)
        self.refresh(second)

    def replace(self, second: int) -> None:
        """Another device takes this one's place: other indexes, no memory."""
        self.metering = past.indexes(self.options, self.contract)
        past.remember(self.metering, self.options, self.clock, second)

    def measure(self, second: int, seconds: int, watts: list[int], vars_: list[int]) -> None:
        """Measure the seconds that end at this true second, under the tariff that was in force."""
        if self.breaker and second >= self._rearm_at:
            self.breaker = BREAKER_CLOSED
        if self.breaker:
            watts = vars_ = [0, 0, 0]
        supply, options, metering = self.supply, self.options, self.metering
        supply.measure(watts, vars_)
        local = self.clock.local(second)
        three = options.phases == THREE
        metering.energies(
            supply.total_watts * seconds,
            supply.total_vars * seconds,
            self.slot.register,
            self.grid_register,
        )

        def stamp() -> str:
            return self.clock.horodate(second)

        phases = supply.voltamperes if three else []
        metering.maxima(supply.total_voltamperes, phases, seconds, stamp)
        period = (options.load_curve or 30) * 60
        metering.curves(local, seconds, supply, period, stamp)
        self._watch(second, three=three)
        if local // DAY != self._day:
            self._day = local // DAY
            metering.midnight(stamp)
        if local // 60 != self._minute:
            self.refresh(second)

    def _watch(self, second: int, *, three: bool) -> None:
        """Compare with what was subscribed; open the breaker when it was too much for too long."""
        supply, options = self.supply, self.options
        limit = options.pref * 1000
        phases = range(options.phases)
        self.overruns = [
            phase + 1
            for phase in phases
            if supply.amperes[phase] > options.setting_current and supply.watts[phase] > 0
        ]
        self.over_power = supply.total_voltamperes > limit or any(
            supply.voltamperes[phase] > limit / options.phases for phase in phases
        )
        maxima = self.metering.imported_maxima
        filtered = max(maximum.square for maximum in (maxima[1:] if three else maxima[:1]))
        trip = TRIP_RATIO * options.pcoup * 1000 / options.phases
        if options.breaker and not self.breaker and filtered >= trip * trip:
            self.breaker = BREAKER_OVER_POWER
            self._rearm_at = second + REARM_SECONDS

    def refresh(self, second: int) -> None:
        """Look at the calendar; the network tells the days to come by its own, true clock."""
        local = self.clock.local(second)
        self._minute = local // 60
        now = local_datetime(local)
        self.peaks.announce(local_datetime(self.clock.true_local(second)))
        self.peaks.update(now)
        contract = self.contract
        self.profile_today = contract.week[now.weekday()]
        self.profile_tomorrow = contract.week[(now + timedelta(days=1)).weekday()]
        self.slot = slot_at(self._profile_in_force(), now.hour * 60 + now.minute)
        self.tariff = contract.tariff(self.slot.register)
        self.grid_register = grid_register(contract, now)
        self.tomorrow_text = self._text(self._profile(self.profile_tomorrow))
        coming = self.peaks.next
        self.peak_text = "" if coming is None else self._text(self._peak_profile(coming.number))

    def _profile(self, number: int) -> Profile:
        return self.contract.days[number].profile(self.contract.off_peak)

    def _peak_profile(self, number: int) -> Profile:
        """A contract without this peak keeps its registers."""
        day = self.contract.peaks.get(number, self.contract.days[0])
        return day.profile(self.contract.off_peak)

    def _profile_in_force(self) -> Profile:
        peak = self.peaks.current
        if peak is None or peak.number not in self.contract.peaks:
            return self._profile(self.profile_today)
        return self._peak_profile(peak.number)

    def _text(self, profile: Profile) -> str:
        return profile_text(profile, hexadecimal=self.options.hexadecimal_hours)

    @property
    def status(self) -> str:
        """STGE, as everything else stands."""
        peaks, options = self.peaks, self.options
        return status(
            contact_open=not self.slot.closed,
            breaker=self.breaker,
            cover_open=self.cover_open,
            overvoltage=max(self.supply.volts) > OVERVOLTAGE_VOLTS,
            overrun=self.over_power,
            producer=options.producer,
            exporting=self.supply.total_watts < 0,
            supplier_register=self.slot.register - 1,
            grid_register=self.grid_register - 1,
            clock_degraded=self.clock.degraded,
            tic_standard=options.mode == "standard",
            euridis=EURIDIS_SECURED,
            plc=options.plc,
            plc_synchronised=options.plc_synchronised,
            today=COLOUR_CODES[peaks.today],
            tomorrow=COLOUR_CODES[peaks.tomorrow],
            notice=peaks.notice.number if peaks.notice else 0,
            peak=peaks.current.number if peaks.current else 0,
        )

    @property
    def relays(self) -> str:
        return relays(closed=self.slot.closed, virtual=self.slot.virtual)
