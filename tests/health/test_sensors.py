"""The counters of the line, which are available whether the meter is heard or not."""

from typing import Final

from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import EntityCategory
import pytest

from custom_components.linky_tic.health.sensors import LINE_COUNTERS
from custom_components.linky_tic.line import link
from simulator import Household
from simulator.faults import Damage, Garbage
from simulator.line import Line

from ..home import ADDRESS, KNOWN, Home
from ..test_translations import texts
from ..waiting import until

KEYS: Final = [counter.key for counter in LINE_COUNTERS]

pytestmark = pytest.mark.usefixtures("all_enabled")


async def counted(home: Home) -> dict[str, float]:
    """The states of the counters, a minute later."""
    await home.minutes()
    return {key: float(home.value(key) or "nan") for key in KEYS}


async def test_a_good_line_counts_good_groups_and_frames_alone(home: Home) -> None:
    house = Household()
    await home.hears(house)
    counts = await counted(home)
    assert counts.pop("good_groups") == KNOWN * len(house.truth)
    assert counts.pop("complete_frames") == KNOWN
    assert counts.pop("line_quality") == 100
    assert counts.pop("held_groups") > 0  # indexes, until the next frame bears them out
    assert set(counts.values()) == {0}


async def test_the_parity_of_a_noisy_line_is_counted(home: Home) -> None:
    meter = await home.hears(Line(Household(), noise=1e-3), 10)
    counts = await counted(home)
    assert counts["parity_errors"] > 10
    assert counts["parity_errors"] == meter.coordinator.receiver.wire.parity_errors
    assert 50 < counts["line_quality"] < 95
    assert counts["complete_frames"] < 10


async def test_checksums_are_counted_where_there_is_no_parity(home: Home) -> None:
    await home.hears(Line(Household(), noise=1e-3, parity="stripped"), 10)
    counts = await counted(home)
    assert counts["checksum_errors"] > 10
    assert counts["parity_errors"] == 0


async def test_groups_with_a_wrong_format_are_counted(home: Home) -> None:
    script = [(0, Garbage("SINSTS", "0123", frames=2))]
    await home.hears(Line(Household(), script=script))
    counts = await counted(home)
    assert counts["format_errors"] == 2
    assert counts["line_quality"] < 100


async def test_damaged_groups_are_format_errors_too(home: Home) -> None:
    await home.hears(Line(Household(), script=[(0, Damage(separator=0x09, becomes=0x08))]))
    assert (await counted(home))["format_errors"] == 1


async def test_held_groups_are_counted_and_do_not_lower_the_quality(home: Home) -> None:
    script = [(6, Garbage("EAST", "999999999"))]
    meter = await home.hears(Line(Household(living=False), script=script))
    before = await counted(home)
    await meter.play(6)
    after = await counted(home)
    assert after["held_groups"] > before["held_groups"]
    assert after["line_quality"] == 100


async def test_a_port_that_is_plugged_in_again_is_counted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_FIRST_WAIT", 0.05)
    monkeypatch.setattr(link, "_PATH_INTERVAL", 0.05)
    meter = await home.hears()
    meter.port.unplug()
    await until(lambda: meter.coordinator.link._port is None)
    meter.port.replug()
    await until(lambda: meter.coordinator.link.reconnections == 1)
    await meter.play()
    assert (await counted(home))["reconnections"] == 1


async def test_counters_are_updated_once_a_minute(home: Home) -> None:
    meter = await home.hears()
    before = home.value("good_groups")
    await meter.play()
    assert home.value("good_groups") == before
    assert str(int((await counted(home))["good_groups"])) != before


async def test_counters_stay_when_the_meter_does_not_speak(home: Home) -> None:
    meter = home.meter()
    await home.add(meter)
    assert home.value("line_quality") == "unknown"
    assert {home.value(key) for key in KEYS} == {"unknown", "0"}


async def test_what_the_counters_are(home: Home) -> None:
    await home.hears()
    for key in KEYS:
        entity = home.registered(f"sensor.linky_{key}")
        assert entity.unique_id == f"{ADDRESS}_{key}"
        assert entity.entity_category is EntityCategory.DIAGNOSTIC
        assert entity.original_name == texts("en")["entity"]["sensor"][key]["name"]
        is_share = key == "line_quality"
        kind = SensorStateClass.MEASUREMENT if is_share else SensorStateClass.TOTAL_INCREASING
        assert entity.capabilities == {"state_class": kind}
        assert entity.unit_of_measurement == ("%" if is_share else None)
        shown = entity.options["sensor"]["suggested_display_precision"]
        assert shown == (1 if is_share else 0)
