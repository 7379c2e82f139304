"""The TIC of the Linky meter, from bytes to readings: no port, no clock, no Home Assistant.

Import this package alone, nothing below it: `Receiver().feed(chunk, now)` takes what a serial port
delivers and gives what it completed. Words, with their meaning in `tic/`:

group         what stands between LF and CR: a label, at times a horodate, data, a checksum
frame         the groups between STX and ETX
label         the name at the head of a group (EAST, SINSTS); `Label` is its row in the catalogue
horodate      the meter's time stamp, a season letter and twelve digits
index         an energy counter that only grows
register      the counter of a tariff, 1 to 10; STGE and RELAIS are status words, of fields
reading       what a label says, typed
believed      of a reading: passed by the gate and, if it is an index, followed by no lost group
held          of a reading: not passed; the one before stays until other frames bear this one out
established   of a label: known to be sent by this meter, for ever
in force      of a reading: believed, its label established, and neither vanished nor lost
mode          Standard or Historique, the two languages of the meter's output
mobile peak   hours of EJP, or days of Tempo (white 1, red 2), between DPM and FPM; as the name of a
              tariff `peak` are peak hours, and a peak of power is the highest of a day
"""

from .address import Identity, hashed, identify, mask
from .anonymous import IDENTITIES, anonymise
from .catalogue import CATALOGUE, EVENTS, INDEXES, LABELS, Absence, Label, Mode, Quantity
from .day_profile import (
    Coding,
    Contact,
    DayProfile,
    Decision,
    Slot,
    read_profile,
    registers_of,
    slots_by_coding,
)
from .events import (
    Appeared,
    Event,
    ModeChanged,
    OtherMeter,
    Reading,
    Readings,
    Vanished,
    number_of,
    text_of,
)
from .frames import Frame, Rejected
from .groups import Group, Reason
from .legal_time import MAINLAND, LegalTime
from .meter_clock import MeterClock, naive
from .receiver import Receiver
from .status_words import RELAYS, STATUS, Field, Meaning, decode_status, status_of
from .supply import VOLTS, allowed_power, can_follow
from .values import Value, read_horodate, read_value
