"""Profiles of real meters in both codings, and everything that makes one unsound."""

from datetime import time

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.linky_tic.tic.day_profile import (
    Coding,
    Contact,
    Decision,
    Slot,
    _has_off_peak_hours,
    read_profile,
    registers_of,
    slots_by_coding,
)

DEC, HEX = Coding.DECIMAL, Coding.HEXADECIMAL


def profile(used: str) -> str:
    blocks = used.split()
    return " ".join(blocks + ["NONUTILE"] * (11 - len(blocks)))


def starts(used: str, remembered: Coding | None = None) -> list[str]:
    day = read_profile(profile(used), remembered)
    assert day
    return [slot.start.strftime("%H:%M") for slot in day.slots]


def test_a_slot_has_its_start_register_and_contacts() -> None:
    day = read_profile(profile("0000C001 06308002 223047FF"))
    assert day
    assert day.slots == (
        Slot(time(0, 0), 1, Contact.CLOSED),
        Slot(time(6, 30), 2, Contact.OPEN),
        Slot(time(22, 30), None, Contact.TEMPO),
    )


@pytest.mark.parametrize(
    ("action", "contact"),
    [("0001", "unchanged"), ("4001", "tempo"), ("8001", "open"), ("C001", "closed")],
)
def test_the_two_highest_bits_move_the_dry_contact(action: str, contact: str) -> None:
    day = read_profile(profile(f"0000{action}"))
    assert day
    assert day.slots[0].contact == contact


@pytest.mark.parametrize("digit", "0123456789ABCDEF")
def test_registers_other_than_one_to_ten_change_nothing(digit: str) -> None:
    value = int(digit, 16)
    day = read_profile(profile(f"0000800{digit}"))
    assert day
    assert day.slots[0].register == (value if 1 <= value <= 10 else None)


def test_unused_bits_of_an_action_are_not_read() -> None:
    day = read_profile(profile("0000B801"))
    assert day
    assert day.slots == (Slot(time(0, 0), 1, Contact.OPEN),)


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("0000C001 061E8002 161EC001", ["00:00", "06:30", "22:30"]),
        ("00008002 053A8001 153A8002", ["00:00", "05:58", "21:58"]),
        ("0038C001 07388002 0D1A8001 0E1A8002", ["00:56", "07:56", "13:26", "14:26"]),
    ],
)
def test_a_letter_in_an_hour_proves_hexadecimal(used: str, expected: list[str]) -> None:
    day = read_profile(profile(used), remembered=DEC)
    assert day
    assert (day.coding, day.decision) == (HEX, Decision.PROVEN)
    assert starts(used) == expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ("0000C001 06308002 2230C001", ["00:00", "06:30", "22:30"]),  # 0x22 is 34 hours
        ("00008002 0210C001 08108002 1440C001", ["00:00", "02:10", "08:10", "14:40"]),  # 64 minutes
    ],
)
def test_an_hour_that_hexadecimal_cannot_have_proves_decimal(
    used: str, expected: list[str]
) -> None:
    day = read_profile(profile(used), remembered=HEX)
    assert day
    assert (day.coding, day.decision) == (DEC, Decision.PROVEN)
    assert starts(used) == expected


@pytest.mark.parametrize("used", ["00008001", "00004001 06004002", ""])
def test_a_profile_that_reads_the_same_either_way_leaves_no_question(used: str) -> None:
    day = read_profile(profile(used), remembered=HEX)
    assert day
    assert day.decision is Decision.SAME


# One meter sent both: only in hexadecimal has its contract the eight hours of off-peak.
TRAPS = ["0000C001 07008002 1700C001", "0000C001 06368002 1636C001"]


@pytest.mark.parametrize("used", TRAPS)
@pytest.mark.parametrize("coding", Coding)
def test_what_the_meter_used_before_decides_between_two_readings(used: str, coding: Coding) -> None:
    day = read_profile(profile(used), remembered=coding)
    assert day
    assert (day.coding, day.decision) == (coding, Decision.REMEMBERED)


@pytest.mark.parametrize("used", TRAPS)
def test_eight_hours_on_a_register_decide_for_an_unknown_meter(used: str) -> None:
    day = read_profile(profile(used))
    assert day
    assert (day.coding, day.decision) == (HEX, Decision.EIGHT_HOURS)


