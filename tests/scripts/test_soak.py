"""A soak finds nothing false in the decoder, and finds what is false when it is told it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import override

import pytest

from custom_components.linky_tic.tic import (
    CATALOGUE,
    Appeared,
    Event,
    Frame,
    Mode,
    ModeChanged,
    OtherMeter,
    Reading,
    Receiver,
    Vanished,
)
from scripts.soak import arguments, scenarios
from scripts.soaking.lateness import Lateness, percentile
from scripts.soaking.report import outcome
from scripts.soaking.scenario import Scenario, matrix
from scripts.soaking.soak import Soak
from scripts.soaking.usage import Usage

STORMY = Scenario(hours=1 / 3, storm=60)
LABELS = CATALOGUE[Mode.STANDARD]


@pytest.fixture
def soak() -> Iterator[Soak]:
    """Two minutes of a clean line."""
    soak = Soak(Scenario(hours=1 / 30, storm=0, noise=0))
    soak.run()
    assert not outcome(soak).has_failed
    yield soak
    assert outcome(soak).has_failed


class DeafUsage(Usage):
    """As if a receiver told no frame."""

    @override
    def hear(self, frame: Frame) -> None:
        pass


class BrokenReceiver(Receiver):
    """One that breaks the promise not to raise."""

    @override
    def feed(self, chunk: bytes | bytearray | memoryview, now: float) -> list[Event]:
        raise ZeroDivisionError("division by zero")


def now_of(soak: Soak) -> float:
    """The true time in a soak."""
    return soak.traffic.house.now.timestamp()


def reading_of(soak: Soak, label: str) -> Reading:
    """What the receiver tells of a label."""
    return soak.listener.receiver.meter.readings[label]


@pytest.mark.parametrize(
    "scenario",
    [STORMY, replace(STORMY, mode="historic", phases=3, parity="even", contract="hphc")],
    ids=lambda scenario: scenario.name,
)
def test_nothing_false_reaches_a_state_in_a_storm(scenario: Scenario) -> None:
    soak = Soak(scenario)
    soak.run()
    came_to = outcome(soak)
    assert not came_to.has_failed, "\n".join(came_to.lines)
    assert soak.traffic.line.bit_errors > 1000
    assert len(soak.traffic.line.log) > 10
    assert soak.usage.good > 5000
    assert soak.judge.told["index"] > 100


@pytest.mark.parametrize(
    ("label", "raw", "kind"),
    [
        ("EAST", "000000001", "index"),
        ("NTARF", "09", "tariff"),
        ("STGE", "FFFFFFFF", "register"),
        ("PRM", "99999999999999", "text"),
        ("SMAXSN", "00001", "dated"),
    ],
)
def test_a_corrupted_reading_is_counted_as_false(
    soak: Soak, label: str, raw: str, kind: str
) -> None:
    lie = replace(reading_of(soak, label), raw=raw)
    (finding,) = soak.judge.hear([lie], now_of(soak), Mode.STANDARD)
    assert (finding.kind, finding.label) == (kind, label)
    assert soak.judge.false == {kind: 1}
    assert raw in "\n".join(outcome(soak).lines)


def test_a_wrong_horodate_is_false_though_the_value_is_true(soak: Soak) -> None:
    true = reading_of(soak, "SMAXSN")
    assert true.time
    lie = replace(true, time=true.time.replace(year=2025))
    assert soak.judge.hear([lie], now_of(soak), Mode.STANDARD)


def test_what_was_true_six_minutes_ago_is_false(soak: Soak) -> None:
    now = now_of(soak)
    assert not soak.judge.hear([reading_of(soak, "EAST")], now + 240, Mode.STANDARD)
    assert soak.judge.hear([reading_of(soak, "EAST")], now + 360, Mode.STANDARD)


def test_a_state_that_stays_while_the_meter_says_another_thing_is_false(soak: Soak) -> None:
    now = now_of(soak)
    soak.truth.last = now + 400  # it still speaks
    assert {finding.kind for finding in soak.judge.look(now + 400)} == {"stale"}


def test_an_entity_for_a_label_never_sent_is_false(soak: Soak) -> None:
    for label in ("EAIT", "SINSTS2"):
        appeared = [Appeared(LABELS[label])]
        (finding,) = soak.judge.hear(appeared, now_of(soak), Mode.STANDARD)
        assert finding.kind == "entity"


def test_a_label_that_is_still_sent_has_not_vanished(soak: Soak) -> None:
    (finding,) = soak.judge.hear([Vanished(LABELS["EAST"])], now_of(soak), Mode.STANDARD)
    assert finding.kind == "vanished"


def test_another_mode_or_meter_that_never_was_is_false(soak: Soak) -> None:
    told: list[Event] = [ModeChanged(Mode.HISTORIC), OtherMeter("041961000001")]
    findings = soak.judge.hear(told, now_of(soak), Mode.STANDARD)
    assert [finding.kind for finding in findings] == ["mode", "meter"]


def test_a_good_group_that_is_not_used_fails_the_soak(soak: Soak) -> None:
    soak.usage = DeafUsage()
    for _ in range(10):
        soak.step()
    assert {unused.label for unused in soak.usage.unused} >= {"ADSC", "EAST", "PJOURF+1"}


def test_an_exception_fails_the_soak_and_does_not_end_it(soak: Soak) -> None:
    soak.listener.receiver = BrokenReceiver()
    soak.step()
    assert "division by zero" in soak.listener.raised[0]


def test_a_false_power_is_counted_and_is_no_failure() -> None:
    soak = Soak(Scenario(hours=1 / 60, storm=0, noise=0))
    soak.run()
    lie = replace(reading_of(soak, "SINSTS"), raw="12345")
    soak.judge.hear([lie], now_of(soak), Mode.STANDARD)
    assert soak.judge.false == {"instantaneous": 1}
    assert not outcome(soak).has_failed


def test_lateness_runs_from_the_first_good_group_to_the_state() -> None:
    late = Lateness()
    one, two, three = (("1", None, False), ("2", None, False), ("3", None, False))
    late.arrived("index", "EAST", one, 0.0, one)
    late.arrived("index", "EAST", two, 1.0, one)
    late.arrived("index", "EAST", three, 2.0, one)
    late.told("index", "EAST", two, 2.0)
    late.told("index", "EAST", three, 5.0)
    seconds = late.delays["index"].seconds
    assert seconds == {1.0: 1, 3.0: 1}
    assert (percentile(seconds, 0.5), percentile(seconds, 0.99)) == (1.0, 3.0)


def test_the_matrix_is_that_of_the_promise() -> None:
    every = matrix(Scenario())
    cases = {(one.noise, one.parity, one.phases, one.mode) for one in every}
    assert len(every) == len(cases) == 24
    assert scenarios(arguments(["--all", "--hours", "1"]))[0].hours == 1
    assert scenarios(arguments(["--mode", "historic"])) == [Scenario(mode="historic")]
