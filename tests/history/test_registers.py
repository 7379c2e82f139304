"""BASE shows register 1, or the total where Historique has no labels for the contract."""

from collections.abc import Mapping
from random import Random
from typing import Final

import pytest

from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.tic import LABELS

from .model import House

METER: Final = "0123"
REGISTERS: Final = {f"EASF{number:02}": 0 for number in range(1, 11)}
MONTHS: Final = 90 * 86400.0


def show(counting: Counting, values: Mapping[str, int], now: float) -> None:
    for name, value in values.items():
        counting.shown(name, METER, LABELS[name], value, now)


def gains(counting: Counting, values: Mapping[str, int], now: float) -> dict[str, int]:
    """Show labels; give what each gains by a row of that."""
    show(counting, values, now)
    return {name: counting.compiled(name, value) for name, value in values.items()}


@pytest.fixture
def counting() -> Counting:
    counting = Counting()
    gains(counting, {"EAST": 900, **REGISTERS, "EASF01": 600, "EASF02": 300}, 0)
    return counting


def test_it_goes_on_from_the_total(counting: Counting) -> None:
    assert gains(counting, {"BASE": 905}, 60) == {"BASE": 5}
    assert gains(counting, {"BASE": 950}, 3600) == {"BASE": 45}


def test_it_goes_on_from_register_1_where_it_cannot_be_the_total(counting: Counting) -> None:
    assert gains(counting, {"BASE": 605}, 60) == {"BASE": 5}
    assert gains(counting, {"EASF01": 610, "EASF02": 300}, 120) == {"EASF01": 5, "EASF02": 0}


def test_months_without_a_word_are_its_own(counting: Counting) -> None:
    """The total could have become as much as well."""
    gains(counting, {"BASE": 605}, 60)
    assert gains(counting, {"BASE": 500_000}, MONTHS) == {"BASE": 499_395}
    assert counting.counters["BASE"].register == "supplier_energy_1"


def test_a_gain_that_ends_just_above_the_total_is_that_of_the_total() -> None:
    """The contract has become one without labels in Historique while nobody listened."""
    counting = Counting()
    standard = {**REGISTERS, "EASF01": 16_000_000, "EASF02": 26_000_000, "EASF03": 13_000_000}
    gains(counting, standard, 0)
    assert gains(counting, {"BASE": 16_000_010}, 60) == {"BASE": 10}
    assert gains(counting, {"BASE": 55_112_010}, MONTHS) == {"BASE": 112_000}
    later = standard | {"EASF01": 16_082_010, "EASF03": 13_030_000}
    assert sum(gains(counting, later, MONTHS + 60).values()) == 0


def test_what_was_used_while_the_mode_changed_is_counted_by_the_registers_that_grew(
    counting: Counting,
) -> None:
    gains(counting, {"BASE": 905}, 60)
    after = gains(counting, {"EAST": 200_905, "EASF01": 100_600, "EASF02": 100_305}, MONTHS)
    assert after.pop("EAST") == sum(after.values()) == 200_000


def test_a_contract_that_changes_in_historique_is_seen(counting: Counting) -> None:
    gains(counting, {"BASE": 905}, 60)
    assert gains(counting, {"BASE": 603}, 90) == {"BASE": 0}
    assert gains(counting, {"BASE": 604}, 95) == {"BASE": 1}


def test_what_was_used_since_registers_are_shown_again_is_no_part_of_the_total(
    counting: Counting,
) -> None:
    """Neither has a row of before months in which nobody listened; a third one is not shown."""
    gains(counting, {"BASE": 930}, 60)
    show(counting, {"EJPHN": 610, "EJPHPM": 310}, 90)
    assert gains(counting, {"EJPHN": 5_610, "EJPHPM": 9_310}, MONTHS) == {
        "EJPHN": 5_000,
        "EJPHPM": 9_000,
    }
    assert gains(counting, {"EASF03": 10}, 2 * MONTHS) == {"EASF03": 0}


def test_what_was_heard_and_not_shown_is_counted_once(counting: Counting) -> None:
    counting.received("EASF01", METER, LABELS["EASF01"], 650, 5)
    assert gains(counting, {"BASE": 955}, 60) == {"BASE": 55}
    assert gains(counting, {"EAST": 960, "EASF01": 660}, 120) == {"EAST": 5, "EASF01": 5}


