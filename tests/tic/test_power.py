"""Power from the steps of an index: true at a steady load, soon after a switch, else unknown."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Final

import pytest

from custom_components.linky_tic.tic import Estimate, IndexPower, net
from custom_components.linky_tic.tic.power import Window

from .streams import luck

FRAME: Final = 0.92
"""Seconds between two frames of a mono meter in Standard mode."""


def watched(
    watts: Callable[[float], float], seconds: float, *, factor: float = 1.0, seed: int = 0
) -> Iterator[tuple[float, Estimate | None]]:
    """What is estimated, frame after frame, of a load that is a function of time."""
    power, jitter = IndexPower(), luck(seed)
    energy, counted, now = jitter.random(), 0.0, 0.0
    while now < seconds:
        while counted + 1 <= now:  # a meter counts once a second
            energy += watts(counted) / 3600
            counted += 1
        power.see(int(energy), now + jitter.random() * 0.15, round(watts(now) / factor))
        yield now, power.estimate(now)
        now += FRAME


@pytest.mark.parametrize("factor", [1.0, 0.8, 0.5])
@pytest.mark.parametrize("load", [200, 230, 500, 1000, 2500, 9000])
def test_a_steady_load_is_known_after_a_minute(load: int, factor: float) -> None:
    for seed in range(5):
        for now, estimate in watched(lambda _: load, 180, factor=factor, seed=seed):
            if now > 60:
                assert estimate is not None
                allowed = 0.03 + FRAME / estimate.window
                assert estimate.watts == pytest.approx(load, rel=allowed)


@pytest.mark.parametrize(
    ("before", "after"), [(300, 2300), (2300, 300), (200, 1400), (8000, 500), (100, 9000)]
)
def test_a_switched_load_is_known_after_fifteen_seconds(before: int, after: int) -> None:
    for seed in range(10):
        at = 60 + seed / 3

        def load(second: float, at: float = at) -> float:
            return after if second >= at else before

        for now, estimate in watched(load, 150, seed=seed):
            if now > at + 15:
                assert estimate is not None
                assert estimate.watts == pytest.approx(after, rel=0.15)


def test_a_load_of_another_kind_is_followed_by_the_steps() -> None:
    power, energy, last = IndexPower(), 0.0, None
    for frame in range(140):
        load, apparent = (1500, 1500) if frame < 70 else (1500, 2500)
        energy += load * FRAME / 3600
        power.see(int(energy), frame * FRAME, apparent)
        last = power.estimate(frame * FRAME)
    assert last is not None
    assert last.watts == pytest.approx(1500, rel=0.05)
    assert last.factor == pytest.approx(0.6, abs=0.03)


def test_the_power_factor_is_that_of_the_load() -> None:
    *_, (_, estimate) = watched(lambda _: 1200, 120, factor=0.75)
    assert estimate is not None
    assert estimate.factor == pytest.approx(0.75, abs=0.02)


def test_nothing_is_known_at_first() -> None:
    power = IndexPower()
    power.see(1000, 0.0, 2000)
    assert power.estimate(0.0) is None


def test_nothing_drawn_is_zero_at_once() -> None:
    power = IndexPower()
    power.see(1000, 0.0, 0)
    assert power.estimate(0.0) == Estimate(0.0, 0.0, None)


def test_nothing_is_known_after_a_gap() -> None:
    power = fed(1000)
    assert power.estimate(110.0) is None
    power.see(60, 110.0, 1000)
    assert power.estimate(110.0) is None


@pytest.mark.parametrize("index", [0, 5])
def test_an_index_that_falls_or_a_clock_set_back_starts_anew(index: int) -> None:
    power = fed(1000)
    power.see(index, 30.0, 1000)
    assert power.estimate(30.0) is None


def fed(load: int) -> IndexPower:
    power, energy = IndexPower(), 0.0
    for frame in range(60):
        energy += load * FRAME / 3600
        power.see(int(energy), frame * FRAME, load)
    assert power.estimate(59 * FRAME) is not None
    return power


def test_an_index_that_may_be_late_takes_longer_to_tell() -> None:
    soon, late, energy = IndexPower(), IndexPower(), 0.0
    for frame in range(20):
        energy += 3000 * FRAME / 3600
        soon.see(int(energy), frame * FRAME, 3000)
        at = frame * FRAME
        late.see(int(energy), at, 3000, slack=12.0, since=at - 10)
    known, guessed = soon.estimate(19 * FRAME), late.estimate(19 * FRAME)
    assert known is not None
    assert known.factor is not None
    assert guessed is None or guessed.factor is None


def test_what_is_exported_is_negative() -> None:
    nothing, sold = Estimate(0.0, 0.0, None), Estimate(1500.0, 40.0, 0.98)
    assert net(nothing, sold) == Estimate(-1500.0, 40.0, 0.98)
    assert net(sold, nothing) == sold
    assert net(None, sold) is None
    assert net(sold, None) is None


def test_a_window_is_bounded_whatever_happens() -> None:
    window, now, value = Window(), 0.0, 0
    chance = luck(1)
    window.start(0, -1.0, 0.0)
    for _ in range(5000):
        before, now = now, now + chance.choice((0.5, 1.0, 30.0, 400.0))
        value += chance.choice((0, 1, 1, 2, 50))
        window.step(value, before - 1.2, now)
        window.rest(value, now + chance.random() * 5)
        assert len(window._steps) <= 24
        assert 0 <= window.low <= window.high <= inf


@pytest.mark.parametrize("before", [0, 120])
@pytest.mark.parametrize("period", [3.0, 5.3, 8.0, 17.0])
@pytest.mark.parametrize(
    ("low", "high", "factor"), [(0, 2000, 0.7), (300, 2300, 0.65), (800, 8000, 1)]
)
def test_a_load_that_pulses_parts_from_the_index_by_no_more_than_this_can_tell(
    before: int, period: float, low: int, high: int, factor: float
) -> None:
    """What pulses has another power factor than what ran before it, and never rests."""

    def load(second: float) -> float:
        if second < before:
            return 1000 * factor
        return factor * (high if (second - before) % period < period / 2 else low)

    def apparent(second: float) -> float:
        return load(second) / factor if second >= before else 1000

    power, jitter = IndexPower(), luck(int(period * before))
    energy = told = counted = now = 0.0
    started: float | None = None
    while now < 3600:
        while counted < now:
            energy += load(counted) / 36_000
            counted += 0.1
        power.see(int(energy), now + jitter.random() * 0.15, round(apparent(now)))
        estimate = power.estimate(now)
        if started is None and estimate is not None and now > before:
            started, told = energy, 0.0
        if estimate is not None:
            told += estimate.watts * FRAME / 3600
        else:
            assert now < before + 180
        now += FRAME
    assert started is not None
    assert told == pytest.approx(energy - started, rel=0.03, abs=10)
