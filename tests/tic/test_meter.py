"""Which meter speaks, in which mode and place, and what it is known to say."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.linky_tic.tic import (
    Appeared,
    Event,
    Mode,
    ModeChanged,
    OtherMeter,
    Reading,
    Reason,
    Rejected,
)

from .referee import DATA
from .streams import (
    ADDRESS,
    OTHER_ADDRESS,
    Listener,
    frame,
    frames,
    historic,
    rejected,
    standard,
    values,
    vanished,
)

FRAMES = DATA / "frames"
ROW = (("PCOUP", "09"), ("SINSTS", "00500"), ("NTARF", "01"))
OURS = standard(*ROW)
LATER = standard(("PCOUP", "09"), ("SINSTS", "00510"), ("NTARF", "01"))
THEIRS = standard(("PCOUP", "12"), ("SINSTS", "00700"), ("NTARF", "02"), address=OTHER_ADDRESS)


def settled(address: str | None = ADDRESS, *, parity: bool = True) -> Listener:
    """A listener that has heard our meter for a while."""
    listener = Listener(address, parity=parity)
    listener.hear(*[OURS] * 4)
    return listener


def others(events: list[Event]) -> list[str]:
    """The other meters that were told of."""
    return [event.address for event in events if isinstance(event, OtherMeter)]


def modes(events: list[Event]) -> list[Mode]:
    """The changes of mode that were told of."""
    return [event.mode for event in events if isinstance(event, ModeChanged)]


def readings(events: list[Event]) -> list[Reading]:
    """Every reading, of any label."""
    return [event for event in events if isinstance(event, Reading)]


# What it says


def test_a_reading_says_all_that_its_group_said() -> None:
    listener = Listener()
    dated = standard(("SMAXSN", "04520", "h261123073312"))
    listener.hear(dated, dated)
    (reading,) = [one for one in readings(listener.hear(dated)) if one.label.name == "SMAXSN"]
    assert (reading.value, reading.raw, reading.confirmed) == (4520, "04520", True)
    assert reading.time == datetime(2026, 11, 23, 6, 33, 12, tzinfo=UTC)
    assert reading.degraded
    assert reading.at <= listener.now


def test_what_has_no_horodate_is_not_degraded_and_is_known_at_once_when_it_comes_again() -> None:
    listener = settled()
    (reading,) = readings(listener.hear(LATER))
    assert (reading.value, reading.time, reading.degraded) == (510, None, False)
    assert "00510" in {group.data for group in listener.receiver.meter.accepted.values()}


def test_a_repeated_group_is_told_once() -> None:
    listener = settled()
    assert readings(listener.hear(*[OURS] * 10)) == []
    assert len(frames(listener.hear(OURS))) == 1


def test_a_degraded_clock_is_told_group_by_group() -> None:
    listener = Listener()
    events = listener.hear(*[(FRAMES / "std_mono_degraded_clock.bin").read_bytes()] * 3)
    degraded = {one.label.name: one.degraded for one in readings(events)}
    assert degraded["DATE"]
    assert not degraded["SMAXSN-1"]


@pytest.mark.parametrize(
    ("name", "phases"),
    [("std_mono_hc", 1), ("std_tri_consumer", 3), ("his_mono_hc", 1), ("his_tri_long", 3)],
)
def test_phases_are_told_by_the_labels(name: str, phases: int) -> None:
    listener = Listener()
    assert listener.receiver.meter.phases is None
    listener.hear(*[(FRAMES / f"{name}.bin").read_bytes()] * 3)
    assert listener.receiver.meter.phases == phases


@pytest.mark.parametrize(
    ("name", "producer"), [("std_mono_hc", False), ("std_mono_producer", True)]
)
def test_a_producer_is_told_by_its_labels(name: str, *, producer: bool) -> None:
    listener = Listener()
    listener.hear(*[(FRAMES / f"{name}.bin").read_bytes()] * 3)
    assert listener.receiver.meter.is_producer is producer


def test_whether_it_exports_and_its_phases_follow_from_labels_now() -> None:
    phases = [(f"IRMS{n}", "010") for n in (1, 2, 3)]
    ours = standard(("EAIT", "000001000"), *phases, *ROW)
    listener = Listener(labels=["EAIT", "IRMS1", "IRMS2", "IRMS3", "PAPP", "IINST2", "DPM1"])
    meter = listener.receiver.meter
    assert (meter.is_producer, meter.phases) == (True, 3)
    listener.hear(ours)
    assert (meter.is_producer, meter.phases) == (True, 3)
    assert meter.presence.current.keys() >= {"EAIT", "IRMS2"}
    listener.hear(*[ours] * 4, *[standard(phases[0], *ROW)] * 2)
    assert (meter.is_producer, meter.phases) == (True, 3)
    listener.hear(standard(phases[0], *ROW))
    assert (meter.is_producer, meter.phases) == (False, 1)
    assert "EAIT" in meter.presence.established
    listener.hear(*[ours] * 4)
    assert (meter.is_producer, meter.phases) == (True, 3)


def test_what_is_known_beforehand_is_said_until_a_frame_shows_that_it_is_not() -> None:
    listener = Listener(labels=["ADSC", "EAIT", "IRMS2", "PCOUP", "SINSTS", "NTARF"])
    meter = listener.receiver.meter
    events = listener.hear(*[OURS.replace(b"\nNTARF", b"\nNTARG")] * 9)
    assert (meter.is_producer, meter.phases) == (False, 1)
    assert vanished(events) == ["EAIT", "IRMS2"]


def test_of_the_other_mode_nothing_is_said_now() -> None:
    listener = Listener(labels=["EAIT", "IRMS2", "IINST1", "IINST2"])
    meter = listener.receiver.meter
    listener.hear(*[standard(("EAIT", "000001000"), ("IRMS2", "010"))] * 4)
    listener.hear(*[historic(("IINST1", "001"), ("PAPP", "00100"))] * 3)
    assert meter.mode is Mode.HISTORIC
    assert (meter.is_producer, meter.phases) == (False, 3)
    listener.hear(*[historic(("IINST1", "001"), ("PAPP", "00100"))] * 4)
    assert (meter.is_producer, meter.phases) == (False, 1)


def test_unknown_labels_are_kept_apart_and_few() -> None:
    listener = settled()
    events = listener.hear(*(standard((f"NEW{n}", "text")) for n in range(200)))
    assert not any(isinstance(event, Reading | Appeared) for event in events)
    assert len(listener.receiver.meter.unknown) == 32
    assert listener.receiver.meter.unknown["NEW0"] == "text"


# Whose it is


def test_the_first_address_heard_is_the_meter_s() -> None:
    assert settled(None).receiver.meter.address == ADDRESS


def test_without_parity_an_address_needs_three_frames() -> None:
    listener = Listener(parity=False)
    listener.hear(OURS, OURS)
    assert listener.receiver.meter.address is None
    listener.hear(OURS)
    assert listener.receiver.meter.address == ADDRESS


def test_nothing_is_believed_before_the_expected_meter_has_said_who_it_is() -> None:
    listener = Listener(ADDRESS, labels=["PCOUP", "SINSTS"])
    headless = frame("standard", *ROW)
    events = listener.hear(headless, headless, headless)
    assert readings(events) == []
    assert {one.reason for one in rejected(events)} == {Reason.OTHER_METER}
    assert not listener.receiver.meter.is_identified
    listener.hear(OURS)
    assert listener.value("SINSTS") == 500


def test_the_supply_is_that_of_the_meter_that_is_heard() -> None:
    listener = settled()
    assert listener.receiver.meter.is_identified
    assert listener.receiver.meter.conditions.power == 9000
    listener.hear(standard(("PCOUP", "12"), *ROW[1:]))
    assert listener.receiver.meter.conditions.power == 12_000
    for address, power in ((ADDRESS, 6000), ("021428000000", 36_000)):  # which has no breaker
        listener = Listener()
        listener.hear(*[historic(("ISOUSC", "30"), ("IINST", "002"), address=address)] * 4)
        assert listener.receiver.meter.conditions.power == power


def test_another_meter_is_told_after_three_frames_and_none_of_its_values_enters() -> None:
    listener = settled()
    assert others(listener.hear(THEIRS, THEIRS)) == []
    assert others(listener.hear(THEIRS)) == [OTHER_ADDRESS]
    listener = settled()
    events = listener.hear(*[THEIRS] * 10)
    assert others(events) == [OTHER_ADDRESS]
    assert rejected(events).count(Rejected(Reason.OTHER_METER, "ADSC")) == 10
    assert readings(events) == []
    assert vanished(events) == []
    assert (listener.value("SINSTS"), listener.value("NTARF")) == (500, 1)


def test_an_address_of_zeros_is_no_other_meter() -> None:
    listener = settled()
    nobody = standard(*ROW, address="0" * 12)
    events = listener.hear(*[nobody] * 10, OURS, *[THEIRS] * 3, *[nobody] * 3)
    assert (others(events), readings(events)) == ([OTHER_ADDRESS], [])


def test_labels_of_another_meter_are_not_taken_for_ours() -> None:
    currents = [(f"IRMS{n}", "010") for n in (1, 2, 3)]
    events = settled().hear(*[standard(*currents, *ROW, address=OTHER_ADDRESS)] * 10)
    assert not any(isinstance(event, Appeared) for event in events)


def test_one_false_address_costs_one_frame_and_tells_nothing() -> None:
    listener = settled()
    events = listener.hear(THEIRS, OURS, THEIRS, THEIRS, OURS)
    assert others(events) == []
    assert values(listener.hear(LATER), "SINSTS") == [510]


def test_what_another_meter_said_bears_nothing_out_of_ours() -> None:
    def ours(index: int) -> bytes:
        return standard(("EAST", f"{index:09}"), *ROW)

    def theirs(index: int) -> bytes:
        return standard(("EAST", f"{index:09}"), address=OTHER_ADDRESS)

    listener = settled()
    listener.hear(*[ours(1000)] * 4)
    events = listener.hear(theirs(5000), theirs(5001), ours(5002), ours(1001))
    assert values(events, "EAST") == [1001]
    cut = standard(address=OTHER_ADDRESS)[:-1] + b"\x04"
    for frames_ in ((theirs(5000), ours(5000)), (ours(5000), ours(5000), cut)):
        assert values(listener.hear(*frames_, ours(5000), ours(1001)), "EAST") == []


def test_a_suspect_goes_with_its_label() -> None:
    listener = settled()
    full, far = (standard(("EAST", index), *ROW) for index in ("000001000", "000009000"))
    gone = OURS.replace(b"\nNTARF\t", b"\nNTARF\x07")
    listener.hear(*[full] * 4, far)
    assert vanished(listener.hear(*[gone] * 3)) == ["EAST"]
    assert values(listener.hear(far), "EAST") == []


@pytest.mark.parametrize(("seconds", "is_known"), [(10, True), (10.1, False)])
def test_a_gap_is_more_than_ten_seconds(seconds: float, *, is_known: bool) -> None:
    listener = settled()
    listener.receiver.feed(b"", listener.receiver.heard_at + seconds)
    assert listener.receiver.meter.is_identified is is_known


def test_after_a_gap_another_meter_may_be_on_the_line() -> None:
    listener = settled()
    listener.now += 11
    tail = THEIRS[THEIRS.index(b"\nSINSTS") :]
    assert readings(listener.hear(tail, THEIRS)) == []
    assert listener.value("SINSTS") == 500


def test_after_a_gap_our_meter_is_believed_as_soon_as_it_is_known_again() -> None:
    listener = settled()
    listener.now += 3600
    assert values(listener.hear(LATER), "SINSTS") == [510]


def test_another_meter_in_the_other_mode_is_another_meter_not_another_mode() -> None:
    listener = settled()
    theirs = historic(("PAPP", "01000"), address=OTHER_ADDRESS)
    events = listener.hear(*[theirs] * 10)
    assert others(events) == [OTHER_ADDRESS]
    assert modes(events) == []
    assert vanished(events) == []
    assert listener.value("SINSTS") == 500


# After a loss


def lost(*, parity: bool = True) -> Listener:
    """A listener that has heard our meter for a while, and then lost the line."""
    listener = settled(parity=parity)
    listener.receiver.meter.lose()
    listener.now += 60
    return listener


def test_nothing_is_in_force_after_a_loss_until_it_is_repeated() -> None:
    listener = lost()
    assert not listener.receiver.meter.readings
    events = listener.hear(standard(*ROW[:2]))
    assert [one.label.name for one in readings(events)] == ["ADSC", "PCOUP", "SINSTS"]
    assert listener.receiver.meter.readings.keys() == {"ADSC", "PCOUP", "SINSTS"}
    assert readings(listener.hear(OURS)) == [listener.receiver.meter.readings["NTARF"]]
    assert readings(listener.hear(OURS)) == []


def test_what_has_changed_by_then_is_in_force_when_it_is_believed() -> None:
    listener = lost(parity=False)
    changed = standard(*ROW[:2], ("NTARF", "02"))
    listener.hear(changed, changed)
    assert (listener.value("PCOUP"), listener.value("NTARF")) == (9, None)
    listener.hear(changed)
    assert listener.value("NTARF") == 2


def test_an_index_is_in_force_as_soon_as_it_is_repeated_and_a_leap_is_held() -> None:
    listener = Listener(ADDRESS, parity=False)
    listener.hear(*[standard(("EAST", "012345678"), *ROW)] * 4)
    listener.receiver.meter.lose()
    listener.hear(standard(("EAST", "912345678"), *ROW))
    assert listener.value("EAST") is None
    listener.hear(standard(("EAST", "012345678"), *ROW))
    assert listener.value("EAST") == 12_345_678


def test_a_label_that_is_not_sent_any_more_has_vanished_though_it_was_lost() -> None:
    listener = lost()
    without = standard(ROW[0], ROW[2])
    assert vanished(listener.hear(*[without] * 4)) == ["SINSTS"]
    assert listener.value("SINSTS") is None
    assert values(listener.hear(OURS), "SINSTS") == [500]


def test_another_meter_s_groups_repeat_nothing() -> None:
    listener = lost()
    same = standard(*ROW, address=OTHER_ADDRESS)
    assert readings(listener.hear(*[same] * 4)) == []


def test_a_horodate_of_before_is_not_what_the_meter_repeats() -> None:
    """DATE has no data: only its horodate tells it apart, and a jump of it is held for a while."""
    before, jumped = (standard(("DATE", "", f"H2611231{hour}0000"), *ROW) for hour in (2, 4))
    listener = Listener(ADDRESS)
    listener.hear(*[before] * 4)
    listener.receiver.meter.lose()
    listener.hear(jumped)
    assert listener.value("DATE") is None
    listener.hear(before)
    assert listener.value("DATE") is not None


# Its mode


def test_a_new_mode_is_told_after_three_frames_and_the_old_readings_go() -> None:
    listener = settled()
    new = historic(("PTEC", "HP.."), ("PAPP", "01000"))
    assert modes(listener.hear(new, new)) == []
    events = listener.hear(new)
    assert modes(events) == [Mode.HISTORIC]
    assert set(vanished(events)) == {"ADSC", "PCOUP", "SINSTS", "NTARF"}
    listener.hear(new, new, new)
    assert listener.value("PAPP") == 1000
    assert modes(listener.hear(*[OURS] * 3)) == [Mode.STANDARD]
    assert modes(listener.hear(new, new)) == []


def test_of_the_old_mode_nothing_is_left() -> None:
    listener = Listener(ADDRESS, labels=["EASF01"])
    listener.hear(standard(("EAST", "000001000"), ("PCOUP", "09")))
    meter = listener.receiver.meter
    assert (meter.conditions.power, meter.phases) == (9000, 1)
    assert meter._gate.holds("EAST")
    listener.hear(*[historic(("PAPP", "00500"))] * 3)
    assert meter.mode is Mode.HISTORIC
    assert (meter.conditions.power, meter.phases) == (36_000, None)
    assert not meter._gate.holds("EAST")


def test_groups_of_the_other_mode_are_refused_until_then() -> None:
    events = settled().hear(historic(("PAPP", "01000")))
    assert Rejected(Reason.OTHER_MODE, "PAPP") in events
    assert readings(events) == []


def test_a_frame_of_the_other_mode_now_and_then_changes_nothing() -> None:
    new = historic(("PAPP", "01000"))
    assert modes(settled().hear(*[new, new, OURS] * 5)) == []


def test_an_unknown_label_does_not_decide_the_mode() -> None:
    listener = Listener()
    listener.hear(frame("historic", ("ODD", "1")))
    assert listener.receiver.mode is None
    listener.hear(OURS)
    assert listener.receiver.mode is Mode.STANDARD


def test_after_a_new_mode_the_meter_must_say_again_who_it_is() -> None:
    listener = settled()
    listener.hear(*[historic(("PAPP", "01000"))] * 3)
    headless = frame("historic", ("PAPP", "02000"))
    assert readings(listener.hear(*[headless] * 3)) == []


# Its place


def date(at: float, hours: float, season: str = "H") -> bytes:
    """A frame whose clock shows legal winter time plus so many hours."""
    shown = datetime.fromtimestamp(at, UTC) + timedelta(hours=1 + hours)
    clock = f"{season}{shown:%y%m%d%H%M%S}"
    return standard(("DATE", "", clock), ("SMAXSN", "01000", "H260101000000"))


def test_an_island_s_time_is_learned_in_ten_frames_and_all_is_read_by_it() -> None:
    listener = Listener()
    hours = 3
    for _ in range(16):
        listener.hear(date(listener.now, hours))
    assert listener.receiver.meter.overseas == timedelta(hours=3)
    shown = listener.value("DATE")
    assert isinstance(shown, datetime)
    assert abs(shown.timestamp() - listener.now) < 5
    assert shown.utcoffset() == timedelta(hours=4)
    peak = listener.receiver.meter.readings["SMAXSN"].time
    assert peak is not None
    assert peak.utcoffset() == timedelta(hours=4)


@pytest.mark.parametrize("hours", [-5, 3, 10])
@pytest.mark.parametrize("month", [1, 7])
def test_an_island_s_time_is_learned_once_where_the_season_is_not_told(
    hours: int, month: int
) -> None:
    listener = Listener()
    listener.now = datetime(2026, month, 10, 12, tzinfo=UTC).timestamp()
    wrong = [
        value
        for _ in range(40)
        for value in values(listener.hear(date(listener.now, hours, " ")), "DATE")
        if isinstance(value, datetime) and abs(value.timestamp() - listener.now) > 5
    ]
    assert len(wrong) < 10
    assert listener.receiver.meter.overseas == timedelta(hours=hours)
    back = 1 if month == 7 else 0  # the mainland's summer
    for _ in range(40):
        listener.hear(date(listener.now, back, " "))
    assert listener.receiver.meter.overseas == timedelta(0)


@pytest.mark.parametrize("hours", [-5, 2, 9.5])
def test_an_island_s_time_is_kept_and_given_up_only_for_another(hours: float) -> None:
    listener = Listener()
    for _ in range(50):
        listener.hear(date(listener.now, hours))
    assert listener.receiver.meter.overseas == timedelta(hours=hours)
    for _ in range(50):
        listener.hear(date(listener.now, 0))
    assert listener.receiver.meter.overseas == timedelta(0)


@pytest.mark.parametrize("hours", [0, 0.01, 0.3, 14, -15, 24 * 400])
def test_a_clock_that_is_merely_wrong_is_no_island(hours: float) -> None:
    listener = Listener()
    for _ in range(30):
        listener.hear(date(listener.now, hours))
    assert listener.receiver.meter.overseas == timedelta(0)


def test_a_degraded_clock_is_no_island() -> None:
    listener = Listener()
    for _ in range(30):
        listener.hear(date(listener.now, 3).replace(b"\tH26", b"\th26").replace(b"\r", b"\r"))
    assert listener.receiver.meter.overseas == timedelta(0)


# A frame whose address is damaged


def anonymous(stream: bytes) -> bytes:
    """A frame whose address cannot be read."""
    return stream.replace(b"ADSC\t", b"ADSC\x00", 1)


def test_what_is_new_in_a_frame_without_its_address_waits_for_one_that_has_it() -> None:
    changed = standard(*ROW[:2], ("NTARF", "02"))
    listener = settled()
    assert values(listener.hear(anonymous(changed)), "NTARF") == []
    assert values(listener.hear(changed), "NTARF") == [2]


def test_another_meter_whose_address_is_damaged_enters_nothing_that_stays() -> None:
    listener = settled()
    events = listener.hear(*[anonymous(THEIRS)] * 2, THEIRS, OURS)
    assert [reading.label.name for reading in readings(events)] == ["SINSTS"] * 2


def test_a_power_does_not_wait_for_an_address() -> None:
    listener = settled()
    stronger = standard(ROW[0], ("SINSTS", "00900"), ROW[2])
    assert values(listener.hear(anonymous(stronger)), "SINSTS") == [900]
