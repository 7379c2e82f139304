"""What a row of statistics should sum up to, in which a counter has started anew."""

import pytest

from custom_components.linky_tic.history.counting import Start
from custom_components.linky_tic.history.sums import SumRow, _right_sum


@pytest.mark.parametrize(("heard", "total"), [(5_000_000 - 700, 1020), (5_000_000 + 30, 1050)])
def test_a_meter_is_replaced_while_the_power_is_cut(heard: int, total: int) -> None:
    """What was kept may be older than the recorder's last row: the sum never goes back."""
    before, row = SumRow(0, 5_000_000, 1000), SumRow(3600, 20, 0)
    assert _right_sum(before, row, [Start(0, 0, heard)], 1.0) == total
