"""What a meter has said of its days comes back from the memory as it went in."""

from datetime import UTC, date, datetime, timedelta
import json

from custom_components.linky_tic.schedule.stored_days import as_kept, take_up
from custom_components.linky_tic.tic import Coding, Diary, LegalTime, Note, Peak

DAY = date(2026, 11, 25)
BEGIN = datetime(2026, 11, 25, 6, tzinfo=UTC)


def written() -> Diary:
    """A diary of an overseas meter, with a day and two peaks."""
    diary = Diary()
    diary.profiles = {DAY: Note("0000C001", 3), DAY + timedelta(days=1): Note("0000C002", None)}
    end = BEGIN + timedelta(hours=18)
    diary.peaks = (Peak(1, BEGIN, end, None), Peak(2, BEGIN, end, "0000C002"))
    diary.coding = Coding.DECIMAL
    diary.legal = LegalTime(timedelta(hours=4))
    return diary


def test_all_that_is_kept_comes_back() -> None:
    before, after = written(), Diary()
    take_up(json.loads(json.dumps(as_kept(before))), after)
    assert after.profiles == before.profiles
    assert after.peaks == before.peaks
    assert (after.coding, after.legal.island) == (Coding.DECIMAL, timedelta(hours=4))


def test_what_was_not_written_by_us_is_left_out() -> None:
    after = Diary()
    kept = {"profiles": {DAY.isoformat(): "0000C001"}, "peaks": [[1, "now"]], "coding": "roman"}
    take_up(json.loads(json.dumps(kept)), after)
    assert (after.profiles, after.peaks, after.coding) == ({}, (), None)
    assert as_kept(after) == as_kept(Diary())


def test_a_day_or_an_instant_that_cannot_be_read_is_left_out() -> None:
    after = Diary()
    take_up({"profiles": {"someday": ["a", 1]}, "peaks": [[1, "soon", "later", "a"]]}, after)
    assert (after.profiles, after.peaks) == ({}, ())


def test_nothing_that_was_kept_is_an_empty_diary() -> None:
    after = Diary()
    take_up({}, after)
    assert as_kept(after) == as_kept(Diary())
