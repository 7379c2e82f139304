"""Entities know whose they are, are there from the start, and say when they know nothing."""

from homeassistant.const import ATTR_RESTORED
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.linky_tic.const import DOMAIN
from simulator import Household
from simulator.line import Line

from .home import ADDRESS, Home, Meter


def device(home: Home, meter: Meter) -> dr.DeviceEntry:
    assert meter.entry
    registry = dr.async_get(home.hass)
    (found,) = dr.async_entries_for_config_entry(registry, meter.entry.entry_id)
    return found


def heard_entities(home: Home) -> set[str]:
    """The entities that are there, but for those that need no meter to speak."""
    ids = {state.entity_id for state in home.hass.states.async_all()}
    ids = {one for one in ids if not one.endswith(("_days", "_days_left"))}  # of a season
    return ids - {
        "binary_sensor.linky_link",
        "sensor.linky_line_quality",
        "calendar.linky_tariff",
        "sensor.linky_next_tariff",
        "sensor.linky_next_tariff_change",
    }


async def test_the_device_is_the_meter(home: Home) -> None:
    meter = await home.hears()
    found = device(home, meter)
    assert found.identifiers == {(DOMAIN, ADDRESS)}
    assert found.serial_number == ADDRESS
    assert (found.manufacturer, found.model) == ("Landis+Gyr", "Linky 60 A G3 (2019)")
    assert (found.name, found.sw_version) == ("Linky", "TIC 02")


@pytest.mark.parametrize(
    ("address", "maker", "model"),
    [
        ("99XX99000000", None, None),
        ("992899000000", None, None),
        ("021875000000", "Sagemcom", "Linky 90 A G3 (2018)"),
    ],
)
async def test_a_device_is_described_as_far_as_it_is_known(
    home: Home, address: str, maker: str | None, model: str | None
) -> None:
    meter = await home.hears(Household(address=address), address=address)
    assert (device(home, meter).manufacturer, device(home, meter).model) == (maker, model)


async def test_a_historic_meter_has_no_version(home: Home) -> None:
    meter = await home.hears(Household(mode="historic"))
    assert device(home, meter).sw_version is None


async def test_the_version_is_known_once_a_meter_has_changed_its_mode(home: Home) -> None:
    house = Household(mode="historic")
    meter = await home.hears(house)
    house.switch_mode("standard")
    await meter.play(8)
    assert device(home, meter).sw_version == "TIC 02"


async def test_the_version_stays_known_after_a_restart(home: Home) -> None:
    meter = await home.hears()
    await home.restart(meter)
    assert device(home, meter).sw_version == "TIC 02"


@pytest.mark.usefixtures("as_delivered")
async def test_all_is_there_at_once_after_a_restart_and_knows_nothing(home: Home) -> None:
    meter = await home.hears(Household(contract="tempo"))
    before = heard_entities(home)
    names = {name: home.registered(name).original_name for name in before}
    await home.restart(meter)
    assert heard_entities(home) == before
    assert {home.state(name) for name in before} == {"unavailable"}
    assert {name: home.registered(name).original_name for name in before} == names


@pytest.mark.parametrize("parity", ["even", "stripped"])
async def test_all_is_known_three_frames_after_a_restart(home: Home, parity: str) -> None:
    house = Household(living=False, start="2026-11-23T18:07:00")  # far from the load curve's steps
    meter = await home.hears(Line(house, parity=parity))
    known = {name for name in heard_entities(home) if home.state(name) != "unknown"}
    await home.restart(meter)
    await meter.play(3)
    assert {home.state(name) for name in known} & {"unknown", "unavailable"} == set()


def is_known(home: Home, entity_id: str) -> bool:
    return home.state(entity_id) not in {None, "unknown", "unavailable"}


def is_provided(home: Home, entity_id: str) -> bool:
    """Whether an entity exists; one that does not can be deleted by people."""
    state = home.hass.states.get(entity_id)
    return state is not None and not state.attributes.get(ATTR_RESTORED)


