"""A reading from before a loss holds again when it is repeated or replaced, and not before."""

from collections.abc import Callable
from typing import Final

import pytest

from custom_components.linky_tic.meter.freshness import Freshness
from custom_components.linky_tic.tic import Frame, Reading, Vanished

from ..tic.streams import ADDRESS, Listener, standard

GROUPS: Final = (("NGTF", "      BASE      "), ("PREF", "09"), ("NTARF", "02"))
KNOWN: Final = 4


class Meter:
    """A meter, and what is fresh of it."""

    def __init__(self, *, parity: bool = True) -> None:
        self.line = Listener(ADDRESS, parity=parity, labels=[name for name, _ in GROUPS])
        self.freshness = Freshness(self.line.receiver)

    def says(self, *groups: tuple[str, ...], frames: int = 1) -> set[str]:
        """Hear frames; gives the labels that they have repeated."""
        repeated: set[str] = set()
        for event in self.line.hear(*frames * [standard(*groups)]):
            if isinstance(event, Reading):
                self.freshness.confirm(event.label.name)
            elif isinstance(event, Frame):
                repeated |= self.freshness.end_frame(event)
        return repeated

    @property
    def shown(self) -> set[str]:
        return {name for name, _ in GROUPS if self.freshness.reading(name)}


@pytest.fixture
def meter() -> Meter:
    meter = Meter()
    meter.says(*GROUPS, frames=KNOWN)
    return meter


def test_what_is_heard_is_shown(meter: Meter) -> None:
    assert meter.shown == {"NGTF", "PREF", "NTARF"}
    assert meter.freshness.readings is meter.line.receiver.meter.readings


def test_nothing_is_shown_after_a_loss(meter: Meter) -> None:
    assert meter.freshness.mark_stale() >= {"NGTF", "PREF", "NTARF"}
    assert meter.shown == set()
    assert not meter.freshness.readings


def test_what_is_repeated_is_shown_again(meter: Meter) -> None:
    meter.freshness.mark_stale()
    assert meter.says(*GROUPS[:2]) >= {"NGTF", "PREF"}
    assert meter.shown == {"NGTF", "PREF"}
    assert meter.freshness.readings.keys() >= {"NGTF", "PREF"}
    assert "NTARF" not in meter.freshness.readings


def test_what_has_changed_is_shown_when_it_is_believed() -> None:
    meter = Meter(parity=False)
    meter.says(*GROUPS, frames=KNOWN)
    meter.freshness.mark_stale()
    changed = (*GROUPS[:2], ("NTARF", "01"))
    assert "NTARF" not in meter.says(*changed, frames=2)
    assert meter.shown == {"NGTF", "PREF"}
    meter.says(*changed)
    reading = meter.freshness.reading("NTARF")
    assert reading
    assert reading.value == 1


def test_absences_mean_something_after_a_whole_frame_with_parity() -> None:
    meter = Meter()
    meter.says(*GROUPS)
    settled = [meter.freshness.is_settled]
    meter.says(*GROUPS)
    settled.append(meter.freshness.is_settled)
    assert settled == [False, True]


def test_absences_mean_something_after_three_frames_without() -> None:
    meter = Meter(parity=False)
    settled = []
    for _ in range(KNOWN):
        meter.says(*GROUPS)
        settled.append(meter.freshness.is_settled)
    assert settled == [False, False, True, True]


def test_absences_mean_nothing_right_after_a_loss(meter: Meter) -> None:
    assert meter.freshness.is_settled
    meter.freshness.mark_stale()
    assert not meter.freshness.is_settled


def test_a_label_that_vanishes_in_frames_that_come_at_once_holds_no_other_up(meter: Meter) -> None:
    meter.freshness.mark_stale()
    late = 4 * standard(GROUPS[0], GROUPS[2])  # what a network has held back
    repeated: set[str] = set()
    for event in meter.line.hear(late):
        if isinstance(event, Vanished):
            meter.freshness.confirm(event.label.name)
        elif isinstance(event, Frame):
            repeated |= meter.freshness.end_frame(event)
    assert repeated >= {"NGTF", "NTARF"}
    assert meter.shown == {"NGTF", "NTARF"}


def test_a_horodate_of_before_is_not_what_the_meter_repeats() -> None:
    """DATE has no data: only its horodate tells it apart, and a jump of it is held for a while."""
    meter = Meter()
    meter.says(("DATE", "", "H261123120000"), *GROUPS, frames=4)
    meter.freshness.mark_stale()
    assert "DATE" not in meter.says(("DATE", "", "H261123140000"), *GROUPS)
    assert meter.freshness.reading("DATE") is None
    assert "DATE" in meter.says(("DATE", "", "H261123120000"), *GROUPS)


@pytest.mark.parametrize(
    "cut", [lambda frame: frame[:-1] + b"\x04", lambda frame: frame[:40] + frame[60:]]
)
def test_a_frame_that_is_not_whole_tells_nothing_of_what_is_not_sent(
    cut: Callable[[bytes], bytes], meter: Meter
) -> None:
    meter.freshness.mark_stale()
    for _ in range(9):
        for event in meter.line.hear(cut(standard(*GROUPS))):
            if isinstance(event, Frame):
                meter.freshness.end_frame(event)
    assert not meter.freshness.is_settled
    meter.says(*GROUPS)
    assert meter.freshness.is_settled
