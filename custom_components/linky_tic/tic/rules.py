"""How each quantity is judged: which row of readings is believed, and which of them.

It knows quantities, the supply's limit and elapsed time; it keeps nothing of what it judged.
Sources: 54E 7 (cut-off); frame and error notes of the specification on what a checksum and a
parity bit cannot see.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import log
from types import MappingProxyType
from typing import Final

from .catalogue import INDEXES, LABELS, LOADS, Quantity
from .corroboration import agreed_status, contradicts, is_borne_out, is_contradicted
from .events import Reading
from .supply import DEFAULT_SUPPLY, MARGIN, Conditions
from .values import Value

AGREEMENT: Final = 3
"""Frames in a row that must agree on what one frame alone is not believed."""
ROLL_UP: Final = 2
"""Wh by which an index may run ahead: it is a truncated count, and EASD leads EAST by one."""
FRAME_SECONDS: Final = 4.0
"""Seconds: a value is as old as a frame, and the longest one takes 3 s."""
FRESH: Final = 60.0
"""Seconds without a label after which its next index is taken as the first one again."""
_PATIENCE: Final = 10.0
"""Seconds between two indexes taken from a growing row on a line without parity."""
_AT_ONCE_SECONDS: Final = 0.4
"""Seconds between two frames that came at once: through a bridge that gathers bytes."""
DRIFT: Final = 5.0
"""Seconds by which DATE may differ from what the receiver's clock says has passed."""
STRICT_DRIFT: Final = 1.5
"""The same without parity, where two flipped bits that the checksum misses move it by 2 s."""


Row = list[Reading]
"""Readings of one label that bear each other out, oldest first, none of them believed yet.

The last one has just been heard, the others were suspected; each goes on from the one before, as
the rule of the quantity sees it. A row of one is a reading that nothing bears out.
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a quantity is judged.

    `goes_on` tells whether a reading continues the row that the one before is in; `choose` gives
    the reading of a row that is believed, if any. Where `is_timed`, a row that is believed goes on.
    """

    goes_on: Callable[[Reading, Reading, Conditions], bool]
    choose: Callable[[Row, Reading | None, float, Conditions], Reading | None]
    is_timed: bool = False


def says_the_same(one: Reading, other: Reading) -> bool:
    """Whether two groups of a label were the same, character by character."""
    return one.raw == other.raw and one.time == other.time and one.degraded is other.degraded


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _gain(before: Reading, now: Reading) -> int:
    was, value = before.value, now.value
    return value - was if isinstance(value, int) and isinstance(was, int) else 0


def _same(before: Reading, now: Reading, _conditions: Conditions) -> bool:
    return says_the_same(before, now)


def _soon(before: Reading, now: Reading, _conditions: Conditions) -> bool:
    return now.at - before.at <= FRESH


def _latest(row: Row, count: int) -> Reading | None:
    return row[-1] if len(row) >= count else None


def _middle(row: Row) -> Reading | None:
    """Give the reading that both the one before and the one after bear out."""
    return row[-2] if len(row) >= AGREEMENT else None


def _in_line(row: Row) -> Reading | None:
    """Give the middle of three that lies between its neighbours where time puts it.

    Two false bits that the checksum misses may move an index by a few Wh: less than a heavy load
    does from frame to frame, but rarely along with it. Of frames that came at once it is not known
    how far apart they were: half way is right too.
    """
    middle = _middle(row)
    if middle is None:
        return None
    before, now = row[-3], row[-1]
    gain, span = _gain(before, middle), _gain(before, now)
    first, second = middle.at - before.at, now.at - middle.at
    shares = [0.5] if min(first, second) < _AT_ONCE_SECONDS else []
    if first + second > 0:
        shares.append(first / (first + second))
    return middle if any(abs(gain - span * one) <= 1 + span / 10 for one in shares) else None


