"""A line is read right after what is waited for, and seldom in between."""

from collections.abc import Iterable
from statistics import median
from typing import Final

import pytest

from custom_components.linky_tic.line.rhythm import Rhythm
from custom_components.linky_tic.reporting.rules import RHYTHMS, Preset
from custom_components.linky_tic.tic import Quantity, Reading, Receiver
from simulator import Household
from simulator.wire import to_8n1

from ..tic.streams import luck

_FIFO: Final = 16  # bytes that a UART hands over at once
_LEARNED: Final = 10.0  # seconds


class Played:
    """A meter on a UART, read in a rhythm: how late its news was, how often it was read."""

    def __init__(self, house: Household, rhythm: Rhythm, seconds: float = 60.0) -> None:
        self.late: dict[str, list[float]] = {}
        self.readings = 0
        line, times = _on_the_wire(house, seconds)
        receiver, at, now = Receiver(), 0, 0.0
        while now < times[-1]:
            now += rhythm.wait(10 / house.baud, now)
            begin = at
            while at < len(line) and times[at] <= now:
                at += 1
            events = receiver.feed(line[begin:at], now)
            rhythm.heard(line[begin:at], events)
            if now > _LEARNED:
                self.readings += 1
                self._note(events, line, at, now, times)
        self.readings_a_second = self.readings / (now - _LEARNED)

    def _note(
        self, events: Iterable[object], line: bytes, at: int, now: float, times: list[float]
    ) -> None:
        text = bytes(code & 0x7F for code in line[max(0, at - 4000) : at])
        for event in events:
            if isinstance(event, Reading):
                head = text.rfind(b"\n" + event.label.name.encode())
                end = max(0, at - 4000) + text.find(b"\r", head)
                self.late.setdefault(event.label.name, []).append(now - times[end])


def _on_the_wire(house: Household, seconds: float) -> tuple[bytes, list[float]]:
    """Give bytes, and when a driver hands each of them over."""
    line, times, now = bytearray(), [], 0.0
    while now < seconds:
        frame = to_8n1(house.frame())
        for begin in range(0, len(frame), _FIFO):
            size = len(frame[begin : begin + _FIFO])
            times += [now + (begin + size) * 10 / house.baud] * size
        line += frame
        now += house.frame_seconds
    return bytes(line), times


@pytest.mark.parametrize("phases", [1, 3])
def test_in_real_time_what_is_measured_is_read_soon_after_it_was_sent(phases: int) -> None:
    played = Played(Household(phases=phases, pref=12), Rhythm(*RHYTHMS[Preset.REALTIME]))
    late = [one for name in ("SINSTS", "URMS1", "EAST") for one in played.late[name]]
    assert median(late) < 0.025
    assert sorted(late)[round(0.99 * len(late)) - 1] < 0.06
    assert played.readings_a_second < 9


def test_otherwise_a_power_is_read_soon_and_the_rest_when_it_is_time() -> None:
    played = Played(Household(), Rhythm(*RHYTHMS[Preset.BALANCED]))
    assert median(played.late["SINSTS"]) < 0.08
    assert max(one for late in played.late.values() for one in late) < 0.36
    assert played.readings_a_second < 6


def test_a_historique_line_has_its_rhythm_too() -> None:
    played = Played(Household(mode="historic"), Rhythm(*RHYTHMS[Preset.BALANCED]))
    assert median(played.late["PAPP"]) < 0.15
    assert played.readings_a_second < 6


def test_until_it_is_known_where_the_news_is_a_line_is_read_often() -> None:
    rhythm = Rhythm(0.2, frozenset({Quantity.IMPORTED_POWER}))
    rhythm.heard(b"\x02\nADSC", [])
    assert rhythm.wait(10 / 9600, 0.0) == 0.045


def test_whatever_comes_the_wait_is_short() -> None:
    chance = luck(5)
    line = to_8n1(b"".join(Household(seed=seed).frame() for seed in range(9)))
    receiver, rhythm = Receiver(), Rhythm(*RHYTHMS[Preset.REALTIME])
    for _ in range(4000):
        begin = chance.randrange(len(line))
        chunk = line[begin : begin + chance.randrange(400)] + chance.randbytes(chance.randrange(9))
        rhythm.heard(chunk, receiver.feed(chunk, 0.0))
        assert 0 < rhythm.wait(10 / 9600, 0.0) <= 0.3


def test_meters_of_one_preset_are_read_at_the_same_moments() -> None:
    beat = RHYTHMS[Preset.BALANCED][2]
    for mode in ("standard", "historic"):
        house, rhythm = Household(mode=mode), Rhythm(*RHYTHMS[Preset.BALANCED])
        receiver, now = Receiver(), 1234.567
        for _ in range(40):
            chunk = to_8n1(house.frame())[:500]
            rhythm.heard(chunk, receiver.feed(chunk, now))
            now += rhythm.wait(10 / house.baud, now)
            assert abs(now / beat - round(now / beat)) < 1e-6
