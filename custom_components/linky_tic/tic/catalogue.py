"""Every label of the TIC, one row each, in the order of the frame; variants are rows too.

Source: Enedis-NOI-CPT_54E v3, chapters 6.1 (Historique) and 6.2 (Standard).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from math import inf
import re
from typing import Final


class Mode(StrEnum):
    """The two modes of the TIC output; the value appears in payloads and options."""

    STANDARD = "standard"
    HISTORIC = "historic"


class Quantity(StrEnum):
    """What a label measures or names; rules and descriptions are given by quantity."""

    ADDRESS = "address"
    VERSION = "version"
    CLOCK = "clock"
    CALENDAR_NAME = "calendar_name"
    TARIFF_NAME = "tariff_name"
    TOTAL_ENERGY = "total_energy"
    SUPPLIER_ENERGY = "supplier_energy"
    DISTRIBUTOR_ENERGY = "distributor_energy"
    EXPORTED_ENERGY = "exported_energy"
    REACTIVE_ENERGY = "reactive_energy"
    CURRENT = "current"
    VOLTAGE = "voltage"
    SUBSCRIBED_POWER = "subscribed_power"
    CUT_OFF_POWER = "cut_off_power"
    IMPORTED_POWER = "imported_power"
    EXPORTED_POWER = "exported_power"
    IMPORTED_PEAK = "imported_peak"
    IMPORTED_PEAK_YESTERDAY = "imported_peak_yesterday"
    EXPORTED_PEAK = "exported_peak"
    EXPORTED_PEAK_YESTERDAY = "exported_peak_yesterday"
    IMPORTED_LOAD = "imported_load"
    IMPORTED_LOAD_PREVIOUS = "imported_load_previous"
    EXPORTED_LOAD = "exported_load"
    EXPORTED_LOAD_PREVIOUS = "exported_load_previous"
    MEAN_VOLTAGE = "mean_voltage"
    STATUS = "status"
    PEAK_START = "peak_start"
    PEAK_END = "peak_end"
    MESSAGE = "message"
    SHORT_MESSAGE = "short_message"
    METERING_POINT = "metering_point"
    RELAYS = "relays"
    TARIFF_NUMBER = "tariff_number"
    DAY_NUMBER = "day_number"
    NEXT_DAY_NUMBER = "next_day_number"
    NEXT_DAY_PROFILE = "next_day_profile"
    PEAK_DAY_PROFILE = "peak_day_profile"
    TARIFF_OPTION = "tariff_option"
    SUBSCRIBED_CURRENT = "subscribed_current"
    PEAK_NOTICE = "peak_notice"
    TARIFF_PERIOD = "tariff_period"
    TOMORROW = "tomorrow"
    OVERRUN_CURRENT = "overrun_current"
    HIGHEST_CURRENT = "highest_current"
    SCHEDULE_GROUP = "schedule_group"
    STATUS_WORD = "status_word"
    MISSING_PHASES = "missing_phases"


INDEXES: Final = frozenset(
    {
        Quantity.TOTAL_ENERGY,
        Quantity.SUPPLIER_ENERGY,
        Quantity.DISTRIBUTOR_ENERGY,
        Quantity.EXPORTED_ENERGY,
        Quantity.REACTIVE_ENERGY,
    }
)
"""Quantities that only grow; they roll over after 999 999 999 (54E 6.2.3)."""

PEAKS: Final = (
    Quantity.IMPORTED_PEAK,
    Quantity.IMPORTED_PEAK_YESTERDAY,
    Quantity.EXPORTED_PEAK,
    Quantity.EXPORTED_PEAK_YESTERDAY,
)
LOADS: Final = (
    Quantity.IMPORTED_LOAD,
    Quantity.IMPORTED_LOAD_PREVIOUS,
    Quantity.EXPORTED_LOAD,
    Quantity.EXPORTED_LOAD_PREVIOUS,
)
"""Powers as means over some minutes (54E 6.2.3)."""
UNITS: Final[Mapping[Quantity, str]] = (
    dict.fromkeys(INDEXES, "Wh")
    | dict.fromkeys((Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER, *PEAKS), "VA")
    | dict.fromkeys(LOADS, "W")
    | dict.fromkeys((Quantity.SUBSCRIBED_POWER, Quantity.CUT_OFF_POWER), "kVA")
    | dict.fromkeys((Quantity.CURRENT, Quantity.SUBSCRIBED_CURRENT), "A")
    | dict.fromkeys((Quantity.OVERRUN_CURRENT, Quantity.HIGHEST_CURRENT), "A")
    | dict.fromkeys((Quantity.VOLTAGE, Quantity.MEAN_VOLTAGE), "V")
    | {Quantity.REACTIVE_ENERGY: "varh", Quantity.PEAK_NOTICE: "min"}
)
"""Unit of the number a meter sends, as it sends it; a quantity not listed has none."""


class Kind(Enum):
    """How the data of a group is written: the pattern is its character class, size included."""

    NUMBER = re.compile(rb"[0-9]+")
    DIGITS = re.compile(rb"[0-9]*")
    HEX = re.compile(rb"[0-9A-F]+")
    TEXT = re.compile(rb"[ -~]+")
    PROFILE = re.compile(rb"(?:[0-9A-F]{8}|NONUTILE)(?: (?:[0-9A-F]{8}|NONUTILE)){10}")
    OPTION = re.compile(rb"[A-Z]{2}[A-Z.][A-Z.(-?]")
    PERIOD = re.compile(rb"[A-Z]{2}[A-Z.]{2}")
    COLOUR = re.compile(rb"----|[A-Z]{4}")
    LETTER = re.compile(rb"[A-Z0-9]")


class Absence(Enum):
    """What it means that a group is no longer sent."""

    GONE = "gone"  # the reading is unknown once three frames have come without it
    EVENT = "event"  # the same, and the label exists from the start though never heard yet
    LATCH = "latch"  # sent once: the reading stays (54E 6.2.3, MSG2)
    PATIENT = "patient"  # comes and goes: the reading stays for 15 minutes


@dataclass(frozen=True, slots=True)
class Label:
    """One label: its group's shape and its meaning.

    `size` is the exact number of data characters, `rank` the place in the frame, `register` the
    number of a tariff register or peak, `phase` 1 to 3, `least` and `most` the range of a number
    outside which no meter that works can be.
    """

    name: str
    size: int
    kind: Kind
    quantity: Quantity
    register: int | None = None
    phase: int | None = None
    horodate: bool = False
    absence: Absence = Absence.GONE
    producer: bool = False
    least: int = 0
    most: float = inf
    mode: Mode = Mode.STANDARD
    rank: int = -1

    @property
    def unit(self) -> str | None:
        """Unit of the value as the meter sends it, None for what is not a number."""
        return UNITS.get(self.quantity)


N, D, H, T, P = Kind.NUMBER, Kind.DIGITS, Kind.HEX, Kind.TEXT, Kind.PROFILE
Q = Quantity
PATIENT, EVENT, LATCH = Absence.PATIENT, Absence.EVENT, Absence.LATCH

# fmt: off
#      label      size kind quantity                    further facts
_STANDARD: Final = (
    Label("ADSC",      12, H, Q.ADDRESS),  # types AA and DC exist: not only digits (Euridis list)
    Label("VTIC",       2, D, Q.VERSION),
    Label("DATE",       0, D, Q.CLOCK, horodate=True),  # the horodate is the value
    Label("NGTF",      16, T, Q.CALENDAR_NAME, absence=PATIENT),
    Label("LTARF",     16, T, Q.TARIFF_NAME, absence=PATIENT),
    Label("EAST",       9, N, Q.TOTAL_ENERGY),
    *(Label(f"EASF{n:02}", 9, N, Q.SUPPLIER_ENERGY, register=n) for n in range(1, 11)),
    *(Label(f"EASD{n:02}", 9, N, Q.DISTRIBUTOR_ENERGY, register=n) for n in range(1, 5)),
    Label("EAIT",       9, N, Q.EXPORTED_ENERGY, producer=True),
    *(Label(f"ERQ{n}",  9, N, Q.REACTIVE_ENERGY, register=n, producer=True) for n in range(1, 5)),
    *(Label(f"IRMS{n}", 3, N, Q.CURRENT, phase=n) for n in (1, 2, 3)),
    *(Label(f"URMS{n}", 3, N, Q.VOLTAGE, phase=n, most=480) for n in (1, 2, 3)),
    Label("PREF",       2, N, Q.SUBSCRIBED_POWER),
    Label("PCOUP",      2, N, Q.CUT_OFF_POWER),
    Label("SINSTS",     5, N, Q.IMPORTED_POWER),
    Label("SINST1",     5, N, Q.IMPORTED_POWER),  # pilot meters (VTIC 01) for SINSTS
    *(Label(f"SINSTS{n}", 5, N, Q.IMPORTED_POWER, phase=n) for n in (1, 2, 3)),
    Label("SMAXSN",     5, N, Q.IMPORTED_PEAK, horodate=True),
    Label("SMAXN",      5, N, Q.IMPORTED_PEAK, horodate=True),  # pilot meters for SMAXSN
    *(Label(f"SMAXSN{n}", 5, N, Q.IMPORTED_PEAK, phase=n, horodate=True) for n in (1, 2, 3)),
    Label("SMAXSN-1",   5, N, Q.IMPORTED_PEAK_YESTERDAY, horodate=True),
    Label("SMAXN-1",    5, N, Q.IMPORTED_PEAK_YESTERDAY, horodate=True),  # pilot meters
    *(Label(f"SMAXSN{n}-1", 5, N, Q.IMPORTED_PEAK_YESTERDAY, phase=n, horodate=True)
      for n in (1, 2, 3)),
    Label("SINSTI",     5, N, Q.EXPORTED_POWER, producer=True),
    Label("SMAXIN",     5, N, Q.EXPORTED_PEAK, horodate=True, producer=True),
    Label("SMAXIN-1",   5, N, Q.EXPORTED_PEAK_YESTERDAY, horodate=True, producer=True),
    Label("CCASN",      5, N, Q.IMPORTED_LOAD, horodate=True, absence=PATIENT),
    Label("CCASN-1",    5, N, Q.IMPORTED_LOAD_PREVIOUS, horodate=True, absence=PATIENT),
    Label("CCAIN",      5, N, Q.EXPORTED_LOAD, horodate=True, absence=PATIENT, producer=True),
    Label("CCAIN-1",    5, N, Q.EXPORTED_LOAD_PREVIOUS, horodate=True, absence=PATIENT,
          producer=True),
    *(Label(f"UMOY{n}", 3, N, Q.MEAN_VOLTAGE, phase=n, horodate=True, absence=PATIENT, most=480)
      for n in (1, 2, 3)),
    Label("STGE",       8, H, Q.STATUS),
    *(Label(f"{side}{n}", 2, D, quantity, register=n, horodate=True, absence=EVENT)
      for n in (1, 2, 3) for side, quantity in (("DPM", Q.PEAK_START), ("FPM", Q.PEAK_END))),
    Label("MSG1",      32, T, Q.MESSAGE),
    Label("MSG2",      16, T, Q.SHORT_MESSAGE, absence=LATCH),
    Label("PRM",       14, D, Q.METERING_POINT),
    Label("RELAIS",     3, N, Q.RELAYS, most=255),
    Label("NTARF",      2, N, Q.TARIFF_NUMBER, least=1, most=10),
    Label("NJOURF",     2, N, Q.DAY_NUMBER, most=9),
    Label("NJOURF+1",   2, N, Q.NEXT_DAY_NUMBER, most=9),
    Label("PJOURF+1",  98, P, Q.NEXT_DAY_PROFILE),
    Label("PPOINTE",   98, P, Q.PEAK_DAY_PROFILE),
)

# Mono, three-phase long and short frames in one order that holds for the three of them.
_HISTORIC: Final = (
    *(Label(f"ADIR{n}", 3, N, Q.OVERRUN_CURRENT, phase=n, absence=EVENT) for n in (1, 2, 3)),
    Label("ADCO",      12, H, Q.ADDRESS),
    Label("OPTARIF",    4, Kind.OPTION, Q.TARIFF_OPTION),  # BBRx: x is 0x28 to 0x3F
    Label("ISOUSC",     2, N, Q.SUBSCRIBED_CURRENT),
    *(Label(name, 9, N, Q.SUPPLIER_ENERGY, register=n) for name, n in (
        ("BASE", 1), ("HCHC", 1), ("HCHP", 2), ("EJPHN", 1), ("EJPHPM", 2),
        ("BBRHCJB", 1), ("BBRHPJB", 2), ("BBRHCJW", 3), ("BBRHPJW", 4),
        ("BBRHCJR", 5), ("BBRHPJR", 6))),
    Label("PEJP",       2, N, Q.PEAK_NOTICE, absence=EVENT),
    Label("PTEC",       4, Kind.PERIOD, Q.TARIFF_PERIOD),
    Label("DEMAIN",     4, Kind.COLOUR, Q.TOMORROW),
    Label("IINST",      3, N, Q.CURRENT),
    *(Label(f"IINST{n}", 3, N, Q.CURRENT, phase=n) for n in (1, 2, 3)),
    Label("ADPS",       3, N, Q.OVERRUN_CURRENT, absence=EVENT),
    Label("IMAX",       3, N, Q.HIGHEST_CURRENT),
    *(Label(f"IMAX{n}", 3, N, Q.HIGHEST_CURRENT, phase=n) for n in (1, 2, 3)),
    Label("PMAX",       5, N, Q.IMPORTED_PEAK_YESTERDAY),  # unit W in 54E, VA on the line
    Label("PAPP",       5, N, Q.IMPORTED_POWER),
    Label("HHPHC",      1, Kind.LETTER, Q.SCHEDULE_GROUP),
    Label("MOTDETAT",   6, H, Q.STATUS_WORD),
    Label("PPOT",       2, H, Q.MISSING_PHASES),
)
# fmt: on


def _numbered(rows: tuple[Label, ...], mode: Mode) -> Mapping[str, Label]:
    return {
        row.name: replace(row, mode=mode, rank=rank, most=min(row.most, _most(row.size)))
        for rank, row in enumerate(rows)
    }


def _most(size: int) -> int:
    """Return the greatest number of so many digits; nines alone are a register without a value."""
    greatest = int("9" * size or 0)
    return greatest if size <= _SHORT else greatest - 1


_SHORT: Final = 2
"""Digits of a number all of whose values mean something, nines too."""


CATALOGUE: Final[Mapping[Mode, Mapping[str, Label]]] = {
    Mode.STANDARD: _numbered(_STANDARD, Mode.STANDARD),
    Mode.HISTORIC: _numbered(_HISTORIC, Mode.HISTORIC),
}
"""Mode -> label name -> its row, in the order of the frame."""

LABELS: Final[Mapping[str, Label]] = {
    name: row for rows in CATALOGUE.values() for name, row in rows.items()
}
"""Label name -> its row: none stands in both modes."""


def names_of(*quantities: Quantity) -> frozenset[str]:
    """The labels, in either mode, of some quantities.

    A name is quicker to look up in a set than a member of an enumeration.
    """
    return frozenset(row.name for row in LABELS.values() if row.quantity in quantities)


ADDRESS_LABELS: Final = frozenset({"ADSC", "ADCO"})
"""The label of each mode that has the address of the meter."""

LIMITS: Final = names_of(Q.SUBSCRIBED_POWER, Q.CUT_OFF_POWER, Q.SUBSCRIBED_CURRENT)
"""Labels of the power or current that the supply allows."""
FLEETING: Final = names_of(
    Q.IMPORTED_POWER, Q.EXPORTED_POWER, Q.CURRENT, Q.VOLTAGE, Q.OVERRUN_CURRENT
)
"""Labels of what is measured every second, and the warnings that may come before the address."""
OVERRUNS: Final = names_of(Q.OVERRUN_CURRENT)
CLOCKS: Final = names_of(Q.CLOCK)
COUNTERS: Final = names_of(*INDEXES)

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ADSC": ("DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3", "MSG2"),
    "ADCO": ("PEJP",),
    "IINST": ("ADPS",),
    "IINST1": ("ADIR1", "ADIR2", "ADIR3"),
}
"""Label -> the labels of events that a meter which sends it may send one day."""
