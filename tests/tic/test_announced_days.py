"""What is noted of a meter's days, frame by frame: the right day, the right peak, or nothing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from custom_components.linky_tic.tic import Coding, Diary, Frame, LegalTime

from .streams import ADDRESS, Listener, standard
from .test_day_schedule import BLUE, NIGHT, RED, SAGEMCOM, WEEKEND, WHITE, profile

DAY: Final = date(2026, 11, 24)
_NEXT: Final = timedelta(days=1)

_LABELS: Final = (
    *("DPM1", "FPM1", "DPM2", "FPM2"),
    *("STGE", "NTARF", "NJOURF", "NJOURF1", "PJOURF1", "PPOINTE"),
)


class Writer:
    """A meter as far as its days go, the diary kept of it, and our own clock."""

    def __init__(self, **said: str) -> None:
        self.listener = Listener(ADDRESS)
        self.diary = Diary()
        self.said = said
        self.ours: datetime | None = None

    def writes(self, time: str, frames: int = 1, damaged: Iterable[str] = (), **said: str) -> bool:
        """Hear frames whose clock shows a time of day 24, or day and time; whether any is news."""
        self.said |= said
        stamp = f"2611{time}" if len(time) > len("hhmmss") else f"261124{time}"
        groups = [("DATE", "", f"H{stamp}"), *self._groups()]
        data = standard(*groups)
        for label in damaged:
            data = data.replace(b"\n" + label.encode() + b"\t", b"\n" + label.encode() + b"\x05")
        news = [self._hears(data, stamp) for _ in range(frames)]
        return any(news)

    def _groups(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for name in _LABELS:
            if text := self.said.get(name):
                label = name.replace("F1", "F+1")
                if name[:3] in {"DPM", "FPM"}:
                    rows.append((label, "00", f" {text}"))
                else:
                    rows.append((label, profile(text) if name[0] == "P" else text))
        return rows

    def _hears(self, data: bytes, stamp: str) -> bool:
        theirs = datetime.strptime(stamp + "+0100", "%y%m%d%H%M%S%z").astimezone(UTC)
        now = self.ours or theirs
        self.listener.now = theirs.timestamp()
        events = self.listener.hear(data)
        (frame,) = [event for event in events if isinstance(event, Frame)]
        return self.diary.heard(frame, self.listener.receiver.meter.readings, now)

    def noted(self) -> dict[int, str]:
        """Day of the month -> the first of its blocks."""
        return {day.day: note.profile.split(" NON")[0] for day, note in self.diary.profiles.items()}

    def peaks(self) -> list[str]:
        return [
            f"pm{one.number} {one.begin:%dT%H}-{one.end:%dT%H} {(one.profile or '-')[:8]}"
            for one in self.diary.peaks
        ]


def meter(**said: str) -> Writer:
    writer = Writer(**{"NJOURF": "00", "NJOURF1": "00", "PJOURF1": NIGHT} | said)
    writer.writes("120000", frames=4)
    return writer


def test_a_profile_is_that_of_the_next_day() -> None:
    writer = meter()
    assert writer.noted() == {25: NIGHT}
    assert not writer.writes("120010")
    assert writer.writes("25000000", PJOURF1=WEEKEND)
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_what_is_damaged_in_the_first_frame_of_a_day_waits_for_the_next() -> None:
    writer = meter()
    for damaged in ("PJOURF+1", "DATE", "NJOURF+1"):
        writer.writes("25000000", damaged=[damaged], PJOURF1=WEEKEND)
        assert 26 not in writer.noted()
    writer.writes("25000002")
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_a_frame_that_begins_before_midnight_may_end_after_it() -> None:
    writer = meter()
    writer.writes("235959", PJOURF1=WEEKEND)
    assert writer.noted() == {25: NIGHT}
    writer.writes("25000000")
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_a_profile_that_is_not_sound_leaves_what_was_told_before() -> None:
    writer = meter()
    writer.writes("130000", frames=4, PJOURF1="0000C001 06308002 05008001")
    assert writer.noted() == {25: NIGHT}


def test_an_announced_number_that_is_not_the_one_of_the_day_makes_it_unknown() -> None:
    writer = meter(NJOURF1="01")
    writer.writes("25000000", NJOURF="01", NJOURF1="00")
    assert 25 in writer.noted()
    writer.writes("25120000", NJOURF="00")
    assert 25 not in writer.noted()


def test_days_that_are_over_are_forgotten() -> None:
    writer = meter()
    for day in range(25, 29):
        writer.writes(f"{day}000000")
    assert set(writer.noted()) == {26, 27, 28, 29}


WHITE_25: Final = {"DPM1": "261125060000", "FPM1": "261126060000", "PPOINTE": WHITE}
RED_26: Final = {"DPM2": "261126060000", "FPM2": "261127060000"}


def test_each_peak_keeps_the_profile_that_was_sent_before_it_began() -> None:
    writer = meter(PJOURF1=BLUE, **WHITE_25)
    assert writer.peaks() == ["pm1 25T06-26T06 00004003"]
    writer.writes("25050000", frames=4, **RED_26)  # PPOINTE is still about the nearest
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 -"]
    writer.writes("25060001", PPOINTE=RED)
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 00004005"]
    writer.writes("26060001", frames=4, DPM1="", FPM1="", PPOINTE="")
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 00004005"]


def test_a_peak_without_its_group_is_taken_back_by_a_frame_without_a_fault() -> None:
    writer = meter(PJOURF1=BLUE, **WHITE_25)
    writer.writes("130000", frames=5, damaged=["NTARF"], DPM1="", FPM1="", PPOINTE="", NTARF="02")
    assert len(writer.peaks()) == 1
    writer.writes("130010", frames=3)
    assert writer.peaks() == []


def test_a_peak_that_is_cut_short_has_been_one() -> None:
    writer = meter(PJOURF1=BLUE, **WHITE_25)
    writer.writes("25060001", PPOINTE="")
    writer.writes("25100000", frames=4, DPM1="", FPM1="")
    assert writer.peaks() == ["pm1 25T06-25T10 00004003"]


def test_a_peak_waits_behind_an_earlier_one_of_its_number() -> None:
    writer = meter(PJOURF1=BLUE, DPM1="261126060000", FPM1="261127060000", PPOINTE=WHITE)
    writer.writes("130000", frames=4, DPM1="261125060000", FPM1="261126060000")
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm1 26T06-27T06 00004003"]


def test_a_profile_that_can_be_read_in_one_way_only_tells_the_coding() -> None:
    assert meter(PJOURF1=SAGEMCOM).diary.coding is None
    assert meter(PJOURF1=NIGHT).diary.coding is Coding.DECIMAL
    writer = meter(PJOURF1=SAGEMCOM, **WHITE_25 | {"PPOINTE": "0000C001 061E8002"})
    assert writer.diary.coding is Coding.HEXADECIMAL


def test_a_change_of_register_tells_the_coding_when_it_was_seen() -> None:
    writer = meter(PJOURF1=SAGEMCOM, NTARF="02")
    writer.writes("225959", frames=2)
    writer.writes("230000", NTARF="01")
    assert writer.diary.coding is Coding.HEXADECIMAL


def test_a_change_of_register_during_a_gap_tells_nothing() -> None:
    writer = meter(PJOURF1=SAGEMCOM, NTARF="02")
    writer.writes("230000", NTARF="01")  # the last frame was at noon
    assert writer.diary.coding is None


def test_a_clock_that_stays_another_than_ours_is_believed_after_a_while() -> None:
    writer = meter()
    writer.ours = datetime(2026, 11, 22, 3, tzinfo=UTC)
    writer.writes("120000", frames=11)
    assert writer.diary.ahead == timedelta()
    writer.writes("120000", frames=2)
    assert writer.diary.ahead == timedelta(days=2, hours=8)
    writer.ours = None
    writer.writes("120000", frames=13)
    assert writer.diary.ahead == timedelta()


def test_the_legal_time_is_that_of_the_meters_letter() -> None:
    writer = meter()
    writer.writes("0715120000"[2:])
    writer.said = {}
    data = standard(("DATE", "", "H260715120000"))
    for _ in range(4):
        writer._hears(data, "260715110000")
    assert writer.diary.legal == LegalTime(timedelta(hours=1))


def test_the_second_of_two_white_days_is_told_by_its_colour_alone() -> None:
    white = {"DPM1": "261124060000", "FPM1": "261125060000"}
    writer = meter(PJOURF1=BLUE, STGE="463A0800", **white)  # white today, blue tomorrow
    assert writer.peaks() == ["pm1 24T06-25T06 -"]
    writer.writes("200000", frames=2, STGE="4A3A0800")  # white tomorrow, too
    assert writer.peaks() == ["pm1 24T06-25T06 -", "pm1 25T06-26T06 -"]
    writer.writes("25030000", frames=2)
    assert writer.peaks() == ["pm1 24T06-25T06 -", "pm1 25T06-26T06 -"]
    writer.writes("25060001", frames=2, STGE="463A0800", DPM1="261125060000", FPM1="261126060000")
    assert writer.peaks() == ["pm1 24T06-25T06 -", "pm1 25T06-26T06 -"]
