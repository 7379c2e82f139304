"""What is kept of a peak that is told no more, and which one PPOINTE is about, to the second."""

from datetime import datetime, timedelta
from typing import Final

import pytest

from custom_components.linky_tic.schedule.announced_peaks import update_peaks
from custom_components.linky_tic.schedule.day_schedule import MobilePeak
from custom_components.linky_tic.tic import Frame, Reading
from custom_components.linky_tic.tic.catalogue import LABELS, Mode

BEGIN: Final = datetime.fromisoformat("2026-11-25T06:00")
END: Final = BEGIN + timedelta(days=1)
PEAK: Final = MobilePeak(1, BEGIN, END, "usual")
SECOND: Final = timedelta(seconds=1)


def now(local: datetime, *labels: str) -> tuple[MobilePeak, ...]:
    """What is known of the peak after a whole frame with some profiles and no peak."""
    frame = Frame(Mode.STANDARD, (), [], opened=True, closed=True, complete=True)
    readings = {
        name: Reading(LABELS[name], "new", "new", None, degraded=False, confirmed=True, at=0)
        for name in labels
    }
    return update_peaks([PEAK], frame, readings, local)


@pytest.mark.parametrize(
    ("local", "known"),
    [
        (BEGIN, ()),
        (BEGIN + SECOND, (PEAK._replace(end=BEGIN + SECOND),)),
        (END - SECOND, (PEAK._replace(end=END - SECOND),)),
        (END, (PEAK,)),
        (END + timedelta(days=8) - SECOND, (PEAK,)),
        (END + timedelta(days=8), ()),
    ],
)
def test_a_peak_that_has_begun_is_kept_when_it_is_no_longer_sent(
    local: datetime, known: tuple[MobilePeak, ...]
) -> None:
    assert now(local, "PJOURF+1") == known


@pytest.mark.parametrize(("local", "profile"), [(BEGIN - SECOND, "new"), (BEGIN, "usual")])
def test_ppointe_is_about_a_peak_that_has_not_begun(local: datetime, profile: str) -> None:
    assert [one.profile for one in now(local, "PPOINTE")] == [profile]
