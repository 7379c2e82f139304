"""What is noted of a meter's days, frame by frame: the right day, the right peak, or nothing."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import pytest

from custom_components.linky_tic.schedule.announced_days import AnnouncedDays
from custom_components.linky_tic.tariff.in_force import TariffFollower
from custom_components.linky_tic.tic import Coding, Decision, Frame, LegalTime

from ..tic.streams import ADDRESS, Listener, end_frame_of_days, historic, standard
from .test_day_schedule import BLUE, EJP, NIGHT, RED, SAGEMCOM, WEEKEND, WHITE, profile

DAY: Final = date(2026, 11, 24)
_NEXT: Final = timedelta(days=1)

_LABELS: Final = (
    *("DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3"),
    *("NGTF", "STGE", "NTARF", "NJOURF", "NJOURF1", "PJOURF1", "PPOINTE"),
)


class Writer:
    """A meter as far as its days go, what is noted of it, and our own clock."""

    def __init__(self, **said: str) -> None:
        self.listener = Listener(ADDRESS)
        self.days, self.tariffs = AnnouncedDays(), TariffFollower()
        self.said = said
        self.season = "H"
        self.ours: datetime | None = None
        self.changed: list[tuple[int, str]] = []

    def writes(self, time: str, frames: int = 2, damaged: Iterable[str] = (), **said: str) -> bool:
        """Hear frames whose clock shows a time of day 24, or day and time; whether any is news."""
        self.said |= said
        stamp = f"2611{time}" if len(time) > len("hhmmss") else f"261124{time}"
        first = datetime.strptime(stamp + "+0100", "%y%m%d%H%M%S%z")
        news = [self._hears(first + timedelta(seconds=one), damaged) for one in range(frames)]
        return any(news)

    def writes_at(self, time: str, **said: str) -> None:
        """Hear frames of one second: whatever is noted of them is noted then."""
        for _ in range(4):
            self.writes(time, frames=1, **said)

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

    def _hears(self, clock: datetime, damaged: Iterable[str] = ()) -> bool:
        data = standard(("DATE", "", f"{self.season}{clock:%y%m%d%H%M%S}"), *self._groups())
        for label in damaged:
            data = data.replace(b"\n" + label.encode() + b"\t", b"\n" + label.encode() + b"\x05")
        self.listener.now = clock.timestamp()
        events = self.listener.hear(data)
        (frame,) = [event for event in events if isinstance(event, Frame)]
        is_news = self.end_frame(frame, self.ours or clock.astimezone(UTC))
        if hours := self.days.changed:
            self.changed.append((hours.number, hours.now.split(" NON")[0]))
        return is_news

    def end_frame(self, frame: Frame, now: datetime) -> bool:
        readings = self.listener.receiver.meter.readings
        return end_frame_of_days(self.days, self.tariffs, frame, readings, now)

    def noted(self) -> dict[int, str]:
        """Day of the month -> its blocks in use."""
        known = {day.day: one for day, one in self.days.profiles.items() if one}
        return {day: one.text.split(" NON")[0] for day, one in known.items()}

    def peaks(self) -> list[str]:
        return [
            f"pm{one.number} {one.begin:%dT%H}-{one.end:%dT%H} {(one.profile or '-')[:8]}"
            for one in self.days.peaks
        ]


def meter(**said: str) -> Writer:
    writer = Writer(**{"NJOURF": "00", "NJOURF1": "00", "PJOURF1": NIGHT} | said)
    writer.writes("120000", frames=4)
    return writer


def test_no_day_is_known_at_first() -> None:
    days = AnnouncedDays()
    assert (days.is_coding_proven, days.is_tempo, days.contract) == (False, False, None)


def test_a_profile_is_that_of_the_next_day() -> None:
    writer = meter()
    assert writer.noted() == {25: NIGHT}
    assert not writer.writes("120010")
    assert writer.writes("25000000", NJOURF1="01", PJOURF1=WEEKEND)
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_a_group_damaged_in_the_first_frame_of_a_day_is_taken_from_the_next() -> None:
    writer = meter()
    for damaged in ("PJOURF+1", "DATE", "NJOURF+1"):
        writer.writes("25000000", damaged=[damaged], NJOURF1="01", PJOURF1=WEEKEND)
        assert 26 not in writer.noted()
    writer.writes("25000002")
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_a_frame_that_begins_before_midnight_may_end_after_it() -> None:
    writer = meter()
    writer.writes("235959", frames=1, NJOURF1="01", PJOURF1=WEEKEND)
    writer.writes("25000000", frames=1)
    assert writer.noted() == {25: NIGHT}
    writer.writes("25000001", frames=1)
    assert writer.noted() == {25: NIGHT, 26: WEEKEND}


def test_an_invalid_profile_leaves_the_one_before() -> None:
    writer = meter()
    writer.writes("130000", frames=4, PJOURF1="0000C001 06308002 05008001")
    assert writer.noted() == {25: NIGHT}


def test_an_announced_number_that_is_not_the_one_of_the_day_makes_it_unknown() -> None:
    writer = meter(NJOURF1="01")
    writer.writes("25000000", NJOURF="01", NJOURF1="00")
    assert 25 in writer.noted()
    writer.writes("25120000", NJOURF="00")
    assert 25 not in writer.noted()


def test_a_midnight_in_the_middle_of_a_frame_does_not_take_today_away() -> None:
    writer = meter(NJOURF1="01", PJOURF1=WEEKEND)
    writer.writes("25000000", frames=1)  # the new DATE, and still the numbers of yesterday
    writer.writes("25000001", NJOURF="01", NJOURF1="00", PJOURF1=NIGHT)
    assert writer.noted() == {25: WEEKEND, 26: NIGHT}


def test_days_that_are_over_are_forgotten_after_a_week() -> None:
    writer = Writer(NJOURF="00", NJOURF1="00", PJOURF1=NIGHT)
    for day in range(11, 25):
        writer.writes(f"{day}000000", frames=4)
    assert set(writer.noted()) == set(range(16, 26))


def test_today_has_the_profile_of_tomorrow_if_number_and_register_agree() -> None:
    writer = meter(NTARF="02")
    assert writer.noted() == {24: NIGHT, 25: NIGHT}
    profiles = [writer.days.profiles[DAY + _NEXT * one] for one in (0, 1)]
    assert [one and one.announced for one in profiles] == [False, True]
    assert meter().noted() == {25: NIGHT}  # nobody knows what is in force
    assert meter(NTARF="01").noted() == {25: NIGHT}  # it is not so
    assert meter(NTARF="02", NJOURF="01").noted() == {25: NIGHT}


@pytest.mark.parametrize(
    ("register", "coding", "decision"),
    [("02", Coding.HEXADECIMAL, Decision.REMEMBERED), ("01", Coding.DECIMAL, Decision.REMEMBERED)],
)
def test_the_register_in_force_tells_the_coding_of_the_hours(
    register: str, coding: Coding, decision: Decision
) -> None:
    writer = Writer(NJOURF="00", NJOURF1="00", NTARF=register, PJOURF1="0000C001 06368002 1636C001")
    writer.writes("220500", frames=6)
    day = writer.days.schedules().day(DAY)
    assert day
    assert (day.coding, day.decision, day.announced) == (coding, decision, False)
    assert not writer.days.is_coding_proven


def test_hours_that_are_proven_to_be_decimal_are_not_read_otherwise() -> None:
    writer = meter(NTARF="02")
    assert (writer.days.coding, writer.days.is_coding_proven) == (Coding.DECIMAL, True)
    writer.writes("25200000", NJOURF="01", NJOURF1="01", PJOURF1="0000C001 06368002 1636C001")
    assert set(writer.noted()) == {24, 26}


@pytest.mark.parametrize(
    ("time", "register", "noted"),
    [
        ("222759", "02", {24: NIGHT, 25: NIGHT}),
        ("222800", "02", {25: NIGHT}),  # it may be a little late
        ("223159", "01", {25: NIGHT}),
        ("223200", "01", {24: NIGHT, 25: NIGHT}),
    ],
)
def test_within_two_minutes_of_a_change_the_register_in_force_proves_nothing(
    time: str, register: str, noted: dict[int, str]
) -> None:
    writer = Writer(NJOURF="00", NJOURF1="00", NTARF=register, PJOURF1=NIGHT)
    writer.writes_at(time)
    assert writer.noted() == noted


NEW: Final = "00008002 0200C001 07008002 1300C001 16008002"


def test_changed_hours_leave_today_unknown_until_it_is_over() -> None:
    writer = meter(NTARF="02")
    writer.writes("123000", frames=4, PJOURF1=NEW)
    writer.writes("161500", PJOURF1=NIGHT)
    assert writer.noted() == {25: NIGHT}
    writer.writes("25000000", PJOURF1=NEW)
    assert writer.noted() == {26: NEW}
    assert writer.changed == [(0, NEW), (0, NIGHT), (0, NEW)]
    writer.writes("26000000")
    assert writer.noted() == {26: NEW, 27: NEW}


def test_new_hours_are_a_change_only_under_the_same_day_number() -> None:
    writer = meter()
    writer.writes("25000000", NJOURF1="01", PJOURF1=WEEKEND)
    writer.writes("26000000", NJOURF="01", NJOURF1="00", PJOURF1=NIGHT)
    assert writer.changed == []
    writer.writes("26120000", frames=4, PJOURF1=NEW)
    assert writer.changed == [(0, NEW)]
    assert writer.noted() == {25: NIGHT, 27: NEW}  # of today nobody knows whether it is as before


@pytest.mark.parametrize("number", ["00", ""])
def test_hours_changed_before_a_start_or_of_days_without_a_number_are_no_change(
    number: str,
) -> None:
    writer = meter(NJOURF1=number)
    if number:
        profiles, writer.days = writer.days.profiles, AnnouncedDays()
        writer.days.profiles = profiles
    writer.writes("130000", frames=4, PJOURF1=NEW)
    assert (writer.changed, writer.noted()) == ([], {25: NEW})


def test_nothing_is_left_of_another_contract() -> None:
    writer = meter(NGTF=f"{'H PLEINE/CREUSE':16}", STGE="003A0400", NTARF="02")
    writer.writes("25000000", frames=4)
    writer.writes("25120000", frames=6, NGTF=f"{'HC SEM WE MERCR':16}", NJOURF1="02", PJOURF1=NEW)
    assert writer.noted() == {26: NEW}


def test_a_profile_that_the_register_contradicts_is_not_todays() -> None:
    writer = meter(NTARF="02", NJOURF="00", NJOURF1="01")
    writer.writes("25000000", frames=2, NTARF="01", NJOURF="01", NJOURF1="00")
    assert writer.noted() == {25: NIGHT, 26: NIGHT}
    writer.writes("25130500", frames=4, NTARF="01")
    assert writer.noted() == {26: NIGHT}


PEAK_25: Final = {"DPM1": "261125060000", "FPM1": "261126060000", "PPOINTE": WHITE}
OTHER_26: Final = {"DPM2": "261126060000", "FPM2": "261127060000"}


def test_each_peak_keeps_the_profile_that_was_sent_before_it_began() -> None:
    writer = meter(PJOURF1=EJP, **PEAK_25)
    assert writer.peaks() == ["pm1 25T06-26T06 00004003"]
    writer.writes("25050000", frames=4, **OTHER_26)  # PPOINTE is still about the nearest
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 -"]
    writer.writes("25060001", PPOINTE=RED)
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 00004005"]
    writer.writes("26060001", frames=4, DPM1="", FPM1="", PPOINTE="")
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm2 26T06-27T06 00004005"]


def test_three_peaks_may_be_announced_at_once() -> None:
    third = {"DPM3": "261127060000", "FPM3": "261128060000"}
    writer = meter(PJOURF1=EJP, **PEAK_25, **OTHER_26, **third)
    assert [one.split()[0] for one in writer.peaks()] == ["pm1", "pm2", "pm3"]


def test_a_complete_frame_without_a_peak_cancels_it() -> None:
    writer = meter(PJOURF1=EJP, **PEAK_25)
    writer.writes("130000", frames=5, damaged=["NTARF"], DPM1="", FPM1="", PPOINTE="", NTARF="02")
    assert len(writer.peaks()) == 1
    writer.writes("130010", frames=6)
    assert writer.peaks() == []


def test_a_peak_that_is_cut_short_ends_then() -> None:
    writer = meter(PJOURF1=EJP, **PEAK_25)
    writer.writes("25060001", PPOINTE="")
    writer.writes("25100000", frames=4, DPM1="", FPM1="")
    assert writer.peaks() == ["pm1 25T06-25T10 00004003"]


@pytest.mark.parametrize(
    ("time", "noted"),
    [
        ("25055759", {26: EJP}),  # a register that no profile of the day has
        ("25055800", {25: EJP, 26: EJP}),
        ("26060159", {26: EJP, 27: EJP}),
        ("26060200", {27: EJP}),
    ],
)
def test_during_a_peak_and_two_minutes_around_it_the_register_proves_nothing(
    time: str, noted: dict[int, str]
) -> None:
    writer, today = meter(PJOURF1=EJP, NTARF="01", **PEAK_25), int(time[:2])
    for day in range(25, today + 1):
        writer.writes(f"{day}000000")
    writer.writes_at(time, NTARF="03")
    assert {day: one for day, one in writer.noted().items() if day >= today} == noted


def test_a_peak_that_is_just_over_stays_when_the_contract_changes() -> None:
    writer = meter(PJOURF1=EJP, NGTF=f"{'EJP':16}", STGE="003A0400", **PEAK_25)
    writer.writes("25060001", PPOINTE="")
    writer.writes_at("26060000", DPM1="", FPM1="", NGTF=f"{'BASE':16}")
    assert writer.days.contract == "base"
    assert writer.peaks() == ["pm1 25T06-26T06 00004003"]


def test_a_peak_waits_behind_an_earlier_one_of_its_number() -> None:
    writer = meter(PJOURF1=BLUE, DPM1="261126060000", FPM1="261127060000", PPOINTE=WHITE)
    writer.writes("130000", frames=63, DPM1="261125060000", FPM1="261126060000")
    assert writer.peaks() == ["pm1 25T06-26T06 00004003", "pm1 26T06-27T06 00004003"]


def test_a_peak_that_is_put_off_is_not_kept() -> None:
    writer = meter(PJOURF1=EJP, **PEAK_25)
    writer.writes("130000", frames=4, DPM1="261126060000", FPM1="261127060000")
    assert writer.peaks() == ["pm1 26T06-27T06 00004003"]


def test_a_peak_without_a_length_is_ignored() -> None:
    assert meter(PJOURF1=EJP, **PEAK_25 | {"FPM1": "261125060000"}).peaks() == []


def test_a_profile_valid_in_one_coding_proves_the_coding() -> None:
    assert meter(PJOURF1=SAGEMCOM).days.coding is None
    assert meter(PJOURF1=NIGHT).days.coding is Coding.DECIMAL
    writer = meter(PJOURF1=SAGEMCOM, **PEAK_25 | {"PPOINTE": "0000C001 061E8002"})
    assert writer.days.coding is Coding.HEXADECIMAL


@pytest.mark.parametrize("degraded", [False, True])
def test_the_error_of_a_clock_is_known_after_a_while(degraded: bool) -> None:  # noqa: FBT001
    writer = meter()
    writer.season = "h" if degraded else "H"
    writer.ours = datetime(2026, 11, 22, 3, tzinfo=UTC)
    writer.writes("120004", frames=11)
    assert writer.days.schedules().day(DAY + _NEXT) is None
    writer.writes("120015", frames=2)
    legal = writer.days.schedules().legal
    assert (legal.ahead, legal.days_ahead) == (
        timedelta(days=2, hours=8, seconds=15),
        timedelta(days=2),
    )
    assert legal.day_of(writer.ours) == DAY
    writer.ours = None
    writer.writes("120020", frames=13)
    assert writer.days.clock.legal.ahead == timedelta()


def test_a_clock_in_doubt_changes_no_day_and_its_start_and_end_are_news() -> None:
    writer, wrong = meter(), datetime(2026, 11, 22, 3, tzinfo=UTC)
    for third, ends in (("120012", "120014"), ("120022", "120100")):  # within a minute, and not
        writer.ours = wrong
        assert not writer.writes(f"{int(third) - 2}", frames=2)
        assert writer.writes(third, frames=1)
        writer.ours = None
        assert writer.writes(ends, frames=1)
    writer.ours = wrong
    writer.writes("121000", frames=3)
    assert not writer.writes("121003", NJOURF1="01", PJOURF1=WEEKEND)
    assert writer.noted() == {25: NIGHT}


def test_a_slow_clock_is_wrong_by_the_same_while_the_season_changes() -> None:
    writer, slow = Writer(), timedelta(hours=3, minutes=37)
    shown = datetime(2026, 3, 28, 23, tzinfo=timezone(timedelta(hours=1)))  # it is summer by then
    for second in range(14):
        writer.ours = shown + timedelta(seconds=second) + slow
        writer._hears(shown + timedelta(seconds=second))
    assert writer.days.clock.legal.ahead == -slow


def test_one_time_that_is_wrong_leaves_the_days_known() -> None:
    writer = meter()
    writer.writes("121000", frames=1)
    writer.ours = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    writer.writes("121001", frames=2)
    assert writer.days.schedules().day(DAY + _NEXT)


def test_the_legal_time_is_that_of_the_meters_letter() -> None:
    writer = Writer()
    for second in range(4):
        writer._hears(datetime(2026, 7, 15, 12, 0, second, tzinfo=timezone(timedelta(hours=1))))
    assert writer.days.clock.legal == LegalTime(timedelta(hours=1))


def colours(writer: Writer) -> dict[int, str]:
    return {day.day: colour for day, colour in writer.days.colours.items()}


def test_the_colours_of_tempo_are_those_of_the_register_and_of_what_is_announced() -> None:
    white = {"DPM1": "261124060000", "FPM1": "261125060000"}
    writer = meter(PJOURF1=BLUE, STGE="463A0800", NTARF="04", **white)  # white, then blue
    assert colours(writer) == {24: "white", 25: "blue"}
    assert writer.noted() == {24: BLUE, 25: BLUE}
    assert writer.peaks() == []
    writer.writes("200000", STGE="4A3A0800")  # white tomorrow, too, which no DPM tells yet
    assert colours(writer) == {24: "white", 25: "white"}
    writer.writes("200100", STGE="423A0800")
    assert colours(writer) == {24: "white"}  # taken back
    writer.writes("200200", STGE="4A3A0800")
    writer.writes("25030000", STGE="463A0800", NTARF="03")
    assert colours(writer) == {24: "white", 25: "white"}
    writer.writes("25060500", STGE="423A0800", NTARF="04", DPM1="261125060000", FPM1="261126060000")
    assert colours(writer) == {24: "white", 25: "white"}
    assert writer.days.schedules().colours == {DAY: "white", DAY + _NEXT: "white"}


@pytest.mark.parametrize(
    ("time", "noted"),
    [
        ("25055759", {24: "red"}),
        ("25055800", {}),
        ("25060159", {}),
        ("25060200", {25: "red", 26: "white"}),
    ],
)
def test_near_six_in_the_morning_a_colour_is_assigned_to_no_day(
    time: str, noted: dict[int, str]
) -> None:
    writer = Writer(PJOURF1=BLUE, NJOURF="00", NJOURF1="00", STGE="0B3A0800", NTARF="05")
    writer.writes_at(time)
    assert colours(writer) == noted


def test_colours_are_kept_as_long_as_their_days() -> None:
    writer = Writer(PJOURF1=BLUE, STGE="013A0800", NTARF="02")
    for day in range(11, 25):
        writer.writes(f"{day}070000", frames=4)
    assert set(colours(writer)) == set(range(16, 25))


def test_a_night_is_still_of_the_colour_of_the_day_before() -> None:
    writer = Writer(PJOURF1=BLUE, NJOURF="00", NJOURF1="00", STGE="0E3A0800", NTARF="05")
    writer.writes("25030000", frames=6)
    assert colours(writer) == {24: "red"}  # what STGE calls tomorrow at this hour, nobody knows
    assert writer.noted() == {25: BLUE, 26: BLUE}


def test_tempo_ends_with_a_profile_that_moves_the_contact_though_no_name_is_sent() -> None:
    writer = meter(PJOURF1=BLUE, STGE="013A0800", NTARF="02")
    writer.writes("130000", frames=4, STGE="003A0800")  # a colour that the meter has missed
    assert writer.days.is_tempo
    writer.writes("130100", frames=4, PJOURF1=NIGHT)
    assert (writer.days.is_tempo, colours(writer)) == (False, {})


def test_tempo_under_a_name_of_the_suppliers_own_keeps_its_days_while_stge_is_silent() -> None:
    writer = meter(PJOURF1=BLUE, NGTF="    ZEN FLEX    ", STGE="013A0800", NTARF="02")
    noted, before = writer.noted(), writer.days.contract
    assert noted
    assert before == "tempo"
    writer.writes("130000", frames=70, STGE="003A0800")  # a colour that the meter has missed
    assert (writer.noted(), writer.days.contract) == (noted, before)


def hears_historic(writer: Writer, option: str, period: str) -> None:
    for second in range(8):
        writer.listener.now += 2
        frame = historic(("OPTARIF", option), ("PTEC", period))
        for event in writer.listener.hear(frame):
            if isinstance(event, Frame):
                now = datetime(2026, 11, 24, 12, 5, second, tzinfo=UTC)
                writer.end_frame(event, now)


def test_colours_are_noted_in_historique_which_has_no_clock() -> None:
    writer = Writer()
    hears_historic(writer, "BBR(", "HPJW")
    assert (writer.days.is_tempo, colours(writer)) == (True, {24: "white"})


def test_tempo_ends_where_historique_shows_another_contract() -> None:
    writer = meter(PJOURF1=BLUE, STGE="013A0800", NTARF="02")
    hears_historic(writer, "HC..", "HP..")
    assert (writer.days.is_tempo, colours(writer)) == (False, {})


@pytest.mark.parametrize(("option", "noted"), [("HC..", {24, 25}), ("BASE", set())])
def test_days_stay_known_in_historique_under_the_same_contract(
    option: str, noted: set[int]
) -> None:
    writer = meter(NGTF=f"{'H PLEINE/CREUSE':16}", STGE="003A0400", NTARF="02")
    assert set(writer.noted()) == {24, 25}
    hears_historic(writer, option, "TH.." if option == "BASE" else "HP..")
    assert set(writer.noted()) == noted
