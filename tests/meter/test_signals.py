"""Who listens to a name is called for it alone, and no longer once the listening has ended."""

from collections.abc import Mapping
from functools import partial

import pytest

from custom_components.linky_tic.meter.signals import Listeners
from custom_components.linky_tic.tic import Reading

from ..tic.streams import Listener, frames, standard


@pytest.fixture
def listeners() -> Listeners:
    return Listeners()


@pytest.fixture
def readings() -> Mapping[str, Reading]:
    """What a meter has said."""
    line = Listener()
    line.hear(*4 * [standard(("PREF", "09"), ("SINSTS", "00450"))])
    return line.receiver.meter.readings


def test_a_listener_is_called_for_its_name_alone(listeners: Listeners) -> None:
    called: list[str] = []
    listeners.listen("PREF", lambda: called.append("PREF"))
    listeners.listen("SINSTS", lambda: called.append("SINSTS"))
    listeners.tell("PREF", "NTARF")
    assert called == ["PREF"]


def test_all_who_listen_to_a_name_are_called_in_their_order(listeners: Listeners) -> None:
    called: list[int] = []
    for number in (1, 2, 3):
        listeners.listen("PREF", partial(called.append, number))
    listeners.tell("PREF")
    assert called == [1, 2, 3]


def test_everybody_is_called_when_all_may_differ(listeners: Listeners) -> None:
    called: set[str] = set()
    for name in ("PREF", "SINSTS", "peak_today"):
        listeners.listen(name, partial(called.add, name))
    listeners.tell_all()
    assert called == {"PREF", "SINSTS", "peak_today"}


def test_a_listening_that_has_ended_is_over(listeners: Listeners) -> None:
    called: list[str] = []
    end = listeners.listen("PREF", lambda: called.append("ended"))
    listeners.listen("PREF", lambda: called.append("stays"))
    end()
    listeners.tell("PREF")
    listeners.tell_all()
    assert called == ["stays", "stays"]


def test_a_listener_may_end_while_it_is_called(listeners: Listeners) -> None:
    called: list[str] = []

    def once() -> None:
        called.append("once")
        end()

    end = listeners.listen("PREF", once)
    listeners.listen("PREF", lambda: called.append("after"))
    listeners.tell("PREF")
    listeners.tell("PREF")
    assert called == ["once", "after", "after"]


def test_nobody_has_to_listen(listeners: Listeners) -> None:
    listeners.tell("PREF")
    listeners.tell_all()
    listeners.lost()


def test_a_follower_gets_every_reading_of_its_labels(
    listeners: Listeners, readings: Mapping[str, Reading]
) -> None:
    followed: list[Reading] = []
    listeners.follow(("PREF", "PCOUP"), followed.append)
    for reading in readings.values():
        listeners.heard(reading)
    assert followed == [readings["PREF"]]


def test_the_end_of_a_frame_comes_with_what_holds_and_the_time_or_the_frame(
    listeners: Listeners, readings: Mapping[str, Reading]
) -> None:
    (frame,) = frames(Listener().hear(standard(("PREF", "09"))))
    ends: list[tuple[object, ...]] = []
    listeners.follow_frames(lambda holds, now: ends.append((holds, now)))
    listeners.follow_whole_frames(lambda whole, holds: ends.append((whole, holds)))
    listeners.ended(frame, readings, 1_790_000_000.0)
    assert ends == [(readings, 1_790_000_000.0), (frame, readings)]


def test_a_loss_is_told_to_those_who_reckon(listeners: Listeners) -> None:
    lost: list[str] = []
    listeners.follow_losses(lambda: lost.append("lost"))
    listeners.lost()
    assert lost == ["lost"]
