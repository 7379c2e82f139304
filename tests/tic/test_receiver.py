"""The receiver as a whole: any chunks, any bytes, any length of time."""

from collections.abc import Iterable
import math
from pathlib import Path

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.linky_tic.tic import (
    LABELS,
    Event,
    Frame,
    Reading,
    Reason,
    Receiver,
    Rejected,
)
from custom_components.linky_tic.tic.frames import EOT
from custom_components.linky_tic.tic.receiver import Counters
from simulator.wire import heard_at, to_8n1

from .fuzz import SEEDS, endure, mutated
from .referee import DATA, STREAMS, characters, good_groups
from .streams import CUTS, Listener, cut, frames, historic, luck, rejected, standard, values

RECORDINGS = [path.read_bytes() for path in STREAMS]
PARITIES = ("even", "stripped", "stuck")


def received(chunks: Iterable[bytes]) -> list[Event]:
    """Everything that a recording gives."""
    receiver = Receiver()
    events = [event for chunk in chunks for event in receiver.feed(chunk, 1.0)]
    end = receiver.wire.bit7.table.index(EOT)  # as a byte of this line
    return [*events, *receiver.feed(bytes([end]), 1.0)]


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_the_groups_of_a_recording_are_the_good_ones_however_it_is_cut(path: Path) -> None:
    recording = path.read_bytes()
    for parity, chunks in zip(PARITIES, CUTS.values(), strict=True):
        stream = to_8n1(characters(recording), parity)
        whole = received([stream])
        heard = [group for end in frames(whole) for group in end.groups]
        assert [(one.name, one.horodate, one.data) for one in heard] == good_groups(recording)
        assert received(chunks(stream)) == whole


@given(
    st.sampled_from(RECORDINGS),
    st.integers(0, 2**32),
    st.integers(0, 2**32),
    st.sampled_from(PARITIES),
)
@settings(max_examples=60)
def test_any_cut_of_any_damaged_recording_gives_the_same(
    recording: bytes, damage: int, scissors: int, parity: str
) -> None:
    chance = luck(damage)
    start = chance.randrange(len(recording))
    stream = mutated(to_8n1(characters(recording[start : start + 2500]), parity), chance)
    whole = received([stream])
    assert received(CUTS["byte by byte"](stream)) == whole
    assert received(cut(stream, luck(scissors))) == whole


@given(st.binary(max_size=700), st.integers(0, 2**32))
@settings(max_examples=60)
def test_any_bytes_give_the_same_in_any_cut(stream: bytes, scissors: int) -> None:
    assert received(cut(stream, luck(scissors))) == received([stream])


def test_an_empty_chunk_gives_nothing() -> None:
    assert Receiver().feed(b"", 1.0) == []


