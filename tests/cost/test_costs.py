"""What today and this month have cost: over midnights, restarts, gaps, new prices and meters."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.components.sensor import ATTR_LAST_RESET, ATTR_STATE_CLASS
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.cost.periods import midnight
from custom_components.linky_tic.cost.prices import Prices
from custom_components.linky_tic.tic import Frame, Mode

from .. import home as home_module
from ..bills import (
    MONTH,
    MONTHLY,
    OFF_PEAK,
    OPTIONS,
    PEAK,
    TODAY,
    YESTERDAY,
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
ENERGY_TODAY: Final = "sensor.linky_energy_today"
ENERGY_YESTERDAY: Final = "sensor.linky_energy_yesterday"
DAILY: Final = MONTHLY / 30
"""Of November."""

SHAPED: Final[dict[str, Any]] = {
    "address": "041961000000",
    "times": [1.0, 1.0],
    "charges": [],
    "rows": [],
    "indexes": {"EASF01": []},
}
"""A ledger but for one index."""

type Storage = dict[str, dict[str, Any]]


def since(home: Home, entity_id: str) -> datetime:
    state = home.hass.states.get(entity_id)
    assert state
    return datetime.fromisoformat(str(state.attributes[ATTR_LAST_RESET])).astimezone(FRANCE)


async def test_a_cost_is_money_that_begins_again_at_local_midnight(home: Home) -> None:
    registry = er.async_get(home.hass)
    other = registry.async_get_or_create("sensor", DOMAIN, "deleted, and none of ours")
    registry.async_remove(other.entity_id)
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
    assert amount(home, MONTH) == amount(home, TODAY) == 0.483871  # of 31 days, to six digits


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


async def test_a_day_is_not_over_before_a_line_that_was_silent_after_a_start_is_heard(
    home: Home,
) -> None:
    meter = await pays(home, "2026-11-23T23:00:00")
    assert meter.entry
    before = amount(home, TODAY)
    states = async_capture_events(home.hass, EVENT_STATE_CHANGED)
    await home.unload(meter)
    pass_time(home, meter, 4 * 3600)
    for _ in range(2):
        await home.hass.config_entries.async_setup(meter.entry.entry_id)
        await meter.fall_silent()
        await home.unload(meter)
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.fall_silent()
    await meter.play(KNOWN)
    told = [one.data["new_state"] for one in states if one.data["entity_id"] == TODAY]
    amounts = {
        str(one.attributes[ATTR_LAST_RESET])[:10]: float(one.state)
        for one in told
        if one and one.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    }
    assert list(amounts.values()) == [
        pytest.approx(before + 3 * OFF_PEAK, abs=0.01),
        pytest.approx(DAILY + 9 * OFF_PEAK, abs=0.01),
    ]


async def test_what_was_not_stored_before_a_crash_is_counted(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    before = amount(home, TODAY)
    first = index(meter, "EASF02")
    await meter.play(60)
    meter.coordinator.costs.store = lambda **_: None  # type: ignore[method-assign] # it crashes
    await sleep(home, meter, "2026-11-23T12:05:00")
    used = index(meter, "EASF02") - first
    assert amount(home, TODAY) == pytest.approx(before + used * PEAK / 1000, abs=0.003)


async def test_an_index_that_only_a_later_release_knows_is_left_out(
    home: Home, hass_storage: Storage
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    entry, before = meter.coordinator.entry, amount(home, TODAY)
    await home.unload(meter)
    kept = hass_storage[f"linky_tic.{entry.entry_id}.memory"]["data"]["ledger"]
    kept["indexes"]["EASF99"] = kept["indexes"]["EASF02"]
    await home.hass.config_entries.async_setup(entry.entry_id)
    await meter.play(12)
    assert amount(home, TODAY) == pytest.approx(before, abs=0.05)


async def test_the_ledger_is_stored_once_an_hour_and_when_home_assistant_stops(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=9000)
    await meter.play(KNOWN)
    kept = meter.coordinator.store.recall("ledger")
    await meter.play(20)
    assert meter.coordinator.store.recall("ledger") == kept
    pass_time(home, meter, 3400)
    await meter.play(1)
    assert meter.coordinator.store.recall("ledger") == kept
    pass_time(home, meter, 200)
    await meter.play(2)
    assert meter.coordinator.store.recall("ledger") != kept
    home.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await home.hass.async_block_till_done()
    stopped: Any = meter.coordinator.store.recall("ledger")
    assert stopped["indexes"]["EASF02"][0] == index(meter, "EASF02")


async def test_the_ledger_is_not_stored_while_an_index_is_held(home: Home) -> None:
    """After a crash, that index would not be waited for, as if it was no longer sent."""
    meter = await pays(home, "2026-11-23T12:00:00", mode="historic", contract="base")
    await meter.play(KNOWN)
    kept = meter.coordinator.store.recall("ledger")
    pass_time(home, meter, 3700)
    await meter.play(1)
    assert meter.coordinator.store.recall("ledger") == kept
    await meter.play(1)
    stored: Any = meter.coordinator.store.recall("ledger")
    assert stored["indexes"]["BASE"][0] == index(meter, "BASE")


async def test_the_ledger_is_stored_at_the_very_hour_and_where_a_gap_is_shared_out(
    home: Home,
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=9000)
    costs, store = meter.coordinator.costs, meter.coordinator.store
    account, readings = costs._account, meter.coordinator.readings
    silent = Frame(Mode.STANDARD, (), [], opened=True, closed=True, complete=True)
    for seconds, is_stored in ((3599.5, False), (3600.0, True)):
        at = costs._stored_at + seconds
        home.clock.now = at
        costs._end_frame(silent, readings, at)
        assert (costs._stored_at == at) is is_stored
    await meter.play(1)
    assert costs._stored_at < account.ledger.now
    account.registers.by_number[2].at -= 86_400  # as if it had not been heard since yesterday
    await meter.play(1)
    assert costs._stored_at == account.ledger.now
    await meter.play(1)
    meter.coordinator.signals.tariff.send()  # names are learned, prices may be theirs
    assert costs._stored_at == account.ledger.now
    await meter.play(1)
    costs.reprice(Prices.chosen(OPTIONS), costs.today.month_to_date)
    kept = {"address": meter.coordinator.address, **account.written}
    assert store.recall("ledger") == kept


@pytest.mark.parametrize("odd", [None, "", "0,2", [], {"peak": 0.2}])
async def test_a_price_that_is_no_number_stops_no_meter(home: Home, odd: object) -> None:
    meter = home.meter()
    await home.add(meter, options={"prices": {"off_peak": 0.1, "peak": odd}, "export_price": odd})
    assert meter.coordinator.costs.prices == Prices({"off_peak": 0.1})
    assert Prices.chosen({"prices": odd, "standing_charge": 12}) == Prices(
        {"peak": 0.2} if isinstance(odd, dict) else {}, 12.0
    )


async def test_nothing_is_told_of_what_was_not_heard(home: Home) -> None:
    meter = home.meter()
    await home.add(meter, options={**OPTIONS, "export_price": 0.1})
    costs = meter.coordinator.costs
    assert costs.energy(costs.today) is costs.revenue(costs.today) is None
    await meter.play(KNOWN)
    assert costs.energy(costs.today) is not None
    assert costs.revenue(costs.today) is None
    registers = costs._account.registers.by_number
    costs._account.registers.by_number = {0: registers[1]}
    assert costs.energy(costs.today) is None
    assert costs.revenue(costs.today) == 0
    costs._account.registers.by_number = registers
    for later, is_known in ((0.0, True), (1.0, False)):
        costs._account.ledger.whole_since = midnight(costs.yesterday.first) + later
        assert (costs.energy(costs.yesterday) is not None) is is_known
    await meter.fall_silent()
    assert costs.energy(costs.today) is None


async def test_sums_are_said_only_when_an_index_has_moved(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=0)
    await meter.play(2)
    said: list[None] = []
    meter.coordinator.signals.costs.connect(lambda: said.append(None))
    await meter.play(3)
    assert not said
    house(meter).set_load(9000)
    await meter.play(20)
    assert said
    costs = meter.coordinator.costs
    used = sum(costs._account.ledger.rows.values())
    assert used > 40
    assert costs.energy(costs.today) == pytest.approx(used / 1000, abs=1e-6)


async def test_the_end_of_a_day_is_stored_at_once(home: Home, hass_storage: Storage) -> None:
    """The recorder would add up a day that is told again after a crash."""
    meter = await pays(home, "2026-11-23T23:59:50")
    await meter.play(20)
    kept = hass_storage[f"linky_tic.{meter.coordinator.entry.entry_id}.memory"]["data"]["ledger"]
    assert kept["told"] == "2026-11-24"


async def test_a_day_ends_with_the_price_of_a_tariff_that_is_named_in_that_frame(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recorder adds up what is told: a day of which a price is awaited would be left out."""
    monkeypatch.setattr(home_module, "_names", lambda _: {})  # none is learned before
    meter = await pays(home, "2026-11-27T20:00:00", contract="weekend")
    await reprice(home, meter, prices={"index_1": OFF_PEAK, "index_2": PEAK, "index_3": 0.3})
    told = async_capture_events(home.hass, EVENT_STATE_CHANGED)
    await sleep(home, meter, "2026-11-28T10:00:00")
    states = [one.data["new_state"] for one in told if one.data["entity_id"] == TODAY]
    friday = [one.state for one in states if "11-27" in str(one.attributes.get(ATTR_LAST_RESET))]
    assert float(friday[-1]) > DAILY


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