@pytest.mark.parametrize(
    "used",
    [
        "0000C001 06008002 1400C001 16008002",  # eight hours in both, 20:00 to 22:00
        "0000C001 05008002 1200C001",  # in neither
    ],
)
def test_both_readings_stand_when_nothing_decides(used: str) -> None:
    day = read_profile(profile(used))
    assert day
    assert (day.coding, day.decision) == (None, Decision.AMBIGUOUS)
    assert day.possible == tuple(slots_by_coding(profile(used)).values())
    assert day.slots == ()


def test_eight_hours_that_are_never_off_peak_decide_nothing() -> None:
    day = read_profile(profile("00008002 0130C001 07008002 1200C001 14308002"))  # 18:00?
    assert day
    assert (day.coding, day.decision) == (DEC, Decision.EIGHT_HOURS)


def test_a_slot_that_keeps_the_register_counts_for_the_one_before() -> None:
    day = read_profile(profile("0000C001 0400C000 07008002 1700C001"))
    assert day
    assert day.decision is Decision.EIGHT_HOURS


def test_a_day_may_begin_with_what_the_day_before_left() -> None:
    assert starts("06308002 2230C001") == ["06:30", "22:30"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        profile("0000C001")[:-1],
        profile("0000C001") + " ",
        profile("0000C001 NONUTILE 2230C001"),  # a hole
        profile("0000C001 06308002").replace("NONUTILE", "TILE", 1),  # the checksum stays right
        profile("0000C001 06308002").replace(" ", "  ", 1),
        profile("0000C001 0630800G"),
        profile("0000C001 06308002").lower(),
        profile("0000C001 06308002 06308002"),  # not increasing
        profile("0000C001 22308002 0630C001"),
        profile("0000C001 2400C002"),
        profile("0000C001 0660C002 07008001 2300C001"),
        profile("0000C001 0A308002 2230C001"),  # a letter, and an hour for decimal only
    ],
)
def test_an_unsound_profile_is_rejected_whole(text: str) -> None:
    assert read_profile(text) is None
    assert registers_of(text) == set()


@given(st.text(alphabet="0123456789ABCDEFNOUTIL ", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    read_profile(text)


minutes = st.lists(st.integers(0, 1439), min_size=1, max_size=11, unique=True).map(sorted)


@given(minutes, st.sampled_from(Coding))
def test_a_written_day_is_among_its_readings(moments: list[int], coding: Coding) -> None:
    style = "{:02}{:02}8001" if coding is DEC else "{:02X}{:02X}8001"
    text = profile(" ".join(style.format(*divmod(moment, 60)) for moment in moments))
    slots = slots_by_coding(text)[coding]
    assert [slot.start.hour * 60 + slot.start.minute for slot in slots] == moments


@given(minutes)
def test_a_remembered_coding_is_right_whenever_it_can_be(moments: list[int]) -> None:
    text = profile(" ".join("{:02X}{:02X}8001".format(*divmod(one, 60)) for one in moments))
    day = read_profile(text, remembered=HEX)
    assert day
    assume(day.decision is not Decision.SAME)
    assert day.coding is HEX


def test_registers_are_those_that_the_slots_set() -> None:
    assert registers_of(profile("00004003 06004004 22000000")) == {3, 4}


@pytest.mark.parametrize(
    ("off_peak", "is_likely"),
    [
        ("00:00-08:00", True),
        ("22:30-06:30", True),
        ("11:00-17:00 20:00-22:00", True),
        ("00:01-08:01", False),
        ("10:59-16:59 20:00-22:00", False),
        ("11:01-17:01 20:00-22:00", False),
        ("11:00-17:00 19:59-21:59", False),
        ("00:00-07:59", False),
        ("23:59-08:00", False),
    ],
)
def test_off_peak_hours_are_eight_and_outside_the_peaks_of_the_grid(
    off_peak: str, *, is_likely: bool
) -> None:
    changes = [(0, 2)]
    for span in off_peak.split():
        start, end = (int(one[:2]) * 60 + int(one[3:]) for one in span.split("-"))
        changes += [(start, 1), (end, 2)]
        changes[0] = (0, 1 if start > end or start == 0 else changes[0][1])
    slots = [
        Slot(time(minute // 60, minute % 60), register, Contact.UNCHANGED)
        for minute, register in sorted(dict(changes).items())
    ]
    assert _has_off_peak_hours(tuple(slots)) is is_likely
