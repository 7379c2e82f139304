"""Which run of readings is believed, and which of them, at the limits of each rule."""

from datetime import UTC, datetime, timedelta
from math import inf, log

import pytest

from custom_components.linky_tic.tic import Reading, Value
from custom_components.linky_tic.tic.catalogue import LABELS, Quantity
from custom_components.linky_tic.tic.presence import Presence
from custom_components.linky_tic.tic.rules import RULES, Run
from custom_components.linky_tic.tic.supply import Conditions

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def said(label: str, value: Value, at: float = 0.0, *, time: datetime | None = None) -> Reading:
    return Reading(LABELS[label], value, str(value), time, degraded=False, confirmed=True, at=at)


def conditions(*believed: Reading, power: int = 6000, parity: bool = True) -> Conditions:
    told = Conditions({one.label.name: one for one in believed}, Presence())
    told.power, told.parity = power, parity
    return told


def run(
    *readings: Reading,
    last: Reading | None = None,
    heard: float = -inf,
    given: Conditions | None = None,
) -> Run:
    """Readings that bear each other out, the newest last."""
    *before, now = readings
    return Run(now, last, heard, given or conditions(), tuple(before))


def goes_on(one: Run, now: Reading) -> bool:
    return RULES[now.label.name].goes_on(one, now)


def believed(one: Run) -> Value:
    """What is believed of a run."""
    chosen = RULES[one.now.label.name].choose(one)
    return chosen and chosen.value


def test_most_labels_need_no_more_than_checksum_and_parity_and_three_frames_without() -> None:
    asked = {row.quantity for row in LABELS.values() if not RULES[row.name].at_once}
    assert asked == {
        *(Quantity.CALENDAR_NAME, Quantity.TARIFF_NAME, Quantity.MESSAGE, Quantity.CLOCK),
        *(Quantity.SUPPLIER_ENERGY, Quantity.DISTRIBUTOR_ENERGY, Quantity.TOTAL_ENERGY),
        *(Quantity.EXPORTED_ENERGY, Quantity.REACTIVE_ENERGY, Quantity.MEAN_VOLTAGE),
        *(Quantity.IMPORTED_POWER, Quantity.IMPORTED_PEAK, Quantity.IMPORTED_PEAK_YESTERDAY),
        *(Quantity.EXPORTED_POWER, Quantity.EXPORTED_PEAK, Quantity.EXPORTED_PEAK_YESTERDAY),
        *(Quantity.IMPORTED_LOAD, Quantity.IMPORTED_LOAD_PREVIOUS),
        *(Quantity.EXPORTED_LOAD, Quantity.EXPORTED_LOAD_PREVIOUS),
        *(Quantity.PEAK_START, Quantity.PEAK_END),
    }
    timed = {row.quantity for row in LABELS.values() if RULES[row.name].is_timed}
    assert timed == {Quantity.IMPORTED_POWER, Quantity.EXPORTED_POWER, Quantity.OVERRUN_CURRENT}
    base = said("PREF", 9)
    assert believed(run(base, base)) is None
    assert believed(run(base, base, base)) == 9


@pytest.mark.parametrize(
    ("label", "value", "at", "since", "can"),
    [
        ("EAST", 12, 0, 0, True),  # 2 Wh of rounding, and 4 s of 1.5 times 6 kVA
        ("EAST", 13, 0, 0, False),
        ("EAST", 27, 6, 0, True),
        ("EAST", 28, 6, 0, False),
        ("EAST", 12, 0, 6, True),  # a clock that was set back
        ("EAST", 13, 0, 6, False),
        ("EAST", 0, 0, 0, True),
        ("EAST", -1, 6, 0, False),
        ("EAIT", 62, 0, 0, True),  # what is injected may be of the largest supply
        ("EAIT", 63, 0, 0, False),
    ],
)
def test_an_index_grows_as_the_supply_allows(
    label: str, value: int, at: float, since: float, *, can: bool
) -> None:
    assert goes_on(run(said(label, 0, since)), said(label, value, at)) is can


@pytest.mark.parametrize(("seconds", "is_first"), [(60, False), (60.1, True)])
def test_an_index_that_was_not_heard_for_a_minute_is_a_first_one(
    seconds: float, *, is_first: bool
) -> None:
    last, now = said("EAST", 5), said("EAST", 6, seconds)
    assert believed(run(now, last=last)) == (None if is_first else 6)
    assert believed(run(said("EAST", 6), now)) == 6
    assert believed(run(now)) is None
    assert believed(run(now, last=last, heard=1.0)) == 6


def test_an_index_that_falls_or_leaps_is_the_middle_of_three() -> None:
    odd = [said("EAST", number, at) for number, at in ((0, 0), (7, 30), (9, 59.9))]
    assert run(*odd).lasted == 59.9
    assert run(odd[0]).lasted == 0
    for last in (500, -500):
        assert believed(run(*odd, last=said("EAST", last))) == 7


