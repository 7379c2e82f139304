"""What is kept of the indexes is written in time, and follows an entity to its new id."""

from datetime import timedelta
from hashlib import sha256
import time
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.history.indexes import async_setup_history, history_of
from custom_components.linky_tic.tic import LABELS

from ..home import complaints

METER: Final = "041961000000"
QUARTER: Final = 900


async def test_a_start_is_written_at_once_and_values_a_quarter_of_an_hour_later(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass.loop, "time", lambda: time.time())  # noqa: PLW0108 - frozen
    await async_setup_history(hass)
    history = history_of(hass)

    async def kept(after: float) -> dict[str, Any]:
        freezer.tick(timedelta(seconds=after))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        stored = hass_storage.get("linky_tic.history")
        assert stored is None or stored["version"] == 3
        return stored["data"]["heard"] if stored else {}

    meter = sha256(METER.encode()).hexdigest()[:16]
    east, third = f"{meter}.total_energy", f"{meter}.supplier_energy_3"
    history.shown("sensor.east", METER, LABELS["EAST"], 5)
    assert await kept(0) == {east: 5}
    history.shown("sensor.east", METER, LABELS["EAST"], 6)
    assert await kept(QUARTER - 100) == {east: 5}
    history.shown("sensor.east", METER, LABELS["EAST"], 7)  # it does not wait for longer
    assert await kept(99) == {east: 5}
    assert await kept(1) == {east: 7}
    history.heard("sensor.easf03", METER, LABELS["EASF03"], 3)
    assert await kept(0) == {east: 7, third: 3}
    history.heard("sensor.easf03", METER, LABELS["EASF03"], 4)
    assert await kept(QUARTER - 1) == {east: 7, third: 3}
    assert await kept(1) == {east: 7, third: 4}


async def test_a_statistic_follows_its_entity_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await async_setup_history(hass)
    entities = er.async_get(hass)
    sensor = entities.async_get_or_create("sensor", DOMAIN, f"{METER}_EAST")
    history_of(hass).shown(sensor.entity_id, METER, LABELS["EAST"], 5)
    entities.async_update_entity(sensor.entity_id, name="East")
    entities.async_update_entity(sensor.entity_id, new_entity_id="sensor.east")
    await hass.async_block_till_done()
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    counters = hass_storage["linky_tic.history"]["data"]["counters"]
    assert {name: one["is_moved"] for name, one in counters.items()} == {"sensor.east": True}
    assert complaints(caplog) == []