def test_a_register_that_was_reset_is_counted_to_its_end_and_from_its_start(
    counting: Counting,
) -> None:
    show(counting, {"EASF01": 630, "HCHC": 640}, 60)
    show(counting, {"HCHC": 2}, 90)
    show(counting, {"EASF01": 5}, 120)
    assert gains(counting, {"HCHC": 2, "EASF01": 9}, 150) == {"HCHC": 40, "EASF01": 7}


def test_a_total_has_counted_nothing_of_a_register_after_its_reset(counting: Counting) -> None:
    gains(counting, {"BASE": 930}, 60)
    show(counting, {"EASF01": 600}, 90)
    show(counting, {"EASF01": 0}, 120)
    assert gains(counting, {"EASF01": 10}, 150) == {"EASF01": 10}


def test_what_a_total_has_counted_is_taken_up_to_the_first_value_shown_since(
    counting: Counting,
) -> None:
    """A row may be of a value before that one, which the recorder compiles late."""
    gains(counting, {"BASE": 930}, 60)
    show(counting, {"EASF01": 608, "EASF02": 300}, 90)
    show(counting, {"EASF01": 610, "EASF02": 307}, 95)
    rows = [("EASF01", 604), ("EASF01", 608), ("EASF01", 610), ("EASF02", 307)]
    assert [counting.compiled(*row) for row in rows] == [0, 0, 2, 7]


def test_what_registers_show_between_two_totals_is_counted_once(counting: Counting) -> None:
    gains(counting, {"BASE": 905}, 60)
    show(counting, {"EASF01": 608}, 90)
    show(counting, {"BASE": 915}, 120)
    assert [counting.compiled("EASF01", 608), counting.compiled("BASE", 915)] == [3, 7]


def test_a_meter_that_is_replaced_leaves_what_has_no_row_yet(counting: Counting) -> None:
    show(counting, {"EASF01": 610}, 60)
    counting.shown("EASF01", "4567", LABELS["EASF01"], 5, 120)
    show(counting, {"EASF02": 311}, 60)
    show(counting, {"EASF02": 2}, 90)  # it was reset before
    show(counting, {"EASF02": 6}, 95)
    counting.shown("EASF02", "4567", LABELS["EASF02"], 7, 120)
    assert [counting.compiled("EASF01", 5), counting.compiled("EASF02", 7)] == [10, 15]


def test_zeros_on_a_bad_line_are_no_reset(counting: Counting) -> None:
    show(counting, {"EASF01": 630}, 60)
    assert gains(counting, {"EASF01": 0}, 90) == {"EASF01": 30}
    assert gains(counting, {"EASF01": 630}, 120) == {"EASF01": 0}
    assert gains(counting, {"EASF01": 635}, 150) == {"EASF01": 5}


def test_rows_that_are_lost_are_counted_again_and_others_not(counting: Counting) -> None:
    """After a power cut the recorder's last row is older than what was kept, or newer."""
    gains(counting, {"EASF01": 650, "EASF02": 320}, 60)
    counting.recovered("EASF01", 640, 0, 90)
    counting.recovered("EASF02", 325, 70, 90)
    assert gains(counting, {"EASF01": 655, "EASF02": 330}, 120) == {"EASF01": 15, "EASF02": 5}


@pytest.mark.parametrize(
    ("begin", "state", "gain"),
    [
        (100, 640, 5),  # of before all that a power cut can take
        (101, 640, 15),
        (999, 640, 15),
        (1000, 640, 5),
        (1000, 600 + 961_050, 0),  # 40 kW for a day, and what is rounded
        (1000, 600 + 961_051, 5),
        (2800, 650 + 981_000, 0),
        (2800, 650 + 981_001, 5),
        (-800, 650 + 981_000, 0),
        (-800, 650 + 981_001, 5),
        (3000, 655, 0),
        (3001, 655, 5),  # a clock that was ahead
        (101, 650, 5),
    ],
)
def test_the_recorder_knows_better_what_can_have_been_lost(
    counting: Counting, begin: float, state: int, gain: int
) -> None:
    gains(counting, {"EASF01": 650}, 1000)
    counting.recovered("EASF01", state, begin, 3000)
    assert gains(counting, {"EASF01": max(655, state if gain == 0 else 0)}, 3000) == {
        "EASF01": gain
    }


def test_a_register_of_nine_digits_rolls_over_and_a_reset_does_not() -> None:
    counting = Counting()
    gains(counting, {"EASF01": 999_999_990, "EASF02": 500_000}, 0)
    assert gains(counting, {"EASF01": 5, "EASF02": 5}, 60) == {"EASF01": 15, "EASF02": 0}
    assert gains(counting, {"HCHC": 8, "HCHP": 8}, 120) == {"HCHC": 3, "HCHP": 3}


