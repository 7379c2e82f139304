"""The gate: what cannot be true waits until other frames say the same."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.linky_tic.tic import Reading, Reason, Rejected

from .streams import Listener, historic, rejected, standard, values

MONO = (("PCOUP", "09"),)
STAMP = "H261123120000"


def index(value: int, label: str = "EAST") -> bytes:
    """A frame of a 9 kVA supply whose index says so many Wh."""
    return standard((label, f"{value:09}"), *MONO)


def power(value: int, label: str = "SINSTS") -> bytes:
    """A frame of a 9 kVA supply that draws so many VA."""
    return standard(*MONO, (label, f"{value:05}"))


def settled(frame: bytes, *, parity: bool = True) -> Listener:
    """A listener that has believed a frame."""
    listener = Listener(parity=parity)
    listener.hear(*[frame] * 4)
    return listener


# Indexes


def test_the_first_index_is_confirmed_by_the_next_frame() -> None:
    listener = Listener(labels=["EAST"])
    first, second = listener.hear(index(1000)), listener.hear(index(1003))
    assert Rejected(Reason.HELD, "EAST", is_altered=False) in first
    assert values(first, "EAST") == []
    assert values(second, "EAST") == [1003]


def test_a_first_index_that_the_next_frame_denies_is_never_shown() -> None:
    listener = Listener(labels=["EAST"])
    events = listener.hear(index(901_000), index(1000), index(1002))
    assert values(events, "EAST") == [1002]


def test_an_index_grows() -> None:
    listener = settled(index(1000))
    assert values(listener.hear(index(1001), index(1005), index(1010)), "EAST") == [
        1001,
        1005,
        1010,
    ]


@pytest.mark.parametrize("false", [999, 0, 1030, 2000, 999_999_999])
def test_a_single_index_that_cannot_be_is_held_and_leaves_no_trace(false: int) -> None:
    listener = settled(index(1000))
    events = listener.hear(index(false), index(1000), index(1001))
    assert values(events, "EAST") == [1001]
    assert rejected(events) == [Rejected(Reason.HELD, "EAST")]


def test_the_growth_allowed_is_that_of_the_supply_in_the_time_that_has_passed() -> None:
    # 9 kVA with a margin of 1.5, for 2 s and 4 s more, and 2 Wh of rounding: 24.5 Wh
    assert values(settled(index(1000)).hear(index(1024)), "EAST") == [1024]
    assert values(settled(index(1000)).hear(index(1025)), "EAST") == []
    damaged = index(1000).replace(b"1000\t", b"1000\x00\t")  # 15 of them: 114.5 Wh more
    assert values(settled(index(1000)).hear(*[damaged] * 15, index(1136)), "EAST") == [1136]
    assert values(settled(index(1000)).hear(*[damaged] * 15, index(1138)), "EAST") == []


def test_the_time_on_hold_counts_as_elapsed() -> None:
    listener = settled(index(1000))
    listener.hear(*(index(9000 * n) for n in range(2, 12)))
    assert values(listener.hear(index(1090)), "EAST") == [1090]


def test_before_the_supply_is_known_the_largest_is_allowed() -> None:
    listener = Listener()
    frame = standard(("EAST", "000001000"))
    listener.hear(*[frame] * 4)
    assert values(listener.hear(standard(("EAST", "000001091"))), "EAST") == [1091]


@pytest.mark.parametrize("new", [50_000, 900_000_000])
def test_three_frames_in_agreement_are_believed_however_far_they_leap(new: int) -> None:
    listener = settled(index(1000))
    events = listener.hear(index(new), index(new), index(new))
    assert values(events, "EAST") == [new]
    assert len(rejected(events)) == 2


def test_a_frame_without_a_suspect_drops_it_if_it_is_whole() -> None:
    whole, cut = standard(*MONO), standard(*MONO)[:-1] + b"\x04"
    for between, shown in ((cut, [9000]), (whole, [])):
        listener = settled(index(1000))
        assert values(listener.hear(index(9000), between, *[index(9000)] * 2), "EAST") == shown


def test_of_a_suspect_that_comes_for_ever_the_first_and_the_last_are_kept() -> None:
    listener = settled(power(500))
    listener.hear(*[power(99_000)] * 3)
    first = listener.receiver.meter._gate._runs["SINSTS"].before[0]
    listener.hear(*[power(99_000)] * 20)
    before = listener.receiver.meter._gate._runs["SINSTS"].before
    assert (len(before), before[0]) == (3, first)


@pytest.mark.parametrize("low", [0, 500])
def test_an_index_that_falls_is_believed_when_it_stays_there_for_a_minute(low: int) -> None:
    listener = settled(index(1000))
    for number in range(4):
        assert values(listener.hear(*[index(low)] * 29, index(1000 + number)), "EAST")[:1] != [low]
    assert listener.value("EAST") == 1003
    assert values(listener.hear(*[index(low)] * 31), "EAST") == [low]


def test_a_reprogrammed_index_that_goes_on_growing_is_believed_too() -> None:
    listener = settled(index(500_000))
    events = listener.hear(*(index(2 * frame) for frame in range(31)))
    assert values(events, "EAST") == [58]
    assert values(listener.hear(index(62)), "EAST") == [62]


def test_a_roll_over_is_believed_after_a_minute() -> None:
    listener = settled(index(999_999_998))
    events = listener.hear(index(999_999_999), *map(index, range(32)))
    assert values(events, "EAST") == [29, 31]  # nines alone are a register without a value


@pytest.mark.parametrize("parity", [True, False])
@pytest.mark.parametrize("watts", [450, 6000])
@pytest.mark.parametrize("again", [1, 3, 8, 20])
def test_no_frames_that_come_again_make_anything_go_back(
    again: int, watts: int, *, parity: bool
) -> None:
    def frame(number: int) -> bytes:
        minute, second = divmod(2 * number, 60)
        date = ("DATE", "", f"H26112312{minute:02}{second:02}")
        most = ("SMAXSN", f"{2000 + number // 5:05}", f"H26112312{minute:02}{second // 10}0")
        mean = ("CCASN", f"{1000 - minute:05}", f"H26112312{minute:02}00")
        return standard(date, ("EAST", f"{1000 + number * watts // 1800:09}"), *MONO, most, mean)

    line = [frame(number) for number in range(200)]
    listener = Listener(parity=parity)
    events = listener.hear(*line[:100], *line[95 - again : 95], *line[100 + again :])
    last = listener.receiver.meter.readings
    for label in ("DATE", "EAST", "SMAXSN", "CCASN"):
        said = [one for one in events if isinstance(one, Reading) and one.label.name == label]
        shown = [one.time or one.value for one in said]
        assert shown == sorted(shown, key=str)
        assert last[label] is said[-1]
    assert [last[label].raw for label in ("SMAXSN", "CCASN")] == ["02039", "00994"]


def test_after_a_minute_of_silence_an_index_is_a_first_one_again() -> None:
    listener = settled(index(1000))
    listener.now += 61
    assert values(listener.hear(index(1100)), "EAST") == []
    assert values(listener.hear(index(1101)), "EAST") == [1101]


def test_the_same_index_after_a_silence_needs_nothing() -> None:
    listener = settled(index(1000))
    listener.now += 3600
    assert rejected(listener.hear(index(1000))) == []


def test_what_comes_after_a_silence_bears_nothing_out_that_came_before_it() -> None:
    def frame(index: int, power: int, stamp: str) -> bytes:
        return standard(("EAST", f"{index:09}"), *MONO, ("SMAXSN", f"{power:05}", f"H{stamp}"))

    listener = settled(frame(1000, 1000, "261123120000"), parity=False)
    listener.hear(frame(1003, 1100, "261123120001"), frame(1006, 1200, "261123120003"))
    listener.now += 3600
    events = listener.hear(frame(6406, 1300, "261123130000"))  # in line with both
    assert (values(events, "EAST"), values(events, "SMAXSN")) == ([], [])


def test_without_parity_the_same_index_twice_is_believed() -> None:
    listener = settled(index(1000), parity=False)
    assert values(listener.hear(index(1003)), "EAST") == []
    assert values(listener.hear(index(1003)), "EAST") == [1003]


def test_without_parity_a_false_digit_within_the_growth_is_never_shown() -> None:
    listener = settled(index(1000), parity=False)
    events = listener.hear(index(1011), index(1002), index(1002), index(1004), index(1004))
    assert values(events, "EAST") == [1002, 1004]


def test_without_parity_an_index_that_moves_in_every_frame_is_the_middle_of_three() -> None:
    listener = settled(index(1000), parity=False)
    events = listener.hear(*(index(1000 + 3 * n) for n in range(1, 12)))
    shown = values(events, "EAST")
    assert shown[0] == 1006  # 10 s after the last one, borne out by the frames around it
    assert len(shown) >= 2


def test_without_parity_a_false_digit_between_its_neighbours_is_never_shown() -> None:
    listener = settled(index(1000), parity=False)
    growing = [1000 + 9 * n for n in range(1, 25)]
    growing[4::6] = [value - 8 for value in growing[4::6]]
    shown = values(listener.hear(*map(index, growing)), "EAST")
    assert len(shown) >= 2
    assert all((value - 1000) % 9 == 0 for value in shown if isinstance(value, int))


def test_exported_energy_is_not_bounded_by_the_subscribed_power() -> None:
    listener = settled(index(1000, "EAIT"))
    assert values(listener.hear(index(1080, "EAIT")), "EAIT") == [1080]


# Powers


def test_a_power_within_the_margin_passes_at_once() -> None:
    listener = settled(power(500))
    assert values(listener.hear(power(13_500), power(0)), "SINSTS") == [13_500, 0]


def test_a_power_beyond_the_breaker_is_held_until_it_lasts() -> None:
    listener = settled(power(500))
    assert values(listener.hear(power(18_000), power(600)), "SINSTS") == [600]
    assert values(listener.hear(power(18_000), power(18_500), power(18_200)), "SINSTS") == [18_200]
    assert values(listener.hear(power(19_000)), "SINSTS") == [19_000]


def test_a_power_beyond_the_breaker_that_stays_is_judged_anew_when_it_moves() -> None:
    listener = settled(power(500))
    listener.hear(power(18_000), power(18_500), power(18_200), power(18_200))
    assert values(listener.hear(power(19_000)), "SINSTS") == []


def test_a_power_that_would_have_opened_the_breaker_is_not_believed() -> None:
    listener = settled(power(500))  # twice the supply trips after 69 s
    shown = values(listener.hear(*(power(18_000 + n) for n in range(60))), "SINSTS")
    assert len(shown) == 33


def test_the_48370_va_of_one_phase_of_a_12_kva_supply_never_show() -> None:
    def frame(first: int) -> bytes:
        phases = [(f"SINSTS{n}", f"{value:05}") for n, value in ((1, first), (2, 500), (3, 400))]
        currents = [(f"IRMS{n}", "003") for n in (1, 2, 3)]
        return standard(*currents, ("PCOUP", "12"), ("SINSTS", "01407"), *phases)

    listener = settled(frame(507))
    events = listener.hear(frame(48_370), frame(48_371), frame(507), frame(48_370), frame(510))
    assert values(events, "SINSTS1") == [510]
    assert values(settled(frame(507)).hear(*[frame(48_370)] * 40), "SINSTS1") == []


def test_a_phase_is_held_to_its_third_of_the_supply_as_soon_as_phases_are_known() -> None:
    def frame(third: int) -> bytes:
        currents = [(f"IRMS{n}", "016") for n in (1, 2, 3)]
        return standard(*currents, ("PCOUP", "12"), ("SINSTS3", f"{third:05}"))

    assert values(settled(frame(100)).hear(frame(6000)), "SINSTS3") == [6000]
    assert values(settled(frame(100)).hear(frame(6001)), "SINSTS3") == []


def test_the_current_of_a_three_phase_supply_is_that_of_each_phase() -> None:
    def frame(papp: int) -> bytes:
        currents = [(f"IINST{n}", "025") for n in (1, 2, 3)]
        return historic(("ISOUSC", "30"), *currents, ("PAPP", f"{papp:05}"))

    listener = settled(frame(1000))
    shown = values(listener.hear(*(frame(17_000 + 10 * n) for n in range(60))), "PAPP")
    assert len(shown) == 60


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        *(("041928000001", 60), ("041990000001", 60), ("311772000001", 60), ("040412000001", 60)),
        *(("041961000001", 0), ("041999000001", 0)),
    ],
)
def test_a_meter_from_before_linky_has_no_breaker_that_would_have_opened(
    address: str, shown: int
) -> None:
    def frame(papp: int) -> bytes:
        return historic(("ISOUSC", "30"), ("IINST", "041"), ("PAPP", f"{papp:05}"), address=address)

    for known in (None, address):
        listener = Listener(known)
        listener.hear(*[frame(900)] * 4)
        listener.hear(*(frame(9600 + n) for n in range(90)))
        assert len(values(listener.hear(*(frame(9700 + n) for n in range(60))), "PAPP")) == shown


def test_no_curve_of_a_breaker_ends_what_a_meter_without_one_says() -> None:
    def frame(papp: int) -> bytes:
        currents = [(f"IINST{n}", "083") for n in (1, 2, 3)]
        groups = (("ISOUSC", "60"), *currents, ("PAPP", f"{papp:05}"))
        return historic(*groups, address="041930000001")

    listener = settled(frame(30_000))
    shown = values(listener.hear(*(frame(57_000 + n) for n in range(200))), "PAPP")
    assert shown == list(range(57_002, 57_200))


@pytest.mark.parametrize("label", ["PCOUP", "PREF"])
def test_a_power_of_zero_is_no_limit(label: str) -> None:
    listener = settled(standard((label, "00"), ("SINST1", "00100")))
    assert values(listener.hear(standard((label, "00"), ("SINST1", "35000"))), "SINST1") == [35_000]


def test_exported_power_is_not_bounded_by_the_subscribed_power() -> None:
    listener = settled(power(500, "SINSTI"))
    assert values(listener.hear(power(36_000, "SINSTI")), "SINSTI") == [36_000]


@pytest.mark.parametrize("parity", [True, False])
def test_the_highest_power_of_the_day_is_borne_out_by_another_frame(*, parity: bool) -> None:
    def frame(value: int, second: int) -> bytes:
        return standard(*MONO, ("SMAXSN", f"{value:05}", f"H2611231200{second:02}"))

    listener = settled(frame(1000, 0), parity=parity)
    assert values(listener.hear(frame(9000, 1), frame(1000, 0)), "SMAXSN") == []
    assert values(listener.hear(frame(1100, 3), frame(1100, 3)), "SMAXSN") == [1100]
    climb = [frame(1200 + 10 * n, 10 + n) for n in range(4)]
    assert values(listener.hear(*climb), "SMAXSN") == [1210, 1220]


def test_a_highest_power_beyond_the_breaker_needs_three_frames() -> None:
    def frame(value: int, stamp: str = STAMP) -> bytes:
        return standard(*MONO, ("SMAXSN", f"{value:05}", stamp))

    listener = settled(frame(1000))
    odd = frame(14_000, "H261123120100")
    assert values(listener.hear(odd, frame(1000), odd, odd), "SMAXSN") == []
    assert values(listener.hear(odd), "SMAXSN") == [14_000]


# Texts and states

STATES = [
    ("VTIC", "02", "03"),
    ("STGE", "003A0401", "003A0001"),
    ("RELAIS", "000", "001"),
    ("NTARF", "01", "02"),
    ("NJOURF", "00", "01"),
    ("NJOURF+1", "00", "01"),
    ("PRM", "00000000000000", "00000000000001"),
    ("PREF", "09", "06"),
    ("PCOUP", "09", "06"),
    ("PJOURF+1", "00008001" + " NONUTILE" * 10, "00008002" + " NONUTILE" * 10),
    ("PPOINTE", "00008001" + " NONUTILE" * 10, "00008002" + " NONUTILE" * 10),
]
TEXTS = [
    ("NGTF", "     TEMPO      ", "      BASE      "),
    ("LTARF", "    HP  BLEU    ", "    HC  BLEU    "),
    ("MSG1", "PAS DE          MESSAGE         ", "     PAS DE          MESSAGE    "),
]
OPTIONS = [
    ("OPTARIF", "HC..", "BASE"),
    ("PTEC", "HC..", "HP.."),
    ("DEMAIN", "----", "ROUG"),
    ("ISOUSC", "30", "45"),
    ("PPOT", "00", "02"),
    ("MOTDETAT", "000000", "000400"),
]


def frames_until_shown(label: str, before: str, after: str, *, parity: bool) -> int:
    """How many frames it takes to believe a change."""
    write = historic if (label, before, after) in OPTIONS else standard
    listener = settled(write((label, before)), parity=parity)
    for count in range(1, 10):
        if values(listener.hear(write((label, after))), label):
            return count
    return 0


@pytest.mark.parametrize(("label", "before", "after"), STATES + OPTIONS)
def test_a_state_needs_one_frame_with_parity_and_three_without(
    label: str, before: str, after: str
) -> None:
    assert frames_until_shown(label, before, after, parity=True) == 1
    assert frames_until_shown(label, before, after, parity=False) == 3


@pytest.mark.parametrize(("label", "before", "after"), TEXTS)
def test_a_free_text_needs_two_frames_with_parity_and_three_without(
    label: str, before: str, after: str
) -> None:
    assert frames_until_shown(label, before, after, parity=True) == 2
    assert frames_until_shown(label, before, after, parity=False) == 3


@pytest.mark.parametrize(("label", "before", "after"), STATES + TEXTS)
def test_without_parity_two_false_frames_are_forgotten_by_a_true_one(
    label: str, before: str, after: str
) -> None:
    true, false = standard((label, before)), standard((label, after))
    listener = settled(true, parity=False)
    assert values(listener.hear(false, false, true, false, false, true), label) == []


@pytest.mark.parametrize(
    ("before", "odd"),
    [
        (("NTARF", "02"), ("NTARF", "11")),
        (("NTARF", "02"), ("NTARF", "00")),
        (("RELAIS", "000"), ("RELAIS", "999")),
        (("URMS1", "230"), ("URMS1", "999")),
        (("NJOURF", "00"), ("NJOURF", "17")),
        (("EASF01", "008402103"), ("EASF01", "999999999")),
        (("SINSTS", "00444"), ("SINSTS", "99999")),
        (("SMAXSN", "01000", STAMP), ("SMAXSN", "01000", "H261323120000")),
    ],
)
def test_what_no_meter_that_works_can_say_is_held_however_often_it_comes(
    before: tuple[str, ...], odd: tuple[str, ...]
) -> None:
    true, false = standard(before), standard(odd)
    assert values(settled(true).hear(*[false] * 40), odd[0]) == []
    assert values(Listener(labels=[odd[0]]).hear(*[false] * 40, *[true] * 2), odd[0]) == [
        int(before[1])
    ]


def test_msg2_is_taken_at_once_and_marked_when_nothing_bore_it_out() -> None:
    for parity in (True, False):
        listener = settled(standard(*MONO), parity=parity)
        listener.hear(standard(*MONO, ("MSG2", "TEXTE 16 CARACT.")))
        reading = listener.receiver.meter.readings["MSG2"]
        assert reading.value == "TEXTE 16 CARACT."
        assert reading.confirmed is parity


def test_an_overrun_is_believed_by_its_presence_not_by_its_value() -> None:
    listener = settled(historic(("IINST", "044")), parity=False)
    frames = [historic(("IINST", "044"), ("ADPS", f"{amps:03}")) for amps in (47, 48, 49)]
    assert values(listener.hear(*frames), "ADPS") == [49]


# The clock


def clock(second: int, minute: int = 0) -> bytes:
    """A frame whose DATE is so many seconds after noon."""
    return standard(("DATE", "", f"H26112312{minute:02}{second:02}"))


def seconds(events_of: list[object]) -> list[int]:
    """The seconds of dates."""
    return [getattr(value, "second", -1) for value in events_of]


def test_a_clock_goes_on_and_a_jump_needs_three_frames() -> None:
    listener = settled(clock(0))
    listener.now -= 6
    assert seconds(values(listener.hear(clock(2), clock(4)), "DATE")) == [2, 4]
    assert values(listener.hear(clock(30, 45)), "DATE") == []
    assert seconds(values(listener.hear(clock(8)), "DATE")) == [8]
    jump = [clock(30, 45), clock(32, 45), clock(34, 45)]
    assert seconds(values(listener.hear(*jump), "DATE")) == [34]


def at(instant: datetime, mean: str) -> bytes:
    """A frame of an instant, by the clock of a meter in October."""
    letter, offset = ("E", 2) if instant.hour < 1 else ("H", 1)
    stamp = f"{letter}{instant + timedelta(hours=offset):%y%m%d%H%M%S}"
    return standard(("DATE", "", stamp), *MONO, ("UMOY1", "230", mean))


BEFORE = datetime(2026, 10, 25, 0, 59, 50, tzinfo=UTC)
AFTER = BEFORE + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("back", "parity", "until"), [(3, True, 12), (3600, True, 70), (3600, False, 70)]
)
def test_a_clock_that_is_set_back_is_believed_after_a_minute(
    back: int, until: int, *, parity: bool
) -> None:
    listener, held = Listener(parity=parity), list[int]()
    for second in range(0, 100, 2):
        shown = timedelta(hours=9, seconds=second - back * (second >= 10))
        events = listener.hear(at(BEFORE + shown, "H261025100000"))
        if second >= 10 and not values(events, "DATE"):
            held.append(second)
    assert held == list(range(10, until, 2))


@pytest.mark.parametrize("parity", [True, False])
def test_an_hour_that_comes_again_in_winter_does_not_go_back(*, parity: bool) -> None:
    listener = Listener(parity=parity)
    listener.hear(*(at(BEFORE + timedelta(seconds=2 * one), "E261025025000") for one in range(5)))
    events = listener.hear(
        *(at(AFTER + timedelta(seconds=2 * one), "H261025020000") for one in range(5))
    )
    assert len(values(events, "DATE")) == 5
    assert values(events, "UMOY1") == [230]


def test_a_date_that_does_not_exist_is_never_shown() -> None:
    listener = settled(clock(0))
    odd = standard(("DATE", "", "H261323120000"))
    assert values(listener.hear(*[odd] * 5), "DATE") == []
    listener.now -= 4 * 2 + 5 * 2
    assert seconds(values(listener.hear(clock(2)), "DATE")) == [2]


@pytest.mark.parametrize("jump", [-86_400.0, -3600.0, 3600.0, 86_400.0])
def test_a_jump_of_our_own_clock_costs_at_most_three_frames(jump: float) -> None:
    def frame(step: int) -> bytes:
        return standard(("EAST", f"{1000 + step:09}"), *MONO, ("SINSTS", f"{500 + step:05}"))

    listener = settled(frame(0))
    listener.now += jump
    events = listener.hear(*(frame(step) for step in range(1, 5)))
    assert values(events, "EAST")[-1] == 1004
    assert len(values(events, "EAST")) >= 2
    assert len(values(events, "SINSTS")) == 4


def test_an_index_that_cannot_be_is_held_after_a_silence_too() -> None:
    listener = settled(index(1000))
    listener.now += 240
    events = listener.hear(*[index(999_999_999)] * 2, index(1004), index(1004))
    assert values(events, "EAST") == [1004]


@pytest.mark.parametrize(("parity", "shown"), [(True, 1), (False, 0)])
def test_without_parity_a_clock_that_is_two_seconds_off_is_held(parity: bool, shown: int) -> None:  # noqa: FBT001 - parametrized
    def at(second: int) -> bytes:
        return standard(("DATE", f"H2611231200{second:02}\t"), *MONO)

    listener = Listener(parity=parity)
    listener.hear(*(at(2 * second) for second in range(6)))
    assert len(values(listener.hear(at(12 + 2)), "DATE")) == shown
