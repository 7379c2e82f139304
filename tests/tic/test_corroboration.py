"""What a meter says of one fact several times: what contradicts the rest is held."""

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from custom_components.linky_tic.tic import LABELS, Reading, Reason
from custom_components.linky_tic.tic.corroboration import agreed_status, contradicts
from custom_components.linky_tic.tic.legal_time import HOUR

from .referee import DATA
from .streams import Listener, historic, rejected, standard, values

CASES = DATA / "cases"


def phases(total: int, *each: int, amperes: tuple[int, ...] = (2, 2, 2)) -> bytes:
    """A frame of a three-phase supply of 15 kVA."""
    return standard(
        *((f"IRMS{n}", f"{one:03}") for n, one in enumerate(amperes, 1)),
        *((f"URMS{n}", "235") for n in (1, 2, 3)),
        ("PCOUP", "15"),
        ("SINSTS", f"{total:05}"),
        *((f"SINSTS{n}", f"{one:05}") for n, one in enumerate(each, 1)),
    )


def settled(frame: bytes, *, parity: bool = True) -> Listener:
    """A listener that has believed a frame."""
    listener = Listener(parity=parity)
    listener.hear(*[frame] * 4)
    return listener


# Powers and currents


def test_powers_of_phases_that_a_real_meter_made_up_are_held_for_ever_and_counted() -> None:
    nonsense = (CASES / "t2m36_phase_nonsense.bin").read_bytes()
    listener = Listener()
    for _ in range(40):
        listener.receiver.feed(nonsense, listener.now)
        listener.now += 1.5
    assert (listener.value("SINSTS"), listener.value("SINSTS3")) == (417, 300)
    assert listener.value("SINSTS1") is listener.value("SINSTS2") is None
    assert listener.receiver.counters.rejections(Reason.HELD) > 2 * 35


@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("known", [(), ("SINSTS", "SINSTS2")])
def test_a_power_that_the_first_frames_contradict_is_never_shown(
    known: tuple[str, ...], *, parity: bool
) -> None:
    listener = Listener(parity=parity, labels=known)
    events = listener.hear(*[phases(37_059, 500, 37_059, 500)] * 9)
    assert values(events, "SINSTS") == values(events, "SINSTS2") == []


@pytest.mark.parametrize(
    "false",
    [
        phases(1500, 500, 6000, 500),  # more than all of them
        phases(1500, 500, 500, 99_999),
        phases(4000, 500, 3900, 500, amperes=(2, 2, 2)),  # 3900 VA of 2 A
    ],
)
def test_a_phase_that_contradicts_the_rest_is_never_shown(false: bytes) -> None:
    events = settled(phases(1500, 500, 500, 500)).hear(*[false] * 20)
    assert values(events, "SINSTS2") == values(events, "SINSTS3") == []
    assert len(rejected(events)) == 20


@pytest.mark.parametrize(
    ("total", "most"),
    [(100, 759), (500, 1250)],  # 1.5 times 253 V and 2 A; 1.5 times the total and 500 VA
)
def test_a_phase_may_be_somewhat_above_all_of_them(total: int, most: int) -> None:
    def frame(phase: int) -> bytes:
        told = (("IRMS1", "020"), ("SINSTS", f"{total:05}"), ("SINSTS1", f"{phase:05}"))
        return standard(*told)

    assert values(settled(frame(90)).hear(*[frame(most)] * 3), "SINSTS1") == [most]
    assert values(settled(frame(90)).hear(*[frame(most + 1)] * 3), "SINSTS1") == []


def test_a_load_that_is_switched_on_after_the_current_was_sent_shows_in_the_next_frame() -> None:
    listener = settled(phases(1500, 500, 510, 500))
    late, next_one = phases(7000, 500, 6000, 500), phases(7000, 500, 6000, 500, amperes=(2, 26, 2))
    assert values(listener.hear(late), "SINSTS2") == []
    events = listener.hear(next_one)
    assert (values(events, "SINSTS"), values(events, "SINSTS2")) == ([7000], [6000])


