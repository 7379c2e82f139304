"""Knows everything that can be chosen about a simulated meter, and the defaults, all synthetic."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from .tariff import Slots

ADDRESSES: Mapping[str, str] = {"1": "041961000000", "3": "041963000000", "pilot": "041967000000"}
PREF: Mapping[int, int] = {1: 9, 3: 12}  # kVA, by number of phases
PILOT_PREF = 0  # what pilot meters send
MESSAGE = "PAS DE          MESSAGE         "
HEXADECIMAL_MESSAGE = "     PAS DE          MESSAGE    "  # captures: meters with hexadecimal hours
SOLAR_WATTS = 3000
BAUD: Mapping[str, int] = {"standard": 9600, "historic": 1200}


@dataclass(kw_only=True, eq=False)
class Options:
    """A meter, its contract and the house behind it; most may also be changed while it runs."""

    mode: str = "standard"  # or "historic"
    contract: str = "base"  # a key of tariff.CONTRACTS
    phases: int = 1  # or 3
    producer: bool = False  # sends what it exports
    pilot: bool = False  # VTIC 01: another set of labels
    seed: int = 0
    start: datetime | str = "2026-11-23T18:00:00"  # legal time unless it says otherwise
    address: str = ""  # ADSC, ADCO
    prm: str = "00000000000000"
    pref: int = 0  # kVA
    pcoup: int = 0  # kVA
    index: int | None = None  # Wh of EAST at the start
    load_curve: int | None = 30  # minutes, None: stopped
    named: bool = True  # NGTF and LTARF are programmed
    hexadecimal_hours: bool = False  # of PJOURF+1
    message: str = ""  # MSG1
    off_peak: Slots | None = None  # else the contract's
    colours: Mapping[date, str | None] = field(default_factory=dict)  # of Tempo days, else drawn
    ejp_days: Collection[date] | None = None  # else drawn
    solar: int | None = None  # watts of the roof; a roof without `producer` exports in silence
    living: bool = True  # appliances switch by themselves
    breaker: bool = True  # opens on over-power, closed again a minute later
    plc: int = 1  # STGE bits 21-22: captures say New/Lock
    plc_synchronised: bool = False
    abandon_with_eot: bool = False  # how a historic long frame ends when an overrun cuts it
    utc_offset: int | None = None  # seconds, overseas

    def __post_init__(self) -> None:
        kind = "pilot" if self.pilot else str(self.phases)
        self.address = self.address or ADDRESSES[kind]
        self.pref = self.pref or PREF[self.phases]
        self.pcoup = self.pcoup or self.pref
        if not self.message:
            self.message = HEXADECIMAL_MESSAGE if self.hexadecimal_hours else MESSAGE
        if self.contract == "producer":
            self.producer, self.living = True, False
        if self.solar is None:
            self.solar = SOLAR_WATTS if self.producer else 0

    @property
    def baud(self) -> int:
        return BAUD[self.mode]

    @property
    def setting_current(self) -> int:
        """Amperes of a phase above which ADPS, ADIR appear: PREF at 200 V."""
        return self.pref * 1000 // 200 // self.phases
