"""Somebody sets the clock of the machine, or the network does: what a meter says stays true."""

from homeassistant.helpers import issue_registry as ir
import pytest

from simulator import Household
from simulator.line import Line

from .home import Home, complaints

JUMPS = (3600.0, -3600.0, 86400.0, -86400.0)
FRAMES = 12
BEHIND = 0.050  # kWh: what a heavy load counts while the gate waits on a line without parity


@pytest.mark.parametrize("parity", ["even", "stripped"])
@pytest.mark.parametrize("jump", JUMPS)
async def test_indexes_and_powers_go_on(
    home: Home, caplog: pytest.LogCaptureFixture, jump: float, parity: str
) -> None:
    house = Household(contract="hphc")
    house.set_load(8000)
    meter = await home.hears(Line(house, parity=parity), frames=FRAMES)
    home.clock.ahead = jump
    for _ in range(3):
        await meter.play(FRAMES)
        east = float(home.value("east") or 0)
        assert 0 <= int(house.truth["EAST"]) / 1000 - east < BEHIND
        assert abs(int(home.value("sinsts") or 0) - 8000) < 800
    assert not ir.async_get(home.hass).issues
    assert complaints(caplog) == []


@pytest.mark.parametrize("jump", JUMPS)
async def test_no_power_is_made_of_a_jump(home: Home, jump: float) -> None:
    house = Household(contract="hphc")
    house.set_load(8000)
    meter = await home.hears(house, frames=60)
    home.clock.ahead = jump
    for _ in range(60):
        await meter.play(1)
        power = home.value("active_power")
        assert power == "unknown" or abs(float(power or 0) - 8000) < 1500


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_noisy_line_is_told_as_soon_as_without_a_jump(home: Home, jump: float) -> None:
    house = Household()
    meter = await home.hears(house)
    home.clock.ahead = jump
    meter.source = Line(house, noise=2e-3)
    for _ in range(11):
        await meter.play(3)
        await home.minutes()
    issues = {issue.translation_key for issue in ir.async_get(home.hass).issues.values()}
    assert issues == {"noisy_line"}


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_silence_is_told_as_soon_as_without_a_jump(home: Home, jump: float) -> None:
    await home.hears()
    home.clock.ahead = jump
    await home.minutes(3)
    assert not ir.async_get(home.hass).issues
    await home.minutes(3)
    issues = {issue.translation_key for issue in ir.async_get(home.hass).issues.values()}
    assert issues == {"silence"}
