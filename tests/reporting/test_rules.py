"""What is told at once, what waits, and that nothing waits for ever."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from random import Random

import pytest

from custom_components.linky_tic.reporting.rules import (
    ACTIVE_POWER,
    EDGES,
    LOAD,
    PACES,
    POWER_MARGIN,
    Pace,
    Preset,
    Reporter,
)
from custom_components.linky_tic.tic import CATALOGUE, Mode, Quantity, Reading

LABELS = CATALOGUE[Mode.STANDARD]
SPARING = [Preset.BALANCED, Preset.ECONOMY]
DAY = 86_400


def reading(value: int | str, name: str = "SINSTS") -> Reading:
    return Reading(LABELS[name], value, str(value), None, degraded=False, confirmed=True, at=0.0)


def told(reporter: Reporter, values: Sequence[tuple[float, int]]) -> list[int]:
    """The values that are told, of a power that changes at given seconds."""
    out: list[int] = []
    for now, value in values:
        last = {"SINSTS": reading(value)}
        if reporter.admits(last["SINSTS"], now):
            out.append(value)
        out += [value for _ in reporter.due(now)]
    return out


def moments(reporter: Reporter, rule: str, values: Sequence[float], start: int = 0) -> list[int]:
    """The seconds at which a value is told that is another every second."""
    return [
        now
        for now, value in enumerate(values, start)
        if reporter.admits_value(rule, rule, value, now) or reporter.due(now)
    ]


RESTLESS = [(ACTIVE_POWER, 1900, 400), (POWER_MARGIN, 8600, 7100), (LOAD, 21, 4)]


def longest(waits: Sequence[int]) -> int:
    return max(after - before for before, after in pairwise(waits))


def test_a_first_reading_is_told_at_once() -> None:
    assert Reporter(Preset.ECONOMY).admits(reading(400), 0.0)


def test_noise_is_told_every_two_minutes() -> None:
    noise = [(second, 400 + second % 7) for second in range(361)]
    assert len(told(Reporter(Preset.BALANCED), noise)) == 4


def test_a_step_is_told_at_once() -> None:
    reporter = Reporter(Preset.BALANCED)
    assert reporter.admits(reading(400), 0.0)
    assert not reporter.admits(reading(410), 5.0)
    assert reporter.admits(reading(1900), 6.0)


def test_a_step_too_soon_after_another_is_told_when_its_time_has_come() -> None:
    reporter = Reporter(Preset.BALANCED)
    assert reporter.admits(reading(400), 0.0)
    assert not reporter.admits(reading(1900), 0.5)
    assert reporter.due(0.9) == []
    assert reporter.due(1.0) == ["SINSTS"]
    assert reporter.due(inf) == []


def test_what_is_told_because_its_time_has_come_waits_anew() -> None:
    reporter = Reporter(Preset.BALANCED)
    assert reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 400, 0.0)
    assert not reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 410, 119.0)
    assert reporter.due(120.0) == [ACTIVE_POWER]
    assert not reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 411, 121.0)


def test_a_load_on_a_thermostat_is_told_at_once_all_day() -> None:
    reporter = Reporter(Preset.BALANCED)
    heater = [(second, 1900 if second % 60 < 20 else 400) for second in range(3600)]
    assert len(told(reporter, heater)) == 120


def test_what_never_rests_is_told_no_more_than_its_share() -> None:
    reporter = Reporter(Preset.BALANCED)
    restless = [(second, 400 + 1000 * (second % 2)) for second in range(DAY)]
    share, ahead = DAY / 20, 1000
    assert share <= len(told(reporter, restless)) <= share + ahead + 2


def test_a_noise_that_never_rests_leaves_enough_for_the_steps() -> None:
    reporter = Reporter(Preset.BALANCED)
    noise = [(second, 400 + 30 * (second % 2)) for second in range(DAY // 2)]
    assert DAY / 2 / 20 <= len(told(reporter, noise)) <= DAY / 2 / 20 + 1000 / 4
    steps = [(DAY / 2 + second, 2000 + 1500 * (second % 2)) for second in range(300)]
    assert len(told(reporter, steps)) == 300


def test_after_a_rest_some_steps_are_told_at_once_again() -> None:
    reporter = Reporter(Preset.BALANCED)
    told(reporter, [(second, 400 + 1000 * (second % 2)) for second in range(1800)])
    steps = [(2200.0 + second, 3000 + 1000 * (second % 2)) for second in range(8)]
    assert len(told(reporter, steps)) == 8


def test_what_was_not_known_for_long_is_told_as_often_as_anything_else() -> None:
    reporter = Reporter(Preset.BALANCED)
    unknown = [reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, None, now) for now in range(900)]
    assert unknown.count(True) == 1
    assert reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 400, 900.0)
    assert reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 1900, 906.0)


def test_a_value_that_comes_and_goes_does_not_run_into_debt() -> None:
    reporter = Reporter(Preset.BALANCED)
    for now in range(600):
        value = 400 if now % 2 else None
        assert reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, value, now)
    assert not reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 1900, 602.0)
    assert reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 1900, 660.0)


@pytest.mark.parametrize(("rule", "high", "low"), RESTLESS)
def test_a_step_that_lasts_waits_no_minutes_however_restless_it_was(
    rule: str, high: float, low: float
) -> None:
    reporter = Reporter(Preset.BALANCED)
    moments(reporter, rule, [high, low] * 3600)
    assert moments(reporter, rule, [low, *[high] * 75], start=7200)


@pytest.mark.parametrize(("rule", "high", "low"), RESTLESS)
def test_a_load_switched_every_few_minutes_is_told_at_once_all_day(
    rule: str, high: float, low: float
) -> None:
    reporter = Reporter(Preset.BALANCED)
    switched = [high if second % 300 < 150 else low for second in range(DAY)]
    told = moments(reporter, rule, switched)
    assert {*range(0, DAY, 150)} <= {*told}


@pytest.mark.parametrize("preset", SPARING)
@pytest.mark.parametrize(
    ("rule", "far", "near"),
    [(POWER_MARGIN, (8600, 7100), (400, 370)), (LOAD, (4, 21), (91, 92))],
)
def test_what_comes_near_its_limit_is_told_at_once_however_restless_it_was_before(
    preset: Preset, rule: str, far: tuple[float, float], near: tuple[float, float]
) -> None:
    reporter = Reporter(preset)
    moments(reporter, rule, far * 1800)
    assert moments(reporter, rule, near, start=3600) == [3600, 3601]


@pytest.mark.parametrize("preset", SPARING)
@pytest.mark.parametrize(("rule", "far", "near"), [(POWER_MARGIN, 5000, -300), (LOAD, 40, 105)])
def test_what_leaves_its_limit_is_told_within_seconds(
    preset: Preset, rule: str, far: float, near: float
) -> None:
    reporter = Reporter(preset)
    steps = [near if second % 60 < 20 else far for second in range(3600)]
    told = moments(reporter, rule, steps)
    assert told == sorted([*range(0, 3600, 60), *range(20, 3600, 60)])


def test_noise_at_the_limit_does_not_hide_the_step_that_goes_over_it() -> None:
    luck = Random("noise")  # noqa: S311 - a household's chance is no secret
    reporter = Reporter(Preset.BALANCED)
    noise = [600 + luck.randint(-80, 80) for _ in range(8 * 3600)]
    told = moments(reporter, POWER_MARGIN, noise)
    assert longest(told) <= 60
    assert len(told) < 1500
    assert moments(reporter, POWER_MARGIN, [-400], start=len(noise)) == [len(noise)]


@pytest.mark.parametrize(("rule", "unit"), [(POWER_MARGIN, 1000), (LOAD, -10)])
def test_a_day_of_unrest_at_the_limit_is_bounded(rule: str, unit: float) -> None:
    luck = Random("unrest")  # noqa: S311 - a household's chance is no secret
    edge = EDGES[Preset.BALANCED][rule]
    unrest = [edge.limit + unit * luck.uniform(-2, 2) for _ in range(DAY)]
    told = moments(Reporter(Preset.BALANCED), rule, unrest)
    paces = (edge.worse, edge.better, PACES[Preset.BALANCED][rule])
    assert len(told) <= sum(DAY / pace.mean + pace.ahead + 2 for pace in paces) < 8000


def test_a_slow_drift_adds_up() -> None:
    drift = [(second, 400 + 2 * second) for second in range(40)]
    assert told(Reporter(Preset.BALANCED), drift) == [400, 426, 452, 478]


def test_the_last_value_before_a_silence_is_told() -> None:
    reporter = Reporter(Preset.BALANCED)
    reporter.admits(reading(400), 0.0)
    reporter.admits(reading(410), 3.0)
    assert reporter.flush(10.0) == ["SINSTS"]


def test_what_vanished_is_told_at_once_when_it_comes_again() -> None:
    reporter = Reporter(Preset.BALANCED)
    reporter.admits(reading(400), 0.0)
    reporter.forget("SINSTS")
    assert reporter.admits(reading(400), 0.1)


@pytest.mark.parametrize("name", ["NTARF", "STGE", "LTARF", "RELAIS", "DPM1", "MSG2"])
@pytest.mark.parametrize("preset", list(Preset))
def test_tariffs_registers_and_texts_are_never_delayed(preset: Preset, name: str) -> None:
    reporter = Reporter(preset)
    assert all(reporter.admits(reading(f"{n}", name), n / 100) for n in range(5))


def test_in_real_time_everything_is_told() -> None:
    reporter = Reporter(Preset.REALTIME)
    assert all(reporter.admits(reading(400 + n), n / 10) for n in range(20))


def test_nothing_is_told_more_often_than_it_may_nor_later_than_it_must() -> None:
    paces: list[Pace] = [pace for paces in PACES.values() for pace in paces.values()]
    paces += [pace for edges in EDGES.values() for e in edges.values() for pace in e[2:]]
    assert all(0 < pace.shortest <= pace.longest for pace in paces)
    assert all(pace.mean <= pace.longest for pace in paces)


def test_alarms_are_in_no_table() -> None:
    assert not any(Quantity.OVERRUN_CURRENT in paces for paces in PACES.values())
