"""Watts in Home Assistant: what a meter counts becomes what is drawn, or given back, now."""

from typing import Any, Final

from homeassistant.components.sensor import ATTR_STATE_CLASS, SensorDeviceClass, SensorStateClass
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT
import pytest

from custom_components.linky_tic.const import CONF_REPORTING
from simulator import Household
from simulator.faults import Garbage
from simulator.line import Line

from ..home import KNOWN, Home, Meter

WATTS: Final = "sensor.linky_active_power"
FACTOR: Final = "sensor.linky_power_factor"
MINUTE: Final = 70
"""Frames of a mono meter in Standard mode that are more than a minute."""


async def steady(home: Home, watts: int, frames: int = MINUTE, **options: Any) -> Meter:  # noqa: ANN401 - the simulator's
    steadily = Household(breaker=False, **options)
    steadily.set_load(watts, power_factor=0.9)
    return await home.hears(steadily, frames, steadily.address)


def house(meter: Meter) -> Household:
    assert isinstance(meter.source, Line)
    return meter.source.house


def watts(home: Home) -> float:
    state = home.state(WATTS)
    assert state is not None
    return float(state)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"phases": 3},
        {"pilot": True},
        {"contract": "tempo"},
        {"mode": "historic"},
        {"mode": "historic", "contract": "hphc"},
        {"mode": "historic", "contract": "tempo"},
        {"mode": "historic", "contract": "weekend"},
        {"mode": "historic", "phases": 3},
    ],
    ids=lambda options: " ".join(map(str, options.values())) or "mono",
)
async def test_the_active_power_is_known_after_a_minute(
    home: Home, options: dict[str, Any]
) -> None:
    await steady(home, 2000, **options)
    assert watts(home) == pytest.approx(2000, rel=0.06)


@pytest.mark.parametrize("load", [300, 2000, 8000])
async def test_the_active_power_is_known_on_a_line_without_parity_too(
    home: Home, load: int
) -> None:
    """There the gate believes an index late, and a fast one only now and then."""
    steadily = Household(breaker=False)
    steadily.set_load(load)
    await home.hears(Line(steadily, parity="stripped"), 2 * MINUTE)
    assert watts(home) == pytest.approx(load, rel=0.06)


async def test_the_energy_dashboard_accepts_the_sensor(home: Home) -> None:
    await steady(home, 2000)
    state = home.hass.states.get(WATTS)
    assert state
    assert state.attributes[ATTR_DEVICE_CLASS] == SensorDeviceClass.POWER
    assert state.attributes[ATTR_STATE_CLASS] == SensorStateClass.MEASUREMENT
    assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "W"
    assert 20 < state.attributes["window"] < 70


@pytest.mark.usefixtures("all_enabled")
async def test_the_power_factor_is_known_with_the_active_power(home: Home) -> None:
    await steady(home, 2000)
    assert float(home.state(FACTOR) or 0) == pytest.approx(0.9, abs=0.03)


async def test_exported_power_is_negative(home: Home) -> None:
    seller = Household(producer=True, breaker=False)
    seller.set_load(500)
    seller.set_solar(2500)
    await home.hears(seller, MINUTE)
    assert watts(home) == pytest.approx(-2000, rel=0.06)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("how", ["mode", "contract"])
async def test_the_power_stays_known_when_the_meter_no_longer_sends_its_export(
    home: Home, how: str, *, restarted: bool
) -> None:
    seller = Household(producer=True, breaker=False)
    seller.set_load(2000)
    seller.set_solar(0)
    meter = await home.hears(seller, MINUTE)
    assert watts(home) == pytest.approx(2000, rel=0.06)
    if how == "mode":
        seller.switch_mode("historic")
    else:
        seller.producer = False
    await meter.play(KNOWN)
    if restarted:
        await home.restart(meter)
    await meter.play(MINUTE)
    assert watts(home) == pytest.approx(2000, rel=0.06)


@pytest.mark.parametrize("options", [{}, {"mode": "historic"}, {"mode": "historic", "phases": 3}])
async def test_the_power_is_unknown_while_an_export_is_not_measured(
    home: Home, options: dict[str, Any]
) -> None:
    roof = Household(solar=3000, breaker=False, **options)
    roof.set_load(500)
    roof.set_solar(2500)
    await home.hears(roof, MINUTE, roof.address)
    assert home.state(WATTS) == "unknown"
    roof.set_load(4000)
    await home.meters[0].play(MINUTE)
    assert watts(home) == pytest.approx(1500, rel=0.06)


async def test_power_is_never_negative_without_export(home: Home) -> None:
    meter = await steady(home, 3000)
    house(meter).set_load(0)
    for _ in range(10):
        await meter.play(1)
        assert watts(home) >= 0
    assert watts(home) == 0


async def test_power_is_unknown_after_a_gap_and_comes_back(home: Home) -> None:
    meter = await steady(home, 3000)
    await meter.fall_silent()
    assert home.state(WATTS) == "unavailable"
    house(meter).advance(3600)
    home.clock.now += 3600
    await meter.play(3)
    assert home.state(WATTS) == "unknown"
    await meter.play(MINUTE)
    assert watts(home) == pytest.approx(3000, rel=0.06)


async def test_the_same_power_as_before_a_gap_is_shown_at_once(home: Home) -> None:
    meter = home.meter(Household(breaker=False))
    house(meter).set_load(0)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    await meter.play(MINUTE)
    assert watts(home) == 0
    await meter.fall_silent()
    await meter.play(2)
    assert watts(home) == 0


async def test_a_steady_power_makes_no_new_states(home: Home) -> None:
    meter = home.meter(Household(breaker=False))
    house(meter).set_load(2000)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    await meter.play(2 * MINUTE)
    told: list[str] = []
    home.hass.bus.async_listen("state_changed", lambda event: told.append(event.data["entity_id"]))
    await meter.play(60)
    assert told.count(WATTS) <= 1


async def test_an_index_that_appears_later_adds_no_power(home: Home) -> None:
    """Its whole value is not what was drawn between two frames."""
    steadily = Household(mode="historic", contract="hphc", breaker=False)
    steadily.set_load(2000)
    line = Line(steadily, script=[(0, Garbage("HCHC", "?", MINUTE // 2))])
    meter = await home.hears(line, MINUTE // 2)
    seen = set[str | None]()
    for _ in range(MINUTE):
        await meter.play(1)
        seen.add(home.state(WATTS))
    assert all(float(one or 0) < 2500 for one in seen - {"unknown"})
    assert watts(home) == pytest.approx(2000, rel=0.06)
