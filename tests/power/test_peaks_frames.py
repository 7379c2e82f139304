"""The highest power of a day is of that day by the meter's own stamp, the month's of its days."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from custom_components.linky_tic.power.peaks import DayPeak, PowerPeaks
from custom_components.linky_tic.tic import LABELS, Reading

from ..tic.streams import Listener, frames, historic, standard

KNOWN: Final = 4
MAINLAND: Final = timedelta(0)
NOVEMBER: Final = date(2026, 11, 23)


class House:
    """Peaks, and the meter that tells them."""

    def __init__(self, month: DayPeak | None = None) -> None:
        self.peaks = PowerPeaks()
        self.peaks.month = month

    def told(self, now: str, today: str = "", before: str = "", power: str = "04870") -> None:
        """Hear a meter in Standard whose clock and stamps are horodates."""
        groups = [("DATE", "", now)]
        groups += [("SMAXSN", power, today)] if today else []
        groups += [("SMAXSN-1", "05410", before)] if before else []
        self.hear(standard(*groups), datetime(2026, 11, 23, 12, tzinfo=UTC))

    def papp(self, *powers: str, now: datetime) -> None:
        """Hear a meter in Historique, which tells neither time nor maximum, in a frame each."""
        self.play([historic(("IINST", "036"), ("PAPP", power)) for power in powers], now)

    def hear(self, frame: bytes, now: datetime, overseas: timedelta = MAINLAND) -> bool:
        return self.play(KNOWN * [frame], now, overseas)

    def play(self, heard: list[bytes], now: datetime, overseas: timedelta = MAINLAND) -> bool:
        listener = Listener()
        listener.hear(*KNOWN * heard[:1])
        is_known = False
        for frame in frames(listener.hear(*heard)):
            readings = listener.receiver.meter.readings
            is_known = self.peaks.end_frame(frame, readings, now.timestamp(), overseas)
        return is_known


def test_the_maximum_is_today_s_if_it_is_stamped_today() -> None:
    house = House()
    house.told("H261123180000", "H261123074318")
    assert house.peaks.today == house.peaks.month == DayPeak(NOVEMBER, 4870)
    assert house.peaks.is_sent


@pytest.mark.parametrize("name", ["SMAXSN", "SMAXSN-1"])
@pytest.mark.parametrize(
    ("power", "time"), [(None, datetime(2026, 11, 22, 12, tzinfo=UTC)), (4870, None)]
)
def test_a_maximum_without_a_number_or_without_a_time_is_none(
    name: str, power: int | None, time: datetime | None
) -> None:
    reading = Reading(LABELS[name], power, "", time, degraded=False, confirmed=True, at=0)
    papp = Reading(LABELS["PAPP"], None, "99999", None, degraded=False, confirmed=True, at=0)
    said = frames(Listener().hear(2 * historic(("PAPP", "99999"))))
    peaks, day = PowerPeaks(), 22 if name == "SMAXSN" else 23
    now = datetime(2026, 11, day, 12, tzinfo=UTC).timestamp()
    for one in said:
        assert peaks.end_frame(one, {name: reading, "PAPP": papp}, now, MAINLAND)
    assert (peaks.today, peaks.month) == (None, None)


@pytest.mark.parametrize("clock", [(), (("DATE", "", "H261323180000"),)])
def test_without_a_clock_of_the_meter_the_day_is_that_of_home_assistant(
    clock: tuple[tuple[str, ...], ...],
) -> None:
    house = House()
    frame = standard(*clock, ("SMAXSN", "04870", "H261123074318"))
    assert house.hear(frame, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert house.peaks.today == DayPeak(NOVEMBER, 4870)


@pytest.mark.parametrize("stamp", ["H261122235959", "H261117120000", "h261124000000"])
def test_a_maximum_of_another_day_is_not_today_s(stamp: str) -> None:
    house = House()
    house.told("H261123180000", stamp)
    assert (house.peaks.today, house.peaks.month) == (None, None)


def test_a_maximum_stamped_at_midnight_is_of_the_day_that_begins() -> None:
    house = House(month=DayPeak(date(2026, 11, 3), 9000))
    house.told("H261130235959", "H261201000000", power="00300")
    assert house.peaks.today == house.peaks.month == DayPeak(date(2026, 12, 1), 300)


def test_a_meter_that_has_lost_the_time_has_days_too() -> None:
    house = House(month=DayPeak(date(2026, 11, 3), 4000))
    house.told("h200103011500", "h200103004318")
    assert house.peaks.today == house.peaks.month == DayPeak(NOVEMBER, 4870)


def test_yesterday_s_maximum_counts_for_the_month_if_it_is_dated_yesterday() -> None:
    house = House()
    house.told("H261123180000", "H261123074318", "H261122193140")
    assert house.peaks.month == DayPeak(date(2026, 11, 22), 5410)


@pytest.mark.parametrize("stamp", ["H261117193140", "h261122193140"])
def test_a_maximum_of_an_unknown_day_does_not_count(stamp: str) -> None:
    house = House()
    house.told("H261123180000", "H261123074318", stamp)
    assert house.peaks.month == DayPeak(NOVEMBER, 4870)


def test_yesterday_s_maximum_of_the_month_before_does_not_count() -> None:
    house = House(month=DayPeak(date(2026, 11, 3), 9000))
    house.told("H261201080000", "H261201074318", "H261130193140")
    assert house.peaks.month == DayPeak(date(2026, 12, 1), 4870)


def test_the_month_keeps_the_greatest_of_its_days_and_the_first_of_equals() -> None:
    kept = DayPeak(date(2026, 11, 3), 4870)
    house = House(month=kept)
    house.told("H261123180000", "H261123074318")
    assert house.peaks.month == kept
    house.told("H261123180000", "H261123074318", power="04880")
    assert house.peaks.month == DayPeak(NOVEMBER, 4880)


def test_november_of_another_year_is_another_month() -> None:
    house = House(month=DayPeak(date(2025, 11, 3), 9000))
    house.told("H261123180000", "H261123074318")
    assert house.peaks.month == DayPeak(NOVEMBER, 4870)


def test_historique_has_the_highest_power_that_two_frames_have_reached() -> None:
    house = House()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    house.papp("00610", "03200", "02900", "00900", now=noon)
    assert house.peaks.today == house.peaks.month == DayPeak(NOVEMBER, 2900)
    assert not house.peaks.is_sent


def test_a_false_power_of_one_frame_is_no_peak() -> None:
    house = House()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    house.papp("03190", "03200", "08720", "03200", now=noon)
    assert house.peaks.today == house.peaks.month == DayPeak(NOVEMBER, 3200)


def test_a_damaged_group_does_not_confirm_a_false_power() -> None:
    house = House()
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    house.papp("03200", "08720", "0872?", "03200", now=noon)
    assert house.peaks.today == DayPeak(NOVEMBER, 3200)


def test_a_day_without_any_power_has_a_peak_of_zero() -> None:
    house = House()
    assert not house.peaks.is_sent
    house.papp("00000", "00000", now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert house.peaks.today == DayPeak(NOVEMBER, 0)


def test_a_day_of_historique_ends_at_midnight_of_legal_time() -> None:
    house = House()
    house.papp("03200", "03200", now=datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC))
    house.papp("00610", "00610", now=datetime(2026, 11, 30, 23, 0, 0, tzinfo=UTC))
    assert house.peaks.today == house.peaks.month == DayPeak(date(2026, 12, 1), 610)


def test_a_steady_power_is_the_peak_of_each_day() -> None:
    house = House()
    frame = historic(("IINST", "014"), ("PAPP", "00300"))
    house.hear(frame, datetime(2026, 11, 23, 12, tzinfo=UTC))
    house.hear(frame, datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert house.peaks.today == DayPeak(date(2026, 11, 24), 300)
    assert house.peaks.month == DayPeak(NOVEMBER, 300)


def test_a_day_of_summer_ends_an_hour_earlier_in_universal_time() -> None:
    house = House()
    house.papp("03200", "03200", now=datetime(2026, 7, 14, 21, 59, 59, tzinfo=UTC))
    assert house.peaks.today == DayPeak(date(2026, 7, 14), 3200)
    house.papp("00610", "00610", now=datetime(2026, 7, 14, 22, 0, 0, tzinfo=UTC))
    assert house.peaks.today == DayPeak(date(2026, 7, 15), 610)
    assert house.peaks.month == DayPeak(date(2026, 7, 14), 3200)


def test_an_island_has_its_own_midnight() -> None:
    house = House()
    frame = historic(("IINST", "014"), ("PAPP", "03200"))
    house.hear(frame, datetime(2026, 11, 23, 21, tzinfo=UTC), timedelta(hours=3))
    assert house.peaks.today == DayPeak(date(2026, 11, 24), 3200)


def test_a_power_from_before_a_loss_is_of_no_day() -> None:
    house = House()
    house.papp("03200", now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    house.peaks.forget_last_power()
    house.papp("00500", now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert house.peaks.today is None
    house.papp("00500", now=datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert house.peaks.today == DayPeak(date(2026, 11, 24), 500)


def test_a_frame_that_tells_no_power_ends_no_month() -> None:
    kept = DayPeak(date(2026, 11, 3), 9000)
    house = House(month=kept)
    assert not house.hear(standard(("PREF", "09")), datetime(2027, 1, 1, tzinfo=UTC))
    assert house.peaks.month == kept
