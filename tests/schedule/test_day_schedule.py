"""The periods of a day: what they are made of, and what a calendar and a person read in them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

import pytest

from custom_components.linky_tic.schedule.day_schedule import (
    Day,
    DaySchedules,
    KnownProfile,
    MobilePeak,
    SchedulePeriod,
)
from custom_components.linky_tic.tic import MAINLAND, Coding, Contact, Decision, LegalTime

DAY: Final = date(2026, 11, 25)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
NIGHT: Final = "0000C001 06308002 2230C001"
BLUE: Final = "00004001 06004002 22004001"
WHITE: Final = "00004003 06004004 22004003"
RED: Final = "00004005 06004006 22004005"
WEEKDAY, WEEKEND = "0000C001 06308002 2230C001", "00008003"
EJP, EJP_PEAK = "0000C001", "00008002"
SAGEMCOM: Final = "0000C001 07008002 1700C001"


def midnight(day: date) -> datetime:
    return MAINLAND.at(datetime.combine(day, time.min))


def profile(blocks: str) -> str:
    return " ".join([*blocks.split(), *["NONUTILE"] * 11][:11])


def schedules(
    *peaks: MobilePeak,
    legal: LegalTime = MAINLAND,
    coding: Coding | None = Coding.DECIMAL,
    **blocks: str,
) -> DaySchedules:
    """Days by the names `before`, `day` and `after`."""
    days = {"before": BEFORE, "day": DAY, "after": AFTER}
    profiles = {days[name]: KnownProfile(profile(text), 0) for name, text in blocks.items()}
    return DaySchedules(profiles, peaks, coding, legal)


def tempo(*colours: str | None) -> DaySchedules:
    """Three days of Tempo, by the colours of those that begin at 06:00 the day before and so on."""
    known = {
        day: one for day, one in zip((BEFORE, DAY, AFTER), colours, strict=False) if one is not None
    }
    return replace(schedules(before=BLUE, day=BLUE, after=BLUE), colours=known)


def peak(number: int, begin: str, end: str, blocks: str | None = None) -> MobilePeak:
    return MobilePeak(
        number,
        datetime.fromisoformat(f"2026-11-{begin}:00"),
        datetime.fromisoformat(f"2026-11-{end}:00"),
        blocks and profile(blocks),
    )


def told(periods: Iterable[SchedulePeriod]) -> list[str]:
    """Periods as their hours, register and peak."""
    return [
        f"{one.begin:%H:%M}-{one.end:%H:%M} {one.register}" + (f" pm{one.peak}" if one.peak else "")
        for one in periods
    ]


def known(found: Day | None) -> Day:
    assert found
    return found


def whole(day: Day, on: date = DAY) -> bool:
    """Whether the periods follow each other from midnight to midnight."""
    joined = all(before.end == after.begin for before, after in pairwise(day.periods))
    return joined and (day.periods[0].begin, day.periods[-1].end) == (
        midnight(on),
        midnight(on + timedelta(days=1)),
    )


EJP_TODAY: Final = peak(1, "25T07:00", "26T01:00", EJP_PEAK)
UNHEARD: Final = EJP_TODAY._replace(profile=None)


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (schedules(day=NIGHT), ["00:00-06:30 1", "06:30-22:30 2", "22:30-00:00 1"]),
        (schedules(day="00008001"), ["00:00-00:00 1"]),
        (schedules(day="00008002 0130C001 07008002 1200C001 14308002"),
         ["00:00-01:30 2", "01:30-07:00 1", "07:00-12:00 2", "12:00-14:30 1", "14:30-00:00 2"]),
        # A day of Tempo runs from 06:00 to 06:00, and has the hours of every other.
        (tempo("blue", "white"), ["00:00-06:00 1", "06:00-22:00 4 pm1", "22:00-00:00 3 pm1"]),
        (tempo("white", "blue"), ["00:00-06:00 3 pm1", "06:00-22:00 2", "22:00-00:00 1"]),
        (tempo("white", "red"),
         ["00:00-06:00 3 pm1", "06:00-22:00 6 pm2", "22:00-00:00 5 pm2"]),
        (tempo(None, "blue"), ["00:00-06:00 None", "06:00-22:00 2", "22:00-00:00 1"]),
        (tempo("red", None), ["00:00-06:00 5 pm2", "06:00-22:00 None", "22:00-00:00 None"]),
        (schedules(EJP_TODAY, day=EJP), ["00:00-07:00 1", "07:00-00:00 2 pm1"]),
        (schedules(peak(1, "24T07:00", "25T01:00", EJP_PEAK), day=EJP),
         ["00:00-01:00 2 pm1", "01:00-00:00 1"]),
        # Nobody has heard what this peak is made of.
        (schedules(UNHEARD, day=EJP),
         ["00:00-07:00 1", "07:00-00:00 None pm1"]),
        # What is left as it was, was so before: in the day before, in the slot before.
        (schedules(day="00000000 06308002", before=NIGHT), ["00:00-06:30 1", "06:30-00:00 2"]),
        (schedules(day="06308002 2230C000", before=NIGHT),
         ["00:00-06:30 1", "06:30-22:30 2", "22:30-00:00 2"]),
        (schedules(day="06308002"), ["00:00-06:30 None", "06:30-00:00 2"]),
        (schedules(peak(1, "25T07:00", "26T01:00", "00000000 08000002"), day=EJP),
         ["00:00-07:00 1", "07:00-08:00 1 pm1", "08:00-00:00 2 pm1"]),
        (schedules(peak(1, "24T07:00", "25T01:00", "00000000 08000002"), day=EJP),
         ["00:00-01:00 2 pm1", "01:00-00:00 1"]),
        # A peak that begins with a day, or with a slot of it, goes on from there.
        (schedules(peak(1, "25T00:00", "26T00:00", "00000000 08000002"), day=EJP),
         ["00:00-08:00 1 pm1", "08:00-00:00 2 pm1"]),
        (schedules(peak(1, "25T06:30", "25T12:00", "00000000 12000001"), day=NIGHT),
         ["00:00-06:30 1", "06:30-12:00 2 pm1", "12:00-22:30 2", "22:30-00:00 1"]),
    ],
)  # fmt: skip
def test_a_day_is_made_of_its_profile_and_its_peaks(days: DaySchedules, periods: list[str]) -> None:
    day = known(days.day(DAY))
    assert told(day.periods) == periods
    assert whole(day)


def test_contacts_are_kept_as_slots_leave_them() -> None:
    day = known(schedules(before="0000C001", day="00000001 06308002 22300001").day(DAY))
    assert [one.contact for one in day.periods] == [Contact.CLOSED, Contact.OPEN, Contact.OPEN]
    assert known(schedules(day="00000001").day(DAY)).periods[0].contact is None
    assert known(schedules(day=BLUE).day(DAY)).periods[0].contact is Contact.TEMPO


@pytest.mark.parametrize("blocks", ["", "2500C001", "0630800206308001"])
def test_a_day_without_a_sound_profile_is_unknown(blocks: str) -> None:
    assert schedules(day=blocks).day(DAY) is None
    assert schedules(EJP_TODAY, before=EJP).day(DAY) is None
    assert schedules(EJP_TODAY, before=EJP).unusual_periods([DAY], 1) == []


def test_where_two_codings_differ_the_register_is_unknown() -> None:
    days = schedules(coding=None, day="0000C001 07008002 1200C001")  # from noon, or from 18:00
    hours = ["00:00-07:00 1", "07:00-12:00 2", "12:00-18:00 None", "18:00-00:00 1"]
    assert told(known(days.day(DAY)).periods) == hours
    assert whole(known(days.day(DAY)))
    assert days.next_change(midnight(DAY) + timedelta(hours=9)) is None


@pytest.mark.parametrize(
    ("blocks", "remembered", "edge", "coding", "decision"),
    [
        (NIGHT, None, "06:30", Coding.DECIMAL, Decision.PROVEN),
        ("0000C001 061E8002 161EC001", None, "06:30", Coding.HEXADECIMAL, Decision.PROVEN),
        (SAGEMCOM, None, "07:00", Coding.HEXADECIMAL, Decision.EIGHT_HOURS),
        (SAGEMCOM, Coding.DECIMAL, "07:00", Coding.DECIMAL, Decision.REMEMBERED),
        ("0000C001 07008002 1200C001", None, "07:00", None, Decision.AMBIGUOUS),
        (EJP, None, "00:00", Coding.DECIMAL, Decision.SAME),
    ],
)
def test_a_day_has_the_coding_of_its_hours(
    blocks: str, remembered: Coding | None, edge: str, coding: Coding | None, decision: Decision
) -> None:
    day = known(schedules(day=blocks, coding=remembered).day(DAY))
    assert f"{day.periods[0].end:%H:%M}" == edge
    assert (day.coding, day.decision) == (coding, decision)


@pytest.mark.parametrize(
    ("date_", "blocks", "edges", "hours"),
    [
        ("2026-03-29", NIGHT, ["00:00+0100", "06:30+0200", "22:30+0200"], [5.5, 16, 1.5]),
        ("2026-10-25", NIGHT, ["00:00+0200", "06:30+0100", "22:30+0100"], [7.5, 16, 1.5]),
        # 02:30 does not exist in March; in October it is the first of two.
        ("2026-03-29", "00008002 0230C001 07308002", ["00:00+0100", "03:00+0200", "07:30+0200"],
         [2, 4.5, 16.5]),
        ("2026-10-25", "00008002 0230C001 07308002", ["00:00+0200", "02:30+0200", "07:30+0100"],
         [2.5, 6, 16.5]),
        ("2026-03-29", "00008002 0210C001 02408002", ["00:00+0100", "03:00+0200"], [2, 21]),
    ],
)  # fmt: skip
def test_days_of_23_and_25_hours_are_whole(
    date_: str, blocks: str, edges: list[str], hours: list[float]
) -> None:
    on = date.fromisoformat(date_)
    profiles = {on: KnownProfile(profile(blocks), 0)}
    day = known(DaySchedules(profiles, coding=Coding.DECIMAL).day(on))
    assert [f"{one.begin:%H:%M%z}" for one in day.periods] == edges
    assert [(one.end - one.begin) / timedelta(hours=1) for one in day.periods] == hours
    assert whole(day, on)


def test_an_island_has_its_own_hours() -> None:
    day = known(schedules(day=NIGHT, legal=LegalTime(timedelta(hours=4))).day(DAY))
    assert day.periods[1].begin.isoformat() == "2026-11-25T06:30:00+04:00"


def test_a_clock_that_is_wrong_moves_every_instant() -> None:
    slow = LegalTime(ahead=-timedelta(hours=3, minutes=37))
    days = schedules(day=NIGHT, after=NIGHT, legal=slow)
    assert told(known(days.day(DAY)).periods) == ["03:37-10:07 1", "10:07-02:07 2", "02:07-03:37 1"]
    change = days.next_change(datetime.fromisoformat("2026-11-25T22:35:00+01:00"))
    assert change
    assert (f"{change.begin:%dT%H:%M}", change.register) == ("26T02:07", 1)
    early = datetime.fromisoformat("2026-11-26T03:00:00+01:00")
    assert slow.day_of(early) == DAY


@pytest.mark.parametrize(
    ("days", "events"),
    [
        (schedules(day=NIGHT), ["00:00-06:30 1", "22:30-00:00 1"]),
        (schedules(before=NIGHT, day=NIGHT, after=NIGHT),
         ["00:00-06:30 1", "22:30-06:30 1", "22:30-06:30 1", "22:30-00:00 1"]),
        (schedules(day="00008001"), []),
        (schedules(before=WEEKDAY, day=WEEKDAY, after=WEEKEND),
         ["00:00-06:30 1", "22:30-06:30 1", "22:30-00:00 1", "00:00-00:00 3"]),
        # Off-peak all week-end: what goes on after midnight is one.
        (schedules(before=WEEKDAY, day="0000C001", after="0000C001"),
         ["00:00-06:30 1", "22:30-00:00 1"]),
        (schedules(EJP_TODAY, day=EJP, after=EJP), ["07:00-01:00 2 pm1"]),
        (tempo("blue", "white", "blue"),
         ["22:00-06:00 1", "06:00-22:00 4 pm1", "22:00-06:00 3 pm1", "22:00-00:00 1"]),
        (schedules(UNHEARD, day=EJP, after=EJP), ["07:00-01:00 None pm1"]),
        (schedules(day="00008001 12008002"), ["00:00-12:00 1"]),
        (schedules(before=NIGHT, after=NIGHT),
         ["00:00-06:30 1", "22:30-00:00 1", "00:00-06:30 1", "22:30-00:00 1"]),
        (schedules(day="06308002 2230C001"), ["22:30-00:00 1"]),
        (schedules(day="0000C001 1600C002"), ["16:00-00:00 2"]),  # as long as the contact is closed
    ],
)  # fmt: skip
def test_a_calendar_shows_what_is_not_usual(days: DaySchedules, events: list[str]) -> None:
    assert told(days.unusual_periods([BEFORE, DAY, AFTER], days.usual_register())) == events


@pytest.mark.parametrize(
    ("days", "now", "change"),
    [
        (schedules(day=NIGHT), "25T03:00", "25T06:30 2"),
        (schedules(day=NIGHT), "25T06:30", "25T22:30 1"),
        (schedules(day=NIGHT), "25T23:00", None),  # tomorrow is not known
        (schedules(day=NIGHT, after=NIGHT), "25T23:00", "26T06:30 2"),
        (schedules(after=NIGHT), "25T23:00", None),  # today is not known
        (schedules(day="00008001", after="00008001"), "25T12:00", None),
        (schedules(day=WEEKDAY, after=WEEKEND), "25T23:00", "26T00:00 3"),
        (tempo("blue", "white", "blue"), "25T03:00", "25T06:00 4"),
        (tempo("blue", "white", "blue"), "25T23:00", "26T06:00 2"),
        (tempo("blue", "white"), "25T23:00", None),  # the colour of tomorrow is not announced
        (schedules(EJP_TODAY, day=EJP, after=EJP), "25T12:00", "26T01:00 1"),
        # A peak of which nothing is known: that it comes, but neither how it goes on.
        (
            schedules(UNHEARD, day=EJP, after=EJP),
            "25T03:00",
            "25T07:00 None",
        ),
        (schedules(UNHEARD, day=EJP, after=EJP), "25T12:00", None),
        (schedules(day="06308002 22300001"), "25T03:00", None),
    ],
)
def test_the_next_change_is_that_of_the_register(
    days: DaySchedules, now: str, change: str | None
) -> None:
    found = days.next_change(datetime.fromisoformat(f"2026-11-{now}:00+01:00"))
    assert (found and f"{found.begin:%dT%H:%M} {found.register}") == change


def test_the_boundaries_are_those_of_the_periods_and_midnight() -> None:
    days = schedules(day=NIGHT)
    edge = datetime.fromisoformat("2026-11-25T01:00:00+01:00")
    edges = [edge := days.next_boundary(edge) for _ in range(4)]
    assert [f"{edge:%dT%H:%M}" for edge in edges] == [
        "25T06:30",
        "25T22:30",
        "26T00:00",
        "27T00:00",
    ]


@pytest.mark.parametrize(
    ("blocks", "register"),
    [
        ("00008001 08008002", 2),  # the longest
        ("00008001 12008002", 2),  # of two as long the higher
        ("0000C001 08008002 1600C003", 2),  # what is open goes before what is closed
        ("0000C001 1300C002", 1),  # all closed: the longest
        ("00008002 12008001", 2),
    ],
)
def test_the_usual_register_is_that_of_most_hours_with_an_open_contact(
    blocks: str, register: int
) -> None:
    days = schedules(day=blocks)
    assert days.usual_register() == days.usual_register([1, 2]) == register


def test_one_register_of_several_may_be_the_unusual_one() -> None:
    days = schedules(day="00008001")
    assert (days.usual_register(), days.usual_register([1]), days.usual_register([1, 2])) == (
        1,
        1,
        None,
    )
    assert schedules().usual_register() is None
