"""What is left of the subscribed power is reckoned from what each mode says of it."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from custom_components.linky_tic.power.subscription import (
    power_load,
    power_margin,
    share_of,
    subscribed_power,
)
from custom_components.linky_tic.tic import Reading
from tests.tic.referee import DATA
from tests.tic.streams import Listener, historic, standard

KNOWN: Final = 4
PHASES: Final = (1, 2, 3)


def heard(frame: bytes) -> Mapping[str, Reading]:
    """What is known after the same frame a few times."""
    listener = Listener()
    listener.hear(*KNOWN * [frame])
    return listener.receiver.meter.readings


def phases(readings: Mapping[str, Reading]) -> list[tuple[int | None, float | None]]:
    return [(power_margin(readings, n), power_load(readings, n)) for n in PHASES]


@pytest.mark.parametrize(
    ("drawn", "margin", "load"),
    [("00000", 6000, 0), ("01507", 4493, 25.1), ("06000", 0, 100), ("07200", -1200, 120)],
)
def test_the_margin_in_standard_is_the_subscribed_power_less_the_power_drawn(
    drawn: str, margin: int, load: float
) -> None:
    readings = heard(standard(("PREF", "06"), ("PCOUP", "07"), ("SINSTS", drawn)))
    assert (power_margin(readings), power_load(readings)) == (margin, load)


def test_each_of_three_phases_has_a_third() -> None:
    power = ("SINSTS1", "00000"), ("SINSTS2", "04500"), ("SINSTS3", "00531")
    readings = heard(standard(("PREF", "12"), ("PCOUP", "12"), ("SINSTS", "05031"), *power))
    assert power_margin(readings) == 6969
    assert phases(readings) == [(4000, 0), (-500, 112.5), (3469, 13.3)]


def test_the_total_is_not_the_sum_of_phases_of_which_one_exports() -> None:
    """The capture of the specification: SINSTS 46 beside 0, 531 and 0."""
    power = ("SINSTS1", "00000"), ("SINSTS2", "00531"), ("SINSTS3", "00000")
    readings = heard(standard(("PREF", "09"), ("PCOUP", "09"), ("SINSTS", "00046"), *power))
    assert power_margin(readings) == 8954
    assert [margin for margin, _ in phases(readings)] == [3000, 2469, 3000]


@pytest.mark.parametrize(("cut_off", "margin"), [("09", 8550), ("00", None)])
def test_a_pilot_meter_that_subscribes_nothing_is_measured_by_its_cut_off(
    cut_off: str, margin: int | None
) -> None:
    readings = heard(standard(("PREF", "00"), ("PCOUP", cut_off), ("SINST1", "00450")))
    assert power_margin(readings) == margin
    assert (power_load(readings) is None) is (margin is None)


def said(*groups: Sequence[str]) -> Mapping[str, Reading]:
    """What is known of a meter in Historique."""
    return heard(historic(("OPTARIF", "BASE"), *groups))


def test_an_ampere_of_the_setting_current_is_two_hundred_volt_amperes() -> None:
    readings = said(("ISOUSC", "30"), ("IINST", "020"), ("PAPP", "04610"))
    assert subscribed_power(readings) == 6000
    assert (power_margin(readings), power_load(readings)) == (2000, 66.7)


def test_an_exported_current_does_not_count_as_drawn() -> None:
    readings = said(("ISOUSC", "30"), ("IINST", "012"), ("PAPP", "00000"))
    assert (power_margin(readings), power_load(readings)) == (6000, 0)


def test_three_phases_in_historique_are_measured_by_their_currents() -> None:
    amperes = ("IINST1", "004"), ("IINST2", "021"), ("IINST3", "000")
    readings = said(("ISOUSC", "20"), *amperes, ("PAPP", "05750"))
    assert (subscribed_power(readings), power_margin(readings)) == (12_000, 7000)
    assert phases(readings) == [(3200, 20), (-200, 105), (4000, 0)]


def test_currents_of_a_house_that_draws_nothing_may_flow_out() -> None:
    amperes = ("IINST1", "000"), ("IINST2", "009"), ("IINST3", "001")
    readings = said(("ISOUSC", "20"), *amperes, ("PAPP", "00000"))
    assert power_margin(readings) == 12_000
    assert phases(readings) == [(4000, 0), (None, None), (None, None)]


def test_isousc_gives_no_power_while_the_number_of_phases_is_unknown() -> None:
    readings = said(("ISOUSC", "30"), ("PAPP", "00610"))
    assert subscribed_power(readings) is None
    assert power_margin(readings) is None


def test_nothing_is_known_without_readings() -> None:
    assert (power_margin({}), power_load({}), phases({})) == (None, None, 3 * [(None, None)])
    alone = heard(standard(("PREF", "06")))
    assert (power_margin(alone), power_load(alone)) == (None, None)


@pytest.mark.parametrize(
    ("drawn", "subscribed", "percent"),
    [(6000, 9000, 66.7), (14_280, 12_000, 119), (None, 9000, None), (1, None, None), (1, 0, None)],
)
def test_a_share_is_in_percent_and_unknown_without_a_total(
    drawn: int | None, subscribed: float | None, percent: float | None
) -> None:
    assert share_of(drawn, subscribed) == percent


CAPTURED: Final = {
    # PREF or ISOUSC, and what is left of it
    "standard_mono_base_producer_ccain": (6000, 6000),
    "standard_mono_producer_total": (3000, 3000),
    "standard_mono_hphc": (9000, 9000 - 469),
    "standard_three_tempo_white": (30_000, 30_000 - 2700),
    "historic_mono_tempo_red": (30 * 200, (30 - 12) * 200),
    "historic_three_hc": (25 * 200 * 3, 15_000 - 2 * 200),
}


@pytest.mark.parametrize("capture", CAPTURED)
def test_the_margin_of_the_meters_of_captures(capture: str) -> None:
    readings = heard((DATA / "captures" / f"{capture}.bin").read_bytes())
    told = subscribed_power(readings), power_margin(readings)
    assert told == CAPTURED[capture]
