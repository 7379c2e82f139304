"""The schema and the response of the action that compares contracts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
import voluptuous as vol

from custom_components.linky_tic.comparison.comparison import Comparison
from custom_components.linky_tic.comparison.contracts import ContractCost, PricedContract
from custom_components.linky_tic.comparison.services import _COMPARE, _answer

DAY: Final = date(2026, 11, 1)
HOUR: Final = datetime(2026, 11, 1, tzinfo=UTC)
BASE: Final = {"name": "B", "prices": {"base": 0.2}}


def test_answers_are_rounded_to_cents_and_watt_hours_and_a_month_of_days_is_listed() -> None:
    known = ContractCost({"base": 1.23456, "peak": 0.0}, {"base": 0.98765}, 5.43219, 0.12345)
    unknown = known._replace(unknown_days=tuple(DAY + timedelta(days=n) for n in range(32)))
    hours = {HOUR: 1.00026, HOUR + timedelta(hours=1): 2.00026}
    last = DAY + timedelta(days=1)
    contract = PricedContract("X", {"base": 0.98765})
    answer = _answer(Comparison(DAY, last, hours, 46, 0.12349, known, [(contract, unknown)]))
    told = {
        "total": 6.65,
        "energy_cost": 1.22,
        "standing_charge": 5.43,
        "doubt": 0.12,
        "energy": {"base": 1.235, "peak": 0.0},
        "unpriced_tariffs": [],
        "unknown_days": 0,
        "first_unknown_days": [],
    }
    listed = {
        "total": None,
        "energy_cost": None,
        "unknown_days": 32,
        "first_unknown_days": [f"2026-11-{n:02}" for n in range(1, 31)] + ["2026-12-01"],
    }
    assert answer == {
        "first_day": "2026-11-01",
        "last_day": "2026-11-02",
        "hours": 2,
        "hours_missing": 46,
        "energy": 3.001,
        "energy_missing": 0.123,
        "in_force": told,
        "contracts": [{"name": "X", **told, **listed}],
    }


def asked(contract: dict[str, Any], **days: str) -> Any:  # noqa: ANN401 - a call
    return _COMPARE({"config_entry_id": "1", "contracts": contract, **days})


def test_a_contract_is_read_as_it_is_typed() -> None:
    typed = {
        "name": "Two",
        "prices": {"off_peak": "0", "peak": 0.25},
        "off_peak_hours": "0-1",
        "off_peak_days": ["mon", "sun"],
    }
    (contract,) = asked(typed)["contracts"]
    assert contract == PricedContract(
        "Two", {"off_peak": 0.0, "peak": 0.25}, 0.0, frozenset(range(60)), frozenset({0, 6})
    )
    with pytest.raises(vol.Invalid):
        asked({"name": "B", "prices": {"base": -0.01}})
    with pytest.raises(vol.Invalid, match="22:30-06:30"):
        asked({**typed, "off_peak_hours": "at night"})


def test_no_day_of_the_century_before_is_asked_for() -> None:
    for name in ("first_day", "last_day"):
        assert asked(BASE, **{name: "2000-01-01"})[name] == date(2000, 1, 1)
        with pytest.raises(vol.Invalid):
            asked(BASE, **{name: "1999-12-31"})
