"""The rules: what has one, and that none of them contradicts itself."""

import pytest

from custom_components.linky_tic.reporting.rules import (
    ACTIVE_POWER,
    LOAD,
    POWER_MARGIN,
    READ_INTERVALS,
    REPORTING_RULES,
    Preset,
)
from custom_components.linky_tic.tic import Quantity


@pytest.mark.parametrize("preset", Preset)
def test_no_rule_may_tell_earlier_than_it_must(preset: Preset) -> None:
    assert all(0 < rule.shortest <= rule.longest for rule in REPORTING_RULES[preset].values())
    assert 0 < READ_INTERVALS[preset] < 1


@pytest.mark.parametrize("preset", Preset)
@pytest.mark.parametrize("rule", [ACTIVE_POWER, POWER_MARGIN, LOAD])
def test_what_is_derived_follows_within_five_seconds(preset: Preset, rule: str) -> None:
    assert REPORTING_RULES[preset][rule].shortest <= 5


def test_alarms_have_no_rule() -> None:
    assert not any(Quantity.OVERRUN_CURRENT in rules for rules in REPORTING_RULES.values())
