"""What goes on as before takes the short way, and comes out as it would by the long one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import override

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.linky_tic.tic import Event, Frame, Reading, Receiver
from custom_components.linky_tic.tic.groups import Group
from simulator.household import Household
from simulator.wire import to_8n1

from .fuzz import mutated
from .streams import (
    ADDRESS,
    OTHER_ADDRESS,
    Listener,
    cut,
    frames,
    historic,
    luck,
    rejected,
    standard,
    values,
)

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


class LongWay(Receiver):
    """A receiver that knows nothing by its bytes: all goes through splitter, meter and gate."""

    def __init__(self, address: str | None = None) -> None:
        super().__init__(address)
        self._known = lambda _segment: None
        self._follow = lambda _segment, _now, _out: None
        self.meter._unheard.clear()

    @override
    def _take_new(self, _segment: bytes, _now: float, _out: list[Event]) -> Group | None:
        return None


def household(chance: Random) -> Iterator[bytes]:
    """Frames of a house whose load is switched now and then, some of them damaged."""
    house = Household(
        mode=chance.choice(("standard", "historic")), phases=chance.choice((1, 3)), start=NOON
    )
    parity = chance.choice(("even", "stripped", "stuck"))
    damage = chance.choice((0.0, 0.02, 0.2))
    for _ in range(40):
        if chance.random() < 0.2:
            house.set_load(chance.choice((100, 2400, 9000, 20_000)))
        line = to_8n1(house.frame(), parity)
        yield mutated(line, chance) if chance.random() < damage else line


@given(st.integers(0, 2**32), st.sampled_from((0.0, 3.0, 59.0, 90.0, 10_800.0)))
@settings(max_examples=60, deadline=None)
def test_the_short_way_gives_what_the_long_way_gives(seed: int, clock: float) -> None:
    chance = luck(seed)
    short, long = Receiver(), LongWay()
    now = NOON.timestamp() + clock
    for line in household(chance):
        for chunk in cut(line, chance):
            assert short.feed(chunk, now) == long.feed(chunk, now)
        now += chance.choice((1.0, 1.4, 2.0))
    assert short.good_groups == long.good_groups
    assert short.meter.readings == long.meter.readings


def clocked(second: int) -> tuple[str, str, str]:
    """The clock, so many seconds after noon."""
    return ("DATE", "", f"{NOON + timedelta(hours=1, seconds=second):H%y%m%d%H%M%S}")


def steady(
    address: str = ADDRESS,
    *,
    index: int = 1000,
    power: int = 500,
    second: int = 0,
    volts: int = 230,
) -> bytes:
    """A frame of a 9 kVA supply."""
    return standard(
        clocked(second),
        ("EAST", f"{index:09}"),
        ("URMS1", f"{volts:03}"),
        ("PCOUP", "09"),
        ("SINSTS", f"{power:05}"),
        address=address,
    )


@pytest.fixture
def listener() -> Listener:
    """A listener that has heard the frame for a while, its clock right."""
    one = Listener()
    one.now = NOON.timestamp() - 5
    for _ in range(5):
        one.hear(steady(), seconds=1)
    return one


def goes_on(listener: Listener, frame: bytes) -> list[str]:
    """The labels of a frame that plainly follow from what they said last."""
    receiver, out = listener.receiver, list[Event]()
    listener.hear(frame[: frame.index(b"\nDATE")])
    for segment in to_8n1(frame).split(b"\x8d")[1:-1]:
        if receiver._known(segment) is None:
            receiver._follow(segment, listener.now - 1, out)
    return [event.label.name for event in out if isinstance(event, Reading)]


def test_numbers_and_the_clock_take_the_short_way(listener: Listener) -> None:
    changed = steady(index=1002, power=700, second=1, volts=231)
    assert goes_on(listener, changed) == ["DATE", "EAST", "URMS1", "SINSTS"]


def test_a_number_of_historique_mode_takes_it_too() -> None:
    listener = Listener()
    listener.hear(*[historic(("BASE", "000001000"), ("PAPP", "00500"))] * 4)
    changed = to_8n1(historic(("BASE", "000001001"), ("PAPP", "00510"))).split(b"\x8d")
    listener.hear(historic()[:-1])
    out: list[Event] = []
    for segment in changed[1:-1]:
        assert listener.receiver._follow(segment, listener.now, out) is not None
    assert [event.value for event in out if isinstance(event, Reading)] == [1001, 510]


@pytest.mark.parametrize(
    "odd",
    [
        steady(index=999),
        steady(index=1018),  # 9 kVA with a margin of 1.5 for 4 s, and 2 Wh of rounding: 17
        steady(power=13_501),
        steady(volts=481),
        steady(second=30),
        steady(second=3600),
        steady(index=1001).replace(b"1001\t", b"1002\t"),
    ],
    ids=("goes down", "leaps", "beyond the breaker", "no voltage", "jumps", "an hour", "checksum"),
)
def test_what_needs_thought_does_not(listener: Listener, odd: bytes) -> None:
    assert goes_on(listener, odd) == []


def test_nothing_lasting_takes_it_in_a_frame_of_another_meter(listener: Listener) -> None:
    theirs = steady(OTHER_ADDRESS, index=1002, power=700, second=1)
    assert goes_on(listener, theirs) == []


def test_nothing_lasting_takes_it_in_a_frame_whose_address_is_damaged(listener: Listener) -> None:
    anonymous = steady(index=1002, power=700, second=1).replace(b"ADSC\t", b"ADSC\x01", 1)
    assert goes_on(listener, anonymous) == ["SINSTS"]


def test_a_label_on_hold_does_not(listener: Listener) -> None:
    listener.hear(steady(index=5000), seconds=1)
    assert goes_on(listener, steady(index=1002)) == []
    assert values(listener.hear(steady(index=1002, second=2)), "EAST") == [1002]


def test_an_index_without_parity_does_not() -> None:
    listener = Listener(parity=False)
    listener.hear(*[historic(("BASE", "000001000"), ("PAPP", "00500"))] * 6)
    (first, *_), out = historic(("BASE", "000001001")).split(b"\r")[1:], list[Event]()
    assert listener.receiver._follow(first, listener.now, out) is None


def test_a_false_bit_in_a_frame_that_comes_again_is_always_seen(listener: Listener) -> None:
    line = to_8n1(steady())
    listener.receiver.feed(line, listener.now)
    for at in range(1, len(line) - 1):
        damaged = line[:at] + bytes([line[at] ^ 0x10]) + line[at + 1 :]
        events = listener.receiver.feed(damaged, listener.now)
        events += listener.receiver.feed(line, listener.now)
        assert not any(isinstance(event, Reading) for event in events)
        assert rejected(events) or not all(end.complete for end in frames(events))
    assert listener.receiver.wire.parity_errors == len(line) - 2


def test_the_bytes_of_a_line_with_parity_say_nothing_on_one_without(listener: Listener) -> None:
    listener.receiver.feed(to_8n1(steady() * 4, "stripped"), listener.now)
    assert listener.receiver.wire.bit7.name == "STRIPPED"
    events = listener.receiver.feed(to_8n1(steady()), listener.now)
    assert not any(isinstance(event, Frame) and event.complete for event in events)
