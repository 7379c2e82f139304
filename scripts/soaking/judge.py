"""Knows what is false in what a receiver tells, by what its meter sent. Refuses to know why.

Its rules are those of the promise, not of the decoder: false is what the meter did not send for
that label within the five minutes before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from custom_components.linky_tic.tic import (
    INDEXES,
    Absence,
    Appeared,
    Event,
    Label,
    Mode,
    ModeChanged,
    OtherMeter,
    Quantity,
    Reading,
    Vanished,
)

from .lateness import FIRST, Lateness
from .traffic import STRANGERS, Key, Written
from .truth import SILENCE, WITHIN, Truth

INSTANTANEOUS: Final = "instantaneous"
UNCONFIRMED: Final = "unconfirmed"
TOLERATED: Final = frozenset({INSTANTANEOUS, UNCONFIRMED})
"""False values of these kinds are counted, and are no failure."""
_PATIENCE: Final = 900.0
"""Seconds for which what comes and goes may stay."""
_GAP: Final = 10.0
"""Seconds without a good group for which nobody can be late."""
_EXAMPLES: Final = 20
"""False values of a kind that are told at length."""

Q = Quantity
_KINDS: Final[Mapping[Quantity, str]] = (
    dict.fromkeys(Q, "text")
    | dict.fromkeys(INDEXES, "index")
    | dict.fromkeys(
        (Q.CURRENT, Q.VOLTAGE, Q.IMPORTED_POWER, Q.EXPORTED_POWER, Q.OVERRUN_CURRENT),
        INSTANTANEOUS,
    )
    | dict.fromkeys((Q.STATUS, Q.RELAYS, Q.STATUS_WORD, Q.MISSING_PHASES), "register")
    | dict.fromkeys(
        (
            Q.CALENDAR_NAME, Q.TARIFF_NAME, Q.TARIFF_NUMBER, Q.TARIFF_OPTION, Q.TARIFF_PERIOD,
            Q.TOMORROW, Q.DAY_NUMBER, Q.NEXT_DAY_NUMBER, Q.NEXT_DAY_PROFILE, Q.PEAK_DAY_PROFILE,
            Q.PEAK_START, Q.PEAK_END, Q.PEAK_NOTICE, Q.SCHEDULE_GROUP,
        ),
        "tariff",
    )
    | dict.fromkeys(
        (
            Q.IMPORTED_PEAK, Q.IMPORTED_PEAK_YESTERDAY, Q.EXPORTED_PEAK, Q.EXPORTED_PEAK_YESTERDAY,
            Q.IMPORTED_LOAD, Q.IMPORTED_LOAD_PREVIOUS, Q.EXPORTED_LOAD, Q.EXPORTED_LOAD_PREVIOUS,
            Q.MEAN_VOLTAGE,
        ),
        "dated",
    )
    | {Q.CLOCK: "clock"}
)  # fmt: skip


def kind_of(label: Label) -> str:
    """The class in which a label's readings are counted."""
    return _KINDS[label.quantity]


@dataclass
class Finding:
    """Something false: when (true time), what, and how long it was shown (None: to the end)."""

    at: float
    kind: str
    label: str
    said: str
    context: str = ""
    lasted: float | None = None


