"""The periods of a day: what they are made of, and what a calendar and a person read in them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest

from custom_components.linky_tic.tic import (
    MAINLAND,
    Agenda,
    Coding,
    Contact,
    Day,
    Decision,
    LegalTime,
    Peak,
    Period,
)

DAY: Final = date(2026, 11, 25)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
NIGHT: Final = "0000C001 06308002 2230C001"
BLUE: Final = "00004001 06004002 22004001"
WHITE: Final = "00004003 06004004 22004003"
RED: Final = "00004005 06004006 22004005"
WEEKDAY, WEEKEND = "0000C001 06308002 2230C001", "00008003"
EJP, EJP_PEAK = "0000C001", "00008002"
SAGEMCOM: Final = "0000C001 07008002 1700C001"


def profile(blocks: str) -> str:
    return " ".join([*blocks.split(), *["NONUTILE"] * 11][:11])


def agenda(
    *peaks: Peak,
    legal: LegalTime = MAINLAND,
    coding: Coding | None = None,
    **blocks: str,
) -> Agenda:
    """Days by the names `before`, `day` and `after`."""
    days = {"before": BEFORE, "day": DAY, "after": AFTER}
    profiles = {days[name]: profile(text) for name, text in blocks.items()}
    return Agenda(profiles, peaks, coding, legal)


def peak(number: int, begin: str, end: str, blocks: str | None = None) -> Peak:
    return Peak(
        number,
        datetime.fromisoformat(f"2026-11-{begin}:00+01:00"),
        datetime.fromisoformat(f"2026-11-{end}:00+01:00"),
        blocks and profile(blocks),
    )


def told(periods: Iterable[Period]) -> list[str]:
    """Periods as their hours, register and peak."""
    return [
        f"{one.begin:%H:%M}-{one.end:%H:%M} {one.index}" + (f" pm{one.peak}" if one.peak else "")
        for one in periods
    ]


def known(found: Day | None) -> Day:
    assert found
    return found


def whole(day: Day) -> bool:
    """Whether the periods follow each other from midnight to midnight."""
    joined = all(before.end == after.begin for before, after in pairwise(day.periods))
    return joined and (day.periods[0].begin, day.periods[-1].end) == (
        MAINLAND.midnight(day.date),
        MAINLAND.midnight(day.date + timedelta(days=1)),
    )


WHITE_BEFORE: Final = peak(1, "24T06:00", "25T06:00", WHITE)
WHITE_TODAY: Final = peak(1, "25T06:00", "26T06:00", WHITE)
EJP_TODAY: Final = peak(1, "25T07:00", "26T01:00", EJP_PEAK)


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        (agenda(day=NIGHT), ["00:00-06:30 1", "06:30-22:30 2", "22:30-00:00 1"]),
        (agenda(day="00008001"), ["00:00-00:00 1"]),
        (agenda(day="00008002 0130C001 07008002 1200C001 14308002"),
         ["00:00-01:30 2", "01:30-07:00 1", "07:00-12:00 2", "12:00-14:30 1", "14:30-00:00 2"]),
        # White after blue: the night before 06:00 is still blue.
        (agenda(WHITE_TODAY, day=BLUE),
         ["00:00-06:00 1", "06:00-22:00 4 pm1", "22:00-00:00 3 pm1"]),
        # Blue after white, and red after white.
        (agenda(WHITE_BEFORE, day=BLUE),
         ["00:00-06:00 3 pm1", "06:00-22:00 2", "22:00-00:00 1"]),
        (agenda(WHITE_BEFORE, peak(2, "25T06:00", "26T06:00", RED), day=BLUE),
         ["00:00-06:00 3 pm1", "06:00-22:00 6 pm2", "22:00-00:00 5 pm2"]),
        (agenda(EJP_TODAY, day=EJP), ["00:00-07:00 1", "07:00-00:00 2 pm1"]),
        (agenda(peak(1, "24T07:00", "25T01:00", EJP_PEAK), day=EJP),
         ["00:00-01:00 2 pm1", "01:00-00:00 1"]),
        # Nobody has heard what this peak is made of.
        (agenda(WHITE_TODAY._replace(profile=None), day=BLUE),
         ["00:00-06:00 1", "06:00-00:00 None pm1"]),
        # Nor of this one, but Tempo has a register for each colour.
        (replace(agenda(WHITE_TODAY._replace(profile=None), day=BLUE), tempo=True),
         ["00:00-06:00 1", "06:00-22:00 4 pm1", "22:00-00:00 3 pm1"]),
        (replace(agenda(peak(2, "24T06:00", "25T06:00"), day=BLUE), tempo=True),
         ["00:00-06:00 5 pm2", "06:00-22:00 2", "22:00-00:00 1"]),
        (replace(agenda(peak(3, "24T06:00", "25T06:00"), day=BLUE), tempo=True),
         ["00:00-06:00 None pm3", "06:00-22:00 2", "22:00-00:00 1"]),
        # What is left as it was, was so before: in the day before, in the slot before.
        (agenda(day="00000000 06308002", before=NIGHT), ["00:00-06:30 1", "06:30-00:00 2"]),
        (agenda(day="06308002 2230C000", before=NIGHT),
         ["00:00-06:30 1", "06:30-22:30 2", "22:30-00:00 2"]),
        (agenda(day="06308002"), ["00:00-06:30 None", "06:30-00:00 2"]),
        (agenda(peak(1, "25T07:00", "26T01:00", "00000000 08000002"), day=EJP),
         ["00:00-07:00 1", "07:00-08:00 1 pm1", "08:00-00:00 2 pm1"]),
        (agenda(peak(1, "24T07:00", "25T01:00", "00000000 08000002"), day=EJP),
         ["00:00-01:00 2 pm1", "01:00-00:00 1"]),
    ],
)  # fmt: skip
def test_a_day_is_made_of_its_profile_and_its_peaks(days: Agenda, periods: list[str]) -> None:
    day = known(days.day(DAY))
    assert told(day.periods) == periods
    assert whole(day)


def test_contacts_are_kept_as_slots_leave_them() -> None:
    day = known(agenda(before="0000C001", day="00000001 06308002 22300001").day(DAY))
    assert [one.contact for one in day.periods] == [Contact.CLOSED, Contact.OPEN, Contact.OPEN]
    assert known(agenda(day="00000001").day(DAY)).periods[0].contact is None
    assert known(agenda(day=BLUE).day(DAY)).periods[0].contact is Contact.TEMPO


@pytest.mark.parametrize("blocks", ["", "2500C001", "0630800206308001"])
def test_a_day_without_a_sound_profile_is_unknown(blocks: str) -> None:
    assert agenda(day=blocks).day(DAY) is None
    assert agenda(WHITE_TODAY, before=BLUE).day(DAY) is None
    assert agenda(WHITE_TODAY, before=BLUE).unusual([DAY]) == []


@pytest.mark.parametrize(
    ("blocks", "remembered", "edge", "coding", "decision"),
    [
        (NIGHT, None, "06:30", Coding.DECIMAL, Decision.PROVEN),
        ("0000C001 061E8002 161EC001", None, "06:30", Coding.HEXADECIMAL, Decision.PROVEN),
        (SAGEMCOM, None, "07:00", Coding.HEXADECIMAL, Decision.EIGHT_HOURS),
        (SAGEMCOM, Coding.DECIMAL, "07:00", Coding.DECIMAL, Decision.REMEMBERED),
        ("0000C001 07008002 1200C001", None, "07:00", Coding.DECIMAL, Decision.GUESSED),
        (EJP, None, "00:00", Coding.DECIMAL, Decision.SAME),
    ],
)
def test_a_day_says_how_its_hours_were_read(
    blocks: str, remembered: Coding | None, edge: str, coding: Coding, decision: Decision
) -> None:
    day = known(agenda(day=blocks, coding=remembered).day(DAY))
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
    day = known(Agenda({on: profile(blocks)}).day(on))
    assert [f"{one.begin:%H:%M%z}" for one in day.periods] == edges
    assert [(one.end - one.begin) / timedelta(hours=1) for one in day.periods] == hours
    assert whole(day)


def test_an_island_has_its_own_hours() -> None:
    day = known(agenda(day=NIGHT, legal=LegalTime(timedelta(hours=4))).day(DAY))
    assert day.periods[1].begin.isoformat() == "2026-11-25T06:30:00+04:00"


@pytest.mark.parametrize(
    ("days", "events"),
    [
        (agenda(day=NIGHT), ["00:00-06:30 1", "22:30-00:00 1"]),
        (agenda(before=NIGHT, day=NIGHT, after=NIGHT),
         ["00:00-06:30 1", "22:30-06:30 1", "22:30-06:30 1", "22:30-00:00 1"]),
        (agenda(day="00008001"), []),
        (agenda(day=WEEKDAY, after=WEEKEND), ["00:00-06:30 1", "22:30-00:00 1"]),
        (agenda(EJP_TODAY, day=EJP, after=EJP), ["07:00-01:00 2 pm1"]),
        (agenda(WHITE_TODAY, day=BLUE, after=BLUE),
         ["00:00-06:00 1", "06:00-22:00 4 pm1", "22:00-06:00 3 pm1", "22:00-00:00 1"]),
        (agenda(WHITE_TODAY._replace(profile=None), day=BLUE, after=BLUE),
         ["00:00-06:00 1", "06:00-06:00 None pm1", "22:00-00:00 1"]),
        (agenda(day="00008001 12008002"), ["00:00-12:00 1"]),
        (agenda(before=NIGHT, after=NIGHT),
         ["00:00-06:30 1", "22:30-00:00 1", "00:00-06:30 1", "22:30-00:00 1"]),
        (agenda(day="06308002 2230C001"), ["22:30-00:00 1"]),
    ],
)  # fmt: skip
def test_a_calendar_shows_what_is_not_usual(days: Agenda, events: list[str]) -> None:
    assert told(days.unusual([BEFORE, DAY, AFTER])) == events


@pytest.mark.parametrize(
    ("days", "now", "change"),
    [
        (agenda(day=NIGHT), "25T03:00", "25T06:30 2"),
        (agenda(day=NIGHT), "25T06:30", "25T22:30 1"),
        (agenda(day=NIGHT), "25T23:00", None),  # tomorrow is not known
        (agenda(day=NIGHT, after=NIGHT), "25T23:00", "26T06:30 2"),
        (agenda(after=NIGHT), "25T23:00", None),  # today is not known
        (agenda(day="00008001", after="00008001"), "25T12:00", None),
        (agenda(day=WEEKDAY, after=WEEKEND), "25T23:00", "26T00:00 3"),
        (agenda(WHITE_TODAY, day=BLUE, after=BLUE), "25T03:00", "25T06:00 4"),
        (agenda(WHITE_TODAY, day=BLUE, after=BLUE), "25T23:00", "26T06:00 2"),
        (agenda(EJP_TODAY, day=EJP, after=EJP), "25T12:00", "26T01:00 1"),
        # A peak of which nothing is known: that it comes, but neither how it goes on.
        (agenda(EJP_TODAY._replace(profile=None), day=EJP, after=EJP), "25T03:00", "25T07:00 None"),
        (agenda(EJP_TODAY._replace(profile=None), day=EJP, after=EJP), "25T12:00", None),
        (agenda(day="06308002 22300001"), "25T03:00", None),
    ],
)
def test_the_next_change_is_that_of_the_register(
    days: Agenda, now: str, change: str | None
) -> None:
    found = days.next_change(datetime.fromisoformat(f"2026-11-{now}:00+01:00"))
    assert (found and f"{found.at:%dT%H:%M} {found.index}") == change


def test_something_else_is_in_force_at_each_edge_and_at_midnight() -> None:
    days = agenda(day=NIGHT)
    edge = datetime.fromisoformat("2026-11-25T01:00:00+01:00")
    edges = [edge := days.next_edge(edge) for _ in range(4)]
    assert [f"{edge:%dT%H:%M}" for edge in edges] == [
        "25T06:30",
        "25T22:30",
        "26T00:00",
        "27T00:00",
    ]
