"""What has happened is told by what differs, and by nothing that was unknown before."""

from collections.abc import Iterable
from typing import Final

import pytest

from custom_components.linky_tic.event import (
    MeterEvent,
    ShortMessages,
    Snapshot,
    find_events,
)
from custom_components.linky_tic.tariff.in_force import Tariff
from custom_components.linky_tic.tic import Frame, Mode

from .tic.streams import Listener, historic, standard

BEFORE: Final = Snapshot(
    Mode.STANDARD, Tariff(2, "HEURE PLEINE"), "none", "none", is_over=False, message="RIEN"
)


def kinds(before: Snapshot, now: Snapshot) -> list[str]:
    return [event.event_type for event in find_events(before, now.filled_from(before), {})]


@pytest.mark.parametrize("field", Snapshot._fields)
def test_what_is_not_known_has_neither_begun_nor_ended(field: str) -> None:
    unknown = BEFORE._replace(**{field: None})
    assert kinds(unknown, BEFORE) == []
    assert kinds(BEFORE, unknown) == []
    assert unknown.filled_from(BEFORE) == BEFORE


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"tariff": Tariff(1, "HEURE CREUSE")}, ["tariff_changed"]),
        ({"tariff": Tariff(2, "HP NOUVEAU")}, ["tariff_changed"]),
        ({"tariff": Tariff(2, "index_2")}, []),
        ({"tariff": Tariff(2, "tempo_blue_peak")}, []),
        ({"tariff": Tariff(1, "base"), "mode": Mode.HISTORIC}, []),
        ({"notice": "pm2"}, ["peak_notice"]),
        ({"peak": "pm1"}, ["peak_started"]),
        ({"peak": "pm3", "notice": "pm1"}, ["peak_started", "peak_notice"]),
        ({"is_over": True}, ["overload_started"]),
        ({"message": ""}, ["message"]),
        ({}, []),
    ],
    ids=str,
)
def test_what_differs_has_events(now: dict[str, object], expected: list[str]) -> None:
    assert kinds(BEFORE, Snapshot(**{**BEFORE._asdict(), **now})) == expected


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("pm1", "none", ["peak_ended"]),
        ("pm1", "pm2", ["peak_ended", "peak_started"]),
        ("pm1", "pm1", []),
    ],
)
def test_a_peak_that_gives_way_to_another_has_ended(
    was: str, now: str, expected: list[str]
) -> None:
    assert kinds(BEFORE._replace(peak=was), BEFORE._replace(peak=now)) == expected


class Heard:
    """A meter whose frames are looked at as they end."""

    def __init__(self) -> None:
        self.messages = ShortMessages()
        self._listener = Listener()

    def hear(self, *frames: bytes) -> list[tuple[str, str]]:
        """Feed frames; gives what was told of, and a word of it."""
        return [one for frame in frames for one in self._end(self._listener.hear(frame))]

    def _end(self, events: Iterable[object]) -> Iterable[tuple[str, str]]:
        readings = self._listener.receiver.meter.readings
        for frame in (event for event in events if isinstance(event, Frame)):
            if message := self.messages.end_frame(frame, readings):
                yield message.event_type, str(message.data["text"])


def test_a_short_message_is_told_once_for_each_sending() -> None:
    heard = Heard()
    calm = standard(("MSG1", " " * 32))
    sent = standard(("MSG1", " " * 32), ("MSG2", f"{'APPELEZ':16}"))
    told = heard.hear(calm, calm, sent, calm, calm, sent, sent, calm)
    assert told == [("short_message", "APPELEZ")] * 2
    assert Heard().hear(sent, calm) == [("short_message", "APPELEZ")]


def test_an_event_has_a_type_and_data() -> None:
    now = BEFORE._replace(tariff=Tariff(1, "HEURE CREUSE"))
    facts = {"from": "HEURE PLEINE", "to": "HEURE CREUSE", "register": 1}
    assert list(find_events(BEFORE, now, {})) == [MeterEvent("tariff_changed", facts)]


def test_a_peak_has_its_colour_and_what_is_announced_of_it_until_it_ends() -> None:
    listener = Listener()
    peak = (("DPM2", "00", " 261125060000"), ("FPM2", "00", " 261126060000"))
    listener.hear(*[standard(("STGE", "8E3A0001"), *peak)] * 4)
    readings = listener.receiver.meter.readings
    hours = {"start": "2026-11-25T06:00:00+01:00", "end": "2026-11-26T06:00:00+01:00"}
    red = {"number": 2, "colour": "red"}
    started, ended = BEFORE._replace(peak="pm2"), BEFORE
    assert [*find_events(BEFORE, started, readings), *find_events(started, ended, readings)] == [
        MeterEvent("peak_started", red | hours),
        MeterEvent("peak_ended", red),
    ]
    given = find_events(BEFORE, BEFORE._replace(notice="pm3"), {})
    assert list(given) == [MeterEvent("peak_notice", {"number": 3})]


def test_an_overload_tells_its_phases_where_the_meter_does() -> None:
    over = BEFORE._replace(is_over=True)
    listener = Listener()
    amperes = [(f"IINST{n}", "040") for n in (1, 2, 3)]
    listener.hear(*[historic(("ADIR1", "045"), ("ADIR3", "045"), *amperes)] * 4)
    readings = listener.receiver.meter.readings
    told = [*find_events(BEFORE, over, readings), *find_events(over, BEFORE, readings)]
    assert told == [
        MeterEvent("overload_started", {"phases": [1, 3]}),
        MeterEvent("overload_ended", {}),
    ]
    assert list(find_events(BEFORE, over, {})) == [MeterEvent("overload_started", {})]


@pytest.mark.parametrize(("status", "peak"), [("8E3A0001", "pm3"), ("203A0001", "pm2")])
def test_a_peak_without_a_colour_has_none(status: str, peak: str) -> None:
    listener = Listener()
    listener.hear(*[standard(("STGE", status))] * 4)
    told = find_events(BEFORE, BEFORE._replace(peak=peak), listener.receiver.meter.readings)
    assert list(told) == [MeterEvent("peak_started", {"number": int(peak[-1])})]
