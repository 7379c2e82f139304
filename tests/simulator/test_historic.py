"""Frames of the historic mode, against the tables of 54E."""

from datetime import date

import pytest

from simulator import Household
from simulator.historic import SHORT_FRAMES

from .reading import as_dict, historic_labels, read, read_groups

CONTRACTS = ("base", "hphc", "tempo", "ejp", "weekend")
METERS = [(1, "mono", "only"), (3, "three", "long")]


def quiet_three_phases(*, eot: bool = False) -> Household:
    return Household(
        mode="historic", contract="hphc", phases=3, living=False, breaker=False,
        abandon_with_eot=eot,
    )  # fmt: skip


@pytest.mark.parametrize(("phases", "meter", "kind"), METERS)
@pytest.mark.parametrize("contract", CONTRACTS)
def test_groups_have_the_order_and_the_sizes_of_the_table(
    contract: str, phases: int, meter: str, kind: str
) -> None:
    labels = historic_labels(meter, kind)
    house = Household(mode="historic", contract=contract, phases=phases)
    for _ in range(20):
        groups = read(house.frame())
        orders = [labels[group.label].order for group in groups]
        assert orders == sorted(set(orders))
        assert all(len(data) == labels[label].size for label, _, data in groups)


@pytest.mark.parametrize(("phases", "meter", "kind"), METERS)
def test_all_contracts_together_send_every_label(phases: int, meter: str, kind: str) -> None:
    seen: set[str] = set()
    for contract in CONTRACTS:
        house = Household(
            mode="historic", contract=contract, phases=phases, start="2026-01-15T06:45:00",
            ejp_days=[date(2026, 1, 15)],
        )  # fmt: skip
        if phases == 1:
            house.set_load(12_000)
        house.advance(2)
        seen |= set(as_dict(house.frame()))
    assert seen == set(historic_labels(meter, kind))


def test_an_overrun_is_told_while_it_lasts() -> None:
    house = Household(mode="historic", living=False, pref=6)
    house.set_load(6_900)
    house.advance(2)
    assert "ADPS" not in as_dict(house.frame())
    house.set_load(7_400)
    house.advance(2)
    groups = as_dict(house.frame())
    assert groups["ADPS"] == groups["IINST"] > "030"
    house.set_load(1_000)
    house.advance(2)
    assert "ADPS" not in as_dict(house.frame())


def test_a_contract_of_today_looks_like_the_base_one_with_the_total() -> None:
    house = Household(mode="historic", contract="weekend", index=12_345_678)
    groups = as_dict(house.frame())
    assert (groups["OPTARIF"], groups["PTEC"], groups["BASE"]) == ("BASE", "TH..", "012345678")
    assert house.meter.metering.supplier[1] > 0


def test_exported_power_is_not_told() -> None:
    house = Household(mode="historic", solar=3000, living=False)
    house.set_solar(2_500)
    house.advance(2)
    groups = as_dict(house.frame())
    assert groups["PAPP"] == "00000"
    assert groups["IINST"] == "011"


def test_a_lost_phase_shows_in_ppot() -> None:
    house = quiet_three_phases()
    house.lose_phase(3)
    house.advance(1)
    assert as_dict(house.frame())["PPOT"] == "08"
    house.lose_phase(3, lost=False)
    assert as_dict(house.frame())["PPOT"] == "00"


def test_a_burst_is_cycles_of_twenty_short_frames_then_a_long_one() -> None:
    house = quiet_three_phases()
    house.set_load(6_000, phase=2)
    house.advance(2)
    for _ in range(2):
        for _ in range(SHORT_FRAMES):
            groups = [group.label for group in read(house.frame())]
            assert groups == ["ADIR2", "ADCO", "IINST1", "IINST2", "IINST3"]
        assert "HCHP" in as_dict(house.frame())


def test_short_frames_hold_every_label_of_their_table() -> None:
    house = quiet_three_phases()
    house.set_load(15_000)
    house.advance(2)
    groups = as_dict(house.frame())
    labels = historic_labels("three", "short")
    assert set(groups) == {*labels, "ADCO"}
    assert all(len(groups[label]) == labels[label].size for label in labels)


def test_a_burst_ends_a_minute_after_the_overrun() -> None:
    house = quiet_three_phases()
    house.set_load(15_000)
    house.advance(2)
    assert list(as_dict(house.frame()))[:3] == ["ADIR1", "ADIR2", "ADIR3"]
    house.set_load(0)
    house.advance(30)
    assert next(iter(as_dict(house.frame()))) == "ADCO"
    assert len(house.truth) == 4
    house.advance(31)
    assert len(as_dict(house.frame())) == 17


@pytest.mark.parametrize("eot", [False, True])
def test_an_overrun_abandons_the_long_frame_after_the_group_in_progress(*, eot: bool) -> None:
    house = quiet_three_phases(eot=eot)
    house.advance(0.7)
    house.at(1, lambda house: house.set_load(6_000, phase=1))
    frame = house.frame()
    groups = list(read_groups(frame[1:-1] if eot else frame[1:]))
    assert frame.endswith(b"\x04" if eot else b"\r")
    assert 2 <= len(groups) < 17
    assert house.truth == {group.label: group.data for group in groups}
    assert next(iter(as_dict(house.frame()))) == "ADIR1"
