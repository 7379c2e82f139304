"""A household sees the highest power of its day and month, and what that is of its subscription."""

from datetime import datetime
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
import pytest

from custom_components.linky_tic.const import CONF_REPORTING
from custom_components.linky_tic.reporting.rules import Preset
from simulator import Household

from ..home import KNOWN, Home, Meter, complaints
from ..test_unusual_meters import Says
from ..tic.streams import standard

KEYS: Final = ("peak_today", "peak_month", "subscription_use_today", "subscription_use_month")


def house(watts: int, start: str, **options: Any) -> Household:  # noqa: ANN401 - the simulator's
    """A house that draws one power and nothing else, since long before."""
    made = Household(living=False, breaker=False, start=start, **options)
    made.set_load(watts)
    return made


async def hears(home: Home, lives: Household, preset: Preset = Preset.REALTIME) -> Meter:
    """Hear a house at its own time, which is what our clock shows too."""
    home.clock.now = lives.now.timestamp()
    meter = home.meter(lives)
    await home.add(meter, lives.address, options={CONF_REPORTING: preset.value})
    await meter.play()
    return meter


async def goes_on(home: Home, meter: Meter, lives: Household, moment: str, watts: int) -> None:
    """Let time pass until a legal time, at another power, and hear some frames."""
    lives.set_load(watts)
    seconds = (datetime.fromisoformat(moment) - lives.local_now).total_seconds()
    home.clock.now += seconds
    lives.advance(seconds)
    await meter.play(KNOWN)


def values(home: Home) -> tuple[float, ...]:
    return tuple(float(home.value(key) or "nan") for key in KEYS)


async def test_standard_has_the_meter_s_own_maximum(home: Home) -> None:
    lives = house(4500, "2026-11-28T12:00:00")
    meter = await hears(home, lives)
    await goes_on(home, meter, lives, "2026-11-28T13:00:00", 4500)
    peak = int(lives.truth["SMAXSN"])
    assert home.value("smaxsn") == str(peak)
    assert values(home) == (peak, max(peak, int(lives.truth["SMAXSN-1"])), *values(home)[2:])
    assert values(home)[2] == pytest.approx(100 * peak / 9000, abs=0.06)


async def test_a_new_day_starts_anew_and_a_new_month_too(home: Home) -> None:
    lives = house(6300, "2026-11-29T22:00:00")
    meter = await hears(home, lives)
    await goes_on(home, meter, lives, "2026-11-29T23:00:00", 6300)
    sunday = values(home)[0]
    assert sunday > 6000
    await goes_on(home, meter, lives, "2026-11-30T08:00:00", 300)
    await goes_on(home, meter, lives, "2026-11-30T23:30:00", 900)
    assert values(home)[:2] == (int(lives.truth["SMAXSN"]), sunday)
    await goes_on(home, meter, lives, "2026-12-01T00:00:10", 900)
    assert values(home)[0] == values(home)[1] == int(lives.truth["SMAXSN"]) < 1000


async def test_the_month_s_peak_tells_its_day(home: Home) -> None:
    lives = house(6300, "2026-11-27T22:00:00")
    meter = await hears(home, lives)
    await goes_on(home, meter, lives, "2026-11-27T23:00:00", 6300)
    await goes_on(home, meter, lives, "2026-11-28T12:00:00", 300)
    state = home.hass.states.get("sensor.linky_peak_month")
    assert state
    assert str(state.attributes["date"]) == "2026-11-27"


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_the_month_s_peak_outlives_a_restart(home: Home, mode: str) -> None:
    lives = house(6300, "2026-11-27T22:00:00", mode=mode)
    meter = await hears(home, lives)
    await goes_on(home, meter, lives, "2026-11-27T23:00:00", 6300)
    month = values(home)[1]
    await goes_on(home, meter, lives, "2026-11-29T12:00:00", 300)
    await home.restart(meter)
    assert home.value("peak_month") == "unavailable"
    await meter.play(KNOWN)
    assert values(home)[1] == month > 6000
    assert values(home)[0] < 1000


