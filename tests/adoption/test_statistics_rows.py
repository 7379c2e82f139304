"""What the rows and the unit of a statistic tell about it."""

from typing import Any, Final

from homeassistant.components.recorder.models import StatisticMeanType, StatisticMetaData
import pytest

from custom_components.linky_tic.adoption.adopting import AdoptionPlan
from custom_components.linky_tic.adoption.joining import HOUR, StatisticRow
from custom_components.linky_tic.adoption.records import Method
from custom_components.linky_tic.adoption.statistics_rows import History, _factor

PERIOD: Final = 300.0


def meta(unit: str | None, unit_class: str | None = "energy", *, has_sum: bool = True) -> Any:  # noqa: ANN401 - shortened
    return StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=has_sum,
        name=None,
        source="recorder",
        statistic_id="sensor.old",
        unit_class=unit_class,
        unit_of_measurement=unit,
    )


def rows(length: float, *starts: float) -> list[StatisticRow]:
    return [StatisticRow(start, start + length, sum=1.0) for start in starts]


def test_a_statistic_begins_with_its_first_row_and_continues_from_its_last_short_term_row() -> None:
    hours, short_term = (
        rows(HOUR, 0, HOUR, 2 * HOUR),
        rows(PERIOD, 3 * HOUR, 3 * HOUR + PERIOD, 12_000),
    )
    both = History(meta("kWh"), hours, short_term)
    assert (both.first, both.last) == (hours[0], short_term[-1])
    by_hour = History(meta("kWh"), hours, [])
    assert (by_hour.first, by_hour.last) == (hours[0], hours[-1])
    by_period = History(meta("kWh"), [], short_term)
    assert (by_period.first, by_period.last) == (short_term[0], short_term[-1])


def test_short_term_rows_are_inserted_for_the_inserted_hours_only() -> None:
    """The last hour before ours is not inserted, nor are its 5-minute rows."""
    old = History(
        meta("kWh"), rows(HOUR, 0, HOUR, 2 * HOUR), rows(PERIOD, *range(0, 4 * 3600, 300))
    )
    ours = History(meta("kWh"), rows(HOUR, 3 * HOUR), [])
    entity: Any = None  # is not asked
    plan = AdoptionPlan(entity, "sensor.old", old, ours, old.hours[:2], 1, None, {}, Method.IMPORT)
    assert [row.start for row in plan.short_term] == [*range(0, 2 * 3600, 300)]


@pytest.mark.parametrize(
    ("of", "unit", "factor"),
    [
        (meta("kWh"), "Wh", 0.001),
        (meta("Wh"), "kWh", 1000.0),
        (meta("kWh", None), "MWh", 1000.0),
    ],
)
def test_a_unit_is_converted_to_that_of_a_statistic(
    of: StatisticMetaData, unit: str | None, factor: float
) -> None:
    assert _factor(of, unit) == pytest.approx(factor)


def test_only_a_sum_of_energy_has_a_kwh() -> None:
    kilos = [
        History(one, [], []).per_kwh
        for one in (
            meta("Wh"),
            meta("varh", "reactive_energy"),
            meta("kWh", has_sum=False),
            meta("m³", "volume"),
            meta(None, None),
        )
    ]
    assert kilos == [pytest.approx(1000), pytest.approx(1000), None, None, None]