def test_a_phase_may_be_above_all_of_them_where_another_one_exports() -> None:
    producer = (("EAIT", "000001000"), ("SINSTS", "00100"), ("IRMS1", "020"), ("SINSTS1", "04600"))
    listener = Listener()
    listener.hear(*[standard(*producer)] * 4)
    assert listener.value("SINSTS1") == 4600


def test_a_power_is_held_from_the_number_on_that_its_current_contradicts() -> None:
    def frame(power: int) -> bytes:
        return standard(("IRMS1", "002"), ("SINSTS", f"{power:05}"))

    most = 1518  # 1.5 times 253 V and 2 A more
    assert values(settled(frame(90)).hear(*[frame(most)] * 3), "SINSTS") == [most]
    assert values(settled(frame(90)).hear(*[frame(most + 1)] * 3), "SINSTS") == []


def test_a_power_beyond_the_breaker_is_believed_only_if_the_current_says_so() -> None:
    def frame(power: int, amperes: int) -> bytes:
        return standard(("IRMS1", f"{amperes:03}"), ("PCOUP", "09"), ("SINSTS", f"{power:05}"))

    assert values(settled(frame(500, 2)).hear(*[frame(18_000, 2)] * 9), "SINSTS") == []
    assert values(settled(frame(500, 2)).hear(*[frame(18_000, 77)] * 3), "SINSTS") == [18_000]


@pytest.mark.parametrize(
    ("current", "power", "write"),
    [("IRMS1", "SINSTS", standard), ("IRMS1", "SINSTI", standard), ("IINST", "PAPP", historic)],
)
@pytest.mark.parametrize("parity", [True, False])
def test_a_power_that_the_current_contradicts_is_held_however_often_it_comes(
    current: str, power: str, write: Callable[..., bytes], *, parity: bool
) -> None:
    def frame(amperes: int, told: int) -> bytes:
        return write((current, f"{amperes:03}"), (power, f"{told:05}"))

    listener = settled(frame(2, 500), parity=parity)
    events = listener.hear(*[frame(2, 4000), frame(2, 4001)] * 20)
    assert values(events, power) == []
    assert len(rejected(events)) == 40
    assert values(listener.hear(frame(3, 700), frame(17, 4000)), power) == [700, 4000]


def test_a_power_of_three_phases_is_compared_once_all_their_currents_are_known() -> None:
    listener = settled(phases(9000, 9000, 0, 0, amperes=(39, 0, 0)))
    assert listener.value("SINSTS") == 9000
    assert values(listener.hear(*[phases(9000, 9000, 0, 0)] * 9), "SINSTS1") == []
    partly = standard(("IRMS1", "002"), ("IRMS3", "002"), ("SINSTS", "09000"))
    assert settled(partly).value("SINSTS") == 9000


@pytest.mark.parametrize("amperes", [48, 47])
def test_a_warning_of_one_frame_is_told_without_parity_when_the_current_says_the_same(
    amperes: int,
) -> None:
    listener = settled(historic(("IINST", "044")), parity=False)
    overrun = historic(("IINST", f"{amperes:03}"), ("ADPS", "048"))
    assert values(listener.hear(overrun, historic(("IINST", "044"))), "ADPS") == [48]


@pytest.mark.parametrize("known", [(), ("ADPS",)])
def test_a_warning_that_comes_before_its_current_is_told_at_the_end_of_the_frame(
    known: tuple[str, ...],
) -> None:
    listener = Listener(parity=False, labels=known)
    usual = historic(("IINST", "004"), ("PAPP", "00900"))
    listener.hear(*[usual] * 4)
    overrun = historic(("ADPS", "048"), ("IINST", "047"), ("PAPP", "10800"))
    events = listener.hear(overrun, usual)
    assert values(events, "ADPS") == [48]
    false = historic(("ADPS", "049"), ("IINST", "047"), ("PAPP", "10800"))
    assert values(listener.hear(false, usual), "ADPS") == []
    without = historic(("IINST", "058"), ("PAPP", "13300")).replace(b"PAPP", b"PAP\x05")
    assert values(listener.hear(false, without), "ADPS") == []  # another frame bears out nothing