@pytest.mark.parametrize("now", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_makes_no_exception(now: float) -> None:
    frame = (DATA / "frames" / "raw_8bit_parity.bin").read_bytes()
    receiver = Receiver()
    for _ in range(4):
        receiver.feed(frame, now)
    assert receiver.counters.complete_frames == 4


def test_a_chunk_may_be_64_kib() -> None:
    frame = (DATA / "frames" / "std_mono_hc.bin").read_bytes()
    stream = frame * 76
    assert len(stream) > 65_536
    assert len(frames(Receiver().feed(stream, 1.0))) == 76


def test_mutated_frames_make_no_exception_and_fill_no_memory() -> None:
    endured = endure(4_000, seed=1)
    assert endured.frames > 2_000
    assert endured.largest < 2_000
    assert endured.grown < 5_000


def test_the_fuzz_knows_every_recording() -> None:
    assert len(SEEDS) >= len(STREAMS)


@pytest.mark.parametrize(
    "stream", [b"\n" * 5000, b"\r" * 5000, b"\x02" * 5000, b"A" * 5000, bytes(5000), b"\xff" * 5000]
)
def test_one_byte_for_ever_fills_no_memory(stream: bytes) -> None:
    receiver = Receiver()
    for _ in range(20):
        receiver.feed(stream, 1.0)
    assert len(receiver._segments.tail) < 1000
    assert len(receiver._frames.heard) <= 128


def test_frames_are_counted() -> None:
    receiver = Receiver()
    receiver.feed((DATA / "frames" / "bad_eot_interrupted.bin").read_bytes(), 1.0)
    assert (receiver.counters.complete_frames, receiver.counters.cut_frames) == (1, 1)
    receiver.feed(standard(), 1.0)
    assert (receiver.counters.complete_frames, receiver.counters.cut_frames) == (2, 1)
    assert receiver.counters.good_groups == 59
    receiver.feed(standard(("VTIC", "02"))[:-1] + b"\nrubbish\r", 1.0)
    assert receiver.counters.good_groups == 61


def test_groups_whose_separators_are_damaged_are_heard_and_counted_as_others() -> None:
    listener = Listener()
    frame, new = (standard(("PREF", "09"), ("SINSTS", power)) for power in ("00500", "00510"))
    listener.hear(*[frame] * 4)
    receiver, before = listener.receiver, listener.receiver.counters.good_groups
    assert receiver.counters.altered == 0
    events = listener.hear(new.replace(b"\r", b"\x0c"))
    assert values(events, "SINSTS") == [510]
    assert receiver.counters.good_groups == before + 3
    assert receiver.heard_at == listener.now - 2
    assert not any(
        isinstance(event, Reading) for event in listener.hear(new.replace(b"\r", b"\x0c"))
    )
    listener.hear(new.replace(b"00510", b"00511"))
    assert receiver.counters.altered == 1


def test_the_time_of_the_last_good_group_is_kept() -> None:
    receiver = Receiver()
    assert receiver.heard_at < 0
    receiver.feed(b"noise\r\nnoise\r", 5.0)
    assert receiver.heard_at < 0
    receiver.feed(standard(), 7.0)
    receiver.feed(b"noise\r\nnoise\r", 9.0)
    assert receiver.heard_at == 7.0


def provoke(reason: Reason) -> list[Event]:
    """Make a receiver refuse something for a reason."""
    receiver = Receiver("041961000000")
    good = standard(("EAST", "000001000"))
    line = to_8n1(good * 10)
    events = receiver.feed(line, 1.0)
    damaged = bytearray(to_8n1(good))
    damaged[30] ^= 0x80
    chunk = {
        Reason.DAMAGED: bytes(damaged),
        Reason.CHECKSUM: to_8n1(good.replace(b"1000\t", b"1001\t")),
        Reason.FORMAT: to_8n1(standard(("EAST", "1000"))),
        Reason.HELD: to_8n1(standard(("EAST", "000000999"))),
        Reason.OTHER_METER: to_8n1(standard(("EAST", "000001000"), address="021961123456")),
        Reason.OTHER_MODE: to_8n1(historic(("PAPP", "00500"))),
    }[reason]
    events += receiver.feed(chunk, 1.0)
    told = [one.reason for one in rejected(events)]
    for one in Reason:
        assert receiver.counters.rejections(one) == told.count(one)
    return events


def test_rejections_are_counted_by_label_and_reason_and_those_of_unknown_names_together() -> None:
    counters = Counters()
    names = ("EAST", "EAST", "12345678901234", None)
    counters.count([Rejected(Reason.HELD, name) for name in names])
    assert counters.rejected == {("EAST", Reason.HELD): 2, (None, Reason.HELD): 2}
    many = (*LABELS, *map(str, range(1000)))
    counters.count([Rejected(reason, name) for reason in Reason for name in many])
    assert len(counters.rejected) == len(Reason) * (len(LABELS) + 1)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_given(reason: Reason) -> None:
    given_reasons = {getattr(event, "reason", None) for event in provoke(reason)}
    assert reason in given_reasons


def test_a_line_at_the_wrong_speed_gives_no_reading_and_no_mode() -> None:
    standard_frame = (DATA / "captures" / "standard_three_base.bin").read_bytes()
    historic_frame = (DATA / "captures" / "historic_three_base.bin").read_bytes()
    for recording, sent, heard in ((standard_frame, 9600, 1200), (historic_frame, 1200, 9600)):
        receiver = Receiver()
        events = receiver.feed(heard_at(to_8n1(recording * 2), sent=sent, heard=heard), 1.0)
        assert all(isinstance(event, Frame) or hasattr(event, "reason") for event in events)
        assert receiver.mode is None


def test_a_line_whose_parity_comes_and_goes_loses_half_a_frame_each_time() -> None:
    frame = standard(*((f"EASF{n:02}", f"{n:09}") for n in range(1, 11)))
    receiver = Receiver()
    total = 0
    for parity in PARITIES * 3:
        receiver.feed(to_8n1(frame * 20, parity), 1.0)
        total += 20 * 11
    assert receiver.counters.good_groups > total - 9 * 20


def test_readings_do_not_depend_on_what_follows_in_the_same_chunk() -> None:
    """Two frames shorter than a chunk, the second with the value before the first's."""
    start = [historic(("IINST", "004"))] * 5
    back_and_forth = [historic(("IINST", "005")), historic(("IINST", "004"))]
    stream = to_8n1(b"".join(start + back_and_forth * 4))
    assert received([stream]) == received(CUTS["byte by byte"](stream))


# What was accepted before is known by its characters


def test_a_frame_that_comes_again_is_known_and_only_its_end_is_told() -> None:
    listener = Listener()
    listener.hear(*[standard(("EAST", "000001000"), ("NTARF", "01"))] * 4)
    (end,) = listener.hear(standard(("EAST", "000001000"), ("NTARF", "01")))
    assert isinstance(end, Frame)
    assert [group.name for group in end.groups] == ["ADSC", "EAST", "NTARF"]
    assert listener.receiver.counters.good_groups == 5 * 3
    accepted = dict(listener.receiver.meter.accepted)
    listener.now += 11  # another meter may be on the line
    listener.hear(standard(("EAST", "000001000"), ("NTARF", "01")))
    assert listener.receiver.meter.accepted == accepted
    assert len(accepted) == 3


def test_a_label_on_hold_is_not_known_until_its_doubt_is_gone() -> None:
    listener = Listener()
    one, false = standard(("EAST", "000001000")), standard(("EAST", "000999000"))
    listener.hear(*[one] * 4, false)
    assert values(listener.hear(one, false, false, one), "EAST") == []
    assert values(listener.hear(false, false, false), "EAST") == [999_000]


def test_a_false_bit_in_a_frame_that_comes_again_is_always_seen() -> None:
    listener = Listener()
    frame = standard(("EAST", "000001000"), ("SINSTS", "00500"))
    listener.hear(*[frame] * 5)
    line = to_8n1(frame)
    for at in range(1, len(line) - 1):
        damaged = line[:at] + bytes([line[at] ^ 0x10]) + line[at + 1 :]
        events = listener.receiver.feed(damaged, listener.now)
        events += listener.receiver.feed(line, listener.now)
        assert not any(isinstance(event, Reading) for event in events)
        assert rejected(events) or not all(end.complete for end in frames(events))
    assert listener.receiver.wire.parity_errors == len(line) - 2


def test_known_groups_too_do_not_make_an_endless_frame() -> None:
    listener = Listener()
    frame = standard(("EAST", "000001000"))
    listener.hear(*[frame] * 4, frame[:1])
    groups = to_8n1(frame[1:-1] * 500)
    for chunks in CUTS.values():
        ends = [
            end for chunk in chunks(groups) for end in listener.receiver.feed(chunk, listener.now)
        ]
        assert [len(end.heard) for end in frames(ends)] == [128] * 7
        listener.hear(b"\x03\x02", seconds=0)
