"""What has happened at a meter, told by what it says now and what it said before.

It knows moments and nothing of what lies between them. What was not known before has not happened:
it was found so.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from ..tariff.in_force import Tariff, unnamed
from ..tariff.tempo import COLOUR_OF_PEAK, has_colours
from ..tariff.words import TARIFF_SLUGS
from ..tic import Frame, Mode, Readings

_NO_PEAK: Final = "none"


class Transition(NamedTuple):
    """A kind of event, and what is to be known of it."""

    kind: str
    facts: Mapping[str, object]


class Moment(NamedTuple):
    """What a meter says; None is not known. A peak is `pm1` to `pm3`, or `none`.

    `mode` is that of the tariff: the two modes may have different words, and registers, for it.
    """

    mode: Mode | None = None
    tariff: Tariff | None = None
    notice: str | None = None
    peak: str | None = None
    is_over: bool | None = None
    message: str | None = None

    def after(self, before: Moment) -> Moment:
        """Give this moment, with what is not known of it as it was before."""
        pairs = zip(self, before, strict=True)
        return Moment._make(was if now is None else now for now, was in pairs)


def transitions(before: Moment, now: Moment, readings: Readings) -> Iterator[Transition]:
    """Tell what has happened between two moments, in the order in which people would."""
    is_same_mode = before.mode is now.mode
    if before.tariff and now.tariff and is_same_mode and _is_another(before.tariff, now.tariff):
        facts = {"from": before.tariff.name, "to": now.tariff.name, "register": now.tariff.register}
        yield Transition("tariff_changed", facts)
    if before.peak and now.peak and before.peak != now.peak:
        if before.peak != _NO_PEAK:
            yield Transition("peak_ended", _peak(before.peak, readings, has_ended=True))
        if now.peak != _NO_PEAK:
            yield Transition("peak_started", _peak(now.peak, readings))
    if before.notice and now.notice not in {None, before.notice, _NO_PEAK}:
        yield Transition("peak_notice", _peak(str(now.notice), readings))
    if before.is_over is not None and now.is_over not in {None, before.is_over}:
        yield _overload(readings, is_over=now.is_over)
    if before.message is not None and now.message not in {None, before.message}:
        yield Transition("message", {"text": now.message})


def _is_another(before: Tariff, now: Tariff) -> bool:
    """Whether it is more than another word for the tariff that was in force, or its first name."""
    if before.register != now.register:
        return True
    is_same_kind = (before.name in TARIFF_SLUGS) is (now.name in TARIFF_SLUGS)
    is_named = unnamed(now.register) not in {before.name, now.name}
    return before.name != now.name and is_same_kind and is_named


def _peak(peak: str, readings: Readings, *, has_ended: bool = False) -> Mapping[str, object]:
    """Describe a mobile peak; what is still announced when it has ended is the next one."""
    number = int(peak[-1])
    facts: dict[str, object] = {"number": number}
    if number in COLOUR_OF_PEAK and has_colours(readings):
        facts["colour"] = COLOUR_OF_PEAK[number]
    for name, label in (("start", f"DPM{number}"), ("end", f"FPM{number}")):
        reading = readings.get(label)
        if reading and isinstance(reading.value, datetime) and not has_ended:
            facts[name] = reading.value.isoformat()
    return facts


def _overload(readings: Readings, *, is_over: bool | None) -> Transition:
    """Describe an overload; only Historique on three phases tells which ones are too high."""
    if not is_over:
        return Transition("overload_ended", {})
    phases = [number for number in (1, 2, 3) if f"ADIR{number}" in readings]
    return Transition("overload_started", {"phases": phases} if phases else {})


class ShortMessages:
    """The messages that are sent in one frame and no other."""

    def __init__(self) -> None:
        self._was_sent = False

    def heard(self, frame: Frame, readings: Readings) -> Transition | None:
        """Tell of a message when its frame ends; one that goes on into the next is the same."""
        sent = next((group.data for group in frame.groups if group.name == "MSG2"), None)
        reading = readings.get("MSG2")
        is_new, self._was_sent = not self._was_sent, sent is not None
        if sent is None or not is_new or reading is None or reading.raw != sent:
            return None
        facts = {"text": reading.value, "confirmed": reading.confirmed}
        return Transition("short_message", facts)
