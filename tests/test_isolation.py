"""Whatever fails in the rooms of a meter, its readings are shown, and the log says so once."""

from inspect import iscoroutinefunction
from typing import Final

from homeassistant.config_entries import ConfigEntryState
import pytest

from custom_components import linky_tic
from custom_components.linky_tic import calendar, sensor
from custom_components.linky_tic.coordinator import LinkyCoordinator
from custom_components.linky_tic.cost.costs import Costs
from custom_components.linky_tic.health.monitor import HealthMonitor
from custom_components.linky_tic.mirror import Mirror
from custom_components.linky_tic.power.active_power import ActivePower
from custom_components.linky_tic.power.peaks import Peaks
from custom_components.linky_tic.schedule.days import Days
from custom_components.linky_tic.season.days import SeasonDays
from custom_components.linky_tic.tariff.tariffs import Tariffs
from custom_components.linky_tic.tic import Label
from simulator import Household

from .home import ADDRESS, KNOWN, OTHER_ADDRESS, Home

FAILING: Final[dict[str, list[tuple[object, str]]]] = {
    "what is done at the start": [
        (Costs, "restore"),
        (Days, "restore"),
        (HealthMonitor, "async_look_for_console"),
        (Mirror, "async_start"),
        (Peaks, "restore"),
        (SeasonDays, "restore"),
        (Tariffs, "name_of"),
        (Tariffs, "restore"),
        (calendar, "async_setup_entry"),
        (linky_tic, "async_register_dashboard"),
        (linky_tic, "report_former_names"),
    ],
    "what listens": [
        (ActivePower, "_end_frame"),
        (Costs, "_end_frame"),
        (Days, "_end_frame"),
        (HealthMonitor, "_report_contract"),
        (HealthMonitor, "report_silence"),
        (HealthMonitor, "report_mode"),
        (HealthMonitor, "report_other_meter"),
        (HealthMonitor, "_update"),
        (LinkyCoordinator, "_store_settings"),
        (Mirror, "_end_frame"),
        (Mirror, "_report_lost"),
        (Peaks, "_frame"),
        (Peaks, "_reset"),
        (Tariffs, "_end_frame"),
    ],
    "what is done at the end": [
        (Costs, "store"),
        (HealthMonitor, "_delete_issues"),
        (Mirror, "async_stop"),
    ],
}


@pytest.mark.parametrize("what", FAILING)
async def test_what_fails_takes_no_reading_down(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("of our own making")

    async def fail_later(*_: object) -> None:
        fail()

    async def shows(*labels: str) -> None:
        await meter.play(2 * KNOWN)
        for label in labels:
            true = int(house.truth[label])
            assert float(home.value(label.lower()) or "nan") in {true, true / 1000}

    for owner, name in FAILING[what]:
        is_async = iscoroutinefunction(getattr(owner, name))
        monkeypatch.setattr(owner, name, fail_later if is_async else fail)
    house = Household(contract="hphc", living=False)
    meter = home.meter(house)
    entry = await home.add(meter)
    await shows("EAST", "SINSTS")
    house.set_load(5000)
    await shows("EAST", "SINSTS")
    await home.minutes(1)
    house.replace_meter(OTHER_ADDRESS, 1_000)
    await meter.play()
    assert home.value("east") == "unavailable"
    house.replace_meter(ADDRESS, 27_103_549)
    await shows("EAST", "SINSTS")
    await meter.fall_silent()
    assert home.value("east") == "unavailable"
    await shows("EAST")
    house.switch_mode("historic")
    await shows("PAPP", "HCHC")
    await home.restart(meter)
    await shows("PAPP", "HCHC")
    await home.unload(meter)
    assert (entry.state, meter.is_open) == (ConfigEntryState.NOT_LOADED, False)
    raised = [one.getMessage() for one in caplog.records if one.exc_info]
    assert len(raised) >= len(FAILING[what])


async def test_a_sensor_that_cannot_be_made_takes_no_other_down(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(label: Label, coordinator: LinkyCoordinator) -> bool:
        if label.name == "SINSTS":
            raise RuntimeError("of our own making")
        return is_on(label, coordinator)

    is_on = sensor._is_on_by_default
    monkeypatch.setattr(sensor, "_is_on_by_default", fail)
    meter = await home.hears(Household(living=False))
    await home.restart(meter)  # it makes those that are known by now at once
    await meter.play(KNOWN)
    assert home.value("sinsts") is None
    assert home.value("east") not in {None, "unknown", "unavailable"}
    assert len([one for one in caplog.records if one.exc_info]) == 2
