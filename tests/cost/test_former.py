"""What an earlier release kept of costs is read by this one."""

from datetime import date, datetime
from typing import Any

import pytest

from custom_components.linky_tic.cost.stored import read_former

from .test_ledger import FRANCE, france

NOVEMBER = datetime(2026, 11, 1, tzinfo=FRANCE).timestamp()


def accounts(**kept: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"address": "x", "accounts": {}, "standing": [NOVEMBER, NOVEMBER, 0, 0.0], **kept}


@pytest.mark.parametrize(
    ("days", "spent", "prices", "expected"),
    [
        (0, 0.0, {}, []),
        (0, 0.0, {"standing_charge": 15.0}, [(date.min, 15.0)]),
        (10, 4.0, {"standing_charge": 15.0}, [(date.min, 12.0), (date(2026, 11, 11), 15.0)]),
    ],
)
def test_a_charge_that_another_one_followed_is_paid_for_its_own_days(
    days: int, spent: float, prices: dict[str, float], expected: list[tuple[date, float]]
) -> None:
    with france():
        kept = accounts(standing=[NOVEMBER, NOVEMBER, days, spent], prices=prices)
        assert read_former(kept, {}).ledger.charges == expected


def test_the_total_that_was_counted_last_has_counted_for_the_registers_too() -> None:
    unused = [NOVEMBER, 0.0, 0.0, NOVEMBER, 0.0, 0.0]
    rows = {"BASE": [5, 20.0, *unused], "HCHC": [3, 10.0, *unused], "EAIT": [1, 9.0, *unused]}
    indexes = read_former(accounts(accounts=rows, prices={}), {}).indexes
    assert {one.label: one.value for one in indexes.values()} == {"BASE": 5, "EAIT": 1}
