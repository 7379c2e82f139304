"""The rule of each quantity: which reading of a run of suspects is believed, if any.

A rule uses the limit of the supply, elapsed time and the other readings, and keeps nothing.
Sources: 54E 7 (cut-off), 6.2.2 (a checksum does not cover bit 6 of a character).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import log
from typing import Final

from .catalogue import INDEXES, LABELS, LOADS, Quantity
from .corroboration import agreed_status, contradicts, is_borne_out, is_contradicted
from .events import Reading
from .supply import DEFAULT_SUPPLY, MARGIN, Conditions

AGREEMENT: Final = 3
"""Frames in a row that must agree where one alone is not believed."""
ROLL_UP: Final = 2
"""Wh by which an index may grow beyond the limit: it is truncated, and EASD leads EAST by one."""
FRAME_SECONDS: Final = 4.0
"""Seconds: a value is as old as a frame, and the longest one takes 3 s."""
FRESH: Final = 60.0
"""Seconds without a label after which its next index is judged like the first one."""
_PATIENCE: Final = 10.0
"""Seconds between two indexes taken from a growing run on a line without parity."""
DRIFT: Final = 5.0
"""Seconds by which DATE may differ from what the receiver's clock says has passed."""
STRICT_DRIFT: Final = 1.5
"""The same without parity, where two flipped bits that the checksum misses move it by 2 s."""


