"""Each fault does what it says, and nothing else."""

from random import Random

import pytest

from simulator import Household
from simulator.faults import (
    PASSING,
    BitFlipper,
    Damage,
    Double,
    Fault,
    Interruption,
    Lose,
    LoseText,
    burst_of_noise,
    replaced,
    storm,
    strike,
)

from .reading import as_dict

FRAME = Household(contract="hphc").frame()


@pytest.fixture
def luck() -> Random:
    return Random(3)  # noqa: S311  (drawn again the same, not secret)


def test_bits_are_wrong_at_their_rate_and_counted(luck: Random) -> None:
    flipper = BitFlipper(1e-3, luck)
    data = bytes(1000)
    wrong = 0
    for _ in range(100):
        wrong += sum(byte.bit_count() for byte in flipper.flip(data))
    assert wrong == flipper.flipped
    assert wrong == pytest.approx(800, rel=0.15)


def test_a_quiet_line_is_left_alone(luck: Random) -> None:
    flipper = BitFlipper(0, luck)
    assert flipper.flip(FRAME) is FRAME


@pytest.mark.parametrize(
    ("fault", "more"),
    [(Lose(4), -4), (LoseText("NONU"), -4), (Double(8), 8), (Damage(), 0), (Damage(every=True), 0)],
)
def test_a_fault_of_the_moment_changes_the_number_of_bytes_as_it_should(
    fault: Fault, more: int, luck: Random
) -> None:
    struck = strike(FRAME, fault, luck)
    assert struck != FRAME
    assert len(struck) == len(FRAME) + more


def test_a_damaged_separator_becomes_one_that_was_seen(luck: Random) -> None:
    struck = strike(FRAME, Damage(), luck)
    assert [(was, now) for was, now in zip(FRAME, struck, strict=True) if was != now] == [
        (0x0A, 0x0F)
    ]
    assert b"\n" not in strike(FRAME, Damage(every=True), luck)


def test_an_interruption_breaks_off_with_eot(luck: Random) -> None:
    struck = strike(FRAME, Interruption(), luck)
    assert struck.endswith(b"\x04")
    assert FRAME.startswith(struck[:-1])


def test_noise_stays_within_its_length(luck: Random) -> None:
    struck = burst_of_noise(FRAME, 20, luck)
    wrong = [n for n, (was, now) in enumerate(zip(FRAME, struck, strict=True)) if was != now]
    assert wrong
    assert wrong[-1] - wrong[0] < 20


def test_garbage_has_a_good_checksum() -> None:
    struck = replaced(FRAME, "standard", "SINSTS", "48370")
    assert as_dict(struck) == as_dict(FRAME) | {"SINSTS": "48370"}
    dated = replaced(FRAME, "standard", "SMAXSN", "99999")
    assert as_dict(dated) == as_dict(FRAME) | {"SMAXSN": "99999"}
    historic = Household(mode="historic").frame()
    assert as_dict(replaced(historic, "historic", "PAPP", "99990"))["PAPP"] == "99990"
    assert replaced(FRAME, "standard", "PAPP", "00000") == FRAME


def test_a_storm_is_drawn_from_its_seed_in_order() -> None:
    script = storm(2, 30, seed=1)
    assert script == storm(2, 30, seed=1) != storm(2, 30, seed=2)
    assert len(script) == 60
    assert [moment for moment, _ in script] == sorted(moment for moment, _ in script)
    assert {fault for _, fault in script} <= set(PASSING)