async def test_a_charge_that_changes_in_the_next_month_counts_from_its_day_on(home: Home) -> None:
    meter = await pays(home, "2026-11-30T12:00:00", watts=0, standing_charge=15.0)
    await sleep(home, meter, "2026-12-15T12:00:00")
    await reprice(home, meter, standing_charge=31.0)
    assert amount(home, MONTH) == pytest.approx(14 * 15 / 31 + 1, abs=0.001)


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
    assert home.state(TODAY) == STATE_UNAVAILABLE
    before = index(meter, "EASF02") - first
    await reprice(home, meter, **OPTIONS)
    assert amount(home, TODAY) == pytest.approx(DAILY + before * PEAK / 1000, abs=0.02)


async def test_prices_can_be_made_to_hold_from_the_first_of_the_month_on(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00")
    await sleep(home, meter, "2026-11-24T10:00:00")
    right, today = amount(home, MONTH), amount(home, TODAY)
    wrong = {"prices": dict.fromkeys(OPTIONS["prices"], 1579.0), "standing_charge": 99.0}
    await reprice(home, meter, **wrong)
    costs = meter.coordinator.costs
    costs.reprice(costs.prices, costs.today.month_to_date)
    assert amount(home, MONTH) > 20_000
    costs.reprice(Prices.chosen(OPTIONS), costs.today)
    assert amount(home, TODAY) == pytest.approx(today, abs=0.05)
    costs.reprice(Prices.chosen(OPTIONS), costs.today.month_to_date)
    await reprice(home, meter, **OPTIONS)
    assert amount(home, MONTH) == pytest.approx(right, abs=0.05)


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


@pytest.mark.parametrize("mode", ["historic", "standard"])
async def test_a_price_is_of_a_tariff_and_not_of_whatever_a_register_counts(
    home: Home, mode: str
) -> None:
    meter = await pays(home, "2026-11-23T01:00:00", mode=mode)
    await reprice(home, meter, prices={"1": OFF_PEAK, "2": PEAK})
    assert meter.entry
    assert meter.entry.options["prices"] == {"off_peak": OFF_PEAK, "peak": PEAK}
    assert amount(home, TODAY) > 0
    house(meter).change_contract("base")
    await meter.play(5 * KNOWN)
    assert home.state("sensor.linky_price") == STATE_UNKNOWN
    assert home.state("sensor.linky_price_1") == STATE_UNKNOWN
    assert home.state(TODAY) == STATE_UNKNOWN
    await reprice(home, meter, prices={"off_peak": OFF_PEAK, "peak": PEAK, "base": 0.5})
    await meter.play(2 * KNOWN)
    assert home.state("sensor.linky_price") == "0.5"
    assert amount(home, TODAY) > 0


@pytest.mark.parametrize("watts", [3000, 0])  # when heard: it may have gained nothing until then
async def test_what_a_tariff_has_counted_before_its_contract_ended_is_paid_at_its_price(
    home: Home, watts: int
) -> None:
    colours = {datetime(2026, 11, day).date(): "white" for day in (22, 23)}  # noqa: DTZ001 - a day
    meter = await pays(home, "2026-11-23T12:00:00", watts, contract="tempo", colours=colours)
    await reprice(home, meter, prices={**OPTIONS["prices"], "tempo_white_peak": 0.3})
    assert meter.entry
    await meter.play(20)
    before, first = amount(home, TODAY), index(meter, "EASF04")
    await home.unload(meter)
    house(meter).set_load(3000)
    pass_time(home, meter, 3600)
    used = house(meter).meter.metering.supplier[3] - first
    assert used > 2900
    house(meter).change_contract("base")
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(3 * KNOWN)
    assert amount(home, TODAY) == pytest.approx(before + used * 0.3 / 1000, abs=0.01)


async def test_prices_that_are_typed_while_names_are_learned_are_kept(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    assert meter.entry
    typed = {"1": 0.5, "2": 0.6}
    options = {**meter.entry.options, "prices": typed}
    home.hass.config_entries.async_update_entry(meter.entry, options=options)
    meter.coordinator.signals.tariff.send()  # before the entry is set up anew
    assert meter.entry.options["prices"] == {"off_peak": 0.5, "peak": 0.6}


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


async def test_a_clock_that_was_ahead_for_some_frames_spoils_nothing(home: Home) -> None:
    meter = await pays(home, "2026-11-23T08:00:00", watts=9000)
    first = index(meter, "EASF02")
    today, month = amount(home, TODAY), amount(home, MONTH)
    home.clock.ahead = 40 * 86400.0
    await meter.play(3)
    await home.restart(meter)
    await meter.play(KNOWN)
    home.clock.ahead = 0.0
    await meter.play(KNOWN)
    await sleep(home, meter, "2026-11-23T12:00:00")
    used = (index(meter, "EASF02") - first) / 1000
    assert amount(home, TODAY) == pytest.approx(today + used * PEAK, abs=0.001)
    assert amount(home, MONTH) == pytest.approx(month + used * PEAK, abs=0.001)


async def test_a_clock_that_is_put_back_a_little_leaves_the_days_of_a_gap_alone(
    home: Home,
) -> None:
    meter = await pays(home, "2026-11-23T20:00:00")
    await sleep(home, meter, "2026-11-24T06:00:00")
    pass_time(home, meter, 6 * 3600)
    await meter.play(KNOWN)
    today = amount(home, TODAY)
    home.clock.ahead = -90.0
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(today, abs=0.01)


async def test_a_clock_that_is_put_back_over_midnight_leaves_its_day_alone(home: Home) -> None:
    meter = await pays(home, "2026-11-24T00:00:05", watts=9000)
    pass_time(home, meter, 2400)
    await meter.play(KNOWN)
    today = amount(home, TODAY)
    assert today > DAILY + 5.9 * OFF_PEAK
    home.clock.ahead = -3000.0
    await meter.play(1)
    await home.restart(meter)
    await meter.play(KNOWN)
    home.clock.ahead = 0.0
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(today, abs=0.02)


async def test_a_charge_that_is_typed_while_the_clock_is_ahead_holds_from_the_true_day_on(
    home: Home,
) -> None:
    meter = await pays(home, "2026-11-23T08:00:00", watts=0)
    home.clock.ahead = 40 * 86400.0
    await reprice(home, meter, standing_charge=30.0)
    home.clock.ahead = 0.0
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(1, abs=0.001)
    assert amount(home, MONTH) == pytest.approx(22 * DAILY + 1, abs=0.001)


async def test_a_clock_that_has_moved_is_believed_after_a_day(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    await sleep(home, meter, "2026-11-23T20:00:00")
    for _ in range(26):
        pass_time(home, meter, 3500)
        await meter.play(2)
    month, today = amount(home, MONTH), amount(home, TODAY)
    home.clock.ahead = -6 * 3600.0  # which is not taken for the end of that night
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(today, abs=0.01)
    assert amount(home, MONTH) == pytest.approx(month, abs=0.01)


async def test_the_first_gain_after_a_false_time_is_of_the_true_one(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=12_000)
    await meter.play(KNOWN)
    today, first = amount(home, TODAY), index(meter, "EASF02")
    home.clock.ahead = -1e9
    await meter.play(3)
    home.clock.ahead = 0.0
    await meter.play(KNOWN)
    used = index(meter, "EASF02") - first
    assert amount(home, TODAY) == pytest.approx(today + used * PEAK / 1000, abs=0.0011)


@pytest.mark.parametrize("ahead", [2.5 * 3600, 40 * 86_400.0])
@pytest.mark.parametrize("mode", ["historic", "standard"])
async def test_a_clock_that_is_ahead_tells_no_day_to_come(
    home: Home, mode: str, ahead: float
) -> None:
    """The recorder would add up each of them, and today once more."""
    meter = await pays(home, "2026-11-23T21:50:00", watts=9000, mode=mode)
    first = index(meter, "HCHP" if mode == "historic" else "EASF02")
    before = amount(home, MONTH)
    told = async_capture_events(home.hass, EVENT_STATE_CHANGED)
    home.clock.ahead = ahead
    await meter.play(3)
    pass_time(home, meter, 300)
    await home.restart(meter)
    await meter.play(KNOWN)
    home.clock.ahead = 0.0
    await meter.play(KNOWN)
    resets = {
        event.data["new_state"].attributes.get(ATTR_LAST_RESET)
        for event in told
        if event.data["entity_id"] == TODAY
    }
    assert resets - {None} == {datetime(2026, 11, 23, tzinfo=FRANCE).isoformat()}
    used = index(meter, "HCHP" if mode == "historic" else "EASF02") - first
    assert amount(home, MONTH) == pytest.approx(before + used * PEAK / 1000, abs=0.003)


async def test_a_meter_whose_clock_is_slow_ends_a_day_after_an_outage_of_as_long(
    home: Home,
) -> None:
    meter = await pays(home, "2026-11-23T22:00:00")
    house(meter).degrade_clock(-13_000)
    await meter.play(6 * KNOWN)
    await sleep(home, meter, "2026-11-23T22:03:00")  # by its clock
    await meter.play(KNOWN)
    assert since(home, TODAY) == datetime(2026, 11, 24, tzinfo=FRANCE)


async def test_a_machine_that_was_suspended_over_midnight_shares_the_night_out(home: Home) -> None:
    meter = await pays(home, "2026-11-23T22:45:00")
    month = amount(home, MONTH)
    pass_time(home, meter, 8.25 * 3600)  # nobody says that the line was lost
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(DAILY + 7 * 3 * OFF_PEAK, abs=0.1)
    assert amount(home, MONTH) == pytest.approx(month + DAILY + 8.25 * 3 * OFF_PEAK, abs=0.1)


async def test_yesterday_is_known_when_all_of_it_was_counted(home: Home) -> None:
    meter = await pays(home, "2026-11-23T12:00:00", watts=1000)
    assert home.state(YESTERDAY) == home.state(ENERGY_YESTERDAY) == STATE_UNKNOWN
    await sleep(home, meter, "2026-11-24T12:00:00")
    assert home.state(YESTERDAY) == home.state(ENERGY_YESTERDAY) == STATE_UNKNOWN
    assert amount(home, ENERGY_TODAY) == pytest.approx(12, abs=0.1)
    today = amount(home, TODAY)
    await sleep(home, meter, "2026-11-24T23:00:00")
    await sleep(home, meter, "2026-11-25T01:00:00")
    assert amount(home, ENERGY_YESTERDAY) == pytest.approx(24, abs=0.1)
    assert amount(home, YESTERDAY) == pytest.approx(today + 10.5 * PEAK + 1.5 * OFF_PEAK, abs=0.1)
    assert since(home, ENERGY_TODAY) == datetime(2026, 11, 25, tzinfo=FRANCE)


async def test_the_energy_of_a_first_day_is_told_since_it_was_counted(home: Home) -> None:
    await pays(home, "2026-11-23T12:00:00")
    assert since(home, ENERGY_TODAY).hour == 12


async def test_accounts_of_before_there_was_a_ledger_go_on(
    home: Home, hass_storage: Storage
) -> None:
    meter = await pays(home, "2026-11-23T12:00:00")
    assert meter.entry
    await home.unload(meter)
    noon = home.clock.now
    midnight, first = noon - 12 * 3600, noon - 22.5 * 86400
    value = index(meter, "EASF02")
    kept = hass_storage[f"linky_tic.{meter.entry.entry_id}.memory"]["data"]
    del kept["ledger"]
    kept["costs"] = {
        "address": meter.entry.unique_id,
        "accounts": {
            "EASF02": [value, noon, midnight, 5000.0, 1.25, first, 50_000.0, 12.5, False],
            "HCHP": [value - 90_000, noon - 8e4, first, 0.0, 0.0, first, 2000.0, 0.0, True],
        },
        "standing": [noon, first, 10, 10 * DAILY / 2],
        "prices": {"prices": {"1": OFF_PEAK, "2": PEAK}, "standing_charge": MONTHLY},
    }
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(3 * KNOWN)
    used = (index(meter, "EASF02") - value) / 1000
    day, month = 1.25 + (5 + used) * PEAK, 12.5 + (52 + used) * PEAK
    assert amount(home, TODAY) == pytest.approx(day + DAILY, abs=1e-4)
    assert amount(home, MONTH) == pytest.approx(month + 18 * DAILY, abs=1e-4)
    assert since(home, MONTH) == datetime(2026, 11, 1, tzinfo=FRANCE)
    assert home.state(YESTERDAY) == STATE_UNKNOWN
    days_before = amount(home, MONTH) - amount(home, TODAY)
    await sleep(home, meter, "2026-11-24T01:00:00")
    yesterday = amount(home, MONTH) - amount(home, TODAY) - days_before
    assert amount(home, YESTERDAY) == pytest.approx(yesterday, abs=1e-4)
    await home.unload(meter)
    assert "costs" not in hass_storage[f"linky_tic.{meter.entry.entry_id}.memory"]["data"]


async def test_a_day_that_ended_during_the_upgrade_is_over(
    home: Home, hass_storage: Storage
) -> None:
    meter = await pays(home, "2026-11-23T23:00:00")
    assert meter.entry
    await home.unload(meter)
    heard = home.clock.now
    began, first, read = heard - 23 * 3600, heard - 22.9 * 86400, heard + 0.4  # half a frame later
    used = [began, 5000.0, 0.0, first, 50_000.0, 0.0, False]
    kept = hass_storage[f"linky_tic.{meter.entry.entry_id}.memory"]["data"]
    del kept["ledger"]
    kept["costs"] = {
        "address": meter.entry.unique_id,
        "accounts": {"EASF01": [index(meter, "EASF01"), read, *used]},
        "standing": [heard, first, 0, 0.0],
        "prices": {"prices": {"1": OFF_PEAK, "2": PEAK}, "standing_charge": MONTHLY},
    }
    await sleep(home, meter, "2026-11-24T03:00:00")
    assert amount(home, TODAY) == pytest.approx(DAILY + 9 * OFF_PEAK, abs=0.01)
    assert amount(home, YESTERDAY) == pytest.approx(DAILY + 8 * OFF_PEAK, abs=0.01)


@pytest.mark.parametrize("kept", [{"address": "041961000000"}, {"times": [None, 1.0]}, SHAPED])
async def test_a_ledger_of_another_shape_is_begun_anew(
    home: Home, hass_storage: Storage, kept: dict[str, Any]
) -> None:
    meter = await pays(home, "2026-11-23T18:00:00")
    assert meter.entry
    await home.unload(meter)
    hass_storage[f"linky_tic.{meter.entry.entry_id}.memory"]["data"]["ledger"] = kept
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(KNOWN)
    assert amount(home, TODAY) == pytest.approx(DAILY, abs=0.02)
    assert home.state(ENERGY_YESTERDAY) == STATE_UNKNOWN
