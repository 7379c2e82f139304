"""What is told at once, what waits, and that nothing waits for ever."""

from collections.abc import Sequence
from math import inf

import pytest

from custom_components.linky_tic.reporting import ACTIVE_POWER, PACES, Pace, Preset, Reporter
from custom_components.linky_tic.tic import CATALOGUE, Mode, Quantity, Reading

LABELS = CATALOGUE[Mode.STANDARD]


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
    restless = [(second, 400 + 1000 * (second % 2)) for second in range(86_400)]
    share, ahead = 86_400 / 20, 300
    assert share <= len(told(reporter, restless)) <= share + ahead + 2


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
    assert all(0 < pace.shortest <= pace.longest for pace in paces)
    assert all(pace.mean <= pace.longest for pace in paces)


def test_alarms_are_in_no_table() -> None:
    assert not any(Quantity.OVERRUN_CURRENT in paces for paces in PACES.values())