def _agreement(
    with_parity: int,
) -> Callable[[Row, Reading | None, float, Conditions], Reading | None]:
    """Believe so many readings in agreement, three where a false text passes the checksum."""

    def choose(
        row: Row, _last: Reading | None, _heard: float, conditions: Conditions
    ) -> Reading | None:
        return row[-1] if len(row) >= (with_parity if conditions.parity else AGREEMENT) else None

    return choose


def _can_grow(before: Reading, now: Reading, since: float, conditions: Conditions) -> bool:
    """Whether the supply allows what an index has gained, in Wh, since a time (seconds).

    Not the currents: a load that pulses is seldom seen in them at the time that it counts.
    """
    power = DEFAULT_SUPPLY if now.label.producer else conditions.power
    seconds = max(now.at - since, 0.0) + FRAME_SECONDS
    return 0 <= _gain(before, now) <= ROLL_UP + MARGIN * power * seconds / 3600


def _grows(before: Reading, now: Reading, conditions: Conditions) -> bool:
    return _can_grow(before, now, before.at, conditions)


def _choose_index(
    row: Row, last: Reading | None, heard: float, conditions: Conditions
) -> Reading | None:
    """Believe an index that grows as the supply allows, the first one when the next bears it out.

    Without parity a false digit can hide in the growth of one frame: then the same bytes twice
    are believed, or the middle of three in line, the latter not oftener than `_PATIENCE`.
    """
    now = row[-1]
    if last is not None and not _can_grow(last, now, heard, conditions):
        return _middle(row)
    if last is None or now.at - heard > FRESH:
        return _latest(row, 2) if conditions.parity else _in_line(row)
    if conditions.parity or (len(row) > 1 and row[-2].value == now.value):
        return now
    return _in_line(row) if now.at - last.at >= _PATIENCE else None


def _over(before: Reading, now: Reading, conditions: Conditions) -> bool:
    return min(_number(before.value), _number(now.value)) > MARGIN * conditions.limit(now.label)


def _time_to_trip(overload: float) -> float:
    """Seconds after which the breaker opens at a multiple of the supply (54E 7, B = 0.008)."""
    return -125 * log(1 - 1.69 / overload**2)


def _choose_power(
    row: Row, _last: Reading | None, _heard: float, conditions: Conditions
) -> Reading | None:
    """Believe a power within the margin; beyond, one that lasts, yet not past the breaker.

    Never what the currents contradict, nor what one phase says against all.
    """
    now, limit = row[-1], conditions.limit(row[-1].label)
    power = _number(now.value)
    if is_contradicted(now.label, power, conditions.said, conditions.phases or 1):
        return None
    if power <= MARGIN * limit:
        return now
    least = min(_number(one.value) for one in row)
    lasted = now.at - row[0].at
    return _latest(row, AGREEMENT) if lasted < _time_to_trip(least / limit) else None


def _climbs(before: Reading, now: Reading, _conditions: Conditions) -> bool:
    if before.time is None or now.time is None or before.time > now.time:
        return False
    return _number(before.value) <= _number(now.value)


def _choose_peak(
    row: Row, last: Reading | None, _heard: float, conditions: Conditions
) -> Reading | None:
    """Believe the highest power of the day that came twice, or the middle of three that climb.

    Where bytes were lost, a group may end with what belongs to another, and be sound.
    """
    now = row[-1]
    is_odd = last is not None and contradicts(now, last, is_maximum=True)
    if is_odd or _number(now.value) > MARGIN * conditions.limit(now.label):
        return _latest(row, AGREEMENT)
    return now if len(row) > 1 and says_the_same(row[-2], now) else _middle(row)


def _choose_dated(
    row: Row, last: Reading | None, heard: float, conditions: Conditions
) -> Reading | None:
    """Believe a value that has a time of its own as a text, unless it cannot follow the last."""
    if last is not None and contradicts(row[-1], last, is_maximum=False):
        return _latest(row, AGREEMENT)
    return _TEXT.choose(row, last, heard, conditions)


