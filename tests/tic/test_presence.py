"""A label has vanished only when its place was seen empty, and comes only on evidence."""

import pytest

from custom_components.linky_tic.tic import Appeared, Event

from .referee import DATA
from .streams import Listener, historic, standard, values, vanished

FRAMES = DATA / "frames"

ROW = (("PREF", "09"), ("PCOUP", "09"), ("SINSTS", "00500"), ("STGE", "003A0001"))
PEAK = (("DPM1", "00", " 261124060000"), ("FPM1", "00", " 261125060000"))
END = (("PRM", "00000000000000"), ("NTARF", "01"))
FULL = standard(*ROW, *END)


def without(label: str) -> bytes:
    """The usual frame, a label missing."""
    return standard(*(group for group in (*ROW, *END) if group[0] != label))


def damaged(frame: bytes, label: str) -> bytes:
    """A frame, the group of a label damaged in it."""
    return frame.replace(f"\n{label}\t".encode(), f"\n{label}\x07".encode())


def settled(frame: bytes = FULL, *, parity: bool = True) -> Listener:
    """A listener that knows all the labels of a frame."""
    listener = Listener(parity=parity)
    listener.hear(*[frame] * 4)
    return listener


def appeared(events: list[Event]) -> list[str]:
    """The labels that were said to have come."""
    return [event.label.name for event in events if isinstance(event, Appeared)]


def test_a_label_is_one_that_the_meter_sends_after_three_good_groups() -> None:
    listener = Listener()
    assert appeared(listener.hear(FULL, FULL)) == []
    assert appeared(listener.hear(FULL)) == ["ADSC", *(name for name, _ in (*ROW, *END))]
    assert appeared(listener.hear(FULL)) == []


@pytest.mark.parametrize(("between", "comes"), [(24, True), (25, False)])
def test_three_good_groups_need_not_be_in_frames_next_to_each_other(
    between: int, *, comes: bool
) -> None:
    listener = Listener()
    bad = [damaged(FULL, "SINSTS")] * between
    assert ("SINSTS" in appeared(listener.hear(FULL, *bad, FULL, *bad, FULL))) is comes
    listener.hear(*bad)
    assert "SINSTS" not in appeared(listener.hear(FULL, FULL)[: 0 if comes else None])


def test_a_group_that_comes_once_in_a_while_is_not_one_that_the_meter_sends() -> None:
    listener = Listener()
    rare = standard(*ROW, ("URMS2", "230"), *END)
    events = listener.hear(*([rare] + [FULL] * 30) * 5)
    assert "URMS2" not in appeared(events)
    assert values(events, "URMS2") == []
    assert listener.receiver.meter.phases == 1


@pytest.mark.parametrize("parity", [True, False])
def test_what_announces_an_event_is_there_when_the_gate_believes_it(*, parity: bool) -> None:
    listener = settled(parity=parity)
    peak = standard(*ROW, *PEAK, *END)
    assert appeared(listener.hear(*[peak] * (1 if parity else 2))) == []
    assert appeared(listener.hear(peak)) == ["DPM1", "FPM1"]


def test_known_labels_are_not_announced_again() -> None:
    listener = Listener(labels=["ADSC", "SINSTS"])
    assert "SINSTS" not in appeared(listener.hear(*[FULL] * 4))
    assert listener.value("SINSTS") == 500


@pytest.mark.parametrize("label", ["PREF", "SINSTS", "STGE", "PRM"])
def test_a_label_vanishes_after_three_frames_that_show_its_place_empty(label: str) -> None:
    listener = settled()
    assert vanished(listener.hear(without(label), without(label))) == []
    assert vanished(listener.hear(without(label))) == [label]
    assert listener.value(label) is None
    assert listener.hear(FULL, FULL)
    assert listener.value(label) is not None


def test_a_frame_with_it_begins_the_count_anew() -> None:
    events = settled().hear(*[without("STGE")] * 2, FULL, *[without("STGE")] * 2)
    assert vanished(events) == []


def test_a_damaged_group_is_not_a_missing_one() -> None:
    assert vanished(settled().hear(*[damaged(FULL, "SINSTS")] * 20)) == []