def test_a_warning_of_a_phase_follows_in_every_frame_without_parity() -> None:
    def frame(amperes: int) -> bytes:
        return historic(
            ("ADIR2", f"{amperes:03}"), *((f"IINST{n}", f"{amperes:03}") for n in (1, 2, 3))
        )

    listener = settled(frame(40), parity=False)
    shown = values(listener.hear(*(frame(40 + n % 2) for n in range(8))), "ADIR2")
    assert shown == [41, 40] * 3 + [41]


# Dated values


def test_a_maximum_that_was_spliced_from_another_phase_is_never_shown() -> None:
    listener = Listener()
    good, spliced, _ = (CASES / "smaxsn1_splice.bin").read_bytes().split(b"\x03")
    for frame in (good, good, good, spliced, good, spliced, good):
        events = listener.receiver.feed(frame + b"\x03", listener.now)
        assert values(events, "SMAXSN1") in ([], [1962])
        listener.now += 6
    assert listener.value("SMAXSN1") == 1962


MAXIMUM = ("SMAXSN", "05200", "H261123154930")


@pytest.mark.parametrize(
    ("before", "odd"),
    [
        (MAXIMUM, ("SMAXSN", "05300", "H261123154930")),  # the same horodate
        (MAXIMUM, ("SMAXSN", "05300", "H261123154929")),  # an older one
        (MAXIMUM, ("SMAXSN", "05100", "H261123154931")),  # less than before, the same day
        (("SMAXIN", "00200", "H261123154930"), ("SMAXIN", "00100", "H261123160000")),
        (("SMAXSN-1", "05200", "H261122154930"), ("SMAXSN-1", "05300", "H261122154930")),
        (("CCASN", "01200", "H261123153000"), ("CCASN", "01201", "H261123153000")),
        (("CCAIN-1", "01200", "H261123153000"), ("CCAIN-1", "01200", "H261123150000")),
        (("SMAXSN1-1", "05200", "H261122154930"), ("SMAXSN1-1", "05100", "H261122160000")),
        (("UMOY1", "235", "H261123154000"), ("UMOY1", "236", "H261123154000")),
    ],
)
def test_a_dated_value_that_cannot_follow_waits_until_it_is_said_for_a_minute(
    before: tuple[str, ...], odd: tuple[str, ...]
) -> None:
    name, said = before[0], int(odd[1])
    listener = settled(standard(before))
    assert values(listener.hear(standard(odd), standard(before)), name) == []
    assert values(listener.hear(*[standard(odd)] * 30), name) == []
    assert values(listener.hear(standard(odd)), name) == [said]


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (MAXIMUM, ("SMAXSN", "05201", "H261123154931")),
        (MAXIMUM, ("SMAXSN", "00100", "H261124000001")),  # the next day
        (("SMAXSN-1", "05200", "H261122154930"), ("SMAXSN-1", "00300", "H261123154930")),
        (("CCASN", "01200", "H261123153000"), ("CCASN", "00200", "H261123160000")),
    ],
)
def test_a_dated_value_is_believed_when_the_next_frame_says_the_same(
    before: tuple[str, ...], then: tuple[str, ...]
) -> None:
    listener = settled(standard(before))
    events = listener.hear(standard(then), standard(before), standard(then))
    assert values(events, before[0]) == []
    assert values(listener.hear(standard(then)), before[0]) == [int(then[1])]


def test_an_announcement_that_is_spliced_from_the_next_peak_is_never_shown() -> None:
    def peaks(first: str, second: str) -> bytes:
        return standard(("DPM1", "00", f" 2611{first}"), ("DPM2", "00", f" 2611{second}"))

    listener = settled(peaks("24060000", "26060000"))
    spliced, odd = peaks("26060000", "26060000"), peaks("23060000", "26060000")
    events = listener.hear(*[spliced, peaks("24060000", "26060000"), odd, odd] * 4)
    assert values(events, "DPM1") == []
    listener.hear(*[odd] * 31)
    assert listener.value("DPM1") == datetime(2026, 11, 23, 6, tzinfo=timezone(HOUR))