def _choose_overrun(
    row: Row, _last: Reading | None, _heard: float, conditions: Conditions
) -> Reading | None:
    """Believe a warning at once if the current beside it says the same, else by its presence."""
    if conditions.parity or is_borne_out(row[-1], conditions.said):
        return row[-1]
    return _latest(row, AGREEMENT)


def _choose_status(
    row: Row, last: Reading | None, _heard: float, conditions: Conditions
) -> Reading | None:
    """Believe STGE field by field: one of them may change in every frame."""
    if conditions.parity:
        return row[-1]
    return agreed_status(row[-AGREEMENT:], last) if len(row) >= AGREEMENT else None


def _in_time(value: Value, at: float, now: Reading, conditions: Conditions) -> bool:
    if not isinstance(value, datetime) or not isinstance(now.value, datetime):
        return False
    drift = abs((now.value - value).total_seconds() - (now.at - at))
    return drift <= (DRIFT if conditions.parity else STRICT_DRIFT)


def _ticks(before: Reading, now: Reading, conditions: Conditions) -> bool:
    return _in_time(before.value, before.at, now, conditions)


def _choose_clock(
    row: Row, last: Reading | None, heard: float, conditions: Conditions
) -> Reading | None:
    """Believe a clock that goes on from the one before; a jump when three frames keep to it."""
    now = row[-1]
    if last is not None and _in_time(last.value, last.at, now, conditions):
        return now
    return _latest(row, 1 if last is None and conditions.parity else AGREEMENT)


def _choose_unlikely(
    row: Row, _last: Reading | None, _heard: float, _conditions: Conditions
) -> Reading | None:
    """Believe what no meter that works says when three frames say it, if it says anything."""
    return None if row[-1].value is None else _latest(row, AGREEMENT)


_STEADY: Final = Rule(_same, _agreement(1))
# Bit 6 flipped together with the parity bit goes unseen by every check: two frames for free text.
_TEXT: Final = Rule(_same, _agreement(2))
_DATED: Final = Rule(_same, _choose_dated)
_AT_ONCE: Final = Rule(_soon, lambda row, _last, _heard, _conditions: row[-1])
_POWER: Final = Rule(_over, _choose_power, is_timed=True)
_PEAK: Final = Rule(_climbs, _choose_peak)
_INDEX: Final = Rule(_grows, _choose_index)
UNLIKELY: Final = Rule(_same, _choose_unlikely)

_DATED_QUANTITIES: Final = (
    Quantity.IMPORTED_PEAK_YESTERDAY,
    Quantity.EXPORTED_PEAK_YESTERDAY,
    Quantity.MEAN_VOLTAGE,
    *LOADS,
)
_RULE_OF: Final[Mapping[Quantity, Rule]] = MappingProxyType(
    dict.fromkeys(Quantity, _STEADY)
    | dict.fromkeys(INDEXES, _INDEX)
    | dict.fromkeys(_DATED_QUANTITIES, _DATED)
    | {
        Quantity.IMPORTED_POWER: _POWER,
        Quantity.EXPORTED_POWER: _POWER,
        Quantity.IMPORTED_PEAK: _PEAK,
        Quantity.EXPORTED_PEAK: _PEAK,
        Quantity.CURRENT: _AT_ONCE,
        Quantity.VOLTAGE: _AT_ONCE,
        Quantity.OVERRUN_CURRENT: Rule(_soon, _choose_overrun, is_timed=True),
        Quantity.STATUS: Rule(_soon, _choose_status),
        Quantity.CLOCK: Rule(_ticks, _choose_clock),
        Quantity.CALENDAR_NAME: _TEXT,
        Quantity.TARIFF_NAME: _TEXT,
        Quantity.MESSAGE: _TEXT,
        Quantity.SHORT_MESSAGE: _AT_ONCE,  # sent in one frame: nothing can bear it out
    }
)
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {row.name: _RULE_OF[row.quantity] for row in LABELS.values()}
)
"""Label -> its rule: a name is quicker to look up than a member of an enumeration."""
