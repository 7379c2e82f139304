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


def test_noise_is_told_once_a_minute() -> None:
    noise = [(second, 400 + second % 7) for second in range(181)]
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
    assert not reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 410, 59.0)
    assert reporter.due(60.0) == [ACTIVE_POWER]
    assert not reporter.admits_value(ACTIVE_POWER, ACTIVE_POWER, 411, 61.0)


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


def test_alarms_are_in_no_table() -> None:
    assert not any(Quantity.OVERRUN_CURRENT in paces for paces in PACES.values())
