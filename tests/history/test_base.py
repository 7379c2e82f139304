"""BASE shows register 1, or the total where Historique has no labels for the contract."""

from collections.abc import Mapping
from typing import Final

import pytest

from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.tic import LABELS

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
    counting.said("EASF01", METER, LABELS["EASF01"], 650, 5)
    assert gains(counting, {"BASE": 955}, 60) == {"BASE": 55}
    assert gains(counting, {"EAST": 960, "EASF01": 660}, 120) == {"EAST": 5, "EASF01": 5}


def test_a_register_that_was_reset_is_counted_to_its_end_and_from_its_start(
    counting: Counting,
) -> None:
    show(counting, {"EASF01": 630, "HCHC": 640}, 60)
    show(counting, {"HCHC": 2}, 90)
    show(counting, {"EASF01": 5}, 120)
    assert gains(counting, {"HCHC": 2, "EASF01": 9}, 150) == {"HCHC": 40, "EASF01": 7}


def test_zeros_on_a_bad_line_are_no_reset(counting: Counting) -> None:
    show(counting, {"EASF01": 630}, 60)
    assert gains(counting, {"EASF01": 0}, 90) == {"EASF01": 30}
    assert gains(counting, {"EASF01": 635}, 120) == {"EASF01": 5}


def test_rows_that_are_lost_are_counted_again_and_others_not(counting: Counting) -> None:
    """After a power cut the recorder's last row is older than what was kept, or newer."""
    gains(counting, {"EASF01": 650, "EASF02": 320}, 60)
    counting.recovered("EASF01", 640, 0, 90)
    counting.recovered("EASF02", 325, 70, 90)
    assert gains(counting, {"EASF01": 655, "EASF02": 330}, 120) == {"EASF01": 15, "EASF02": 5}
