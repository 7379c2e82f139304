"""The quality of a line is the share of good groups over the last ten minutes."""

from collections.abc import Callable
from random import Random
from typing import Final

import pytest

from custom_components.linky_tic.health.line_quality import LineQuality
from custom_components.linky_tic.tic import Reason, Receiver
from simulator.wire import to_8n1

from ..tic.referee import DATA
from ..tic.streams import luck, standard

START: Final = 1_790_000_000.0
GOOD: Final = standard(("VTIC", "02"), ("PREF", "09"), ("PCOUP", "09"))
"""A frame of four good groups."""
BAD: Final = GOOD.replace(b"09\t", b"19\t")
"""The same frame with two damaged groups."""


class Heard:
    """A line and its quality."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self.quality = LineQuality(self.receiver)
        self.quality.sample()

    def minutes(self, count: int, frame: bytes = b"") -> None:
        """Receive one frame each minute."""
        for _ in range(count):
            self.receiver.feed(frame, START)
            self.quality.sample()


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_line_not_heard_yet_has_no_quality(heard: Heard) -> None:
    assert heard.quality.good_share is None
    heard.minutes(12)
    assert heard.quality.good_share is None


def test_a_good_line_is_good(heard: Heard) -> None:
    heard.minutes(3, GOOD)
    assert heard.quality.good_share == 100


def test_bad_groups_lower_the_share(heard: Heard) -> None:
    heard.minutes(1, BAD)
    assert heard.receiver.counters.rejections(Reason.CHECKSUM) == 2
    assert heard.receiver.counters.good_groups == 2
    assert heard.quality.good_share == 50


def test_what_is_older_than_ten_minutes_is_forgotten(heard: Heard) -> None:
    heard.minutes(5, BAD)
    heard.minutes(9, GOOD)
    assert (heard.quality.good_share or 0) < 100
    heard.minutes(1, GOOD)
    assert heard.quality.good_share == 100


def test_without_groups_there_is_no_quality(heard: Heard) -> None:
    heard.minutes(5, BAD)
    heard.minutes(10)
    assert heard.quality.good_share is None


def test_ten_minutes_are_needed_to_judge(heard: Heard) -> None:
    full = []
    for _ in range(12):
        heard.minutes(1, BAD)
        full.append(heard.quality.is_window_full)
    assert full == 8 * [False] + 4 * [True]


def test_silence_begins_with_the_first_sample_after_the_last_good_group(heard: Heard) -> None:
    silence = []
    for frame in (b"", GOOD, b"", b"", GOOD):
        heard.minutes(1, frame)
        silence.append(heard.quality.silent_minutes)
    assert silence == [1, 0, 1, 2, 0]


@pytest.mark.parametrize(
    ("bad", "altered", "is_losing"), [(0, 0, False), (5, 0, True), (6, 2, False), (7, 2, True)]
)
def test_bytes_are_missing_where_less_than_a_third_of_the_bad_groups_have_a_wrong_one(
    heard: Heard, bad: int, altered: int, *, is_losing: bool
) -> None:
    heard.receiver.counters.altered += 7
    heard.minutes(12)  # and forgotten
    heard.receiver.counters.rejected["EAST", Reason.CHECKSUM] += bad
    heard.receiver.counters.altered += altered
    assert heard.quality.is_losing_bytes is is_losing


type Trouble = Callable[[bytes, Random], bytes]


def without_bytes(stream: bytes, chance: Random) -> bytes:
    """Remove single bytes, or a few in a row, as another program does that reads the same port."""
    start = chance.randrange(len(stream))
    return stream[:start] + stream[start + chance.choice((1, 3, 16, 64)) :]


def without_a_group(stream: bytes, chance: Random) -> bytes:
    """Remove as many bytes as a group has."""
    start = chance.randrange(len(stream) - 21)
    return stream[:start] + stream[start + chance.choice((20, 21)) :]


def with_a_spark(stream: bytes, chance: Random) -> bytes:
    """Replace some bytes in a row, as interference from a switch does."""
    start = chance.randrange(len(stream))
    return stream[:start] + chance.randbytes(30) + stream[start + 30 :]


def with_false_bits(stream: bytes, chance: Random) -> bytes:
    """Flip single bits, as bad wiring does."""
    return bytes(
        byte ^ (1 << chance.randrange(8)) if chance.random() < 0.01 else byte for byte in stream
    )


@pytest.mark.parametrize("parity", ["even", "stripped"])
@pytest.mark.parametrize("name", ["std_mono_hc", "his_mono_tempo"])
@pytest.mark.parametrize(
    ("trouble", "is_losing"),
    [
        *((without_bytes, True), (without_a_group, True)),
        *((with_false_bits, False), (with_a_spark, False)),
    ],
)
def test_bytes_that_are_missing_are_told_from_wrong_ones_with_parity_and_without(
    heard: Heard,
    trouble: Callable[[bytes, Random], bytes],
    name: str,
    parity: str,
    *,
    is_losing: bool,
) -> None:
    stream = to_8n1((DATA / "frames" / f"{name}.bin").read_bytes(), parity)
    chance = luck(5)
    heard.minutes(1)
    for _ in range(60):
        heard.receiver.feed(trouble(stream, chance), 1.0)
    assert heard.quality.is_losing_bytes is is_losing
