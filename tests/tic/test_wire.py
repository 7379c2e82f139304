"""Bit 7 is judged from the bytes themselves, and followed when it changes its nature."""

import pytest

from custom_components.linky_tic.tic.wire import DAMAGED, Bit7, Wire
from simulator.wire import to_8n1

from .referee import DATA, STREAMS
from .streams import CUTS, luck

TEXT = (DATA / "frames" / "std_mono_hc.bin").read_bytes() * 3


def read(wire: Wire, stream: bytes) -> bytes:
    """Give a wire bytes."""
    return b"".join(wire.characters(stream))


@pytest.mark.parametrize(
    ("parity", "expected"),
    [("even", Bit7.PARITY), ("stripped", Bit7.STRIPPED), ("stuck", Bit7.STUCK)],
)
def test_the_nature_of_bit_7_is_heard_in_any_stream(parity: str, expected: Bit7) -> None:
    for stream in STREAMS:
        characters = bytes(code & 0x7F for code in stream.read_bytes())
        wire = Wire()
        assert read(wire, to_8n1(characters, parity)) == characters, stream
        assert wire.bit7 is expected, stream
        assert wire.damaged == 0, stream


@pytest.mark.parametrize("first", ["even", "stripped", "stuck"])
@pytest.mark.parametrize("then", ["even", "stripped", "stuck"])
def test_a_change_of_its_nature_is_followed_within_half_a_frame(first: str, then: str) -> None:
    wire = Wire()
    read(wire, to_8n1(TEXT, first))
    read(wire, to_8n1(TEXT[:500], then))
    assert read(wire, to_8n1(TEXT, then)) == TEXT


@pytest.mark.parametrize("then", ["even", "stuck"])
def test_a_change_is_followed_though_some_bytes_of_it_are_damaged(then: str) -> None:
    for seed in range(20):
        chance, wire = luck(seed), Wire()
        read(wire, to_8n1(TEXT, "stripped"))
        line = bytearray(to_8n1(TEXT, then))
        for at in range(0, len(line), 30):
            line[at + chance.randrange(30) - 15] ^= 0x80
        read(wire, bytes(line[:1500]))
        assert read(wire, to_8n1(TEXT, then)) == TEXT, seed


def test_parity_is_not_relied_on_for_a_group_that_began_before_it_was_checked() -> None:
    wire = Wire()
    read(wire, to_8n1(TEXT[:64]))
    assert wire.bit7 is Bit7.PARITY
    assert not wire.carries_parity
    longest = 111
    read(wire, to_8n1(TEXT[64 : 64 + longest]))
    assert not wire.carries_parity
    read(wire, to_8n1(TEXT[64 + longest : 64 + 128]))
    assert wire.carries_parity


def damaged_at(wire: Wire, count: int) -> None:
    """Read 256 bytes from a damaged one on, so many of them damaged."""
    line = bytearray(to_8n1(TEXT[:256]))
    line[:count] = (code ^ 1 for code in line[:count])
    read(wire, bytes(line))


@pytest.mark.parametrize(("count", "doubted"), [(51, False), (52, True)])
def test_parity_is_in_doubt_when_more_than_a_fifth_of_256_bytes_are_damaged(
    count: int, *, doubted: bool
) -> None:
    wire = Wire()
    read(wire, to_8n1(TEXT))
    damaged_at(wire, count)
    assert wire.carries_parity is not doubted
    read(wire, to_8n1(TEXT[:63]))
    assert wire.carries_parity is not doubted
    read(wire, to_8n1(TEXT[63:64]))  # these 64 bytes have decided
    assert wire.carries_parity


@pytest.mark.parametrize(("contrary", "followed"), [(8, True), (9, False)])
def test_another_nature_is_believed_of_64_bytes_if_an_eighth_at_most_contradicts_it(
    contrary: int, *, followed: bool
) -> None:
    wire = Wire()
    read(wire, to_8n1(TEXT, "stripped"))
    read(wire, b"\x80" * 52 + b"0" * 204)  # in doubt
    stuck = bytearray(b"\xb0" * 64)
    stuck[:contrary] = b"0" * contrary
    read(wire, bytes(stuck))
    assert wire.bit7 is (Bit7.STUCK if followed else Bit7.STRIPPED)


@pytest.mark.parametrize("size", [21, 64, 256])
def test_a_line_of_which_a_sample_is_known_is_judged_from_its_first_byte(size: int) -> None:
    stream = to_8n1(TEXT)
    wire = Wire()
    read(wire, (stream[:size] * 256)[:256])
    characters = read(wire, bytes([stream[0] ^ 1]) + stream[1:])
    assert characters == bytes([DAMAGED]) + TEXT[1:]
    assert wire.parity_errors == 1


def test_every_single_bit_error_is_seen_where_there_is_parity() -> None:
    wire = Wire()
    read(wire, to_8n1(TEXT))
    for bit in range(8):
        damaged = bytes([to_8n1(b"3")[0] ^ 1 << bit])
        assert read(wire, damaged) == bytes([DAMAGED])
    assert wire.parity_errors == wire.damaged == 8


def test_bit_7_alone_is_an_error_on_a_stripped_line_and_its_absence_on_a_stuck_one() -> None:
    for parity, odd_one_out in (("stripped", b"\xb3"), ("stuck", b"3")):
        wire = Wire()
        read(wire, to_8n1(TEXT, parity))
        assert read(wire, odd_one_out) == bytes([DAMAGED])
        assert wire.damaged == 1
        assert wire.parity_errors == 0


@pytest.mark.parametrize("rate", [1e-5, 1e-4, 1e-3, 1e-2])
@pytest.mark.parametrize(("parity", "expected"), [("even", "PARITY"), ("stripped", "STRIPPED")])
def test_noise_does_not_change_the_judgement(rate: float, parity: str, expected: str) -> None:
    chance = luck(round(1 / rate))
    noisy = bytes(
        code ^ sum((chance.random() < rate) << bit for bit in range(8)) for code in to_8n1(TEXT * 3)
    )
    if parity == "stripped":
        noisy = bytes(code & 0x7F for code in noisy)
    wire = Wire()
    for start in range(0, len(noisy), 16):
        read(wire, noisy[start : start + 16])
        assert wire.bit7.name in {expected, "UNDECIDED"}
    assert wire.bit7.name == expected


def test_the_cut_into_chunks_changes_neither_characters_nor_judgement() -> None:
    stream = to_8n1(TEXT) + to_8n1(TEXT, "stripped") + to_8n1(TEXT, "stuck")
    outcomes = []
    for chunks in CUTS.values():
        wire = Wire()
        characters = b"".join(read(wire, chunk) for chunk in chunks(stream))
        outcomes.append((characters, wire.bit7, wire.damaged, wire.parity_errors))
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.parametrize("parity", ["even", "stripped", "stuck"])
def test_a_burst_of_noise_does_not_change_what_bit_7_is_taken_for(parity: str) -> None:
    line = to_8n1(TEXT, parity)
    for seed in range(60):
        wire = Wire()
        read(wire, line)
        taken = wire.bit7
        read(wire, luck(seed).randbytes(100 + 20 * seed))
        assert wire.bit7 is taken
        read(wire, line[:700])
        assert read(wire, line) == TEXT


def test_a_chunk_of_any_length_with_damage_all_along_is_read() -> None:
    line = bytearray(to_8n1(TEXT * 100))
    line[::300] = bytes(code ^ 1 for code in line[::300])
    wire = Wire()
    assert len(read(wire, bytes(line))) == len(line)
    assert wire.damaged >= len(line) // 300 - 1
    assert wire.carries_parity
