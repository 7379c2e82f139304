"""Who listens to a name is called for it alone, until it no longer listens; a fault stays alone."""

from functools import partial

import pytest

from custom_components.linky_tic.meter.signals import Signals


@pytest.fixture
def signals() -> Signals:
    return Signals()


def test_a_listener_is_called_for_its_name_alone(signals: Signals) -> None:
    called: list[str] = []
    signals.state.connect("PREF", lambda: called.append("PREF"))
    signals.state.connect("SINSTS", lambda: called.append("SINSTS"))
    signals.state.send("PREF")
    signals.state.send("NTARF")
    assert called == ["PREF"]


def test_all_who_listen_to_a_name_are_called_in_their_order(signals: Signals) -> None:
    called: list[int] = []
    for number in (1, 2, 3):
        signals.state.connect("PREF", partial(called.append, number))
    signals.state.send("PREF")
    assert called == [1, 2, 3]


def test_everybody_is_called_when_all_states_may_differ(signals: Signals) -> None:
    called: list[str] = []
    for name in ("PREF", "SINSTS", "peak_today"):
        signals.state.connect(name, partial(called.append, name))
    signals.state.send_all()
    assert sorted(called) == ["PREF", "SINSTS", "peak_today"]


def test_a_listener_may_end_while_it_is_called(signals: Signals) -> None:
    called: list[str] = []

    def once() -> None:
        called.append("once")
        end()

    end = signals.state.connect("PREF", once)
    signals.state.connect("PREF", lambda: called.append("after"))
    signals.state.send("PREF")
    signals.state.send("PREF")
    assert called == ["once", "after", "after"]


def test_a_listener_that_raises_is_logged_once_and_harms_nobody_else(
    signals: Signals, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[str] = []

    def fail() -> None:
        raise RuntimeError("a listener of somebody else's")

    signals.lost.connect(fail)
    signals.lost.connect(lambda: called.append("after"))
    for _ in range(3):
        signals.lost.send()
    assert called == ["after", "after", "after"]
    assert caplog.text.count("Traceback") == 1
    assert "a listener of somebody else's" in caplog.text