def test_a_row_that_is_not_the_last_of_its_register_was_not_lost(counting: Counting) -> None:
    gains(counting, {"EASF01": 650, "HCHC": 660}, 1000)
    counting.recovered("EASF01", 640, 900, 1000)
    assert gains(counting, {"EASF01": 665}, 1000) == {"EASF01": 5}


@pytest.mark.parametrize(
    ("row", "found", "gain"),
    [
        (650, (590, 0.0), 60),
        (650, None, 0),
        (650, (700, 0.0), 0),
        (1590, (590, 0.0), 1000),
        (1591, (590, 0.0), 0),
        (41_590, (590, 3600.0), 41_000),
        (41_591, (590, 3600.0), 0),
    ],
)
def test_a_statistic_with_a_new_id_goes_on_from_the_row_that_is_there(
    counting: Counting, row: int, found: tuple[int, float] | None, gain: int
) -> None:
    gains(counting, {"EASF01": row}, 60)
    counting.renamed("nothing", "EASF02")
    counting.renamed("EASF01", "moved")
    assert list(counting.counters)[-1] == "moved"
    assert not counting.shown("moved", METER, LABELS["EASF01"], row + 7, 90)
    assert counting.compiled("moved", row + 7, found) == gain + 7
    assert counting.compiled("moved", row + 7, found) == 0


def test_rows_from_the_removal_of_an_entity_on_are_of_somebody_else(counting: Counting) -> None:
    show(counting, {"EASF01": 650}, 60)
    counting.removed("nothing", 90)
    counting.removed("EASF01", 90)
    times = [("EASF01", 89), ("EASF01", 90), ("EASF02", 90), ("nothing", 0)]
    assert [counting.has_row(*one) for one in times] == [True, False, True, False]
    show(counting, {"EASF01": 655}, 120)
    assert counting.has_row("EASF01", 130)
    assert [counting.counters[name].is_moved for name in ("EASF01", "EASF02")] == [True, False]
    show(counting, {"EASF01": 656}, 130)
    assert counting.counters["EASF01"].is_moved


@pytest.mark.parametrize(
    ("found", "state", "gain"),
    [
        ((655, 60.0), 660, 5),
        ((660, 60.0), 660, 0),
        ((661, 60.0), 660, 10),
        ((649, 60.0), 660, 11),
        ((655, 60.0), 2_321, 1_666),
        ((655, 60.0), 2_322, 1_672),
    ],
)
def test_what_somebody_else_has_counted_of_a_register_is_not_counted_again(
    counting: Counting, found: tuple[int, float], state: int, gain: int
) -> None:
    """A meter counts 667 Wh a minute at most, and a kWh may be rounded."""
    gains(counting, {"EASF01": 650}, 60)
    counting.removed("EASF01", 90)
    show(counting, {"EASF01": state}, 150)
    assert counting.compiled("EASF01", state, found) == gain


def test_a_first_row_at_an_id_of_another_goes_on_from_what_was_counted() -> None:
    counting = Counting()
    assert counting.shown("a", METER, LABELS["EASF01"], 600, 0)
    counting.registers.counted[f"{METER}.supplier_energy_1"] = 595
    assert counting.compiled("a", 600, (590, 60.0)) == 10


@pytest.mark.parametrize(
    ("value", "register"), [(900, "supplier_energy"), (899, "supplier_energy_1")]
)
def test_base_is_the_total_where_it_is_no_less(
    counting: Counting, value: int, register: str
) -> None:
    gains(counting, {"BASE": value}, 60)
    assert counting.counters["BASE"].register == register


def test_base_is_no_total_where_more_was_heard(counting: Counting) -> None:
    counting.received("EASF02", METER, LABELS["EASF02"], 310, 5)
    gains(counting, {"BASE": 905}, 60)
    assert counting.counters["BASE"].register == "supplier_energy_1"


@pytest.mark.parametrize(
    ("value", "goes_on"), [(905, True), (41_905, True), (41_906, False), (904, False)]
)
def test_base_goes_on_by_what_a_house_can_use(
    counting: Counting, value: int, *, goes_on: bool
) -> None:
    gains(counting, {"BASE": 905}, 60)
    assert counting.shown("BASE", METER, LABELS["BASE"], value, 3660) is not goes_on


