"""The contract is told by what the meter says, and its registers by what they have counted."""

import pytest

from custom_components.linky_tic.tariff.contract import (
    Contract,
    read_contract,
    registers_in_use,
)
from custom_components.linky_tic.tic import Mode

from ..tic.referee import DATA
from ..tic.streams import Listener, historic, standard


def listened(name: str) -> Listener:
    """A listener that has believed a recorded frame."""
    listener = Listener()
    listener.hear(*[(DATA / "frames" / f"{name}.bin").read_bytes()] * 4)
    return listener


@pytest.mark.parametrize(
    ("name", "registers"),
    [
        ("std_mono_hc", {1, 2}),
        ("std_mono_tempo", {1, 2, 3, 4, 5, 6}),
        ("std_mono_tempo_red_day", {1, 2, 3, 4, 5, 6}),
        ("std_mono_minimal", {1}),
        ("his_mono_base", {1}),
        ("his_mono_hc", {1, 2}),
        ("his_mono_tempo", {1, 2, 3, 4, 5, 6}),
    ],
)
def test_the_registers_in_use_are_told_by_the_readings(name: str, registers: set[int]) -> None:
    assert registers_in_use(listened(name).receiver.meter.readings) == registers


def test_a_colour_in_standard_means_all_registers_of_tempo() -> None:
    def used(frame: bytes) -> set[int]:
        listener = Listener()
        listener.hear(*[frame] * 4)
        return registers_in_use(listener.receiver.meter.readings)

    assert used(standard(("STGE", "013A0000"))) == {1, 2, 3, 4, 5, 6}
    assert used(standard(("STGE", "003A0000"), ("NTARF", "07"))) == {7}
    assert used(historic(("OPTARIF", "BBR("), ("BBRHPJB", "000001000"))) == {2}


def test_no_readings_give_no_contract() -> None:
    assert read_contract({}) is None
    assert registers_in_use({}) == set()


def test_a_contract_known_to_be_tempo_stays_so_under_any_name_and_without_a_colour() -> None:
    listener = Listener()
    listener.hear(*[standard(("NGTF", "    ZEN FLEX    "), ("STGE", "003A0800"))] * 4)
    readings = listener.receiver.meter.readings
    heard, known = read_contract(readings), read_contract(readings, is_tempo=True)
    assert (heard and heard.name, known and known.name) == ("ZEN FLEX", "tempo")


@pytest.mark.parametrize(
    ("name", "contract"),
    [
        ("std_mono_hc", Contract(Mode.STANDARD, "off_peak")),
        ("std_mono_tempo", Contract(Mode.STANDARD, "tempo")),
        ("std_mono_minimal", None),
        ("his_mono_base", Contract(Mode.HISTORIC, "base")),
        ("his_mono_hc", Contract(Mode.HISTORIC, "off_peak")),
        ("his_mono_tempo", Contract(Mode.HISTORIC, "tempo")),
    ],
)
def test_a_well_known_contract_has_a_slug(name: str, contract: Contract | None) -> None:
    assert read_contract(listened(name).receiver.meter.readings) == contract


def test_the_contract_of_a_producer_is_known_by_its_status() -> None:
    listener = Listener()
    listener.hear(*[standard(("NGTF", "  PRODUCTEUR    "), ("STGE", "003A0101"))] * 4)
    contract = read_contract(listener.receiver.meter.readings)
    assert contract == Contract(Mode.STANDARD, "PRODUCTEUR", is_producer=True)


@pytest.mark.parametrize(
    ("contract", "has_peaks", "has_notices"),
    [
        (Contract(Mode.STANDARD, "base"), False, False),
        (Contract(Mode.STANDARD, "tempo"), True, True),
        (Contract(Mode.HISTORIC, "tempo"), True, False),
        (Contract(Mode.HISTORIC, "ejp"), True, True),
        (Contract(Mode.STANDARD, "ZEN FLEX"), None, None),
    ],
)
def test_a_well_known_contract_tells_whether_it_has_peaks(
    contract: Contract, *, has_peaks: bool | None, has_notices: bool | None
) -> None:
    assert (contract.has_mobile_peaks, contract.has_peak_notices) == (has_peaks, has_notices)