@dataclass
class Judge:
    """What a listener has been told, held against the truth."""

    truth: Truth
    findings: list[Finding] = field(default_factory=list)
    false: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    late: Lateness = field(default_factory=Lateness)
    states: dict[str, tuple[Label, Key]] = field(default_factory=dict)
    _shown: dict[str, Finding] = field(default_factory=dict)
    _arrived_at: float = 0.0

    @property
    def failures(self) -> int:
        """How much was false that must never be."""
        return sum(count for kind, count in self.false.items() if kind not in TOLERATED)

    def arrive(self, group: Written, now: float) -> None:
        """Note that a good group of the meter has come."""
        if now - self._arrived_at > _GAP:
            self.late.forget()
        self._arrived_at = now
        state = self.states.get(group.label)
        kind, key = (kind_of(state[0]), state[1]) if state else (FIRST, None)
        self.late.arrived(kind, group.label, group.key, now, key)

    def miss(self, names: Iterable[str], now: float) -> None:
        """Note the labels that are still shown and that the frame that has ended is without."""
        for name in names:
            label, key = self.states[name]
            if label.absence not in {Absence.LATCH, Absence.PATIENT}:
                self.late.arrived("vanishing", name, None, now, key)

    def hear(self, events: Iterable[Event], now: float, mode: Mode) -> list[Finding]:
        """Judge what was told at a time, and give what was false."""
        before = len(self.findings)
        for event in events:
            match event:
                case Reading():
                    self._read(event, now)
                case Vanished(label):
                    self._vanish(label, now)
                case Appeared(label) if label.name not in self.truth.labels:
                    self.fail("entity", label.name, "appeared, never sent", now)
                case OtherMeter(address) if address not in STRANGERS:
                    self.fail("meter", "", f"another meter: {address}", now)
                case ModeChanged(told) if told is not mode:
                    self.fail("mode", "", f"changed to {told}", now)
                case _:
                    pass
        return self.findings[before:]

    def _read(self, reading: Reading, now: float) -> None:
        label, key = reading.label, (reading.raw, reading.time, reading.degraded)
        kind, name = kind_of(label), label.name
        self._end(name, now)
        self.late.told(kind, name, key, now)
        self.states[name] = label, key
        self.told[kind] += 1
        said = self.truth.said(name, key)
        if said is None or said < now - WITHIN:
            self._shown[name] = self.fail(self._kind_of_lie(reading, now), name, _text(key), now)

    def _kind_of_lie(self, reading: Reading, now: float) -> str:
        if not reading.confirmed:
            return UNCONFIRMED
        if self.truth.said_at_all(reading.label.name) < now - WITHIN:
            return "not sent"
        return kind_of(reading.label)

    def _vanish(self, label: Label, now: float) -> None:
        self._end(label.name, now)
        self.states.pop(label.name, None)
        self.late.told("vanishing", label.name, None, now)
        self.late.forget(label.name)
        self.told["vanishing"] += 1
        if not self.truth.lacks(label.name):
            self.fail("vanished", label.name, "vanished, still sent", now)

    def look(self, now: float) -> list[Finding]:
        """Judge what has been shown for a while: it must have been said within the five minutes."""
        before = len(self.findings)
        if now - self.truth.since < WITHIN or now - self.truth.last > SILENCE:
            return []
        for name, (label, key) in self.states.items():
            if name not in self._shown and self._is_stale(label, key, now):
                self._shown[name] = self.fail("stale", name, _text(key), now)
        return self.findings[before:]

    def _is_stale(self, label: Label, key: Key, now: float) -> bool:
        patience = WITHIN
        if label.absence is Absence.LATCH:
            return False
        if label.absence is Absence.PATIENT and self.truth.lacks(label.name):
            patience += _PATIENCE
        said = self.truth.said(label.name, key)
        return said is None or said < now - patience

    def fail(self, kind: str, label: str, said: str, now: float) -> Finding:
        """Count something false."""
        finding = Finding(now, kind, label, said)
        self.false[kind] += 1
        if self.false[kind] <= _EXAMPLES:
            self.findings.append(finding)
        return finding

    def _end(self, name: str, now: float) -> None:
        if shown := self._shown.pop(name, None):
            shown.lasted = now - shown.at

    def restart(self, now: float) -> None:
        """The listener knows nothing any more."""
        for name in list(self._shown):
            self._end(name, now)
        self.states.clear()
        self.late.forget()


def _text(key: Key) -> str:
    data, moment, degraded = key
    return f"{data!r}{f' at {moment}' if moment else ''}{' degraded' if degraded else ''}"
