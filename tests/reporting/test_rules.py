"""The rules: what has one, and that none of them contradicts itself."""

import pytest

from custom_components.linky_tic.const import DEFAULT_REPORTING
from custom_components.linky_tic.reporting.rules import (
    ACTIVE_POWER,
    LOAD,
    PHASE_POWER,
    POWER_MARGIN,
    READ_INTERVALS,
    REPORTING_RULES,
    Preset,
    ReportingRule,
    rule_name,
)
from custom_components.linky_tic.tic import LABELS, Quantity


@pytest.mark.parametrize("preset", Preset)
def test_no_rule_may_tell_earlier_than_it_must(preset: Preset) -> None:
    assert all(0 < rule.shortest <= rule.longest for rule in REPORTING_RULES[preset].values())


def test_a_port_is_read_more_often_than_any_rule_asks() -> None:
    assert READ_INTERVALS == {
        Preset.REALTIME: 0.06,
        Preset.BALANCED: 0.25,
        Preset.ECONOMY: 0.5,
    }


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(424, 120), (425, 1), (400, 120), (375, 1), (376, 120), (None, 1), ("a", 1)],
)
def test_a_change_of_as_much_as_the_rule_says_is_told_soon(
    now: int | str | None, seconds: float
) -> None:
    rule = REPORTING_RULES[Preset.BALANCED][Quantity.IMPORTED_POWER]
    assert rule.due(400, 7.0, now) == 7 + seconds


def test_where_any_change_is_worth_telling_none_is_not() -> None:
    rule = ReportingRule(0, 1, 5)
    assert [rule.due("a", 0.0, now) for now in ("a", "b", 1)] == [5, 1, 1]
    assert [rule.due(4, 0.0, now) for now in (4, 5, "a")] == [5, 1, 1]


def test_a_phase_and_no_export_has_the_rule_of_phases() -> None:
    names = {"SINSTS": Quantity.IMPORTED_POWER, "SINSTS1": PHASE_POWER, "URMS1": Quantity.VOLTAGE}
    assert {name: rule_name(LABELS[name]) for name in names} == names
    assert Preset("of a later release") is Preset(DEFAULT_REPORTING)


@pytest.mark.parametrize("preset", Preset)
@pytest.mark.parametrize("rule", [ACTIVE_POWER, POWER_MARGIN, LOAD])
def test_what_is_derived_follows_within_five_seconds(preset: Preset, rule: str) -> None:
    assert REPORTING_RULES[preset][rule].shortest <= 5


def test_alarms_have_no_rule() -> None:
    assert not any(Quantity.OVERRUN_CURRENT in rules for rules in REPORTING_RULES.values())
