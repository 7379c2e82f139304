"""What the releases before have kept of the indexes is taken over: nothing is counted twice."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.history.indexes import async_setup_history, history_of
from custom_components.linky_tic.history.migration import from_version_1
from custom_components.linky_tic.tic import LABELS

METER: Final = "0123"
BASE: Final = "sensor.linky_base"
MONTHS: Final = 90 * 86400.0


def _register(by: str, value: int | None, *, is_hidden: bool = False) -> dict[str, Any]:
    return {"by": by, "value": value, "at": 60.0, "is_hidden": is_hidden}


def _supplier(by: str, *values: int, is_hidden: bool) -> dict[str, Any]:
    return {
        f"{METER}.supplier_energy_{number}": _register(by, value, is_hidden=is_hidden)
        for number, value in enumerate((*values, *[0] * (10 - len(values))), start=1)
    }


async def _upgraded(hass: HomeAssistant, storage: dict[str, Any], kept: dict[str, Any]) -> Counting:
    key = "linky_tic.history"
    storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": kept}
    await async_setup_history(hass)
    return history_of(hass)._counting


def _gains(counting: Counting, values: dict[str, int], now: float) -> dict[str, int]:
    """Show labels of Standard for the first time; give what each gains by its row."""
    for name, value in values.items():
        counting.shown(name, METER, LABELS[name], value, now)
    return {name: counting.compiled(name, value) for name, value in values.items()}


async def test_a_total_goes_on(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """BASE has counted the total from 900 to 950, after two registers of 450."""
    entities = er.async_get(hass)
    entities.async_get_or_create(
        "sensor", DOMAIN, f"{METER}_BASE", suggested_object_id="linky_base"
    )
    for key in ("PAPP", "energy_today"):  # what is no index
        entities.async_get_or_create("sensor", DOMAIN, f"{METER}_{key}")
    kept = {
        "registers": {
            **_supplier(BASE, 450, 450, is_hidden=True),
            f"{METER}.supplier_energy": _register(BASE, 950),
            f"{METER}.distributor_energy_1": _register(BASE, None),
        },
        "counters": {BASE: {"meter": METER, "shown": 950, "heard": 950}},
        "starts": {},
    }
    counting = await _upgraded(hass, hass_storage, kept)
    of_suppliers = {f"{METER}.supplier_energy_{number}" for number in range(1, 11)}
    assert counting.counted.keys() == counting.heard.keys() == of_suppliers
    assert counting.covered == {f"{METER}.supplier_energy_{one}": None for one in range(1, 11)}
    assert not counting.shown(BASE, METER, LABELS["BASE"], 960, 120)
    assert counting.compiled(BASE, 960) == 10
    gains = _gains(counting, {"EASF01": 500, "EASF02": 465}, 180)
    assert sum(gains.values()) == 965 - 960


async def test_a_total_of_which_nobody_knows_the_label_starts_where_it_was(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    start = {"at": 60.0, "first": 905, "begin": 900, "counted": 100, "taken_from": ""}
    bare = {"at": 60.0, "first": 7, "begin": None, "counted": None, "taken_from": ""}
    kept = {
        "registers": {
            **_supplier(BASE, 450, 450, is_hidden=True),
            f"{METER}.supplier_energy": _register(BASE, 950),
        },
        "counters": {BASE: {"meter": METER, "shown": 950, "heard": 950}},
        "starts": {BASE: [start], "sensor.linky_hchc": [bare]},
    }
    counting = await _upgraded(hass, hass_storage, kept)
    assert counting.shown(BASE, METER, LABELS["BASE"], 960, 120)
    assert counting.compiled(BASE, 960) == 10


async def test_register_1_does_not_become_the_total(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """After months off BASE shows more than all registers together had."""
    entities = er.async_get(hass)
    entities.async_get_or_create(
        "sensor", DOMAIN, f"{METER}_BASE", suggested_object_id="linky_base"
    )
    kept = {
        "registers": {
            **_supplier("sensor.linky_hchp", 1319, 2810, is_hidden=False),
            f"{METER}.supplier_energy_1": _register(BASE, 1319),
            f"{METER}.supplier_energy": _register("", 4129),
        },
        "counters": {BASE: {"meter": METER, "shown": 1319, "heard": 1319}},
        "starts": {},
    }
    counting = await _upgraded(hass, hass_storage, kept)
    assert not counting.shown(BASE, METER, LABELS["BASE"], 9456, MONTHS)
    counting.compiled(BASE, 9456)
    assert _gains(counting, {"EASF01": 9460, "EASF02": 2810}, MONTHS) == {"EASF01": 4, "EASF02": 0}


@pytest.mark.parametrize(("total", "ahead"), [(950, 50), (900, 0), (890, 0)])
def test_a_total_has_counted_what_it_is_ahead_of_its_registers(total: int, ahead: int) -> None:
    registers = {
        **_supplier(BASE, 450, 450, is_hidden=True),
        f"{METER}.supplier_energy": _register(BASE, total),
    }
    kept = from_version_1({"registers": registers, "counters": {}, "starts": {}}, {})
    assert kept["hidden"] == {f"{METER}.supplier_energy": ahead}


async def test_what_nobody_can_read_is_forgotten(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    counting = await _upgraded(hass, hass_storage, {"registers": {"?": "?"}})
    assert counting == Counting()


async def test_what_version_2_has_kept_goes_on(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """EASF01 has shown what Historique counted since; HCHC has no row yet."""
    counter = {"meter": METER, "heard": 150, "at": 60.0, "register": "supplier_energy_1"}
    kept = {
        "registers": {f"{METER}.supplier_energy_1": 160, f"{METER}.total_energy": 150},
        "hidden": {f"{METER}.total_energy": {"counted": 10, "registers": ["total_energy"]}},
        "counters": {
            "EASF01": {**counter, "label": "EASF01", "shown": 150},
            "HCHC": {**counter, "label": "HCHC", "shown": 160, "heard": 160},
        },
        "starts": {"HCHC": [{"first": 155, "begin": 150, "counted": None}]},
    }
    key = "linky_tic.history"
    hass_storage[key] = {"version": 2, "minor_version": 1, "key": key, "data": kept}
    await async_setup_history(hass)
    gains = _gains(history_of(hass)._counting, {"HCHC": 165, "EASF01": 170, "EAST": 170}, 120)
    assert gains == {"HCHC": 5, "EASF01": 5, "EAST": 5}
