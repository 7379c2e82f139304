"""Frames of the standard mode, against the table of 54E."""

from datetime import datetime
from functools import partial

import pytest

from simulator import Household

from .reading import as_dict, read, standard_labels

HOUSES = [
    partial(Household),
    partial(Household, contract="hphc"),
    partial(Household, contract="tempo", start="2026-01-15T21:00:00"),
    partial(Household, contract="weekend", phases=3),
    partial(Household, contract="producer"),
    partial(Household, producer=True, phases=3, start="2026-06-21T13:00:00"),
    partial(Household, named=False, load_curve=None),
]


def everything() -> Household:
    """Three-phase, producer, Tempo; a white day, a red one announced, a third peak, a message."""
    day = datetime(2026, 1, 15)  # noqa: DTZ001  (peaks are told in local time)
    house = Household(
        contract="tempo",
        phases=3,
        producer=True,
        start="2026-01-15T20:30:00",
        colours={day.date(): "white", day.replace(day=16).date(): "red"},
    )
    house.order_peak(3, day.replace(day=18, hour=6), day.replace(day=19, hour=6))
    house.send_message("ALERTE POINTE")
    return house


@pytest.mark.parametrize("build", HOUSES)
def test_groups_have_the_order_the_sizes_and_the_horodates_of_the_table(
    build: partial[Household],
) -> None:
    labels = standard_labels()
    house = build()
    for _ in range(50):
        groups = read(house.frame())
        orders = [labels[group.label].order for group in groups]
        assert orders == sorted(set(orders))
        for label, horodate, data in groups:
            assert len(data) == labels[label].size
            assert len(horodate) == 13 * labels[label].has_horodate


def test_one_frame_can_carry_every_label() -> None:
    frame = everything().frame()
    assert set(as_dict(frame)) == set(standard_labels())
    assert len(frame) == 1727  # the greatest possible


def test_a_single_phase_consumer_sends_as_many_bytes_as_a_captured_one() -> None:
    assert len(Household(contract="hphc").frame()) == 865


def test_the_truth_is_what_the_frame_says() -> None:
    house = everything()
    for _ in range(3):
        groups = read(house.frame())
        assert house.truth == {group.label: group.data for group in groups}
        dates = {group.label: group.horodate for group in groups if group.horodate}
        assert house.horodates == dates


def test_an_ultra_short_message_goes_out_once() -> None:
    house = everything()
    assert as_dict(house.frame())["MSG2"] == "ALERTE POINTE   "
    assert "MSG2" not in as_dict(house.frame())


def test_a_pilot_meter_has_its_own_labels() -> None:
    groups = as_dict(Household(pilot=True).frame())
    assert groups["VTIC"] == "01"
    assert groups["PREF"] == "00"
    assert {"SINST1", "SMAXN", "SMAXN-1"} <= set(groups)
    assert not {"SINSTS", "SMAXSN", "PRM", "MSG1", "RELAIS", "NJOURF"} & set(groups)


def test_the_next_day_comes_in_hexadecimal_from_some_meters() -> None:
    hexadecimal = Household(contract="hphc", hexadecimal_hours=True)
    assert as_dict(hexadecimal.frame())["PJOURF+1"].startswith("0000C001 061E8002 161EC001 NONU")
    decimal = Household(contract="hphc")
    assert as_dict(decimal.frame())["PJOURF+1"].startswith("0000C001 06308002 2230C001 NONU")


def test_an_exporting_phase_says_nothing_and_the_total_is_signed() -> None:
    house = Household(phases=3, producer=True, living=False, contract="base")
    house.set_load(1000, phase=2)
    house.set_solar(3000)
    house.advance(2)
    groups = as_dict(house.frame())
    assert [groups[f"SINSTS{phase}"] for phase in (1, 2, 3)] == ["00000", "01000", "00000"]
    assert groups["SINSTS"] == "00000"
    assert groups["SINSTI"] == "02005"  # 3000 W and 180 var, less 1000
    assert int(groups["STGE"], 16) >> 9 & 1
    assert groups["IRMS1"] == "013"


def test_a_roof_without_a_contract_shows_in_the_direction_alone() -> None:
    house = Household(solar=3000, living=False)
    house.set_solar(2000)
    house.advance(2)
    groups = as_dict(house.frame())
    assert "EAIT" not in groups
    assert groups["SINSTS"] == "00000"
    assert int(groups["STGE"], 16) & 0x300 == 0x200
