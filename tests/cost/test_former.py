"""What an earlier release kept of costs is read by this one."""

from datetime import date

import pytest

from custom_components.linky_tic.cost.former import _charges, _standing_where

NOVEMBER = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("days", "spent", "charge", "expected"),
    [
        (0, 0.0, None, []),
        (0, 0.0, 15.0, [(date.min, 15.0)]),
        (10, 4.0, 15.0, [(date.min, 12.0), (date(2026, 11, 11), 15.0)]),
    ],
)
def test_a_charge_that_another_one_followed_is_paid_for_its_own_days(
    days: int, spent: float, charge: float | None, expected: list[tuple[date, float]]
) -> None:
    assert _charges(NOVEMBER, days, spent, charge) == expected


def test_the_total_that_was_counted_last_has_counted_for_the_registers_too() -> None:
    accounts = {"BASE": [5.0, 20.0], "HCHC": [3.0, 10.0], "EAIT": [1.0, 9.0]}
    assert _standing_where(accounts) == {"BASE": [5.0, 20.0], "EAIT": [1.0, 9.0]}
