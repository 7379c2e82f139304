"""Fixtures of the tests of the dialogs: an energy dashboard."""

from homeassistant.components.energy.data import EnergyManager, async_get_manager
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from ..bills import in_france


@pytest.fixture
def recorder_config() -> dict[str, int]:
    """Write to the database when a test settles: the harness has it do so at every state."""
    return {"commit_interval": 3600}


@pytest.fixture
async def manager(recorder_mock: Recorder, hass: HomeAssistant) -> EnergyManager:
    assert await async_setup_component(hass, "energy", {})
    await in_france(hass)
    return await async_get_manager(hass)