@dataclass(slots=True)
class Run:
    """Readings of one label of which each continues the one before; none is believed yet.

    `now` was just received, those `before` it, oldest first, are suspects. `last` is the believed
    reading, `heard` when an index was last good before the run (seconds; -inf: never).
    """

    now: Reading
    last: Reading | None
    heard: float
    conditions: Conditions
    before: tuple[Reading, ...] = ()

    @property
    def lasted(self) -> float:
        """Seconds from the first to the last reading."""
        return self.now.at - self.before[0].at if self.before else 0.0

    def agreed(self, count: int = AGREEMENT) -> Reading | None:
        """Return the last reading if the run has at least `count`."""
        return self.now if len(self.before) >= count - 1 else None

    def middle(self) -> Reading | None:
        """Return the last reading but one, if one before and one after agree with it."""
        return self.before[-1] if len(self.before) >= AGREEMENT - 1 else None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a quantity is judged.

    `goes_on` tells whether a reading continues a run; `choose` gives the reading of a run that is
    believed, if any. `at_once`: on a line with parity, every reading is believed. `is_timed`: a run
    goes on when a reading of it is believed, so that its duration is known.
    """

    goes_on: Callable[[Run, Reading], bool]
    choose: Callable[[Run], Reading | None]
    at_once: bool = False
    is_timed: bool = False


def says_the_same(one: Reading, other: Reading) -> bool:
    """Whether two groups of a label were the same, character by character."""
    return one.raw == other.raw and one.time == other.time and one.degraded is other.degraded


def _gain(before: Reading, now: Reading) -> int:
    return int(now.raw) - int(before.raw)


def _same(run: Run, now: Reading) -> bool:
    return says_the_same(run.now, now)


def _soon(run: Run, now: Reading) -> bool:
    return now.at - run.now.at <= FRESH


def _in_line(run: Run) -> Reading | None:
    """Return the middle of three indexes if it lies where its time puts it, or half way.

    Two false bits that the checksum misses may move an index by a few Wh: that is less than what a
    heavy load adds in a frame, but rarely fits a line. Half way is right too, as frames that a
    bridge sends together have the same time.
    """
    if len(run.before) < AGREEMENT - 1:
        return None
    (before, middle), now = run.before[-2:], run.now
    gain, span = _gain(before, middle), _gain(before, now)
    seconds = now.at - before.at
    shares = (0.5, (middle.at - before.at) / seconds if seconds > 0 else 0.5)
    return middle if any(abs(gain - span * one) <= 1 + span / 10 for one in shares) else None


def _can_grow(before: Reading, now: Reading, since: float, conditions: Conditions) -> bool:
    """Whether the supply allows the gain of an index since a time (seconds).

    Currents are not asked: they seldom show a pulsing load at the moment at which it counts.
    """
    power = DEFAULT_SUPPLY if now.label.producer else conditions.power
    seconds = max(now.at - since, 0.0) + FRAME_SECONDS
    return 0 <= _gain(before, now) <= ROLL_UP + MARGIN * power * seconds / 3600


def _grows(run: Run, now: Reading) -> bool:
    return _soon(run, now) and _can_grow(run.now, now, run.now.at, run.conditions)


def _choose_index(run: Run) -> Reading | None:
    """Believe an index by what it does, and by whether the line has parity.

                             with parity       without: a false digit can hide in the growth
    grows within the supply  at once           the same value twice, or the middle of three in
                                               line, the latter once every `_PATIENCE` only
    is the first, or late    the next agrees   the middle of three in line
    leaps                    the middle of three, each within the supply
    """
    now, last, parity = run.now, run.last, run.conditions.parity
    heard = run.heard if last is None else max(run.heard, last.at)
    if last is not None and not _can_grow(last, now, heard, run.conditions):
        return run.middle()
    if last is None or now.at - heard > FRESH:
        return run.agreed(2) if parity else _in_line(run)
    if parity or (run.before and run.before[-1].value == now.value):
        return now
    return _in_line(run) if now.at - last.at >= _PATIENCE else None


def _over(run: Run, now: Reading) -> bool:
    return min(int(run.now.raw), int(now.raw)) > MARGIN * run.conditions.limit(now.label)


def _time_to_trip(overload: float) -> float:
    """Seconds after which the breaker opens at a multiple of the supply (54E 7, B = 0.008)."""
    return -125 * log(1 - 1.69 / overload**2)


def _choose_power(run: Run) -> Reading | None:
    """Believe a power within the margin, a higher one after three frames, while the breaker holds.

    Never one that the currents, or the power of all phases, contradict.
    """
    now, conditions = run.now, run.conditions
    power, limit = int(now.raw), conditions.limit(now.label)
    if is_contradicted(now.label, power, conditions.believed, conditions.phases or 1):
        return None
    if power <= MARGIN * limit:
        return now
    least = min(int(one.raw) for one in (*run.before, now))
    can_last = not conditions.has_breaker or run.lasted < _time_to_trip(least / limit)
    return run.agreed() if can_last else None


def _climbs(run: Run, now: Reading) -> bool:
    return _soon(run, now) and not contradicts(now, run.now)


def _choose_peak(run: Run) -> Reading | None:
    """Believe a maximum that came twice, or the middle of three that grow.

    Where bytes were lost, a valid group may end with the end of another.
    """
    now = run.now
    if int(now.raw) > MARGIN * run.conditions.limit(now.label):
        return run.agreed()
    return now if run.before and says_the_same(run.before[-1], now) else run.middle()


def _choose_text(run: Run) -> Reading | None:
    """Believe two that agree: no check sees bit 6 flipped together with the parity bit."""
    return run.agreed(2 if run.conditions.parity else AGREEMENT)


def _choose_overrun(run: Run) -> Reading | None:
    """Believe a warning at once if the current in the frame confirms it, else after three."""
    return run.agreed(1 if is_borne_out(run.now, run.conditions.believed) else AGREEMENT)


def _choose_status(run: Run) -> Reading | None:
    """Believe STGE field by field, as one of them may change in every frame."""
    return agreed_status((*run.before[-2:], run.now), run.last) if run.agreed() else None


def _in_time(before: Reading, now: Reading, conditions: Conditions) -> bool:
    if not isinstance(before.value, datetime) or not isinstance(now.value, datetime):
        return False
    drift = abs((now.value - before.value).total_seconds() - (now.at - before.at))
    return drift <= (DRIFT if conditions.parity else STRICT_DRIFT)


def _choose_clock(run: Run) -> Reading | None:
    """Believe a clock that agrees with the time passed; one that jumped after three frames."""
    if run.last is not None and _in_time(run.last, run.now, run.conditions):
        return run.now
    return run.agreed(1 if run.last is None and run.conditions.parity else AGREEMENT)


def _go_on_in_time(run: Run, now: Reading) -> bool:
    return _in_time(run.now, now, run.conditions)


Q = Quantity
_AGREED: Final = (
    *(Q.CALENDAR_NAME, Q.TARIFF_NAME, Q.MESSAGE, Q.PEAK_START, Q.PEAK_END),
    *(Q.IMPORTED_PEAK_YESTERDAY, Q.EXPORTED_PEAK_YESTERDAY, Q.MEAN_VOLTAGE, *LOADS),
)
_AT_ONCE: Final = (Q.CURRENT, Q.VOLTAGE, Q.SHORT_MESSAGE)  # nothing can bear out one of these
_RULE_OF: Final[Mapping[Quantity, Rule]] = (
    dict.fromkeys(Quantity, Rule(_same, Run.agreed, at_once=True))
    | dict.fromkeys(INDEXES, Rule(_grows, _choose_index))
    | dict.fromkeys((Q.IMPORTED_POWER, Q.EXPORTED_POWER), Rule(_over, _choose_power, is_timed=True))
    | dict.fromkeys((Q.IMPORTED_PEAK, Q.EXPORTED_PEAK), Rule(_climbs, _choose_peak))
    | dict.fromkeys(_AGREED, Rule(_same, _choose_text))
    | dict.fromkeys(_AT_ONCE, Rule(_soon, lambda run: run.now, at_once=True))
    | {
        Q.OVERRUN_CURRENT: Rule(_soon, _choose_overrun, at_once=True, is_timed=True),
        Q.STATUS: Rule(_soon, _choose_status, at_once=True),
        Q.CLOCK: Rule(_go_on_in_time, _choose_clock),
    }
)
RULES: Final = {row.name: _RULE_OF[row.quantity] for row in LABELS.values()}
"""Label -> its rule: a name is quicker to look up than a member of an enumeration."""
