"""Tempo colours and mobile peaks are told in the same words by both modes."""

from collections.abc import Mapping, Sequence
from typing import Final

import pytest

from custom_components.linky_tic.tariff.tempo import (
    COLOURS,
    absent_peak_notice,
    announces_peaks,
    colour_in_force,
    colour_today,
    colour_tomorrow,
    has_colours,
    peak_in_progress,
    peak_notice,
    register_of_colour,
    rules_out_tempo,
)
from custom_components.linky_tic.tic import Reading

from ..schedule.test_day_schedule import BLUE, NIGHT, profile
from ..tic.referee import DATA
from ..tic.streams import Listener, historic, standard

KNOWN: Final = 4
TEMPO: Final = ("OPTARIF", "BBR(")
EJP: Final = ("OPTARIF", "EJP.")


def heard(frame: bytes) -> Mapping[str, Reading]:
    """What is known after the same frame a few times."""
    listener = Listener()
    listener.hear(*KNOWN * [frame])
    return listener.receiver.meter.readings


def status(register: int) -> Mapping[str, Reading]:
    return heard(standard(("STGE", f"{register:08X}")))


def said(*groups: Sequence[str]) -> Mapping[str, Reading]:
    """What is known of a meter in Historique."""
    return heard(historic(*groups, ("IINST", "002")))


@pytest.mark.parametrize(
    ("code", "colour"), [(0, "not_announced"), (1, "blue"), (2, "white"), (3, "red")]
)
def test_the_status_register_tells_both_colours(code: int, colour: str) -> None:
    assert colour_today(status(code << 24)) == colour
    assert colour_tomorrow(status(code << 26)) == colour
    assert has_colours(status(code << 24)) is has_colours(status(code << 26)) is (code > 0)


@pytest.mark.parametrize(
    ("data", "colour"),
    [("----", "not_announced"), ("BLEU", "blue"), ("BLAN", "white"), ("ROUG", "red")],
)
def test_tomorrow_is_announced_by_its_label(data: str, colour: str) -> None:
    readings = said(TEMPO, ("PTEC", "HPJB"), ("DEMAIN", data))
    assert (colour_today(readings), colour_tomorrow(readings)) == ("blue", colour)


@pytest.mark.parametrize(
    ("period", "colour", "peak"),
    [
        ("HCJB", "blue", "none"),
        ("HPJB", "blue", "none"),
        ("HCJW", "white", "pm1"),
        ("HPJW", "white", "pm1"),
        ("HCJR", "red", "pm2"),
        ("HPJR", "red", "pm2"),
    ],
)
def test_the_period_in_force_tells_today_s_colour_and_its_peak(
    period: str, colour: str, peak: str
) -> None:
    readings = said(TEMPO, ("PTEC", period), ("DEMAIN", "----"))
    assert colour_today(readings) == colour
    assert peak_in_progress(readings) == peak
    assert has_colours(readings)


@pytest.mark.parametrize(
    ("register", "colour"),
    [(1, "blue"), (2, "blue"), (3, "white"), (4, "white"), (5, "red"), (6, "red"), (7, None)],
)
def test_the_register_in_force_tells_what_colour_is_charged(
    register: int, colour: str | None
) -> None:
    assert colour_in_force(heard(standard(("NTARF", f"{register:02}")))) == colour
    assert colour_in_force(said(TEMPO, ("PTEC", "HCJR"))) == "red"
    assert register_of_colour(register, None) is None
    told = [register_of_colour(register, one) for one in COLOURS]
    assert told == ([register, register + 2, register + 4] if register <= 2 else [None] * 3)


def test_a_value_that_is_not_in_the_specification_is_unknown() -> None:
    readings = said(TEMPO, ("PTEC", "HPJV"), ("DEMAIN", "VERT"))
    assert (colour_today(readings), colour_tomorrow(readings)) == (None, None)
    assert peak_in_progress(readings) is None


@pytest.mark.parametrize(("period", "peak"), [("HN..", "none"), ("PM..", "pm1")])
def test_a_peak_of_ejp_is_in_progress_while_its_period_is(period: str, peak: str) -> None:
    readings = said(EJP, ("PTEC", period))
    assert peak_in_progress(readings) == peak
    assert not has_colours(readings)


