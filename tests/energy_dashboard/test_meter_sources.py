"""Which sources of a meter can be added to a dashboard, and which existing ones get a price."""

from dataclasses import replace
from typing import Any, Final

import pytest

from custom_components.linky_tic.energy_dashboard.preferences import (
    _display_name,
    _is_other_meter,
    _statistics_of,
    _with_price,
)
from custom_components.linky_tic.energy_dashboard.sources import ImportedIndex, MeterSources

A, B = ImportedIndex(1, "a", "A"), ImportedIndex(2, "b", "B")
BOTH: Final = MeterSources((A, B), "e", "p")


def test_sources_can_be_limited_to_those_that_are_wanted() -> None:
    assert BOTH.preselected == BOTH
    assert not BOTH.is_production
    assert replace(BOTH, is_production=True).preselected == MeterSources(
        (), "e", None, is_production=True
    )
    assert BOTH.only({2}, exported=False) == MeterSources((B,), None, "p")
    assert BOTH.only((), exported=True) == MeterSources((), "e", None)


@pytest.mark.parametrize(
    ("used", "left"),
    [
        ({"x"}, BOTH),
        ({"a"}, MeterSources((B,), "e", None)),
        ({"p"}, MeterSources((A, B), "e", None)),
        ({"e"}, MeterSources((A, B), None, "p")),
        ({"a", "b", "e"}, MeterSources((), None, None)),
    ],
)
def test_sources_that_the_dashboard_has_are_left_out(used: set[str], left: MeterSources) -> None:
    assert BOTH.without(used) == left


def test_a_power_without_an_index_is_no_source() -> None:
    assert MeterSources((), "e", "p").without(()) == MeterSources((), "e", None)
    empty = [
        MeterSources((), None, "p"),
        MeterSources((), "e", None),
        MeterSources((A,), None, None),
    ]
    assert [one.is_empty for one in empty] == [True, False, False]


def grid(**more: Any) -> Any:  # noqa: ANN401 - as Home Assistant has it
    none = dict.fromkeys(
        (
            "stat_energy_from",
            "stat_energy_to",
            "entity_energy_price",
            "entity_energy_price_export",
        )
    )
    return {"type": "grid", **none, **more}


OURS: Final = [
    {"type": "solar", "stat_energy_from": "s"},
    grid(stat_energy_from="z"),
    grid(stat_energy_from="a", entity_energy_price="price"),
    grid(stat_energy_to="e", entity_energy_price_export="earned"),
]


@pytest.mark.parametrize(
    ("source", "given"),
    [
        (grid(stat_energy_from="a"), {"entity_energy_price": "price"}),
        (grid(stat_energy_to="e"), {"entity_energy_price_export": "earned"}),
        (grid(stat_energy_from="a", stat_energy_to="e"), {}),
        (grid(stat_energy_from="z"), {}),
        (grid(stat_energy_from="other"), {}),
        ({"type": "solar", "stat_energy_from": "a"}, {}),
        (grid(stat_energy_from="a", number_energy_price=0.2), {}),
        (grid(stat_energy_from="a", stat_cost="c"), {}),
    ],
)
def test_a_source_of_ours_without_a_price_is_given_one(
    source: Any,  # noqa: ANN401
    given: dict[str, str],
) -> None:
    assert _with_price(source, OURS) == source | given


def test_a_source_is_named_by_its_first_statistic_and_is_ours_by_its_index() -> None:
    nested = {"type": "grid", "stat_energy_from": None, "flow": {"stat_energy_to": "e"}, "stat_": 1}
    assert [*_statistics_of(nested)] == ["e"]
    assert [_display_name(nested), _display_name(nested | {"name": "N"}), _display_name({})] == [
        "e",
        "N",
        "",
    ]
    others = [
        _is_other_meter(one, {"a", "e"})
        for one in (
            grid(stat_energy_from="a"),
            grid(stat_energy_to="e"),
            grid(stat_energy_from="x", stat_energy_to="e"),
            grid(),
            {"type": "solar", "stat_energy_from": "x"},
        )
    ]
    assert others == [False, False, True, True, False]