async def test_historique_keeps_what_it_has_heard_today_across_a_restart(home: Home) -> None:
    lives = house(3000, "2026-11-27T10:00:00", mode="historic")
    meter = await hears(home, lives)
    lives.set_load(500)
    await meter.play(KNOWN)
    assert values(home)[:2] == (3000, 3000)
    await home.restart(meter)
    await meter.play(KNOWN)
    assert values(home)[:2] == (3000, 3000)
    assert values(home)[2:] == (33.3, 33.3)


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_a_new_day_is_told_at_once(home: Home, mode: str) -> None:
    lives = house(900, "2026-11-30T23:59:30", mode=mode)
    meter = await hears(home, lives, Preset.ECONOMY)
    assert values(home)[1] > values(home)[0] - 1
    lives.set_load(300)
    await goes_on(home, meter, lives, "2026-11-30T23:59:50", 300)
    await meter.play(16)
    assert lives.local_now.day == 1
    lowered = int(lives.truth.get("SMAXSN", "300"))
    assert values(home)[:2] == pytest.approx((lowered, lowered), abs=10)


async def test_peaks_are_back_with_the_line(home: Home) -> None:
    lives = house(3000, "2026-11-27T10:00:00")
    meter = await hears(home, lives, Preset.ECONOMY)
    peaks = values(home)
    await meter.fall_silent()
    assert home.value("peak_today") == "unavailable"
    await meter.send(meter.source.next().data[:-20])
    assert home.value("peak_today") == "unknown"
    await meter.play(2)
    assert values(home) == peaks


async def test_a_peak_of_a_day_before_a_gap_is_not_today_s(home: Home) -> None:
    lives = house(3000, "2026-11-27T10:00:00", mode="historic")
    meter = await hears(home, lives)
    await home.unload(meter)
    home.clock.now += 86_400
    lives.set_load(500)
    lives.advance(86_400)
    await home.restart(meter)
    await meter.send(meter.source.next().data[:-20])
    assert home.value("peak_today") == "unknown"
    await meter.play(KNOWN)
    assert values(home)[:2] == (500, 3000)


async def test_a_power_without_the_end_of_its_frame_is_not_used(home: Home) -> None:
    lives = house(3000, "2026-11-27T10:00:00", mode="historic")
    meter = await hears(home, lives)
    lives.set_load(8000)
    lives.advance(2)
    await meter.send(meter.source.next().data[:-20])
    await meter.fall_silent()
    home.clock.now += 86_400
    lives.set_load(500)
    lives.advance(86_400)
    await meter.play(KNOWN)
    assert values(home)[:2] == (500, 3000)


async def test_a_meter_that_tells_no_power_has_no_peaks(home: Home) -> None:
    await home.hears(Says(standard(("PREF", "09"), ("EAST", "000001234"))))
    assert [home.hass.states.get(f"sensor.linky_{key}") for key in KEYS] == 4 * [None]


async def test_a_maximum_that_the_meter_dates_yesterday_is_not_today_s(home: Home) -> None:
    stale = (("DATE", "", "H261123180000"), ("PREF", "09"), ("SMAXSN", "04870", "H261122074318"))
    await home.hears(Says(standard(*stale)))
    assert [home.value(key) for key in KEYS] == 4 * ["unknown"]


@pytest.mark.parametrize("options", [{"phases": 3}, {"pilot": True}, {"mode": "historic"}])
async def test_every_kind_of_meter_has_peaks(
    home: Home, options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    lives = house(3000, "2026-11-27T10:00:00", **options)
    meter = await hears(home, lives)
    await goes_on(home, meter, lives, "2026-11-27T11:00:00", 3000)
    assert values(home)[1] >= values(home)[0] >= 2990
    assert values(home)[2] == pytest.approx(100 * values(home)[0] / lives.pcoup / 1000, abs=0.06)
    assert not complaints(caplog)


async def test_the_peak_sensors(home: Home) -> None:
    await home.hears(Household())
    peak = home.registered("sensor.linky_peak_month")
    assert peak.original_device_class == SensorDeviceClass.APPARENT_POWER
    assert peak.unit_of_measurement == "VA"
    assert home.registered("sensor.linky_subscription_use_month").unit_of_measurement == "%"
    assert not peak.disabled
