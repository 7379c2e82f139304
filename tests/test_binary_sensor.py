"""Warnings are on while they are sent; the link, while the meter is heard."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
import pytest

from simulator import Household
from simulator.historic import SHORT_FRAMES
from simulator.line import Line, Replay

from .home import ADDRESS, KNOWN, OTHER_ADDRESS, Home
from .tic.streams import historic

THREE_PHASE: Final = "041963000000"


def warned(home: Home, label: str) -> tuple[str | None, str | None]:
    """The states of a warning's two entities."""
    return home.state(f"binary_sensor.linky_{label}"), home.value(label)


async def test_an_overrun_is_on_while_it_is_sent(home: Home) -> None:
    house = Household(mode="historic", living=False)
    meter = await home.hears(house)
    assert warned(home, "adps") == ("off", "unknown")
    house.set_load(11_000)
    await meter.play(2)
    assert warned(home, "adps") == ("on", str(int(house.truth["ADPS"])))
    house.set_load(500)
    await meter.play(KNOWN)
    assert warned(home, "adps") == ("off", "unknown")
    house.switch_mode("standard")
    await meter.play(2 * KNOWN)
    assert warned(home, "adps") == ("unknown", "unknown")  # nobody tells of it


async def test_each_phase_has_its_warning(home: Home) -> None:
    house = Household(mode="historic", phases=3, living=False)
    meter = await home.hears(house, address=THREE_PHASE)
    house.set_load(6_000, phase=2)
    await meter.play(6)
    assert warned(home, "adir1") == ("off", "unknown")
    assert warned(home, "adir2") == ("on", str(int(house.truth["ADIR2"])))
    house.set_load(300)
    await meter.play(80)  # short frames go on for a minute
    assert warned(home, "adir2") == ("off", "unknown")


async def test_a_warning_can_be_counted_on_before_it_comes(home: Home) -> None:
    await home.hears(Household(mode="historic", phases=3), address=THREE_PHASE)
    for label in ("adir1", "adir2", "adir3", "pejp"):
        assert home.state(f"binary_sensor.linky_{label}") == "off"
    assert home.state("binary_sensor.linky_adps") is None


async def test_the_notice_of_a_peak_is_on_for_half_an_hour(home: Home) -> None:
    group = ("PEJP", "30")
    always = (("OPTARIF", "EJP."), ("ISOUSC", "45"), ("PTEC", "HN.."))
    calm = historic(*always, ("IINST", "002"))
    announced = historic(*always[:2], group, always[2], ("IINST", "002"))
    meter = await home.hears(Replay(calm, 1200))
    assert home.state("binary_sensor.linky_pejp") == "off"
    meter.source = Replay(announced, 1200)
    await meter.play(1)
    assert home.state("binary_sensor.linky_pejp") == "on"
    meter.source = Replay(calm, 1200)
    await meter.play(3)
    assert home.state("binary_sensor.linky_pejp") == "off"


async def test_a_warning_is_unavailable_when_nothing_is_heard(home: Home) -> None:
    meter = await home.hears(Household(mode="historic"))
    await home.restart(meter)
    assert home.state("binary_sensor.linky_adps") == "unavailable"


@pytest.mark.parametrize("parity", ["even", "stripped"])
async def test_a_warning_that_is_on_all_the_while_is_never_off(home: Home, parity: str) -> None:
    house = Household(mode="historic", living=False)
    house.set_load(11_000)
    meter = await home.hears(Line(house, parity=parity))
    await home.restart(meter)
    said = set()
    data = meter.source.next().data
    await meter.send(data[len(data) // 2 :])  # from the middle of a frame on
    for _ in range(KNOWN):
        said.add(home.state("binary_sensor.linky_adps"))
        await meter.play(1)
    assert said <= {"unknown", "on"}
    assert home.state("binary_sensor.linky_adps") == "on"


@pytest.mark.parametrize("parity", ["even", "stripped"])
@pytest.mark.parametrize("is_restarted", [True, False])
async def test_an_overload_is_not_off_in_the_long_frames_of_three_phases(
    home: Home, parity: str, *, is_restarted: bool
) -> None:
    """They have no warning: the short ones between them have."""
    house = Household(mode="historic", phases=3, living=False, breaker=False)
    house.set_load(18_000)
    meter = await home.hears(Line(house, parity=parity), 3 * SHORT_FRAMES, house.address)
    assert home.state("binary_sensor.linky_over_subscribed_power") == "on"
    while house._burst._sent != SHORT_FRAMES:  # the next one is long
        await meter.play(1)
    await (home.restart(meter) if is_restarted else meter.fall_silent())
    said = set()
    for _ in range(KNOWN):
        await meter.play(1)
        said.add(home.state("binary_sensor.linky_over_subscribed_power"))
    assert said == {"unknown", "on"}
    assert home.state("event.linky_events") == "unknown"


async def test_the_link_is_unknown_until_the_meter_is_heard_and_off_when_it_is_not(
    home: Home,
) -> None:
    meter = home.meter()
    await home.add(meter)
    assert home.state("binary_sensor.linky_link") == "unknown"
    await meter.play(1)
    assert home.state("binary_sensor.linky_link") == "on"
    await meter.fall_silent()
    assert home.state("binary_sensor.linky_link") == "off"
    assert home.value("line_quality") == "100.0"


async def test_the_link_is_not_on_before_it_is_known_who_speaks(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)

    async def said() -> list[str | None]:
        states = []
        for _ in range(KNOWN):
            await meter.play(1)
            states.append(home.state("binary_sensor.linky_link"))
        return states

    house.replace_meter(OTHER_ADDRESS, 1000)
    await home.restart(meter)
    assert await said() == ["unknown", "unknown", "off", "off"]
    house.replace_meter(ADDRESS, 2000)
    assert await said() == KNOWN * ["on"]
    await meter.fall_silent()
    home.clock.now += 60
    house.replace_meter(OTHER_ADDRESS, 3000)
    assert await said() == KNOWN * ["off"]


async def test_what_the_binary_sensors_are(home: Home) -> None:
    await home.hears(Household(mode="historic", contract="ejp"))
    overrun = home.registered("binary_sensor.linky_adps")
    assert overrun.unique_id == f"{ADDRESS}_ADPS"
    assert overrun.original_device_class == BinarySensorDeviceClass.PROBLEM
    shown = home.registered("binary_sensor.linky_link")
    assert shown.original_device_class == BinarySensorDeviceClass.CONNECTIVITY
    assert shown.entity_category is EntityCategory.DIAGNOSTIC
    assert home.registered("binary_sensor.linky_pejp").original_name == "EJP peak announced"