def test_notice_of_ejp_is_given_while_it_is_sent() -> None:
    assert peak_notice(said(EJP, ("PEJP", "30"), ("PTEC", "HN.."))) == "pm1"
    calm = said(EJP, ("PTEC", "HN.."))
    assert (peak_notice(calm), absent_peak_notice(calm)) == (None, "none")


def test_historique_gives_no_notice_of_a_tempo_peak() -> None:
    readings = said(TEMPO, ("PTEC", "HPJB"), ("DEMAIN", "ROUG"))
    assert (peak_notice(readings), absent_peak_notice(readings)) == (None, None)
    assert not announces_peaks(readings)


@pytest.mark.parametrize("group", [TEMPO, ("PTEC", "HPJB"), ("DEMAIN", "----")])
def test_one_reading_of_tempo_is_enough(group: tuple[str, str]) -> None:
    assert has_colours(said(group))


@pytest.mark.parametrize(
    "option", [("BASE", "TH.."), ("HC..", "HP..")], ids=["base or hidden", "peak hours"]
)
def test_a_contract_without_peaks_has_neither_peaks_nor_colours(option: tuple[str, str]) -> None:
    readings = said(("OPTARIF", option[0]), ("PTEC", option[1]))
    assert not has_colours(readings)
    assert (colour_today(readings), peak_in_progress(readings)) == (None, None)


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_status_register_tells_of_three_peaks(code: int) -> None:
    assert peak_notice(status(code << 28)) == peak_in_progress(status(code << 30)) == f"pm{code}"
    assert announces_peaks(status(code << 28))
    assert announces_peaks(status(code << 30))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_peak_is_announced_by_its_start(number: int) -> None:
    calm = ("STGE", "003A0001")
    assert not announces_peaks(heard(standard(calm)))
    ordered = heard(standard(calm, (f"DPM{number}", "00", " 261124060000")))
    assert announces_peaks(ordered)
    assert (peak_notice(ordered), peak_in_progress(ordered)) == ("none", "none")


def test_nothing_is_known_without_readings() -> None:
    asked = colour_today, colour_tomorrow, peak_in_progress, peak_notice, absent_peak_notice
    assert [ask({}) for ask in asked] == [None] * len(asked)
    assert not announces_peaks({})


OWN: Final = ("NGTF", "   MON  OFFRE   ")


@pytest.mark.parametrize(
    ("frame", "denies"),
    [
        (historic(TEMPO), False),
        (historic(("OPTARIF", "HC..")), True),
        (standard(("NGTF", "     TEMPO      ")), False),
        (standard(("NGTF", "H PLEINE/CREUSE ")), True),
        (standard(OWN), False),
        (standard(OWN, ("LTARF", "    HP  BLEU    ")), False),
        (standard(OWN, ("LTARF", "  HEURE PLEINE  ")), True),
        (standard(OWN, ("LTARF", "   HEURE  ECO   ")), False),
        (standard(OWN, ("PJOURF+1", profile(BLUE))), False),
        (standard(OWN, ("PJOURF+1", profile(NIGHT))), True),
        (standard(OWN, ("PJOURF+1", profile("0000C001 06004002"))), False),
    ],
)
def test_readings_that_rule_out_tempo(frame: bytes, *, denies: bool) -> None:
    assert rules_out_tempo(heard(frame)) is denies


CAPTURED: Final = {
    "standard_three_tempo_white": ("white", "blue", "pm1"),
    "standard_three_tempo_blue_cut": ("blue", "not_announced", "none"),
    "historic_mono_tempo_white": ("white", "not_announced", "pm1"),
    "historic_mono_tempo_red": ("blue", "red", "none"),
    "historic_mono_tempo_noisy": ("blue", "blue", "none"),
}


@pytest.mark.parametrize("capture", CAPTURED)
def test_colours_are_those_of_the_captures(capture: str) -> None:
    readings = heard((DATA / "captures" / f"{capture}.bin").read_bytes())
    told = colour_today(readings), colour_tomorrow(readings), peak_in_progress(readings)
    assert told == CAPTURED[capture]
