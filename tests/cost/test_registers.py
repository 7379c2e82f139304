"""What registers have gained: limits are met, and missed by one."""

from typing import Any, Final

import pytest

from custom_components.linky_tic.cost.registers import CostRegisters, register_number
from custom_components.linky_tic.tic import LABELS, Frame, Group, Mode, Reading, Readings

AT: Final = 1_000_000.0


def frame(**said: str) -> Frame:
    groups = tuple(
        Group(name, data, None, LABELS[name].mode, LABELS[name], b"") for name, data in said.items()
    )
    names = [one.name for one in groups]
    return Frame(Mode.STANDARD, groups, names, opened=True, closed=True, complete=True)


def readings(**values: Any) -> Readings:  # noqa: ANN401 - as read
    return {
        name: Reading(LABELS[name], value, f"{value}", None, degraded=False, confirmed=True, at=AT)
        for name, value in values.items()
    }


def waits(registers: CostRegisters) -> bool:
    return registers.is_waiting


def gain(before: tuple[str, int], after: tuple[str, int], seconds: float) -> int:
    registers = CostRegisters()
    registers.take(LABELS[before[0]], before[1], AT)
    register, found, since = registers.take(LABELS[after[0]], after[1], AT + seconds)
    assert since == AT
    assert (register.label, register.value, register.at) == (*after, AT + seconds)
    return found


@pytest.mark.parametrize(
    ("before", "after", "seconds", "gained"),
    [
        (100, 1000, 0.0, 900),
        (100, 1000, -1.0, 900),  # the clock was put back
        (999_999_990, 5, 60.0, 15),  # of nine digits
        (100, 99, 60.0, 0),
    ],
)
def test_a_register_gains_what_it_has_counted_whatever_it_is_called(
    before: int, after: int, seconds: float, gained: int
) -> None:
    assert gain(("EASF01", before), ("EASF01", after), seconds) == gained
    assert gain(("EASF01", before), ("HCHC", after), seconds) == gained


def test_base_goes_on_from_the_one_register_that_is_known() -> None:
    assert gain(("HCHC", 100), ("BASE", 110), 601.0) == 10
    assert gain(("BASE", 100), ("BASE", 110), 601.0) == 10
    assert gain(("BASE", 100), ("EASF01", 110), 601.0) == 10
    assert gain(("BASE", 100), ("EASF01", 90), 601.0) == 0  # it was the sum of all


def test_what_was_used_while_base_became_another_index_unheard_is_gained_once() -> None:
    registers = CostRegisters()
    for number in range(1, 11):
        registers.take(LABELS[f"EASF{number:02}"], 910 if number == 2 else 100 * (number < 2), AT)
    for value in (1010, 1040):
        registers.take(LABELS["BASE"], value, AT + 60)
    registers.by_number[1].tariff = "base"
    registers = CostRegisters.read(registers.written)
    said = (("EASF01", 150), ("EASF02", 920), ("EASF03", 0))
    found = [registers.take(LABELS[name], value, AT + 86_400) for name, value in said]
    assert sum(gain for _, gain, _ in found) == 30
    assert [one.tariff for one, *_ in found] == ["base", "base", ""]  # until they are named
    assert registers.take(LABELS["EASF03"], 7, AT + 86_402)[0].tariff == ""


@pytest.mark.parametrize("name", ["EASF01", "HCHC"])
def test_what_bytes_of_minutes_ago_repeat_is_gained_once(name: str) -> None:
    registers = CostRegisters()
    said = (10_000, 10_004, 9_400, 9_402, 9_404, 10_008, 10_010)
    gains = [registers.take(LABELS[name], value, AT + 2 * n)[1] for n, value in enumerate(said)]
    assert gains == [0, 4, 0, 2, 2, 4, 2]


def test_a_register_that_begins_anew_gains_all_that_it_counts() -> None:
    registers = CostRegisters()
    for value in (10_000, 0, 3, 9_999):
        registers.take(LABELS["EASF01"], value, AT)
    assert registers.take(LABELS["EASF01"], 10_001, AT)[1] == 1
    assert registers.take(LABELS["EASF01"], 10_003, AT)[1] == 2


