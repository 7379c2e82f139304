"""The step that compares contracts: its form, how the input is parsed, and the table."""

from calendar import SATURDAY, SUNDAY
from datetime import date
import re
from typing import Any, Final

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest

from custom_components.linky_tic.comparison.comparison import Comparison
from custom_components.linky_tic.comparison.contracts import (
    ContractCost,
    PricedContract,
    read_slots,
)
from custom_components.linky_tic.setup import money_steps
from custom_components.linky_tic.setup.compare_steps import (
    _contracts,
    _read_days,
    _schema,
    _table,
)
from custom_components.linky_tic.setup.texts import async_load_sentences

from ..comparison.test_comparison import lived
from ..dialog import choose
from ..home import Home

TEMPO: Final = {
    f"tempo_{colour}_{hours}": 0.1
    for colour in ("blue", "white", "red")
    for hours in ("off_peak", "peak")
}
DOUBT: Final = (
    "- Tempo: 0.01 € at most may be wrong, since a tariff changes within an hour of the statistics."
)


@pytest.fixture(autouse=True)
async def _sentences(hass: HomeAssistant) -> None:
    hass.config.currency = "EUR"
    await async_load_sentences(hass)


def test_each_kind_of_contract_is_asked_for_its_prices_and_what_it_depends_on(
    hass: HomeAssistant,
) -> None:
    asked = {
        str(name): [str(key) for key in one.schema.schema]
        for name, one in _schema(hass).schema.items()
    }
    assert asked == {
        "contract_base": ["base", "standing_charge"],
        "contract_off_peak": ["off_peak", "peak", "standing_charge", "off_peak_hours", "weekend"],
        "contract_tempo": [*TEMPO, "standing_charge", "white", "red"],
    }
    assert not any(one.options["collapsed"] for one in _schema(hass).schema.values())


def test_contracts_are_read_as_they_are_typed(hass: HomeAssistant) -> None:
    base, off_peak, tempo = _contracts(
        hass,
        {
            "contract_base": {"base": "0,2", "standing_charge": "12"},
            "contract_off_peak": {
                "off_peak": "0.1",
                "peak": "0.3",
                "off_peak_hours": "22h30-6h30",
                "weekend": True,
            },
            "contract_tempo": {**dict.fromkeys(TEMPO, "0.1"), "red": "2026-11-28, 1/2/2027"},
        },
    )
    nothing: dict[str, list[date]] = {"blue": [], "white": [], "red": []}
    assert base == PricedContract("Base", {"base": 0.2}, 12.0, colours=nothing)
    assert off_peak == PricedContract(
        "Peak and off-peak",
        {"off_peak": 0.1, "peak": 0.3},
        0.0,
        read_slots("22:30-6:30"),
        frozenset({SATURDAY, SUNDAY}),
        nothing,
    )
    red = [date(2026, 11, 28), date(2027, 2, 1)]
    assert tempo == PricedContract("Tempo", TEMPO, 0.0, colours={**nothing, "red": red})


@pytest.mark.parametrize("text", ["28/11", "2026", "Monday", "2026-02-30"])
def test_what_is_no_day_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        _read_days(text)


async def test_the_dialog_says_what_cannot_be_read(home: Home) -> None:
    meter = await home.hears()
    assert meter.entry
    form = await choose(home.hass, meter.entry, "compare")
    assert (form["step_id"], form["last_step"], form["errors"]) == ("compare", False, None)
    assert form["description_placeholders"] == {"title": "Linky"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "no_contract"),
        ({"contract_base": {"standing_charge": "12"}}, "no_contract"),
        ({"contract_base": {"base": "free"}}, "no_amount"),
        ({"contract_off_peak": {"off_peak": "0.1", "peak": "0.2"}}, "no_slots"),
        ({"contract_off_peak": {"off_peak": "0.1", "weekend": True}}, "no_amount"),
        ({"contract_tempo": {**dict.fromkeys(TEMPO, "1"), "red": "Monday"}}, "no_days"),
        ({"contract_base": {"base": "0.2"}}, "compare_no_recorder"),
    ]
    for typed, error in wrong:
        configure = home.hass.config_entries.options.async_configure
        form = await configure(form["flow_id"], typed)
        assert form["errors"] == {"base": error}
        assert form["data_schema"]
        shown = {
            str(name): {
                str(key): key.description["suggested_value"]
                for key in one.schema.schema
                if key.description
            }
            for name, one in form["data_schema"].schema.items()
        }
        assert {name: values for name, values in shown.items() if values} == typed


def test_the_table_tells_the_contracts_and_below_it_what_is_not_sure(hass: HomeAssistant) -> None:
    prices = {"base": 0.2}
    base = PricedContract("Base", prices)
    tempo = PricedContract("Tempo", TEMPO)
    compared = Comparison(
        date(2026, 10, 19),
        date(2026, 11, 1),
        {},
        hours_missing=3,
        energy_missing=1.5,
        in_force=ContractCost({"off_peak": 10.0}, {}, 15.0, doubt=1.2349),
        others=[
            (base, ContractCost({"base": 100.0}, prices, 12.344, doubt=0.009)),
            (tempo, ContractCost({}, TEMPO, 14.0, doubt=0.01, unknown_days=(date(2026, 10, 19),))),
        ],
    )
    assert _table(hass, compared).splitlines() == [
        "From 2026-10-19 to 2026-11-01, at today’s prices, in €:",
        "",
        "| Contract | Energy | Standing charge | Total |",
        "|---|--:|--:|--:|",
        "| Your contract | – | 15.00 | – |",
        "| Base | 20.00 | 12.34 | 32.34 |",
        "| Tempo | – | 14.00 | – |",
        "",
        "- 3 hours are missing (1.50 kWh): they are in no sum.",
        "- Your contract: a price is missing.",
        DOUBT.replace("Tempo: 0.01", "Your contract: 1.23"),
        "- Tempo: the colour of 1 days is not known.",
        DOUBT,
    ]
    whole = compared._replace(hours_missing=0, in_force=ContractCost({}, {}, 0.0), others=[])
    assert _table(hass, whole).splitlines()[4:] == ["| Your contract | 0.00 | 0.00 | 0.00 |"]


async def test_the_options_show_a_table(recorder_mock: Recorder, home: Home) -> None:
    meter = await lived(home)
    assert meter.entry
    flow = home.hass.config_entries.options
    form = await choose(home.hass, meter.entry, "compare")
    assert form["last_step"] is False
    typed = {
        "contract_base": {"base": "0,2", "standing_charge": "12"},
        "contract_off_peak": {"off_peak": "0.17", "peak": "0.25", "off_peak_hours": "22h30-6h30"},
        "contract_tempo": {name: str(price) for name, price in TEMPO.items()},
    }
    shown = await flow.async_configure(form["flow_id"], typed)
    assert shown["step_id"] == "compared"
    table = str((shown["description_placeholders"] or {})["table"])
    assert table.count("\n|") == 6
    assert "| Tempo | – |" in table
    assert "the colour of" in table
    assert re.search(r"\| Base \| [\d.,]+ \| [\d.,]+ \| [\d.,]+ \|", table)
    assert not re.search(r"[.,]\d{3,} ", table)  # cents
    closed = await flow.async_configure(form["flow_id"], {"next_step_id": "finish"})
    assert closed["type"] == "create_entry"


async def test_a_meter_that_is_not_set_up_has_nothing_to_compare(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money_steps, "_MAX_WAIT", 0.0)
    meter = await home.hears()
    await home.unload(meter)
    assert meter.entry
    assert (await choose(home.hass, meter.entry, "compare"))["reason"] == "not_loaded"
