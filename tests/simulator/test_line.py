"""A house heard through a line: what is scripted happens, and is over when it should be."""

from itertools import pairwise
from pathlib import Path

import pytest

from simulator import Household
from simulator.faults import (
    BitErrors,
    DegradedClock,
    Fault,
    Garbage,
    Injected,
    Noise,
    ParityChange,
    Silence,
    SwapMeter,
    SwitchMode,
    Unplug,
    WrongSpeed,
    storm,
)
from simulator.line import Burst, Line, Replay
from simulator.wire import to_8n1

from .reading import as_dict

CAPTURES = Path(__file__).parents[1] / "data" / "captures"


def characters(burst: Burst) -> bytes:
    return bytes(byte & 0x7F for byte in burst.data)


def line(*script: tuple[float, Fault], parity: str = "even") -> Line:
    return Line(Household(contract="hphc"), script=script, parity=parity)


def until(line: Line, elapsed: float) -> list[Burst]:
    bursts = []
    while line.house.elapsed < elapsed:
        bursts.append(line.next())
    return bursts


def test_a_clean_line_is_the_house_with_its_parity() -> None:
    house = Household(contract="hphc")
    heard = line()
    for _ in range(5):
        burst = heard.next()
        assert burst == Burst(to_8n1(house.frame()), house.frame_seconds, 9600)


@pytest.mark.parametrize("parity", ["stripped", "stuck"])
def test_bit_errors_do_not_bring_bit_7_back(parity: str) -> None:
    noisy = Line(Household(), noise=1e-2, parity=parity)
    data = b"".join(noisy.next().data for _ in range(20))
    assert noisy.bit_errors > 500
    assert {byte >> 7 for byte in data} == {parity == "stuck"}


def test_a_noisy_spell_ends() -> None:
    heard = line((5, BitErrors(1e-2, 10)))
    until(heard, 16)
    errors = heard.bit_errors
    assert 300 < errors < 1500
    until(heard, 30)
    assert heard.bit_errors == errors
    assert [injected.fault for injected in heard.log] == [BitErrors(1e-2, 10)]


def test_silence_lasts_as_long_as_it_is_told() -> None:
    heard = line((3, Silence(10)))
    bursts = until(heard, 20)
    quiet = [burst.seconds for burst in bursts if not burst.data]
    assert sum(quiet) == pytest.approx(10, abs=0.01)
    assert all(burst.plugged for burst in bursts)


def test_an_unplugged_port_says_so_and_comes_back() -> None:
    bursts = until(line((3, Unplug(10))), 20)
    changes = [now.plugged for before, now in pairwise(bursts) if now.plugged != before.plugged]
    assert changes == [False, True]


def test_a_wrong_speed_gives_no_frame() -> None:
    bursts = until(line((3, WrongSpeed(5))), 15)
    broken = [burst for burst in bursts if not characters(burst).startswith(b"\x02\nADSC")]
    assert sum(burst.seconds for burst in broken) == pytest.approx(5, abs=1)


def test_a_spark_spoils_one_frame() -> None:
    clean, struck = line(), line((2, Noise(30)))
    spoilt = [clean.next().data != struck.next().data for _ in range(10)]
    assert sum(spoilt) == 1


def test_garbage_lasts_its_frames_and_the_truth_is_kept() -> None:
    heard = line((2, Garbage("EAST", "999999999", frames=2)))
    seen = []
    for _ in range(8):
        seen.append(as_dict(characters(heard.next()))["EAST"])
        assert heard.house.truth["EAST"] < "1"
    assert seen.count("999999999") == 2


def test_the_meter_may_change_its_mode_and_be_changed() -> None:
    heard = line((2, SwitchMode("historic")), (10, SwapMeter("021861999999", 500)))
    bursts = until(heard, 15)
    assert [burst.baud for burst in bursts].count(1200) > 5
    last = as_dict(characters(bursts[-1]))
    assert last["ADCO"] == "021861999999"
    assert int(last["HCHC"]) + int(last["HCHP"]) == 500


def test_a_degraded_clock_is_set_again() -> None:
    heard = line((2, DegradedClock(-3600, 5)))
    letters = []
    for _ in range(15):
        heard.next()
        letters.append(heard.house.horodates["DATE"][0])
    assert "".join(letters).strip("H").strip("h") == ""
    assert letters.count("h") == pytest.approx(5, abs=1)


def test_the_parity_of_a_line_may_change() -> None:
    heard = line((2, ParityChange("stripped")))
    bursts = until(heard, 6)
    assert max(bursts[0].data) > 0x7F
    assert max(bursts[-1].data) < 0x80


def test_an_adapter_may_have_a_speed_of_its_own() -> None:
    house = Household(mode="historic")
    burst = Line(house, baud=9600).next()
    assert burst.baud == 9600
    assert burst.seconds == house.frame_seconds > 1  # the meter is as slow as ever


def test_a_fault_may_strike_when_the_test_says_so() -> None:
    heard = line((60, SwitchMode("historic")))
    until(heard, 3)
    heard.inject(Garbage("LTARF", "GARBAGE         "))
    assert b"GARBAGE" in characters(heard.next())
    assert b"GARBAGE" not in characters(heard.next())
    assert len(heard.log) == 1


def test_a_storm_passes_and_the_house_lives_on() -> None:
    heard = Line(Household(phases=3), script=storm(1, 120, seed=2), noise=1e-5)
    until(heard, 3700)
    assert len(heard.log) == 120
    assert isinstance(heard.log[0], Injected)
    assert characters(heard.next()).startswith(b"\x02\nADSC")


def test_a_recording_is_played_frame_by_frame_again_and_again() -> None:
    recording = CAPTURES / "historic_three_base.bin"
    replay = Replay(recording, 1200)
    bursts = [replay.next() for _ in range(2 * recording.read_bytes().count(b"\x03"))]
    assert b"".join(characters(burst) for burst in bursts) == recording.read_bytes() * 2
    assert bursts[0].seconds == pytest.approx(len(bursts[0].data) / 120 + 0.02)


def test_a_recording_may_be_played_once() -> None:
    replay = Replay(b"\x02\nVTIC\t02\tJ\r\x03", 9600, once=True)
    assert replay.next().data
    assert replay.next() == Burst(b"", 1.0, 9600)