@pytest.mark.parametrize(
    ("value", "gained"),
    [(1040, 30), (1010, 0), (1009, 909), (150, 50)],  # from the sum, or from the first
)
def test_base_goes_on_from_all_registers_if_it_can(value: int, gained: int) -> None:
    registers = CostRegisters()
    for number in range(1, 11):
        registers.take(LABELS[f"EASF{number:02}"], 910 if number == 2 else 100 * (number < 2), AT)
    registers.take(LABELS["EAIT"], 7, AT)
    register, found, since = registers.take(LABELS["BASE"], value, AT + 1000)
    assert (register.value, found, since) == (value, gained, AT)


def test_an_index_is_awaited_for_ten_frames() -> None:
    registers = CostRegisters.read(
        {"indexes": {"EASF01": [100, AT, "peak"], "EASF99": [1, AT, ""]}}
    )
    assert registers.written["indexes"] == {"EASF01": [100, AT, "peak"]}
    awaited = []
    for _ in range(10):
        awaited.append(waits(registers))
        assert not [*registers.end_frame(frame(), readings(), AT)]
    assert all(awaited)
    assert not waits(registers)
    (found,) = registers.end_frame(frame(EASF01="105"), readings(EASF01=105), AT)
    assert found[1:] == (5, AT)
    assert not waits(registers)
    assert [*registers.end_frame(frame(), readings(EASF01=105), AT)] == []
    assert not waits(registers)  # it holds, though it was damaged in this frame
    assert [*registers.end_frame(frame(), readings(), AT)] == []
    assert waits(registers)


def test_an_index_that_is_not_believed_yet_is_held_for_ten_frames() -> None:
    registers, known = CostRegisters(), readings(EASF01=100)
    held = []
    for _ in range(12):
        held.append(registers.is_held)
        assert not [*registers.end_frame(frame(EASF01="999", EAST="5"), known, AT)]
    assert held == [False, *[True] * 10, False]
    assert len([*registers.end_frame(frame(EASF01="100", EAST="5"), known, AT)]) == 1
    assert not registers.is_held
    assert not [*registers.end_frame(frame(EASF02="7"), known, AT)]
    assert not registers.is_held  # of one of which nothing is believed at all
    unread = readings(EASF01="100")
    assert not [*registers.end_frame(frame(EASF01="100"), unread, AT)]


def test_a_lost_line_is_waited_for_where_an_index_was_heard_within_the_minute() -> None:
    registers = CostRegisters()
    registers.take(LABELS["EASF01"], 100, AT)
    assert not waits(registers)
    registers.await_all()
    assert waits(registers)
    assert [one.misses for one in registers.by_number.values()] == [1]
    for seconds, misses in ((59.9, 1), (60.0, 11)):
        registers.take(LABELS["EASF02"], 100, AT + seconds)
        registers.await_all()
        assert [one.misses for one in registers.by_number.values()] == [misses, 1]


def test_what_is_counted_anew_is_waited_for_as_before() -> None:
    registers = CostRegisters()
    registers.take(LABELS["EASF01"], 150, AT + 9)
    registers.go_back({"indexes": {"EASF01": [100, AT, ""], "EASF02": [7, AT, ""]}})
    assert registers.written["indexes"] == {"EASF01": [100, AT, ""], "EASF02": [7, AT, ""]}
    assert not waits(registers)
    registers.await_all()
    registers.go_back({"indexes": {"EASF01": [100, AT, ""]}})
    assert waits(registers)


def test_what_is_exported_is_counted_by_a_register_of_its_own() -> None:
    registers = CostRegisters()
    registers.take(LABELS["EAIT"], 1, AT)
    registers.take(LABELS["HCHP"], 1, AT)
    assert [register_number(LABELS[name]) for name in ("EAIT", "HCHP", "EASF10")] == [0, 2, 10]
    assert [one.number for one in registers.by_number.values()] == [0, 2]
