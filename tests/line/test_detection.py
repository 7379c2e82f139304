"""A line's speed is found by trying, on a clock of our own."""

import pytest

from custom_components.linky_tic.line.detection import METER_SPEEDS, TRYING, Detection
from custom_components.linky_tic.tic import Mode


def test_each_mode_has_its_speed() -> None:
    assert METER_SPEEDS == {Mode.STANDARD: 9600, Mode.HISTORIC: 1200}


def test_the_speed_that_worked_last_is_tried_first() -> None:
    assert Detection(1200, 0).speed == 1200
    assert Detection(9600, 0).speed == 9600


def test_the_two_speeds_take_turns() -> None:
    detection = Detection(9600, 0)
    assert [detection.next_speed(at) for at in (1.0, 2.0, 3.0)] == [1200, 9600, 1200]


def test_a_relay_s_speed_is_tried_first_and_the_meter_s_own_after_it() -> None:
    detection = Detection(115200, 0)
    assert detection.speed == 115200
    assert [detection.next_speed(at) for at in (1.0, 2.0, 3.0)] == [9600, 1200, 115200]


def test_speeds_of_relays_are_tried_after_two_rounds_of_the_meter_s_own() -> None:
    detection = Detection(1200, 0, (115200, 19200))
    speeds = [detection.speed, *(detection.next_speed(float(at)) for at in range(6))]
    assert speeds == [1200, 9600, 1200, 9600, 115200, 19200, 1200]


def test_bytes_without_a_group_give_each_speed_the_time_that_it_needs() -> None:
    detection = Detection(9600, 100.0)
    detection.received(100.5, good=False)
    assert detection.patience(101.0) == 1.5
    detection.next_speed(102.5)
    detection.received(103.0, good=False)
    assert detection.patience(103.0) == 3.5
    relays = dict.fromkeys((115200, 57600, 38400, 19200), 3.5)
    assert {9600: 2.0, 1200: 4.0, **relays} == TRYING


def test_a_silent_line_is_tried_at_both_speeds() -> None:
    detection = Detection(9600, 0)
    assert detection.patience(0) == 5.0
    detection.next_speed(5.0)
    assert detection.patience(5.0) == 5.0


def test_a_signal_that_comes_after_a_silence_gets_its_whole_chance() -> None:
    detection = Detection(9600, 0)
    detection.received(4.9, good=False)
    assert detection.patience(4.9) == 2.0


def test_a_good_group_earns_ten_seconds_each_time() -> None:
    detection = Detection(9600, 0)
    for at in (0.1, 0.2, 0.3):
        detection.received(at, good=True)
    detection.received(0.4, good=False)
    assert detection.patience(0.4) == 0.3 + 10.0 - 0.4


def test_a_meter_that_falls_silent_is_waited_for_at_the_same_speed() -> None:
    detection = Detection(9600, 0)
    detection.received(1.0, good=True)
    assert detection.patience(11.5) == 1.0 + 20.0 - 11.5


def test_an_adapter_that_sends_whole_frames_at_once_is_not_silent_between_them() -> None:
    detection = Detection(9600, 0)
    detection.received(1.0, good=False)
    detection.received(4.0, good=False)
    assert detection.patience(4.0) < 0


@pytest.mark.parametrize(("pause", "left"), [(4.0, -2.0), (4.1, 2.0)])
def test_a_pause_of_four_seconds_is_no_silence(pause: float, left: float) -> None:
    detection = Detection(9600, 0)
    detection.received(0.0, good=False)
    assert detection.patience(pause) == (left if pause == 4.0 else 5.0 - pause)
    detection.received(pause, good=False)
    assert detection.patience(pause) == left


def test_another_speed_must_prove_itself_again() -> None:
    detection = Detection(9600, 0)
    detection.received(1.0, good=True)
    detection.next_speed(12.0)
    assert not detection.is_good
