"""A value that differs becomes a state when its rule allows, and what waits is told in time."""

from collections.abc import Iterable

import pytest

from custom_components.linky_tic.reporting.reporter import Reporter
from custom_components.linky_tic.reporting.rules import ACTIVE_POWER, LOAD, POWER_MARGIN, Preset
from custom_components.linky_tic.tic import CATALOGUE, Mode, Quantity, Reading

_LABELS = CATALOGUE[Mode.STANDARD]
_SPARING = [Preset.BALANCED, Preset.ECONOMY]
_POWER = Quantity.IMPORTED_POWER


class Told:
    """A reporter on a clock of ours; each name that it told, and when."""

    def __init__(self, preset: Preset = Preset.BALANCED) -> None:
        self.now = 0.0
        self.all: list[tuple[float, str]] = []
        self.reporter = Reporter(preset, self._tell, lambda: self.now)

    def _tell(self, name: str) -> None:
        self.all.append((self.now, name))

    @property
    def moments(self) -> list[float]:
        return [at for at, _ in self.all]

    def live(self, rule: str, values: Iterable[tuple[float, float | None]]) -> list[float]:
        """Report values at given seconds; give those at which one was told."""
        for self.now, value in values:
            self.reporter.report(rule, rule, value)
            self.reporter.report_due()
        return self.moments

    def due(self, now: float) -> list[float]:
        self.now = now
        self.reporter.report_due()
        return self.moments


def _reading(value: int | str, name: str) -> Reading:
    return Reading(_LABELS[name], value, str(value), None, degraded=False, confirmed=True, at=0.0)


def test_a_first_value_is_told_at_once() -> None:
    told = Told(Preset.ECONOMY)
    told.reporter.report(_POWER, _POWER, 400)
    assert told.moments == [0.0]


def test_noise_is_told_once_in_the_longest_interval() -> None:
    noise = [(float(second), 400 + second % 7) for second in range(361)]
    assert Told().live(_POWER, noise) == [0.0, 120.0, 240.0, 360.0]


def test_a_step_is_told_at_once_and_so_is_the_next_one() -> None:
    steps = [(0.0, 400), (5.0, 410), (6.0, 1900), (7.0, 400)]
    assert Told().live(_POWER, steps) == [0.0, 6.0, 7.0]


def test_a_step_within_the_shortest_interval_is_told_at_its_end_and_once() -> None:
    told = Told()
    told.live(_POWER, [(0.0, 400), (0.5, 1900)])
    assert told.due(0.9) == [0.0]
    assert told.due(1.0) == [0.0, 1.0]
    assert told.due(1000.0) == [0.0, 1.0]


def test_a_step_that_is_taken_back_within_the_shortest_interval_waits_for_the_longest() -> None:
    told = Told()
    told.live(_POWER, [(0.0, 400), (0.5, 1900), (0.8, 401)])
    assert told.due(119.9) == [0.0]
    assert told.due(120.0) == [0.0, 120.0]


def test_a_slow_drift_adds_up() -> None:
    drift = [(float(second), 400 + 2 * second) for second in range(40)]
    assert Told().live(_POWER, drift) == [0.0, 13.0, 26.0, 39.0]


@pytest.mark.parametrize(("rule", "far", "near"), [(POWER_MARGIN, 5000, -300), (LOAD, 40, 105)])
def test_what_never_rests_is_told_every_five_seconds_for_ever(
    rule: str, far: float, near: float
) -> None:
    restless = [(float(second), (far, near)[second % 2]) for second in range(3600)]
    assert Told().live(rule, restless) == [float(second) for second in range(0, 3600, 5)]


def test_what_is_unknown_is_told_at_once_and_once_and_so_is_its_return() -> None:
    values = [(0.0, 400), (0.1, None), (0.2, None), (0.3, 401), (0.4, 1900)]
    assert Told().live(ACTIVE_POWER, values) == [0.0, 0.1, 0.3]


def test_what_is_forgotten_is_told_at_once_when_it_comes_again() -> None:
    told = Told()
    told.live(_POWER, [(0.0, 400), (0.1, 410)])
    told.reporter.forget(_POWER)
    assert told.due(1000.0) == [0.0]
    assert told.live(_POWER, [(1000.1, 410)]) == [0.0, 1000.1]
    told.reporter.forget(_POWER)
    assert told.live(_POWER, [(1000.2, 410)]) == [0.0, 1000.1, 1000.2]


@pytest.mark.parametrize("name", ["NTARF", "STGE", "LTARF", "RELAIS", "DPM1", "MSG2"])
@pytest.mark.parametrize("preset", list(Preset))
def test_tariffs_registers_and_texts_are_never_delayed(preset: Preset, name: str) -> None:
    told = Told(preset)
    for told.now in (0.0, 0.01, 0.02):
        told.reporter.report_reading(_reading(f"{told.now}", name))
    assert told.all == [(0.0, name), (0.01, name), (0.02, name)]


def test_in_real_time_everything_that_is_sent_is_told() -> None:
    told = Told(Preset.REALTIME)
    for told.now in (0.0, 0.01, 0.02):
        told.reporter.report_reading(_reading(round(400 + told.now * 100), "SINSTS"))
    assert told.moments == [0.0, 0.01, 0.02]


@pytest.mark.parametrize("preset", _SPARING)
def test_a_power_of_a_phase_has_a_rule_of_its_own(preset: Preset) -> None:
    told = Told(preset)
    for told.now in (0.0, 1.0, 2.0, 3.0):
        told.reporter.report_reading(_reading(round(1000 * (1 + told.now)), "SINSTS1"))
    assert told.moments == [0.0]