async def test_what_only_the_other_mode_says_can_be_deleted_and_comes_back_with_it(
    home: Home,
) -> None:
    house = Household(contract="hphc")
    meter = await home.hears(house)
    house.switch_mode("historic")
    await meter.play(8)
    await home.restart(meter)
    said_by_standard = (
        "sensor.linky_east",
        "binary_sensor.linky_terminal_cover",
        "sensor.linky_next_tariff",
        "sensor.linky_next_tariff_change",
    )
    assert {is_provided(home, one) for one in said_by_standard} == {False}
    assert is_provided(home, "sensor.linky_hchc")
    registry = er.async_get(home.hass)
    for one in said_by_standard:
        registry.async_remove(one)
    await home.restart(meter)
    assert home.state("sensor.linky_east") is None
    house.switch_mode("standard")
    await meter.play(12)
    assert {is_provided(home, one) for one in said_by_standard} == {True}
    assert is_known(home, "sensor.linky_east")


@pytest.mark.parametrize(
    ("mode", "of_tempo"),
    [
        (
            "standard",
            (
                *("sensor.linky_tempo_today", "sensor.linky_tempo_red_days_left"),
                *("sensor.linky_peak_notice", "sensor.linky_next_tariff"),
                "binary_sensor.linky_off_peak",
            ),
        ),
        (
            "historic",
            (
                *("sensor.linky_tempo_today", "sensor.linky_tempo_red_days_left"),
                *("sensor.linky_bbrhcjr", "sensor.linky_demain", "binary_sensor.linky_off_peak"),
            ),
        ),
    ],
)
@pytest.mark.parametrize("is_heard", [True, False], ids=["while heard", "while off"])
async def test_what_only_the_former_contract_had_can_be_deleted_and_comes_back_with_it(
    home: Home, mode: str, of_tempo: tuple[str, ...], *, is_heard: bool
) -> None:
    house = Household(mode=mode, contract="tempo", living=False)
    meter = await home.hears(house)
    await home.restart(meter)
    assert {is_provided(home, one) for one in of_tempo} == {True}
    if is_heard:
        house.change_contract("base")
    else:
        await home.unload(meter)
        house.change_contract("base")
        await home.restart(meter)
    await meter.play(140)
    await home.restart(meter)
    assert {one: is_provided(home, one) for one in of_tempo} == dict.fromkeys(of_tempo, False)
    assert is_provided(home, "sensor.linky_current_tariff")
    house.change_contract("tempo")
    await meter.play(140)
    assert {one: is_provided(home, one) for one in of_tempo} == dict.fromkeys(of_tempo, True)
    assert is_known(home, "sensor.linky_tempo_today")


@pytest.mark.usefixtures("as_delivered")
async def test_a_meter_not_heard_for_a_minute_is_unavailable_until_it_speaks(home: Home) -> None:
    meter = await home.hears(Household(living=False))
    before = {name: home.state(name) for name in heard_entities(home)}
    await meter.fall_silent()
    assert home.value("east") == "unavailable"
    assert {home.state(name) for name in before} == {"unavailable"}
    await meter.play(1)
    assert {name: home.state(name) for name in before} == before


async def test_a_bad_group_makes_nothing_unavailable(home: Home) -> None:
    house = Household(living=False)
    meter = await home.hears(Line(house, parity="stripped"))
    before = home.value("east")
    await meter.send(house.frame().replace(b"EAST\t0", b"EAST\t1"))
    assert home.value("east") == before


async def test_a_state_that_says_the_same_is_not_written_again(home: Home) -> None:
    meter = await home.hears(Household(living=False))
    before = home.hass.states.get("sensor.linky_pref")
    assert before
    reported = before.last_reported
    await meter.play()
    after = home.hass.states.get("sensor.linky_pref")
    assert after
    assert after.last_reported == reported