def test_no_more_is_concluded_beside_a_damaged_neighbour() -> None:
    for label, *neighbours in (("SINSTS", "PCOUP", "STGE"), ("PCOUP", "PREF", "SINSTS")):
        for neighbour in neighbours:
            gone = damaged(without(label), neighbour)
            assert vanished(settled().hear(*[gone] * 20)) == []


def test_no_frame_need_be_complete() -> None:
    gone = damaged(without("SINSTS"), "PRM")
    assert vanished(settled().hear(*[gone] * 3)) == ["SINSTS"]


def test_a_cut_frame_concludes_nothing_of_what_it_did_not_reach() -> None:
    cut = FULL[: FULL.index(b"\nSTGE")] + b"\x04"
    rest = b"\x02" + FULL[FULL.index(b"\nSTGE") :]
    assert vanished(settled().hear(*[cut] * 9, *[rest] * 9)) == []


@pytest.mark.parametrize("mark", [b"\x02", b"\x03", b"\x04"])
def test_separators_read_as_frame_marks_take_no_label_away(mark: bytes) -> None:
    torn = damaged(FULL, "PREF").replace(b"\n", mark)
    assert vanished(settled().hear(torn)) == []


def test_a_peak_that_is_over_vanishes_with_both_its_labels() -> None:
    listener = settled(standard(*ROW, *PEAK, *END))
    assert vanished(listener.hear(*[FULL] * 3)) == ["DPM1", "FPM1"]


def test_the_day_of_a_peak_vanishes_from_the_end_of_the_frame() -> None:
    profile = "00008001" + " NONUTILE" * 10
    last = (*END, ("PJOURF+1", profile))
    listener = settled(standard(*ROW, *last, ("PPOINTE", profile)))
    assert vanished(listener.hear(*[standard(*ROW, *last)] * 3)) == ["PPOINTE"]


@pytest.mark.parametrize("label", ["NGTF", "LTARF", "CCASN", "UMOY1"])
def test_what_comes_and_goes_stays_for_a_quarter_of_an_hour(label: str) -> None:
    groups = {
        "NGTF": ("NGTF", "     TEMPO      "),
        "LTARF": ("LTARF", "    HP  BLEU    "),
        "CCASN": ("CCASN", "00500", "H261123120000"),
        "UMOY1": ("UMOY1", "230", "H261123120000"),
    }
    order = [("VTIC", "02"), ("NGTF", ""), ("LTARF", ""), *ROW[:3], ("CCASN", ""), ("UMOY1", "")]
    names = [name for name, _ in order if name not in groups or name == label]
    given = {group[0]: group for group in (("VTIC", "02"), *ROW)}
    frame = standard(*(given.get(name) or groups[name] for name in names), ROW[3], *END)
    listener = settled(frame)
    rest = standard(("VTIC", "02"), *ROW, *END)
    assert vanished(listener.hear(*[rest] * 449)) == []
    assert vanished(listener.hear(rest)) == [label]


def test_a_message_sent_once_stays() -> None:
    listener = settled()
    listener.hear(standard(*ROW, ("MSG2", "TEXTE 16 CARACT."), *END))
    assert vanished(listener.hear(*[FULL] * 600)) == []
    assert listener.value("MSG2") == "TEXTE 16 CARACT."


def test_adps_vanishes_with_the_overrun_wherever_it_stood() -> None:
    for name in ("his_mono_adps", "his_mono_adps_early"):
        listener = settled((FRAMES / f"{name}.bin").read_bytes())
        assert listener.value("ADPS") is not None
        calm = (FRAMES / "his_mono_base.bin").read_bytes()
        events = listener.hear(calm, calm, calm)
        assert "ADPS" in vanished(events)


def test_an_early_adps_hides_no_other_label() -> None:
    usual = (("OPTARIF", "BASE"), ("BASE", "000001000"), ("PTEC", "TH.."), ("IINST", "044"))
    listener = settled(historic(*usual, ("IMAX", "090")))
    early = historic(*usual[:2], ("ADPS", "044"), *usual[2:], ("IMAX", "090"))
    torn = early.replace(b"\nPTEC ", b"\nPTEC\x07")
    assert vanished(listener.hear(*[torn] * 9)) == []


