"""The TIC of the Linky meter, from bytes to readings: no port, no clock, no Home Assistant.

Import this package alone, nothing below it: `Receiver().feed(chunk, now)` takes what a serial port
delivers and gives what it completed. Words, each with one meaning everywhere:

group       what stands between LF and CR: a label, at times a horodate, data, a checksum
frame       the groups between STX and ETX
label       the name at the head of a group (EAST, SINSTS); `Label` is its row in the catalogue
horodate    the meter's time stamp, a season letter and twelve digits
index       an energy counter that only grows
register    STGE or RELAIS, a number whose bits have meanings; also a tariff's counter (1 to 10)
reading     what a label says now, after the gate
mode        Standard or Historique, the two languages of the meter's output
"""

from .address import Identity, Model, identify, mask
from .announced_days import AnnouncedDays, ChangedHours
from .anonymous import IDENTITIES, anonymise
from .catalogue import CATALOGUE, EVENTS, INDEXES, LABELS, Absence, Label, Mode, Quantity
from .contract import (
    Contract,
    ContractChange,
    contract_name,
    option_slug,
    read_contract,
    registers_in_use,
)
from .day_schedule import Change, Day, DaySchedules, MobilePeak, Note, SchedulePeriod
from .events import Appeared, Event, ModeChanged, OtherMeter, Reading, Readings, Vanished, number_of
from .frames import Frame, Rejected
from .groups import Group, Reason
from .legal_time import MAINLAND, LegalTime, legal_time_of
from .power import Estimate, IndexPower, net
from .power_peaks import DayPeak, PowerPeaks
from .receiver import Receiver
from .registers import RELAYS, STATUS, Field, Meaning, decode_status
from .schedule import (
    Coding,
    Contact,
    Decision,
    Schedule,
    Slot,
    read_schedule,
    readings_of,
    registers_of,
)
from .season import DAY_KINDS, Tally, tally
from .supply import (
    BRIEF_POWER,
    CURRENTS,
    DRAWN_LABELS,
    SUBSCRIBED_LABELS,
    can_gain,
    has_phases,
    power_load,
    power_margin,
    share_of,
    subscribed_power,
)
from .tariff import (
    TARIFF_SOURCES,
    TEMPO_NAMES,
    Tariff,
    TariffFollower,
    heard_tariff,
    index_slug,
    unnamed,
)
from .tariff_words import KNOWN_TARIFFS, TARIFF_SLUGS, USUAL_SLUGS, contract_slug, tariff_slug
from .tempo import (
    COLOURS,
    FROM_MIDNIGHT,
    colour_today,
    colour_tomorrow,
    has_colours,
    has_notices,
    has_peaks,
    no_peak_notice,
    peak_in_progress,
    peak_notice,
)
from .transitions import Moment, ShortMessages, Transition, transitions
from .values import Horodate, Value, read_horodate, read_value
