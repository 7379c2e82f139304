"""What a household sees of a new meter: few entities, none twice, none of another contract."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Household

from ..dialog import heard
from ..home import Home

MOST: Final = 20
COMMON: Final = {
    *("SINSTS", "active_power", "load", "EAST", "EASF01", "energy_today", "current_tariff"),
    *("over_subscribed_power", "tariff", "link"),
}
WITH_ROOM: Final = {*COMMON, "energy_yesterday", "peak_month", "events"}
TWO: Final = {*WITH_ROOM, "EASF02", "next_tariff_change", "next_tariff"}
TEMPO: Final = {
    *COMMON,
    *("EASF02", "EASF03", "EASF04", "EASF05", "EASF06", "next_tariff_change", "off_peak"),
    *("tempo_today", "tempo_tomorrow", "tempo_red_days_left"),
}
EXPORT: Final = {"EAIT", "SINSTI"}
ONLY_STANDARD: Final = {"EAST", "SINSTS", "tariff", "next_tariff_change", "next_tariff"}
KINDS: Final[Mapping[str, tuple[Mapping[str, Any], set[str]]]] = {
    "base": ({}, WITH_ROOM),
    "off-peak hours": ({"contract": "hphc"}, {*TWO, "off_peak"}),
    "three-phase producer": (
        {"contract": "hphc", "phases": 3, "producer": True},
        {*TWO, *EXPORT, "off_peak"},
    ),
    "all is sold": ({"contract": "producer", "producer": True}, {*WITH_ROOM, *EXPORT}),
    "week-end": ({"contract": "weekend"}, {*TWO, "EASF03"}),
    "ejp": ({"contract": "ejp"}, {*TWO, "ejp_peaks_left", "peak_notice", "peak_in_progress"}),
    "tempo": ({"contract": "tempo"}, TEMPO),
    "historic three-phase": (
        {"mode": "historic", "phases": 3},
        {*WITH_ROOM, "BASE", "PAPP"} - ONLY_STANDARD - {"EASF01"},
    ),
    "historic ejp": (
        {"mode": "historic", "contract": "ejp"},
        {*WITH_ROOM, "EJPHN", "EJPHPM", "PAPP", "peak_notice", "peak_in_progress", "ejp_peaks_left"}
        - ONLY_STANDARD
        - {"EASF01"},
    ),
    "historic tempo": (
        {"mode": "historic", "contract": "tempo"},
        {one for one in TEMPO if not one.startswith("EASF")} - ONLY_STANDARD
        | {"PAPP", *(f"BBRH{tariff}J{colour}" for tariff in "CP" for colour in "BWR")},
    ),
}


@pytest.mark.usefixtures("as_delivered")
@pytest.mark.parametrize(("options", "on"), KINDS.values(), ids=KINDS.keys())
async def test_a_new_meter_shows_what_a_household_looks_at(
    hass: HomeAssistant, home: Home, options: Mapping[str, Any], on: set[str]
) -> None:
    meter = home.meter(Household(start="2027-01-14T19:50:00", **options))
    async with meter.playing():
        dialog = await heard(hass, meter.port.url)
    await dialog.submit()
    registered = er.async_entries_for_config_entry(er.async_get(hass), dialog.entry.entry_id)
    shown = [one.unique_id.partition("_")[2] for one in registered if not one.disabled_by]
    assert sorted(shown) == sorted(on)
    assert len(shown) <= MOST
