"""Power from the steps of an index: true at a steady load, soon after a switch, else unknown."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Final

import pytest

from custom_components.linky_tic.power.estimate import Estimate, IndexPower, Ratio, Window, net

from ..tic.streams import luck

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
        power.update(int(energy), now + jitter.random() * 0.15, round(watts(now) / factor))
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
        power.update(int(energy), frame * FRAME, apparent)
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
    power.update(1000, 0.0, 2000)
    assert power.estimate(0.0) is None


def test_a_power_of_zero_is_known_at_once() -> None:
    power = IndexPower()
    power.update(1000, 0.0, 0)
    assert power.estimate(0.0) == Estimate(0.0, 0.0, None)


def test_nothing_is_known_after_a_gap() -> None:
    power = fed(1000)
    assert power.estimate(110.0) is None
    power.update(60, 110.0, 1000)
    assert power.estimate(110.0) is None


@pytest.mark.parametrize("index", [0, 5])
def test_an_index_that_falls_or_a_clock_set_back_starts_anew(index: int) -> None:
    power = fed(1000)
    power.update(index, 30.0, 1000)
    assert power.estimate(30.0) is None


def fed(load: int) -> IndexPower:
    power, energy = IndexPower(), 0.0
    for frame in range(60):
        energy += load * FRAME / 3600
        power.update(int(energy), frame * FRAME, load)
    assert power.estimate(59 * FRAME) is not None
    return power


def test_an_index_that_may_be_late_takes_longer_to_tell() -> None:
    soon, late, energy = IndexPower(), IndexPower(), 0.0
    for frame in range(20):
        energy += 3000 * FRAME / 3600
        soon.update(int(energy), frame * FRAME, 3000)
        at = frame * FRAME
        late.update(int(energy), at, 3000, slack=12.0, since=at - 10)
    known, guessed = soon.estimate(19 * FRAME), late.estimate(19 * FRAME)
    assert known is not None
    assert known.factor is not None
    assert guessed is None or guessed.factor is None


def explained(
    low: float, high: float, apparent: int = 5000, settled: tuple[float, int] | None = None
) -> Estimate | None:
    """What is told of a first index when the steps leave these powers open."""
    power = IndexPower()
    power.update(1000, 0.0, apparent)
    power._window.low, power._window.high = low, high
    power._reference = settled
    return power.estimate(0.0)


@pytest.mark.parametrize(
    ("low", "high", "watts", "factor"),
    [
        (94, 106, 100, 0.02),  # a width of 12 %
        (93.9, 106.1, 100, None),
        (120, 200, 160, None),  # of 50 %
        (119.9, 200.1, None, None),
        (10, 70, 40, None),  # of 60 W
        (9.9, 70.1, None, None),
    ],
)
def test_an_estimate_is_given_while_the_range_is_narrow(
    low: float, high: float, watts: float | None, factor: float | None
) -> None:
    told = explained(low, high)
    assert told == (None if watts is None else (watts, 0, factor))


@pytest.mark.parametrize(("low", "high", "settled"), [(94, 106, (100, 5000)), (93.9, 106.1, None)])
def test_a_power_is_a_reference_when_it_is_known_to_twelve_percent(
    low: float, high: float, settled: tuple[float, int] | None
) -> None:
    power = IndexPower()
    power.update(1000, 0.0, 5000)
    power._window.low, power._window.high = low, high
    power.estimate(0.0)
    assert power._reference == settled


def test_a_range_narrower_than_a_third_is_used_before_the_reference() -> None:
    for low, high, watts in ((85, 115, 100), (84.9, 115.1, 115.1)):
        told = explained(low, high, settled=(200.0, 5000))
        assert told is not None
        assert told.watts == watts


@pytest.mark.parametrize(
    ("low", "high", "apparent", "factor"),
    [(47, 53, 50, 1), (47, 53, 49, None), (5, 5.5, 50, 0.105), (100, inf, 50, 1)],
)
def test_a_power_factor_is_told_from_fifty_va_on_and_never_more_than_one(
    low: float, high: float, apparent: int, factor: float | None
) -> None:
    told = explained(low, high, apparent)
    assert told is not None
    assert told.factor == factor


@pytest.mark.parametrize("slack", [0.0, 2.0])
def test_an_index_is_of_the_same_load_for_ten_seconds_and_not_before_the_one_seen(
    slack: float,
) -> None:
    for seconds, is_so in (
        (10 + slack, True), (10.1 + slack, False), (-slack, True), (-0.1 - slack, False),
    ):  # fmt: skip
        power = IndexPower()
        power.update(1000, 100.0, 1000, slack=slack)
        power._reference = settled = (900.0, 1000)
        power.update(1000, 100 + seconds, 3000, slack=slack)
        assert power._reference == (settled if is_so else None)
        assert bool(power._window.steps) is not is_so  # a switch: of now, or of the past
        power._window.low, power._window.high = 94, 106
        told = power.estimate(100.0)
        assert told is not None
        assert told.factor == pytest.approx(100 / 3000)


def test_an_estimate_holds_for_ten_seconds() -> None:
    power = IndexPower()
    assert power.estimate(0.0) is None
    power.update(1000, 0.0, 0)
    assert power.estimate(10.0) == Estimate(0.0, 0.0, None)
    assert power.estimate(10.1) is None


@pytest.mark.parametrize(
    ("mean", "apparent", "is_switched"),
    [(500, 560, False), (500, 561, True), (2000, 2120, False), (2000, 1879, True)],
)
def test_a_load_is_switched_by_more_than_sixty_va_and_six_percent(
    mean: int, apparent: int, *, is_switched: bool
) -> None:
    power = IndexPower()
    power.update(1000, 0.0, mean)
    power.update(1000, 1.0, apparent)
    assert bool(power._window.steps) is not is_switched


def test_a_mean_is_of_ten_seconds() -> None:
    power = IndexPower()
    power.update(1000, 0.0, 1000, slack=12.0)
    for at, apparent, mean in ((1.0, 1050, 1005), (21.0, 1010, 1010)):
        power.update(1000, at, apparent, slack=12.0)
        assert power._mean == mean


@pytest.mark.parametrize(("slack", "watts"), [(0.0, 500 + 180 * 0.9933), (1.0, 628.8)])
def test_a_shortfall_is_compensated_beyond_its_tolerance(slack: float, watts: float) -> None:
    """Of 2 Wh that were not told, one may be begun, and more be late."""
    power = IndexPower()
    power.update(1000, 0.0, 0, slack=slack)
    assert power.estimate(0.0) == Estimate(0.0, 0.0, None)
    power._reference = (500.0, 1000)
    power.update(1002, 1.0, 1000, **({"slack": slack} if slack else {}))
    told = power.estimate(1.0)
    assert told is not None
    assert told.watts == pytest.approx(watts, abs=0.1)


def test_exported_power_is_negative() -> None:
    nothing, sold = Estimate(0.0, 0.0, None), Estimate(1500.0, 40.0, 0.98)
    assert net(nothing, sold) == Estimate(-1500.0, 40.0, 0.98)
    assert net(sold, nothing) == sold
    assert net(nothing, Estimate(0.0, 9.0, 0.5)) == nothing
    assert net(None, sold) is None
    assert net(sold, None) is None


def test_a_window_is_bounded_whatever_happens() -> None:
    window, now, value = Window(), 0.0, 0
    chance = luck(1)
    window.start(0, -1.0, 0.0)
    for _ in range(5000):
        before, now = now, now + chance.choice((0.5, 1.0, 30.0, 400.0))
        value += chance.choice((0, 1, 1, 2, 50))
        window.add_step(value, before - 1.2, now)
        window.add_unchanged(value, now + chance.random() * 5)
        assert len(window.steps) <= 24
        assert 0 <= window.low <= window.high <= inf


def test_a_window_has_the_powers_that_explain_its_steps() -> None:
    window = Window()
    assert (window.low, window.high, window.span, len(window.steps)) == (0, inf, 0, 0)
    window.start(10, 0.0, 1.0)
    window.add_unchanged(10, 1.0)  # no time has passed
    assert (window.low, window.high, window.span, len(window.steps)) == (0, inf, 0, 1)
    window.add_unchanged(10, 10.0)
    assert (window.low, window.high) == (0, 3600 / 9)
    window.add_step(11, 9.0, 10.0)
    window.add_step(12, 17.0, 18.0)
    assert (window.low, window.high, window.span) == (400, 400, 17)  # one power alone
    window.add_unchanged(12, 26.0)
    window.add_step(13, 18.0, 27.0)  # as soon as the one before
    assert (window.low, window.high, window.span) == (400, 400, 26)
    window.add_unchanged(13, 40.0)  # less than that
    assert (window.low, window.high, window.span) == (0, 3600 / 13, 0)


@pytest.mark.parametrize(
    ("times", "span"), [((100, 300), 300), ((100, 301), 201), ((10, 20, 421), 401)]
)
def test_a_window_forgets_after_five_minutes_but_for_its_last_step(
    times: tuple[int, ...], span: float
) -> None:
    window = Window()
    window.start(0, -1.0, 0.0)
    for time in times:  # at 360 W
        window.add_step(time // 10, time - 1.0, float(time))
    assert window.span == span


@pytest.mark.parametrize(
    ("steps", "last", "ratio"), [(24, 400, 23 / 54), (25, 301, 24 / 56), (25, 302, 0.5)]
)
def test_a_ratio_is_of_twenty_four_steps_and_of_five_minutes(
    steps: int, last: float, ratio: float
) -> None:
    """The first Wh took 10 VAh, all others 2."""
    long_run = Ratio()
    for value in range(steps):
        long_run.add_power(3600 * (10 if value == 1 else 2), 1.0)
        long_run.add_index(value, last if value == steps - 1 else value)
    assert long_run.value == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("drawn", "gain", "seconds", "ratio"),
    [
        (36_000, 5, 20, 0.5),
        (36_000, 4, 20, None),
        (36_000, 5, 19.9, None),
        (9_000, 5, 20, 1.0),
        (0, 5, 20, None),
    ],
)
def test_a_ratio_is_known_after_five_wh_and_twenty_seconds(
    drawn: float, gain: int, seconds: float, ratio: float | None
) -> None:
    long_run = Ratio()
    assert long_run.value is None
    long_run.add_index(100, 50.0)
    long_run.add_power(drawn, 1.0)
    long_run.add_index(100 + gain, 50 + seconds)
    assert long_run.value == ratio


@pytest.mark.parametrize("before", [0, 120])
@pytest.mark.parametrize("period", [3.0, 5.3, 8.0, 17.0])
@pytest.mark.parametrize(
    ("low", "high", "factor"), [(0, 2000, 0.7), (300, 2300, 0.65), (800, 8000, 1)]
)
def test_the_energy_of_estimates_of_a_pulsing_load_stays_near_the_index(
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
        power.update(int(energy), now + jitter.random() * 0.15, round(apparent(now)))
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


def test_pulses_that_no_apparent_power_shows_are_in_the_mean() -> None:
    """They last as long as a frame, so that each frame is sent between two of them."""
    power, energy, told = IndexPower(), 0.0, 0.0
    for frame in range(900):
        energy += 1350 * 2 / 3600
        power.update(int(energy), 2.0 * frame, 200)
        estimate = power.estimate(2.0 * frame)
        if frame >= 60:
            assert estimate is not None
            told += estimate.watts * 2 / 3600
    assert told == pytest.approx(energy * 840 / 900, rel=0.03)