# Indexes of groups that were spliced


def registers(first: int, second: int, *, lost: tuple[int, int] = (0, 0)) -> bytes:
    """A frame of two tariffs that have counted nearly as much, without some of its bytes."""
    whole = standard(
        ("EAST", "016804205"), ("EASF01", f"{first:09}"), ("EASF02", f"{second:09}"), ("PREF", "09")
    )
    return whole[: lost[0]] + whole[lost[1] :]


def test_an_index_that_ends_as_another_one_does_is_never_shown() -> None:
    first, second = 8_402_103, 8_401_106  # what they begin with makes up for the labels in the sum
    whole = registers(first, second)
    spliced = registers(
        first, second, lost=(whole.index(b"8402103") + 4, whole.index(b"8401106") + 4)
    )
    assert b"EASF01\t008402106\t" in spliced
    listener = settled(whole)
    for _ in range(4):
        assert values(listener.hear(spliced, whole), "EASF01") == []
    assert values(listener.hear(registers(first + 4, second)), "EASF01") == [first + 4]


def test_an_index_is_believed_beside_damage_that_is_not_next_to_it() -> None:
    listener = settled(registers(1000, 5000))
    damaged = registers(1003, 5000).replace(b"PREF\t09", b"PREF\t19")
    assert values(listener.hear(damaged), "EASF01") == [1003]
    beside = registers(1005, 5000).replace(b"EASF02\t00", b"EASF02\t10")
    assert values(listener.hear(beside), "EASF01") == []
    assert values(listener.hear(registers(1005, 5000)), "EASF01") == [1005]


@pytest.mark.parametrize("damaged", [b"EASF02\t", b"ADSC\t"])
def test_an_index_that_was_not_used_for_long_may_have_grown_for_as_long(damaged: bytes) -> None:
    listener = settled(registers(1000, 5000))
    for grown in range(20):
        frame = registers(1005 + 5 * grown, 5000).replace(damaged, damaged[:-1])
        assert values(listener.hear(frame), "EASF01") == []
    assert values(listener.hear(registers(1105, 5000)), "EASF01") == [1105]


def test_an_index_of_a_frame_that_begins_in_the_other_mode_is_not_looked_for_in_the_next() -> None:
    listener = settled(registers(1000, 5000))
    glued = historic()[:-1] + registers(1003, 5000)[1:]
    assert values(listener.hear(glued, standard(), standard()), "EASF01") == []
    assert values(listener.hear(registers(1003, 5000)), "EASF01") == [1003]


# STGE, field by field


def status(*, exporting: bool, tomorrow: int, provider: int = 0) -> tuple[str, str]:
    """The register, its direction, colour of tomorrow and tariff set."""
    return "STGE", f"{0x003A0001 | exporting << 9 | provider << 10 | tomorrow << 26:08X}"


