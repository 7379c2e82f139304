"""What a row of statistics should sum up to, in which a counter has started anew."""

import pytest

from custom_components.linky_tic.history.counting import Counting, Start
from custom_components.linky_tic.history.sums import SumRow, _right_sum
from custom_components.linky_tic.tic import LABELS


@pytest.mark.parametrize(("heard", "total"), [(5_000_000 - 700, 1020), (5_000_000 + 30, 1050)])
def test_a_meter_is_replaced_while_the_power_is_cut(heard: int, total: int) -> None:
    """What was kept may be older than the recorder's last row: the sum never goes back."""
    before, row = SumRow(0, 5_000_000, 1000), SumRow(3600, 20, 0)
    assert _right_sum(before, row, [Start(0, 0, heard)], 1.0) == total


def test_what_was_shown_before_a_statistic_is_renamed_is_counted_after_it() -> None:
    """Much may have been shown since its last row: a line that was cut is back."""
    counting, label = Counting(), LABELS["HCHC"]
    counting.shown("old", "0123", label, 100, 0)
    counting.settled("old", 1)
    counting.shown("old", "0123", label, 150_000, 86400)
    counting.renamed("old", "new", 100)
    before, row = SumRow(86100, 100, 7), SumRow(86400, 150_010, 0)
    assert _right_sum(before, row, counting.starts["new"], 1.0) == 7 + 149_910
