"""An absence means something once enough whole frames have come since the line was lost."""

from collections.abc import Callable
from typing import Final

import pytest

from custom_components.linky_tic.meter.settling import Settling
from custom_components.linky_tic.tic import Frame

from ..tic.streams import ADDRESS, Listener, standard

FRAME: Final = standard(("NGTF", "      BASE      "), ("PREF", "09"), ("NTARF", "02"))


class Meter:
    """A meter, and whether its absences mean something."""

    def __init__(self, *, parity: bool = True) -> None:
        self.line = Listener(ADDRESS, parity=parity, labels=["NGTF", "PREF", "NTARF"])
        self.settling = Settling(self.line.receiver)

    def says(self, frame: bytes = FRAME) -> bool:
        for event in self.line.hear(frame):
            if isinstance(event, Frame):
                self.settling.end_frame(event)
        return self.settling.is_settled


def test_absences_mean_something_after_a_whole_frame_with_parity() -> None:
    meter = Meter()
    assert [meter.says() for _ in range(2)] == [False, True]


def test_absences_mean_something_after_three_frames_without() -> None:
    meter = Meter(parity=False)
    assert [meter.says() for _ in range(4)] == [False, False, True, True]


def test_absences_mean_nothing_right_after_a_loss() -> None:
    meter = Meter()
    assert [meter.says() for _ in range(2)] == [False, True]
    meter.settling.restart()
    assert not meter.settling.is_settled


@pytest.mark.parametrize(
    "cut", [lambda frame: frame[:-1] + b"\x04", lambda frame: frame[:40] + frame[60:]]
)
def test_a_frame_that_is_not_whole_tells_nothing_of_what_is_not_sent(
    cut: Callable[[bytes], bytes],
) -> None:
    meter = Meter()
    meter.says()
    meter.settling.restart()
    assert not any(meter.says(cut(FRAME)) for _ in range(9))
    assert meter.says()
