"""What today and this month have cost: over midnights, restarts, gaps, new prices and meters."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.components.sensor import ATTR_LAST_RESET, ATTR_STATE_CLASS
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNKNOWN,
)
import pytest

from ..bills import (
    MONTH,
    MONTHLY,
    OFF_PEAK,
    OPTIONS,
    PEAK,
    TODAY,
    amount,
    house,
    index,
    pass_time,
    pays,
    reprice,
    sleep,
)
from ..home import KNOWN, Home

FRANCE: Final = ZoneInfo("Europe/Paris")
DAILY: Final = MONTHLY / 30
"""Of November."""
EXACTLY: Final = 0.0002
"""What rounding to hundredths of a cent may hide."""


def since(home: Home, entity_id: str) -> datetime:
    state = home.hass.states.get(entity_id)
    assert state
    return datetime.fromisoformat(str(state.attributes[ATTR_LAST_RESET])).astimezone(FRANCE)


async def test_a_cost_is_money_that_begins_again_at_local_midnight(home: Home) -> None:
    await pays(home, "2026-11-23T18:00:00")
    for entity_id in (TODAY, MONTH):
        state = home.hass.states.get(entity_id)
        assert state
        assert state.attributes[ATTR_DEVICE_CLASS] == "monetary"
        assert state.attributes[ATTR_STATE_CLASS] == "total"
        assert state.attributes[ATTR_UNIT_OF_MEASUREMENT] == "EUR"
    assert since(home, TODAY) == datetime(2026, 11, 23, tzinfo=FRANCE)
    assert since(home, MONTH) == datetime(2026, 11, 1, tzinfo=FRANCE)


async def test_what_is_used_is_paid_at_the_price_of_its_register(home: Home) -> None:
    meter = await pays(home, "2026-11-23T22:28:00", watts=9000)
    off_peak, peak = index(meter, "EASF01"), index(meter, "EASF02")
    await meter.play(150)  # over the start of the off-peak hours
    used = index(meter, "EASF01") - off_peak, index(meter, "EASF02") - peak
    assert min(used) > 20
    expected = (used[0] * OFF_PEAK + used[1] * PEAK) / 1000
    assert amount(home, TODAY) == pytest.approx(DAILY + expected, abs=0.002)
    assert amount(home, MONTH) == pytest.approx(23 * DAILY + expected, abs=0.002)


async def test_a_day_begins_with_the_index_of_midnight(home: Home) -> None:
    meter = await pays(home, "2026-11-23T23:59:30", watts=9000)
    while house(meter).local_now.day == 23:
        await meter.play(1)
    midnight = index(meter, "EASF01")
    await meter.play(40)
    used = index(meter, "EASF01") - midnight
    assert used > 50
    assert amount(home, TODAY) == pytest.approx(DAILY + used * OFF_PEAK / 1000, abs=0.001)
    assert since(home, TODAY) == datetime(2026, 11, 24, tzinfo=FRANCE)
    assert since(home, MONTH) == datetime(2026, 11, 1, tzinfo=FRANCE)


@pytest.mark.parametrize("reporting", ["realtime", "balanced", "economy"])
async def test_a_day_begins_with_the_first_frame_after_midnight(home: Home, reporting: str) -> None:
    meter = await pays(home, "2026-11-23T23:59:00", watts=9000)
    await reprice(home, meter, reporting=reporting)
    while house(meter).local_now.day == 23:
        await meter.play(1)
    await meter.play(2)  # the frame that midnight fell in, and the first whole one
    assert since(home, TODAY) == datetime(2026, 11, 24, tzinfo=FRANCE)
    assert amount(home, TODAY) == pytest.approx(DAILY, abs=0.01)


async def test_a_month_begins_on_its_first_day(home: Home) -> None:
    meter = await pays(home, "2026-11-30T23:59:50", watts=0)
    assert amount(home, MONTH) == pytest.approx(MONTHLY, abs=0.01)
    await meter.play(20)
    assert since(home, MONTH) == datetime(2026, 12, 1, tzinfo=FRANCE)
    assert amount(home, MONTH) == amount(home, TODAY) == pytest.approx(MONTHLY / 31, abs=0.001)


async def test_what_is_used_while_home_assistant_is_off_is_counted(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    before, first = amount(home, TODAY), index(meter, "EASF02")
    await sleep(home, meter, "2026-11-23T13:00:00")
    used = index(meter, "EASF02") - first
    assert used > 14_000
    assert amount(home, TODAY) == pytest.approx(before + used * PEAK / 1000, abs=0.002)


async def test_a_night_without_home_assistant_is_shared_out_over_its_midnight(home: Home) -> None:
    meter = await pays(home, "2026-11-23T23:00:00")
    month = amount(home, MONTH)
    await sleep(home, meter, "2026-11-24T03:00:00")
    assert amount(home, TODAY) == pytest.approx(DAILY + 9 * OFF_PEAK, abs=0.01)
    assert amount(home, MONTH) == pytest.approx(month + DAILY + 12 * OFF_PEAK, abs=0.01)


async def test_what_was_not_stored_before_a_crash_is_counted(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    kept = meter.coordinator.store.recall("costs")
    assert kept
    before = amount(home, TODAY)
    first = index(meter, "EASF02")
    await meter.play(60)
    meter.coordinator.costs.store = lambda: None  # type: ignore[method-assign] # it crashes
    await sleep(home, meter, "2026-11-23T12:05:00")
    used = index(meter, "EASF02") - first
    assert amount(home, TODAY) == pytest.approx(before + used * PEAK / 1000, abs=0.003)


async def test_an_account_that_only_a_later_release_knows_is_left_out(
    home: Home, hass_storage: dict[str, dict[str, Any]]
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    entry, before = meter.coordinator.entry, amount(home, TODAY)
    await home.unload(meter)
    kept = hass_storage[f"linky_tic.{entry.entry_id}.memory"]["data"]["costs"]
    kept["accounts"]["EASF99"] = kept["accounts"]["EASF02"]
    await home.hass.config_entries.async_setup(entry.entry_id)
    await meter.play(12)
    assert amount(home, TODAY) == pytest.approx(before, abs=0.05)


async def test_accounts_are_stored_once_an_hour_and_when_home_assistant_stops(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=9000)
    kept = meter.coordinator.store.recall("costs")
    await meter.play(20)
    assert meter.coordinator.store.recall("costs") == kept
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.hass.async_block_till_done()
    stopped = meter.coordinator.store.recall("costs")
    assert isinstance(stopped, dict)
    accounts = stopped["accounts"]
    assert isinstance(accounts, dict)
    row = accounts["EASF02"]
    assert isinstance(row, list)
    assert row[0] == index(meter, "EASF02")


async def test_a_day_of_25_hours_is_one_day(home: Home) -> None:
    meter = await pays(home, "2026-10-24T23:59:50", watts=0)
    await meter.play(20)
    assert since(home, TODAY) == datetime(2026, 10, 25, tzinfo=FRANCE)
    await sleep(home, meter, "2026-10-25T23:59:00")
    assert since(home, TODAY) == datetime(2026, 10, 25, tzinfo=FRANCE)
    assert amount(home, TODAY) == pytest.approx(MONTHLY / 31, abs=0.01)
    await sleep(home, meter, "2026-10-26T00:01:00")
    assert since(home, TODAY) == datetime(2026, 10, 26, tzinfo=FRANCE)


async def test_a_new_price_counts_from_then_on(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    await sleep(home, meter, "2026-11-23T10:00:00")
    before, first = amount(home, TODAY), index(meter, "EASF02")
    await reprice(home, meter, prices={"1": OFF_PEAK, "2": 0.5})
    await sleep(home, meter, "2026-11-23T12:00:00")
    used = index(meter, "EASF02") - first
    assert amount(home, TODAY) == pytest.approx(before + used * 0.5 / 1000, abs=0.01)


async def test_a_new_standing_charge_counts_from_today_on(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00", watts=0)
    await reprice(home, meter, standing_charge=30.0)
    assert amount(home, TODAY) == pytest.approx(1, abs=0.01)
    assert amount(home, MONTH) == pytest.approx(22 * DAILY + 1, abs=0.01)


async def test_a_first_standing_charge_is_for_the_whole_month(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00", watts=0, standing_charge=None)
    assert amount(home, MONTH) == pytest.approx(0, abs=0.01)
    await reprice(home, meter, standing_charge=MONTHLY)
    assert amount(home, MONTH) == pytest.approx(23 * DAILY, abs=0.01)


async def test_first_prices_count_for_what_was_used_before_them(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    await reprice(home, meter, prices={}, standing_charge=0.0)
    first = index(meter, "EASF02")
    await sleep(home, meter, "2026-11-23T10:00:00")
    assert home.state(TODAY) == STATE_UNKNOWN
    before = index(meter, "EASF02") - first
    await reprice(home, meter, **OPTIONS)
    assert amount(home, TODAY) == pytest.approx(DAILY + before * PEAK / 1000, abs=0.02)


async def test_energy_without_a_price_makes_the_cost_unknown(home: Home) -> None:
    meter = await pays(home, "2026-11-23T22:29:00", watts=9000)
    await reprice(home, meter, prices={"2": PEAK})
    assert amount(home, TODAY) > 0
    await meter.play(80)
    assert home.state(TODAY) == STATE_UNKNOWN


async def test_an_index_that_rolls_over_goes_on(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", contract="base", index=999_999_900)
    before, first = amount(home, TODAY), index(meter, "EASF01")
    await sleep(home, meter, "2026-11-23T13:00:00")
    used = index(meter, "EASF01") + 10**9 - first
    assert used < 4000
    assert amount(home, TODAY) == pytest.approx(before + used * OFF_PEAK / 1000, abs=0.01)


@pytest.mark.parametrize("start", [0, 60_000_000])
async def test_another_meter_goes_on_without_its_whole_index(home: Home, start: int) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    before = amount(home, TODAY)
    assert meter.entry
    await home.unload(meter)
    house(meter).replace_meter("021975000001", start)
    home.hass.config_entries.async_update_entry(meter.entry, unique_id="021975000001")
    pass_time(home, meter, 60)
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(2 * KNOWN)
    today = amount(home, "sensor.linky_cost_today_2")
    assert today == pytest.approx(before, abs=0.02)


async def test_a_cost_waits_until_each_index_was_heard_again(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    await home.restart(meter)
    await meter.play(1)
    assert home.state(TODAY) == STATE_UNKNOWN
    await meter.play(KNOWN)
    assert amount(home, TODAY) > 0


@pytest.mark.parametrize(("contract", "label"), [("hphc", "HCHP"), ("base", "BASE")])
async def test_costs_are_known_in_historique_too(home: Home, contract: str, label: str) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic", contract=contract)
    before, first = amount(home, TODAY), index(meter, label)
    await sleep(home, meter, "2026-11-23T13:00:00")
    price = PEAK if label == "HCHP" else OFF_PEAK
    used = index(meter, label) - first
    assert used > 2900
    assert amount(home, TODAY) == pytest.approx(before + used * price / 1000, abs=0.01)


async def test_a_change_of_mode_counts_nothing_twice(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic")
    await sleep(home, meter, "2026-11-23T13:00:00")
    before = amount(home, TODAY)
    house(meter).switch_mode("standard")
    await meter.play(60)
    assert amount(home, TODAY) == pytest.approx(before, abs=0.05)
    assert amount(home, TODAY) >= before


@pytest.mark.parametrize("is_on", [True, False])
async def test_a_contract_that_comes_back_counts_nothing_twice(home: Home, *, is_on: bool) -> None:
    meter = await pays(home, "2026-11-23T01:00:00", mode="historic")
    start, before = index(meter, "HCHC"), amount(home, TODAY)
    house(meter).change_contract("base")
    await meter.play(KNOWN)
    pass_time(home, meter, 3600)
    await meter.play(KNOWN)
    house(meter).change_contract("hphc")
    if is_on:
        await meter.play(6 * KNOWN)
    else:
        await sleep(home, meter, "2026-11-23T02:02:00")
        await meter.play(2 * KNOWN)
    used = index(meter, "HCHC") - start
    assert used > 2900
    assert amount(home, TODAY) == pytest.approx(before + used * OFF_PEAK / 1000, abs=0.03)


@pytest.mark.parametrize("is_on", [True, False])
async def test_a_mode_that_comes_back_counts_nothing_twice(home: Home, *, is_on: bool) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    house(meter).switch_mode("historic")
    await meter.play(60)
    await sleep(home, meter, "2026-11-23T12:00:00")
    before = amount(home, TODAY)
    assert before > 4 * 3 * PEAK
    if is_on:
        house(meter).switch_mode("standard")
        await meter.play(60)
    else:  # while Home Assistant is off
        assert meter.entry
        await home.unload(meter)
        house(meter).switch_mode("standard")
        await home.hass.config_entries.async_setup(meter.entry.entry_id)
        await meter.play(60)
    assert before <= amount(home, TODAY) == pytest.approx(before, abs=0.05)


async def test_what_is_exported_earns_its_price_and_lessens_no_cost(home: Home) -> None:
    meter = await pays(home, "2026-06-21T12:00:00", watts=0, producer=True, solar=3000)
    assert home.state("sensor.linky_revenue_today") is None
    await reprice(home, meter, export_price=0.13)
    cost, first = amount(home, TODAY), index(meter, "EAIT")
    await sleep(home, meter, "2026-06-21T14:00:00")
    sold = index(meter, "EAIT") - first
    assert sold > 1000
    earned = amount(home, "sensor.linky_revenue_today")
    assert earned == pytest.approx(sold * 0.13 / 1000, abs=0.01)
    assert amount(home, TODAY) == pytest.approx(cost, abs=0.001)


async def test_what_is_exported_while_another_mode_is_spoken_earns_its_price(home: Home) -> None:
    meter = await pays(home, "2026-06-21T12:00:00", watts=0, producer=True, solar=3000)
    await reprice(home, meter, export_price=0.13)
    first = index(meter, "EAIT")
    house(meter).switch_mode("historic")  # which does not tell what is exported
    await meter.play(60)
    pass_time(home, meter, 3600)
    house(meter).switch_mode("standard")
    await meter.play(60)
    sold = index(meter, "EAIT") - first
    assert sold > 1000
    earned = amount(home, "sensor.linky_revenue_today")
    assert earned == pytest.approx(sold * 0.13 / 1000, abs=0.02)


@pytest.mark.parametrize("behind", [86400.0, 1e9])
async def test_a_machine_that_starts_with_a_clock_of_the_past_forgets_no_cost(
    home: Home, behind: float
) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    await sleep(home, meter, "2026-11-23T12:00:00")
    today, month = amount(home, TODAY), amount(home, MONTH)
    home.clock.ahead = -behind
    await home.restart(meter)
    await meter.play(KNOWN)
    home.clock.ahead = 0.0
    await meter.play(2 * KNOWN)
    assert amount(home, TODAY) == pytest.approx(today, abs=0.05)
    assert amount(home, MONTH) == pytest.approx(month, abs=0.05)
