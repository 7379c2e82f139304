"""The rules: what has one, and that none of them contradicts itself."""

import re
from typing import Final

import pytest

from custom_components.linky_tic.const import DEFAULT_REPORTING
from custom_components.linky_tic.reporting.rules import (
    ACTIVE_POWER,
    LOAD,
    PHASE_POWER,
    POWER_FACTOR,
    POWER_MARGIN,
    READ_INTERVALS,
    REPORTING_RULES,
    Preset,
    ReportingRule,
    rule_name,
)
from custom_components.linky_tic.tic import INDEXES, LABELS, Quantity

from ..pages import ROOT

# fmt: off
#                            REALTIME    BALANCED       ECONOMY
EXPECTED: Final[dict[str, tuple[tuple[float, float, float] | None, ...]]] = {
    Quantity.IMPORTED_POWER: (None,        (25, 1, 120),   (100, 5, 300)),
    PHASE_POWER:             (None,        (50, 5, 300),   (100, 60, 900)),
    ACTIVE_POWER:            ((10, 1, 10), (25, 5, 120),   (100, 5, 300)),
    POWER_MARGIN:            ((25, 1, 10), (25, 5, 120),   (100, 5, 300)),
    LOAD:                    ((1, 1, 10),  (1, 5, 120),    (2, 5, 300)),
    Quantity.CURRENT:        (None,        (2, 5, 600),    (3, 60, 900)),
    Quantity.VOLTAGE:        (None,        (3, 10, 600),   (5, 60, 900)),
    POWER_FACTOR:            (None,        (0.1, 60, 300), (0.1, 300, 900)),
    Quantity.CLOCK:          (None,        (0, 180, 180),  (0, 300, 300)),
}
# fmt: on
OF_THE_README: Final = re.compile(
    r"^\|[^|]+\| (?:(\d+)\s\w+|[^|]+) \| (?:(\d+)\ss \S+ )?(\d+)\smin \|$", re.MULTILINE
)
LIKE: Final[dict[str, set[Quantity]]] = {
    Quantity.IMPORTED_POWER: {Quantity.EXPORTED_POWER},
    Quantity.CLOCK: {*INDEXES, Quantity.IMPORTED_PEAK, Quantity.EXPORTED_PEAK},
}
"""What has the same rule."""


def test_how_much_and_how_often_each_rule_tells() -> None:
    for column, preset in enumerate((Preset.REALTIME, Preset.BALANCED, Preset.ECONOMY)):
        expected = {
            name: rules[column]
            for row, rules in EXPECTED.items()
            for name in (row, *LIKE.get(row, ()))
        }
        rules = REPORTING_RULES[preset].items()
        known = dict.fromkeys(expected) | {name: tuple(rule) for name, rule in rules}
        assert known == expected


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_the_readme_has_the_numbers_of_the_default(page: str) -> None:
    names = (Quantity.IMPORTED_POWER, ACTIVE_POWER, Quantity.CURRENT, Quantity.TOTAL_ENERGY)
    rules = [REPORTING_RULES[Preset(DEFAULT_REPORTING)][name] for name in names]
    said = [
        (int(change or 0), int(shortest or 60 * int(longest)), 60 * int(longest))
        for change, shortest, longest in OF_THE_README.findall((ROOT / page).read_text())
    ]
    assert said == rules


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
