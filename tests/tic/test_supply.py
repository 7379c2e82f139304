"""How much a supply may draw, from what the meter tells of itself."""

import pytest

from custom_components.linky_tic.tic import Reading, can_follow
from custom_components.linky_tic.tic.catalogue import CATALOGUE, LABELS, Mode
from custom_components.linky_tic.tic.presence import Presence
from custom_components.linky_tic.tic.supply import DEFAULT_SUPPLY, Conditions

LINKY, ELECTRONIC = "041961000000", "021428000000"


def conditions(*labels: str, **limits: int) -> Conditions:
    return Conditions(
        {
            name: Reading(LABELS[name], value, "", None, degraded=False, confirmed=True, at=0)
            for name, value in limits.items()
        },
        Presence(labels),
    )


def test_the_cut_off_power_goes_before_the_subscribed_one() -> None:
    assert conditions().power == DEFAULT_SUPPLY == 36_000
    assert not conditions().parity
    assert conditions(PREF=9).power == 9000
    assert conditions(PREF=9, PCOUP=6).power == 6000
    assert conditions(PREF=9, PCOUP=0).power == 9000
    assert conditions(PREF=0).power == DEFAULT_SUPPLY


def test_a_current_is_that_of_each_phase_and_of_three_until_they_are_known() -> None:
    def told(*labels: str) -> tuple[int | None, int]:
        given = conditions(*labels, ISOUSC=30)
        return given.phases, given.power

    assert told() == (None, 18_000)
    assert told("IINST1") == (1, 6000)
    assert told("IINST1", "IINST3") == (3, 18_000)
    assert told("IINST1", "UMOY2") == (1, 6000)  # which a meter of before has sent


def test_a_meter_from_before_linky_limits_nothing() -> None:
    told = conditions(PREF=9)
    told.identify(ELECTRONIC)
    assert told.power == DEFAULT_SUPPLY
    told.identify(LINKY)
    assert told.power == 9000


def test_a_phase_may_draw_its_third_and_an_export_what_the_largest_supply_may() -> None:
    told, standard = conditions("SINSTS1", PREF=9), CATALOGUE[Mode.STANDARD]
    assert told.limit(standard["SINSTS1"]) == 9000
    told = conditions("SINSTS1", "SINSTS2", PREF=9)
    assert told.limit(standard["SINSTS1"]) == 3000
    assert told.limit(standard["SINSTS"]) == 9000
    assert told.limit(standard["SINSTI"]) == DEFAULT_SUPPLY


@pytest.mark.parametrize(
    ("gain", "seconds", "can"),
    [
        (41_000, 3600, True),  # 40 kW for an hour, and a kWh by which what is kept may be off
        (41_001, 3600, False),
        (1_000, 0, True),
        (1_001, 0, False),
        (1_000, -3600, True),
        (-1_000, 3600, True),
        (-1_001, 3600, False),
    ],
)
def test_an_index_gains_no_more_than_a_house_draws_for_hours(
    gain: float, seconds: float, *, can: bool
) -> None:
    assert can_follow(5_000, 5_000 + gain, seconds) is can
