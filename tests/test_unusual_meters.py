"""Meters that say less, or more, or something else than the documents: what is shown of them."""

from collections.abc import Sequence

from homeassistant.helpers import device_registry as dr, entity_registry as er

from simulator.line import Burst
from simulator.wire import to_8n1

from .home import ADDRESS, KNOWN, Home, Meter
from .tic.streams import historic, standard


class Says:
    """A meter that says one thing."""

    def __init__(self, frame: bytes) -> None:
        self._data = to_8n1(frame)

    def next(self) -> Burst:
        return Burst(self._data, 2.0, 9600)


async def hears(home: Home, frame: bytes) -> Meter:
    return await home.hears(Says(frame))


def labels(home: Home, meter: Meter) -> set[str]:
    """The labels that have a sensor."""
    assert meter.entry
    entities = er.async_entries_for_config_entry(er.async_get(home.hass), meter.entry.entry_id)
    keys = {one.unique_id.removeprefix(f"{ADDRESS}_") for one in entities}
    return {key for key in keys if key.isupper()}


async def test_an_old_meter_in_standby_says_no_more_than_who_it_is(home: Home) -> None:
    meter = await hears(home, historic())
    assert home.state("binary_sensor.linky_link") == "on"
    assert labels(home, meter) == {"ADCO", "PEJP"}


async def test_a_meter_of_a_later_version_is_read_as_far_as_it_is_known(home: Home) -> None:
    groups: Sequence[Sequence[str]] = (("VTIC", "03"), ("SINSTS", "00450"), ("NEWLABEL", "1"))
    meter = await hears(home, standard(*groups))
    assert home.value("sinsts") == "450"
    assert "NEWLABEL" not in labels(home, meter)
    assert meter.entry
    registry = dr.async_get(home.hass)
    (device,) = dr.async_entries_for_config_entry(registry, meter.entry.entry_id)
    assert device.sw_version == "TIC 03"


async def test_a_text_of_the_supplier_is_shown_whatever_it_is(home: Home) -> None:
    await hears(home, standard(("NGTF", "      B000000000"), ("LTARF", "INDEX INACTIF 2 ")))
    assert home.value("ngtf") == "B000000000"
    assert home.value("ltarf") == "INDEX INACTIF 2"


async def test_a_contract_that_changes_is_followed(home: Home) -> None:
    before = ("EASF01", "000000100"), ("PREF", "06")
    meter = await hears(home, standard(*before))
    meter.source = Says(standard(("EASF01", "000000100"), ("EASF02", "000000001"), ("PREF", "09")))
    await meter.play(2 * KNOWN)
    assert home.value("pref") == "9"
    assert "EASF02" in labels(home, meter)
