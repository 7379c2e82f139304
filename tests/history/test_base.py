"""BASE shows register 1, or the total where Historique has no labels for the contract."""

from collections.abc import Mapping
from typing import Final

import pytest

from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.tic import LABELS

METER: Final = "0123"
REGISTERS: Final = {f"EASF{number:02}": 0 for number in range(1, 11)}
MONTHS: Final = 90 * 86400.0


def shown(counting: Counting, values: Mapping[str, int], now: float) -> dict[str, int | None]:
    """Show labels; give the value from which those count that start with it."""
    return {
        name: counting.starts[name][-1].begin
        for name, value in values.items()
        if counting.shown(name, METER, LABELS[name], value, now)
    }


@pytest.fixture
def counting() -> Counting:
    counting = Counting()
    shown(counting, {"EAST": 900, **REGISTERS, "EASF01": 600, "EASF02": 300}, 0)
    return counting


def test_it_goes_on_from_the_total(counting: Counting) -> None:
    assert shown(counting, {"BASE": 905}, 60) == {"BASE": 900}
    assert shown(counting, {"BASE": 950}, 3600) == {}


def test_it_goes_on_from_register_1_where_it_cannot_be_the_total(counting: Counting) -> None:
    assert shown(counting, {"BASE": 605}, 60) == {"BASE": 600}
    assert shown(counting, {"EASF01": 610, "EASF02": 300}, 120) == {"EASF01": 605}


def test_months_without_a_word_are_its_own(counting: Counting) -> None:
    """The total could have become as much as well."""
    shown(counting, {"BASE": 605}, 60)
    assert shown(counting, {"BASE": 500_000}, MONTHS) == {}
    assert counting.counters["BASE"].register == "supplier_energy_1"


def test_what_was_used_while_the_mode_changed_is_counted_by_the_registers_that_grew(
    counting: Counting,
) -> None:
    shown(counting, {"BASE": 905}, 60)
    after = {"EAST": 200_905, **REGISTERS, "EASF01": 100_600, "EASF02": 100_305}
    begins = shown(counting, after, MONTHS)
    counted = sum(value - (begins.get(name) or 0) for name, value in after.items())
    assert counted - (after["EAST"] - (begins["EAST"] or 0)) == 200_000


def test_a_contract_that_changes_in_historique_is_seen(counting: Counting) -> None:
    shown(counting, {"BASE": 905}, 60)
    assert shown(counting, {"BASE": 603}, 90) == {"BASE": 603}
    assert shown(counting, {"BASE": 604}, 95) == {}


def test_what_was_heard_and_not_shown_is_counted_once(counting: Counting) -> None:
    counting.heard("EASF01", METER, LABELS["EASF01"], 650, 5)
    shown(counting, {"BASE": 955}, 60)
    shown(counting, {"EAST": 960, "EASF01": 655}, 120)
    assert counting.starts["EASF01"][-1].counted == 600