def test_base_that_is_said_and_cannot_go_on_is_left_alone(counting: Counting) -> None:
    gains(counting, {"BASE": 905}, 60)
    heard = dict(counting.registers.heard)
    assert not counting.received("BASE", METER, LABELS["BASE"], 603, 90)
    assert counting.registers.heard == heard
    assert not counting.received("BASE", METER, LABELS["BASE"], 907, 90)
    assert counting.registers.heard == heard | {f"{METER}.supplier_energy": 907}


def test_a_register_starts_with_what_is_said_of_it_first() -> None:
    counting = Counting()
    label = LABELS["EASF03"]
    assert counting.received("EASF03", METER, label, 50, 0)
    assert not counting.received("EASF03", METER, label, 55, 5)
    assert not counting.received("EAST", METER, LABELS["EAST"], 55, 5)
    key = f"{METER}.supplier_energy_3"
    assert (counting.registers.counted, counting.registers.heard) == ({key: 50}, {key: 55})
    assert counting.shown("EASF03", METER, label, 57, 10)
    assert not counting.shown("EASF03", METER, label, 57, 10)
    assert counting.compiled("EASF03", 57) == 7
    assert counting.shown("EASF03", METER, label, 56, 15)  # it has fallen
    assert counting.received("EASF03", METER, LABELS["EASF04"], 5, 20)  # of another label


def test_what_only_the_recorder_knows_is_not_counted_again() -> None:
    counting = Counting()
    counting.recorded("HCHC", METER, LABELS["HCHC"], 90, 60.0)
    counting.recorded("EASF01", METER, LABELS["EASF01"], 80, 70.0)
    assert (
        counting.registers.counted == counting.registers.heard == {f"{METER}.supplier_energy_1": 90}
    )
    assert not counting.counters["EASF01"].is_moved
    counting.recorded("EASF02", METER, LABELS["EASF02"], 0, 70.0)
    assert counting.registers.counted[f"{METER}.supplier_energy_2"] == 0
    assert gains(counting, {"HCHC": 95, "EASF01": 97}, 90) == {"HCHC": 5, "EASF01": 2}
    assert [counting.counters["EASF01"].row, counting.counters["EASF01"].owed] == [97, 0]


@pytest.mark.parametrize("name", ["EAST", "EASD01", "EASD04"])
def test_what_a_label_of_historique_has_counted_is_no_gain_of_what_it_hides(name: str) -> None:
    counting = Counting()
    gains(counting, {name: 900, "EASF01": 600}, 0)
    assert gains(counting, {"HCHC": 610}, 60) == {"HCHC": 10}
    assert gains(counting, {name: 912}, 120) == {name: 2}


def test_a_total_is_known_by_the_registers_that_historique_has_shown() -> None:
    """Of a meter that has never spoken Standard; the third register is used from then on."""
    counting = Counting()
    gains(counting, {"HCHC": 17_000_000, "HCHP": 28_000_000}, 0)
    counting.received("BASE", METER, LABELS["BASE"], 45_000_005, 60)
    assert gains(counting, {"BASE": 45_000_005}, 60) == {"BASE": 5}
    assert gains(counting, {"BASE": 45_000_105}, 3600) == {"BASE": 100}
    standard = {**REGISTERS, "EASF01": 17_000_040, "EASF02": 28_000_010, "EASF03": 60}
    show(counting, standard, 3700)
    assert sum(gains(counting, standard, 3700).values()) == 5
    assert gains(counting, {"BASE": 45_000_130}, 7200) == {"BASE": 20}


def test_what_registers_have_that_were_never_heard_is_not_counted() -> None:
    """Of a former contract: the week-end's index shows more than peak and off-peak have."""
    counting = Counting()
    gains(counting, {"HCHC": 17_000_000, "HCHP": 28_000_000}, 0)
    assert gains(counting, {"BASE": 46_000_000}, 60) == {"BASE": 0}
    assert gains(counting, {"BASE": 46_000_100}, 3600) == {"BASE": 100}
    assert gains(counting, {"HCHC": 17_000_080, "HCHP": 28_000_030}, 3700) == {
        "HCHC": 0,
        "HCHP": 10,
    }
    assert gains(counting, {"BASE": 46_000_120}, 7200) == {"BASE": 10}
    standard = {**REGISTERS, "EASF01": 17_000_080, "EASF02": 28_000_045, "EASF03": 1_000_000}
    assert sum(gains(counting, standard, 7300).values()) == 5
    assert gains(counting, {"BASE": 46_000_145}, 7400) == {"BASE": 20}


