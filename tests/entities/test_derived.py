"""A fact becomes an entity when its meter has it, and stays one."""

from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Household
from simulator.wire import to_8n1

from ..home import ADDRESS, KNOWN, Home, complaints
from ..test_unusual_meters import Says
from ..tic.streams import standard

STATUS: Final = ("STGE", "003A0001")
RELAYS: Final = ("RELAIS", "001")
ORDER: Final = ("DPM1", "00", " 261124060000")
BREAKER: Final = "sensor.linky_breaker"
RELAY: Final = "binary_sensor.linky_relay_1"
NOTICE: Final = "sensor.linky_peak_notice"


async def test_an_entity_is_added_with_its_label(home: Home) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    assert (home.state(BREAKER), home.state(RELAY)) == ("closed", None)
    meter.source = Says(standard(STATUS, RELAYS))
    await meter.play(2)
    assert home.state(RELAY) is None
    await meter.play(1)
    assert home.state(RELAY) == "on"


async def test_labels_of_a_frame_are_added_together_though_frames_come_in_one_chunk(
    home: Home,
) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    frames = standard(STATUS, RELAYS, ("NTARF", "01")) * 3
    cut, data = frames.rindex(b"NTARF"), to_8n1(frames)  # RELAIS has come three times, NTARF twice
    await meter.send(data[:cut])
    assert {home.state("sensor.linky_relais"), home.state("sensor.linky_ntarf")} == {None}
    await meter.send(data[cut:])
    assert None not in {home.state("sensor.linky_relais"), home.state("sensor.linky_ntarf")}


async def test_an_entity_with_a_condition_is_added_once_that_is_met(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    assert home.state(NOTICE) is None
    meter.source = Says(standard(STATUS, ORDER))
    await meter.play(2 * KNOWN)
    assert home.state(NOTICE) == "none"
    assert not complaints(caplog)


async def test_an_entity_stays_without_its_label_or_its_condition(home: Home) -> None:
    meter = await home.hears(Says(standard(STATUS, ORDER, RELAYS)))
    await home.restart(meter)
    assert [home.state(one) for one in (BREAKER, RELAY, NOTICE)] == 3 * ["unavailable"]
    meter.source = Says(standard(STATUS))
    await meter.play()
    assert [home.state(one) for one in (BREAKER, RELAY, NOTICE)] == ["closed", "unknown", "none"]


async def test_an_entity_changes_with_its_label(home: Home) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    meter.source = Says(standard(("STGE", "003A0000")))
    await meter.play()
    assert home.state("binary_sensor.linky_dry_contact") == "on"


async def test_an_entity_is_unavailable_while_nothing_is_received(home: Home) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    await meter.fall_silent()
    assert home.state(BREAKER) == "unavailable"
    meter.source = Says(standard(("STGE", "003A0003")))
    await meter.play(1)
    assert home.state(BREAKER) == "open_over_power"


@pytest.mark.usefixtures("as_delivered")
async def test_an_entity_has_the_key_and_the_translated_name_of_its_row(home: Home) -> None:
    await home.hears(Household())
    breaker = home.registered(BREAKER)
    assert breaker.unique_id == f"{ADDRESS}_breaker"
    assert breaker.original_device_class == SensorDeviceClass.ENUM
    assert (breaker.original_name, home.registered(RELAY).original_name) == ("Breaker", "Relay 1")
    assert "open_over_power" in (breaker.capabilities or {})["options"]
    off = home.registered("sensor.linky_plc_status")
    assert off.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_disabled_entity_does_not_affect_the_others(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    meter = await home.hears(Says(standard(STATUS)))
    by = er.RegistryEntryDisabler.USER
    er.async_get(home.hass).async_update_entity(BREAKER, disabled_by=by)
    await home.restart(meter)
    await meter.play()
    assert home.state(BREAKER) is None
    assert home.state("binary_sensor.linky_dry_contact") == "off"
    assert not complaints(caplog)


async def test_a_change_of_an_index_does_not_search_for_new_entities(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = await home.hears(Household(phases=1))
    looks: list[str] = []
    registry = er.EntityRegistry.async_get_entity_id

    def counted(one: er.EntityRegistry, platform: str, domain: str, unique_id: str) -> str | None:
        looks.append(unique_id)
        return registry(one, platform, domain, unique_id)

    monkeypatch.setattr(er.EntityRegistry, "async_get_entity_id", counted)
    before = home.state("sensor.linky_east")
    await meter.play(30)
    assert home.state("sensor.linky_east") != before
    assert len(looks) < 10  # of 30 frames, and as many facts that the meter does not have
