"""What a meter has said of its days comes back from the memory as it went in."""

from datetime import date, datetime, timedelta
import json

from custom_components.linky_tic.schedule.announced_days import AnnouncedDays
from custom_components.linky_tic.schedule.day_schedule import KnownProfile, MobilePeak
from custom_components.linky_tic.tic import Coding, LegalTime

DAY = date(2026, 11, 25)
BEGIN = datetime.fromisoformat("2026-11-25T06:00:00")


def written() -> AnnouncedDays:
    """An overseas meter, with days, two peaks and a clock that is wrong."""
    days = AnnouncedDays()
    days.profiles = {
        DAY - timedelta(days=1): KnownProfile("0000C001", 3, announced=False),
        DAY: None,
        DAY + timedelta(days=1): KnownProfile("0000C002", None),
    }
    days.is_tempo, days.colours = True, {DAY: "red"}
    days.clock.is_known = True
    end = BEGIN + timedelta(hours=18)
    days.peaks = (MobilePeak(1, BEGIN, end, None), MobilePeak(2, BEGIN, end, "0000C002"))
    days.coding = Coding.DECIMAL
    days.clock.legal = LegalTime(timedelta(hours=4), timedelta(minutes=7))
    return days


def test_everything_stored_is_loaded_again() -> None:
    before, after = written(), AnnouncedDays()
    after.read(json.loads(json.dumps(before.written)))
    assert vars(after.clock) == vars(before.clock)
    assert vars(after) | {"clock": None} == vars(before) | {"clock": None}


def test_data_stored_before_1_0_is_loaded() -> None:
    after = AnnouncedDays()
    begin, end = "2026-11-25T06:00:00+01:00", "2026-11-26T06:00:00+01:00"
    flat, several = ["0000C001", 3], [["0000C001", 3, True], ["0000C003", 3, False]]
    days = [DAY + timedelta(days=one) for one in range(3)]
    kept = zip(days, (flat, several[1:], several), strict=True)
    profiles = {day.isoformat(): one for day, one in kept}
    after.read(json.loads(json.dumps({"profiles": profiles, "peaks": [[1, begin, end, None]]})))
    found = KnownProfile("0000C001", 3), KnownProfile("0000C003", 3, announced=False), None
    assert after.profiles == dict(zip(days, found, strict=True))
    assert after.peaks == (MobilePeak(1, BEGIN, BEGIN + timedelta(days=1)),)
    assert (after.coding, after.is_coding_proven) == (None, False)
    assert after.clock.legal == LegalTime(None, timedelta(0))
    again = AnnouncedDays()
    again.read(after.written)
    assert again.coding is None