def test_a_burst_of_short_frames_takes_nothing_away() -> None:
    long = (FRAMES / "his_tri_long.bin").read_bytes()
    cycle = (FRAMES / "his_tri_cycle.bin").read_bytes()
    listener = settled(long)
    before = set(listener.receiver.meter.readings)
    events = listener.hear(cycle, cycle, cycle)
    assert set(vanished(events)) <= {"ADIR1", "ADIR2", "ADIR3"}
    assert before <= set(listener.receiver.meter.readings)


def test_warnings_vanish_in_the_short_frames_that_come_without_them() -> None:
    listener = settled((FRAMES / "his_tri_long.bin").read_bytes())
    all_three = (FRAMES / "his_tri_short_adir123.bin").read_bytes()
    second = (FRAMES / "his_tri_short_adir.bin").read_bytes()
    none = (FRAMES / "his_tri_short_noadir.bin").read_bytes()
    assert vanished(listener.hear(*[all_three] * 3)) == []
    assert vanished(listener.hear(*[second] * 3)) == ["ADIR1", "ADIR3"]
    assert vanished(listener.hear(*[none] * 3)) == ["ADIR2"]
    current = none[none.index(b"\nIINST2") : none.index(b"\nIINST3")]
    assert vanished(listener.hear(*[none.replace(current, b"")] * 3)) == []


def test_warnings_vanish_in_long_frames_too() -> None:
    long = (FRAMES / "his_tri_long.bin").read_bytes()
    listener = settled(long)
    listener.hear(*[(FRAMES / "his_tri_short_adir.bin").read_bytes()] * 3)
    assert vanished(listener.hear(long, long, long)) == ["ADIR2"]


def test_labels_that_come_once_in_a_burst_are_learned_during_it() -> None:
    listener = Listener()
    cycle = (FRAMES / "his_tri_cycle.bin").read_bytes()
    events = listener.hear(cycle, cycle)
    assert {"HCHC", "PAPP", "IINST1"} <= set(appeared(events))
    assert listener.receiver.meter.phases == 3


def test_a_label_that_another_one_takes_the_place_of_has_vanished_too() -> None:
    """The frame goes on having as many groups: a contract that changes does that."""
    listener = settled(historic(("OPTARIF", "BASE"), ("BASE", "000001000"), ("PAPP", "00500")))
    new = historic(("OPTARIF", "HC.."), ("HCHC", "000001000"), ("PAPP", "00500"))
    assert vanished(listener.hear(new, new, new)) == ["BASE"]


def test_a_label_that_stands_several_times_in_a_frame_came_once() -> None:
    listener = Listener()
    thrice = standard(*ROW, *[("URMS2", f"23{n}") for n in range(4)], *END)
    assert appeared(listener.hear(thrice, thrice)) == []
    assert "URMS2" in appeared(listener.hear(thrice))


# When an absence means something


def settles(listener: Listener, *frames: bytes) -> list[bool]:
    """Whether the absence of a label means something, after each frame."""
    told = []
    for frame in frames:
        listener.hear(frame)
        told.append(listener.receiver.meter.presence.is_settled)
    return told


def test_absences_mean_something_after_a_whole_frame_with_parity() -> None:
    assert settles(Listener(), *[FULL] * 2) == [False, True]


def test_absences_mean_something_after_three_frames_without() -> None:
    assert settles(Listener(parity=False), *[FULL] * 4) == [False, False, True, True]


def test_absences_mean_nothing_right_after_a_loss_or_in_a_new_mode() -> None:
    listener = settled()
    listener.receiver.meter.lose()
    assert not listener.receiver.meter.presence.is_settled
    assert settles(listener, FULL) == [True]
    new = historic(("PTEC", "HP.."), ("PAPP", "01000"))
    assert settles(listener, new, new, new, new) == [True, True, False, True]


@pytest.mark.parametrize("frame", [FULL[:-1] + b"\x04", FULL[:40] + FULL[60:]])
def test_a_frame_that_is_not_whole_tells_nothing_of_what_is_not_sent(frame: bytes) -> None:
    listener = settled()
    listener.receiver.meter.lose()
    assert settles(listener, *[frame] * 9, FULL) == [*[False] * 9, True]