@pytest.mark.parametrize(
    ("middle", "times", "is_in_line"),
    [
        (14, (0, 0.125, 0.5), True),  # a quarter of the way, give or take a tenth and 1 Wh
        (13, (0, 0.125, 0.5), False),
        (61, (0, 0.125, 0.5), True),  # half way
        (62, (0, 0.125, 0.5), False),
        (150, (0, 0, 0), False),
        (50, (0, 0, 0), True),
    ],
)
def test_without_parity_the_middle_index_of_three_lies_where_time_puts_it(
    middle: int, times: tuple[float, ...], *, is_in_line: bool
) -> None:
    readings = [
        said("EAST", 500 + value, 100 + at)
        for value, at in zip((0, middle, 100), times, strict=True)
    ]
    assert believed(run(*readings, given=conditions(parity=False))) == (
        500 + middle if is_in_line else None
    )


@pytest.mark.parametrize(("seconds", "value"), [(9.9, None), (10, 503)])
def test_without_parity_a_growing_index_is_believed_every_ten_seconds(
    seconds: float, value: int | None
) -> None:
    growing = [said("EAST", 500 + 3 * one, 100 + one) for one in range(3)]
    last = said("EAST", 500, 102 - seconds)
    assert believed(run(*growing, last=last, given=conditions(parity=False))) == value


@pytest.mark.parametrize(("power", "is_over"), [(9000, False), (9001, True)])
def test_a_power_above_one_and_a_half_times_the_supply_must_last(
    power: int, *, is_over: bool
) -> None:
    now = said("SINSTS", power)
    assert goes_on(run(said("SINSTS", 9500)), now) is is_over
    assert goes_on(run(now), said("SINSTS", 9500)) is is_over
    assert believed(run(now)) == (None if is_over else power)
    assert believed(run(now, now, now)) == power
    peak = said("SMAXSN", power)
    assert believed(run(peak, peak)) == (None if is_over else power)
    assert believed(run(peak, peak, peak)) == power


def test_twice_the_supply_is_believed_until_the_breaker_would_have_opened() -> None:
    trip = -125 * log(1 - 1.69 / 2**2)
    assert trip == pytest.approx(68.63, abs=0.01)
    for seconds, value in ((trip, None), (trip - 0.1, 12_000)):
        assert believed(run(*(said("SINSTS", 12_000, at) for at in (0, 1, seconds)))) == value


def test_a_power_is_compared_with_one_current_until_the_phases_are_known() -> None:
    given = conditions(said("IRMS1", 1))
    assert believed(run(said("SINSTS", 5000), given=given)) is None
    given.phases = 3
    assert believed(run(said("SINSTS", 5000), given=given)) == 5000


def test_a_maximum_climbs_in_power_and_in_time() -> None:
    one = said("SMAXSN", 500, time=NOON)
    for value, time, climbs in (
        (500, NOON, True),
        (499, NOON, False),
        (501, NOON - timedelta(seconds=1), False),
        (400, NOON + timedelta(days=1), True),  # another day's
    ):
        assert goes_on(run(one), said("SMAXSN", value, time=time)) is climbs


def test_a_warning_is_believed_at_once_where_the_current_says_the_same() -> None:
    warning = Reading(LABELS["ADPS"], 32, "032", None, degraded=False, confirmed=True, at=0)
    assert believed(run(warning, given=conditions(said("IINST", 31)))) == 32
    assert believed(run(warning, warning, given=conditions(said("IINST", 30)))) is None
    assert believed(run(warning, warning, warning)) == 32


@pytest.mark.parametrize(("seconds", "is_soon"), [(60, True), (60.1, False)])
def test_a_register_that_changes_all_the_time_goes_on_for_a_minute(
    seconds: float, *, is_soon: bool
) -> None:
    assert goes_on(run(said("STGE", "003A0001")), said("STGE", "003A0002", seconds)) is is_soon


@pytest.mark.parametrize(
    ("drift", "parity", "is_in_time"),
    [(5, True, True), (5.1, True, False), (1.5, False, True), (1.6, False, False)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_clock_goes_on_while_it_drifts_little(
    drift: float, sign: int, *, parity: bool, is_in_time: bool
) -> None:
    given = conditions(parity=parity)
    last, now = said("DATE", NOON), said("DATE", NOON + timedelta(seconds=60 + sign * drift), 60)
    assert goes_on(run(last, given=given), now) is is_in_time
    assert believed(run(now, last=last, given=given)) == (now.value if is_in_time else None)
    assert believed(run(now, now, now, last=last, given=given)) == now.value
    assert believed(run(now, given=given)) == (now.value if parity else None)


def test_a_clock_without_a_time_is_followed_by_none() -> None:
    clock, none = said("DATE", NOON), said("DATE", None)
    assert not goes_on(run(clock), none)
    assert not goes_on(run(none), clock)
    assert not goes_on(run(none), none)
