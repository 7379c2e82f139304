"""What counts is on from then on; what a person has turned off stays off."""

from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Household
from simulator.line import Line

from ..home import Home
from ..test_coordinator import Lacking

pytestmark = pytest.mark.usefixtures("as_delivered")


def disable(home: Home, entity_id: str, by: er.RegistryEntryDisabler) -> None:
    er.async_get(home.hass).async_update_entity(entity_id, disabled_by=by)


async def test_a_register_that_counts_for_the_first_time_is_enabled(home: Home) -> None:
    house = Household(start="2026-11-23T21:58:00")
    meter = await home.hears(house)
    assert home.registered("sensor.linky_easf02").disabled
    house.change_contract("hphc")
    await meter.play()
    assert not home.registered("sensor.linky_easf02").disabled
    assert home.registered("sensor.linky_easf03").disabled
    await home.restart(meter)
    await meter.play()
    assert home.value("easf02") == str(int(house.truth["EASF02"]) / 1000)


async def test_a_register_disabled_by_the_user_stays_disabled(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    disable(home, "sensor.linky_easf02", er.RegistryEntryDisabler.USER)
    house.change_contract("hphc")
    await meter.play()
    entity = home.registered("sensor.linky_easf02")
    assert entity.disabled_by is er.RegistryEntryDisabler.USER


async def test_a_register_known_to_count_at_the_next_start_is_enabled_then(home: Home) -> None:
    house = Household(contract="hphc")
    meter = await home.hears(house)
    disable(home, "sensor.linky_easf02", er.RegistryEntryDisabler.INTEGRATION)
    await home.restart(meter)
    await meter.play()
    assert not home.registered("sensor.linky_easf02").disabled


async def test_the_registers_of_a_contract_heard_late_are_enabled(home: Home) -> None:
    house = Household(contract="tempo", index=0)
    meter = await home.hears(Lacking(house, b"STGE", b"PJOURF+1", b"PPOINTE"))
    assert home.registered("sensor.linky_easf05").disabled
    meter.source = Line(house)
    await meter.play()
    assert not home.registered("sensor.linky_easf05").disabled