@pytest.mark.parametrize("period", [1, 2])
def test_a_colour_is_believed_while_another_bit_flips(period: int) -> None:
    def frame(number: int, tomorrow: int) -> bytes:
        return standard(status(exporting=bool(number // period % 2), tomorrow=tomorrow))

    listener = Listener(parity=False)
    listener.hear(*[standard(status(exporting=False, tomorrow=0))] * 4)
    listener.hear(*(frame(number, 0) for number in range(8)))
    shown = values(listener.hear(*(frame(number, 3) for number in range(8))), "STGE")
    assert shown == [status(exporting=False, tomorrow=3)[1]]


@pytest.mark.parametrize("period", [1, 2])
def test_a_register_is_shown_though_a_bit_flips_from_the_first_frame_on(period: int) -> None:
    listener = Listener(parity=False)
    for number in range(4):
        listener.hear(standard(status(exporting=bool(number // period % 2), tomorrow=3)))
    assert listener.value("STGE") in {status(exporting=one, tomorrow=3)[1] for one in (False, True)}
    listener = Listener(parity=False)
    listener.hear(*[standard(status(exporting=False, tomorrow=n)) for n in (0, 1, 2, 3)] * 4)
    assert listener.value("STGE") is None


def test_a_field_is_never_made_of_two() -> None:
    listener = Listener(parity=False)
    listener.hear(*[standard(status(exporting=False, tomorrow=1))] * 4)
    events = listener.hear(*[standard(status(exporting=False, tomorrow=n)) for n in (2, 3, 2, 1)])
    assert values(events, "STGE") == []


# Frames that come together, and suspects of long ago


@pytest.mark.parametrize("apart", [0, 0.45])  # seconds
@pytest.mark.parametrize("together", [2, 3, 5])
def test_an_index_is_believed_where_frames_come_together(together: int, apart: float) -> None:
    listener = Listener(parity=False)
    listener.hear(*[historic(("ISOUSC", "45"), ("BASE", "000100000"))] * 4)
    shown: list[object] = []
    index = 100_000.0
    for _ in range(200 // together):
        for _ in range(together):
            index += 9000 * 1.4 / 3600
            frame = historic(("ISOUSC", "45"), ("BASE", f"{int(index):09}"))
            shown += values(listener.hear(frame, seconds=apart), "BASE")
        listener.now += (1.4 - apart) * together
    last = shown[-1]
    assert isinstance(last, int)
    assert index - last < 50
    assert len(shown) > 15


def test_what_is_suspected_does_not_outlive_a_whole_frame_without_its_label() -> None:
    usual, odd = standard(("PCOUP", "09")), standard(("PCOUP", "09"), ("NTARF", "02"))
    listener = settled(usual, parity=False)
    listener.hear(*[odd, usual] * 8)
    assert listener.value("NTARF") is None
    listener.hear(odd, odd, odd)
    assert listener.value("NTARF") == 2


@pytest.mark.parametrize(
    ("then", "now", "is_odd"),
    [
        (("01000", 12), ("01000", 12), False),
        (("01000", 12), ("01001", 12), True),  # another value under the same horodate
        (("01000", 12), ("01001", 11), True),  # an older one
        (("01000", 12), ("00999", 13), True),  # a maximum of the day does not get smaller
        (("01000", 12), ("01000", 13), False),
        (("01000", 12), ("00999", 36), False),  # of the next day
        (("01000", None), ("00999", 12), False),
        (("01000", 12), ("00999", None), False),
    ],
)
def test_a_dated_value_contradicts_the_one_before(
    then: tuple[str, int | None], now: tuple[str, int | None], *, is_odd: bool
) -> None:
    midnight = datetime(2026, 11, 23, tzinfo=timezone(HOUR))
    last, new = (
        Reading(
            LABELS["SMAXSN"], int(raw), raw,
            None if hour is None else midnight + hour * HOUR,
            degraded=False, confirmed=True, at=0,
        )
        for raw, hour in (then, now)
    )  # fmt: skip
    assert contradicts(new, last) is is_odd


def stge(*words: int) -> list[Reading]:
    """STGE, frame after frame."""
    texts = enumerate(f"{word:08X}" for word in words)
    return [
        Reading(LABELS["STGE"], text, text, None, degraded=False, confirmed=True, at=at)
        for at, text in texts
    ]


@pytest.mark.parametrize(
    ("words", "last", "agreed"),
    [
        ((0x003A0401, 0x003A0401, 0x003A0401), 0x003A0400, 0x003A0401),
        ((0x003A0400, 0x003A0401, 0x003A0400), None, 0x003A0400),  # two agree on the contact
        ((0x003A0401, 0x003A0403, 0x003A0401), 0x003A0400, 0x003A0401),  # the breaker is as it was
        ((0x003A0401, 0x003A0400, 0x003A0402), 0x003A0400, None),
        ((0x003A0400, 0x003A0402, 0x003A0404), None, None),  # three breakers
    ],
)
def test_a_status_is_what_three_frames_agree_on_field_by_field(
    words: tuple[int, ...], last: int | None, agreed: int | None
) -> None:
    told = agreed_status(stge(*words), None if last is None else stge(last)[0])
    assert (told and (told.value, told.raw, told.at)) == (
        None if agreed is None else (f"{agreed:08X}", f"{agreed:08X}", 2)
    )