def test_a_total_that_is_first_shown_has_what_was_used_before() -> None:
    """The row of what Historique has shown last is made when Standard is heard already."""
    counting = Counting()
    gains(counting, {"HCHC": 100}, 0)
    show(counting, {"HCHC": 150}, 60)
    show(counting, {"EAST": 150, "EASF01": 150}, 90)
    assert counting.compiled("HCHC", 150) == 50
    assert gains(counting, {"EAST": 150, "EASF01": 150}, 130) == {"EAST": 0, "EASF01": 0}
    show(counting, {"EAST": 170, "EASF01": 170}, 200)
    show(counting, {"HCHC": 170}, 210)
    assert gains(counting, {"EAST": 170, "EASF01": 170}, 220) == {"EAST": 20, "EASF01": 20}


def test_base_alone_may_be_the_total() -> None:
    """The meter has spoken Historique first, under a contract without labels there."""
    counting = Counting()
    assert gains(counting, {"BASE": 45_000_000}, 0) == {"BASE": 0}
    assert gains(counting, {"BASE": 45_000_100}, 3600) == {"BASE": 100}
    standard = {**REGISTERS, "EASF01": 17_000_020, "EASF02": 28_000_095}
    assert sum(gains(counting, standard, 3700).values()) == 15
    later = standard | {"EASF01": 17_100_000, "EASF02": 28_100_000}
    assert sum(gains(counting, later, MONTHS).values()) == 199_885
    assert gains(counting, {"BASE": 45_200_030}, MONTHS + 60) == {"BASE": 30}
    assert sum(gains(counting, later, MONTHS + 120).values()) == 0


def test_base_alone_may_be_register_1() -> None:
    """Another register still has what a former contract has counted."""
    counting = Counting()
    gains(counting, {"BASE": 17_000_000}, 0)
    after = gains(counting, {"HCHC": 17_000_040, "HCHP": 28_000_000}, 60)
    assert after == {"HCHC": 40, "HCHP": 0}
    assert gains(counting, {"BASE": 17_000_050}, 120) == {"BASE": 10}
    assert gains(counting, {"BASE": 45_000_150}, 180) == {"BASE": 100}
    assert gains(counting, {"BASE": 45_000_160}, 240) == {"BASE": 10}


def test_what_was_used_while_nobody_listened_is_in_the_registers_that_are_heard_then() -> None:
    """What the total had counted is theirs; another one has what a former contract has counted."""
    counting = Counting()
    gains(counting, {"BASE": 17_000_000}, 0)
    standard = {"EAST": 23_000_000, **REGISTERS, "EASF01": 17_900_000, "EASF02": 5_000_000}
    after = gains(counting, standard, MONTHS)
    assert {name: gain for name, gain in after.items() if gain} == {"EASF01": 900_000}


def test_a_register_has_part_of_what_the_total_has_gained_since_its_last_row() -> None:
    """A new meter, whose other registers have the rest of it."""
    counting = Counting()
    gains(counting, {"BASE": 0}, 0)
    assert gains(counting, {"BASE": 1_530}, 3600) == {"BASE": 1_530}
    show(counting, {"BASE": 310_427}, MONTHS)
    standard = {**REGISTERS, "EASF01": 305_895, "EASF02": 3_001, "EASF03": 1_531}
    assert gains(counting, standard, MONTHS + 60)["EASF01"] == 304_365


def test_what_another_label_has_counted_is_not_counted_where_an_id_is_new() -> None:
    """Its last row was of a register that had not been used yet."""
    counting = Counting()
    gains(counting, {"BBRHCJW": 0}, 0)
    assert gains(counting, {"EASF03": 97_000}, MONTHS) == {"EASF03": 97_000}
    counting.renamed("BBRHCJW", "moved")
    counting.shown("moved", METER, LABELS["BBRHCJW"], 97_000, MONTHS)
    assert counting.compiled("moved", 97_000, (0, MONTHS)) == 0


@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("seed", range(150))
def test_a_house_is_counted_to_the_watt_hour(mode: str, seed: int) -> None:
    """Its modes, contracts and meters change, also while nobody listens."""
    house = House(Random(seed), mode, ("hc", "ejp", "tempo"))  # noqa: S311 - a story, not a secret
    for _ in range(12):
        house.step()
    assert house.end() == 0
